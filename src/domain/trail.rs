//! The trail: what happened to every record, appended in the transaction that did it.
//!
//! An organization's events have sequences 1, 2, 3 and so on without gaps, in order of commit: its head row is locked
//! from the first entry to the end of the transaction.

mod snapshot;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
pub use entity::enumeration::EventAction as Action;
use uuid::Uuid;

pub use self::snapshot::Shape;
use super::bulk::{self, Table};
use super::cell::{Cell, Kind};
use super::cx::{Cx, Surface, new_uuid};
use super::db::{Arg, Statement, Store, Tx};
use super::error::{Error, Result};

/// Who did something, when, and where it came in: what all entries of one request share.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The person; none for the operator and the program itself.
    pub user_uuid: Option<Uuid>,
    /// Where it came in.
    pub surface: Surface,
    /// The request.
    pub request_id: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

impl Origin {
    /// The origin of what the request of `cx` does.
    pub fn of(cx: &Cx) -> Self {
        Self {
            // The operator acts as user 0, who is nobody.
            user_uuid: cx.caller.as_ref().filter(|caller| caller.user_id != 0).map(|caller| caller.user_uuid),
            surface: cx.surface,
            request_id: Some(cx.request_id.to_string()),
            at: cx.now,
        }
    }

    /// An entry that says that `action` happened to a record.
    pub fn entry(&self, action: Action, entity_type: &'static str, entity_uuid: Uuid) -> Entry {
        Entry {
            uuid: new_uuid(),
            entity_type,
            entity_uuid,
            parent_uuid: None,
            action,
            user_uuid: self.user_uuid,
            event_date: self.at,
            action_date: self.at,
            snapshot_after: None,
            snapshot_before: None,
            extra: None,
            surface: self.surface,
            request_id: self.request_id.clone(),
        }
    }
}

/// One event on its way into the trail.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Identifier of the event.
    pub uuid: Uuid,
    /// Type of the record, such as `audit` or `acq.order`.
    pub entity_type: &'static str,
    /// Identifier of the record.
    pub entity_uuid: Uuid,
    /// Identifier of the record it is a line of.
    pub parent_uuid: Option<Uuid>,
    /// What happened.
    pub action: Action,
    /// Who did it.
    pub user_uuid: Option<Uuid>,
    /// When it was recorded.
    pub event_date: DateTime<Utc>,
    /// When it occurred.
    pub action_date: DateTime<Utc>,
    /// The record as it was afterwards, a JSON object.
    pub snapshot_after: Option<String>,
    /// The record as it was before, a JSON object.
    pub snapshot_before: Option<String>,
    /// Further keys that came with the event, a JSON object.
    pub extra: Option<String>,
    /// Where it came in.
    pub surface: Surface,
    /// The request.
    pub request_id: Option<String>,
}

impl Entry {
    /// With the record as it was afterwards.
    #[must_use]
    pub fn after(mut self, snapshot: impl Into<String>) -> Self {
        self.snapshot_after = Some(snapshot.into());
        self
    }

    /// With the record as it was before.
    #[must_use]
    pub fn before(mut self, snapshot: impl Into<String>) -> Self {
        self.snapshot_before = Some(snapshot.into());
        self
    }

    /// As a line of another record.
    #[must_use]
    pub fn under(mut self, parent_uuid: Uuid) -> Self {
        self.parent_uuid = Some(parent_uuid);
        self
    }
}

/// What became of imported events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// For every event, in order: whether it was new.
    pub inserted: Vec<bool>,
    /// The organization's last sequence.
    pub last_sequence: i64,
}

impl Imported {
    /// How many events were new.
    pub fn count(&self) -> usize {
        self.inserted.iter().filter(|new| **new).count()
    }
}

const EVENTS: Table = Table {
    name: "change_event",
    columns: &[
        ("organization_id", Kind::Long),
        ("sequence", Kind::Long),
        ("uuid", Kind::Uuid),
        ("entity_type", Kind::Text),
        ("entity_uuid", Kind::Uuid),
        ("parent_uuid", Kind::Uuid),
        ("action", Kind::Text),
        ("user_uuid", Kind::Uuid),
        ("event_date", Kind::Time),
        ("action_date", Kind::Time),
        ("snapshot_after", Kind::Json),
        ("snapshot_before", Kind::Json),
        ("extra", Kind::Json),
        ("surface", Kind::Text),
        ("request_id", Kind::Text),
    ],
};

/// Locks the organization's trail until the end of the transaction and gives its last sequence. A command that looks
/// first and then writes begins with it: then no other can come in between, and none waits for it the other way round.
pub async fn lock(tx: &mut Tx, organization_id: i64) -> Result<i64> {
    advance(tx, organization_id, 0).await
}

/// Appends entries and gives the organization's last sequence. The transaction may commit afterwards.
pub async fn append(tx: &mut Tx, organization_id: i64, entries: Vec<Entry>) -> Result<i64> {
    let count = length(&entries)?;
    let last = advance(tx, organization_id, count).await?;
    if count > 0 {
        store(tx, organization_id, last - count, entries).await?;
        tx.mark_grown(organization_id, last);
        tx.mark_recorded();
    }
    Ok(last)
}

/// Appends those events that the organization does not have yet, by entity type and identifier. Without a new one the
/// transaction has changed nothing.
pub async fn import(tx: &mut Tx, organization_id: i64, entries: Vec<Entry>) -> Result<Imported> {
    // The head is locked before the look-up, so nobody can add one of them in between.
    lock(tx, organization_id).await?;
    let mut known = existing(tx, organization_id, &entries).await?;
    let inserted: Vec<bool> = entries.iter().map(|entry| known.insert((entry.entity_type, entry.uuid))).collect();
    let new = entries.into_iter().zip(&inserted).filter(|(_, new)| **new).map(|(entry, _)| entry).collect();
    let last_sequence = append(tx, organization_id, new).await?;
    Ok(Imported { inserted, last_sequence })
}

fn length(entries: &[Entry]) -> Result<i64> {
    i64::try_from(entries.len()).map_err(|error| Error::internal("trail", &error))
}

/// Locks the head and moves it on.
async fn advance(tx: &mut Tx, organization_id: i64, count: i64) -> Result<i64> {
    let statement = Statement::new(
        "INSERT INTO trail_head (organization_id, last_sequence) VALUES ($1, $2) ON CONFLICT (organization_id) DO \
         UPDATE SET last_sequence = trail_head.last_sequence + excluded.last_sequence RETURNING last_sequence",
        vec![Arg::long(organization_id), Arg::long(count)],
        vec![Kind::Long],
    );
    tx.fetch(&statement).await?.cell(0, 0).as_int().ok_or(Error::Internal)
}

async fn existing(tx: &mut Tx, organization_id: i64, entries: &[Entry]) -> Result<HashSet<(&'static str, Uuid)>> {
    let mut asked: HashMap<&'static str, Vec<Cell>> = HashMap::new();
    for entry in entries {
        asked.entry(entry.entity_type).or_default().push(Cell::Uuid(entry.uuid));
    }
    let among = match tx.store() {
        Store::Postgres => "uuid = ANY($3::uuid[])",
        Store::Sqlite => "uuid IN (SELECT unhex(value) FROM json_each($3))",
    };
    let sql = format!("SELECT uuid FROM change_event WHERE organization_id = $1 AND entity_type = $2 AND {among}");
    let mut known = HashSet::new();
    for (entity_type, uuids) in asked {
        let args = vec![Arg::long(organization_id), Arg::text(entity_type), Arg::Many(Kind::Uuid, uuids)];
        let rows = tx.fetch(&Statement::new(sql.as_str(), args, vec![Kind::Uuid])).await?;
        known.extend(rows.iter().filter_map(|row| row.first()?.as_uuid()).map(|uuid| (entity_type, uuid)));
    }
    Ok(known)
}

async fn store(tx: &mut Tx, organization_id: i64, before: i64, entries: Vec<Entry>) -> Result<()> {
    let json = |text: Option<String>| text.map_or(Cell::Null, Cell::Json);
    let rows = (before + 1..).zip(entries).map(|(sequence, entry)| {
        vec![
            organization_id.into(),
            sequence.into(),
            entry.uuid.into(),
            entry.entity_type.into(),
            entry.entity_uuid.into(),
            entry.parent_uuid.into(),
            entry.action.word().into(),
            entry.user_uuid.into(),
            entry.event_date.into(),
            entry.action_date.into(),
            json(entry.snapshot_after),
            json(entry.snapshot_before),
            json(entry.extra),
            entry.surface.word().into(),
            entry.request_id.into(),
        ]
    });
    bulk::insert_rows(tx, &EVENTS, rows.collect()).await
}
