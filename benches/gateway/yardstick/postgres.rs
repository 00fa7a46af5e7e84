//! The yardstick's statements on PostgreSQL.

use std::str::FromStr;
use std::time::SystemTime;

use anyhow::{Result, ensure};
use audit_gateway::domain::cx::new_uuid;
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};
use uuid::Uuid;

use super::answer::{self, Audit, Issue, Listed, Looked, Made, Summed, Told, person};
use super::export::{self, User};
use super::listing::{self, State, findings, observations};
use super::{Found, Make, Pool, Store};
use crate::{ORGANIZATION, POOL};

/// The store.
pub struct Postgres {
    pool: Pool<PgConnection>,
    organization: i64,
}

/// The page of each audit first, then what belongs to its rows: within the `LATERAL` part, PostgreSQL would read the
/// table of users once an audit.
const ISSUES: &str = concat!(
    "SELECT page.audit_id, page.uuid, page.title, page.status, page.severity, u.uuid, ",
    person!("u"),
    " FROM unnest($2::bigint[]) AS parent(id) CROSS JOIN LATERAL (\
     SELECT i.id, i.audit_id, i.uuid, i.title, i.status, i.severity, i.assigned_to_id FROM issue i \
     WHERE i.organization_id = $1 AND i.audit_id = parent.id ORDER BY i.id LIMIT 10) AS page \
     LEFT JOIN \"user\" u ON u.id = page.assigned_to_id ORDER BY page.audit_id, page.id"
);

const OBSERVATIONS: &str = observations!("= ANY($1)");
const FINDINGS: &str = findings!("issue i", "ANY($2)");

impl Postgres {
    /// Connects.
    pub async fn open(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)?
            .application_name("yardstick")
            // Where row-level security holds for us, it is to let us see everything.
            .options([("audit_gateway.organization", "*")])
            .disable_statement_logging();
        let mut connections = Vec::new();
        for _ in 0..POOL {
            connections.push(PgConnection::connect_with(&options).await?);
        }
        let pool = Pool::new(connections);
        let organization =
            sqlx::query_scalar(answer::ORGANIZATION).bind(ORGANIZATION).fetch_one(pool.lend().await?.get()?).await?;
        Ok(Self { pool, organization })
    }
}

impl Store for Postgres {
    async fn nested(&self, first: u32) -> Result<Listed> {
        let mut lent = self.pool.lend().await?;
        let mut audits: Vec<Audit> =
            sqlx::query_as(answer::audits(first)?).bind(self.organization).fetch_all(lent.get()?).await?;
        let has_next = audits.len() > first as usize;
        audits.truncate(first as usize);
        let keys: Vec<i64> = audits.iter().map(|audit| audit.key).collect();
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
        let observations = sqlx::query_as(OBSERVATIONS).bind(&keys).fetch_all(lent.get()?).await?;
        let findings = sqlx::query_as(FINDINGS).bind(self.organization).bind(&keys).fetch_all(lent.get()?).await?;
        Ok((audits, observations, findings))
    }

    async fn summary(&self) -> Result<Summed> {
        let mut lent = self.pool.lend().await?;
        let now = DateTime::<Utc>::from(SystemTime::now());
        let states = sqlx::query_as(answer::SUMMARY).bind(self.organization).bind(now).fetch_all(lent.get()?).await?;
        Ok(Summed::new(states))
    }

    async fn make(&self, made: &Make) -> Result<Made> {
        let (uuid, now) = (new_uuid(), DateTime::<Utc>::from(SystemTime::now()));
        let mut lent = self.pool.lend().await?;
        let mut transaction = lent.get()?.begin().await?;
        let make = sqlx::query(answer::MAKE).bind(made.organization).bind(uuid).bind(&made.name).bind(now);
        make.execute(&mut *transaction).await?;
        let change = sqlx::query(answer::CHANGE).bind(made.organization).bind(made.other).bind(now);
        ensure!(change.execute(&mut *transaction).await?.rows_affected() == 1, "there is no other article");
        transaction.commit().await?;
        Ok(Made::new(uuid))
    }

    async fn points(&self) -> Result<Vec<Uuid>> {
        let mut lent = self.pool.lend().await?;
        Ok(sqlx::query_scalar(answer::POINTS).bind(self.organization).fetch_all(lent.get()?).await?)
    }
}
