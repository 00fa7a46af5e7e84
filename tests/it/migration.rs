//! The migrations on both stores: there, back, and there again, with rows in the tables, and by several at once.
//! The history's own rules are tested beside it, in `migration/tests`.

use audit_gateway::domain::cell::Kind;
use audit_gateway::domain::db::{Db, Errand, Statement, Store};
use migration::{down, status, up};

use crate::entity::tables;
use crate::store::{TestStore, on_both_stores};

on_both_stores!(
    up_down_and_up_again_gives_the_same_tables,
    a_filled_store_goes_all_the_way_back,
    each_step_goes_back_and_there_again_over_rows,
    instances_that_start_together_migrate_once,
);

/// Everything a store is made of, as its own catalogue tells it.
async fn catalogue(db: &Db) -> Vec<String> {
    let question = match db.store() {
        Store::Postgres => {
            "SELECT concat_ws(' ', table_name, column_name, data_type, collation_name, is_nullable, column_default)
            FROM information_schema.columns WHERE table_schema = current_schema()
            UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
            UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
            WHERE connamespace = current_schema()::regnamespace
            UNION ALL SELECT concat_ws(' ', tablename, policyname, cmd, qual, with_check) FROM pg_policies
            UNION ALL SELECT concat_ws(' ', relname, relrowsecurity, relforcerowsecurity) FROM pg_class
            WHERE relnamespace = current_schema()::regnamespace AND relrowsecurity
            UNION ALL SELECT concat_ws(' ', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
            ORDER BY 1"
        }
        Store::Sqlite => "SELECT coalesce(sql, name) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1",
    };
    let rows = db.fetch(&Errand::default(), Statement::new(question, Vec::new(), vec![Kind::Text])).await;
    rows.expect("the catalogue").iter().map(|row| row[0].as_str().expect("text").to_owned()).collect()
}

async fn rows(db: &Db, table: &str) -> i64 {
    let statement = Statement::new(format!("SELECT count(*) FROM \"{table}\""), Vec::new(), vec![Kind::Long]);
    db.fetch(&Errand::default(), statement).await.expect(table).cell(0, 0).as_int().expect("a number")
}

async fn steps(db: &Db) -> u32 {
    let steps = status(&db.for_migrations()).await.expect("a status");
    u32::try_from(steps.len()).expect("a few")
}

async fn up_down_and_up_again_gives_the_same_tables(kind: Store) {
    let store = TestStore::migrated(kind).await;
    let connection = store.db.for_migrations();
    let first = catalogue(&store.db).await;
    assert!(status(&connection).await.expect("a status").iter().all(|step| step.applied));

    down(&connection, steps(&store.db).await).await.expect("down");
    let left = catalogue(&store.db).await;
    assert!(left.iter().all(|line| line.contains("seaql_migrations")), "{left:#?}");
    up(&connection).await.expect("up again");
    up(&connection).await.expect("nothing left to do");
    assert_eq!(catalogue(&store.db).await, first);
}

async fn a_filled_store_goes_all_the_way_back(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let connection = store.db.for_migrations();
    for table in tables() {
        assert!(rows(&store.db, &table.name).await > 0, "the fixture has no row in {}", table.name);
    }
    let first = catalogue(&store.db).await;
    down(&connection, steps(&store.db).await).await.expect("down, over rows");
    up(&connection).await.expect("up again");
    assert_eq!(catalogue(&store.db).await, first);
    for table in tables() {
        let expected = match table.name.as_str() {
            "standard" => 5,
            "conformance_level" => 8,
            _ => 0,
        };
        assert_eq!(rows(&store.db, &table.name).await, expected, "{}", table.name);
    }
}

async fn each_step_goes_back_and_there_again_over_rows(kind: Store) {
    for back in 1..=steps(&TestStore::migrated(kind).await.db).await {
        let store = TestStore::seeded(kind).await;
        let connection = store.db.for_migrations();
        let first = catalogue(&store.db).await;
        down(&connection, back).await.unwrap_or_else(|error| panic!("{back} down: {error}"));
        up(&connection).await.unwrap_or_else(|error| panic!("{back} up: {error}"));
        assert_eq!(catalogue(&store.db).await, first, "{back} steps back and there again");
    }
}

async fn instances_that_start_together_migrate_once(kind: Store) {
    let store = TestStore::empty(kind).await;
    let mut doors = vec![store.db.clone()];
    for _ in 0..3 {
        doors.push(store.second_door().await);
    }
    let runs: Vec<_> = doors
        .iter()
        .map(|door| {
            let connection = door.for_migrations();
            tokio::spawn(async move { up(&connection).await })
        })
        .collect();
    for run in runs {
        run.await.expect("no panic").expect("up");
    }
    assert_eq!(rows(&store.db, "standard").await, 5);
    assert_eq!(rows(&store.db, "seaql_migrations").await, i64::from(steps(&store.db).await));
}
