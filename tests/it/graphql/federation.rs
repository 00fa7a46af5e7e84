//! The gateway as a subgraph: what a router asks for, batched and with the visibility of everything else.

use std::sync::Arc;

use audit_gateway::domain::db::Store;
use audit_gateway::graphql::{Service, Settings};
use serde_json::{Value as Json, json};

use super::{Holding, ask, demonstrate, owner, service};
use crate::store::{TestStore, on_both_stores};

on_both_stores!(
    entities_come_in_their_order_with_a_statement_a_type,
    entities_of_others_and_of_nobody_are_null,
    the_subgraphs_schema_shows_where_the_schema_does,
);

const ENTITIES: &str = "query E($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Audit { number \
    asset { name } } ... on Asset { slug } } }";

async fn entities_come_in_their_order_with_a_statement_a_type(store: Store) {
    let store = TestStore::migrated(store).await;
    demonstrate(&store.db).await;
    let caller = owner(&store.db, "harbour-foods").await;
    let service = service();
    let list = "{ audits(first: 30) { nodes { __typename id number asset { name } } } assets(first: 30) { nodes { \
                __typename id slug } } }";
    let listed = ask(&service, &store.db, &caller, list, json!({})).await.data();
    let mut rows: Vec<Json> = Vec::new();
    for (audit, asset) in listed["audits"]["nodes"]
        .as_array()
        .expect("audits")
        .iter()
        .zip(listed["assets"]["nodes"].as_array().expect("assets").iter().rev())
    {
        rows.extend([audit.clone(), asset.clone()]);
    }
    assert!(rows.len() > 20);
    let representations: Vec<Json> =
        rows.iter().map(|row| json!({"__typename": row["__typename"], "id": row["id"], "other": 1})).collect();
    for row in &mut rows {
        row.as_object_mut().expect("an object").remove("id");
    }
    // By the engine, then by the compiled writer; few and many.
    for count in [4, rows.len(), rows.len()] {
        let told = ask(&service, &store.db, &caller, ENTITIES, json!({"r": representations[..count]})).await;
        assert_eq!(told.data()["_entities"], json!(rows[..count]));
        assert_eq!(told.statements, 2, "one a type");
    }
}

async fn entities_of_others_and_of_nobody_are_null(store: Store) {
    let store = TestStore::migrated(store).await;
    demonstrate(&store.db).await;
    let (ours, theirs) = (owner(&store.db, "harbour-foods").await, owner(&store.db, "northwind-library").await);
    let service = service();
    let list = "{ audits(first: 1) { nodes { id } } }";
    let id =
        async |caller| ask(&service, &store.db, caller, list, json!({})).await.data()["audits"]["nodes"][0].clone();
    let (own, foreign) = (id(&ours).await["id"].clone(), id(&theirs).await["id"].clone());
    for _ in 0..2 {
        let asked = json!({"r": [{"__typename": "Audit", "id": foreign}, {"__typename": "Audit", "id": own}]});
        let told = ask(&service, &store.db, &ours, ENTITIES, asked).await.data();
        assert_eq!(told["_entities"][0], Json::Null);
        assert_eq!(told["_entities"][1]["__typename"], "Audit");
    }
    let asked = json!({"r": [{"__typename": "Asset", "id": own}, {"id": own}, {"__typename": "Audit", "id": "x"}]});
    let told = ask(&service, &store.db, &ours, ENTITIES, asked).await.json();
    assert_eq!(told["data"]["_entities"], json!([null, null, null]));
    let errors = told["errors"].as_array().expect("errors");
    assert_eq!(errors.len(), 3, "{told}");
    assert!(errors.iter().all(|error| error["extensions"]["code"] == "BAD_USER_INPUT"));
    for (count, code) in [(1_000, None), (1_001, Some("TOO_COMPLEX"))] {
        let asked = json!({"r": vec![json!({"__typename": "Audit", "id": own}); count]});
        let told = ask(&service, &store.db, &ours, ENTITIES, asked).await;
        assert_eq!(told.answer.error_code, code, "{count}");
    }
}

async fn the_subgraphs_schema_shows_where_the_schema_does(store: Store) {
    let store = TestStore::migrated(store).await;
    demonstrate(&store.db).await;
    let caller = owner(&store.db, "harbour-foods").await;
    let told = ask(&service(), &store.db, &caller, "{ _service { sdl } }", json!({})).await.data();
    let sdl = told["_service"]["sdl"].as_str().expect("a schema");
    assert!(sdl.contains("type Audit implements Node @key(fields: \"id\") {") && sdl.contains("type Subscription {"));
    assert!(!service().sdl().expect("the contract").contains("_entities"), "it is no part of the contract");
    let settings = Settings { introspection: false, ..Settings::default() };
    let closed = Service::new(settings, Arc::new(Holding)).expect("the schema");
    let told = ask(&closed, &store.db, &caller, "{ _service { sdl } }", json!({})).await;
    assert_eq!(told.answer.error_code, Some("FORBIDDEN"));
}
