//! Who may read, and how nothing is told to anybody else (items 31 to 37, 48, 49).

use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::db::Store;
use serde_json::json;

use super::{HARBOUR, KEYS, LIBRARY, Library, collection, event, id};
use crate::rest::Seen;
use crate::store::on_both_stores;

on_both_stores!(
    item_31_the_tenant_comes_first,
    item_32_33_tokens_and_how_they_are_sent,
    item_34_36_tenants_are_apart,
    item_35_permissions_by_scope,
    item_37_nothing_but_reading_and_nothing_but_seven_paths,
    item_48_what_is_told_of_other_records_is_not_served,
    item_49_a_defect_is_told_without_its_cause,
    ids_of_requests_are_taken_over,
);

const PATHS: [(&str, &str); 7] = [
    ("/order/{}", "acquisition.order.events.get"),
    ("/order-line/{}", "acquisition.order-line.events.get"),
    ("/piece/{}", "acquisition.piece.events.get"),
    ("/piece/{}/status-change-history", "acquisition.piece.events.history.get"),
    ("/invoice/{}", "acquisition.invoice.events.get"),
    ("/invoice-line/{}", "acquisition.invoice-line.events.get"),
    ("/organization/{}", "acquisition.organization.events.get"),
];

fn paths() -> impl Iterator<Item = (String, &'static str)> {
    PATHS.into_iter().map(|(path, permission)| (path.replace("{}", &id(1)), permission))
}

fn is_text(seen: &Seen, status: u16, text: &str) {
    let kind = seen.header("content-type");
    assert_eq!((seen.status, seen.text().as_str(), kind.as_deref()), (status, text, Some("text/plain; charset=utf-8")));
}

impl Library {
    /// An API key of somebody, limited to these scopes.
    pub async fn key(&self, token: &str, scopes: &[&str]) -> String {
        let input = format!("{{label: \"k\", scopes: {}}}", json!(scopes));
        let made = self.ask(token, &format!("mutation {{ createApiKey(input: {input}) {{ token }} }}")).await;
        made["data"]["createApiKey"]["token"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
    }

    async fn with(&self, path: &str, headers: &[(&str, &str)]) -> Seen {
        let headers = [&[("x-okapi-tenant", LIBRARY)][..], headers].concat();
        self.send("GET", path, &headers).await
    }
}

async fn item_31_the_tenant_comes_first(kind: Store) {
    let library = Library::open(kind).await;
    let (path, _) = paths().next().expect("a path");
    for headers in [
        &[][..],
        &[("x-okapi-tenant", "")],
        &[("x-okapi-token", "a"), ("authorization", "Bearer b")],
        &[("x-okapi-token", library.token.as_str())],
    ] {
        let seen = library.send("GET", &path, headers).await;
        is_text(&seen, 400, "Unable to process request Tenant must be set");
    }
}

async fn item_32_33_tokens_and_how_they_are_sent(kind: Store) {
    let library = Library::open(kind).await;
    let (path, _) = paths().next().expect("a path");
    let missing = library.with(&path, &[("x-okapi-permissions", "[\"all\"]"), ("x-okapi-user-id", &id(1))]).await;
    is_text(&missing, 401, "Token missing");
    assert_eq!(missing.header("www-authenticate").as_deref(), Some("Bearer"));

    let bearer = format!("Bearer {}", library.token);
    for headers in [
        &[("x-okapi-token", library.token.as_str())][..],
        &[("authorization", bearer.as_str())],
        &[("x-okapi-token", library.token.as_str()), ("authorization", bearer.as_str())],
        &[("x-okapi-token", bearer.as_str()), ("authorization", bearer.as_str())],
    ] {
        let seen = library.with(&path, headers).await;
        assert_eq!(seen.status, 200, "{}", seen.text());
    }
    let other = library.with(&path, &[("x-okapi-token", &library.token), ("authorization", "Bearer x")]).await;
    is_text(&other, 400, "X-Okapi-Token is not equal to Authorization token");

    let owner = library.house.sign_in("nora.owner").await;
    let [expired, revoked] = [library.key(&owner, &["expired"]).await, library.key(&owner, &["revoked"]).await];
    let keys = "UPDATE api_key SET {} = '2020-01-01T00:00:00.000000+00:00' WHERE CAST(scopes AS TEXT) LIKE '%{}%'";
    for (column, scope) in [("expires_at", "expired"), ("revoked_at", "revoked")] {
        library.house.meddle(&keys.replacen("{}", column, 1).replacen("{}", scope, 1)).await;
    }
    let gone = library.house.sign_in("liam.member").await;
    let signed_out = library.ask(&gone, "mutation { logout { ok } }").await;
    assert_eq!(signed_out.get("errors"), None, "{signed_out}");
    let other_key = library.house.key();
    for token in ["nonsense", expired.as_str(), revoked.as_str(), gone.as_str(), other_key.as_str(), "ä"] {
        let seen = library.with(&path, &[("x-okapi-token", token), ("x-okapi-permissions", "[\"all\"]")]).await;
        is_text(&seen, 401, "Invalid token");
        assert_eq!(seen.header("www-authenticate").as_deref(), Some("Bearer error=\"invalid_token\""));
    }
    let sleeping = library.key(&owner, &[]).await;
    assert_eq!(library.with(&path, &[("x-okapi-token", &sleeping)]).await.status, 200);
    library
        .house
        .meddle("UPDATE \"user\" SET status = 'INACTIVE' WHERE username IN ('nora.owner', 'liam.member')")
        .await;
    for token in [&sleeping, &library.token] {
        is_text(&library.with(&path, &[("x-okapi-token", token)]).await, 401, "Invalid token");
    }
}

async fn item_34_36_tenants_are_apart(kind: Store) {
    let library = Library::open(kind).await;
    let (harbour, casey) = (library.house.sign_in("mia.member").await, library.house.sign_in("casey.consultant").await);
    let owner = library.house.sign_in("nora.owner").await;
    let key = library.key(&owner, &[]).await;
    for (word, ..) in KEYS {
        let text = event(word, 1, 1, json!({})).to_string();
        assert_eq!(library.import(LIBRARY, &text).await.inserted, 1);
        // The same identifiers elsewhere are of other records.
        let text = format!("{text}\n{}", event(word, 2, 1, json!({ "action": "Delete" })));
        assert_eq!(library.import(HARBOUR, &text).await.inserted, 2);
    }
    for (path, _) in paths() {
        for (tenant, token) in [
            ("nowhere", &library.token),
            ("NORTHWIND-LIBRARY", &library.token),
            (HARBOUR, &library.token),
            (LIBRARY, &harbour),
            (HARBOUR, &key),
        ] {
            let seen = library.send("GET", &path, &[("x-okapi-tenant", tenant), ("x-okapi-token", token)]).await;
            is_text(&seen, 403, "Access to tenant denied");
        }
        // One person in both.
        for (tenant, count) in [(LIBRARY, 1), (HARBOUR, 2)] {
            let seen = library.send("GET", &path, &[("x-okapi-tenant", tenant), ("x-okapi-token", &casey)]).await;
            let wanted = if path.ends_with("history") { 0 } else { count };
            assert_eq!(seen.json()["totalItems"], wanted, "{tenant} {path}");
        }
    }
    for (word, ..) in KEYS {
        let list = library.list(&format!("/{word}/{}", id(1))).await;
        assert_eq!(list[collection(word)].as_array().map(Vec::len), Some(1));
    }
}

async fn item_35_permissions_by_scope(kind: Store) {
    let library = Library::open(kind).await;
    let owner = library.house.sign_in("nora.owner").await;
    let sql = "SELECT uuid FROM \"user\" WHERE username = 'nora.owner'";
    let uuid = library.house.ask(Kind::Uuid, sql).await.first().and_then(Cell::as_uuid).expect("nora");
    for (_, held) in PATHS {
        let key = library.key(&owner, &[held, "graphql:write"]).await;
        for (path, permission) in paths() {
            let seen = library.with(&format!("{path}?limit=wrong"), &[("x-okapi-token", &key)]).await;
            if permission == held {
                assert_eq!(seen.status, 422, "{path}");
            } else {
                let text = format!("Access for user 'nora.owner' ({uuid}) requires permission: {permission}");
                is_text(&seen, 403, &text);
            }
        }
    }
    let others = library.key(&owner, &["acquisition.events.post", "action_audit:read"]).await;
    for scopes in [&[][..], &["audit.all"], &["audit.all", "other"]] {
        let key = library.key(&owner, scopes).await;
        for (path, _) in paths() {
            assert_eq!(library.with(&path, &[("x-okapi-token", &key)]).await.status, 200, "{scopes:?} {path}");
            assert_eq!(library.with(&path, &[("x-okapi-token", &others)]).await.status, 403);
        }
    }
}

async fn item_37_nothing_but_reading_and_nothing_but_seven_paths(kind: Store) {
    let library = Library::open(kind).await;
    for (path, _) in paths() {
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            let seen = library.send(method, &path, &[]).await;
            is_text(&seen, 405, "Method not allowed");
            assert_eq!(seen.header("allow").as_deref(), Some("GET, HEAD"));
        }
        let headers = [("x-okapi-tenant", LIBRARY), ("x-okapi-token", &library.token), ("x-request-id", "r")];
        for path in [path.clone(), format!("{path}?limit=x")] {
            let get = library.send("GET", &path, &headers).await;
            let head = library.send("HEAD", &path, &headers).await;
            assert_eq!((get.status, &get.headers), (head.status, &head.headers), "{path}");
            assert!(head.body.is_empty() && !get.body.is_empty());
        }
        is_text(&library.send("GET", &format!("{path}/"), &[]).await, 404, "Not found");
    }
    for path in ["", "/", "/order", "/order/", &format!("/title/{}", id(1)), &format!("/Order/{}", id(1))] {
        for method in ["GET", "POST"] {
            is_text(&library.send(method, path, &[]).await, 404, "Not found");
        }
    }
}

async fn item_48_what_is_told_of_other_records_is_not_served(kind: Store) {
    let library = Library::open(kind).await;
    let casey = library.house.sign_in("casey.consultant").await;
    let sql = "SELECT entity_uuid FROM change_event WHERE entity_type IN ('audit', 'program', 'user', 'organization') OR \
               (entity_type = 'asset' AND NOT CAST(snapshot_after AS TEXT) LIKE '%SUPPLIER%') ORDER BY entity_type, \
               sequence";
    let found = library.house.ask(Kind::Uuid, sql).await;
    assert!(found.len() > 40);
    for record in found.iter().filter_map(Cell::as_uuid).step_by(found.len() / 12) {
        for (path, _) in PATHS {
            let path = path.replace("{}", &record.to_string());
            let seen = library.send("GET", &path, &[("x-okapi-tenant", HARBOUR), ("x-okapi-token", &casey)]).await;
            assert_eq!(seen.json()["totalItems"], 0, "{path}");
        }
    }
}

async fn item_49_a_defect_is_told_without_its_cause(kind: Store) {
    let library = Library::open(kind).await;
    library.house.meddle("ALTER TABLE change_event RENAME TO change_event_gone").await;
    let (path, _) = paths().next().expect("a path");
    let error = |id: &str| {
        format!(
            "{{\"errors\":[{{\"message\":\"Internal server error\",\"code\":\"genericError\",\"parameters\":[{{\"key\":\
             \"requestId\",\"value\":\"{id}\"}}]}}],\"total_records\":1}}"
        )
    };
    let seen =
        library.with(&path, &[("x-okapi-token", &library.token), ("x-okapi-request-id", "77/audit \"x\"")]).await;
    assert_eq!((seen.status, seen.text()), (500, error("77/audit \\\"x\\\"")));
    assert_eq!(seen.header("x-request-id").as_deref(), Some("77/audit \"x\""));
    assert_eq!(seen.header("content-type").as_deref(), Some("application/json"));
    let seen = library.with(&path, &[("x-okapi-token", &library.token)]).await;
    assert_eq!(seen.text(), error(&seen.header("x-request-id").expect("an id")));
}

async fn ids_of_requests_are_taken_over(kind: Store) {
    let library = Library::open(kind).await;
    let (path, _) = paths().next().expect("a path");
    for (given, shown) in [("7c9e6679-7425-40DE-944b-e07fc1f90ae7", true), ("a b~", true), (&"x".repeat(65), false)] {
        for name in ["x-request-id", "x-okapi-request-id"] {
            let seen = library.with(&path, &[(name, given), ("x-okapi-token", &library.token)]).await;
            assert_eq!(seen.header("x-request-id").as_deref() == Some(given), shown, "{given}");
            assert_eq!(
                library.send("GET", "/x", &[(name, given)]).await.header("x-request-id").as_deref() == Some(given),
                shown
            );
        }
    }
}
