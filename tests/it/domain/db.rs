//! What the door to the store makes of the store's refusals.

use std::time::Duration;

use audit_gateway::domain::cell::Kind;
use audit_gateway::domain::db::{Errand, Outcome, Statement, Store};
use audit_gateway::domain::error::Error;

use crate::store::{TestStore, run};

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
        let renamed = "SELECT count(*) FROM organization WHERE name = 'Overtaken'";
        let renamed = Statement::new(renamed, Vec::new(), vec![Kind::Long]);
        let rows = store.db.fetch(&Errand::default(), renamed).await.expect("the next statement has a connection");
        assert_eq!(rows.cell(0, 0).as_int(), Some(0));
    });
}
