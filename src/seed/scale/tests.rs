use std::sync::Mutex;

use super::*;
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::testing::Scratch;
use crate::seed::testing::{assert_same, everything, expect_no_gaps};

fn order(audits: usize, organization: &str) -> Order {
    let day = NaiveDate::from_ymd_opt(2026, 3, 14).unwrap();
    Order { audits, seed: 7, organization: organization.to_owned(), day, with_trail: false }
}

async fn filled(store: &Scratch, order: &Order) -> Result<Counts> {
    fill(&store.db, order, Arc::new(|_| ())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_rows_as_ordered_come_out() {
    for store in Scratch::all().await {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&seen);
        let progress: Progress = Arc::new(move |done| told.lock().unwrap().push(done));
        let counts = fill(&store.db, &order(1_200, "scale"), progress).await.unwrap();
        assert_eq!(seen.lock().unwrap().iter().max(), Some(&1_200));
        for (table, count) in [
            ("audit", counts.audits),
            ("activity", counts.activities),
            ("issue", counts.issues),
            ("asset", counts.assets),
            ("\"user\"", counts.people + 1),
        ] {
            assert_eq!(store.count(table).await, i64::try_from(count).unwrap(), "{table}");
        }
        let per_audit = counts.activities * 10 / counts.audits;
        assert!((70..=90).contains(&per_audit) && (25..=35).contains(&(counts.issues * 10 / counts.audits)));
        assert!(store.count("issue_category").await > 0);
        expect_no_gaps(&store).await;
        assert_eq!(store.count("change_event WHERE entity_type IN ('audit', 'asset', 'issue', 'activity')").await, 0);
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_and_sequences_are_left_right() {
    for store in Scratch::all().await {
        filled(&store, &order(1_200, "scale")).await.unwrap();
        assert_eq!(store.count("organization WHERE audit_counter = 1200").await, 1);
        for (table, column, counter) in
            [("audit", "asset_sequence", "audit_counter"), ("issue", "number", "issue_counter")]
        {
            let wrong = format!(
                "asset a WHERE a.{counter} <> (SELECT count(*) FROM {table} t WHERE t.asset_id = a.id) OR a.{counter} \
                 <> (SELECT coalesce(max(t.{column}), 0) FROM {table} t WHERE t.asset_id = a.id)"
            );
            assert_eq!(store.count(&wrong).await, 0, "{counter}");
        }
        for table in ["asset", "audit", "activity", "issue"] {
            let sql = format!("SELECT max(id) FROM {table}");
            let last = store.ask(&sql, vec![Kind::Long]).await.cell(0, 0).as_int().unwrap();
            let next = store
                .db
                .write(&Errand::default(), move |tx| {
                    Box::pin(async move { bulk::reserve(tx, table, 1).await.map(Outcome::Unchanged) })
                })
                .await
                .unwrap();
            assert_eq!(next, [last + 1], "{table}");
        }
        let paths = "asset a JOIN asset p ON p.id = a.parent_id WHERE substr(a.path, 1, length(p.path)) <> p.path";
        assert_eq!(store.count(paths).await, 0);
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_order_gives_the_same_rows_on_every_store() {
    let mut seen: Option<Vec<Vec<Cell>>> = None;
    for store in Scratch::all().await.into_iter().chain(Scratch::all().await) {
        let mut order = order(1_100, "scale");
        order.with_trail = true;
        filled(&store, &order).await.unwrap();
        let all = everything(&store).await;
        assert_same(seen.get_or_insert_with(|| all.clone()), &all);
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_could_have_happened() {
    for store in Scratch::all().await {
        let mut ordered = order(3_000, "scale");
        ordered.with_trail = true;
        let counts = filled(&store, &ordered).await.unwrap();
        let states = store.words("SELECT DISTINCT state FROM audit").await;
        assert_eq!(states.len(), 8);
        for wrong in [
            "audit WHERE started_at < created_at OR completed_at < started_at OR closed_at < completed_at",
            "audit WHERE (state = 'CLOSED') <> (finished_at IS NOT NULL)",
            "audit WHERE updated_at >= '2026-03-14'",
            "issue WHERE (status = 'CLOSED') <> (closed_at IS NOT NULL) OR closed_at < created_at",
            "issue WHERE updated_at >= '2026-03-14'",
            "activity WHERE finished_at < started_at",
        ] {
            assert_eq!(store.count(wrong).await, 0, "{wrong}");
        }
        let told = counts.audits + counts.activities + counts.issues + counts.assets;
        let events = store.count("change_event WHERE entity_type IN ('audit', 'asset', 'issue', 'activity')").await;
        assert_eq!(events, i64::try_from(told).unwrap());
        expect_no_gaps(&store).await;
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_is_made_once_and_others_stand_beside_it() {
    for store in Scratch::all().await {
        filled(&store, &order(60, "scale")).await.unwrap();
        assert!(matches!(filled(&store, &order(60, "scale")).await, Err(Error::Conflict(_))));
        filled(&store, &order(60, "other")).await.unwrap();
        assert_eq!(store.count("audit").await, 120);
        assert_eq!(store.count("organization").await, 2);
        store.close().await;
    }
}
