//! The OpenAPI document: complete, and true of every answer.

use audit_gateway::domain::db::Store;

use super::{House, RESOURCES};
use crate::rest::golden;
use crate::rest::schema::check;
use crate::store::on_both_stores;

on_both_stores!(every_answer_is_as_the_document_says);

async fn every_answer_is_as_the_document_says(kind: Store) {
    let house = House::demonstrated(kind).await;
    let document = house.get("/docs/action-audit/openapi.json", "").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().expect("paths");
    assert_eq!(paths.len(), 18);
    let mut faults = Vec::new();
    for (path, methods) in paths {
        let operation = &methods["get"];
        for (status, reply) in operation["responses"].as_object().expect("answers") {
            let content = &reply["content"]["application/json"];
            let examples = content["examples"].as_object().expect("examples");
            assert!(!examples.is_empty(), "{path} {status}");
            for example in examples.values() {
                check(&document, &content["schema"], &example["value"], &format!("example of {path}"), &mut faults);
            }
        }
    }
    for resource in RESOURCES {
        for query in ["?limit=1000", "?limit=1&offset=1&sort_dir=desc", "?limit=4&columns=updated_at,uuid"] {
            let seen = house.get(&format!("/xapi/v1/{resource}.json{query}"), &house.key()).await.json();
            let content = &paths[&format!("/xapi/v1/{resource}.json")]["get"]["responses"]["200"]["content"];
            check(&document, &content["application/json"]["schema"], &seen, resource, &mut faults);
            for row in seen["data"].as_array().expect("rows").iter().take(8) {
                let show = row["links"]["show"].as_str().expect("an address");
                let columns = if query.contains("columns") { "?columns=created_at" } else { "" };
                let seen = house.get(&format!("{show}{columns}"), &house.key()).await.json();
                let content =
                    &paths[&format!("/xapi/v1/{resource}/{{uuid}}.json")]["get"]["responses"]["200"]["content"];
                check(&document, &content["application/json"]["schema"], &seen, resource, &mut faults);
            }
        }
    }
    faults.sort();
    faults.dedup();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    let statuses = &paths["/xapi/v1/users/{uuid}.json"]["get"]["responses"];
    for (_, cases) in golden::files("action_audit") {
        for case in cases.cases.iter().filter(|case| case.request.starts_with("GET /xapi/v1/users/{")) {
            let status = case.status.expect("a status").to_string();
            assert!(statuses.get(&status).is_some(), "{}: {status} is not described", case.case);
        }
    }
    let page = house.get("/docs/action-audit", "").await;
    let index = house.get("/docs", "").await.text();
    assert!(page.status == 200 && index.contains("href=\"/docs/action-audit\""));
    for resource in RESOURCES {
        assert!(page.text().contains(&format!("/xapi/v1/{resource}/{{uuid}}.json")), "{resource}");
    }
    assert_eq!(house.get("/docs/nothing/openapi.json", "").await.status, 404);
}
