//! As many audits as somebody wants to measure with: an organization of its own with assets, people, templates, and for
//! every audit about three issues and eight activities. The same for the same order.

mod ground;
mod issue;
mod plan;
mod row;
mod table;
#[cfg(test)]
mod tests;
mod work;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use chrono::NaiveDate;
use tokio::task::JoinSet;

use self::ground::Ground;
use self::plan::Plan;
pub use self::plan::{Counts, MOST};
use self::row::Telling;
use self::work::{Rows, work};
use super::random::Random;
use crate::domain::bulk::{self, Table};
use crate::domain::db::{Db, Errand, Outcome, Statement, Store, Tx};
use crate::domain::error::{Error, Result};

/// What is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// How many audits.
    pub audits: usize,
    /// Where chance begins.
    pub seed: u64,
    /// Slug of the organization, which is made.
    pub organization: String,
    /// The day that everything is told from.
    pub day: NaiveDate,
    /// Whether the trail tells of the assets, audits, activities and issues, too.
    pub with_trail: bool,
}

/// Called with the number of audits that are there.
pub type Progress = Arc<dyn Fn(usize) + Send + Sync>;

/// Transactions at once. More would not be faster on PostgreSQL with two cores, and SQLite has one writer.
const AT_ONCE: usize = 2;

/// Makes what is ordered. Each thousand audits are a transaction of their own; the organization comes first and is
/// there even when the rest fails, so an order that failed is repeated under another name.
pub async fn fill(db: &Db, order: &Order, progress: Progress) -> Result<Counts> {
    let plan = Arc::new(Plan::new(order.audits, order.seed)?);
    let seed = seed_of(order);
    let ground = Arc::new(prepare(db, order, &plan, seed).await?);
    let errand = Errand { organization_id: Some(ground.organization), ..Errand::default() };
    // The trail is appended to by one at a time, in order.
    let at_once = if order.with_trail || db.store() == Store::Sqlite { 1 } else { AT_ONCE };
    let (next, done, stop) =
        (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let mut workers = JoinSet::new();
    for _ in 0..at_once {
        let (db, errand, plan, ground) = (db.clone(), errand.clone(), Arc::clone(&plan), Arc::clone(&ground));
        let (next, done, stop) = (Arc::clone(&next), Arc::clone(&done), Arc::clone(&stop));
        let (progress, with_trail) = (Arc::clone(&progress), order.with_trail);
        workers.spawn(async move {
            loop {
                let batch = next.fetch_add(1, Ordering::Relaxed);
                if batch >= plan.batches() || stop.load(Ordering::Relaxed) {
                    return Ok(());
                }
                let (plan, ground) = (Arc::clone(&plan), Arc::clone(&ground));
                let written = db
                    .write(&errand, move |tx| {
                        let (plan, ground) = (Arc::clone(&plan), Arc::clone(&ground));
                        Box::pin(async move { write(tx, (&plan, &ground), batch, with_trail).await })
                    })
                    .await;
                match written {
                    Ok(count) => progress(done.fetch_add(count, Ordering::Relaxed) + count),
                    Err(error) => {
                        stop.store(true, Ordering::Relaxed);
                        return Err(error);
                    }
                }
            }
        });
    }
    while let Some(finished) = workers.join_next().await {
        finished.map_err(|error| Error::internal("made-up data", &error))??;
    }
    settle(db, &errand).await?;
    Ok(plan.counts)
}

/// Organizations of one store must not share identifiers, so the name is part of the chance.
fn seed_of(order: &Order) -> u64 {
    let named = order
        .organization
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    Random::part(order.seed, named).next()
}

async fn prepare(db: &Db, order: &Order, plan: &Arc<Plan>, seed: u64) -> Result<Ground> {
    let (order, plan) = (order.clone(), Arc::clone(plan));
    db.write(&Errand::default(), move |tx| {
        let (order, plan) = (order.clone(), Arc::clone(&plan));
        Box::pin(async move {
            unlimited(tx).await?;
            ground::lay(tx, &order, &plan, seed).await.map(Outcome::Changed)
        })
    })
    .await
}

/// The limits are made for requests.
async fn unlimited(tx: &mut Tx) -> Result<()> {
    if tx.store() == Store::Postgres {
        for limit in ["statement_timeout", "idle_in_transaction_session_timeout"] {
            tx.fetch(&Statement::new(format!("SET LOCAL {limit} = 0"), Vec::new(), Vec::new())).await?;
        }
    }
    Ok(())
}

async fn write(
    tx: &mut Tx,
    (plan, ground): (&Plan, &Ground),
    batch: usize,
    with_trail: bool,
) -> Result<Outcome<usize>> {
    let (first, slots) = plan.batch(batch);
    let work = work(ground, (first, slots));
    unlimited(tx).await?;
    let mut told = Telling::new(ground, with_trail);
    let mut random = Random::part(!ground.seed, u64::try_from(batch).unwrap_or(0));
    let tables: [(&Table, Rows); 3] =
        [(&table::AUDIT, work.audits), (&table::ACTIVITY, work.activities), (&table::ISSUE, work.issues)];
    for (table, rows) in tables {
        told.tell(table, (&rows.ids, &rows.cells), &mut random)?;
        bulk::insert_with_ids(tx, table, &rows.ids, rows.cells).await?;
    }
    bulk::insert_rows(tx, &table::ISSUE_CATEGORY, work.categories).await?;
    told.append(tx).await?;
    Ok(if with_trail { Outcome::Changed(slots.len()) } else { Outcome::Bookkeeping(slots.len()) })
}

/// Lets PostgreSQL know how the tables look now, so that the first questions are not planned for empty ones.
async fn settle(db: &Db, errand: &Errand) -> Result<()> {
    if db.store() == Store::Sqlite {
        return Ok(());
    }
    db.write(errand, |tx| {
        Box::pin(async move {
            unlimited(tx).await?;
            for table in ["asset", "audit", "activity", "issue", "issue_category", "membership", "\"user\""] {
                tx.fetch(&Statement::new(format!("ANALYZE {table}"), Vec::new(), Vec::new())).await?;
            }
            Ok(Outcome::Bookkeeping(()))
        })
    })
    .await
}
