//! The yardstick's statements on PostgreSQL.

use std::str::FromStr;

use anyhow::Result;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};
use uuid::Uuid;

use super::answer::{self, Audit, Issue, Listed, Looked, Summed, person};
use super::{Pool, Store};
use crate::{ORGANIZATION, POOL};

/// The store.
pub struct Postgres {
    pool: Pool<PgConnection>,
    organization: i64,
}

const ISSUES: &str = concat!(
    "SELECT parent.id, page.* FROM unnest($2::bigint[]) AS parent(id) CROSS JOIN LATERAL (\
     SELECT i.uuid, i.title, i.status, i.severity, u.uuid, ",
    person!("u"),
    " FROM issue i LEFT JOIN \"user\" u ON u.id = i.assigned_to_id \
     WHERE i.organization_id = $1 AND i.audit_id = parent.id ORDER BY i.id LIMIT 10) AS page"
);

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

    async fn summary(&self) -> Result<Summed> {
        let mut lent = self.pool.lend().await?;
        let states = sqlx::query_as(answer::SUMMARY).bind(self.organization).fetch_all(lent.get()?).await?;
        Ok(Summed { states })
    }

    async fn points(&self) -> Result<Vec<Uuid>> {
        let mut lent = self.pool.lend().await?;
        Ok(sqlx::query_scalar(answer::POINTS).bind(self.organization).fetch_all(lent.get()?).await?)
    }
}
