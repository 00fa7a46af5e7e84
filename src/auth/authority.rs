//! From the credentials of a request to its caller.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;
use uuid::Uuid;

use super::api_key::ApiKeys;
use super::attempts::{Attempts, FailureLimit};
use super::password::Passwords;
use super::token::{AccessTokens, KNOWN, SigningKeys};
use crate::domain::cx::{Caller, Cx};
use crate::domain::error::{Error, Result};
use crate::domain::identity::{self, ApiKeyPurpose};
use crate::domain::session::{Granted, Guest, KeyRule};

/// Keys whose last use is remembered here; of others the store is asked.
const KEYS_REMEMBERED: u64 = 10_000;

/// What the operator decides about sign-ins.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who issues access tokens (`iss`).
    pub issuer: String,
    /// Whom they are for (`aud`).
    pub audience: String,
    /// How long an access token is good.
    pub access_life: TimeDelta,
    /// How long a refresh token is good.
    pub refresh_life: TimeDelta,
    /// How long a sign-in can be renewed.
    pub sign_in_life: TimeDelta,
    /// How many failed sign-ins are too many.
    pub failures: FailureLimit,
    /// The same where browsers sign in.
    pub browser_failures: FailureLimit,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            issuer: "audit-gateway".to_owned(),
            audience: "audit-gateway".to_owned(),
            access_life: TimeDelta::minutes(15),
            refresh_life: TimeDelta::days(14),
            sign_in_life: TimeDelta::days(30),
            failures: FailureLimit::default(),
            browser_failures: FailureLimit::of_browsers(),
        }
    }
}

/// What a client proves itself with.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Credentials {
    /// Nothing.
    #[default]
    None,
    /// A token or an API key.
    Bearer(String),
}

impl Credentials {
    /// The credentials in the text of an `Authorization` header (RFC 6750). Those of another scheme count as none.
    pub fn of_authorization(text: Option<&str>) -> Self {
        match text.and_then(|text| text.trim().split_once(' ')) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => Self::Bearer(token.trim().to_owned()),
            _ => Self::None,
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Bearer(_) => "Bearer(***)",
        })
    }
}

/// What a request says about its caller.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// The proof.
    pub credentials: &'a Credentials,
    /// Uuid or slug of the organization to act in, where one is named (`X-Organization`).
    pub organization: Option<&'a str>,
    /// The purposes of API keys that the surface takes. Keys of other purposes are unknown to it.
    pub purposes: &'a [ApiKeyPurpose],
}

/// A caller, and how long the proof is good by itself.
#[derive(Clone, Debug)]
pub struct Admission {
    /// Who asks.
    pub caller: Caller,
    /// From when a connection that stays open must be closed; none for a key without end.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The one who knows how callers prove who they are. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Authority {
    pub(super) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) settings: Settings,
    pub(super) tokens: AccessTokens,
    pub(super) passwords: Passwords,
    pub(super) attempts: Attempts,
    api_keys: ApiKeys,
    touched: Cache<i64, DateTime<Utc>>,
}

impl Authority {
    /// An authority with these keys.
    pub fn new(settings: Settings, signing: SigningKeys, api_keys: ApiKeys) -> Self {
        let inner = Inner {
            tokens: AccessTokens {
                keys: signing,
                issuer: settings.issuer.clone(),
                audience: settings.audience.clone(),
                known: Cache::new(KNOWN),
            },
            passwords: Passwords::default(),
            attempts: Attempts::new(&[settings.failures, settings.browser_failures]),
            api_keys,
            touched: Cache::new(KEYS_REMEMBERED),
            settings,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Who asks, or nobody where nothing is presented. Bad credentials are refused, also where none are needed.
    ///
    /// An access token is not looked up: that its session holds is asked by the first statement of the request
    /// ([`identity::guard_sql`]) or by [`identity::verify`].
    pub async fn caller(&self, cx: &Cx, presented: Presented<'_>) -> Result<Option<Caller>> {
        Ok(self.admit(cx, presented).await?.map(|admission| admission.caller))
    }

    /// As [`Authority::caller`], with the end of the proof.
    pub async fn admit(&self, cx: &Cx, presented: Presented<'_>) -> Result<Option<Admission>> {
        let Credentials::Bearer(token) = presented.credentials else { return Ok(None) };
        let organization = presented.organization.map(str::trim).filter(|name| !name.is_empty());
        let admission = if ApiKeys::looks_like(token) {
            self.admit_key(cx, token, organization, presented.purposes).await?
        } else {
            self.admit_token(cx, token, organization).await?
        };
        Ok(Some(admission))
    }

    async fn admit_token(&self, cx: &Cx, token: &str, organization: Option<&str>) -> Result<Admission> {
        let (subject, until) = self.inner.tokens.read(token, cx.now).ok_or_else(bad)?;
        let caller = match organization {
            Some(name) if !subject.is_in(name) => identity::switch(cx, &subject.caller, name).await?,
            _ => subject.caller,
        };
        Ok(Admission { caller, expires_at: Some(until) })
    }

    async fn admit_key(
        &self,
        cx: &Cx,
        token: &str,
        organization: Option<&str>,
        purposes: &[ApiKeyPurpose],
    ) -> Result<Admission> {
        let uuid = self.inner.api_keys.uuid(token).ok_or_else(bad)?;
        let key = identity::api_key(cx, uuid, purposes).await?.ok_or_else(bad)?;
        let is_here = |name: &str| {
            name == key.organization_slug || Uuid::try_parse(name).is_ok_and(|uuid| uuid == key.organization_uuid)
        };
        if organization.is_some_and(|name| !is_here(name)) {
            return Err(Error::NotFound("organization"));
        }
        self.touch(cx, (key.id, key.caller.organization_id), key.last_used_at);
        Ok(Admission { caller: key.caller, expires_at: key.expires_at })
    }

    /// Who holds a key or an access token, and what was granted to them: one statement.
    pub(super) async fn grant(&self, cx: &Cx, token: &str, rule: KeyRule) -> Result<Granted> {
        if !ApiKeys::looks_like(token) {
            let (subject, _) = self.inner.tokens.read(token, cx.now).ok_or_else(bad)?;
            return identity::granted_session(cx, &subject.caller).await;
        }
        let uuid = self.inner.api_keys.uuid(token).ok_or_else(bad)?;
        let key = identity::granted_key(cx, uuid).await?.ok_or_else(bad)?;
        let is_for_this =
            key.scopes.is_empty() || rule.scope.is_none_or(|wanted| key.scopes.iter().any(|scope| scope == wanted));
        if !rule.purposes.contains(&key.purpose) || !is_for_this {
            return Err(bad());
        }
        self.touch(cx, (key.id, key.organization_id), key.last_used_at);
        Ok(key.granted)
    }

    /// Who holds a key or an access token, in the organization with this slug: one statement.
    pub(super) async fn receive(&self, cx: &Cx, token: &str, slug: &str, purposes: &[ApiKeyPurpose]) -> Result<Guest> {
        if !ApiKeys::looks_like(token) {
            let (subject, _) = self.inner.tokens.read(token, cx.now).ok_or_else(bad)?;
            return identity::session_guest(cx, &subject.caller, slug).await;
        }
        let uuid = self.inner.api_keys.uuid(token).ok_or_else(bad)?;
        let key = identity::key_guest(cx, uuid, slug).await?.ok_or_else(bad)?;
        if !purposes.contains(&key.purpose) {
            return Err(bad());
        }
        self.touch(cx, (key.id, key.organization_id), key.last_used_at);
        Ok(key.guest)
    }

    /// Writes down the use of a key, at most once a minute and beside the request, which does not wait for it.
    fn touch(&self, cx: &Cx, (id, organization_id): (i64, i64), last_used_at: Option<DateTime<Utc>>) {
        let now = cx.now;
        let is_due = |last: DateTime<Utc>| now - last >= TimeDelta::seconds(60);
        if !last_used_at.is_none_or(is_due) {
            return;
        }
        // Requests that come before the first one's note is written do not write it again.
        if !self.inner.touched.entry(id).or_insert_with_if(|| now, |last| is_due(*last)).is_fresh() {
            return;
        }
        let db = cx.db.clone();
        tokio::spawn(async move {
            if let Err(error) = identity::touch_api_key(&db, organization_id, id, now).await {
                tracing::warn!(%error, key = id, "the use of a key was not written down");
            }
        });
    }

    /// The token of the API key with this uuid: what its owner is shown, as often as wanted.
    pub fn api_key_token(&self, uuid: Uuid) -> String {
        self.inner.api_keys.token(uuid)
    }

    /// The hash of a new password, to be stored. Refuses one that is too short or too long.
    pub async fn hash_password(&self, password: &str) -> Result<String> {
        self.inner.passwords.turn().await?.hash(password.to_owned()).await
    }

    /// Password hashes computed since the start.
    pub fn hashes_computed(&self) -> u64 {
        self.inner.passwords.computed()
    }
}

/// The one refusal of credentials, whatever is wrong with them.
fn bad() -> Error {
    Error::Unauthenticated("the credentials are not valid or have expired")
}
