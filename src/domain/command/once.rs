//! Keys of clients that send a command again when they did not hear of its outcome: the second time is answered, not
//! carried out (contract graphql, Mutations: the same key and input within 24 hours).

use chrono::TimeDelta;

use super::desk::Desk;
use super::order::{Done, Once};
use crate::domain::cell::Kind;
use crate::domain::db::{Arg, Statement};
use crate::domain::error::{Error, Result};

/// How long a key is known, in hours.
pub const HOURS: i64 = 24;

/// What came of the command that was sent under this key before. The organization's trail is locked, so the same key
/// cannot come in twice at once.
pub async fn recall(desk: &mut Desk<'_>, once: &Once) -> Result<Option<Done>> {
    let since = desk.now() - TimeDelta::hours(HOURS);
    let statement = Statement::new(
        "SELECT fingerprint, outcome FROM idempotency_key WHERE organization_id = $1 AND user_id = $2 AND key = $3 \
         AND created_at > $4",
        vec![
            Arg::long(desk.organization_id),
            Arg::long(desk.caller.user_id),
            Arg::text(&once.key),
            Arg::one(Kind::Time, since),
        ],
        vec![Kind::Text, Kind::Text],
    );
    let rows = desk.fetch(&statement).await?;
    let (Some(fingerprint), Some(outcome)) = (rows.cell(0, 0).as_str(), rows.cell(0, 1).as_str()) else {
        return Ok(None);
    };
    if fingerprint != once.fingerprint {
        return Err(Error::Conflict("the idempotency key was used with another input".to_owned()));
    }
    serde_json::from_str(outcome).map(Some).map_err(|error| Error::internal("idempotency key", &error))
}

/// Keeps what came of a command, and forgets what is too old.
pub async fn remember(desk: &mut Desk<'_>, once: &Once, done: &Done) -> Result<()> {
    let (organization, now) = (Arg::long(desk.organization_id), desk.now());
    let old = Statement::new(
        "DELETE FROM idempotency_key WHERE organization_id = $1 AND created_at <= $2",
        vec![organization.clone(), Arg::one(Kind::Time, now - TimeDelta::hours(HOURS))],
        Vec::new(),
    );
    desk.fetch(&old).await?;
    let outcome = serde_json::to_string(done).map_err(|error| Error::internal("idempotency key", &error))?;
    let new = Statement::new(
        "INSERT INTO idempotency_key (organization_id, user_id, key, fingerprint, outcome, created_at) VALUES ($1, \
         $2, $3, $4, $5, $6)",
        vec![
            organization,
            Arg::long(desk.caller.user_id),
            Arg::text(&once.key),
            Arg::text(&once.fingerprint),
            Arg::text(outcome),
            Arg::one(Kind::Time, now),
        ],
        Vec::new(),
    );
    desk.fetch(&new).await.map(|_| ())
}
