//! Bringing events into the tree that were recorded before there was one.

use super::head::{self, Head};
use super::leaf::Salt;
use super::record::{self, Record};
use super::tree::{Hash, Place};
use crate::domain::bulk;
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Arg, Db, Errand, Outcome, Statement, Store, Tx};
use crate::domain::error::{Error, Result};

/// Events of one statement.
const PAGE: i64 = 500;

/// Seals every trail that has events outside its tree. Gives the number of events that were sealed.
///
/// A trail that cannot be sealed, because an event is missing from it, is told in the log and left alone.
pub async fn seal_all(db: &Db) -> Result<i64> {
    let errand = Errand::default();
    let behind = Statement::new(
        "SELECT organization_id, last_sequence FROM trail_head WHERE tree_size <> last_sequence ORDER BY 1",
        Vec::new(),
        vec![Kind::Long, Kind::Long],
    );
    let mut sealed = 0;
    for row in db.fetch(&errand, behind).await?.iter() {
        let [Cell::Int(organization_id), Cell::Int(events)] = *row else { continue };
        tracing::info!(organization_id, events, "sealing events that were recorded before the trail had a tree");
        let done = db.write(&errand, move |tx| {
            Box::pin(async move {
                head::lock(tx, organization_id).await?;
                seal(tx, organization_id).await.map(Outcome::Bookkeeping)
            })
        });
        match done.await {
            Ok(()) => sealed += events,
            Err(Error::Conflict(why)) => tracing::error!(organization_id, why, "a trail cannot be sealed"),
            Err(error) => return Err(error),
        }
    }
    Ok(sealed)
}

/// Seals the trail of a locked head, if it has events outside its tree.
pub(super) async fn seal(tx: &mut Tx, organization_id: i64) -> Result<()> {
    let head = head::lock(tx, organization_id).await?.clone();
    if head.is_complete() {
        return Ok(());
    }
    let mut sealed = Head { tree: Default::default(), ..head };
    // A tree that was given up leaves its hashes.
    let forget = "DELETE FROM trail_subtree WHERE organization_id = $1";
    tx.fetch(&Statement::new(forget, vec![Arg::long(organization_id)], Vec::new())).await?;
    let mut after = 0;
    while after < sealed.last_sequence {
        let rows = tx.fetch(&record::page(tx.store(), organization_id, after, PAGE)).await?;
        if rows.is_empty() {
            return Err(gap(after + 1));
        }
        let mut finished = Vec::new();
        let mut leaves = Vec::new();
        for (row, salt) in rows.iter().zip(Salt::random(rows.len())?) {
            let event = Record::of(row)?;
            if event.sequence != after + 1 || event.sequence > sealed.last_sequence {
                return Err(gap(after + 1));
            }
            after = event.sequence;
            let known = event.leaf_hash.as_deref().and_then(Hash::parse);
            let hash = known.unwrap_or_else(|| {
                let leaf = event.leaf_text(sealed.organization, &event.content().commitment(&salt));
                let hash = Hash::of_leaf(leaf.as_bytes());
                leaves.push([event.sequence.into(), salt.text().into(), leaf.into(), hash.to_string().into()]);
                hash
            });
            sealed.tree.push(hash, |place, root| finished.push((place, root)));
        }
        update(tx, organization_id, leaves).await?;
        bulk::insert_rows(tx, &SUBTREES, subtrees(organization_id, finished).collect()).await?;
    }
    head::store(tx, organization_id, sealed).await
}

fn gap(sequence: i64) -> Error {
    Error::Conflict(format!("event {sequence} of the trail is missing; the operator must run `audit-gateway verify`"))
}

/// Fills the columns of events that have no leaf yet. Nothing else of an event can be changed so (migration m0011).
async fn update(tx: &mut Tx, organization_id: i64, leaves: Vec<[serde_json::Value; 4]>) -> Result<()> {
    if leaves.is_empty() {
        return Ok(());
    }
    let rows = match tx.store() {
        Store::Postgres => {
            "SELECT (value ->> 0)::bigint AS sequence, value ->> 1 AS salt, value ->> 2 AS leaf, value ->> 3 AS hash \
             FROM json_array_elements($2::json)"
        }
        Store::Sqlite => {
            "SELECT value ->> 0 AS sequence, value ->> 1 AS salt, value ->> 2 AS leaf, value ->> 3 AS hash \
             FROM json_each($2)"
        }
    };
    // Read once: SQLite would else go through the whole trail and look for every event in the list.
    let sql = format!(
        "WITH r AS MATERIALIZED ({rows}) UPDATE change_event SET salt = r.salt, leaf = r.leaf, leaf_hash = r.hash FROM r \
         WHERE organization_id = $1 AND change_event.sequence = r.sequence"
    );
    let table: Vec<serde_json::Value> = leaves.into_iter().map(|row| row.to_vec().into()).collect();
    let args = vec![Arg::long(organization_id), Arg::text(serde_json::Value::from(table).to_string())];
    tx.fetch(&Statement::new(sql, args, Vec::new())).await.map(drop)
}

/// The roots of subtrees.
pub(super) const SUBTREES: bulk::Table = bulk::Table {
    name: "trail_subtree",
    columns: &[
        ("organization_id", Kind::Long),
        ("level", Kind::Int),
        ("position", Kind::Long),
        ("root_hash", Kind::Text),
    ],
};

/// Rows of subtrees that were finished.
pub(super) fn subtrees(organization_id: i64, finished: Vec<(Place, Hash)>) -> impl Iterator<Item = Vec<Cell>> {
    finished.into_iter().map(move |(place, root)| {
        vec![organization_id.into(), place.level.into(), place.position.cast_signed().into(), root.to_string().into()]
    })
}
