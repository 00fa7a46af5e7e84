//! The only door to the store: reads, and writes in one transaction. No other room holds a handle.
//!
//! Every operation runs in a task of its own, so a client that leaves cannot cut it short and leave a connection in an
//! unknown state (docs/decisions/0006).

mod connect;
mod engine;
mod lease;
mod q;
mod statement;
mod tx;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::{Postgres, Sqlite};

pub use self::connect::Settings;
pub use self::engine::sqlite_instant;
use self::lease::Leases;
pub use self::lease::Usage;
pub use self::statement::{Arg, Rows, Statement};
use self::tx::AnyLease;
pub use self::tx::{Outcome, Tx};
use super::error::{Error, Result};

/// Which of the two stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Store {
    /// One file, one writer.
    Sqlite,
    /// PostgreSQL 13 or newer.
    Postgres,
}

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    pools: Pools,
    statements: AtomicU64,
}

enum Pools {
    Sqlite { readers: Leases<Sqlite>, writer: Leases<Sqlite> },
    Postgres(Leases<Postgres>),
}

/// A request's mark on the store: whose rows, and where its statements are counted.
#[derive(Clone, Default)]
pub struct Errand {
    /// The organization whose rows may be seen; none for sign-in and for the operator.
    pub organization_id: Option<i64>,
    /// The request's counter.
    pub statements: Arc<AtomicU64>,
}

impl Db {
    /// Which store this is.
    pub fn store(&self) -> Store {
        match self.inner.pools {
            Pools::Sqlite { .. } => Store::Sqlite,
            Pools::Postgres(_) => Store::Postgres,
        }
    }

    /// Statements sent since the start.
    pub fn statement_count(&self) -> u64 {
        self.inner.statements.load(Ordering::Relaxed)
    }

    /// Connections of the store.
    pub fn usage(&self) -> Usage {
        match &self.inner.pools {
            Pools::Sqlite { readers, .. } => readers.usage(),
            Pools::Postgres(leases) => leases.usage(),
        }
    }

    fn count(&self, errand: &Errand) {
        errand.statements.fetch_add(1, Ordering::Relaxed);
        self.inner.statements.fetch_add(1, Ordering::Relaxed);
    }

    async fn lease(&self, errand: &Errand, write: bool) -> Result<AnyLease> {
        Ok(match &self.inner.pools {
            Pools::Sqlite { readers, writer } => {
                AnyLease::Sqlite(if write { writer.lease().await? } else { readers.lease().await? })
            }
            Pools::Postgres(leases) => {
                let mut lease = leases.lease().await?;
                lease.set_tenant(errand.organization_id, &tenant_setting(errand.organization_id)).await?;
                AnyLease::Postgres(lease)
            }
        })
    }

    /// Runs one statement that only reads.
    pub async fn fetch(&self, errand: &Errand, statement: Statement) -> Result<Rows> {
        let mut answers = self.fetch_all(errand, vec![statement]).await?;
        answers.pop().ok_or(Error::Internal)
    }

    /// Runs statements that only read, one after the other on one connection.
    pub async fn fetch_all(&self, errand: &Errand, statements: Vec<Statement>) -> Result<Vec<Rows>> {
        let (db, errand) = (self.clone(), errand.clone());
        spawned(async move {
            // A connection that the store closed while it was idle shows only in use: once more on a new one.
            match db.try_fetch_all(&errand, &statements).await {
                Err(Attempt::Disconnected) => {
                    db.forget_idle();
                    db.try_fetch_all(&errand, &statements).await.map_err(Error::from)
                }
                other => other.map_err(Error::from),
            }
        })
        .await
    }

    async fn try_fetch_all(&self, errand: &Errand, statements: &[Statement]) -> Result<Vec<Rows>, Attempt> {
        let mut lease = self.lease(errand, false).await.map_err(Attempt::Refused)?;
        let mut answers = Vec::with_capacity(statements.len());
        for statement in statements {
            self.count(errand);
            match lease.fetch(statement).await {
                Ok(rows) => answers.push(rows),
                Err(error) if is_disconnect(&error) => return Err(Attempt::Disconnected),
                Err(error) => {
                    if matches!(error, sqlx::Error::Database(_) | sqlx::Error::ColumnDecode { .. }) {
                        lease.give_back();
                    }
                    return Err(Attempt::Refused(error.into()));
                }
            }
        }
        lease.give_back();
        Ok(answers)
    }

    fn forget_idle(&self) {
        if let Pools::Postgres(leases) = &self.inner.pools {
            leases.forget_idle();
        }
    }

    /// Runs a command in one transaction: all of it or nothing. A changed outcome without an entry in the trail is a
    /// defect and is not committed. The command is run again when the store asks for it (serialization, deadlock), so
    /// it must have no effect outside the transaction.
    pub async fn write<T, F>(&self, errand: &Errand, command: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<Outcome<T>>> + Send + Sync + 'static,
    {
        let (db, errand) = (self.clone(), errand.clone());
        spawned(async move {
            let mut attempt = 0;
            loop {
                attempt += 1;
                match db.try_write(&errand, &command).await {
                    Err(Attempt::Again) if attempt < 5 => {
                        tokio::time::sleep(Duration::from_millis(5 << attempt)).await;
                    }
                    other => return other.map_err(Error::from),
                }
            }
        })
        .await
    }

    async fn try_write<T, F>(&self, errand: &Errand, command: &F) -> Result<T, Attempt>
    where
        F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<Outcome<T>>>,
    {
        let mut lease = self.lease(errand, true).await.map_err(Attempt::Refused)?;
        lease
            .raw(if self.store() == Store::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" })
            .await
            .map_err(Attempt::Refused)?;
        let mut tx = Tx { lease, store: self.store(), statements: Arc::clone(&errand.statements), recorded: false };
        let outcome = command(&mut tx).await;
        let (value, commit) = match outcome {
            Ok(Outcome::Changed(_)) if !tx.recorded => {
                (Err(Error::internal("write", &"a change without an entry in the trail")), false)
            }
            Ok(Outcome::Changed(value) | Outcome::Bookkeeping(value)) => (Ok(value), true),
            Ok(Outcome::Unchanged(value)) => (Ok(value), false),
            Err(error) => (Err(error), false),
        };
        let finished = tx.lease.raw(if commit { "COMMIT" } else { "ROLLBACK" }).await;
        match (finished, value) {
            (Ok(()), value) => {
                tx.lease.give_back();
                value.map_err(Attempt::Refused)
            }
            // The lease is dropped, and with it the connection and whatever it had open.
            (Err(_), Err(error)) => Err(Attempt::Refused(error)),
            (Err(error), Ok(_)) => Err(Attempt::Refused(error)),
        }
    }

    /// Closes all connections.
    pub async fn close(&self) {
        match &self.inner.pools {
            Pools::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(leases) => leases.close().await,
        }
    }
}

enum Attempt {
    Again,
    Disconnected,
    Refused(Error),
}

impl From<Attempt> for Error {
    fn from(attempt: Attempt) -> Self {
        match attempt {
            Attempt::Again | Attempt::Disconnected => Self::Unavailable,
            Attempt::Refused(error) => error,
        }
    }
}

fn is_disconnect(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
        // Shut down by an administrator, crash of another session.
        sqlx::Error::Database(database) => database.code().is_some_and(|code| matches!(&*code, "57P01" | "57P02")),
        _ => false,
    }
}

fn tenant_setting(organization_id: Option<i64>) -> Statement {
    let value = organization_id.map_or_else(String::new, |id| id.to_string());
    Statement::new("SELECT set_config('audit_gateway.organization', $1, false)", vec![Arg::text(value)], Vec::new())
}

async fn spawned<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    match tokio::spawn(work).await {
        Ok(result) => result,
        Err(error) => Err(Error::internal("store task", &error)),
    }
}
