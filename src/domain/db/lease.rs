//! Connections kept open and handed out, each to one operation at a time.
//!
//! The pool below opens, limits and closes them. It would also ping a connection after every use and knows nothing of
//! the organization a connection was last set to, so an idle connection stays here instead (docs/decisions/0006).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Pool};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::engine::Engine;
use super::message::Named;
use super::statement::{Rows, Statement};
use crate::domain::cell::Kind;
use crate::domain::error::{Error, Result};

/// A place where connections wait for work.
pub struct Leases<E: Engine> {
    pool: Pool<E>,
    idle: Arc<Mutex<Vec<Live<E>>>>,
    permits: Arc<Semaphore>,
    wait: Duration,
}

struct Live<E: Engine> {
    connection: PoolConnection<E>,
    /// Whose rows the connection shows; nothing before it was first set.
    tenant: Option<Option<i64>>,
    named: Named,
}

/// One connection in the hands of one operation. Dropped before it is given back, the connection is closed, because
/// nobody then knows what state it is in.
pub struct Lease<E: Engine> {
    live: Option<Live<E>>,
    home: Arc<Mutex<Vec<Live<E>>>>,
    _permit: OwnedSemaphorePermit,
}

impl<E: Engine> Leases<E> {
    /// At most `size` connections of `pool`; an operation waits `wait` for one, then is refused.
    pub fn new(pool: Pool<E>, size: u32, wait: Duration) -> Self {
        Self { pool, idle: Arc::default(), permits: Arc::new(Semaphore::new(size as usize)), wait }
    }

    /// The pool below, for what only it can do.
    pub fn pool(&self) -> &Pool<E> {
        &self.pool
    }

    /// Connections idle and in use.
    pub fn usage(&self) -> Usage {
        Usage { open: self.pool.size(), free: u32::try_from(self.permits.available_permits()).unwrap_or(u32::MAX) }
    }

    /// Waits for a connection; one that shows the rows of `tenant` already, where such a one is idle.
    pub async fn lease(&self, tenant: Option<i64>) -> Result<Lease<E>> {
        let permit = tokio::time::timeout(self.wait, Arc::clone(&self.permits).acquire_owned())
            .await
            .map_err(|_| Error::Unavailable)?
            .map_err(|_| Error::Unavailable)?;
        let live = match self.idle(tenant) {
            Some(live) => live,
            None => Live { connection: self.pool.acquire().await?, tenant: None, named: Named::default() },
        };
        Ok(Lease { live: Some(live), home: Arc::clone(&self.idle), _permit: permit })
    }

    fn idle(&self, tenant: Option<i64>) -> Option<Live<E>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = idle.iter().rposition(|live| live.tenant == Some(tenant));
        let at = fits.or(idle.len().checked_sub(1))?;
        Some(idle.remove(at))
    }

    /// Whether a connection waits for work.
    pub fn has_idle(&self) -> bool {
        !self.idle.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Closes the idle connections: the store went away and they with it.
    pub fn forget_idle(&self) {
        let gone: Vec<_> = self.idle.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect();
        for live in gone {
            drop(live.connection.detach());
        }
    }

    /// Closes everything.
    pub async fn close(&self) {
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.pool.close().await;
    }
}

/// How many connections there are.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Open connections.
    pub open: u32,
    /// How many more operations could start now.
    pub free: u32,
}

impl<E: Engine> Lease<E>
where
    for<'c> &'c mut E::Connection: sqlx::Executor<'c, Database = E>,
    for<'q> E::Arguments: sqlx::IntoArguments<E>,
    usize: sqlx::ColumnIndex<E::Row>,
{
    fn live(&mut self) -> Result<&mut Live<E>> {
        self.live.as_mut().ok_or(Error::Internal)
    }

    /// Runs SQL text without values, several statements included.
    pub async fn raw(&mut self, sql: &str) -> Result<()> {
        Ok(self.run(sql).await?)
    }

    /// As [`Self::raw`], with the store's own error.
    pub(super) async fn run(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        let live = self.live.as_mut().ok_or(sqlx::Error::WorkerCrashed)?;
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *live.connection).await?;
        Ok(())
    }

    /// Runs SQL text without values. Those of its statements that give rows all give these columns.
    pub(super) async fn fetch_text(&mut self, sql: &str, columns: &[Kind]) -> Result<Rows, sqlx::Error> {
        let live = self.live.as_mut().ok_or(sqlx::Error::WorkerCrashed)?;
        let found = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut *live.connection).await?;
        read::<E>(&found, columns)
    }

    /// What the connection knows by name.
    pub(super) fn named(&mut self) -> Option<&mut Named> {
        self.live.as_mut().map(|live| &mut live.named)
    }

    /// Runs a statement and gives its rows.
    pub async fn fetch(&mut self, statement: &Statement) -> Result<Rows, sqlx::Error> {
        let args = E::bind(&statement.args).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        let Some(live) = self.live.as_mut() else {
            return Err(sqlx::Error::WorkerCrashed);
        };
        let found =
            sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), args).fetch_all(&mut *live.connection).await?;
        read::<E>(&found, &statement.columns)
    }

    /// Whether the connection shows the rows of an organization already.
    pub fn shows(&self, tenant: Option<i64>) -> bool {
        self.live.as_ref().is_some_and(|live| live.tenant == Some(tenant))
    }

    /// Tells the connection which organization's rows it may see, where it was last another's
    /// (the second line of defence behind the scope in every statement).
    pub async fn set_tenant(&mut self, tenant: Option<i64>, sql: &Statement) -> Result<()> {
        if self.shows(tenant) {
            return Ok(());
        }
        self.fetch(sql).await?;
        self.live()?.tenant = Some(tenant);
        Ok(())
    }

    /// Gives the connection back for the next operation.
    pub fn give_back(mut self) {
        if let Some(live) = self.live.take() {
            self.home.lock().unwrap_or_else(PoisonError::into_inner).push(live);
        }
    }
}

fn read<E: Engine>(found: &[E::Row], columns: &[Kind]) -> Result<Rows, sqlx::Error>
where
    usize: sqlx::ColumnIndex<E::Row>,
{
    let mut rows = Rows::new(columns.len());
    rows.reserve(found.len());
    for row in found {
        for (index, kind) in columns.iter().enumerate() {
            rows.push(E::read(row, index, *kind)?);
        }
    }
    Ok(rows)
}

impl<E: Engine> Drop for Lease<E> {
    fn drop(&mut self) {
        if let Some(live) = self.live.take() {
            drop(live.connection.detach());
        }
    }
}
