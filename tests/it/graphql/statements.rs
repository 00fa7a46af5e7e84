//! What a request costs depends on its shape, never on the number of rows (docs/decisions/0005).

use std::sync::Arc;

use audit_gateway::domain::db::Store;
use serde_json::json;

use super::{ask, demonstrate, owner, service};
use crate::store::{TestStore, on_both_stores};

const THREE_LEVELS: &str = "query Audits($first: Int!) { audits(first: $first) { nodes { number state \
    asset { name parent { name } } auditor { name } \
    issues(first: 10) { nodes { title status assignee { name } } } } } }";

async fn a_page_costs_the_same_whatever_its_size_and_company(store: Store) {
    let store = TestStore::migrated(store).await;
    demonstrate(&store.db).await;
    let caller = owner(&store.db, "harbour-foods").await;
    let service = service();
    ask(&service, &store.db, &caller, THREE_LEVELS, json!({"first": 1})).await.data();
    for company in [1, 16] {
        for first in [10, 50, 200] {
            let asked = (0..company).map(|_| {
                let (service, db, caller) = (Arc::clone(&service), store.db.clone(), caller.clone());
                tokio::spawn(async move {
                    let told = ask(&service, &db, &caller, THREE_LEVELS, json!({"first": first})).await;
                    let rows = told.data()["audits"]["nodes"].as_array().expect("rows").len();
                    (told.statements, rows)
                })
            });
            for told in asked.collect::<Vec<_>>() {
                let (statements, rows) = told.await.expect("an answer");
                assert_eq!(statements, 2, "one for the audits with what they refer to, one for their issues");
                assert_eq!(rows, first.min(rows), "no more than asked for");
                assert!(rows >= 10, "the demonstration has that many audits");
            }
        }
    }
}

async fn a_total_is_counted_only_where_it_is_asked_for(store: Store) {
    let store = TestStore::migrated(store).await;
    demonstrate(&store.db).await;
    let caller = owner(&store.db, "harbour-foods").await;
    let service = service();
    for (query, statements) in [
        ("{ audits { nodes { id } } }", 1),
        ("{ audits { totalCount nodes { id } } }", 2),
        ("{ audits { totalCount } }", 1),
        ("{ assets(first: 5) { nodes { issues { totalCount } } } }", 2),
        ("{ assets(first: 5) { nodes { issues { totalCount nodes { id } } audits { nodes { id } } } } }", 4),
        ("{ audit(number: \"no such number\") { id } }", 1),
    ] {
        ask(&service, &store.db, &caller, query, json!({})).await.data();
        let told = ask(&service, &store.db, &caller, query, json!({})).await;
        told.data();
        assert_eq!(told.statements, statements, "{query}");
    }
}

on_both_stores!(a_page_costs_the_same_whatever_its_size_and_company, a_total_is_counted_only_where_it_is_asked_for);
