//! The yardstick's statements on SQLite.

use std::time::SystemTime;

use anyhow::{Context, Result, ensure};
use audit_gateway::domain::cx::new_uuid;
use chrono::{DateTime, SecondsFormat, Utc};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use uuid::Uuid;

use super::answer::{self, Audit, Issue, Listed, Looked, Made, Summed, Told, person};
use super::export::{self, User};
use super::listing::{self, State, findings, observations};
use super::{Found, Make, Pool, Store};
use crate::{ORGANIZATION, POOL};

/// The store.
pub struct Sqlite {
    pool: Pool<SqliteConnection>,
    writer: Pool<SqliteConnection>,
    organization: i64,
}

/// SQLite has no `LATERAL`: the rows of each page are numbered in the index, and only they are read.
const ISSUES: &str = concat!(
    "SELECT page.audit_id, i.uuid, i.title, i.status, i.severity, u.uuid, ",
    person!("u"),
    " FROM (SELECT id, audit_id, ROW_NUMBER() OVER (PARTITION BY audit_id ORDER BY id) AS position FROM issue \
     WHERE organization_id = $1 AND audit_id IN (SELECT value FROM json_each($2))) AS page \
     JOIN issue i ON i.id = page.id LEFT JOIN \"user\" u ON u.id = i.assigned_to_id \
     WHERE page.position <= 10 ORDER BY page.audit_id, page.position"
);

const OBSERVATIONS: &str = observations!("IN (SELECT value FROM json_each($1))");
/// Audit by audit: SQLite would rather read all nonconformances of the organization than look up those of 25 audits.
const FINDINGS: &str = findings!("json_each($2) k CROSS JOIN issue i", "k.value");

impl Sqlite {
    /// Opens it, with the settings that the gateway has.
    pub async fn open(url: &str) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(url.strip_prefix("sqlite://").context("no address of a SQLite store")?)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .pragma("cache_size", "-16000")
            .disable_statement_logging();
        let writer = Pool::new(vec![SqliteConnection::connect_with(&options).await?]);
        let options = options.pragma("query_only", "ON");
        let mut connections = Vec::new();
        for _ in 0..POOL {
            connections.push(SqliteConnection::connect_with(&options).await?);
        }
        let pool = Pool::new(connections);
        let organization =
            sqlx::query_scalar(answer::ORGANIZATION).bind(ORGANIZATION).fetch_one(pool.lend().await?.get()?).await?;
        Ok(Self { pool, writer, organization })
    }
}

impl Store for Sqlite {
    async fn nested(&self, first: u32) -> Result<Listed> {
        let mut lent = self.pool.lend().await?;
        let mut audits: Vec<Audit> =
            sqlx::query_as(answer::audits(first)?).bind(self.organization).fetch_all(lent.get()?).await?;
        let has_next = audits.len() > first as usize;
        audits.truncate(first as usize);
        let keys: Vec<i64> = audits.iter().map(|audit| audit.key).collect();
        let keys = serde_json::to_string(&keys)?;
        let issues: Vec<Issue> =
            sqlx::query_as(ISSUES).bind(self.organization).bind(keys).fetch_all(lent.get()?).await?;
        drop(lent);
        Ok(Listed::new(audits, has_next, issues))
    }

    async fn point(&self, uuid: Uuid) -> Result<Looked> {
        let mut lent = self.pool.lend().await?;
        let audit = sqlx::query_as(answer::POINT).bind(uuid).fetch_optional(lent.get()?).await?;
        Ok(Looked { audit })
    }

    async fn order(&self, uuid: Uuid) -> Result<Told> {
        let mut lent = self.pool.lend().await?;
        let events = sqlx::query_as(answer::ORDER).bind(self.organization).bind(uuid).fetch_all(lent.get()?).await?;
        Ok(Told::new(events))
    }

    async fn users(&self) -> Result<Vec<User>> {
        let mut lent = self.pool.lend().await?;
        Ok(sqlx::query_as(export::USERS).bind(self.organization).fetch_all(lent.get()?).await?)
    }

    async fn audits(&self, state: State) -> Result<Found> {
        let mut lent = self.pool.lend().await?;
        let audits: Vec<listing::Audit> =
            sqlx::query_as(listing::audits(state)).bind(self.organization).fetch_all(lent.get()?).await?;
        let keys: Vec<i64> = audits.iter().map(|audit| audit.id).collect();
        let keys = serde_json::to_string(&keys)?;
        let observations = sqlx::query_as(OBSERVATIONS).bind(&keys).fetch_all(lent.get()?).await?;
        let findings = sqlx::query_as(FINDINGS).bind(self.organization).bind(&keys).fetch_all(lent.get()?).await?;
        Ok((audits, observations, findings))
    }

    async fn summary(&self) -> Result<Summed> {
        let mut lent = self.pool.lend().await?;
        let now = DateTime::<Utc>::from(SystemTime::now()).to_rfc3339_opts(SecondsFormat::Micros, false);
        let states = sqlx::query_as(answer::SUMMARY).bind(self.organization).bind(now).fetch_all(lent.get()?).await?;
        Ok(Summed::new(states))
    }

    async fn make(&self, made: &Make) -> Result<Made> {
        let uuid = new_uuid();
        let now = DateTime::<Utc>::from(SystemTime::now()).to_rfc3339_opts(SecondsFormat::Micros, false);
        let mut lent = self.writer.lend().await?;
        let mut transaction = lent.get()?.begin_with("BEGIN IMMEDIATE").await?;
        let make = sqlx::query(answer::MAKE).bind(made.organization).bind(uuid).bind(&made.name).bind(&now);
        make.execute(&mut *transaction).await?;
        let change = sqlx::query(answer::CHANGE).bind(made.organization).bind(made.other).bind(&now);
        ensure!(change.execute(&mut *transaction).await?.rows_affected() == 1, "there is no other article");
        transaction.commit().await?;
        Ok(Made::new(uuid))
    }

    async fn points(&self) -> Result<Vec<Uuid>> {
        let mut lent = self.pool.lend().await?;
        Ok(sqlx::query_scalar(answer::POINTS).bind(self.organization).fetch_all(lent.get()?).await?)
    }
}
