//! Addresses, credentials and the envelope (contract packagex 1).

use audit_gateway::auth::Login;
use audit_gateway::domain::cx::{Cx, Surface};
use audit_gateway::domain::db::Store;
use serde_json::json;

use super::site::{AUDIT, DATA, EXPIRED, KEY, NORDIC, OTHER_SCOPE, READER, REVOKED, Site, WRITER, audit};
use crate::store::on_both_stores;

on_both_stores!(
    item_2_each_of_three_headers_works_alone_and_the_first_counts,
    item_3_credentials_that_are_not_good_are_refused_in_words,
    item_4_addresses_and_methods,
    item_6_only_inventory_audits_of_the_organization_are_there,
    item_45_every_code_has_its_message,
    item_7_too_many_requests_are_refused,
);

const LIST: &str = "/v1/audits";

async fn item_2_each_of_three_headers_works_alone_and_the_first_counts(kind: Store) {
    let site = Site::new(kind).await;
    let good = site.token(KEY);
    let bearer = format!("Bearer {good}");
    for headers in [
        vec![("px-api-key", good.as_str())],
        vec![("x-api-key", good.as_str())],
        vec![("authorization", bearer.as_str())],
        vec![("px-api-key", good.as_str()), ("x-api-key", "bad"), ("authorization", "Bearer bad")],
        vec![("px-api-key", ""), ("x-api-key", good.as_str())],
        vec![("authorization", "Basic abc"), ("x-api-key", good.as_str())],
    ] {
        assert_eq!(site.send("GET", LIST, &headers, "").await.total(), 1, "{headers:?}");
    }
    let both = [("px-api-key", "bad"), ("x-api-key", good.as_str())];
    assert_eq!(site.send("GET", LIST, &both, "").await.refused(401).0, "invalid_api_key");
    let password = site.authority.hash_password("demo-password").await.expect("a hash");
    site.sql(&format!("UPDATE \"user\" SET password_hash = '{password}' WHERE id = 1003")).await;
    let cx = Cx::new(site.store.db.clone(), None, site.now, Surface::Graphql);
    let login = Login { name: "chen.wei", password: "demo-password", address: None, organization: None };
    let token = site.authority.login(&cx, login).await.expect("a sign-in").access_token;
    let bearer = format!("Bearer {token}");
    assert_eq!(site.send("GET", LIST, &[("authorization", &bearer)], "").await.total(), 1);
    // The headers for keys take nothing else.
    assert_eq!(site.send("GET", LIST, &[("px-api-key", &token)], "").await.refused(401).0, "invalid_api_key");
}

async fn item_3_credentials_that_are_not_good_are_refused_in_words(kind: Store) {
    let site = Site::new(kind).await;
    for headers in [vec![], vec![("authorization", "Basic abc")], vec![("px-api-key", " ")]] {
        let reply = site.send("GET", LIST, &headers, "").await;
        let told = ("missing_api_key".to_owned(), "API key is missing.".to_owned(), Vec::new());
        assert_eq!(reply.refused(401), told, "{headers:?}");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer realm=\"packagex\""));
    }
    let unknown = site.authority.api_key_token(uuid::Uuid::from_u128(7));
    let tokens = [DATA, EXPIRED, REVOKED].map(|key| site.token(key)).into_iter().chain(["ak_no".to_owned(), unknown]);
    for token in tokens {
        let reply = site.send("GET", LIST, &[("x-api-key", &token)], "").await;
        let message = "API key is invalid, expired or revoked.".to_owned();
        assert_eq!(reply.refused(401), ("invalid_api_key".to_owned(), message, Vec::new()));
        assert_eq!(reply.header("www-authenticate"), Some("Bearer realm=\"packagex\""));
    }
    for key in [WRITER, OTHER_SCOPE] {
        let message = "These credentials do not allow this action.".to_owned();
        let told = ("insufficient_scope".to_owned(), message, Vec::new());
        assert_eq!(site.get_as(key, LIST).await.refused(403), told);
    }
    assert_eq!(site.get_as(READER, LIST).await.total(), 1);
    assert_eq!(site.get(LIST).await.total(), 1);
    site.sql("UPDATE \"user\" SET status = 'INACTIVE' WHERE id = 1003").await;
    assert_eq!(site.get(LIST).await.refused(401).0, "invalid_api_key");
}

async fn item_4_addresses_and_methods(kind: Store) {
    let site = Site::new(kind).await;
    let (plain, slash) = (site.get(LIST).await, site.get("/v1/audits/").await);
    assert_eq!((plain.is(200), plain.json()["endpoint"].clone()), (slash.is(200), json!(LIST)));
    let path = format!("{LIST}/{}", audit(AUDIT));
    assert_eq!(site.get(&path).await.is(200), site.get(&format!("{path}/")).await.is(200));
    for method in ["PUT", "PATCH", "DELETE"] {
        for path in [LIST, path.as_str()] {
            let reply = site.send(method, path, &[], "").await;
            assert_eq!(reply.refused(405).0, "method_not_allowed");
            assert_eq!(reply.header("allow"), Some("GET, HEAD, POST, OPTIONS"));
        }
    }
    let nowhere = site.get("/v1/audits/a/b").await;
    let told = ("route_not_found".to_owned(), "Endpoint not found.".to_owned(), Vec::new());
    assert_eq!((nowhere.refused(404), nowhere.json()["endpoint"].clone()), (told, json!("/v1/audits/a/b")));
    let options = site.send("OPTIONS", LIST, &[], "").await;
    assert_eq!((options.status, options.text.as_str()), (204, ""));
    assert_eq!(options.header("allow"), Some("GET, HEAD, POST, OPTIONS"));
    let token = site.token(KEY);
    let id = "5a0c7c1e-2b1d-4e55-9f3c-0a7a4c5d6e7f";
    let head = site.send("HEAD", LIST, &[("px-api-key", &token), ("x-request-id", id)], "").await;
    assert_eq!((head.status, head.header("x-request-id")), (200, Some(id)));
    assert_eq!(plain.header("content-type"), Some("application/json; charset=utf-8"));
}

async fn item_6_only_inventory_audits_of_the_organization_are_there(kind: Store) {
    let site = Site::new(kind).await;
    assert_eq!(site.get(LIST).await.numbers(), ["CNT-7"]);
    let told = ("audit_not_found".to_owned(), "Audit not found.".to_owned(), Vec::new());
    for row in [2003, 1001, 1002, 1005] {
        assert_eq!(site.get(&format!("{LIST}/{}", audit(row))).await.refused(404), told, "{row}");
    }
    for id in ["audit_", "audit_zzzzzzzzzzzzzzzzzzzzzz", "loc_8nYuXbUPjvW5N1C7k261bM", "7"] {
        assert_eq!(site.get(&format!("{LIST}/{id}")).await.refused(404), told, "{id}");
    }
    let theirs = site.get_as(NORDIC, LIST).await.data();
    assert_eq!(theirs[0]["id"], audit(2003));
    assert_eq!(site.get_as(NORDIC, &format!("{LIST}/{}", audit(AUDIT))).await.refused(404), told);
    for search in ["CNT-7", "7", "cnt-", "nt-"] {
        let path = if search == "7" { "/v1/audits?search=07".to_owned() } else { format!("{LIST}?search={search}") };
        let found = site.get(&path).await;
        assert_eq!((found.total(), found.data()[0]["id"].clone()), (1, json!(audit(AUDIT))), "{search}");
        assert_eq!(site.get_as(NORDIC, &path).await.data()[0]["id"], audit(2003));
    }
}

async fn item_7_too_many_requests_are_refused(kind: Store) {
    let site = Site::paced(kind, Some(2)).await;
    for _ in 0..2 {
        site.get(LIST).await.is(200);
    }
    // The clock stands at half a minute past.
    let reply = site.get(LIST).await;
    let message = "Too many requests. Try again in 60 seconds.".to_owned();
    assert_eq!(reply.refused(429), ("rate_limited".to_owned(), message, Vec::new()));
    assert_eq!(reply.header("retry-after"), Some("60"));
    // Others have a pace of their own.
    site.get_as(READER, LIST).await.is(200);
}

/// The codes that other tests of this folder meet with their messages: what is left is met here.
async fn item_45_every_code_has_its_message(kind: Store) {
    let registry = [
        ("missing_api_key", "API key is missing."),
        ("invalid_api_key", "API key is invalid, expired or revoked."),
        ("insufficient_scope", "These credentials do not allow this action."),
        ("route_not_found", "Endpoint not found."),
        ("audit_not_found", "Audit not found."),
        ("method_not_allowed", "Method not allowed."),
        ("payload_too_large", "Request body is too large."),
        ("unsupported_media_type", "Content type must be application/json."),
        ("invalid_json", "Request body is not valid JSON."),
        ("invalid_query", "One or more query parameters are invalid."),
        ("invalid_body", "One or more properties are invalid."),
        ("no_eligible_tasks", "No items are eligible for counting at this location."),
        ("too_many_tasks", "More than 100 tasks would be generated; narrow the scope with item_ids or layout_ids."),
        ("uncounted_tasks", "Every task must be counted before review."),
        ("reason_code_required", "A reason code is required where the discrepancy exceeds the threshold."),
        ("duplicate_number", "An audit with this number already exists at this location."),
        ("invalid_transition", "The audit cannot move from approved to processing."),
        ("audit_locked", "The audit can no longer be changed in this way."),
        ("inventory_conflict", "Applying the counts would make an inventory level negative."),
        ("rate_limited", "Too many requests. Try again in 5 seconds."),
        ("internal_error", "Something went wrong."),
    ];
    let site = Site::new(kind).await;
    let document = site.send("GET", "/docs/packagex/openapi.json", &[], "").await.json().to_string();
    for (code, message) in registry {
        let pair = format!("\"message\":\"{message}\",\"data\":{{}},\"code\":\"{code}\"");
        assert!(document.contains(&pair) || code == "method_not_allowed", "{code}");
    }
    let reply = site.send("PUT", LIST, &[], "").await;
    assert_eq!(reply.refused(405), ("method_not_allowed".to_owned(), "Method not allowed.".to_owned(), Vec::new()));
    // A defect, as a client meets one.
    site.sql("ALTER TABLE count_task RENAME TO gone").await;
    let told = ("internal_error".to_owned(), "Something went wrong.".to_owned(), Vec::new());
    assert_eq!(site.get(LIST).await.refused(500), told);
}
