//! Signing in, staying signed in and signing out.

use std::fmt;
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::attempts::{FailureLimit, Origin};
use super::authority::Authority;
use super::secrets::random_bytes;
use super::token::Subject;
use crate::domain::cx::{Caller, Cx, Proof};
use crate::domain::error::{Error, Result};
use crate::domain::identity::{self, Account, NewSession, NextToken, Renewal, Seat};

/// 32 bytes in base64url.
pub(super) const TOKEN_LENGTH: usize = 43;

/// A try to sign in.
#[derive(Clone, Copy)]
pub struct Login<'a> {
    /// Username or mail address.
    pub name: &'a str,
    /// The password.
    pub password: &'a str,
    /// Where the client is, as far as that is known.
    pub address: Option<IpAddr>,
    /// Slug of the organization to act in; none for the first one the user became a member of.
    pub organization: Option<&'a str>,
}

/// A sign-in, new or renewed.
#[derive(Clone)]
pub struct SignedIn {
    /// Proves the caller until it expires.
    pub access_token: String,
    /// Is exchanged once for the next pair.
    pub refresh_token: String,
    /// When the access token expires.
    pub expires_at: DateTime<Utc>,
    /// The user and the organization of the session.
    pub caller: Caller,
}

impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedIn")
            .field("expires_at", &self.expires_at)
            .field("caller", &self.caller)
            .finish_non_exhaustive()
    }
}

/// A token of a sign-in, and what is stored of it.
pub(super) struct Fresh {
    pub(super) token: String,
    pub(super) hash: String,
}

impl Fresh {
    pub(super) fn random() -> Result<Self> {
        let token = URL_SAFE_NO_PAD.encode(random_bytes()?);
        Ok(Self { hash: hash_of(&token), token })
    }
}

pub(super) fn hash_of(token: &str) -> String {
    Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Authority {
    /// Signs in by password. One answer for everything that can be wrong with name, password and organization.
    pub async fn login(&self, cx: &Cx, login: Login<'_>) -> Result<SignedIn> {
        let attempts = &self.inner.attempts;
        let origin = Origin::new(login.name, login.address);
        let limit = self.inner.settings.failures;
        attempts.check(origin, cx.now, limit)?;
        let account = identity::find_account(cx, login.name, login.organization).await?;
        let stored = account.as_ref().map(|account| account.password_hash.clone());
        let is_right = self.tried((origin, cx.now, limit), stored, login.password).await?;
        let done = self.open(cx, account.filter(|_| is_right)).await;
        match done {
            Ok(Some(signed_in)) => {
                attempts.forgive(origin);
                Ok(signed_in)
            }
            Ok(None) => Err(Error::Unauthenticated("wrong username or password")),
            Err(error) => {
                attempts.withdraw(origin);
                Err(error)
            }
        }
    }

    /// Whether a password is the right one. The try counts as a failed one until it is forgiven; nothing stored is never
    /// right and takes as long.
    pub(super) async fn tried(
        &self,
        (origin, now, limit): (Origin, DateTime<Utc>, FailureLimit),
        stored: Option<String>,
        password: &str,
    ) -> Result<bool> {
        let attempts = &self.inner.attempts;
        let turn = self.inner.passwords.turn().await?;
        attempts.begin(origin, now, limit)?;
        let is_right = turn.matches(stored, password.to_owned()).await;
        if is_right.is_err() {
            attempts.withdraw(origin);
        }
        is_right
    }

    /// Signs in a user without their password, on the operator's word.
    pub async fn vouch(&self, cx: &Cx, name: &str, organization: Option<&str>) -> Result<SignedIn> {
        let account = identity::find_account(cx, name, organization).await?;
        self.open(cx, account).await?.ok_or(Error::NotFound("user"))
    }

    async fn open(&self, cx: &Cx, account: Option<Account>) -> Result<Option<SignedIn>> {
        let Some(Account { seat, .. }) = account else { return Ok(None) };
        let settings = &self.inner.settings;
        let fresh = Fresh::random()?;
        let absolute_expires_at = cx.now + settings.sign_in_life;
        let session = NewSession {
            caller: seat.caller.clone(),
            token_hash: fresh.hash.clone(),
            expires_at: absolute_expires_at.min(cx.now + settings.refresh_life),
            absolute_expires_at,
        };
        if !identity::open_session(cx, session).await? {
            return Ok(None);
        }
        self.signed_in(cx, seat, fresh, absolute_expires_at).map(Some)
    }

    /// Exchanges a refresh token for the next pair. A token that is shown twice ends its sign-in: one of the two who
    /// showed it has stolen it.
    pub async fn refresh(&self, cx: &Cx, refresh_token: &str) -> Result<SignedIn> {
        if refresh_token.len() != TOKEN_LENGTH {
            return Err(identity::ended());
        }
        let fresh = Fresh::random()?;
        let next = NextToken { token_hash: fresh.hash.clone(), life: self.inner.settings.refresh_life };
        match identity::renew_session(cx, &hash_of(refresh_token), next).await? {
            Renewal::Renewed { seat, absolute_expires_at } => self.signed_in(cx, *seat, fresh, absolute_expires_at),
            Renewal::Refused => Err(identity::ended()),
            Renewal::Reused => {
                tracing::warn!(request_id = %cx.request_id, "a refresh token came twice; its sign-in was ended");
                Err(identity::ended())
            }
        }
    }

    /// Ends the sign-in of the caller, with all its tokens, from the next request on.
    pub async fn logout(&self, cx: &Cx) -> Result<()> {
        let caller = cx.caller()?;
        match caller.proof {
            Proof::Token { family, .. } => identity::end_family(cx, caller.user_id, family).await,
            Proof::ApiKey { .. } | Proof::Looked | Proof::Operator => {
                Err(Error::Forbidden("only a sign-in can be ended"))
            }
        }
    }

    fn signed_in(&self, cx: &Cx, seat: Seat, fresh: Fresh, latest: DateTime<Utc>) -> Result<SignedIn> {
        let until = latest.min(cx.now + self.inner.settings.access_life);
        // A token says whole seconds.
        let expires_at = DateTime::from_timestamp(until.timestamp(), 0).unwrap_or(until);
        let subject = Subject {
            caller: seat.caller,
            organization_uuid: seat.organization_uuid,
            organization_slug: seat.organization_slug,
        };
        Ok(SignedIn {
            access_token: self.inner.tokens.issue(&subject, cx.now, expires_at)?,
            refresh_token: fresh.token,
            expires_at,
            caller: subject.caller,
        })
    }
}
