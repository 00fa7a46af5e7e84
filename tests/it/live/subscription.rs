//! Subscriptions without a transport: who sees what, what it costs, and what is refused.

use audit_gateway::domain::cx::{Proof, Role};
use audit_gateway::domain::db::Store;
use audit_gateway::domain::error::Error;
use audit_gateway::domain::trail::Action;
use audit_gateway::graphql::Live;
use serde_json::{Value, json};

use super::{happen, happen_under, head, listening, meddle, next, service, subscribe};
use crate::fixture::{Org, uuid};
use crate::store::{TestStore, on_both_stores};

on_both_stores!(
    changes_tell_events_in_order_with_what_is_asked_within_them,
    an_event_is_told_to_those_who_may_see_its_record,
    an_audit_is_told_of_with_its_lines_and_as_it_is_now,
    issues_are_told_of_that_pass_the_filter_after_the_change,
    a_page_of_events_costs_the_same_as_one,
    what_cannot_be_followed_is_refused,
    a_session_that_ends_ends_the_subscription,
);

const CHANGES: &str = "subscription C($after: Long, $entities: [String!], $actions: [EventAction!], $ids: [ID!]) { \
    changes(after: $after, entities: $entities, actions: $actions, ids: $ids) { sequence action entityType actor { \
    username } changes { path after } } }";

fn id(name: &str, uuid: uuid::Uuid) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(format!("{name}:{uuid}"))
}

async fn changes_tell_events_in_order_with_what_is_asked_within_them(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let (service, changes) = (service(), listening(&store.db));
    let caller = Org::Harbour.caller(Role::Member);
    let before = head(&store.db, Org::Harbour).await;
    let parts = (&service, &changes);
    let mut live = subscribe(parts, &store.db, &caller, (CHANGES, json!({}))).await.expect("a subscription");
    let audit = uuid("audit", 1_001);
    happen(&store.db, Org::Nordic, Action::Edit, ("audit", uuid("audit", 2_001))).await;
    for (number, action) in (1..).zip([Action::Create, Action::Edit, Action::Delete]) {
        happen(&store.db, Org::Harbour, action, ("audit", audit)).await;
        let expected = json!({"changes": {
            "sequence": before + number, "action": action.word().to_uppercase(), "entityType": "audit",
            "actor": {"username": "chen.wei"}, "changes": [{"path": "state", "after": "IN_PROGRESS"}]
        }});
        assert_eq!(next(&mut live).await, expected);
    }
    // The same document again, as the compiled writer now knows it, from before all of them.
    for (variables, expected) in [
        (json!({"after": before}), vec![1, 2, 3]),
        (json!({"after": before + 1, "actions": ["DELETE", "CREATE"]}), vec![3]),
        (json!({"after": before, "entities": ["issue", "audit"], "actions": "EDIT"}), vec![2]),
        (json!({"after": before, "ids": [id("Audit", audit)]}), vec![1, 2, 3]),
        (json!({"after": before, "ids": [audit]}), vec![1, 2, 3]),
    ] {
        let mut live = subscribe(parts, &store.db, &caller, (CHANGES, variables)).await.expect("a subscription");
        for number in expected {
            assert_eq!(next(&mut live).await["changes"]["sequence"], before + number);
        }
    }
}

async fn sequences(live: &mut Live, until: i64) -> Vec<i64> {
    let mut found = Vec::new();
    while found.last() != Some(&until) {
        found.push(next(live).await["changes"]["sequence"].as_i64().expect("a sequence"));
    }
    found
}

async fn an_event_is_told_to_those_who_may_see_its_record(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let (service, changes) = (service(), listening(&store.db));
    let (own, other) = (uuid("api_key", 1_001), uuid("api_key", 1_002));
    let before = head(&store.db, Org::Harbour).await;
    happen(&store.db, Org::Harbour, Action::Edit, ("api_key", own)).await;
    happen(&store.db, Org::Harbour, Action::Edit, ("api_key", other)).await;
    let end = happen(&store.db, Org::Harbour, Action::Edit, ("audit", uuid("audit", 1_001))).await;
    for (role, expected) in [(Role::Member, vec![1, 3]), (Role::Admin, vec![1, 2, 3]), (Role::Owner, vec![1, 2, 3])] {
        let mut caller = Org::Harbour.caller(role);
        if role > Role::Member {
            // Who they are is beside the point here, and only the member has a session.
            caller.proof = Proof::Operator;
        }
        let expected: Vec<i64> = expected.into_iter().map(|number| before + number).collect();
        let variables = json!({"after": before});
        let subscribed = subscribe((&service, &changes), &store.db, &caller, (CHANGES, variables)).await;
        assert_eq!(sequences(&mut subscribed.expect("a subscription"), end).await, expected, "{role:?}");
        let list = "query L($after: Long) { changeEvents(filter: {sequence: {gt: $after}}, orderBy: [{field: \
                    SEQUENCE}]) { totalCount nodes { sequence } } }";
        let listed = crate::graphql::ask(&service, &store.db, &caller, list, json!({"after": before})).await.data();
        let nodes = listed["changeEvents"]["nodes"].as_array().expect("nodes").iter();
        assert_eq!(nodes.map(|node| node["sequence"].as_i64().unwrap()).collect::<Vec<_>>(), expected, "{role:?}");
        assert_eq!(listed["changeEvents"]["totalCount"], expected.len());
        let foreign = id("ApiKey", other);
        let history = "query H($id: ID!) { history(entity: $id) { totalCount } }";
        let told = crate::graphql::ask(&service, &store.db, &caller, history, json!({"id": foreign})).await.data();
        assert_eq!(told["history"]["totalCount"], i64::from(role > Role::Member), "{role:?}");
    }
}

async fn an_audit_is_told_of_with_its_lines_and_as_it_is_now(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let (service, changes) = (service(), listening(&store.db));
    let caller = Org::Harbour.caller(Role::Member);
    let audit = uuid("audit", 1_001);
    let query = "subscription A($id: ID!, $after: Long) { auditChanged(id: $id, after: $after) { __typename sequence \
                 event { entityType entityUuid } audit { number asset { name } } } }";
    let before = head(&store.db, Org::Harbour).await;
    happen(&store.db, Org::Harbour, Action::Edit, ("audit", audit)).await;
    happen(&store.db, Org::Harbour, Action::Edit, ("audit", uuid("audit", 1_002))).await;
    happen_under(&store.db, Org::Harbour, Action::Create, ("activity", uuid("activity", 1_001), Some(audit))).await;
    let variables = json!({"id": id("Audit", audit), "after": before});
    let mut live =
        subscribe((&service, &changes), &store.db, &caller, (query, variables)).await.expect("a subscription");
    let list = "{ audits(filter: {number: {isNull: false}}, first: 200) { nodes { uuid number asset { name } } } }";
    let listed = crate::graphql::ask(&service, &store.db, &caller, list, json!({})).await.data();
    let nodes = listed["audits"]["nodes"].as_array().expect("nodes");
    let known = nodes.iter().find(|node| node["uuid"] == json!(audit)).expect("the audit");
    let now = json!({"number": known["number"], "asset": known["asset"]});
    for (sequence, entity_type, entity) in [(1, "audit", audit), (3, "activity", uuid("activity", 1_001))] {
        let expected = json!({"auditChanged": {
            "__typename": "AuditChanged", "sequence": before + sequence,
            "event": {"entityType": entity_type, "entityUuid": entity}, "audit": now
        }});
        assert_eq!(next(&mut live).await, expected);
    }
    // One that never was, or is gone: what the trail says of it comes all the same.
    let gone = uuid("audit", 1_998);
    let variables = json!({"id": id("Audit", gone)});
    let mut live =
        subscribe((&service, &changes), &store.db, &caller, (query, variables)).await.expect("a subscription");
    happen(&store.db, Org::Harbour, Action::Delete, ("audit", gone)).await;
    assert_eq!(next(&mut live).await["auditChanged"]["audit"], Value::Null);
}

async fn issues_are_told_of_that_pass_the_filter_after_the_change(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let (service, changes) = (service(), listening(&store.db));
    let caller = Org::Harbour.caller(Role::Member);
    let list = "{ issues(first: 2, orderBy: [{field: NUMBER}]) { nodes { uuid title } } }";
    let listed = crate::graphql::ask(&service, &store.db, &caller, list, json!({})).await.data();
    let issue = |at: usize| {
        let node = &listed["issues"]["nodes"][at];
        let uuid = node["uuid"].as_str().expect("a uuid").parse().expect("a uuid");
        (uuid, node["title"].clone())
    };
    let ((first, title), (second, _)): ((uuid::Uuid, Value), (uuid::Uuid, Value)) = (issue(0), issue(1));
    let query = "subscription I($filter: IssueFilter, $after: Long) { issueChanged(filter: $filter, after: $after) { \
                 sequence issue { uuid title } } }";
    let before = head(&store.db, Org::Harbour).await;
    happen(&store.db, Org::Harbour, Action::Edit, ("issue", second)).await;
    happen(&store.db, Org::Harbour, Action::Edit, ("issue", first)).await;
    happen(&store.db, Org::Harbour, Action::Edit, ("audit", uuid("audit", 1_001))).await;
    let end = happen(&store.db, Org::Harbour, Action::Delete, ("issue", uuid("issue", 1_997))).await;
    let told = async |filter: Value| {
        let variables = json!({"filter": filter, "after": before});
        let subscribed = subscribe((&service, &changes), &store.db, &caller, (query, variables)).await;
        let mut live = subscribed.expect("a subscription");
        let mut all = Vec::new();
        loop {
            let one = next(&mut live).await["issueChanged"].clone();
            let sequence = one["sequence"].as_i64().expect("a sequence");
            all.push((sequence - before, one["issue"].clone()));
            if sequence == end {
                return all;
            }
        }
    };
    let passing = told(json!({"id": {"eq": id("Issue", first)}})).await;
    assert_eq!(passing, [(2, json!({"uuid": first, "title": title})), (4, Value::Null)]);
    let all: Vec<i64> = told(json!(null)).await.into_iter().map(|(sequence, _)| sequence).collect();
    assert_eq!(all, [1, 2, 4]);
}

async fn a_page_of_events_costs_the_same_as_one(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let (service, changes) = (service(), listening(&store.db));
    let caller = Org::Harbour.caller(Role::Member);
    let query = "subscription I($after: Long) { issueChanged(after: $after) { event { action actor { name } } issue { \
                 title assignee { name } audit { number } history(first: 3) { nodes { sequence } } } } }";
    let issue = uuid("issue", 1_001);
    let mut costs = Vec::new();
    for count in [1, 40] {
        let before = head(&store.db, Org::Harbour).await;
        for _ in 0..count {
            happen(&store.db, Org::Harbour, Action::Edit, ("issue", issue)).await;
        }
        let variables = json!({"after": before});
        let subscribed = subscribe((&service, &changes), &store.db, &caller, (query, variables)).await;
        let mut live = subscribed.expect("a subscription");
        let begun = live.statement_count();
        for _ in 0..count {
            next(&mut live).await;
        }
        costs.push(live.statement_count() - begun);
    }
    assert_eq!(costs, [3, 3], "the events, the issues, their histories");
}

async fn what_cannot_be_followed_is_refused(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let (service, changes) = (service(), listening(&store.db));
    let caller = Org::Harbour.caller(Role::Member);
    let many: Vec<uuid::Uuid> = (0..1_001).map(|number| uuid("audit", number)).collect();
    for (query, variables, code) in [
        (CHANGES, json!({"after": -1}), "BAD_USER_INPUT"),
        (CHANGES, json!({"after": 1_000_000}), "BAD_USER_INPUT"),
        (CHANGES, json!({"ids": ["nonsense"]}), "BAD_USER_INPUT"),
        (CHANGES, json!({"ids": many}), "TOO_COMPLEX"),
        (CHANGES, json!({"entities": vec!["audit"; 101]}), "TOO_COMPLEX"),
        (CHANGES, json!({"actions": ["UNDO"]}), "BAD_USER_INPUT"),
        (CHANGES, json!({"entities": ["a\0b"]}), "BAD_USER_INPUT"),
        ("subscription { changes { nothing } }", json!({}), "BAD_USER_INPUT"),
        ("subscription { other { id } }", json!({}), "BAD_USER_INPUT"),
        ("subscription { a: changes { id } b: changes { id } }", json!({}), "BAD_USER_INPUT"),
        ("subscription { __typename }", json!({}), "BAD_USER_INPUT"),
        ("subscription { auditChanged(id: \"x\") { sequence } }", json!({}), "BAD_USER_INPUT"),
        ("subscription { issueChanged(filter: {title: {eq: 7}}) { sequence } }", json!({}), "BAD_USER_INPUT"),
        (
            "subscription { issueChanged { issue { asset { issues(first: 100) { nodes { asset { issues(first: 101) { \
             nodes { id } } } } } } } } }",
            json!({}),
            "TOO_COMPLEX",
        ),
    ] {
        // The second time the document is known.
        for _ in 0..2 {
            let subscribed = subscribe((&service, &changes), &store.db, &caller, (query, variables.clone())).await;
            let Err(refusal) = subscribed else { panic!("{query} {variables} is not refused") };
            assert_eq!(refusal["errors"][0]["extensions"]["code"], code, "{query}: {refusal}");
            assert_eq!(refusal.get("data"), None, "{query}");
        }
    }
    let plain = crate::graphql::ask(&service, &store.db, &caller, CHANGES, json!({})).await.json();
    assert!(plain["errors"][0]["message"].as_str().is_some_and(|said| said.contains("WebSocket")), "{plain}");
}

async fn a_session_that_ends_ends_the_subscription(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let (service, changes) = (service(), listening(&store.db));
    let caller = Org::Harbour.caller(Role::Member);
    let subscribed = subscribe((&service, &changes), &store.db, &caller, (CHANGES, json!({}))).await;
    let mut live = subscribed.expect("a subscription");
    meddle(&store.db, "UPDATE \"user\" SET token_generation = 1 WHERE id = 1003").await;
    happen(&store.db, Org::Harbour, Action::Edit, ("audit", uuid("audit", 1_001))).await;
    let told = tokio::time::timeout(std::time::Duration::from_secs(20), live.next()).await.expect("in time");
    assert!(matches!(told, Err(Error::Unauthenticated(_))), "the event is not told");
    let again = subscribe((&service, &changes), &store.db, &caller, (CHANGES, json!({}))).await;
    assert!(again.is_err_and(|refusal| refusal["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"));
}

/// On PostgreSQL, where connections can be lost.
#[test]
fn a_lost_connection_to_the_store_loses_no_event() {
    crate::store::run(Store::Postgres, |kind| async move {
        let store = TestStore::seeded(kind).await;
        let other = store.second_door().await;
        let (service, changes) = (service(), listening(&store.db));
        let caller = Org::Harbour.caller(Role::Member);
        let subscribed = subscribe((&service, &changes), &store.db, &caller, (CHANGES, json!({}))).await;
        let mut live = subscribed.expect("a subscription");
        for _ in 0..3 {
            meddle(
                &other,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> \
                 pg_backend_pid()",
            )
            .await;
            let sequence = happen(&other, Org::Harbour, Action::Edit, ("audit", uuid("audit", 1_001))).await;
            assert_eq!(next(&mut live).await["changes"]["sequence"], sequence);
        }
    });
}
