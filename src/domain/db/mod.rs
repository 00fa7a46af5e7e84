//! The only door to the store: reads, and writes in one transaction. No other room holds a handle.
//!
//! Every operation runs in a task of its own, so a client that leaves cannot cut it short and leave a connection in an
//! unknown state (docs/decisions/0006).

mod commits;
mod connect;
mod engine;
mod lease;
mod message;
mod neighbours;
mod statement;
#[cfg(test)]
pub mod testing;
mod turn;
mod tx;
mod write;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use futures_util::future::BoxFuture;
use sqlx::{Postgres, Sqlite};

use self::commits::Commits;
pub use self::commits::Growth;
pub use self::connect::Settings;
pub(in crate::domain) use self::engine::postgres_type;
pub use self::engine::sqlite_instant;
use self::lease::Leases;
pub use self::lease::Usage;
pub use self::neighbours::Neighbours;
pub use self::statement::{Arg, Rows, Statement};
use self::turn::Turns;
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
    without_tree: AtomicBool,
    commits: Commits,
    turns: Turns,
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

/// A connection that reads, for the time of one errand.
pub struct Reader {
    lease: AnyLease,
    db: Db,
    errand: Errand,
    state: State,
}

enum State {
    Sound,
    Unknown,
    Disconnected,
}

impl Reader {
    /// Runs one statement.
    pub async fn fetch(&mut self, statement: &Statement) -> Result<Rows> {
        self.db.count(&self.errand);
        match self.lease.fetch(&mut None, statement).await {
            Ok(rows) => Ok(rows),
            Err(error) => {
                self.state = if is_disconnect(&error) {
                    State::Disconnected
                } else if matches!(error, sqlx::Error::Database(_) | sqlx::Error::ColumnDecode { .. }) {
                    State::Sound
                } else {
                    State::Unknown
                };
                Err(error.into())
            }
        }
    }

    /// Which store this is.
    pub fn store(&self) -> Store {
        self.db.store()
    }
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

    /// A connection that reads.
    async fn lease(&self, errand: &Errand) -> Result<AnyLease> {
        Ok(match &self.inner.pools {
            Pools::Sqlite { readers, .. } => AnyLease::Sqlite(readers.lease(None).await?),
            Pools::Postgres(leases) => {
                let mut lease = leases.lease(errand.organization_id).await?;
                lease.set_tenant(errand.organization_id, &tenant_setting(errand.organization_id)).await?;
                AnyLease::Postgres(lease)
            }
        })
    }

    /// A connection for a transaction that writes, and what opens it.
    async fn begin(&self, tenant: Option<i64>) -> Result<(AnyLease, String)> {
        Ok(match &self.inner.pools {
            Pools::Sqlite { writer, .. } => (AnyLease::Sqlite(writer.lease(None).await?), "BEGIN IMMEDIATE".to_owned()),
            Pools::Postgres(leases) => {
                let lease = leases.lease(tenant).await?;
                let opening =
                    if lease.shows(tenant) { "BEGIN".to_owned() } else { format!("BEGIN; {}", tenant_local(tenant)) };
                (AnyLease::Postgres(lease), opening)
            }
        })
    }

    /// Reads: several statements one after the other on one connection. Run once more where the connection turns out
    /// to be gone, so it must have no other effect.
    pub async fn read<T, F>(&self, errand: &Errand, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Reader) -> BoxFuture<'a, Result<T>> + Send + Sync + 'static,
    {
        let (db, errand) = (self.clone(), errand.clone());
        let reading = Box::pin(async move {
            for attempt in 0.. {
                let lease = db.lease(&errand).await;
                let lease = match lease {
                    // A connection that the store closed while it was idle shows only in use.
                    Err(Error::Unavailable) if attempt == 0 && db.has_idle() => {
                        db.forget_idle();
                        continue;
                    }
                    other => other?,
                };
                let mut reader = Reader { lease, db: db.clone(), errand: errand.clone(), state: State::Sound };
                let answer = work(&mut reader).await;
                match reader.state {
                    State::Sound => reader.lease.give_back(),
                    State::Unknown => {}
                    State::Disconnected if attempt == 0 => {
                        db.forget_idle();
                        continue;
                    }
                    State::Disconnected => {}
                }
                return answer;
            }
            Err(Error::Unavailable)
        });
        if is_apart() { reading.await } else { spawned(reading).await }
    }

    fn has_idle(&self) -> bool {
        matches!(&self.inner.pools, Pools::Postgres(leases) if leases.has_idle())
    }

    /// Runs one statement that only reads.
    pub async fn fetch(&self, errand: &Errand, statement: Statement) -> Result<Rows> {
        let statement = Arc::new(statement);
        self.read(errand, move |reader| {
            let statement = Arc::clone(&statement);
            Box::pin(async move { reader.fetch(&statement).await })
        })
        .await
    }

    fn forget_idle(&self) {
        if let Pools::Postgres(leases) = &self.inner.pools {
            leases.forget_idle();
        }
    }

    /// From now on events are recorded without the trail's tree: only to measure what the tree costs. The tree is made
    /// anew when the store is next opened with it.
    pub fn leave_out_tree(&self) {
        self.inner.without_tree.store(true, Ordering::Relaxed);
    }

    fn keeps_tree(&self) -> bool {
        !self.inner.without_tree.load(Ordering::Relaxed)
    }

    /// Waits for commits through this door and gives the trails that have grown by them, each once however many
    /// commits there were. For one listener.
    pub async fn grown(&self) -> Vec<Growth> {
        self.inner.commits.next().await
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

fn is_disconnect(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
        // Shut down by an administrator, crash of another session.
        sqlx::Error::Database(database) => database.code().is_some_and(|code| matches!(&*code, "57P01" | "57P02")),
        _ => false,
    }
}

/// The setting of a connection that says whose rows it shows (row-level security, migration m0010).
const TENANT: &str = "audit_gateway.organization";

/// Its value. The operator sees every organization.
fn tenant_value(organization_id: Option<i64>) -> String {
    organization_id.map_or_else(|| "*".to_owned(), |id| id.to_string())
}

/// Sets it until the end of the transaction.
fn tenant_local(organization_id: Option<i64>) -> String {
    format!("SET LOCAL {TENANT} = '{}'", tenant_value(organization_id))
}

fn tenant_setting(organization_id: Option<i64>) -> Statement {
    let sql = format!("SELECT set_config('{TENANT}', $1, false)");
    Statement::new(sql, vec![Arg::text(tenant_value(organization_id))], Vec::new())
}

tokio::task_local! {
    static APART: ();
}

/// Marks work that is a task of its own already and goes on when nobody waits for it: reading takes no further one.
pub async fn apart<T>(work: impl Future<Output = T>) -> T {
    APART.scope((), work).await
}

fn is_apart() -> bool {
    APART.try_with(|()| ()).is_ok()
}

async fn spawned<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    match tokio::spawn(work).await {
        Ok(result) => result,
        Err(error) => Err(Error::internal("store task", &error)),
    }
}
