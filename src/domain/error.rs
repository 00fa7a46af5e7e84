//! The one error of the domain: few kinds, each with a stable code. Every surface words it in its own form.

use std::fmt;

/// Why one field of an input was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Path of the field from the input's root, outermost first; empty for the input as a whole.
    pub path: Vec<String>,
    /// Stable code of what is wrong, such as REQUIRED or TAKEN.
    pub code: &'static str,
    /// What is wrong, in words that are safe to send.
    pub message: String,
}

impl Fault {
    /// A fault of one top-level field.
    pub fn field(name: &str, message: impl Into<String>) -> Self {
        Self { path: vec![name.to_owned()], code: "INVALID", message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path.join("."), self.message)
        }
    }
}

/// A limit that a request went over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// Name of the limit, as the README's table spells it.
    pub limit: &'static str,
    /// The most that is allowed.
    pub value: u64,
    /// What the request asked for; at least this much where counting stopped early.
    pub found: u64,
}

/// A refusal or a failure. `Display` is safe to send to a client; a cause is logged, never sent.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No valid credentials. The text never says which part was wrong.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// The caller is known and may not do this.
    #[error("{0}")]
    Forbidden(&'static str),
    /// No such row, or none that the caller may see.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The input is wrong; every fault that was found.
    #[error("{}", join(.0))]
    Invalid(Vec<Fault>),
    /// The state of the data refuses it.
    #[error("{0}")]
    Conflict(String),
    /// The record is not in the version that the sender saw.
    #[error("the record has changed since; it is in version {current} now")]
    Stale {
        /// Its version now.
        current: i64,
    },
    /// A rule of the domain refuses it: the rule's stable code, and the rule in words.
    #[error("{1}")]
    Rule(&'static str, String),
    /// Over a limit.
    #[error("the {} limit of {} is exceeded: found {}", .0.limit, .0.value, .0.found)]
    TooLarge(Exceeded),
    /// Too often; try again after so many seconds.
    #[error("too many requests; try again in {retry_after_seconds} seconds")]
    RateLimited {
        /// Seconds to wait before the next try.
        retry_after_seconds: u64,
    },
    /// The store cannot answer now.
    #[error("the service is temporarily unavailable")]
    Unavailable,
    /// A defect of ours.
    #[error("internal error")]
    Internal,
}

fn join(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl Error {
    /// The stable code of the kind, as GraphQL's `extensions.code` gives it (contract graphql, Mutations).
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated(_) => "UNAUTHENTICATED",
            Self::Forbidden(_) => "FORBIDDEN",
            Self::NotFound(_) => "NOT_FOUND",
            Self::Invalid(_) => "BAD_USER_INPUT",
            Self::Conflict(_) | Self::Stale { .. } | Self::Rule(..) => "CONFLICT",
            Self::TooLarge(_) => "TOO_COMPLEX",
            Self::RateLimited { .. } => "RATE_LIMITED",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }

    /// One fault of one field.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Fault::field(field, message)])
    }

    /// One field whose value another record has.
    pub fn taken(field: &str) -> Self {
        Self::Invalid(vec![Fault { code: "TAKEN", ..Fault::field(field, "is taken by another record") }])
    }

    /// Logs a defect with its cause and gives the error that may be sent.
    pub fn internal(context: &'static str, cause: &dyn fmt::Display) -> Self {
        tracing::error!(cause = %cause, context, "internal error");
        Self::Internal
    }
}

/// What the domain's functions give.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The only place where an error of the store becomes one of ours.
impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::WorkerCrashed => {
                tracing::warn!(cause = %error, "store unavailable");
                Self::Unavailable
            }
            sqlx::Error::Database(database) => classify(database.as_ref()),
            _ => Self::internal("store", &error),
        }
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        use sea_orm::{DbErr, RuntimeErr};
        match error {
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
                // The cause is shared with the ORM, so it is classified by reference.
                match cause.as_ref() {
                    sqlx::Error::Database(database) => classify(database.as_ref()),
                    sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => Self::Unavailable,
                    other => Self::internal("store", other),
                }
            }
            DbErr::ConnectionAcquire(_) => Self::Unavailable,
            other => Self::internal("store", &other),
        }
    }
}

fn classify(error: &dyn sqlx::error::DatabaseError) -> Error {
    let code = error.code().unwrap_or_default().into_owned();
    if error.is_unique_violation() {
        return Error::Conflict("a row with this key exists already".to_owned());
    }
    if error.is_foreign_key_violation() {
        return Error::Conflict("another row refers to this one, or the row referred to is gone".to_owned());
    }
    if error.is_check_violation() {
        return Error::Invalid(vec![Fault {
            path: Vec::new(),
            code: "OUT_OF_RANGE",
            message: "a value is outside of what the record can hold".to_owned(),
        }]);
    }
    // PostgreSQL: 08 connection, 25P03 transaction idle for too long, 53 resources (disk full), 55P03 lock, 57 shutdown and
    // statement time-out, 58 system. SQLite: 5 busy, 6 locked, 10 input/output, 13 full (with its extended codes in the
    // upper bytes).
    let postgres_down =
        ["08", "25P03", "53", "55", "57", "58"].iter().any(|class| code.len() == 5 && code.starts_with(class));
    let sqlite_down =
        code.parse::<u32>().is_ok_and(|number| code.len() < 5 && matches!(number & 0xff, 5 | 6 | 10 | 13));
    if postgres_down || sqlite_down {
        tracing::warn!(%code, cause = %error, "store unavailable");
        return Error::Unavailable;
    }
    tracing::error!(%code, cause = %error, "store refused a statement");
    Error::Internal
}
