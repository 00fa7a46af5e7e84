//! A store for every test, of its own, on both kinds: a test is written once and runs on SQLite and on PostgreSQL.

mod janitor;
mod postgres;
mod sqlite;

use std::io::Write;
use std::sync::Once;
use std::time::Duration;

use audit_gateway::domain::db::{Db, Settings, Store};
use tracing_subscriber::EnvFilter;

use self::postgres::Database;

/// Makes two tests of each function: `<name>::on_sqlite` and `<name>::on_postgres`. A function takes the [`Store`] it
/// runs on and asks [`TestStore`] for one.
macro_rules! on_both_stores {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[test]
            fn on_sqlite() {
                $crate::store::run(::audit_gateway::domain::db::Store::Sqlite, super::$name);
            }

            #[test]
            fn on_postgres() {
                $crate::store::run(::audit_gateway::domain::db::Store::Postgres, super::$name);
            }
        }
    )+};
}
pub(crate) use on_both_stores;

/// A store that nobody else uses, gone when it is dropped.
pub struct TestStore {
    /// The door.
    pub db: Db,
    /// Its address, for a second door to the same store.
    pub url: String,
    _place: Place,
}

#[expect(dead_code, reason = "held for what dropping them does")]
enum Place {
    Folder(tempfile::TempDir),
    Database(Database),
}

/// What is in a store to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Nothing,
    Tables,
    Fixture,
    Demonstration,
}

impl TestStore {
    /// Without a table.
    pub async fn empty(store: Store) -> Self {
        Self::with(store, Content::Nothing).await
    }

    /// With all tables, and in them what the migrations bring.
    pub async fn migrated(store: Store) -> Self {
        Self::with(store, Content::Tables).await
    }

    /// With the rows of [`crate::fixture`].
    pub async fn seeded(store: Store) -> Self {
        Self::with(store, Content::Fixture).await
    }

    /// With the demonstration, as [`crate::rest`] makes it.
    pub async fn demonstrated(store: Store) -> Self {
        Self::with(store, Content::Demonstration).await
    }

    async fn with(store: Store, content: Content) -> Self {
        let (url, place) = match store {
            Store::Sqlite => {
                let (url, folder) = sqlite::copy(content).await;
                (url, Place::Folder(folder))
            }
            Store::Postgres => {
                let database = postgres::server().await.expect("looked for before the test began").copy(content).await;
                (database.url(), Place::Database(database))
            }
        };
        Self { db: open(&url).await, url, _place: place }
    }

    /// Another door to the same store, as another instance of the program has it.
    pub async fn second_door(&self) -> Db {
        open(&self.url).await
    }
}

/// More patience than the program has: the machine may be busy with other tests.
pub fn patient(url: &str) -> Settings {
    let patience = Duration::from_secs(60);
    Settings {
        pool_wait: patience,
        statement_timeout: patience,
        lock_timeout: patience,
        turn: patience,
        ..Settings::at(url)
    }
}

async fn open(url: &str) -> Db {
    Db::connect(&patient(url)).await.expect("the test's store")
}

/// Fills the store at `url`, to be copied.
async fn fill(url: &str, content: Content) {
    if content == Content::Nothing {
        return;
    }
    let db = open(url).await;
    ::migration::up(&db.for_migrations()).await.expect("the migrations");
    match content {
        Content::Nothing | Content::Tables => {}
        Content::Fixture => crate::fixture::insert(&db).await,
        Content::Demonstration => crate::rest::demonstrate(&db).await,
    }
    db.close().await;
}

/// Runs one test on one store, where there is one.
pub fn run<T, F>(store: Store, test: T)
where
    T: FnOnce(Store) -> F,
    F: Future<Output = ()>,
{
    show_defects();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(8 << 20)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        if store == Store::Postgres && postgres::server().await.is_none() {
            tell_what_did_not_run();
            return;
        }
        test(store).await;
    });
}

/// The cause of an internal error is never sent, so a failed test shows the log.
fn show_defects() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("off,audit_gateway=error"));
        let log = tracing_subscriber::fmt().with_test_writer().with_env_filter(filter);
        drop(log.try_init());
    });
}

/// Once, and past the harness, which keeps what a passed test prints to itself.
fn tell_what_did_not_run() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let listed = std::process::Command::new(std::env::current_exe().expect("this program"))
            .args(["--list", "::on_postgres"])
            .output()
            .expect("the list of tests");
        let listed = String::from_utf8_lossy(&listed.stdout);
        let names: Vec<&str> = listed.lines().filter_map(|line| line.strip_suffix(": test")).collect();
        let mut err = std::io::stderr().lock();
        let told = writeln!(
            err,
            "\n\n!!! NO POSTGRESQL: {} tests DID NOT RUN on it. Set TEST_DATABASE_URL or install PostgreSQL 13 or newer; \
             REQUIRE_POSTGRES=1 makes this a failure.\n    {}\n",
            names.len(),
            names.join("\n    ")
        );
        told.expect("a place for errors");
    });
}
