//! What the door to the store makes of the store's refusals.

use std::time::Duration;

use audit_gateway::domain::cell::Kind;
use audit_gateway::domain::db::{Errand, Outcome, Statement, Store};
use audit_gateway::domain::error::Error;

use crate::store::{TestStore, on_both_stores, run};

on_both_stores!(nothing_is_acknowledged_after_a_refused_statement);

/// PostgreSQL answers COMMIT as if all were well, and has rolled back.
async fn nothing_is_acknowledged_after_a_refused_statement(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let errand = Errand::default();
    let run = |sql: &str| Statement::new(sql, Vec::new(), Vec::new());
    let (change, refused) = (run("UPDATE organization SET name = 'Overtaken'"), run("SELECT nothing FROM nowhere"));
    let outcome = store.db.write(&errand, move |tx| {
        let (change, refused) = (change.clone(), refused.clone());
        Box::pin(async move {
            tx.fetch(&change).await?;
            assert!(tx.fetch(&refused).await.is_err());
            Ok(Outcome::Bookkeeping(()))
        })
    });
    let outcome = outcome.await;
    assert!(matches!(outcome, Err(Error::Internal)), "{outcome:?}");
    assert_eq!(overtaken(&store).await, 0);
}

async fn overtaken(store: &TestStore) -> i64 {
    let sql = "SELECT count(*) FROM organization WHERE name = 'Overtaken'";
    let rows = store.db.fetch(&Errand::default(), Statement::new(sql, Vec::new(), vec![Kind::Long])).await;
    rows.expect("the next statement has a connection").cell(0, 0).as_int().expect("a number")
}

/// A program that is stopped for a while, or a machine that is, finds its transaction ended by the server. SQLite has no
/// such limit: nobody else waits for a file's connection.
#[test]
fn a_transaction_that_the_store_ended_is_unavailable_and_leaves_nothing_behind() {
    run(Store::Postgres, async |kind| {
        let store = TestStore::seeded(kind).await;
        let errand = Errand::default();
        let refused = store.db.write(&errand, |tx| {
            Box::pin(async move {
                for sql in
                    ["SET LOCAL idle_in_transaction_session_timeout = 50", "UPDATE organization SET name = 'Overtaken'"]
                {
                    tx.fetch(&Statement::new(sql, Vec::new(), Vec::new())).await?;
                }
                tokio::time::sleep(Duration::from_millis(400)).await;
                tx.fetch(&Statement::new("SELECT 1", Vec::new(), Vec::new())).await?;
                Ok(Outcome::Bookkeeping(()))
            })
        });
        let refused = refused.await;
        assert!(matches!(refused, Err(Error::Unavailable)), "{refused:?}");
        assert_eq!(overtaken(&store).await, 0);
    });
}
