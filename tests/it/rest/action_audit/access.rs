//! Who may read, and what nobody may do.

use std::collections::BTreeSet;

use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::db::Store;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value as Json, json};

use super::{House, RESOURCES, list, rows, texts};
use crate::rest::Seen;
use crate::store::on_both_stores;

on_both_stores!(
    item_37_a_plain_member_reads_everything_an_owner_reads,
    item_38_the_same_token_is_shown_until_it_is_withdrawn,
    item_39_nothing_of_another_organization,
    item_40_nothing_but_reading,
    item_41_head_is_get_without_its_body,
    item_45_a_defect_is_told_without_its_cause,
    a_body_that_is_too_long_is_refused_in_the_envelope,
    a_request_that_takes_too_long_is_told_in_the_envelope,
);

async fn item_37_a_plain_member_reads_everything_an_owner_reads(kind: Store) {
    let house = House::demonstrated(kind).await;
    house.meddle("UPDATE membership SET api_access = (1 = 1)").await;
    let (owner, member) = (house.sign_in("olivia.owner").await, house.sign_in("mia.member").await);
    for resource in RESOURCES {
        let path = format!("/xapi/v1/{resource}.json?limit=1000");
        let (own, other) = (house.get(&path, &owner).await, house.get(&path, &member).await);
        assert_eq!(own.json()["data"], other.json()["data"], "{resource}");
        assert_eq!(own.header("x-total-count"), other.header("x-total-count"));
        let show = own.json()["data"][0]["links"]["show"].as_str().expect("an address").to_owned();
        assert_eq!(house.get(&show, &owner).await.json()["data"], house.get(&show, &member).await.json()["data"]);
    }
}

/// Executes a mutation as somebody.
async fn mutate(house: &House, token: &str, query: &str) -> Json {
    let body = json!({ "query": query }).to_string();
    let request = Request::post("/graphql").header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {token}")).body(Body::from(body));
    let seen = house.send(request.expect("a request")).await.json();
    assert_eq!(seen.get("errors"), None, "{seen}");
    seen["data"].clone()
}

async fn item_38_the_same_token_is_shown_until_it_is_withdrawn(kind: Store) {
    let house = House::demonstrated(kind).await;
    let (admin, mia) = (house.sign_in("adam.admin").await, house.sign_in("mia.member").await);
    let me = mutate(&house, &mia, "{ viewer { user { id } } }").await["viewer"]["user"]["id"].clone();
    let grant = format!("mutation {{ grantApiAccess(input: {{userId: {me}}}) {{ userErrors {{ message }} }} }}");
    let withdraw = grant.replace("grantApiAccess", "withdrawApiAccess");
    let keys = "{ apiKeys(filter: {purpose: {eq: DATA_API}, revokedAt: {isNull: true}}) { nodes { id } } }";
    let mut tokens = Vec::new();
    for _ in 0..2 {
        assert_eq!(mutate(&house, &admin, &grant).await["grantApiAccess"]["userErrors"], json!([]));
        let key = mutate(&house, &mia, keys).await["apiKeys"]["nodes"][0]["id"].clone();
        let show = format!("mutation {{ showApiToken(input: {{id: {key}}}) {{ token userErrors {{ message }} }} }}");
        let token = mutate(&house, &mia, &show).await["showApiToken"]["token"].as_str().expect("a token").to_owned();
        assert_eq!(mutate(&house, &mia, &show).await["showApiToken"]["token"], token);
        assert_eq!(house.get("/xapi/v1/templates.json", &token).await.status, 200);
        mutate(&house, &admin, &withdraw).await;
        let seen = house.get("/xapi/v1/templates.json", &token).await;
        assert_eq!((seen.status, &seen.json()["response"]["message"]), (401, &json!("invalid access token")));
        tokens.push(token);
    }
    assert_ne!(tokens[0], tokens[1]);
}

async fn item_39_nothing_of_another_organization(kind: Store) {
    let house = House::demonstrated(kind).await;
    house.meddle("UPDATE membership SET api_access = (1 = 1)").await;
    house.meddle("UPDATE organization SET data_api_enabled = (1 = 1)").await;
    let there = "(SELECT id FROM organization WHERE slug = 'northwind-library')";
    let people = "SELECT u.username FROM \"user\" u JOIN membership m ON m.user_id = u.id WHERE u.password_hash IS NOT \
                  NULL AND (SELECT count(*) FROM membership o WHERE o.user_id = u.id) = 1 AND m.organization_id = ";
    let name = house.ask(Kind::Text, &format!("{people}{there}")).await;
    let other = house.sign_in(name.first().and_then(Cell::as_str).expect("somebody there")).await;
    let mut seen_there = 0;
    for resource in RESOURCES {
        let here: BTreeSet<String> = texts(&rows(&house, resource, "?limit=1000").await, "uuid").into_iter().collect();
        let theirs = house.get(&format!("/xapi/v1/{resource}.json?limit=1000"), &other).await;
        assert_eq!(theirs.status, 200, "{}", theirs.text());
        let found = texts(theirs.json()["data"].as_array().expect("rows"), "uuid");
        assert_eq!(theirs.header("x-total-count"), Some(found.len().to_string()), "{resource}");
        seen_there += found.len();
        for uuid in &found {
            assert!(!here.contains(uuid) || resource == "users", "{resource} {uuid}");
        }
        for uuid in here.iter().filter(|uuid| !found.contains(uuid)).take(3) {
            assert_eq!(house.get(&format!("/xapi/v1/{resource}/{uuid}.json"), &other).await.status, 404, "{resource}");
        }
    }
    assert!(seen_there > 10, "{seen_there}");
}

async fn paths(house: &House) -> Vec<String> {
    let mut paths = Vec::new();
    for resource in RESOURCES {
        paths.push(format!("/xapi/v1/{resource}.json?limit=2"));
        let row = rows(house, resource, "?limit=1").await.remove(0);
        paths.push(row["links"]["show"].as_str().expect("an address").to_owned());
    }
    paths
}

async fn send(house: &House, method: &str, path: &str, token: &str) -> Seen {
    let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
    let request = request.header("x-request-id", "0c5e7a3b-4d21-4f6e-9a88-b1d2c3e4f506");
    house.send(request.body(Body::from("{}")).expect("a request")).await
}

async fn item_40_nothing_but_reading(kind: Store) {
    let house = House::demonstrated(kind).await;
    list(&house, "users", "").await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let heads = "SELECT CAST(sum(last_sequence) AS BIGINT) FROM trail_head";
    let before = house.ask(Kind::Long, heads).await;
    for path in paths(&house).await {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let seen = send(&house, method, &path, &house.key()).await;
            assert_eq!((seen.status, seen.header("allow").as_deref()), (405, Some("GET, HEAD")), "{method} {path}");
            assert_eq!(seen.json()["response"]["message"], "the Data API is read only");
        }
    }
    assert_eq!(house.ask(Kind::Long, heads).await, before);
}

async fn item_41_head_is_get_without_its_body(kind: Store) {
    let house = House::demonstrated(kind).await;
    let more = ["/xapi/v1/nothing.json", "/xapi/v1/users.json?limit=x"].map(ToOwned::to_owned);
    for path in paths(&house).await.into_iter().chain(more) {
        for token in [house.key(), "nonsense".to_owned()] {
            let (get, head) = (send(&house, "GET", &path, &token).await, send(&house, "HEAD", &path, &token).await);
            assert_eq!((get.status, &get.headers), (head.status, &head.headers), "{path}");
            assert!(head.body.is_empty() && !get.body.is_empty(), "{path}");
        }
    }
}

async fn item_45_a_defect_is_told_without_its_cause(kind: Store) {
    let house = House::demonstrated(kind).await;
    house.meddle("ALTER TABLE idea RENAME TO idea_gone").await;
    let seen = send(&house, "GET", "/xapi/v1/ideas.json", &house.key()).await;
    let request = json!({ "requested_at": "2026-03-02T09:30:00Z", "uuid": "0c5e7a3b-4d21-4f6e-9a88-b1d2c3e4f506" });
    let response = json!({ "type": "error", "status": 500, "message": "internal error" });
    let specification = json!({ "version": "1.2509", "docs": crate::rest::DOCS });
    let body = json!({ "specification": specification, "request": request, "response": response });
    assert_eq!((seen.status, seen.json()), (500, body));
    assert_eq!(seen.header("x-request-id").as_deref(), Some("0c5e7a3b-4d21-4f6e-9a88-b1d2c3e4f506"));
}

async fn a_body_that_is_too_long_is_refused_in_the_envelope(kind: Store) {
    let house = House::demonstrated(kind).await;
    let request = Request::get("/xapi/v1/users.json").body(Body::from("x".repeat(70_000))).expect("a request");
    let seen = house.send(request).await;
    assert_eq!((seen.status, &seen.json()["response"]["message"]), (413, &json!("request body too large")));
}

async fn a_request_that_takes_too_long_is_told_in_the_envelope(kind: Store) {
    let house = House::set_up(kind, |settings| settings.request_timeout = std::time::Duration::ZERO).await;
    let mut seen = house.get("/xapi/v1/users.json", &house.key()).await;
    // An answer that is there when it is first looked for is given, however short the time.
    for _ in 0..20 {
        if seen.status == 503 {
            break;
        }
        seen = house.get("/xapi/v1/users.json", &house.key()).await;
    }
    let response = json!({ "type": "error", "status": 503, "message": "the service is temporarily unavailable" });
    assert_eq!((seen.status, &seen.json()["response"]), (503, &response));
    assert_eq!(seen.header("retry-after").as_deref(), Some("1"));
}
