//! Erasing what events say: gone, and everything still proven.

use audit_gateway::domain::cell::Kind;
use audit_gateway::domain::db::Store;
use audit_gateway::domain::trail::{self, Selection};
use chrono::TimeDelta;
use uuid::Uuid;

use super::{ask, assert_clean, entries, leaves, number, origin, seeded, write};
use crate::fixture::{Org, clock};
use crate::store::{TestStore, on_both_stores};

on_both_stores!(an_erased_event_stays_proven, retention_erases_what_is_old, an_order_needs_a_reason);

const HARBOUR: Org = Org::Harbour;

async fn filled(kind: Store) -> TestStore {
    let store = seeded(kind).await;
    write(&store.db, HARBOUR, entries(20)).await;
    store
}

async fn erase(store: &TestStore, selection: Selection) -> i64 {
    let order = (selection, "order 17".to_owned());
    trail::erase(&store.db, HARBOUR.id(), order, origin()).await.expect("erased")
}

async fn an_erased_event_stays_proven(kind: Store) {
    let store = filled(kind).await;
    let before = leaves(&store.db, HARBOUR).await;
    let event =
        ask(&store.db, "SELECT uuid FROM change_event WHERE organization_id = 1 AND sequence = 12", vec![Kind::Uuid]);
    let event = event.await.cell(0, 0).as_uuid().expect("an event");
    assert_eq!(erase(&store, Selection::Event(event)).await, 1);
    assert_eq!(erase(&store, Selection::Event(event)).await, 0, "nothing is left of it");
    assert_clean(&store.db, HARBOUR, 28).await;
    assert_eq!(leaves(&store.db, HARBOUR).await[..27], before, "no leaf was touched");
    let left = "SELECT count(*) FROM change_event WHERE sequence = 12 AND organization_id = 1 AND snapshot_after IS NULL AND \
                snapshot_before IS NULL AND extra IS NULL AND salt IS NULL AND erased_at IS NOT NULL";
    assert_eq!(number(&store.db, left).await, 1);
    let told = "SELECT CAST(extra AS TEXT) FROM change_event WHERE entity_type = 'trail'";
    let told = ask(&store.db, told, vec![Kind::Text]).await;
    assert_eq!(told.len(), 1);
    assert!(told.cell(0, 0).as_str().expect("keys").starts_with("{\"erased\":[[12,12]],\"reason\":\"order 17\""));

    let record = Uuid::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0003);
    assert_eq!(erase(&store, Selection::Entity(record)).await, 3);
    assert_clean(&store.db, HARBOUR, 29).await;
    assert_eq!(erase(&store, Selection::Entity(Uuid::nil())).await, 0);
    assert_clean(&store.db, HARBOUR, 29).await;
    assert!(
        execute_refused(&store, "UPDATE change_event SET surface = 'x' WHERE sequence = 13").await,
        "guarded again"
    );
}

async fn execute_refused(store: &TestStore, sql: &str) -> bool {
    use audit_gateway::domain::db::{Errand, Outcome, Statement};
    let statement = std::sync::Arc::new(Statement::new(sql, Vec::new(), Vec::new()));
    let errand = Errand::default();
    let done = store.db.write(&errand, move |tx| {
        let statement = std::sync::Arc::clone(&statement);
        Box::pin(async move {
            tx.fetch(&statement).await?;
            Ok(Outcome::Bookkeeping(()))
        })
    });
    done.await.is_err()
}

async fn retention_erases_what_is_old(kind: Store) {
    let store = filled(kind).await;
    // The fixture's events are of February; one of them has snapshots.
    let cut = clock().now() - TimeDelta::days(1);
    assert_eq!(erase(&store, Selection::Before(cut)).await, 1);
    assert_eq!(erase(&store, Selection::Before(cut)).await, 0);
    assert_eq!(erase(&store, Selection::Before(clock().now() + TimeDelta::days(1))).await, 20);
    assert_eq!(erase(&store, Selection::Before(clock().now() + TimeDelta::days(2))).await, 0, "what tells of it stays");
    assert_clean(&store.db, HARBOUR, 29).await;
    assert_eq!(
        number(&store.db, "SELECT count(*) FROM change_event WHERE organization_id = 2 AND erased_at IS NULL").await,
        7
    );
}

async fn an_order_needs_a_reason(kind: Store) {
    let store = filled(kind).await;
    let order = (Selection::Entity(Uuid::nil()), " ".to_owned());
    let refused = trail::erase(&store.db, HARBOUR.id(), order, origin()).await;
    assert_eq!(refused.expect_err("no reason").code(), "BAD_USER_INPUT");
}
