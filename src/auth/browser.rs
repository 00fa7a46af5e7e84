//! Sessions of browsers, and whoever comes in where they are taken (contract ablebase 1.2).

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::api_key::ApiKeys;
use super::attempts::Origin;
use super::authority::{Authority, Credentials, Presented};
use super::sign_in::{Fresh, TOKEN_LENGTH, hash_of};
use crate::domain::cx::Cx;
use crate::domain::error::{Error, Result};
use crate::domain::identity::{self, ApiKeyPurpose, NewBrowserSession};
use crate::domain::session::{BrowserLogin, BrowserSession, BrowserSessions, Entrant, Person, Shown};

/// The one refusal, whatever was shown.
fn bad() -> Error {
    Error::Unauthenticated("the credentials are not valid or have expired")
}

/// What is stored of a token; none of a text that is no token of ours.
fn stored(token: &str) -> Option<String> {
    (token.len() == TOKEN_LENGTH).then(|| hash_of(token))
}

impl Authority {
    async fn open_browser(&self, cx: &Cx, login: BrowserLogin<'_>) -> Result<Option<(String, Person)>> {
        let attempts = &self.inner.attempts;
        let limit = self.inner.settings.browser_failures;
        let origin = Origin::new(login.email, cx.client);
        attempts.check(origin, cx.now, limit)?;
        let who = identity::addressee(cx, login.email).await?;
        let hash = who.as_ref().map(|who| who.password_hash.clone());
        let is_right = self.tried((origin, cx.now, limit), hash, login.password).await?;
        let Some(who) = who.filter(|_| is_right) else { return Ok(None) };
        let fresh = Fresh::random()?;
        let session = NewBrowserSession {
            token_hash: fresh.hash,
            remember: login.remember,
            user_agent: login.user_agent.map(str::to_owned),
        };
        match identity::open_browser_session(cx, &who, session).await {
            Ok(true) => {
                attempts.forgive(origin);
                Ok(Some((fresh.token, who.person)))
            }
            Ok(false) => Ok(None),
            Err(error) => {
                attempts.withdraw(origin);
                Err(error)
            }
        }
    }

    async fn enter_shown(&self, cx: &Cx, shown: Shown<'_>, organization: Uuid) -> Result<Entrant> {
        let (Shown::Bearer(token) | Shown::Cookie(token)) = shown;
        if let Some(hash) = stored(token) {
            return identity::browser_entrant(cx, &hash, organization).await?.ok_or_else(bad);
        }
        if matches!(shown, Shown::Cookie(_)) {
            return Err(bad());
        }
        let caller = if ApiKeys::looks_like(token) {
            let presented = Presented {
                credentials: &Credentials::Bearer(token.to_owned()),
                organization: Some(&organization.to_string()),
                purposes: &[ApiKeyPurpose::General],
            };
            self.caller(cx, presented).await
        } else {
            let (subject, _) = self.inner.tokens.read(token, cx.now).ok_or_else(bad)?;
            identity::switch(cx, &subject.caller, &organization.to_string()).await.map(Some)
        };
        match caller {
            Ok(caller) => Ok(Entrant { caller, is_due: false }),
            Err(Error::NotFound(_)) => Ok(Entrant { caller: None, is_due: false }),
            Err(error) => Err(error),
        }
    }
}

impl BrowserSessions for Authority {
    fn open<'a>(&'a self, cx: &'a Cx, login: BrowserLogin<'a>) -> BoxFuture<'a, Result<Option<(String, Person)>>> {
        self.open_browser(cx, login).boxed()
    }

    fn enter<'a>(&'a self, cx: &'a Cx, shown: Shown<'a>, organization: Uuid) -> BoxFuture<'a, Result<Entrant>> {
        self.enter_shown(cx, shown, organization).boxed()
    }

    fn session<'a>(&'a self, cx: &'a Cx, token: &'a str) -> BoxFuture<'a, Result<Option<BrowserSession>>> {
        async move {
            match stored(token) {
                Some(hash) => identity::browser_session(cx, &hash).await,
                None => Ok(None),
            }
        }
        .boxed()
    }

    fn extend<'a>(&'a self, cx: &'a Cx, token: &'a str) -> BoxFuture<'a, Result<()>> {
        async move {
            match stored(token) {
                Some(hash) => identity::extend_browser_session(cx, &hash).await,
                None => Ok(()),
            }
        }
        .boxed()
    }

    fn end<'a>(&'a self, cx: &'a Cx, token: &'a str) -> BoxFuture<'a, Result<()>> {
        async move {
            match stored(token) {
                Some(hash) => identity::end_browser_session(cx, &hash).await,
                None => Ok(()),
            }
        }
        .boxed()
    }
}
