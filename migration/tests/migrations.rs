//! The steps there and back, on SQLite always and on PostgreSQL where `TEST_DATABASE_URL` names a database in which
//! schemas may be made.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by them")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use migration::{Migrator, down, status, up};
use sea_orm_migration::MigratorTrait;
use sea_orm_migration::sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement, TransactionTrait,
};

/// A store of a test's own, gone when the test is.
struct Store {
    url: String,
    schema: Option<String>,
    _folder: Option<tempfile::TempDir>,
}

static SCHEMAS: AtomicU32 = AtomicU32::new(0);

impl Store {
    fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("store.db").display());
        Self { url, schema: None, _folder: Some(folder) }
    }

    async fn postgres() -> Option<Self> {
        let url = std::env::var("TEST_DATABASE_URL").ok()?;
        let schema = format!("migration_{}_{}", std::process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
        let db = Database::connect(&url).await.expect("the test database");
        db.execute_unprepared(&format!("CREATE SCHEMA {schema}")).await.expect("a schema");
        // As the operator: these tests are about the tables, not about who sees which rows.
        let separator = if url.contains('?') { '&' } else { '?' };
        let url = format!("{url}{separator}options[audit_gateway.organization]=*");
        Some(Self { url, schema: Some(schema), _folder: None })
    }

    async fn all() -> Vec<Self> {
        let mut stores = vec![Self::sqlite()];
        stores.extend(Self::postgres().await);
        stores
    }

    async fn connect(&self) -> DatabaseConnection {
        let mut options = ConnectOptions::new(&self.url);
        options.max_connections(2).sqlx_logging(false);
        if let Some(schema) = &self.schema {
            options.set_schema_search_path(schema);
        }
        Database::connect(options).await.expect("the store")
    }

    async fn close(self) {
        if let Some(schema) = self.schema {
            let db = Database::connect(&self.url).await.expect("the test database");
            db.execute_unprepared(&format!("DROP SCHEMA {schema} CASCADE")).await.expect("no schema");
        }
    }
}

async fn count(db: &DatabaseConnection, table: &str) -> i64 {
    let question = Statement::from_string(db.get_database_backend(), format!("SELECT count(*) FROM {table}"));
    let row = db.query_one_raw(question).await.expect("an answer").expect("a row");
    row.try_get_by_index(0).expect("a number")
}

async fn names(db: &DatabaseConnection) -> Vec<String> {
    let question = match db.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace
            UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace ORDER BY 1"
        }
        _ => "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1",
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), question)).await.expect("names");
    rows.iter().map(|row| row.try_get_by_index(0).expect("a name")).collect()
}

/// A uuid that nobody reads, in the form of the store.
fn uuid(db: &DatabaseConnection, number: u32) -> String {
    match db.get_database_backend() {
        DbBackend::Postgres => format!("'00000000-0000-4000-8000-{number:012}'"),
        _ => format!("X'0000000000004000800000000000{number:04}'"),
    }
}

const NOW: &str = "'2026-01-15T08:09:10+00:00'";

/// Two organizations; the first one's default is a built-in standard.
async fn organizations(db: &DatabaseConnection) {
    for number in [1, 2] {
        let uuid = uuid(db, number);
        let insert = format!(
            "INSERT INTO organization (id, uuid, slug, name, default_standard_id, created_at, updated_at)
            SELECT {number}, {uuid}, 'o{number}', 'O', id, {NOW}, {NOW} FROM standard WHERE slug = 'wcag-2-2'"
        );
        db.execute_unprepared(&insert).await.expect("an organization");
    }
}

/// Whether the store takes a row. In a transaction like every write of the project: SQLite would keep the lock of a
/// refused write that ran alone and touched the number index.
async fn accepts(db: &DatabaseConnection, insert: &str) -> bool {
    let transaction = db.begin().await.expect("a transaction");
    let accepted = transaction.execute_unprepared(insert).await.is_ok();
    let end = if accepted { transaction.commit().await } else { transaction.rollback().await };
    end.expect("the end of the transaction");
    accepted
}

async fn asset(db: &DatabaseConnection, id: u32, organization: u32, parent: &str) -> bool {
    let uuid = uuid(db, 100 + id);
    let insert = format!(
        "INSERT INTO asset (id, uuid, organization_id, parent_id, path, name, slug, created_at, updated_at)
        VALUES ({id}, {uuid}, {organization}, {parent}, '{id}', 'A', 'a{id}', {NOW}, {NOW})"
    );
    accepts(db, &insert).await
}

async fn audit(db: &DatabaseConnection, id: u32, organization: u32, rest: (&str, &str)) -> bool {
    let uuid = uuid(db, 200 + id);
    let (columns, values) = rest;
    let insert = format!(
        "INSERT INTO audit (id, uuid, organization_id, number_norm, name, created_at, updated_at, {columns})
        VALUES ({id}, {uuid}, {organization}, 'aud-{id}', 'A', {NOW}, {NOW}, {values})"
    );
    accepts(db, &insert).await
}

async fn event(db: &DatabaseConnection, sequence: u32) {
    let (own, entity) = (uuid(db, 300 + sequence), uuid(db, 1));
    let insert = format!(
        "INSERT INTO change_event
        (organization_id, sequence, uuid, entity_type, entity_uuid, action, event_date, action_date, surface)
        VALUES (1, {sequence}, {own}, 'audit', {entity}, 'Create', {NOW}, {NOW}, 'graphql')"
    );
    db.execute_unprepared(&insert).await.expect("an event");
}

#[tokio::test]
async fn up_down_and_up_again_gives_the_same_store() {
    for store in Store::all().await {
        let db = store.connect().await;
        assert!(status(&db).await.expect("a status").iter().all(|step| !step.applied));
        assert!(names(&db).await.is_empty(), "asking for the status makes nothing");

        up(&db).await.expect("up");
        let first = names(&db).await;
        assert!(status(&db).await.expect("a status").iter().all(|step| step.applied));
        assert_eq!((count(&db, "standard").await, count(&db, "conformance_level").await), (5, 8));

        organizations(&db).await;
        assert!(asset(&db, 1, 1, "NULL").await && asset(&db, 2, 1, "1").await);
        assert!(audit(&db, 1, 1, ("number, asset_id, asset_kind", "'1', 1, 'OTHER'")).await);
        event(&db, 1).await;

        let steps = u32::try_from(Migrator::migrations().len()).expect("a few");
        down(&db, steps).await.expect("down, with data");
        assert!(names(&db).await.iter().all(|name| name.starts_with("seaql_")), "{:?}", names(&db).await);

        up(&db).await.expect("up again");
        up(&db).await.expect("nothing left to do");
        assert_eq!(names(&db).await, first);
        db.close().await.expect("closed");
        store.close().await;
    }
}

#[tokio::test]
async fn each_step_goes_back_alone() {
    for store in Store::all().await {
        let db = store.connect().await;
        up(&db).await.expect("up");
        for left in (0..Migrator::migrations().len()).rev() {
            down(&db, 1).await.expect("one step down");
            assert_eq!(status(&db).await.expect("a status").iter().filter(|step| step.applied).count(), left);
        }
        db.close().await.expect("closed");
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_that_start_together_take_turns() {
    for store in Store::all().await {
        let connections = [store.connect().await, store.connect().await, store.connect().await];
        let runs = connections.clone().map(|db| tokio::spawn(async move { up(&db).await }));
        for run in runs {
            run.await.expect("no panic").expect("up");
        }
        assert_eq!(count(&connections[0], "standard").await, 5);
        for db in connections {
            db.close().await.expect("closed");
        }
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_waits_for_the_one_that_migrates() {
    let store = Store::sqlite();
    let (holder, waiting) = (store.connect().await, store.connect().await);
    let transaction = holder.begin().await.expect("a transaction");
    transaction.execute_unprepared("CREATE TABLE held (id INTEGER)").await.expect("the write lock");
    // Longer than the driver itself waits.
    let run = tokio::spawn(async move { up(&waiting).await });
    tokio::time::sleep(Duration::from_millis(5500)).await;
    assert!(!run.is_finished());
    transaction.commit().await.expect("done");
    run.await.expect("no panic").expect("up");
    assert_eq!(count(&holder, "standard").await, 5);
}

#[tokio::test]
async fn the_trail_is_append_only_unless_an_erasure_is_marked() {
    for store in Store::all().await {
        let db = store.connect().await;
        up(&db).await.expect("up");
        organizations(&db).await;
        event(&db, 1).await;
        for change in ["UPDATE change_event SET surface = 'x'", "DELETE FROM change_event"] {
            let refusal = db.execute_unprepared(change).await.expect_err("refused").to_string();
            assert!(refusal.contains("change_event is append only"), "{refusal}");
        }

        let (mark, unmark) = match db.get_database_backend() {
            DbBackend::Postgres => ("SET LOCAL audit_gateway.erasure = 'on'", "SELECT 1"),
            _ => ("INSERT INTO trail_erasure (id) VALUES (1)", "DELETE FROM trail_erasure"),
        };
        let transaction = db.begin().await.expect("a transaction");
        for statement in [mark, "UPDATE change_event SET snapshot_after = NULL", "DELETE FROM change_event", unmark] {
            transaction.execute_unprepared(statement).await.expect(statement);
        }
        transaction.commit().await.expect("erased");
        assert_eq!(count(&db, "change_event").await, 0);

        event(&db, 2).await;
        assert!(db.execute_unprepared("DELETE FROM change_event").await.is_err(), "the mark ends with its transaction");
        db.close().await.expect("closed");
        store.close().await;
    }
}

#[tokio::test]
async fn rows_of_two_organizations_cannot_be_tied() {
    for store in Store::all().await {
        let db = store.connect().await;
        up(&db).await.expect("up");
        organizations(&db).await;
        assert!(asset(&db, 1, 1, "NULL").await);
        assert!(!asset(&db, 2, 2, "1").await);
        assert!(asset(&db, 2, 2, "NULL").await);
        assert!(!audit(&db, 1, 1, ("number, asset_id, asset_kind", "'1', 2, 'OTHER'")).await);
        assert!(audit(&db, 1, 1, ("number, asset_id, asset_kind", "'1', 1, 'OTHER'")).await);
        db.close().await.expect("closed");
        store.close().await;
    }
}

#[tokio::test]
async fn a_number_is_given_once_an_asset_and_once_beside_all_assets() {
    for store in Store::all().await {
        let db = store.connect().await;
        up(&db).await.expect("up");
        organizations(&db).await;
        assert!(asset(&db, 1, 1, "NULL").await && asset(&db, 2, 1, "NULL").await);
        let on = "number, asset_id, asset_kind";
        assert!(audit(&db, 1, 1, (on, "'7', 1, 'OTHER'")).await);
        assert!(audit(&db, 2, 1, (on, "'7', 2, 'OTHER'")).await);
        assert!(!audit(&db, 3, 1, (on, "'7', 1, 'OTHER'")).await);
        assert!(audit(&db, 4, 1, ("number", "'7'")).await);
        assert!(!audit(&db, 5, 1, ("number", "'7'")).await);
        assert!(audit(&db, 6, 2, ("number", "'7'")).await);
        db.close().await.expect("closed");
        store.close().await;
    }
}

#[tokio::test]
async fn values_that_no_row_may_hold_are_refused_by_both_stores() {
    for store in Store::all().await {
        let db = store.connect().await;
        up(&db).await.expect("up");
        organizations(&db).await;
        let refused = [
            ("state", "'DONE'"),
            ("type", "'full'"),
            ("priority", "0"),
            ("latitude", "90.5"),
            ("longitude", "-181"),
            ("layer", "2147483648"),
            ("asset_kind", "'SITE'"),
            ("asset_sequence", "0"),
            ("score_main", "1000000000000000000"),
            ("metadata", "'{'"),
        ];
        for (column, value) in refused {
            let values = format!("'1', {value}");
            assert!(!audit(&db, 1, 1, (&format!("number, {column}"), &values)).await, "{column} = {value}");
        }
        let kept = ("number, state, device, latitude, priority", "'1', 'IN_REVIEW', '', -90, 3");
        assert!(audit(&db, 1, 1, kept).await);

        for (parents, values) in [("number", "'1'"), ("audit_id, number", "1, '1'")] {
            let insert = format!(
                "INSERT INTO activity (uuid, organization_id, subject, created_at, updated_at, {parents})
                VALUES ({}, 1, 'S', {NOW}, {NOW}, {values})",
                uuid(&db, 400)
            );
            assert_eq!(accepts(&db, &insert).await, parents != "number", "exactly one parent");
        }
        db.close().await.expect("closed");
        store.close().await;
    }
}

#[tokio::test]
async fn the_number_index_of_sqlite_keeps_step() {
    let store = Store::sqlite();
    let db = store.connect().await;
    up(&db).await.expect("up");
    organizations(&db).await;
    for id in [41, 42] {
        assert!(audit(&db, id, 1, ("number", &format!("'AUD-{id}'"))).await);
    }
    db.execute_unprepared("UPDATE audit SET number_norm = 'x-17' WHERE id = 41").await.expect("changed");
    assert_eq!(count(&db, "audit_number WHERE number_norm MATCH '\"d-4\"'").await, 1);
    assert_eq!(count(&db, "audit_number WHERE number_norm MATCH '\"-17\"'").await, 1);
    db.execute_unprepared("DELETE FROM audit WHERE id = 42").await.expect("gone");
    assert_eq!(count(&db, "audit_number WHERE number_norm MATCH '\"d-4\"'").await, 0);
    db.execute_unprepared("INSERT INTO audit_number (audit_number, rank) VALUES ('integrity-check', 1)")
        .await
        .expect("the index agrees with the rows");
}
