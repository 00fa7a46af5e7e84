//! Who asks, when, and with which source of ids: handed to every function of the domain.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Timelike, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::db::{Db, Errand};

/// What a member of an organization may do at most (domain model, membership).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads and works.
    Member,
    /// Also administers members, keys and settings.
    Admin,
    /// Also owns the organization itself.
    Owner,
}

impl Role {
    /// The stored and shown word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Member => "MEMBER",
            Self::Admin => "ADMIN",
            Self::Owner => "OWNER",
        }
    }

    /// The role of a stored word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Member, Self::Admin, Self::Owner].into_iter().find(|role| role.word() == word)
    }
}

/// By what the caller proved who they are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Proof {
    /// An access token, with the generation it was issued in and the sign-in (refresh family) it belongs to.
    Token {
        /// The user's token generation when the token was issued; the user's present one must equal it.
        generation: i32,
        /// The sign-in; ended by a logout.
        family: Uuid,
    },
    /// An API key, already read and found valid in this request.
    ApiKey {
        /// The key's row.
        key_id: i64,
        /// What it is limited to; empty for everything its user may do.
        scopes: Vec<String>,
    },
    /// A token that says who asks and nothing about a sign-in: user, membership and access were read in this request.
    Looked,
    /// The operator at the command line, or the program itself.
    Operator,
}

/// The caller of one request: a user acting in one organization.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    /// `user.id`; 0 for the operator.
    pub user_id: i64,
    /// `user.uuid`.
    pub user_uuid: Uuid,
    /// The active organization: every row that is read or written belongs to it.
    pub organization_id: i64,
    /// Role in that organization.
    pub role: Role,
    /// How the caller proved it.
    pub proof: Proof,
}

/// Where a request came in, as the trail records it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// The native surface.
    Graphql,
    /// The dialect of the Action Audit Data API.
    ActionAudit,
    /// The dialect of AuditComply.
    Auditcomply,
    /// The dialect of Ablebase.
    Ablebase,
    /// The dialect of FOLIO's acquisition events.
    Folio,
    /// The dialect of PackageX.
    Packagex,
    /// The command line.
    Cli,
    /// An importer.
    Import,
    /// The message bus.
    Bus,
    /// Generated data.
    Seed,
}

impl Surface {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Graphql => "graphql",
            Self::ActionAudit => "action_audit",
            Self::Auditcomply => "auditcomply",
            Self::Ablebase => "ablebase",
            Self::Folio => "folio",
            Self::Packagex => "packagex",
            Self::Cli => "cli",
            Self::Import => "import",
            Self::Bus => "bus",
            Self::Seed => "seed",
        }
    }
}

/// The clock. Real, or fixed by a test; cut to microseconds, because SQLite would keep more than PostgreSQL does.
#[derive(Clone, Copy, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// Always this instant.
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// Now, in whole microseconds.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn now(self) -> DateTime<Utc> {
        match self {
            Self::System => micros(Utc::now()),
            Self::Fixed(instant) => instant,
        }
    }
}

/// An instant cut to whole microseconds.
pub fn micros(instant: DateTime<Utc>) -> DateTime<Utc> {
    instant.with_nanosecond(instant.nanosecond() / 1_000 * 1_000).unwrap_or(instant)
}

/// A new random UUID of version 4 (domain model, rules for every table).
#[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
pub fn new_uuid() -> Uuid {
    Uuid::new_v4()
}

/// The context of one request.
#[derive(Clone)]
pub struct Cx {
    /// The store.
    pub db: Db,
    /// Who asks; none before sign-in.
    pub caller: Option<Arc<Caller>>,
    /// The instant the request is answered at: one for the whole request.
    pub now: DateTime<Utc>,
    /// Where it came in.
    pub surface: Surface,
    /// The request's id, in logs and in the trail.
    pub request_id: Uuid,
    /// Where the client is, as failed sign-ins are counted by; none for the command line.
    pub client: Option<IpAddr>,
    /// Time zone of the active organization, where the way in has read it with the caller; UTC elsewhere. On which day
    /// an instant was there is told to the documented interfaces only.
    pub zone: Tz,
    /// Statements sent to the store for this request so far.
    pub statements: Arc<AtomicU64>,
}

impl Cx {
    /// A context for `caller` at `now`.
    pub fn new(db: Db, caller: Option<Caller>, now: DateTime<Utc>, surface: Surface) -> Self {
        Self {
            db,
            caller: caller.map(Arc::new),
            now,
            surface,
            request_id: new_uuid(),
            client: None,
            zone: Tz::UTC,
            statements: Arc::default(),
        }
    }

    /// The caller, or the refusal of one who has not signed in.
    pub fn caller(&self) -> super::error::Result<&Arc<Caller>> {
        self.caller.as_ref().ok_or(super::error::Error::Unauthenticated("sign in first"))
    }

    /// The request's mark on the store, for rows of an organization; for those of sign-in without one.
    pub fn errand(&self, organization_id: Option<i64>) -> Errand {
        Errand { organization_id, statements: Arc::clone(&self.statements) }
    }

    /// Statements sent for this request so far.
    pub fn statement_count(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }
}
