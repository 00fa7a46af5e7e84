//! The way over to GraphQL, and the description in OpenAPI.

use std::collections::BTreeSet;

use audit_gateway::domain::db::Store;
use audit_gateway::rest::auditcomply::{operations, queries};
use serde_json::Value as Json;

use super::site::{Reply, Site, graphql};
use super::transport::{LISTS, id_key};
use super::values::same;
use crate::store::on_both_stores;

on_both_stores!(
    every_list_and_record_leads_to_the_same_rows_in_graphql,
    the_description_has_every_operation_and_what_it_refers_to,
);

/// The query that an answer leads to.
fn query(reply: &Reply) -> String {
    let link = reply.header("link").expect("a link");
    let address = link.strip_prefix("</graphiql?").and_then(|rest| rest.split_once('>')).expect("GraphiQL").0;
    assert!(link.contains("rel=\"alternate\""), "{link}");
    let (_, query) = form_urlencoded::parse(address.as_bytes()).next().expect("a query");
    query.into_owned()
}

/// The nodes that a query gives.
async fn nodes(site: &Site, query: &str) -> Vec<Json> {
    let answer = graphql(site, query).await;
    assert!(answer.get("errors").is_none(), "{query}: {}", answer["errors"]);
    let connection = answer["data"].as_object().and_then(|data| data.values().next()).expect("a connection");
    connection["nodes"].as_array().expect("nodes").clone()
}

async fn every_list_and_record_leads_to_the_same_rows_in_graphql(kind: Store) {
    let site = Site::new(kind).await;
    site.sql("UPDATE \"user\" SET password_hash = 'x' WHERE id = 1003").await;
    // A task that the same observation found, and a schedule that is late.
    site.sql("UPDATE issue SET audit_id = 1001, activity_id = 1001 WHERE id = 1002").await;
    site.sql("UPDATE audit SET metadata = '{\"b\": {\"c\": [1, 2.5]}, \"a\": \"x\"}' WHERE id = 1001").await;
    let mut met = BTreeSet::new();
    for list in LISTS {
        let reply = site.get(&format!("/{list}/")).await;
        let (mut found, ids) = (nodes(&site, &query(&reply)).await, reply.ids(id_key(list)));
        if ["contacts", "users"].contains(&list) {
            // GraphQL does not tell who has a password.
            found.retain(|node| ids.contains(&node["legacyId"].as_i64().expect("an id")));
        }
        let rows = reply.rows();
        assert_eq!((found.len(), rows.is_empty()), (rows.len(), false), "{list}");
        for (row, node) in rows.iter().zip(&found) {
            same(list, row, node, &mut met);
            if list == "asset_tree" {
                let below = found.iter().filter(|child| child["parent"]["legacyId"] == row["id"]);
                assert_eq!(row["numchild"], below.count(), "{row}");
            }
        }
        let record = site.get(&format!("/{list}/{}/", ids[0])).await;
        let found = nodes(&site, &query(&record)).await;
        assert_eq!(found.len(), 1, "{list}");
        same(list, &record.is(200), &found[0], &mut met);
    }
    assert!(met.len() > 90, "only {} members had a value to be compared: {met:?}", met.len());
}

#[test]
fn the_documentation_shows_the_query_of_every_list() {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/dialects/auditcomply.md")).expect("text");
    let missing: Vec<String> = queries()
        .iter()
        .map(|(list, query)| format!("`/{list}/`\n\n```graphql\n{query}\n```"))
        .filter(|part| !text.contains(part))
        .collect();
    assert!(missing.is_empty(), "the documentation should have:\n\n{}", missing.join("\n\n"));
}

async fn the_description_has_every_operation_and_what_it_refers_to(kind: Store) {
    let site = Site::new(kind).await;
    let reply = site.send("GET", "/docs/auditcomply/openapi.json", &[], "").await;
    let document = reply.is(200);
    let mut described: Vec<(String, String, String)> = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            described.push((id, method.to_uppercase(), path.clone()));
        }
    }
    let mut meant: Vec<(String, String, String)> = operations()
        .into_iter()
        .map(|operation| (operation.id.to_owned(), operation.method.to_string(), operation.path))
        .collect();
    described.sort();
    meant.sort();
    assert_eq!(described, meant);
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    for name in reply.text.split("\"#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(schemas.contains_key(name), "{name}");
    }
    let audits = &document["paths"]["/audits/"]["get"]["parameters"];
    assert_eq!(audits.as_array().map(Vec::len), Some(38));
    let example = &document["components"]["schemas"]["Audit"]["examples"][0];
    assert_eq!(example.as_object().map(serde_json::Map::len), Some(36));
    assert_ne!(example["state"], Json::Null);
}
