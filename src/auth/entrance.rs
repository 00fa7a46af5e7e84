//! Signing in as the surfaces see it.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::authority::Authority;
use super::sign_in::{Login, SignedIn};
use crate::domain::access::Viewer;
use crate::domain::cx::{Caller, Cx};
use crate::domain::error::Result;
use crate::domain::identity::{self, ApiKeyPurpose};
use crate::domain::session::{self, Granted, Grants, Guest, Guests, KeyRule, Opened, Sessions};

impl Sessions for Authority {
    fn login<'a>(&'a self, cx: &'a Cx, login: session::Login) -> BoxFuture<'a, Result<Opened>> {
        async move {
            let login = Login {
                name: &login.username,
                password: &login.password,
                address: cx.client,
                organization: login.organization.as_deref(),
            };
            Authority::login(self, cx, login).await.map(opened)
        }
        .boxed()
    }

    fn refresh<'a>(&'a self, cx: &'a Cx, refresh_token: String) -> BoxFuture<'a, Result<Opened>> {
        async move { Authority::refresh(self, cx, &refresh_token).await.map(opened) }.boxed()
    }

    fn logout<'a>(&'a self, cx: &'a Cx) -> BoxFuture<'a, Result<()>> {
        Authority::logout(self, cx).boxed()
    }

    fn password_hash(&self, password: String) -> BoxFuture<'_, Result<String>> {
        async move { self.hash_password(&password).await }.boxed()
    }

    fn api_token(&self, key: Uuid) -> String {
        self.api_key_token(key)
    }

    fn verify<'a>(&'a self, cx: &'a Cx, caller: &'a Caller) -> BoxFuture<'a, Result<()>> {
        async move {
            let errand = cx.errand(Some(caller.organization_id));
            identity::verify(&cx.db, &errand, caller, cx.now).await
        }
        .boxed()
    }
}

impl Grants for Authority {
    fn granted<'a>(&'a self, cx: &'a Cx, token: &'a str, rule: KeyRule) -> BoxFuture<'a, Result<Granted>> {
        self.grant(cx, token, rule).boxed()
    }
}

impl Guests for Authority {
    fn guest<'a>(
        &'a self,
        cx: &'a Cx,
        token: &'a str,
        slug: &'a str,
        purposes: &'static [ApiKeyPurpose],
    ) -> BoxFuture<'a, Result<Guest>> {
        self.receive(cx, token, slug, purposes).boxed()
    }
}

fn opened(signed_in: SignedIn) -> Opened {
    Opened {
        viewer: Viewer::from(&signed_in.caller),
        access_token: signed_in.access_token,
        refresh_token: signed_in.refresh_token,
        expires_at: signed_in.expires_at,
    }
}
