//! Audits made (items 13 to 24).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use audit_gateway::domain::cell::Kind;
use audit_gateway::domain::db::{Errand, Outcome, Statement, Store};
use futures_util::future::join_all;
use serde_json::{Value as Json, json};
use tokio::sync::Notify;

use super::{HARBOUR, Office, error, invalid};
use crate::store::on_both_stores;

on_both_stores!(
    item_13_an_audit_has_its_defaults,
    item_14_an_audit_can_be_over_at_once,
    item_15_texts_have_a_longest_length_in_characters,
    item_16_what_is_not_known_is_ignored,
    item_17_wrong_bodies_are_told_in_the_agreed_words,
    item_18_standard_and_level_are_inherited,
    item_19_audits_made_at_once_are_numbered_without_a_gap,
    item_20_products_are_numbered_apart_and_numbers_are_not_given_again,
    item_21_a_refused_audit_takes_no_number,
    item_22_an_archived_product_gets_no_audit,
    item_22_an_audit_that_waits_meanwhile_is_refused_too,
    item_23_the_address_of_an_audit_leads_to_it,
    item_24_an_audit_is_seen_on_the_other_surfaces_and_in_the_trail,
);

const NEW: &str = "products/web-shop/audits";
const NOW: &str = "2026-03-02T09:30:00.123Z";

async fn item_13_an_audit_has_its_defaults(kind: Store) {
    let office = Office::open(kind).await;
    let token = format!("Bearer {}", office.member);
    let bare = [("authorization", token.as_str())];
    let typed = [("authorization", token.as_str()), ("content-type", "application/json; charset=utf-8")];
    for (headers, body) in [(&bare[..], ""), (&typed[..], ""), (&typed[..], "{}")] {
        let seen = office.send(("POST", &office.at(NEW)), headers, body).await;
        assert_eq!(seen.status, 201, "{}", seen.text());
        let audit = seen.json()["audit"].clone();
        let uuid = super::uuid(&office.house, "SELECT uuid FROM asset WHERE slug = 'web-shop'").await;
        let meant = json!({
            "id": audit["id"], "number": audit["number"], "productId": uuid, "type": "full", "status": "in_progress",
            "title": null, "description": null, "standardId": "wcag-2-2", "conformanceLevel": "aa", "startedAt": NOW,
            "completedAt": null, "createdAt": NOW, "updatedAt": NOW,
        });
        assert_eq!(audit.to_string(), meant.to_string());
        assert_eq!(seen.header("etag").as_deref(), Some("\"1\""));
        assert_eq!(seen.header("content-type").as_deref(), Some("application/json; charset=utf-8"));
    }
    let row =
        "SELECT name || '|' || number || '|' || state || '|' || asset_sequence FROM audit ORDER BY id DESC LIMIT 1";
    let row = office.house.ask(Kind::Text, row).await[0].as_str().expect("text").to_owned();
    let parts: Vec<&str> = row.split('|').collect();
    assert_eq!((parts[0], parts[2]), (format!("Audit {}", parts[3]).as_str(), "IN_PROGRESS"), "{row}");
    assert!(parts[1].starts_with("AUD-"), "{row}");
    let mine = "SELECT COUNT(*) FROM audit a JOIN \"user\" u ON u.id = a.creator_id AND u.id = a.auditor_id WHERE \
                u.username = 'mia.member' AND a.name LIKE 'Audit %'";
    assert_eq!(office.number(mine).await, 3);
}

async fn item_14_an_audit_can_be_over_at_once(kind: Store) {
    let office = Office::open(kind).await;
    let body = json!({ "status": "completed", "type": "re_audit", "title": "T", "description": "" });
    let audit = office.begin("web-shop", &body).await;
    assert_eq!((&audit["startedAt"], &audit["completedAt"]), (&json!(NOW), &json!(NOW)));
    assert_eq!(
        (&audit["status"], &audit["type"], &audit["description"]),
        (&json!("completed"), &json!("re_audit"), &json!(""))
    );
    let row = "SELECT name || '|' || state FROM audit WHERE closed_by_id IS NOT NULL AND closed_at = completed_at AND \
               finished_at = completed_at ORDER BY id DESC LIMIT 1";
    assert_eq!(office.house.ask(Kind::Text, row).await[0].as_str(), Some("T|CLOSED"));
}

async fn item_15_texts_have_a_longest_length_in_characters(kind: Store) {
    let office = Office::open(kind).await;
    for (key, most) in [("title", 200), ("description", 2_000)] {
        for letter in ["a", "\u{e9}", "\u{1f41f}", " ", "\n", "\u{7}", "\u{85}"] {
            let text = letter.repeat(most);
            let audit = office.begin("web-shop", &json!({ (key): text })).await;
            assert_eq!(audit[key], json!(text), "as it was sent");
            let path = format!("{NEW}/{}", audit["number"]);
            for (method, path) in [("POST", NEW), ("PATCH", &path)] {
                let seen = office.ask(method, path, &json!({ (key): letter.repeat(most + 1) }).to_string()).await;
                invalid(&seen, &format!("{key}: must be at most {most} characters"));
            }
        }
        let seen = office.ask("POST", NEW, &json!({ (key): "a\0b" }).to_string()).await;
        invalid(&seen, &format!("{key}: must not contain U+0000"));
        assert_eq!(office.begin("web-shop", &json!({ (key): "" })).await[key], "");
    }
}

async fn item_16_what_is_not_known_is_ignored(kind: Store) {
    let office = Office::open(kind).await;
    let body = json!({
        "colour": "blue", "standardId": "iso-9001", "conformanceLevel": 7, "startedAt": "2020-01-01", "number": 99,
        "completedAt": 1, "id": null, "title": "Kept",
    });
    let audit = office.begin("web-shop", &body).await;
    assert_eq!(
        (&audit["title"], &audit["standardId"], &audit["conformanceLevel"]),
        (&json!("Kept"), &json!("wcag-2-2"), &json!("aa"))
    );
    assert_eq!((&audit["startedAt"], &audit["completedAt"]), (&json!(NOW), &Json::Null));
    assert_ne!(audit["number"], 99);
}

async fn item_17_wrong_bodies_are_told_in_the_agreed_words(kind: Store) {
    let office = Office::open(kind).await;
    let before = (office.events().await, counter(&office).await);
    let types = "type: must be one of full, re_audit, small_scope";
    let statuses = "status: must be one of in_progress, completed";
    for (body, message) in [
        (r#"{"type":null}"#, types),
        (r#"{"type":"FULL"}"#, types),
        (r#"{"type":1}"#, types),
        (r#"{"type":["full"]}"#, types),
        (r#"{"status":null}"#, statuses),
        (r#"{"status":"done"}"#, statuses),
        (r#"{"title":7}"#, "title: must be a string or null"),
        (r#"{"title":{}}"#, "title: must be a string or null"),
        (r#"{"description":false}"#, "description: must be a string or null"),
        ("[]", "body: must be an object"),
        ("null", "body: must be an object"),
        ("\"a\"", "body: must be an object"),
        ("{", "body: must be valid JSON"),
        ("{}{}", "body: must be valid JSON"),
        (r#"{"title":"\ud800"}"#, "body: must be valid JSON"),
        (" ", "body: must be valid JSON"),
        // The first in the order of the members, whatever the order they were sent in.
        (r#"{"status":1,"description":1,"title":1,"type":1}"#, types),
        (r#"{"status":1,"description":1}"#, "description: must be a string or null"),
    ] {
        invalid(&office.ask("POST", NEW, body).await, message);
    }
    let long = json!({ "status": 1, "title": "a".repeat(201), "description": 1 }).to_string();
    invalid(&office.ask("POST", NEW, &long).await, "title: must be at most 200 characters");
    let token = format!("Bearer {}", office.member);
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""] {
        let headers = [("authorization", token.as_str()), ("content-type", media_type)];
        let seen = office.send(("POST", &office.at(NEW)), &headers, "{}").await;
        invalid(&seen, "body: Content-Type must be application/json");
    }
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    let seen = office.send(("POST", &office.at(NEW)), &headers, vec![b'"', 0xff, b'"']).await;
    invalid(&seen, "body: must be valid JSON");
    assert_eq!((office.events().await, counter(&office).await), before, "nothing happened");
}

async fn counter(office: &Office) -> i64 {
    office.number("SELECT CAST(audit_counter AS BIGINT) FROM asset WHERE slug = 'web-shop'").await
}

async fn item_18_standard_and_level_are_inherited(kind: Store) {
    let office = Office::open(kind).await;
    let standard = |slug: &str| format!("(SELECT id FROM standard WHERE slug = '{slug}')");
    let level = |slug: &str, code: &str| {
        format!("(SELECT id FROM conformance_level WHERE code = '{code}' AND standard_id = {})", standard(slug))
    };
    let none = || "NULL".to_owned();
    for (own, default, meant) in [
        (
            (standard("wcag-2-1"), level("wcag-2-1", "aaa")),
            (standard("wcag-2-2"), level("wcag-2-2", "aa")),
            (json!("wcag-2-1"), json!("aaa")),
        ),
        ((none(), none()), (standard("wcag-2-2"), level("wcag-2-2", "aa")), (json!("wcag-2-2"), json!("aa"))),
        (
            (standard("wcag-2-2"), none()),
            (standard("wcag-2-2"), level("wcag-2-2", "a")),
            (json!("wcag-2-2"), json!("a")),
        ),
        (
            (standard("wcag-2-1"), none()),
            (standard("wcag-2-2"), level("wcag-2-2", "a")),
            (json!("wcag-2-1"), Json::Null),
        ),
        ((none(), level("wcag-2-2", "aaa")), (standard("wcag-2-2"), none()), (json!("wcag-2-2"), json!("aaa"))),
        (
            (none(), level("wcag-2-1", "aaa")),
            (standard("wcag-2-2"), level("wcag-2-2", "a")),
            (json!("wcag-2-2"), json!("a")),
        ),
        ((standard("iso-9001"), none()), (none(), none()), (json!("iso-9001"), Json::Null)),
        ((none(), none()), (none(), none()), (Json::Null, Json::Null)),
    ] {
        let asset = format!(
            "UPDATE asset SET standard_id = {}, conformance_level_id = {} WHERE slug = 'web-shop'",
            own.0, own.1
        );
        office.house.meddle(&asset).await;
        let organization = format!(
            "UPDATE organization SET default_standard_id = {}, default_conformance_level_id = {} WHERE id = {HARBOUR}",
            default.0, default.1
        );
        office.house.meddle(&organization).await;
        let audit = office.begin("web-shop", &json!({})).await;
        assert_eq!((&audit["standardId"], &audit["conformanceLevel"]), (&meant.0, &meant.1), "{asset} {organization}");
    }
}

async fn item_19_audits_made_at_once_are_numbered_without_a_gap(kind: Store) {
    let office = Arc::new(Office::open(kind).await);
    office.product("ticket-shop").await;
    let made = (0..64).map(|_| {
        let office = Arc::clone(&office);
        tokio::spawn(async move { office.ask("POST", "products/ticket-shop/audits", "{}").await })
    });
    let mut numbers = Vec::new();
    for seen in join_all(made).await {
        let seen = seen.expect("an answer");
        assert_eq!(seen.status, 201, "{}", seen.text());
        let number = seen.json()["audit"]["number"].as_i64().expect("a number");
        let location = office.at(&format!("products/ticket-shop/audits/{number}"));
        assert_eq!(seen.header("location"), Some(location));
        numbers.push(number);
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=64).collect::<Vec<i64>>());
    let names: BTreeSet<String> = office.read("products/ticket-shop/audits").await["audits"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["id"].as_str().expect("an id").to_owned())
        .collect();
    assert_eq!(names.len(), 64);
}

async fn item_20_products_are_numbered_apart_and_numbers_are_not_given_again(kind: Store) {
    let office = Office::open(kind).await;
    for slug in ["first", "second"] {
        office.product(slug).await;
        for number in 1..=3 {
            assert_eq!(office.begin(slug, &json!({})).await["number"], number, "{slug}");
        }
    }
    let seen = office.ask_as(&office.admin, "DELETE", "products/first/audits/3", "").await;
    assert_eq!(seen.status, 204);
    assert_eq!(office.begin("first", &json!({})).await["number"], 4);
    assert_eq!(office.begin("second", &json!({})).await["number"], 4);
}

async fn item_21_a_refused_audit_takes_no_number(kind: Store) {
    let office = Office::open(kind).await;
    office.product("gap").await;
    assert_eq!(office.begin("gap", &json!({})).await["number"], 1);
    // A number that is taken is refused by the store when the audit is inserted, after the counter was raised.
    let taken = "UPDATE audit SET asset_sequence = 2 WHERE asset_sequence = 1 AND asset_id = (SELECT id FROM asset WHERE \
                 slug = 'gap')";
    office.house.meddle(taken).await;
    let seen = office.ask("POST", "products/gap/audits", "{}").await;
    assert_eq!(error(&seen).0, 409, "{}", seen.text());
    office.house.meddle(&taken.replace("= 2 WHERE asset_sequence = 1", "= 1 WHERE asset_sequence = 2")).await;
    assert_eq!(office.begin("gap", &json!({})).await["number"], 2);
}

async fn item_22_an_archived_product_gets_no_audit(kind: Store) {
    let office = Office::open(kind).await;
    let before = "SELECT CAST(audit_counter * 1000 + (SELECT COUNT(*) FROM audit WHERE audit.asset_id = asset.id) AS BIGINT) \
                  FROM asset WHERE slug = 'recipe-site'";
    let (count, events) = (office.number(before).await, office.events().await);
    for body in ["{}", r#"{"status":"completed"}"#] {
        let seen = office.ask("POST", "products/recipe-site/audits", body).await;
        let told = (409, "CONFLICT".to_owned(), "Cannot create an audit for an archived product".to_owned());
        assert_eq!(error(&seen), told);
    }
    assert_eq!((office.number(before).await, office.events().await), (count, events));
}

/// The product is archived by somebody who came first, beside the gateway: the audit was let through, and waits.
async fn item_22_an_audit_that_waits_meanwhile_is_refused_too(kind: Store) {
    let office = Arc::new(Office::open(kind).await);
    let (held, let_go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (told, db) = ((Arc::clone(&held), Arc::clone(&let_go)), office.house.store.second_door().await);
    let archiving = tokio::spawn(async move {
        let errand = Errand::default();
        let done = db.write(&errand, move |tx| {
            let (held, let_go) = told.clone();
            Box::pin(async move {
                let away = "UPDATE asset SET archived_at = updated_at WHERE slug = 'mobile-app'";
                tx.fetch(&Statement::new(away, Vec::new(), Vec::new())).await?;
                held.notify_one();
                let_go.notified().await;
                Ok(Outcome::Bookkeeping(()))
            })
        });
        done.await.expect("archived");
    });
    held.notified().await;
    let making = {
        let office = Arc::clone(&office);
        tokio::spawn(async move { office.ask("POST", "products/mobile-app/audits", "{}").await })
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    let_go.notify_one();
    archiving.await.expect("archived");
    let seen = making.await.expect("an answer");
    assert_eq!(error(&seen).2, "Cannot create an audit for an archived product");
}

async fn item_23_the_address_of_an_audit_leads_to_it(kind: Store) {
    let office = Office::open(kind).await;
    office.product("tickets").await;
    office.house.meddle("UPDATE asset SET slug = 'a b/\u{e9}?' WHERE slug = 'tickets'").await;
    let path = office.at("products/a%20b%2F%C3%A9%3F/audits");
    let token = format!("Bearer {}", office.member);
    let headers = [("authorization", token.as_str())];
    let made = office.send(("POST", &path), &headers, "").await;
    let location = made.header("location").expect("an address");
    assert_eq!(location, format!("{path}/1"));
    let read = office.send(("GET", &location), &headers, "").await;
    assert_eq!((read.status, read.json(), read.header("etag")), (200, made.json(), made.header("etag")));
}

async fn item_24_an_audit_is_seen_on_the_other_surfaces_and_in_the_trail(kind: Store) {
    let office = Office::open(kind).await;
    let made = office.begin("web-shop", &json!({ "title": "Seen" })).await;
    let id = made["id"].as_str().expect("an id");
    let seen = office.house.get(&format!("/xapi/v1/audits/{id}.json"), &office.house.key()).await.json();
    assert_eq!((&seen["data"]["stage"], &seen["data"]["subject"]), (&json!("executing"), &json!("Seen")));
    let event = "SELECT action || '|' || entity_type || '|' || surface || '|' || snapshot_after FROM change_event WHERE \
                 organization_id = (SELECT organization_id FROM asset WHERE slug = 'web-shop') ORDER BY sequence DESC LIMIT 1";
    let event = office.house.ask(Kind::Text, event).await[0].as_str().expect("text").to_owned();
    assert!(event.starts_with("Create|audit|ablebase|") && event.contains(id), "{event}");
}
