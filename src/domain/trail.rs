//! The trail: what happened to every record, appended in the transaction that did it.
//!
//! An organization's events have sequences 1, 2, 3 and so on without gaps, in order of commit: its head row is locked
//! from the first entry to the end of the transaction. Each event is a leaf of the organization's hash tree, added in
//! the same transaction (docs/trail.md).

mod bundle;
mod checkpoint;
mod erasure;
mod head;
mod leaf;
mod note;
mod opening;
mod proof;
mod record;
mod seal;
mod snapshot;
mod state;
mod tree;
mod verify;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
pub use entity::enumeration::EventAction as Action;
use uuid::Uuid;

pub use self::bundle::export;
pub use self::checkpoint::Keeper;
pub use self::erasure::{Selection, erase};
use self::head::Condition;
pub use self::head::{Head, Ledger, Receipt};
use self::leaf::{Content, Leaf, Salt, kept_instant};
pub use self::note::{Checkpoint, PublicKey, Signer, split as split_notes};
pub use self::opening::Opening;
pub use self::proof::{Consistency, Inclusion, consistency, inclusion, read_head};
pub use self::seal::seal_all;
pub use self::snapshot::{Shape, tells};
pub use self::state::{Compared, Difference, compare};
pub use self::tree::Hash;
pub use self::verify::{Finding, Report, Trusted, What, verify};
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
        ("salt", Kind::Text),
        ("leaf", Kind::Text),
        ("leaf_hash", Kind::Text),
    ],
};

/// Locks the organization's trail until the end of the transaction and gives its last sequence. A command that looks
/// first and then writes begins with it: then no other can come in between, and none waits for it the other way round.
pub async fn lock(tx: &mut Tx, organization_id: i64) -> Result<i64> {
    Ok(head::lock(tx, organization_id).await?.last_sequence)
}

/// As [`lock`], and asks the store for a condition in the same statement. Gives whether it holds; true without one.
pub async fn lock_if(tx: &mut Tx, organization_id: i64, condition: Condition<'_>) -> Result<bool> {
    head::lock_if(tx, organization_id, condition).await
}

/// Most events that wait to be written.
const PENDING: usize = 1_000;

/// Appends entries and gives the organization's last sequence. The transaction may commit afterwards: they are written
/// at its end, at the latest.
pub async fn append(tx: &mut Tx, organization_id: i64, entries: Vec<Entry>) -> Result<i64> {
    let mut head = head::lock(tx, organization_id).await?.clone();
    if entries.is_empty() {
        return Ok(head.last_sequence);
    }
    let keeps_tree = tx.keeps_tree();
    if keeps_tree && !head.is_complete() {
        seal::seal(tx, organization_id).await?;
        head = head::lock(tx, organization_id).await?.clone();
    }
    let (mut rows, mut finished) = (Vec::with_capacity(entries.len()), Vec::new());
    let salts = Salt::random(if keeps_tree { entries.len() } else { 0 })?;
    let mut salts = salts.iter();
    for mut entry in entries {
        // The leaf must say what will be read back.
        entry.event_date = kept_instant(entry.event_date);
        entry.action_date = kept_instant(entry.action_date);
        head.last_sequence += 1;
        let sealed = salts.next().map(|salt| Sealed::new(&entry, &head, salt));
        if let Some(sealed) = &sealed {
            head.tree.push(sealed.hash, |place, root| finished.push((place, root)));
            let (organization, sequence) = (head.organization, head.last_sequence);
            tx.ledger().receipts.push(Receipt { organization, sequence, leaf_hash: sealed.hash });
        }
        rows.push(row(organization_id, head.last_sequence, entry, sealed));
    }
    if !keeps_tree {
        head.tree = Default::default();
    }
    let last_sequence = head.last_sequence;
    let ledger = tx.ledger();
    ledger.heads.insert(organization_id, head);
    let pending = ledger.pending.entry(organization_id).or_default();
    pending.rows.extend(rows);
    pending.finished.extend(finished);
    let is_much = pending.rows.len() > PENDING;
    tx.mark_grown(organization_id, last_sequence);
    tx.mark_recorded();
    if is_much {
        flush(tx, organization_id).await?;
    }
    Ok(last_sequence)
}

/// Writes what was appended to a trail and not yet written. To this one only: the transaction shows no others' rows now.
async fn flush(tx: &mut Tx, organization_id: i64) -> Result<()> {
    let (store, ledger) = (tx.store(), tx.ledger());
    let Some(pending) = ledger.pending.remove(&organization_id) else { return Ok(()) };
    // Forgotten while it is written: after a refusal the row says what is true.
    let head = ledger.heads.remove(&organization_id).ok_or(Error::Internal)?;
    for (_, statement) in writing(store, vec![(organization_id, head.clone(), pending)])? {
        tx.fetch(&statement).await?;
    }
    tx.ledger().heads.insert(organization_id, head);
    Ok(())
}

/// The statements that write what was appended and not yet written, each with the organization whose rows it concerns:
/// the events of several trails go in one statement on PostgreSQL, which concerns them all. The ends of these trails are
/// forgotten: after a refusal the rows say what is true.
pub(in crate::domain) fn unwritten(tx: &mut Tx) -> Result<Vec<(Option<i64>, Statement)>> {
    let (store, ledger) = (tx.store(), tx.ledger());
    let mut trails = Vec::with_capacity(ledger.pending.len());
    for (organization_id, pending) in std::mem::take(&mut ledger.pending) {
        let head = ledger.heads.remove(&organization_id).ok_or(Error::Internal)?;
        trails.push((organization_id, head, pending));
    }
    writing(store, trails)
}

fn writing(store: Store, mut trails: Vec<(i64, Head, head::Pending)>) -> Result<Vec<(Option<i64>, Statement)>> {
    let mut all = Vec::new();
    let most = if store == Store::Postgres { usize::MAX } else { 1 };
    while !trails.is_empty() {
        let (mut rows, mut subtrees, mut heads) = (Vec::new(), Vec::new(), Vec::new());
        for (organization_id, head, pending) in trails.drain(..trails.len().min(most)) {
            rows.extend(pending.rows);
            subtrees.extend(seal::subtrees(organization_id, pending.finished));
            heads.push((organization_id, head));
        }
        let of = if let [(organization_id, _)] = heads.as_slice() { Some(*organization_id) } else { None };
        let events = bulk::inserting_and(store, &EVENTS, rows, |first| head::moved(&heads, first))?;
        let subtrees = bulk::inserting(store, seal::SUBTREES.name, seal::SUBTREES.columns, subtrees)?;
        all.extend(events.into_iter().chain(subtrees).map(|statement| (of, statement)));
    }
    Ok(all)
}

/// What the tree takes of an event.
struct Sealed {
    salt: String,
    leaf: String,
    hash: Hash,
}

impl Sealed {
    /// Of an event that is the last one of `head`.
    fn new(entry: &Entry, head: &Head, salt: &Salt) -> Self {
        let content = Content {
            after: entry.snapshot_after.as_deref(),
            before: entry.snapshot_before.as_deref(),
            extra: entry.extra.as_deref(),
        };
        let leaf = Leaf {
            organization: head.organization,
            sequence: head.last_sequence,
            event: entry.uuid,
            action: entry.action.word(),
            actor: entry.user_uuid,
            entity_type: entry.entity_type,
            entity: entry.entity_uuid,
            parent: entry.parent_uuid,
            recorded: entry.event_date,
            occurred: entry.action_date,
            surface: entry.surface.word(),
            request: entry.request_id.as_deref(),
        };
        let leaf = leaf.text(&content.commitment(salt));
        Self { salt: salt.text(), hash: Hash::of_leaf(leaf.as_bytes()), leaf }
    }
}

/// Appends those events that the organization does not have yet, by entity type and identifier. Without a new one the
/// transaction has changed nothing.
pub async fn import(tx: &mut Tx, organization_id: i64, entries: Vec<Entry>) -> Result<Imported> {
    // The head is locked before the look-up, so nobody can add one of them in between.
    lock(tx, organization_id).await?;
    flush(tx, organization_id).await?;
    let mut known = existing(tx, organization_id, &entries).await?;
    let inserted: Vec<bool> = entries.iter().map(|entry| known.insert((entry.entity_type, entry.uuid))).collect();
    let new = entries.into_iter().zip(&inserted).filter(|(_, new)| **new).map(|(entry, _)| entry).collect();
    let last_sequence = append(tx, organization_id, new).await?;
    Ok(Imported { inserted, last_sequence })
}

async fn existing(tx: &mut Tx, organization_id: i64, entries: &[Entry]) -> Result<HashSet<(&'static str, Uuid)>> {
    let mut asked: HashMap<&'static str, Vec<Cell>> = HashMap::new();
    for entry in entries {
        asked.entry(entry.entity_type).or_default().push(Cell::Uuid(entry.uuid));
    }
    // Identifier by identifier. On PostgreSQL nothing but the identifier may be looked up in an index: where the store has
    // not counted the rows yet, it would sooner read all events of a type each time.
    let sql = match tx.store() {
        Store::Postgres => {
            "SELECT event.uuid FROM unnest($3::uuid[]) AS asked (uuid) CROSS JOIN LATERAL (SELECT e.uuid FROM change_event \
             AS e WHERE e.uuid = asked.uuid AND e.organization_id + 0 = $1 AND e.entity_type || '' = $2 LIMIT 1) AS event"
        }
        Store::Sqlite => {
            "SELECT event.uuid FROM (SELECT unhex(value) AS uuid FROM json_each($3)) AS asked CROSS JOIN change_event AS \
             event ON event.organization_id = $1 AND event.entity_type = $2 AND event.uuid = asked.uuid"
        }
    };
    let mut known = HashSet::new();
    for (entity_type, uuids) in asked {
        let args = vec![Arg::long(organization_id), Arg::text(entity_type), Arg::Many(Kind::Uuid, uuids)];
        let rows = tx.fetch(&Statement::new(sql, args, vec![Kind::Uuid])).await?;
        known.extend(rows.iter().filter_map(|row| row.first()?.as_uuid()).map(|uuid| (entity_type, uuid)));
    }
    Ok(known)
}

fn row(organization_id: i64, sequence: i64, entry: Entry, sealed: Option<Sealed>) -> Vec<Cell> {
    let json = |text: Option<String>| text.map_or(Cell::Null, Cell::Json);
    let (salt, leaf, hash) = match sealed {
        Some(sealed) => (sealed.salt.into(), sealed.leaf.into(), sealed.hash.to_string().into()),
        None => (Cell::Null, Cell::Null, Cell::Null),
    };
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
        salt,
        leaf,
        hash,
    ]
}
