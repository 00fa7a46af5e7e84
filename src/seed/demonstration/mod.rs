//! The demonstration: a food manufacturer with two years of audits, and a library beside it. Every table has rows,
//! every row has its place in the trail, and all of it is told from today, so that something is always due.

mod account;
mod answer;
mod asset;
mod asset_list;
mod audit;
mod catalogue;
mod issue;
mod library;
mod people;
mod plan;
mod program;
mod purchase;
mod question;
mod question_more;
mod round;
mod stock;
mod story;
#[cfg(test)]
mod tests;
mod world;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use self::account::{ACCOUNTS, Account, HARBOUR, LIBRARY};
pub use self::asset::{WELL_KNOWN, WELL_KNOWN_SLUG};
use self::audit::Wake;
pub(in crate::seed) use self::catalogue::{PATTERNS, Pattern, VERDICTS};
pub(in crate::seed) use self::question::Question;
use self::world::{BuiltIn, World};
use super::draft::{Draft, Key};
use super::record::record;
use crate::domain::cell::Kind;
use crate::domain::db::{Db, Errand, Outcome, Statement, Store, Tx};
use crate::domain::error::{Error, Result};
use crate::fields;

/// What was loaded.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The manufacturer's identifier; its slug is [`HARBOUR`].
    pub organization: Uuid,
    /// The library's; its slug is [`LIBRARY`].
    pub other_organization: Uuid,
    /// Identifier of a key for every surface, of an administrator.
    pub api_key: Uuid,
    /// Identifier of a key for the data export.
    pub data_api_key: Uuid,
}

/// Loads the demonstration into a store without users, in one transaction. `hash` makes the hash of a password. Gives
/// nothing where somebody was there before.
pub async fn load(db: &Db, now: DateTime<Utc>, hash: impl AsyncFn(&str) -> Result<String>) -> Result<Option<Loaded>> {
    let mut hashes = HashMap::new();
    for account in ACCOUNTS {
        hashes.insert(account.username, hash(account.password).await?);
    }
    let mut world = World::new(now, BuiltIn::read(db).await?, hashes);
    tell(&mut world);
    let mut identifier = |table, name| {
        let key = world.key(table, name);
        world.draft.uuid(key).ok_or_else(|| Error::internal("made-up data", &name))
    };
    let loaded = Loaded {
        organization: identifier("organization", HARBOUR)?,
        other_organization: identifier("organization", LIBRARY)?,
        api_key: identifier("api_key", "general")?,
        data_api_key: identifier("api_key", "data")?,
    };
    let draft = Arc::new(world.finish()?);
    let fresh = db
        .write(&Errand::default(), move |tx| {
            let draft = Arc::clone(&draft);
            Box::pin(async move { put(tx, &draft).await })
        })
        .await?;
    Ok(fresh.then_some(loaded))
}

async fn put(tx: &mut Tx, draft: &Draft) -> Result<Outcome<bool>> {
    if tx.store() == Store::Postgres {
        // The limits are made for requests. Another process may be starting on the same store; SQLite has one writer
        // anyway.
        for sql in [
            "SET LOCAL statement_timeout = 0",
            "SET LOCAL idle_in_transaction_session_timeout = 0",
            "LOCK TABLE \"user\", organization IN SHARE ROW EXCLUSIVE MODE",
        ] {
            tx.fetch(&Statement::new(sql, Vec::new(), Vec::new())).await?;
        }
    }
    let anybody = "SELECT id FROM \"user\" UNION ALL SELECT id FROM organization LIMIT 1";
    if !tx.fetch(&Statement::new(anybody, Vec::new(), vec![Kind::Long])).await?.is_empty() {
        return Ok(Outcome::Unchanged(false));
    }
    record(tx, draft).await?;
    Ok(Outcome::Changed(true))
}

/// Makes everything up.
fn tell(world: &mut World) {
    people::people(world);
    catalogue::catalogue(world);
    asset::assets(world);
    stock::stock(world);
    program::programs(world);
    let mut wake = Wake::default();
    for visit in round::visits() {
        let (program, schedule) = (program::program_of(world, &visit), program::schedule_of(world, &visit));
        if !visit.state.is_empty() {
            audit::audit(world, &mut wake, visit, (program, schedule));
        }
    }
    program::further_schedules(world);
    stock::dated(world);
    story::loose(world, &mut wake);
    story::stories(world, &mut wake);
    let numbers = issue::issues(world, std::mem::take(&mut wake.findings));
    count(world, wake.counter, &numbers);
    plan::plans(world);
    purchase::purchases(world, &purchase::OF_HARBOUR);
    library::library(world);
}

/// Sets the counters that the next audits and issues go on from.
fn count(world: &mut World, audits: i64, issues: &HashMap<Option<Key>, i64>) {
    for (asset, count) in issues {
        let owner = asset.or(world.draft.organization());
        if let Some(owner) = owner {
            world.draft.set(owner, fields! { issue_counter: *count });
        }
    }
    if let Some(organization) = world.draft.organization() {
        world.draft.set(organization, fields! { audit_counter: audits });
    }
}
