//! Signing in and out, as the surfaces see it. The auth room implements it; the domain knows no tokens.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::enumeration::ApiKeyPurpose;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::access::Viewer;
use super::cx::{Caller, Cx};
use super::error::Result;
use super::identity::Standing;

/// What a person signs in with.
#[derive(Clone)]
pub struct Login {
    /// Username or mail address.
    pub username: String,
    /// Password.
    pub password: String,
    /// Slug of the organization to act in; the person's first one without it.
    pub organization: Option<String>,
}

/// A session that was opened or prolonged.
#[derive(Clone)]
pub struct Opened {
    /// Sent with every request.
    pub access_token: String,
    /// Sent once, for the next pair.
    pub refresh_token: String,
    /// End of the access token's life.
    pub expires_at: DateTime<Utc>,
    /// Through whose eyes the session sees.
    pub viewer: Viewer,
}

/// Opens, prolongs and ends sessions.
pub trait Sessions: Send + Sync {
    /// Opens a session. A wrong password, an unknown user and an inactive one are the same refusal.
    fn login<'a>(&'a self, cx: &'a Cx, login: Login) -> BoxFuture<'a, Result<Opened>>;
    /// Prolongs a session.
    fn refresh<'a>(&'a self, cx: &'a Cx, refresh_token: String) -> BoxFuture<'a, Result<Opened>>;
    /// Makes sure that the caller's session still holds.
    fn verify<'a>(&'a self, cx: &'a Cx, caller: &'a Caller) -> BoxFuture<'a, Result<()>>;
    /// The hash that a password is kept as.
    fn password_hash(&self, password: String) -> BoxFuture<'_, Result<String>>;
    /// The token of the API key with this identifier.
    fn api_token(&self, key: Uuid) -> String;
    /// Ends the caller's session; effective on the next request.
    fn logout<'a>(&'a self, cx: &'a Cx) -> BoxFuture<'a, Result<()>>;
}

/// What a documented interface asks of an API key.
#[derive(Clone, Copy, Debug)]
pub struct KeyRule {
    /// The purposes it takes. Keys of other purposes are unknown to it.
    pub purposes: &'static [ApiKeyPurpose],
    /// The scope that a key must have, if it has any; none where the interface itself looks at what a key may do.
    pub scope: Option<&'static str>,
}

/// Whoever holds a token that is good, and what was granted to them in the token's organization.
#[derive(Clone, Debug)]
pub struct Granted {
    /// Who asks; none where the person is no member of the organization any more.
    pub caller: Option<Caller>,
    /// Whether the organization may use the data export.
    pub data_api: bool,
    /// Whether an administrator granted the person access through documented interfaces.
    pub api_access: bool,
    /// The organization's time zone.
    pub zone: Tz,
}

/// Says who comes in by a documented interface, with one statement a request.
pub trait Grants: Send + Sync {
    /// Who holds this API key or access token. One that is not good, for whatever reason, is one refusal.
    fn granted<'a>(&'a self, cx: &'a Cx, token: &'a str, rule: KeyRule) -> BoxFuture<'a, Result<Granted>>;
}

/// Whoever holds a token that is good, and who they are in the organization that a request names.
#[derive(Clone, Debug)]
pub struct Guest {
    /// `user.username`.
    pub username: String,
    /// The person in that organization; none where there is no such organization, they are no member of it, or the token
    /// is a key of another one.
    pub caller: Option<Caller>,
}

/// Says who comes in by a documented interface whose requests name the organization, with one statement a request.
pub trait Guests: Send + Sync {
    /// Who holds this API key of one of `purposes`, or this access token, in the organization with this slug. A token that
    /// is not good, for whatever reason, is one refusal.
    fn guest<'a>(
        &'a self,
        cx: &'a Cx,
        token: &'a str,
        slug: &'a str,
        purposes: &'static [ApiKeyPurpose],
    ) -> BoxFuture<'a, Result<Guest>>;
}

/// What a token of the AuditComply interface says, in the order in which it says it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Claims {
    /// `user.id`.
    pub user_id: i64,
    /// `user.username`.
    pub username: String,
    /// Last second in which it is good, since 1970.
    pub exp: i64,
    /// `user.email`, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// When the first token of its line was issued, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orig_iat: Option<i64>,
}

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFault {
    /// It is no token, or not signed by us in the agreed way.
    Signature,
    /// Its time is over.
    Expired,
    /// It is for somebody else, or not good yet.
    Refused,
    /// It does not say whose it is, or until when it is good.
    Payload,
}

/// Signed tokens that are kept nowhere: what AuditComply's clients sign in with.
pub trait UserTokens: Send + Sync {
    /// The user with this name, if the password is theirs and they are active. Tries are counted, as those of
    /// [`Sessions::login`] are.
    fn enter<'a>(&'a self, cx: &'a Cx, username: &'a str, password: &'a str)
    -> BoxFuture<'a, Result<Option<Standing>>>;
    /// A token.
    fn sign(&self, claims: &Claims) -> Result<String>;
    /// What a token says, if it is good at `now`.
    fn read(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, TokenFault>;
}

/// What a client of the Ablebase interface shows to say who asks.
#[derive(Clone, Copy)]
pub enum Shown<'a> {
    /// An access token, an API key or the token of a session.
    Bearer(&'a str),
    /// The token of a session, in a cookie.
    Cookie(&'a str),
}

/// Somebody whose credentials are good, at the organization that an address names.
#[derive(Clone, Debug)]
pub struct Entrant {
    /// Who asks, there; none where there is no such organization or they are no member of it.
    pub caller: Option<Caller>,
    /// Whether it is a session whose life is to be extended, because it is used.
    pub is_due: bool,
}

/// A person, as a session shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// `user.uuid`.
    pub uuid: Uuid,
    /// First and last name with a blank between them.
    pub name: String,
    /// `user.email`.
    pub email: String,
    /// Address of the portrait.
    pub image: Option<String>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A sign-in whose token is kept in a browser's cookie; the store has only a hash of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserSession {
    /// `session.uuid`.
    pub uuid: Uuid,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it began or was last extended.
    pub updated_at: DateTime<Utc>,
    /// Where the client was.
    pub ip_address: Option<String>,
    /// What the client was.
    pub user_agent: Option<String>,
    /// Organization chosen in it.
    pub organization: Option<Uuid>,
    /// Whether its life is to be extended, because it is used.
    pub is_due: bool,
    /// Who signed in.
    pub person: Person,
}

/// Somebody who wants to sign in from a browser.
#[derive(Clone, Copy)]
pub struct BrowserLogin<'a> {
    /// Mail address.
    pub email: &'a str,
    /// Password.
    pub password: &'a str,
    /// Whether the session outlives the browser and is extended by use.
    pub remember: bool,
    /// What the client is.
    pub user_agent: Option<&'a str>,
}

/// Sessions of browsers, and whoever comes in where they are taken.
pub trait BrowserSessions: Send + Sync {
    /// Opens a session; gives its token and the person. Nobody where anything is wrong with address or password. Tries
    /// are counted with those of [`Sessions::login`].
    fn open<'a>(&'a self, cx: &'a Cx, login: BrowserLogin<'a>) -> BoxFuture<'a, Result<Option<(String, Person)>>>;
    /// Who shows this, at the organization with this identifier. Credentials that are not good are one refusal.
    fn enter<'a>(&'a self, cx: &'a Cx, shown: Shown<'a>, organization: Uuid) -> BoxFuture<'a, Result<Entrant>>;
    /// The session of a token, if it holds.
    fn session<'a>(&'a self, cx: &'a Cx, token: &'a str) -> BoxFuture<'a, Result<Option<BrowserSession>>>;
    /// Extends the life of a session that is due.
    fn extend<'a>(&'a self, cx: &'a Cx, token: &'a str) -> BoxFuture<'a, Result<()>>;
    /// Ends a session. Ending it again changes nothing.
    fn end<'a>(&'a self, cx: &'a Cx, token: &'a str) -> BoxFuture<'a, Result<()>>;
}

/// How long a session that is remembered is good for after its last extension; one that is not, a day from its beginning.
pub const BROWSER_SESSION_DAYS: i64 = 7;
