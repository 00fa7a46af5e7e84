//! What an asset shows of the tree below it and of its next audit.

use std::collections::BTreeMap;

use audit_gateway::domain::db::Store;
use serde_json::{Value as Json, json};

use super::{ask, demonstrate, owner, service};
use crate::store::{TestStore, on_both_stores};

on_both_stores!(what_is_below_an_asset_comes_depth_first, the_next_audit_is_the_row_of_the_future_audits);

fn rows(value: &Json) -> &[Json] {
    value["nodes"].as_array().expect("a list")
}

fn texts(rows: &[Json], name: &str) -> Vec<String> {
    rows.iter().map(|row| row[name].as_str().expect("text").to_owned()).collect()
}

async fn what_is_below_an_asset_comes_depth_first(kind: Store) {
    let store = TestStore::migrated(kind).await;
    demonstrate(&store.db).await;
    let caller = owner(&store.db, "harbour-foods").await;
    let service = service();
    let query = "{ assets(first: 90) { nodes { slug path descendants(first: 100) { nodes { name path } } } } }";
    let found = ask(&service, &store.db, &caller, query, json!({})).await.data();
    let mut told_apart = 0;
    for asset in rows(&found["assets"]) {
        let below = rows(&asset["descendants"]);
        let paths = texts(below, "path");
        let above = asset["path"].as_str().expect("a path");
        assert!(paths.is_sorted() && paths.iter().all(|path| path.starts_with(above) && path != above), "{asset}");
        told_apart += usize::from(!texts(below, "name").is_sorted());
        if paths.len() < 3 {
            continue;
        }
        let query = "query Below($slug: String, $after: String) { asset(slug: $slug) { descendants(first: 2, after: \
                     $after) { nodes { path } pageInfo { endCursor hasNextPage } } } }";
        let (mut after, mut walked) = (Json::Null, Vec::new());
        loop {
            let variables = json!({"slug": asset["slug"], "after": after});
            let page = ask(&service, &store.db, &caller, query, variables).await.data()["asset"]["descendants"].clone();
            walked.extend(texts(rows(&page), "path"));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(walked, paths);
        let query = "query Named($slug: String) { asset(slug: $slug) { descendants(orderBy: {field: NAME}, first: 100) \
                     { nodes { name } } } }";
        let named = ask(&service, &store.db, &caller, query, json!({"slug": asset["slug"]})).await.data();
        assert!(texts(rows(&named["asset"]["descendants"]), "name").is_sorted());
    }
    assert!(told_apart > 0, "by name the order would be the same");
}

async fn the_next_audit_is_the_row_of_the_future_audits(kind: Store) {
    let store = TestStore::migrated(kind).await;
    demonstrate(&store.db).await;
    let caller = owner(&store.db, "harbour-foods").await;
    let query = "{ futureAudits(first: 100) { nodes { nextAuditDate overdue auditFrequency asset { slug } } } \
                 assets(first: 100) { nodes { slug nextAudit { nextAuditDate overdue auditFrequency asset { slug } } } } \
                 waiting: assets(first: 100, filter: {nextAudit: {overdue: {eq: true}}}) { nodes { slug } } }";
    let found = ask(&service(), &store.db, &caller, query, json!({})).await.data();
    let listed: BTreeMap<String, &Json> = rows(&found["futureAudits"])
        .iter()
        .map(|audit| (audit["asset"]["slug"].as_str().expect("a slug").to_owned(), audit))
        .collect();
    assert!(!listed.is_empty() && listed.len() < rows(&found["assets"]).len());
    for asset in rows(&found["assets"]) {
        let slug = asset["slug"].as_str().expect("a slug");
        assert_eq!(listed.get(slug).copied().unwrap_or(&Json::Null), &asset["nextAudit"], "{slug}");
    }
    let mut overdue = texts(rows(&found["waiting"]), "slug");
    overdue.sort_unstable();
    let meant: Vec<String> =
        listed.iter().filter(|(_, audit)| audit["overdue"] == true).map(|(slug, _)| slug.clone()).collect();
    assert_eq!(overdue, meant);
}
