//! Where an organization's trail ends: the row that a writer locks, and what a transaction remembers of it.

use std::collections::HashMap;

use uuid::Uuid;

use super::opening::Answers;
use super::tree::{Frontier, Hash, Place};
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
    /// What it has appended and not yet written.
    pub(super) pending: HashMap<i64, Pending>,
    /// One receipt an event.
    pub(in crate::domain) receipts: Vec<Receipt>,
    /// Answers to the openings of its commands, where these were sent before them.
    pub(super) answers: Option<Answers>,
    /// That of the present command, until it asks.
    pub(super) answer: Option<Option<bool>>,
}

/// Events of one trail that wait to be written: those of a whole transaction go in one statement.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Rows of the events.
    pub rows: Vec<Vec<Cell>>,
    /// Roots of the subtrees that they finish.
    pub finished: Vec<(Place, Hash)>,
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

    /// Whether every event is a leaf of the tree.
    pub fn is_complete(&self) -> bool {
        self.tree.size() == self.last_sequence.cast_unsigned()
    }
}

/// The statement that moves rows on to these heads. Its places are numbered from `first` on.
pub(super) fn moved(heads: &[(i64, Head)], first: usize) -> Statement {
    let [organization, sequence, size, frontier] = [0, 1, 2, 3].map(|offset| format!("${}", first + offset));
    let size_of = |head: &Head| head.tree.size().cast_signed();
    if let [(organization_id, head)] = heads {
        let sql = format!(
            "UPDATE trail_head SET last_sequence = {sequence}, tree_size = {size}, frontier = {frontier} WHERE \
             organization_id = {organization}"
        );
        let (sequence, size) = (Arg::long(head.last_sequence), Arg::long(size_of(head)));
        return Statement::new(
            sql,
            vec![Arg::long(*organization_id), sequence, size, Arg::text(head.tree.text())],
            Vec::new(),
        );
    }
    let sql = format!(
        "UPDATE trail_head SET last_sequence = m.sequence, tree_size = m.size, frontier = m.frontier FROM \
         unnest({organization}::bigint[], {sequence}::bigint[], {size}::bigint[], {frontier}::text[]) AS \
         m(organization, sequence, size, frontier) WHERE trail_head.organization_id = m.organization"
    );
    let frontiers = heads.iter().map(|(_, head)| Cell::Text(head.tree.text())).collect();
    let args = vec![
        Arg::longs(heads.iter().map(|(organization_id, _)| *organization_id)),
        Arg::longs(heads.iter().map(|(_, head)| head.last_sequence)),
        Arg::longs(heads.iter().map(|(_, head)| size_of(head))),
        Arg::Many(Kind::Text, frontiers),
    ];
    Statement::new(sql, args, Vec::new())
}

/// An SQL condition and its values, for places that begin with this number.
pub type Condition<'c> = &'c (dyn Fn(usize) -> Option<(String, Vec<Arg>)> + Sync);

/// Locks the head, and asks the store for a condition on the way. True where there is none.
pub(super) async fn lock_if(tx: &mut Tx, organization_id: i64, condition: Condition<'_>) -> Result<bool> {
    match tx.ledger().answer.take() {
        Some(Some(holds)) => return Ok(holds),
        Some(None) => return Err(held_up(tx)),
        None => {}
    }
    let known = tx.ledger().heads.contains_key(&organization_id);
    match condition(if known { 1 } else { 2 }) {
        None => lock(tx, organization_id).await.map(|_| true),
        Some((sql, args)) if known => {
            let rows = tx.fetch(&Statement::new(format!("SELECT {sql}"), args, vec![Kind::Bool])).await?;
            Ok(rows.cell(0, 0).as_bool() == Some(true))
        }
        Some((sql, args)) => {
            let rows = tx.fetch(&locking(tx, organization_id, Some((&sql, args)))).await?;
            if rows.is_empty() {
                if !tx.waits() {
                    return Err(held_up(tx));
                }
                lock(tx, organization_id).await?;
                return Box::pin(lock_if(tx, organization_id, condition)).await;
            }
            let head = Head::of(rows.row(0).get(..4).unwrap_or_default())?;
            tx.ledger().heads.insert(organization_id, head);
            Ok(rows.cell(0, 4).as_bool() == Some(true))
        }
    }
}

/// Locks the head until the end of the transaction, at the latest now.
pub(super) async fn lock(tx: &mut Tx, organization_id: i64) -> Result<&Head> {
    if !tx.ledger().heads.contains_key(&organization_id) {
        let head = match read(tx, organization_id).await? {
            Some(head) => head,
            None if !tx.waits() => return Err(held_up(tx)),
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
    let rows = tx.fetch(&locking(tx, organization_id, None)).await?;
    if rows.is_empty() { Ok(None) } else { Head::of(rows.row(0)).map(Some) }
}

/// Somebody else has locked the trail, or it has no head yet.
fn held_up(tx: &mut Tx) -> Error {
    tx.mark_held_up();
    Error::Unavailable
}

/// The statement that reads a head and locks it, and one more condition, whose places begin with number 2.
fn locking(tx: &Tx, organization_id: i64, condition: Option<(&str, Vec<Arg>)>) -> Statement {
    let lock = match tx.store() {
        // It has one writer, which this transaction is.
        Store::Sqlite => "",
        Store::Postgres if !tx.waits() => " FOR UPDATE SKIP LOCKED",
        Store::Postgres => " FOR UPDATE",
    };
    let (mut args, mut kinds) = (vec![Arg::long(organization_id)], Head::KINDS.to_vec());
    let mut asked = String::new();
    if let Some((sql, values)) = condition {
        asked = format!(", {sql}");
        args.extend(values);
        kinds.push(Kind::Bool);
    }
    let sql = format!("SELECT {}{asked} FROM trail_head WHERE organization_id = $1{lock}", Head::COLUMNS);
    Statement::new(sql, args, kinds)
}

/// Moves a locked head on.
pub(super) async fn store(tx: &mut Tx, organization_id: i64, head: Head) -> Result<()> {
    // Forgotten first: after a refusal the row says what is true.
    tx.ledger().heads.remove(&organization_id);
    let moved = [(organization_id, head)];
    tx.fetch(&self::moved(&moved, 1)).await?;
    tx.ledger().heads.extend(moved);
    Ok(())
}
