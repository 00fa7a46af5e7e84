//! The OpenAPI document: complete, and true of answers.

use audit_gateway::domain::db::Store;
use audit_gateway::rest::packagex::ident;
use serde_json::json;

use super::site::{AUDIT, Site, audit, id};
use crate::rest::schema::check;
use crate::store::on_both_stores;

on_both_stores!(item_1_every_answer_is_as_the_document_says);

async fn item_1_every_answer_is_as_the_document_says(kind: Store) {
    let site = Site::new(kind).await;
    let reply = site.send("GET", "/docs/packagex/openapi.json", &[], "").await;
    let document = reply.json();
    assert_eq!((reply.status, &document["openapi"]), (200, &json!("3.1.0")));
    let mut faults = Vec::new();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            operations.push(format!("{method} {path}"));
            for (status, reply) in operation["responses"].as_object().expect("answers") {
                let content = &reply["content"]["application/json; charset=utf-8"];
                let examples = content["examples"].as_object().expect("examples");
                assert!(!examples.is_empty(), "{method} {path} {status}");
                for example in examples.values() {
                    check(
                        &document,
                        &content["schema"],
                        &example["value"],
                        &format!("{method} {path} {status}"),
                        &mut faults,
                    );
                }
            }
        }
    }
    for path in ["/v1/audits", "/v1/audits/{audit}"] {
        assert_eq!(document["paths"][path]["post"]["requestBody"]["required"], true);
    }
    operations.sort();
    assert_eq!(operations, ["get /v1/audits", "get /v1/audits/{audit}", "post /v1/audits", "post /v1/audits/{audit}"]);
    let one = format!("/v1/audits/{}", audit(AUDIT));
    let place = json!({ "location_id": id(ident::LOCATION, "asset", 1005) });
    let mut told = Vec::new();
    for path in
        ["", "?group_by=by_item", "?group_by=by_layout", "?search=cnt", "?limit=0", "?search=zz&group_by=by_item"]
    {
        told.push(("get", "/v1/audits", site.get(&format!("/v1/audits{path}")).await));
    }
    for path in ["", "?group_by=by_layout", "?page=1"] {
        told.push(("get", "/v1/audits/{audit}", site.get(&format!("{one}{path}")).await));
    }
    told.push(("get", "/v1/audits/{audit}", site.get("/v1/audits/audit_x").await));
    told.push(("post", "/v1/audits", site.post("/v1/audits", &place).await));
    told.push(("post", "/v1/audits", site.post("/v1/audits", &json!({})).await));
    for body in [json!({}), json!({ "status": "recount" }), json!({ "status": "created" }), json!({ "tasks": 1 })] {
        told.push(("post", "/v1/audits/{audit}", site.post(&one, &body).await));
    }
    told.push(("get", "/v1/audits", site.send("GET", "/v1/audits", &[], "").await));
    for (method, path, reply) in told {
        reply.is(reply.status);
        let described = &document["paths"][path][method]["responses"][reply.status.to_string()];
        let schema = &described["content"]["application/json; charset=utf-8"]["schema"];
        assert!(schema.is_object(), "{method} {path} {}", reply.status);
        check(&document, schema, &reply.json(), &format!("{method} {path} {}", reply.status), &mut faults);
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
