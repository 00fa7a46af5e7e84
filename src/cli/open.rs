//! Opening the rooms that several commands need.

use std::sync::Arc;

use anyhow::Context;

use crate::config::Config;
use crate::domain::cell::Kind;
use crate::domain::db::{self, Db, Errand, Statement};
use crate::domain::error::Error;
use crate::http::Door;

/// Opens the store that the configuration names.
pub async fn store(config: &Config) -> anyhow::Result<Db> {
    let settings = db::Settings {
        url: config.store().expose().to_owned(),
        connections: config.pool_size,
        pool_wait: config.pool_wait,
        statement_timeout: config.statement_timeout,
        lock_timeout: config.lock_timeout,
    };
    Db::connect(&settings).await.with_context(|| format!("the store {} cannot be opened", config.store()))
}

/// Who the caller is.
pub fn door(_config: &Config) -> anyhow::Result<Door> {
    Ok(Arc::new(|_, _, _| Box::pin(async { Err(Error::Unauthenticated("credentials are not taken yet")) })))
}

/// How many steps of the history the store does not have yet.
pub async fn pending(db: &Db) -> Result<usize, Error> {
    let steps = migration::status(&db.for_migrations()).await?;
    Ok(steps.iter().filter(|step| !step.applied).count())
}

/// How many users there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Users {
    /// All of them.
    pub all: i64,
    /// Made-up ones, whose passwords everybody knows.
    pub demonstration: i64,
}

/// Counts the users.
pub async fn users(db: &Db) -> anyhow::Result<Users> {
    let sql = "SELECT COUNT(*), COUNT(CASE WHEN demonstration THEN 1 END) FROM \"user\"";
    let rows = db
        .fetch(&Errand::default(), Statement::new(sql, Vec::new(), vec![Kind::Long, Kind::Long]))
        .await
        .context("the users cannot be counted")?;
    let count = |column| rows.cell(0, column).as_int().unwrap_or(0);
    Ok(Users { all: count(0), demonstration: count(1) })
}
