//! Opening the store: addresses, pools, and the checks without which it is not safe to start.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use sea_orm::{DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Row};

use super::commits::Commits;
use super::lease::Leases;
use super::turn::Turns;
use super::{Db, Inner, Pools};
use crate::domain::error::{Error, Result};

/// Where the store is and how it is used.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `postgres://...`, or `sqlite://path` of a file that is made when it is missing.
    pub url: String,
    /// Most connections at once.
    pub connections: u32,
    /// How long an operation waits for a connection.
    pub pool_wait: Duration,
    /// How long one statement may take.
    pub statement_timeout: Duration,
    /// How long a statement may wait for a lock.
    pub lock_timeout: Duration,
    /// After how long a transaction takes no further command: those that it has carried out wait for its end.
    pub turn: Duration,
}

impl Settings {
    /// The shipped limits for the store at `url` (README, limits).
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            connections: 8,
            pool_wait: Duration::from_secs(2),
            statement_timeout: Duration::from_secs(5),
            lock_timeout: Duration::from_secs(2),
            turn: Duration::from_millis(100),
        }
    }

    /// Whether the store is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres://") || self.url.starts_with("postgresql://")
    }

    fn sqlite_file(&self) -> Result<PathBuf> {
        let path = self.url.strip_prefix("sqlite://").or_else(|| self.url.strip_prefix("sqlite:"));
        path.map(|path| PathBuf::from(path.split('?').next().unwrap_or(path)))
            .filter(|path| !path.as_os_str().is_empty())
            .ok_or_else(|| Error::invalid("database-url", "must start with postgres:// or sqlite://"))
    }
}

/// SQLite before this version can corrupt a database in WAL mode (docs/decisions/0006).
const SQLITE_AT_LEAST: (u32, u32, u32) = (3, 51, 3);
/// Connections beside those that are leased and never come back to the pool.
const FOR_MIGRATIONS: u32 = 1;
/// The connection to the other instances.
const FOR_NEIGHBOURS: u32 = 1;
const POSTGRES_AT_LEAST: i64 = 130_000;

impl Db {
    /// Opens the store and checks that it is fit to use.
    pub async fn connect(settings: &Settings) -> Result<Self> {
        let pools = if settings.is_postgres() { postgres(settings).await? } else { sqlite(settings).await? };
        let at_work = match pools {
            Pools::Sqlite { .. } => 1,
            // The fewer they are, the more commands share a commit; half of the connections are left to whoever reads.
            Pools::Postgres(_) => cores_and_one().min(settings.connections.div_ceil(2)),
        };
        Ok(Self {
            inner: Arc::new(Inner {
                pools,
                statements: AtomicU64::new(0),
                without_tree: AtomicBool::new(false),
                commits: Commits::default(),
                turns: Turns::new(at_work as usize, settings.turn),
            }),
        })
    }

    /// The ORM's view of the connections, for migrations only.
    pub fn for_migrations(&self) -> DatabaseConnection {
        match &self.inner.pools {
            Pools::Sqlite { writer, .. } => SqlxSqliteConnector::from_sqlx_sqlite_pool(writer.pool().clone()),
            Pools::Postgres(leases) => SqlxPostgresConnector::from_sqlx_postgres_pool(leases.pool().clone()),
        }
    }
}

async fn postgres(settings: &Settings) -> Result<Pools> {
    let millis = |duration: Duration| duration.as_millis().to_string();
    let options = PgConnectOptions::from_str(&settings.url)
        .map_err(|_| Error::invalid("database-url", "is not a PostgreSQL address"))?
        .application_name("audit-gateway")
        .statement_cache_capacity(512)
        .options([
            ("statement_timeout", millis(settings.statement_timeout)),
            ("lock_timeout", millis(settings.lock_timeout)),
            ("idle_in_transaction_session_timeout", "10000".to_owned()),
            ("timezone", "UTC".to_owned()),
            // As of a disk without moving parts: a table of a few pages is looked up by its index, too, which is what
            // asking for the session with every statement comes down to.
            ("random_page_cost", "1.1".to_owned()),
        ])
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(settings.connections + FOR_MIGRATIONS + FOR_NEIGHBOURS)
        .acquire_timeout(settings.pool_wait)
        .max_lifetime(None)
        .idle_timeout(None)
        // A connection that comes back inside a transaction would swallow later writes.
        .after_release(|connection, _| {
            Box::pin(async move {
                sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await?;
                Ok(true)
            })
        })
        .connect_with(options)
        .await?;
    let row =
        sqlx::query("SELECT current_setting('server_version_num')::bigint, current_setting('synchronous_commit')")
            .fetch_one(&pool)
            .await?;
    let version: i64 = row.try_get(0)?;
    if version < POSTGRES_AT_LEAST {
        return Err(Error::Conflict(format!("PostgreSQL 13 or newer is needed; this is {version}")));
    }
    let synchronous: String = row.try_get(1)?;
    if synchronous == "off" {
        return Err(Error::Conflict(
            "synchronous_commit is off: acknowledged writes could be lost. Turn it on for this database".to_owned(),
        ));
    }
    Ok(Pools::Postgres(Leases::new(pool, settings.connections, settings.pool_wait)))
}

/// As many as the machine runs at once, and one that waits meanwhile.
fn cores_and_one() -> u32 {
    std::thread::available_parallelism().map_or(2, |cores| u32::try_from(cores.get() + 1).unwrap_or(u32::MAX))
}

/// Page cache of a connection that reads, as SQLite counts it: negative, in KiB. What is behind it is the system's cache.
const READER_CACHE: &str = "-400";

async fn sqlite(settings: &Settings) -> Result<Pools> {
    let file = settings.sqlite_file()?;
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| Error::internal("data folder", &error))?;
    }
    let options = SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(settings.lock_timeout)
        .statement_cache_capacity(512)
        .pragma("mmap_size", "0")
        .disable_statement_logging();
    // A connection that comes back inside a transaction would refuse every later one.
    let pool = |size: u32| {
        SqlitePoolOptions::new()
            .max_connections(size)
            .acquire_timeout(settings.pool_wait)
            .max_lifetime(None)
            .idle_timeout(None)
            .after_release(|connection, _| {
                Box::pin(async move {
                    let clean = sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await.is_err();
                    Ok(clean)
                })
            })
    };
    let writer = pool(1 + FOR_MIGRATIONS).connect_with(options.clone()).await?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&writer).await?;
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < SQLITE_AT_LEAST {
        return Err(Error::Conflict(format!(
            "SQLite {version} can corrupt a database in WAL mode; 3.51.3 or newer is needed"
        )));
    }
    // More readers than the machine can run at once only hold memory: each its pages and its sorters.
    let size = settings.connections.min(cores_and_one());
    let reading = options.pragma("query_only", "ON").pragma("cache_size", READER_CACHE);
    let readers = pool(size).connect_with(reading).await?;
    Ok(Pools::Sqlite {
        readers: Leases::new(readers, size, settings.pool_wait),
        writer: Leases::new(writer, 1, settings.pool_wait),
    })
}
