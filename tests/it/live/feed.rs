//! The trail as lines: for programs, from any sequence on, with one number to resume by.

use audit_gateway::domain::db::Store;
use audit_gateway::domain::trail::Action;
use serde_json::{Value, json};

use super::served::Served;
use super::{happen, head};
use crate::fixture::{Org, uuid};
use crate::store::on_both_stores;

on_both_stores!(
    the_feed_gives_the_whole_trail_and_then_what_comes,
    the_feed_of_the_past_ends_with_it,
    the_feed_takes_the_conditions_of_changes,
    what_cannot_be_meant_is_refused_with_its_status,
    a_feed_that_is_cut_off_is_not_taken_for_a_whole_one,
);

const HARBOUR: (&str, &str) = ("authorization", "Bearer harbour");

async fn one_more(served: &Served, action: Action, entity: (&'static str, i64)) -> i64 {
    happen(&served.store.db, Org::Harbour, action, (entity.0, uuid(entity.0, entity.1))).await
}

fn sequence(line: &str) -> i64 {
    let line: Value = serde_json::from_str(line).expect("JSON");
    line["sequence"].as_i64().expect("a sequence")
}

async fn the_feed_gives_the_whole_trail_and_then_what_comes(kind: Store) {
    let served = Served::start(kind, |_| {}).await;
    let audit = uuid("audit", 1_001);
    let end = one_more(&served, Action::Edit, ("audit", 1_001)).await;
    let mut answer = served.get("/trail/events?after=0", &[HARBOUR]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("content-type: application/x-ndjson"), "{}", answer.head);
    for expected in 1..end {
        assert_eq!(sequence(&answer.line().await.expect("a line")), expected);
    }
    let last: Value = serde_json::from_str(&answer.line().await.expect("a line")).expect("JSON");
    assert_eq!(
        (&last["sequence"], &last["entityType"], &last["entityUuid"], &last["action"]),
        (&json!(end), &json!("audit"), &json!(audit), &json!("EDIT"))
    );
    assert_eq!(last["snapshotAfter"], json!({"state": "IN_PROGRESS"}));
    assert_eq!(last["eventDate"], "2026-03-02T10:00:00.000000Z");
    happen(&served.store.db, Org::Nordic, Action::Edit, ("audit", uuid("audit", 2_001))).await;
    let next = one_more(&served, Action::Delete, ("audit", 1_001)).await;
    assert_eq!(sequence(&answer.line().await.expect("a line")), next);
    drop(answer);
    let missed = one_more(&served, Action::Edit, ("issue", 1_001)).await;
    let mut resumed = served.get(&format!("/trail/events?after={next}"), &[HARBOUR]).await;
    assert_eq!(sequence(&resumed.line().await.expect("a line")), missed);
}

async fn the_feed_of_the_past_ends_with_it(kind: Store) {
    let served = Served::start(kind, |_| {}).await;
    let before = head(&served.store.db, Org::Harbour).await;
    for _ in 0..120 {
        one_more(&served, Action::Edit, ("audit", 1_001)).await;
    }
    let mut answer = served.get(&format!("/trail/events?follow=false&after={before}"), &[HARBOUR]).await;
    let lines = answer.rest().await;
    assert!(answer.whole);
    let sequences: Vec<i64> = lines.lines().map(sequence).collect();
    assert_eq!(sequences, (before + 1..=before + 120).collect::<Vec<_>>());
}

async fn the_feed_takes_the_conditions_of_changes(kind: Store) {
    let served = Served::start(kind, |_| {}).await;
    let before = head(&served.store.db, Org::Harbour).await;
    one_more(&served, Action::Create, ("audit", 1_001)).await;
    one_more(&served, Action::Edit, ("audit", 1_002)).await;
    one_more(&served, Action::Edit, ("issue", 1_001)).await;
    one_more(&served, Action::Delete, ("category", 1_001)).await;
    let (audit, issue) = (uuid("audit", 1_001), uuid("issue", 1_001));
    for (conditions, expected) in [
        (String::new(), vec![1, 2, 3, 4]),
        ("&entities=audit,issue".to_owned(), vec![1, 2, 3]),
        ("&entities=audit&actions=EDIT,DELETE".to_owned(), vec![2]),
        (format!("&ids={audit},{issue}"), vec![1, 3]),
        ("&entities=nothing".to_owned(), vec![]),
    ] {
        let path = format!("/trail/events?follow=false&after={before}{conditions}");
        let lines = served.get(&path, &[HARBOUR]).await.rest().await;
        let sequences: Vec<i64> = lines.lines().map(|line| sequence(line) - before).collect();
        assert_eq!(sequences, expected, "{conditions}");
    }
}

async fn what_cannot_be_meant_is_refused_with_its_status(kind: Store) {
    let served = Served::start(kind, |_| {}).await;
    for (path, headers, status, code) in [
        ("/trail/events", vec![], 401, "UNAUTHENTICATED"),
        ("/trail/events", vec![("authorization", "Bearer other")], 401, "UNAUTHENTICATED"),
        ("/trail/events?after=x", vec![HARBOUR], 400, "BAD_USER_INPUT"),
        ("/trail/events?after=-1", vec![HARBOUR], 400, "BAD_USER_INPUT"),
        ("/trail/events?after=999999", vec![HARBOUR], 400, "BAD_USER_INPUT"),
        ("/trail/events?limit=3", vec![HARBOUR], 400, "BAD_USER_INPUT"),
        ("/trail/events?actions=UNDO", vec![HARBOUR], 400, "BAD_USER_INPUT"),
        ("/trail/events?ids=nonsense", vec![HARBOUR], 400, "BAD_USER_INPUT"),
        ("/trail/events?entities=a%00b", vec![HARBOUR], 400, "BAD_USER_INPUT"),
    ] {
        let mut answer = served.get(path, &headers).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.json().await["errors"][0]["extensions"]["code"], code, "{path}");
    }
}

async fn a_feed_that_is_cut_off_is_not_taken_for_a_whole_one(kind: Store) {
    let mut served = Served::start(kind, |_| {}).await;
    let end = one_more(&served, Action::Edit, ("audit", 1_001)).await;
    let path = format!("/trail/events?after={}", end - 1);
    let mut revoked = served.get(&path, &[("authorization", "Bearer brief")]).await;
    let mut stopped = served.get(&path, &[HARBOUR]).await;
    for answer in [&mut revoked, &mut stopped] {
        assert_eq!(sequence(&answer.line().await.expect("a line")), end);
    }
    assert_eq!(revoked.rest().await.trim(), "");
    assert!(!revoked.whole, "the credentials have expired");
    served.stop();
    assert_eq!(stopped.rest().await.trim(), "");
    assert!(stopped.whole, "there is nothing left to say here; the reader resumes elsewhere");
}
