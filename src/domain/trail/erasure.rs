//! Erasing what events say of records, by order or by age. The leaf stays, so everything can still be proven but what
//! the snapshots were; an event of its own tells what was erased, and verification asks for it.

use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::record::Record;
use super::{Action, Origin, append, head, seal};
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Arg, Db, Errand, Outcome, Statement, Store, Tx};
use crate::domain::error::{Error, Result};

/// Type of the record that an erasure is an event of: the trail itself, by the organization's identifier.
pub const TRAIL: &str = "trail";

/// Events of one transaction.
const AT_ONCE: i64 = 5_000;

/// Which events to erase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// One event, by its identifier.
    Event(Uuid),
    /// All events of a record, by its identifier.
    Entity(Uuid),
    /// All events recorded before an instant.
    Before(DateTime<Utc>),
}

impl Selection {
    fn condition(&self) -> (&'static str, Arg) {
        match self {
            Self::Event(uuid) => ("uuid = $2", Arg::one(Kind::Uuid, *uuid)),
            Self::Entity(uuid) => ("entity_uuid = $2", Arg::one(Kind::Uuid, *uuid)),
            Self::Before(instant) => ("event_date < $2", Arg::one(Kind::Time, *instant)),
        }
    }

    fn told(&self) -> Value {
        match self {
            Self::Event(uuid) => json!({ "event": uuid.to_string() }),
            Self::Entity(uuid) => json!({ "entity": uuid.to_string() }),
            Self::Before(instant) => json!({ "before": crate::domain::cell::instant_text(instant) }),
        }
    }
}

/// Erases snapshots, further keys and salt of the selected events of an organization, and says so in its trail, in the
/// same transaction. Gives how many events it were; those of erasures themselves are never among them.
pub async fn erase(
    db: &Db,
    organization_id: i64,
    (selection, reason): (Selection, String),
    origin: Origin,
) -> Result<i64> {
    if reason.trim().is_empty() {
        return Err(Error::invalid("reason", "is required"));
    }
    let errand = Errand { organization_id: Some(organization_id), ..Errand::default() };
    let order = Arc::new((selection, reason, origin));
    let mut erased = 0;
    loop {
        let order = Arc::clone(&order);
        let done = db.write(&errand, move |tx| {
            let order = Arc::clone(&order);
            Box::pin(async move { erase_some(tx, organization_id, &order).await })
        });
        let done = done.await?;
        erased += done;
        if done < AT_ONCE {
            return Ok(erased);
        }
    }
}

async fn erase_some(
    tx: &mut Tx,
    organization_id: i64,
    (selection, reason, origin): &(Selection, String, Origin),
) -> Result<Outcome<i64>> {
    let organization = head::lock(tx, organization_id).await?.organization;
    // What was never sealed could not be proven any more.
    seal::seal(tx, organization_id).await?;
    let (condition, arg) = selection.condition();
    let sql = format!(
        "SELECT sequence FROM change_event WHERE organization_id = $1 AND {condition} AND erased_at IS NULL AND \
         entity_type <> '{TRAIL}' AND coalesce(CAST(snapshot_after AS TEXT), CAST(snapshot_before AS TEXT), CAST(extra AS \
         TEXT)) IS NOT NULL ORDER BY sequence LIMIT {AT_ONCE}"
    );
    let rows = tx.fetch(&Statement::new(sql, vec![Arg::long(organization_id), arg], vec![Kind::Long])).await?;
    let sequences: Vec<i64> = rows.iter().filter_map(|row| row.first().and_then(Cell::as_int)).collect();
    if sequences.is_empty() {
        return Ok(Outcome::Unchanged(0));
    }
    let (mark, unmark, among) = match tx.store() {
        Store::Postgres => (
            "SELECT set_config('audit_gateway.erasure', 'on', true)",
            "SELECT set_config('audit_gateway.erasure', 'off', true)",
            "= ANY($2::bigint[])",
        ),
        Store::Sqlite => (
            "INSERT INTO trail_erasure (id) VALUES (1)",
            "DELETE FROM trail_erasure",
            "IN (SELECT value FROM json_each($2))",
        ),
    };
    let sql = format!(
        "UPDATE change_event SET snapshot_after = NULL, snapshot_before = NULL, extra = NULL, salt = NULL, erased_at = $3 \
         WHERE organization_id = $1 AND sequence {among}"
    );
    let args = vec![Arg::long(organization_id), Arg::longs(sequences.iter().copied()), Arg::one(Kind::Time, origin.at)];
    tx.fetch(&Statement::new(mark, Vec::new(), Vec::new())).await?;
    tx.fetch(&Statement::new(sql, args, Vec::new())).await?;
    tx.fetch(&Statement::new(unmark, Vec::new(), Vec::new())).await?;
    let mut told = json!({ "erased": ranges(&sequences), "reason": reason });
    if let (Value::Object(told), Value::Object(selected)) = (&mut told, selection.told()) {
        told.extend(selected);
    }
    let mut entry = origin.entry(Action::Delete, TRAIL, organization);
    entry.extra = Some(told.to_string());
    append(tx, organization_id, vec![entry]).await?;
    Ok(Outcome::Changed(rows.len().try_into().unwrap_or(i64::MAX)))
}

/// Sequences in ascending order as first and last ones of runs.
fn ranges(sequences: &[i64]) -> Vec<[i64; 2]> {
    let mut ranges: Vec<[i64; 2]> = Vec::new();
    for sequence in sequences {
        match ranges.last_mut() {
            Some([_, last]) if *last + 1 == *sequence => *last = *sequence,
            _ => ranges.push([*sequence; 2]),
        }
    }
    ranges
}

/// Whether an event tells of an erasure.
pub(super) fn is_erasure(event: &Record) -> bool {
    event.entity_type == TRAIL
}

/// The events that an erasure tells of. Only those before it can have been erased by it.
pub(super) fn told(erasure: &Record) -> Vec<RangeInclusive<i64>> {
    let extra = erasure.extra.as_deref().and_then(|extra| serde_json::from_str::<Value>(extra).ok());
    let read = |range: &Value| match range.as_array()?.as_slice() {
        [first, last] => Some(first.as_i64()?..=last.as_i64()?.min(erasure.sequence - 1)),
        _ => None,
    };
    let ranges = extra.as_ref().and_then(|extra| extra.get("erased")).and_then(Value::as_array);
    ranges.into_iter().flatten().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_make_one_range() {
        assert_eq!(ranges(&[1, 2, 3, 5, 7, 8]), [[1, 3], [5, 5], [7, 8]]);
        assert!(ranges(&[]).is_empty());
    }
}
