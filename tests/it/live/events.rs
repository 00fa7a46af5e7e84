//! Server-sent events: the graphql-sse protocol with a connection an operation.

use std::time::Duration;

use audit_gateway::domain::db::Store;
use audit_gateway::domain::trail::Action;
use serde_json::{Value, json};

use super::served::{SOON, Served};
use super::{happen, happen_at_length, meddle};
use crate::fixture::{Org, uuid};
use crate::store::on_both_stores;

on_both_stores!(
    events_come_as_they_happen_and_resume_behind_the_last_one,
    a_query_is_one_event_and_the_end,
    what_is_refused_is_refused_with_its_status,
    a_stream_ends_with_the_session,
    a_stream_is_completed_when_the_gateway_stops,
    a_user_has_so_many_streams,
    a_client_that_reads_too_late_is_told_so_and_where_to_resume,
);

const EVENTS: (&str, &str) = ("accept", "text/event-stream");
const HARBOUR: (&str, &str) = ("authorization", "Bearer harbour");
const CHANGES: &str = r#"{"query":"subscription { changes { sequence entityType } }"}"#;

async fn one_more(served: &Served) -> i64 {
    happen(&served.store.db, Org::Harbour, Action::Edit, ("audit", uuid("audit", 1_001))).await
}

fn told(sequence: i64) -> Vec<String> {
    let data = json!({"data": {"changes": {"sequence": sequence, "entityType": "audit"}}});
    vec!["event: next".to_owned(), format!("id: {sequence}"), format!("data: {data}")]
}

async fn events_come_as_they_happen_and_resume_behind_the_last_one(kind: Store) {
    let served = Served::start(kind, |_| {}).await;
    let mut answer = served.post(&[EVENTS, HARBOUR], CHANGES).await;
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("content-type: text/event-stream"), "{}", answer.head);
    assert!(!answer.head.contains("content-encoding"), "{}", answer.head);
    let first = one_more(&served).await;
    assert_eq!(answer.event().await, Some(told(first)));
    let second = one_more(&served).await;
    assert_eq!(answer.event().await, Some(told(second)));
    drop(answer);
    let third = one_more(&served).await;
    let last = second.to_string();
    for query in [
        "/graphql?query=subscription%7Bchanges%7Bsequence%20entityType%7D%7D".to_owned(),
        format!("/graphql?query=subscription%7Bchanges(after:{first})%7Bsequence%20entityType%7D%7D"),
    ] {
        let mut answer = served.get(&query, &[EVENTS, HARBOUR, ("last-event-id", &last)]).await;
        assert_eq!(answer.event().await, Some(told(third)), "{query}");
    }
    // One that takes both gets the form that fits.
    let both = ("accept", "application/graphql-response+json, application/json, text/event-stream");
    let mut answer = served.post(&[both, HARBOUR, ("last-event-id", &last)], CHANGES).await;
    assert_eq!(answer.event().await, Some(told(third)));
    let mut answer = served.post(&[both, HARBOUR], r#"{"query":"{__typename}"}"#).await;
    assert_eq!(answer.json().await, json!({"data": {"__typename": "Query"}}));
}

async fn a_query_is_one_event_and_the_end(kind: Store) {
    let served = Served::start(kind, |_| {}).await;
    let body = r#"{"query":"{ viewer { user { username } } }"}"#;
    let mut answer = served.post(&[EVENTS, HARBOUR, ("connection", "close")], body).await;
    assert_eq!(answer.status, 200);
    let expected = json!({"data": {"viewer": {"user": {"username": "chen.wei"}}}});
    let length = answer.head.contains("content-length");
    assert!(length, "{}", answer.head);
    let text = answer.plain().await;
    assert_eq!(text, format!("event: next\ndata: {expected}\n\nevent: complete\ndata: \n\n"));
}

async fn what_is_refused_is_refused_with_its_status(kind: Store) {
    let served = Served::start(kind, |_| {}).await;
    let bearer = |token: &'static str| ("authorization", token);
    for (headers, body, status, code) in [
        (vec![EVENTS], CHANGES, 401, "UNAUTHENTICATED"),
        (vec![EVENTS, bearer("Bearer other")], CHANGES, 401, "UNAUTHENTICATED"),
        (vec![EVENTS, HARBOUR], r#"{"query":"subscription { nothing }"}"#, 400, "BAD_USER_INPUT"),
        (vec![EVENTS, HARBOUR], r#"{"query":"{ nothing }"}"#, 400, "BAD_USER_INPUT"),
        (vec![EVENTS, HARBOUR], r#"{"query":"subscription { changes(after: -1) { id } }"}"#, 400, "BAD_USER_INPUT"),
        (vec![EVENTS, HARBOUR, ("last-event-id", "x")], CHANGES, 400, "BAD_USER_INPUT"),
        (vec![("accept", "text/html"), HARBOUR], CHANGES, 406, "NOT_ACCEPTABLE"),
        (vec![("accept", "application/graphql-response+json"), HARBOUR], CHANGES, 400, "BAD_USER_INPUT"),
    ] {
        let mut answer = served.post(&headers, body).await;
        assert_eq!(answer.status, status, "{body} {headers:?}");
        assert_eq!(answer.json().await["errors"][0]["extensions"]["code"], code, "{body}");
    }
    let answer = served.get("/graphql?query=mutation%7Blogout%7Bok%7D%7D", &[EVENTS, HARBOUR]).await;
    assert_eq!(answer.status, 405);
}

async fn a_stream_ends_with_the_session(kind: Store) {
    let served = Served::start(kind, |_| {}).await;
    let mut revoked = served.post(&[EVENTS, ("authorization", "Bearer nordic")], CHANGES).await;
    let mut expired = served.post(&[EVENTS, ("authorization", "Bearer brief")], CHANGES).await;
    meddle(&served.store.db, "UPDATE refresh_token SET revoked_at = '2026-03-02T09:00:00Z' WHERE user_id = 2003").await;
    for answer in [&mut revoked, &mut expired] {
        let last = answer.event().await.expect("an event");
        let body: Value = serde_json::from_str(last[1].strip_prefix("data: ").expect("data")).expect("JSON");
        assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        assert_eq!(answer.rest().await, "event: complete\ndata: \n\n");
        assert!(answer.whole);
    }
}

async fn a_stream_is_completed_when_the_gateway_stops(kind: Store) {
    let mut served = Served::start(kind, |_| {}).await;
    let mut answer = served.post(&[EVENTS, HARBOUR], CHANGES).await;
    let last = one_more(&served).await;
    assert_eq!(answer.event().await, Some(told(last)));
    served.stop();
    assert_eq!(answer.rest().await, "event: complete\ndata: \n\n");
    assert!(answer.whole);
    let finished = tokio::time::timeout(SOON, &mut served.ended).await.expect("in time").expect("the server");
    assert!(finished, "nothing had to be cut off");
}

async fn a_user_has_so_many_streams(kind: Store) {
    let served = Served::start(kind, |settings| settings.user_connections = 2).await;
    let one = served.post(&[EVENTS, HARBOUR], CHANGES).await;
    let two = served.post(&[EVENTS, HARBOUR], CHANGES).await;
    assert_eq!((one.status, two.status), (200, 200));
    let three = served.post(&[EVENTS, HARBOUR], CHANGES).await;
    assert_eq!(three.status, 429);
    assert!(three.head.contains("retry-after"), "{}", three.head);
    let other = served.post(&[EVENTS, ("authorization", "Bearer nordic")], CHANGES).await;
    assert_eq!(other.status, 200, "another user's streams are their own");
    drop(one);
    let mut tries = 0;
    // A connection that is gone shows when it is written to or read from.
    while served.post(&[EVENTS, HARBOUR], CHANGES).await.status != 200 {
        tries += 1;
        assert!(tries < 100, "the place was not given back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn a_client_that_reads_too_late_is_told_so_and_where_to_resume(kind: Store) {
    let served = Served::start(kind, |settings| settings.body_timeout = Duration::from_secs(8)).await;
    for _ in 0..12 {
        happen_at_length(&served.store.db, Org::Harbour, 30_000).await;
    }
    let fields = (0..29).map(|number| format!("a{number}: snapshotAfter")).collect::<Vec<_>>().join(" ");
    let query = format!("subscription {{ changes(after: 0, entities: [\"audit\"]) {{ {fields} }} }}");
    let mut answer = served.post(&[EVENTS, HARBOUR], &json!({ "query": query }).to_string()).await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    let mut last = None;
    while let Some(event) = answer.event().await {
        match event.iter().find_map(|field| field.strip_prefix("id: ")) {
            Some(id) => last = Some(id.to_owned()),
            None if event[0] == "event: next" => {
                let body: Value = serde_json::from_str(event[1].strip_prefix("data: ").expect("data")).expect("JSON");
                assert_eq!(body["errors"][0]["extensions"]["code"], "RATE_LIMITED");
                let said = body["errors"][0]["message"].as_str().expect("a message");
                assert!(said.ends_with(&format!("after: {}", last.as_deref().expect("an event"))), "{said}");
                assert_eq!(answer.rest().await, "event: complete\ndata: \n\n");
                return;
            }
            None => panic!("{event:?}"),
        }
    }
    panic!("all was sent to a client that did not read");
}
