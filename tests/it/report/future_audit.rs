//! Audits to come (contract ablebase 4.2 and its cases 43 to 48).

use std::sync::Arc;

use audit_gateway::domain::db::Store;
use audit_gateway::graphql::{Service, Settings};
use serde_json::{Value, json};

use super::{Held, House};
use crate::fixture::{Org, instant};
use crate::store::on_both_stores;

on_both_stores!(
    products_that_wait_for_an_audit_are_listed_and_no_others,
    months_count_from_the_latest_completed_full_audit,
    months_are_added_by_the_calendar,
    a_product_never_audited_counts_from_its_creation,
    it_is_overdue_from_the_next_instant_on,
    they_come_by_date_then_by_slug_page_by_page,
    those_within_some_days_are_those_due_by_then,
    they_can_be_filtered_and_ordered_like_any_list,
    an_instant_that_no_client_could_read_is_none,
    the_compiled_writer_gives_the_same_bytes,
);

fn product(id: i64, slug: &str) -> (&'static str, Value) {
    ("asset", json!({ "id": id, "kind": "PRODUCT", "name": slug, "slug": slug, "created_at": "2025-01-31T10:00:00Z" }))
}

fn with(mut row: (&'static str, Value), more: Value) -> (&'static str, Value) {
    let (Some(own), Value::Object(more)) = (row.1.as_object_mut(), more) else { panic!("objects") };
    own.extend(more);
    row
}

/// A full audit that was completed.
fn audit(id: i64, asset: i64, more: Value) -> (&'static str, Value) {
    let audit = json!({
        "id": id, "number": format!("A-{id}"), "name": "A", "asset_id": asset, "asset_kind": "PRODUCT",
        "asset_sequence": id, "state": "CLOSED", "completed_at": "2025-06-15T08:00:00Z"
    });
    with(("audit", audit), more)
}

async fn slugs(house: &House, arguments: &str) -> Vec<String> {
    let query = format!("{{ futureAudits{arguments} {{ nodes {{ assetSlug }} }} }}");
    let answer = house.ask(&query).await;
    let nodes = answer["futureAudits"]["nodes"].as_array().expect("a list");
    nodes.iter().map(|node| node["assetSlug"].as_str().expect("a slug").to_owned()).collect()
}

async fn products_that_wait_for_an_audit_are_listed_and_no_others(kind: Store) {
    let house = House::empty(kind).await;
    house
        .add(vec![
            product(1, "inherits"),
            with(product(2, "own"), json!({ "audit_frequency_months": 3 })),
            with(product(3, "zero"), json!({ "audit_frequency_months": 0 })),
            with(product(4, "archived"), json!({ "archived_at": "2025-02-01T00:00:00Z" })),
            with(product(5, "site"), json!({ "kind": "SITE" })),
            product(6, "full-in-progress"),
            audit(1, 6, json!({ "state": "IN_PROGRESS", "completed_at": null })),
            product(7, "full-ready-to-close"),
            audit(2, 7, json!({ "state": "READY_TO_CLOSE" })),
            product(8, "small-scope-in-progress"),
            audit(3, 8, json!({ "state": "CREATED", "type": "SMALL_SCOPE", "completed_at": null })),
            product(9, "re-audit-in-progress"),
            audit(4, 9, json!({ "state": "RECOUNT", "type": "RE_AUDIT", "completed_at": null })),
            product(10, "canceled"),
            audit(5, 10, json!({ "state": "CANCELED", "completed_at": null })),
            with(product(11, "without-default"), json!({ "organization_id": Org::Nordic.id() })),
            with(product(12, "elsewhere"), json!({ "organization_id": Org::Nordic.id(), "audit_frequency_months": 6 })),
        ])
        .await;
    let query = "{ futureAudits(orderBy: {field: ASSET_SLUG}) { totalCount nodes { assetSlug auditFrequency } } }";
    let listed = |rows: &[(&str, i64)]| {
        let nodes: Vec<Value> =
            rows.iter().map(|(slug, months)| json!({ "assetSlug": slug, "auditFrequency": months })).collect();
        json!({ "futureAudits": { "totalCount": nodes.len(), "nodes": nodes } })
    };
    let expected =
        [("canceled", 12), ("inherits", 12), ("own", 3), ("re-audit-in-progress", 12), ("small-scope-in-progress", 12)];
    assert_eq!(house.ask(query).await, listed(&expected));
    assert_eq!(house.ask_as(Org::Nordic, query).await, listed(&[("elsewhere", 6)]));
}

async fn months_count_from_the_latest_completed_full_audit(kind: Store) {
    let house = House::empty(kind).await;
    house
        .add(vec![
            product(1, "product"),
            audit(1, 1, json!({ "completed_at": "2025-06-01T00:00:00Z" })),
            audit(2, 1, json!({ "completed_at": "2025-07-01T00:00:00.000001Z" })),
            audit(3, 1, json!({ "completed_at": "2025-07-01T00:00:00Z" })),
            audit(4, 1, json!({ "completed_at": "2025-08-01T00:00:00Z", "type": "RE_AUDIT" })),
            audit(5, 1, json!({ "completed_at": "2025-08-02T00:00:00Z", "type": "SMALL_SCOPE" })),
            audit(6, 1, json!({ "completed_at": null })),
            audit(7, 1, json!({ "completed_at": "2025-09-01T00:00:00Z", "state": "CANCELED" })),
            product(2, "two-at-once"),
            audit(11, 2, json!({ "asset_sequence": 2 })),
            audit(12, 2, json!({ "asset_sequence": 1 })),
            product(3, "reopened"),
            audit(13, 3, json!({})),
            audit(14, 3, json!({ "completed_at": "2025-10-01T00:00:00Z", "state": "IN_PROGRESS", "type": "RE_AUDIT" })),
        ])
        .await;
    let query = "{ futureAudits(orderBy: {field: ASSET_SLUG}) { nodes {
        nextAuditDate lastAuditDate lastAuditNumber lastAudit { number } asset { slug nextAuditDate }
    } } }";
    let node = |slug: &str, next: &str, last: &str, sequence: i64, number: &str| {
        json!({
            "nextAuditDate": next, "lastAuditDate": last, "lastAuditNumber": sequence,
            "lastAudit": { "number": number }, "asset": { "slug": slug, "nextAuditDate": next }
        })
    };
    let expected = [
        node("product", "2026-07-01T00:00:00.000001Z", "2025-07-01T00:00:00.000001Z", 2, "A-2"),
        node("reopened", "2026-06-15T08:00:00.000000Z", "2025-06-15T08:00:00.000000Z", 13, "A-13"),
        node("two-at-once", "2026-06-15T08:00:00.000000Z", "2025-06-15T08:00:00.000000Z", 2, "A-11"),
    ];
    assert_eq!(house.ask(query).await["futureAudits"]["nodes"], json!(expected));
}

async fn months_are_added_by_the_calendar(kind: Store) {
    let cases = [
        ("2024-06-01T00:00:00.000000Z", 12, "2025-06-01T00:00:00.000000Z"),
        ("2024-08-31T10:15:00.000000Z", 6, "2025-02-28T10:15:00.000000Z"),
        ("2023-11-30T00:00:00.000000Z", 3, "2024-02-29T00:00:00.000000Z"),
        ("2024-02-29T12:00:00.000000Z", 12, "2025-02-28T12:00:00.000000Z"),
        ("2025-01-31T00:00:00.000000Z", 3, "2025-04-30T00:00:00.000000Z"),
        // The last microsecond of a day stays on it.
        ("2024-01-31T23:59:59.999999Z", 1, "2024-02-29T23:59:59.999999Z"),
        ("2023-12-30T23:59:59.999999Z", 2, "2024-02-29T23:59:59.999999Z"),
        ("0001-01-31T00:00:00.000000Z", 1, "0001-02-28T00:00:00.000000Z"),
        ("2025-12-31T00:00:00.000000Z", 1200, "2125-12-31T00:00:00.000000Z"),
    ];
    let house = House::empty(kind).await;
    for (id, (base, months, _)) in (1..).zip(cases) {
        let product = with(product(id, &format!("p{id}")), json!({ "audit_frequency_months": months }));
        house.add(vec![product, audit(id, id, json!({ "completed_at": base }))]).await;
    }
    let answer = house.ask("{ futureAudits(orderBy: {field: LAST_AUDIT_NUMBER}) { nodes { nextAuditDate } } }").await;
    let expected: Vec<Value> = cases.iter().map(|(.., next)| json!({ "nextAuditDate": next })).collect();
    assert_eq!(answer["futureAudits"]["nodes"], json!(expected));
}

async fn a_product_never_audited_counts_from_its_creation(kind: Store) {
    let house = House::empty(kind).await;
    let site = json!({ "kind": "SITE", "audit_frequency_months": 1 });
    house.add(vec![product(1, "new"), with(product(2, "site"), site), product(3, "old")]).await;
    house.add(vec![audit(1, 3, json!({ "state": "CREATED", "completed_at": null }))]).await;
    let query = "{ futureAudits { nodes { nextAuditDate lastAuditDate lastAuditNumber lastAudit { number } } } }";
    let expected = json!({ "futureAudits": { "nodes": [{
        "nextAuditDate": "2026-01-31T10:00:00.000000Z",
        "lastAuditDate": null, "lastAuditNumber": null, "lastAudit": null
    }] } });
    assert_eq!(house.ask(query).await, expected);
    // An asset says when its next audit is due, whatever it is and whether or not one is going on.
    let assets = house.ask("{ assets(orderBy: {field: SLUG}) { nodes { slug nextAuditDate } } }").await;
    let expected = json!([
        { "slug": "new", "nextAuditDate": "2026-01-31T10:00:00.000000Z" },
        { "slug": "old", "nextAuditDate": "2026-01-31T10:00:00.000000Z" },
        { "slug": "site", "nextAuditDate": "2025-02-28T10:00:00.000000Z" },
    ]);
    assert_eq!(assets["assets"]["nodes"], expected);
}

async fn it_is_overdue_from_the_next_instant_on(kind: Store) {
    let mut house = House::empty(kind).await;
    house.add(vec![product(1, "product"), audit(1, 1, json!({ "completed_at": "2025-03-02T09:30:00.123456Z" }))]).await;
    let query = "{ futureAudits { nodes { overdue } } }";
    for (now, overdue) in [
        ("2026-03-02T09:30:00.123455Z", false),
        ("2026-03-02T09:30:00.123456Z", false),
        ("2026-03-02T09:30:00.123457Z", true),
        ("2026-03-02T09:30:00.124456Z", true),
    ] {
        house.now = instant(now);
        assert_eq!(house.ask(query).await["futureAudits"]["nodes"][0]["overdue"], json!(overdue), "{now}");
    }
}

async fn they_come_by_date_then_by_slug_page_by_page(kind: Store) {
    let house = House::empty(kind).await;
    let mut rows = Vec::new();
    for (id, slug) in (1..).zip(["b", "B", "a", "é", "a-1", "a1"]) {
        rows.push(product(id, slug));
    }
    rows.push(with(product(7, "early"), json!({ "created_at": "2025-01-31T09:59:59.999999Z" })));
    rows.push(with(product(8, "late"), json!({ "created_at": "2025-01-31T10:00:00.000001Z" })));
    house.add(rows).await;
    let all = ["early", "B", "a", "a-1", "a1", "b", "é", "late"];
    assert_eq!(slugs(&house, "").await, all);
    let (mut found, mut after) = (Vec::new(), "null".to_owned());
    loop {
        let query = format!(
            "{{ futureAudits(first: 3, after: {after}) {{
                nodes {{ assetSlug }} pageInfo {{ hasNextPage endCursor }}
            }} }}"
        );
        let page = &house.ask(&query).await["futureAudits"];
        let nodes = page["nodes"].as_array().expect("a list");
        found.extend(nodes.iter().map(|node| node["assetSlug"].as_str().expect("a slug").to_owned()));
        after = page["pageInfo"]["endCursor"].to_string();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(found, all);
}

async fn those_within_some_days_are_those_due_by_then(kind: Store) {
    let mut house = House::empty(kind).await;
    house
        .add(vec![
            with(product(1, "overdue"), json!({ "created_at": "2024-03-02T00:00:00Z" })),
            with(product(2, "now"), json!({ "created_at": "2025-03-02T00:00:00Z" })),
            with(product(3, "a-day"), json!({ "created_at": "2025-03-03T00:00:00Z" })),
            with(product(4, "behind-a-day"), json!({ "created_at": "2025-03-03T00:00:00.000001Z" })),
        ])
        .await;
    house.now = instant("2026-03-02T00:00:00Z");
    assert_eq!(slugs(&house, "(withinDays: 0)").await, ["overdue", "now"]);
    assert_eq!(slugs(&house, "(withinDays: 1)").await, ["overdue", "now", "a-day"]);
    assert_eq!(slugs(&house, "(withinDays: 2)").await.len(), 4);
    assert_eq!(slugs(&house, "(withinDays: 2147483647)").await.len(), 4);
    assert_eq!(slugs(&house, "(withinDays: null)").await.len(), 4);
    assert_eq!(slugs(&house, "(withinDays: 1, filter: {overdue: {eq: false}})").await, ["now", "a-day"]);
    let (code, message) = house.refusal("{ futureAudits(withinDays: -1) { totalCount } }").await;
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("BAD_USER_INPUT", "withinDays: must be a whole number, not negative")
    );
    let counted = house.ask("{ futureAudits(withinDays: 1) { totalCount } }").await;
    assert_eq!(counted["futureAudits"]["totalCount"], json!(3));
}

async fn they_can_be_filtered_and_ordered_like_any_list(kind: Store) {
    let house = House::empty(kind).await;
    house.add(vec![product(1, "a"), product(2, "b"), audit(1, 2, json!({})), product(3, "c")]).await;
    assert_eq!(slugs(&house, "(filter: {lastAuditDate: {isNull: true}})").await, ["a", "c"]);
    assert_eq!(slugs(&house, "(filter: {asset: {name: {in: [\"b\", \"c\"]}}})").await, ["c", "b"]);
    assert_eq!(slugs(&house, "(filter: {lastAudit: {number: {eq: \"A-1\"}}})").await, ["b"]);
    assert_eq!(slugs(&house, "(filter: {nextAuditDate: {gt: \"2026-02-01T00:00:00Z\"}})").await, ["b"]);
    let down = "(orderBy: [{field: LAST_AUDIT_DATE, direction: DESC}, {field: ASSET_SLUG, direction: DESC}])";
    assert_eq!(slugs(&house, down).await, ["c", "a", "b"]);
}

async fn an_instant_that_no_client_could_read_is_none(kind: Store) {
    let house = House::empty(kind).await;
    for (id, months) in (1..).zip([95_697, 95_698, 120_000, i32::MAX]) {
        // 95,697 months behind January 2025 is October 9999.
        house.add(vec![with(product(id, &format!("p{id}")), json!({ "audit_frequency_months": months }))]).await;
    }
    let latest = house.ask("{ futureAudits { nodes { assetSlug nextAuditDate } } }").await;
    let expected = json!([
        { "assetSlug": "p1", "nextAuditDate": "9999-10-31T10:00:00.000000Z" },
        { "assetSlug": "p2", "nextAuditDate": "9999-11-30T10:00:00.000000Z" },
    ]);
    assert_eq!(latest["futureAudits"]["nodes"], expected);
    let assets = house.ask("{ assets(orderBy: {field: SLUG}) { nodes { nextAuditDate } } }").await;
    assert_eq!(assets["assets"]["nodes"][3], json!({ "nextAuditDate": null }));
}

async fn the_compiled_writer_gives_the_same_bytes(kind: Store) {
    let mut house = House::seeded(kind).await;
    let query = "{ futureAudits(withinDays: 400) { totalCount pageInfo { endCursor } edges { cursor node {
        __typename nextAuditDate overdue auditFrequency lastAuditDate lastAuditNumber assetSlug
        asset { id slug audits { nodes { number } } } lastAudit { id number }
    } } } }";
    let engine = house.answer(Org::Harbour, query, Value::Null).await.0.body;
    house.service = Service::new(Settings::default(), Arc::new(Held)).expect("a schema");
    // The first answer of a document is always the engine's.
    for _ in 0..2 {
        let compiled = house.answer(Org::Harbour, query, Value::Null).await.0.body;
        assert_eq!(String::from_utf8_lossy(&compiled), String::from_utf8_lossy(&engine));
    }
}
