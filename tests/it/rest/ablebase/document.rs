//! The OpenAPI document: complete, and true of every answer.

use audit_gateway::domain::db::Store;
use serde_json::{Value as Json, json};

use super::Office;
use crate::rest::schema::check;
use crate::rest::{PASSWORD, golden};
use crate::store::on_both_stores;

on_both_stores!(every_answer_is_as_the_document_says, what_need_not_be_sent_is_not_asked_for);

const PRODUCT: &str = "/v1/organizations/{orgId}/products/{productSlug}/audits";

/// An answer against the description of an operation.
fn fits(document: &Json, (path, method): (&str, &str), seen: &crate::rest::Seen, faults: &mut Vec<String>) {
    let replies = &document["paths"][path][method]["responses"];
    let reply = &replies[seen.status.to_string()];
    if reply.is_null() {
        faults.push(format!("{method} {path}: {} is not described", seen.status));
        return;
    }
    for (name, header) in reply["headers"].as_object().expect("headers") {
        if header["required"] == true && seen.header(name).is_none() {
            faults.push(format!("{method} {path} {}: no {name}", seen.status));
        }
    }
    match reply["content"].get("application/json") {
        Some(content) => check(document, &content["schema"], &seen.json(), &format!("{method} {path}"), faults),
        None => assert!(seen.body.is_empty()),
    }
}

async fn every_answer_is_as_the_document_says(kind: Store) {
    let office = Office::open(kind).await;
    let document = office.house.get("/docs/ablebase/openapi.json", "").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let mut faults = Vec::new();
    let mut operations = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            operations += 1;
            for (status, reply) in operation["responses"].as_object().expect("answers") {
                let Some(content) = reply["content"].get("application/json") else {
                    assert_eq!(status, "204");
                    continue;
                };
                let examples = content["examples"].as_object().expect("examples");
                assert!(!examples.is_empty(), "{method} {path} {status}");
                for example in examples.values() {
                    let at = format!("example of {method} {path} {status}");
                    check(&document, &content["schema"], &example["value"], &at, &mut faults);
                }
            }
        }
    }
    assert_eq!(operations, 11);
    let one = format!("{PRODUCT}/{{auditNumber}}");
    let issues = format!("{one}/issues");
    let list = "/v1/organizations/{orgId}/audits";
    for (path, rest) in [
        (list, "audits"),
        ("/v1/organizations/{orgId}/future-audits", "future-audits"),
        (PRODUCT, "products/web-shop/audits"),
        (PRODUCT, "products/nothing/audits"),
        (&one, "products/web-shop/audits/1"),
        (&issues, "products/web-shop/audits/1/issues"),
    ] {
        fits(&document, (path, "get"), &office.ask("GET", rest, "").await, &mut faults);
        fits(&document, (path, "get"), &office.ask_as("nobody", "GET", rest, "").await, &mut faults);
    }
    for (method, path, rest, body) in [
        ("post", PRODUCT, "products/web-shop/audits", "{}"),
        ("post", PRODUCT, "products/web-shop/audits", "["),
        ("post", PRODUCT, "products/recipe-site/audits", "{}"),
        ("patch", &one, "products/web-shop/audits/1", r#"{"title":"A"}"#),
        ("patch", &one, "products/web-shop/audits/1", r#"{"title":1}"#),
        ("delete", &one, "products/web-shop/audits/2", ""),
        ("delete", &one, "products/web-shop/audits/2", ""),
    ] {
        let seen = office.ask_as(&office.admin, &method.to_uppercase(), rest, body).await;
        fits(&document, (path, method), &seen, &mut faults);
    }
    let headers = [("content-type", "application/json")];
    let body = json!({ "email": "mia@harbour-foods.example", "password": PASSWORD });
    let opened = office.send(("POST", "/api/auth/sign-in/email"), &headers, body.to_string()).await;
    fits(&document, ("/api/auth/sign-in/email", "post"), &opened, &mut faults);
    let token = format!("Bearer {}", opened.json()["token"].as_str().expect("a token"));
    for headers in [&[("authorization", token.as_str())][..], &[]] {
        let shown = office.send(("GET", "/api/auth/get-session"), headers, "").await;
        fits(&document, ("/api/auth/get-session", "get"), &shown, &mut faults);
    }
    let ended = office.send(("POST", "/api/auth/sign-out"), &[], "").await;
    fits(&document, ("/api/auth/sign-out", "post"), &ended, &mut faults);
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    // Statuses of golden cases are described.
    for (_, cases) in golden::files("ablebase") {
        for case in cases.cases.iter().filter(|case| case.request.starts_with("PATCH")) {
            let status = case.status.expect("a status").to_string();
            assert!(!document["paths"][&one]["patch"]["responses"][&status].is_null(), "{}: {status}", case.case);
        }
    }
    let page = office.house.get("/docs/ablebase", "").await;
    let index = office.house.get("/docs", "").await.text();
    assert!(page.status == 200 && index.contains("href=\"/docs/ablebase\""));
}

async fn what_need_not_be_sent_is_not_asked_for(kind: Store) {
    let office = Office::open(kind).await;
    let document = office.house.get("/docs/ablebase/openapi.json", "").await.json();
    let paths = &document["paths"];
    let one = format!("{PRODUCT}/{{auditNumber}}");
    for (method, path, rest, status) in
        [("post", PRODUCT, "products/web-shop/audits", 201), ("patch", &one, "products/web-shop/audits/1", 400)]
    {
        let seen = office.ask_as(&office.admin, &method.to_uppercase(), rest, "").await;
        assert_eq!((seen.status, &paths[path][method]["requestBody"]["required"]), (status, &json!(status == 400)));
    }
    // Who asks matters to these, and they answer nobody, too (items 3 and 4).
    for (method, path, status) in [
        ("post", "/api/auth/sign-in/email", 400),
        ("get", "/api/auth/get-session", 200),
        ("post", "/api/auth/sign-out", 200),
    ] {
        assert_eq!(office.send((&method.to_uppercase(), path), &[], "").await.status, status);
        let security = paths[path][method]["security"].as_array().expect("ways");
        let own = path != "/api/auth/sign-in/email";
        assert_eq!((security.contains(&json!({})), security.len()), (own, if own { 3 } else { 0 }), "{path}");
    }
    assert_eq!(paths["/api/auth/sign-in/email"]["post"]["requestBody"]["required"], true);
}
