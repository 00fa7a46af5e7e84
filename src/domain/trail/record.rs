//! An event as the store holds it, read in the order of the trail.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::leaf::{Content, Leaf, Salt};
use super::tree::Hash;
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Arg, Statement, Store};
use crate::domain::error::{Error, Result};

/// A row of `change_event`.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Position in the trail.
    pub sequence: i64,
    /// Identifier of the event.
    pub uuid: Uuid,
    /// Type of the record it tells of.
    pub entity_type: String,
    /// That record.
    pub entity_uuid: Uuid,
    /// The record it is a line of.
    pub parent_uuid: Option<Uuid>,
    /// What happened.
    pub action: String,
    /// Who did it.
    pub user_uuid: Option<Uuid>,
    /// When it was recorded.
    pub event_date: DateTime<Utc>,
    /// When it occurred.
    pub action_date: DateTime<Utc>,
    /// The record as it was afterwards.
    pub snapshot_after: Option<String>,
    /// The record as it was before.
    pub snapshot_before: Option<String>,
    /// Further keys.
    pub extra: Option<String>,
    /// Where it came in.
    pub surface: String,
    /// The request.
    pub request_id: Option<String>,
    /// Salt of the commitment to the snapshots.
    pub salt: Option<String>,
    /// The bytes that were hashed.
    pub leaf: Option<String>,
    /// Their hash.
    pub leaf_hash: Option<String>,
    /// When its snapshots were erased.
    pub erased_at: Option<DateTime<Utc>>,
}

const COLUMNS: [(&str, Kind); 18] = [
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
    ("erased_at", Kind::Time),
];

/// The next events behind a sequence, in the order of the trail.
pub fn page(store: Store, organization_id: i64, after: i64, limit: i64) -> Statement {
    let picked: Vec<String> = COLUMNS
        .iter()
        .map(|(name, kind)| match (store, kind) {
            (Store::Postgres, Kind::Json) => format!("{name}::text"),
            _ => (*name).to_owned(),
        })
        .collect();
    let sql = format!(
        "SELECT {} FROM change_event WHERE organization_id = $1 AND sequence > $2 ORDER BY sequence, id LIMIT $3",
        picked.join(", ")
    );
    let args = vec![Arg::long(organization_id), Arg::long(after), Arg::long(limit)];
    Statement::new(sql, args, COLUMNS.iter().map(|(_, kind)| *kind).collect())
}

impl Record {
    /// The event of a row of [`page`].
    pub fn of(row: &[Cell]) -> Result<Self> {
        Self::read(row).ok_or_else(|| Error::internal("trail", &"an event without its columns"))
    }

    fn read(row: &[Cell]) -> Option<Self> {
        let mut cells = row.iter();
        let text = |cell: &Cell| cell.as_str().map(str::to_owned);
        Some(Self {
            sequence: cells.next()?.as_int()?,
            uuid: cells.next()?.as_uuid()?,
            entity_type: text(cells.next()?)?,
            entity_uuid: cells.next()?.as_uuid()?,
            parent_uuid: cells.next()?.as_uuid(),
            action: text(cells.next()?)?,
            user_uuid: cells.next()?.as_uuid(),
            event_date: cells.next()?.as_time()?,
            action_date: cells.next()?.as_time()?,
            snapshot_after: text(cells.next()?),
            snapshot_before: text(cells.next()?),
            extra: text(cells.next()?),
            surface: text(cells.next()?)?,
            request_id: text(cells.next()?),
            salt: text(cells.next()?),
            leaf: text(cells.next()?),
            leaf_hash: text(cells.next()?),
            erased_at: cells.next()?.as_time(),
        })
    }

    /// What of it can be erased.
    pub fn content(&self) -> Content<'_> {
        Content {
            after: self.snapshot_after.as_deref(),
            before: self.snapshot_before.as_deref(),
            extra: self.extra.as_deref(),
        }
    }

    /// Whether nothing is left that can be erased.
    pub fn is_erased(&self) -> bool {
        self.content() == Content::default() && self.salt.is_none()
    }

    /// The bytes that its columns make with a commitment.
    pub fn leaf_text(&self, organization: Uuid, commitment: &Hash) -> String {
        let leaf = Leaf {
            organization,
            sequence: self.sequence,
            event: self.uuid,
            action: &self.action,
            actor: self.user_uuid,
            entity_type: &self.entity_type,
            entity: self.entity_uuid,
            parent: self.parent_uuid,
            recorded: self.event_date,
            occurred: self.action_date,
            surface: &self.surface,
            request: self.request_id.as_deref(),
        };
        leaf.text(commitment)
    }

    /// Its commitment, worked out from its content; none where salt or content are gone.
    pub fn commitment(&self) -> Option<Hash> {
        Some(self.content().commitment(&Salt::parse(self.salt.as_deref()?)?))
    }
}
