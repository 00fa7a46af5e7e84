//! Where an organization's trail ends: the row that a writer locks, and what a transaction remembers of it.

use std::collections::HashMap;

use uuid::Uuid;

use super::tree::{Frontier, Hash};
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Arg, Statement, Store, Tx};
use crate::domain::error::{Error, Result};

/// The proof that a writer gets of its event: with it, nobody can deny later that the event was there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The organization.
    pub organization: Uuid,
    /// The event's position in its trail.
    pub sequence: i64,
    /// The hash of the event's leaf.
    pub leaf_hash: Hash,
}

/// The end of one trail.
#[derive(Clone, Debug)]
pub struct Head {
    /// The organization.
    pub organization: Uuid,
    /// Sequence of the last event.
    pub last_sequence: i64,
    /// The tree over the events. Empty where it is not kept, or not yet.
    pub tree: Frontier,
}

/// What a transaction has locked and appended.
#[derive(Debug, Default)]
pub struct Ledger {
    /// The ends of the trails it has locked, by organization.
    pub(super) heads: HashMap<i64, Head>,
    /// One receipt an event.
    pub(in crate::domain) receipts: Vec<Receipt>,
}

/// The last event of a head's row fits neither a tree over all events nor none at all.
fn broken() -> Error {
    tracing::error!("a trail's head does not fit its tree");
    Error::Conflict("the trail's head does not fit its tree; the operator must run `audit-gateway verify`".to_owned())
}

impl Head {
    /// Columns of the row, for [`Head::of`].
    pub const COLUMNS: &str = "last_sequence, tree_size, frontier, (SELECT o.uuid FROM organization o WHERE o.id = \
                               trail_head.organization_id)";
    /// Their kinds.
    pub const KINDS: [Kind; 4] = [Kind::Long, Kind::Long, Kind::Text, Kind::Uuid];

    /// The head of a row.
    pub fn of(row: &[Cell]) -> Result<Self> {
        let [Cell::Int(last_sequence), Cell::Int(size), Cell::Text(frontier), Cell::Uuid(organization)] = row else {
            return Err(Error::internal("trail", &"a head without its columns"));
        };
        let tree = Frontier::parse(size.cast_unsigned(), frontier).ok_or_else(broken)?;
        let head = Self { organization: *organization, last_sequence: *last_sequence, tree };
        if head.is_complete() || head.tree.size() == 0 { Ok(head) } else { Err(broken()) }
    }

    /// The statement that moves the row on to this head. Its places are numbered from `first` on.
    pub(super) fn moved(&self, organization_id: i64, first: usize) -> Statement {
        let sql = format!(
            "UPDATE trail_head SET last_sequence = ${}, tree_size = ${}, frontier = ${} WHERE organization_id = ${first}",
            first + 1,
            first + 2,
            first + 3
        );
        let args = vec![
            Arg::long(organization_id),
            Arg::long(self.last_sequence),
            Arg::long(self.tree.size().cast_signed()),
            Arg::text(self.tree.text()),
        ];
        Statement::new(sql, args, Vec::new())
    }

    /// Whether every event is a leaf of the tree.
    pub fn is_complete(&self) -> bool {
        self.tree.size() == self.last_sequence.cast_unsigned()
    }
}

/// Locks the head until the end of the transaction, at the latest now.
pub(super) async fn lock(tx: &mut Tx, organization_id: i64) -> Result<&Head> {
    if !tx.ledger().heads.contains_key(&organization_id) {
        let head = match read(tx, organization_id).await? {
            Some(head) => head,
            None => {
                let sql =
                    "INSERT INTO trail_head (organization_id) VALUES ($1) ON CONFLICT (organization_id) DO NOTHING";
                tx.fetch(&Statement::new(sql, vec![Arg::long(organization_id)], Vec::new())).await?;
                read(tx, organization_id).await?.ok_or(Error::Internal)?
            }
        };
        tx.ledger().heads.insert(organization_id, head);
    }
    tx.ledger().heads.get(&organization_id).ok_or(Error::Internal)
}

async fn read(tx: &mut Tx, organization_id: i64) -> Result<Option<Head>> {
    // SQLite has one writer, which this transaction is.
    let lock = if tx.store() == Store::Postgres { " FOR UPDATE" } else { "" };
    let sql = format!("SELECT {} FROM trail_head WHERE organization_id = $1{lock}", Head::COLUMNS);
    let rows = tx.fetch(&Statement::new(sql, vec![Arg::long(organization_id)], Head::KINDS.to_vec())).await?;
    if rows.is_empty() { Ok(None) } else { Head::of(rows.row(0)).map(Some) }
}

/// Moves a locked head on.
pub(super) async fn store(tx: &mut Tx, organization_id: i64, head: Head) -> Result<()> {
    // Forgotten first: after a refusal the row says what is true.
    tx.ledger().heads.remove(&organization_id);
    tx.fetch(&head.moved(organization_id, 1)).await?;
    tx.ledger().heads.insert(organization_id, head);
    Ok(())
}
