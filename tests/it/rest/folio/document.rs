//! The OpenAPI document: complete, and true of every answer.

use audit_gateway::domain::db::Store;
use serde_json::{Value as Json, json};

use super::{LIBRARY, Library, collection, event, id};
use crate::rest::schema::check;
use crate::store::on_both_stores;

on_both_stores!(every_answer_is_as_the_document_says);

async fn every_answer_is_as_the_document_says(kind: Store) {
    let library = Library::open(kind).await;
    let document = library.house.get("/docs/folio/openapi.json", "").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().expect("paths");
    let mut faults = Vec::new();
    for (path, methods) in paths {
        let operation = &methods["get"];
        let names: Vec<&str> = operation["parameters"]
            .as_array()
            .expect("parameters")
            .iter()
            .filter_map(|one| one["name"].as_str())
            .collect();
        assert_eq!(names, ["id", "X-Okapi-Tenant", "sortBy", "sortOrder", "limit", "offset"]);
        let replies = operation["responses"].as_object().expect("answers");
        for status in ["200", "400", "401", "403", "413", "422", "429", "500", "503"] {
            assert!(replies.contains_key(status), "{path} {status}");
        }
        for reply in replies.values() {
            let (_, content) = reply["content"].as_object().and_then(|all| all.iter().next()).expect("content");
            let examples = content["examples"].as_object().expect("examples");
            assert!(!examples.is_empty());
            for example in examples.values() {
                check(&document, &content["schema"], &example["value"], &format!("example of {path}"), &mut faults);
            }
        }
        let word = path.split('/').nth(3).expect("a type");
        let snapshot = collection(word).replace("AuditEvents", "Snapshot");
        let open = ["invoice", "invoice-line", "organization"].contains(&word);
        let more = if open { json!({ "more": 1, "original": {} }) } else { json!({}) };
        let mut one = event(word, 1, 1, more);
        one[&snapshot] = json!({ "receivingStatus": "Expected" });
        let report = library.import(LIBRARY, &one.to_string()).await;
        assert_eq!(report.refused, 0);
        let address = path.replace("{id}", &id(1)).replace("/audit-data/acquisition", "");
        for (query, status) in [("", "200"), ("?limit=0", "200"), ("?limit=x&sortBy=y", "422")] {
            let seen = library.get(&format!("{address}{query}")).await;
            assert_eq!(seen.status.to_string(), status);
            let content = &operation["responses"][status]["content"]["application/json"];
            check(&document, &content["schema"], &seen.json(), &address, &mut faults);
        }
    }
    assert_eq!(faults, [] as [String; 0]);
    let page = library.house.get("/docs/folio", "").await;
    let index = library.house.get("/docs", "").await.text();
    assert!(page.status == 200 && index.contains("href=\"/docs/folio\""));
    assert!(page.text().contains("/audit-data/acquisition/piece/{id}/status-change-history"));
}

#[test]
fn a_schema_that_is_open_takes_more() {
    let check = |schema: Json| {
        let mut faults = Vec::new();
        check(&Json::Null, &schema, &json!({ "a": 1, "b": 2 }), "", &mut faults);
        faults.len()
    };
    assert_eq!(check(json!({ "type": "object", "properties": { "a": {} }, "additionalProperties": true })), 0);
    assert_eq!(check(json!({ "type": "object", "properties": { "a": {} }, "additionalProperties": false })), 1);
}
