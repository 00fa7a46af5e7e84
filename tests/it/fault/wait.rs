//! A write that waits for what somebody else holds: told in time, with nothing half done, and repeated without harm.

use std::sync::Arc;
use std::time::{Duration, Instant};

use audit_gateway::domain::db::{Db, Errand, Outcome, Settings, Statement, Store};
use futures_util::future::join_all;
use serde_json::json;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::{attempt, door, refusal, traces};
use crate::command::House;
use crate::store::{on_both_stores, run};

on_both_stores!(a_write_that_waits_too_long_for_a_lock_is_unavailable_and_does_nothing);

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(60);

/// Holds what every writer of an organization needs, until it is told to let go. On SQLite an open transaction is
/// enough.
async fn hold(db: &Db, organization: &str) -> (Arc<Notify>, JoinHandle<()>) {
    let (held, let_go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let told = (Arc::clone(&held), Arc::clone(&let_go));
    let lock = if db.store() == Store::Postgres { " FOR UPDATE" } else { "" };
    let sql = format!(
        "SELECT last_sequence FROM trail_head WHERE organization_id = (SELECT id FROM organization WHERE slug = \
         '{organization}'){lock}"
    );
    let db = db.clone();
    let holding = tokio::spawn(async move {
        let errand = Errand::default();
        let done = db.write(&errand, move |tx| {
            let (statement, (held, let_go)) = (Statement::new(sql.as_str(), Vec::new(), Vec::new()), told.clone());
            Box::pin(async move {
                tx.fetch(&statement).await?;
                held.notify_one();
                let_go.notified().await;
                Ok(Outcome::Unchanged(()))
            })
        });
        done.await.expect("the lock");
    });
    held.notified().await;
    (let_go, holding)
}

async fn waits(kind: Store, change: impl FnOnce(&mut Settings)) {
    let mut house = House::open(kind).await;
    let other = house.store.db.clone();
    let db = door(&house.store.url, change).await;
    house.serve(db.clone(), |_| {}).await;
    let free = db.usage().free;
    let before = traces(&house).await;
    let (let_go, holding) = hold(&other, "harbour-foods").await;
    let input = |number: usize| {
        let sku = format!("WAIT-{number}");
        json!({ "name": "Waits", "sku": sku, "idempotencyKey": sku })
    };
    let begun = Instant::now();
    let answers = join_all((0..4).map(|number| attempt(&house, "mia.member", input(number)))).await;
    let took = begun.elapsed();
    for (answer, body) in &answers {
        assert_eq!(refusal(body), Some("UNAVAILABLE"), "{body}");
        assert_eq!(answer.status, 503, "{}", answer.head);
        assert!(answer.head.contains("\r\nretry-after: 1"), "{}", answer.head);
        assert!(!body.to_string().to_lowercase().contains("lock"), "{body}");
    }
    assert!(took >= SHORT && took < Duration::from_secs(20), "{took:?}");
    assert_eq!(traces(&house).await, before, "reads go on, and show nothing of what was refused");
    if kind == Store::Postgres {
        // Another organization's writers wait for nobody.
        let (_, body) = attempt(&house, "nora.owner", json!({ "name": "Free" })).await;
        assert_eq!(refusal(&body), None, "{body}");
    }
    let between = traces(&house).await;
    let_go.notify_one();
    holding.await.expect("let go");
    for _ in 0..2 {
        // The second time the key answers what the first has done.
        for number in 0..4 {
            let (_, body) = attempt(&house, "mia.member", input(number)).await;
            assert_eq!(refusal(&body), None, "{body}");
        }
    }
    assert_eq!(traces(&house).await, (between.0 + 4, between.1 + 4));
    assert_eq!(db.usage().free, free, "no connection is kept");
    // Through a door with more patience: all is read.
    house.db = other;
    house.assert_told().await;
}

async fn a_write_that_waits_too_long_for_a_lock_is_unavailable_and_does_nothing(kind: Store) {
    waits(kind, |settings| (settings.lock_timeout, settings.pool_wait) = (SHORT, LONG)).await;
}

/// The lock may take as long as it wants, the statement that waits for it may not.
#[test]
fn a_write_whose_statement_takes_too_long_is_unavailable_and_does_nothing() {
    run(Store::Postgres, async |kind| {
        waits(kind, |settings| {
            (settings.lock_timeout, settings.statement_timeout, settings.pool_wait) = (LONG, SHORT, LONG);
        })
        .await;
    });
}

/// Where the one that holds the lock holds a connection, too, others are told before they have one.
#[test]
fn a_write_that_finds_no_connection_is_unavailable_and_does_nothing() {
    run(Store::Sqlite, async |kind| {
        let mut house = House::open(kind).await;
        let db = door(&house.store.url, |settings| (settings.lock_timeout, settings.pool_wait) = (LONG, SHORT)).await;
        house.serve(db.clone(), |_| {}).await;
        let before = traces(&house).await;
        let (let_go, holding) = hold(&db, "harbour-foods").await;
        let (answer, body) = attempt(&house, "mia.member", json!({ "name": "Waits" })).await;
        assert_eq!((refusal(&body), answer.status), (Some("UNAVAILABLE"), 503), "{body}");
        assert_eq!(traces(&house).await, before);
        let_go.notify_one();
        holding.await.expect("let go");
        let (_, body) = attempt(&house, "mia.member", json!({ "name": "Waits" })).await;
        assert_eq!(refusal(&body), None, "{body}");
    });
}
