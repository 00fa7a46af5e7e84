//! Tenants never meet: whatever the schema offers, tried from the other side.

use std::collections::BTreeSet;

use audit_gateway::domain::cx::Caller;
use audit_gateway::domain::db::Store;
use audit_gateway::domain::describe::Scope;
use audit_gateway::domain::model::model;
use audit_gateway::graphql::Service;
use serde_json::{Value as Json, json};

use super::{ask, demonstrate, owner, service};
use crate::store::{TestStore, on_both_stores};

async fn ids(service: &Service, store: &TestStore, caller: &Caller, list: &str) -> BTreeSet<String> {
    let query = format!("{{ {list}(first: 200) {{ nodes {{ id }} }} }}");
    let data = ask(service, &store.db, caller, &query, json!({})).await.data();
    data[list]["nodes"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["id"].as_str().expect("an id").to_owned())
        .collect()
}

async fn no_list_look_up_or_filter_shows_a_row_of_another_organization(store: Store) {
    let store = TestStore::migrated(store).await;
    demonstrate(&store.db).await;
    let (ours, theirs) = (owner(&store.db, "harbour-foods").await, owner(&store.db, "northwind-library").await);
    let service = service();
    let mut tried = 0;
    for noun in model().nouns().iter().filter(|noun| !noun.plural.is_empty() && noun.identified) {
        let (mine, other) =
            (ids(&service, &store, &ours, noun.plural).await, ids(&service, &store, &theirs, noun.plural).await);
        let common: Vec<_> = mine.intersection(&other).collect();
        match noun.scope {
            // One person belongs to both.
            Scope::Members => assert_eq!(common.len(), 1, "{}", noun.name),
            Scope::TenantOrShared => {}
            Scope::Tenant | Scope::Itself => assert!(common.is_empty(), "{}: {common:?}", noun.name),
        }
        for id in other.difference(&mine).take(3) {
            tried += 1;
            let by_id = format!(
                "query Q($id: ID!) {{ node(id: $id) {{ id }} {single}(id: $id) {{ id }} {list}(filter: {{id: {{eq: $id}}}}) \
                 {{ totalCount nodes {{ id }} }} history(entity: $id) {{ totalCount }} }}",
                single = noun.singular,
                list = noun.plural
            );
            for _ in 0..2 {
                let data = ask(&service, &store.db, &ours, &by_id, json!({"id": id})).await.data();
                assert_eq!(data["node"], Json::Null, "{}", noun.name);
                assert_eq!(data[noun.singular], Json::Null, "{}", noun.name);
                assert_eq!(data[noun.plural], json!({"totalCount": 0, "nodes": []}), "{}", noun.name);
                assert_eq!(data["history"]["totalCount"], 0, "{}", noun.name);
            }
        }
    }
    assert!(tried > 20, "only {tried} rows of the other organization were tried");
}

async fn a_key_is_shown_to_its_owner_and_to_administrators(store: Store) {
    let store = TestStore::migrated(store).await;
    demonstrate(&store.db).await;
    let mut caller = owner(&store.db, "harbour-foods").await;
    let service = service();
    let all = ask(&service, &store.db, &caller, "{ apiKeys { totalCount } }", json!({})).await.data();
    assert!(all["apiKeys"]["totalCount"].as_i64().expect("a number") > 0);
    caller.role = audit_gateway::domain::cx::Role::Member;
    let own =
        ask(&service, &store.db, &caller, "{ apiKeys { nodes { user { id } } } viewer { user { id } } }", json!({}))
            .await
            .data();
    for key in own["apiKeys"]["nodes"].as_array().expect("rows") {
        assert_eq!(key["user"]["id"], own["viewer"]["user"]["id"]);
    }
}

on_both_stores!(
    no_list_look_up_or_filter_shows_a_row_of_another_organization,
    a_key_is_shown_to_its_owner_and_to_administrators,
);
