//! The compiled writer gives the very bytes the engine gives (docs/decisions/0007).

use audit_gateway::domain::db::Store;
use serde_json::json;

use super::{ask, demonstrate, owner, service};
use crate::store::{TestStore, on_both_stores};

const QUERIES: &[&str] = &[
    "{ __typename audits(first: 20) { __typename totalCount nodes { __typename id uuid legacyId number state type \
       priority overdue scoreMain compliant metadata tags device createdAt dueDate latitude version } } }",
    "{ audits(first: 7) { edges { __typename cursor node { number asset { __typename name breadcrumb ancestors { name } \
       descendants(first: 2) { nodes { slug } } } auditor { name } } } pageInfo { __typename hasNextPage \
       hasPreviousPage startCursor endCursor } } }",
    "{ audits(last: 3, orderBy: [{field: DUE_DATE, direction: DESC}]) { nodes { number dueDate } pageInfo { \
       hasNextPage hasPreviousPage } } }",
    "{ a: asset(slug: \"fryer-line-2\") { same: name name kind issues(first: 3) { nodes { title severity customFields \
       categories { label } assignee { username memberships { role jobRoles } } } } } b: asset(slug: \"none\") { id } }",
    "{ issues(first: 30, filter: {overdue: {eq: true}}) { nodes { number title completeBy overdue asset { ...Where } \
       commentGroups { kind comments { text user { name } } } } } } fragment Where on Asset { name parent { name } }",
    "{ changeEvents(first: 20) { nodes { sequence action surface actor { name } changes { __typename path before after } \
       snapshot } } }",
    "{ items(first: 50) { nodes { name stockLevels { nodes { availableQty layout { name } location { name } } } } } }",
    "{ workers(first: 5) { nodes { number pincode user { name audits(first: 2) { nodes { number } } } } } }",
    "{ users(first: 50, filter: {email: {contains: \"NN\", mode: CASE_INSENSITIVE}}) { nodes { username status } } }",
];

async fn both_ways_give_the_same_bytes(store: Store) {
    let store = TestStore::migrated(store).await;
    demonstrate(&store.db).await;
    let caller = owner(&store.db, "harbour-foods").await;
    let service = service();
    for query in QUERIES {
        let by_engine = ask(&service, &store.db, &caller, query, json!({})).await;
        by_engine.data();
        let compiled = ask(&service, &store.db, &caller, query, json!({})).await;
        let text = |body: &[u8]| String::from_utf8(body.to_vec()).expect("UTF-8");
        assert_eq!(text(&by_engine.answer.body), text(&compiled.answer.body), "{query}");
    }
}

async fn nodes_come_in_the_order_of_their_ids_both_ways(store: Store) {
    let store = TestStore::migrated(store).await;
    demonstrate(&store.db).await;
    let caller = owner(&store.db, "harbour-foods").await;
    let service = service();
    let found = ask(
        &service,
        &store.db,
        &caller,
        "{ audits(first: 2) { nodes { id } } assets(first: 2) { nodes { id } } }",
        json!({}),
    )
    .await
    .data();
    let id = |list: &str, at: usize| found[list]["nodes"][at]["id"].clone();
    let ids = [id("assets", 1), id("audits", 0), id("assets", 0), id("audits", 1), id("assets", 1)];
    let query =
        "query N($ids: [ID!]!) { nodes(ids: $ids) { id __typename ... on Audit { number } ... on Asset { slug } } }";
    let first = ask(&service, &store.db, &caller, query, json!({"ids": ids})).await;
    let second = ask(&service, &store.db, &caller, query, json!({"ids": ids})).await;
    let given: Vec<_> =
        first.data()["nodes"].as_array().expect("nodes").iter().map(|node| node["id"].clone()).collect();
    assert_eq!(given, ids);
    assert_eq!(first.answer.body, second.answer.body);
    assert_eq!(second.statements, 2, "one a type");
}

on_both_stores!(both_ways_give_the_same_bytes, nodes_come_in_the_order_of_their_ids_both_ways);
