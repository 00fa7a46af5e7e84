//! What appending leaves behind.

use std::collections::BTreeSet;

use audit_gateway::domain::cell::Kind;
use audit_gateway::domain::db::{Errand, Outcome, Store};
use audit_gateway::domain::trail;

use super::{ask, assert_clean, entries, leaves, number, root, seeded, text, verified, write};
use crate::fixture::Org;
use crate::store::on_both_stores;

on_both_stores!(
    events_become_leaves_whatever_their_number,
    events_from_before_the_tree_are_sealed_with_the_next_one,
    a_start_seals_every_trail,
    writers_at_once_leave_no_gap_and_the_right_root,
    a_transaction_that_fails_leaves_the_tree_as_it_was,
    without_the_tree_events_are_recorded_and_sealed_later,
    a_command_that_locks_first_sends_no_more_statements,
);

const HARBOUR: Org = Org::Harbour;

async fn events_become_leaves_whatever_their_number(kind: Store) {
    let store = seeded(kind).await;
    let mut receipts = Vec::new();
    for count in [1, 2, 3, 250, 7, 513, 1] {
        receipts.extend(write(&store.db, HARBOUR, entries(count)).await);
    }
    let leaves = leaves(&store.db, HARBOUR).await;
    assert_eq!(leaves.len(), 7 + 777);
    let of_receipts: Vec<_> = receipts.iter().map(|receipt| (receipt.sequence, receipt.leaf_hash)).collect();
    assert_eq!(of_receipts, (8..).zip(leaves[7..].iter().copied()).collect::<Vec<_>>());
    let kept = ask(
        &store.db,
        "SELECT \"position\", root_hash FROM trail_subtree WHERE organization_id = 1 AND level = 1 ORDER BY 1",
        vec![Kind::Long, Kind::Text],
    )
    .await;
    let kept: Vec<String> = kept.iter().map(|row| text(&row[1])).collect();
    let expected: Vec<String> = leaves.chunks_exact(256).map(|leaves| root(leaves).to_string()).collect();
    assert_eq!(kept, expected);
    let report = verified(&store.db, HARBOUR).await;
    assert_eq!((report.finding, report.events, report.root), (None, 784, root(&leaves)));
}

async fn events_from_before_the_tree_are_sealed_with_the_next_one(kind: Store) {
    let store = seeded(kind).await;
    let refused = trail::verify(&store.db, 1, &Default::default()).await;
    assert!(refused.is_err_and(|why| why.to_string().contains("no tree yet")));
    write(&store.db, HARBOUR, entries(1)).await;
    assert_clean(&store.db, HARBOUR, 8).await;
}

async fn a_start_seals_every_trail(kind: Store) {
    let store = seeded(kind).await;
    assert_eq!(trail::seal_all(&store.db).await.expect("sealed"), 14);
    assert_eq!(trail::seal_all(&store.db).await.expect("nothing left"), 0);
    for org in [Org::Harbour, Org::Nordic] {
        assert_clean(&store.db, org, 7).await;
    }
}

async fn writers_at_once_leave_no_gap_and_the_right_root(kind: Store) {
    let store = seeded(kind).await;
    let second = store.second_door().await;
    let writers = (0..64_usize).map(|writer| {
        let db = if writer % 2 == 0 { store.db.clone() } else { second.clone() };
        tokio::spawn(async move { write(&db, HARBOUR, entries(1 + writer % 4)).await })
    });
    let mut sequences = BTreeSet::new();
    for writer in writers.collect::<Vec<_>>() {
        let receipts = writer.await.expect("a writer");
        assert!(receipts.windows(2).all(|pair| pair[0].sequence + 1 == pair[1].sequence));
        sequences.extend(receipts.iter().map(|receipt| receipt.sequence));
    }
    assert_eq!(sequences, (8..=167).collect());
    assert_clean(&store.db, HARBOUR, 167).await;
    assert_eq!(verified(&store.db, HARBOUR).await.root, root(&leaves(&store.db, HARBOUR).await));
}

async fn a_transaction_that_fails_leaves_the_tree_as_it_was(kind: Store) {
    let store = seeded(kind).await;
    write(&store.db, HARBOUR, entries(3)).await;
    let before = verified(&store.db, HARBOUR).await;
    let twice = entries(1);
    let errand = Errand { organization_id: Some(1), ..Errand::default() };
    let done = store.db.write(&errand, move |tx| {
        let twice = twice.clone();
        Box::pin(async move {
            trail::append(tx, 1, twice.clone()).await?;
            trail::append(tx, 1, twice).await?;
            Ok(Outcome::Changed(()))
        })
    });
    assert!(done.await.is_err(), "the same event twice");
    assert_eq!(verified(&store.db, HARBOUR).await, before);
    write(&store.db, HARBOUR, entries(1)).await;
    assert_clean(&store.db, HARBOUR, 11).await;
}

async fn without_the_tree_events_are_recorded_and_sealed_later(kind: Store) {
    let store = seeded(kind).await;
    write(&store.db, HARBOUR, entries(300)).await;
    let measured = store.second_door().await;
    measured.leave_out_tree();
    assert!(write(&measured, HARBOUR, entries(5)).await.is_empty(), "no receipts");
    assert_eq!(
        number(&store.db, "SELECT count(*) FROM change_event WHERE leaf IS NULL AND organization_id = 1").await,
        5
    );
    write(&store.db, HARBOUR, entries(1)).await;
    assert_clean(&store.db, HARBOUR, 313).await;
}

async fn a_command_that_locks_first_sends_no_more_statements(kind: Store) {
    let store = seeded(kind).await;
    write(&store.db, HARBOUR, entries(1)).await;
    let errand = Errand { organization_id: Some(1), ..Errand::default() };
    let counted = errand.clone();
    let done = store.db.write(&errand, move |tx| {
        Box::pin(async move {
            trail::lock(tx, 1).await?;
            trail::lock(tx, 1).await?;
            trail::append(tx, 1, entries(3)).await?;
            Ok(Outcome::Changed(()))
        })
    });
    done.await.expect("written");
    // The head is read and locked, the events are put in and the head moved on; PostgreSQL does the last two at once.
    let statements = counted.statements.load(std::sync::atomic::Ordering::Relaxed);
    // SQLite has no arrays: three rows are two statements there.
    assert_eq!(statements, if kind == Store::Postgres { 2 } else { 4 });
}
