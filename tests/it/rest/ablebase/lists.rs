//! What is read (items 25 to 28 and 41).

use audit_gateway::domain::db::Store;
use serde_json::{Value as Json, json};

use super::{HARBOUR, Office, keys, uuid};
use crate::store::on_both_stores;

on_both_stores!(
    item_25_the_organizations_list_has_products_in_use,
    item_26_a_products_list_is_there_also_when_it_is_archived,
    item_27_audits_of_places_are_not_shown,
    item_28_what_other_surfaces_did_is_shown_in_two_words,
    item_41_what_an_audit_found_is_listed,
    parameters_are_ignored,
);

const AUDIT: [&str; 13] = [
    "id",
    "number",
    "productId",
    "type",
    "status",
    "title",
    "description",
    "standardId",
    "conformanceLevel",
    "startedAt",
    "completedAt",
    "createdAt",
    "updatedAt",
];

fn rows(body: &Json, member: &str) -> Vec<Json> {
    assert_eq!(keys(body), [member]);
    body[member].as_array().expect("rows").clone()
}

async fn item_25_the_organizations_list_has_products_in_use(kind: Store) {
    let office = Office::open(kind).await;
    for slug in ["B-tickets", "a-tickets"] {
        office.product("tmp").await;
        office.house.meddle(&format!("UPDATE asset SET slug = '{slug}' WHERE slug = 'tmp'")).await;
        office.begin(slug, &json!({})).await;
    }
    let listed = rows(&office.read("audits").await, "audits");
    let mut order: Vec<(i64, String)> = Vec::new();
    for row in &listed {
        assert_eq!(keys(row), [AUDIT.as_slice(), &["productName", "productSlug"]].concat());
        let slug = row["productSlug"].as_str().expect("a slug").to_owned();
        order.push((-row["number"].as_i64().expect("a number"), slug));
    }
    assert!(order.is_sorted() && order.len() > 3, "{order:?}");
    assert!(order.iter().all(|(_, slug)| slug != "recipe-site"));
    let all = format!(
        "SELECT COUNT(*) FROM audit a JOIN asset p ON p.id = a.asset_id WHERE p.kind = 'PRODUCT' AND p.archived_at IS NULL \
         AND a.organization_id = {HARBOUR}"
    );
    assert_eq!(office.number(&all).await, i64::try_from(order.len()).expect("a number"));
    let shop = listed.iter().find(|row| row["productSlug"] == "web-shop").expect("the shop");
    assert_eq!(shop["productName"], "Web shop");
    office.house.meddle("UPDATE asset SET archived_at = updated_at WHERE slug = 'web-shop'").await;
    let left = rows(&office.read("audits").await, "audits");
    assert!(!left.is_empty() && left.iter().all(|row| row["productSlug"] != "web-shop"));
    office.house.meddle("UPDATE asset SET archived_at = updated_at WHERE kind = 'PRODUCT'").await;
    assert_eq!(office.read("audits").await.to_string(), r#"{"audits":[]}"#);
}

async fn item_26_a_products_list_is_there_also_when_it_is_archived(kind: Store) {
    let office = Office::open(kind).await;
    office.product("shop").await;
    assert_eq!(office.read("products/shop/audits").await.to_string(), r#"{"audits":[]}"#);
    for number in 1..=12 {
        office.begin("shop", &json!({ "title": number.to_string() })).await;
    }
    let before = office.read("products/shop/audits").await;
    office.house.meddle("UPDATE asset SET archived_at = updated_at WHERE slug = 'shop'").await;
    assert_eq!(office.read("products/shop/audits").await, before);
    let listed = rows(&before, "audits");
    let numbers: Vec<i64> = listed.iter().map(|row| row["number"].as_i64().expect("a number")).collect();
    assert_eq!(numbers, (1..=12).rev().collect::<Vec<i64>>());
    for row in &listed {
        assert_eq!(keys(row), AUDIT);
        let one = office.read(&format!("products/shop/audits/{}", row["number"])).await;
        assert_eq!(one.to_string(), json!({ "audit": row }).to_string());
    }
}

async fn item_27_audits_of_places_are_not_shown(kind: Store) {
    let office = Office::open(kind).await;
    let of_places = format!(
        "SELECT COUNT(*) FROM audit a JOIN asset p ON p.id = a.asset_id WHERE p.kind = 'LOCATION' AND a.organization_id = \
         {HARBOUR}"
    );
    assert!(office.number(&of_places).await > 0);
    let products: Vec<String> = ["web-shop", "mobile-app", "supplier-portal"].map(str::to_owned).into();
    for row in rows(&office.read("audits").await, "audits") {
        assert!(products.contains(&row["productSlug"].as_str().expect("a slug").to_owned()), "{row}");
    }
    assert_eq!(office.ask("GET", "products/waalhaven-warehouse/audits/1", "").await.status, 404);
}

async fn item_28_what_other_surfaces_did_is_shown_in_two_words(kind: Store) {
    let office = Office::open(kind).await;
    let id = office.product("shop").await;
    let made = office.make("createAudit", &json!({ "assetId": id }), "audit { id }").await;
    let path = "products/shop/audits/1";
    let shown = office.read(path).await["audit"].clone();
    assert_eq!((&shown["type"], &shown["status"]), (&json!("full"), &json!("in_progress")));
    let audit = json!({ "id": made["audit"]["id"] });
    for (step, status) in [("submitAudit", "in_progress"), ("closeAudit", "completed")] {
        office.make(step, &audit, "audit { state }").await;
        assert_eq!(office.read(path).await["audit"]["status"], status, "{step}");
    }
    for (state, status) in [
        ("CREATED", "in_progress"),
        ("IN_PROGRESS", "in_progress"),
        ("GENERATING", "in_progress"),
        ("IN_REVIEW", "in_progress"),
        ("RECOUNT", "in_progress"),
        ("READY_TO_CLOSE", "in_progress"),
        ("CLOSED", "completed"),
        ("CANCELED", "completed"),
    ] {
        office
            .house
            .meddle(&format!(
                "UPDATE audit SET state = '{state}' WHERE asset_id = (SELECT id FROM asset WHERE slug = 'shop')"
            ))
            .await;
        assert_eq!(office.read(path).await["audit"]["status"], status, "{state}");
    }
}

async fn item_41_what_an_audit_found_is_listed(kind: Store) {
    let office = Office::open(kind).await;
    office.product("shop").await;
    let first = office.begin("shop", &json!({})).await;
    office.begin("shop", &json!({})).await;
    let audit = |number: i64| {
        format!(
            "(SELECT a.id FROM audit a JOIN asset p ON p.id = a.asset_id WHERE p.slug = 'shop' AND a.asset_sequence = {number})"
        )
    };
    // Issues of the demonstration, moved: one on an area of a product, one on an area of none, one on equipment.
    let take = |place: i64, set: &str| {
        format!(
            "UPDATE issue SET {set}, activity_id = NULL WHERE id = (SELECT id FROM issue WHERE organization_id = {HARBOUR} \
             ORDER BY id LIMIT 1 OFFSET {place})"
        )
    };
    let on = |slug: &str| format!("asset_id = (SELECT id FROM asset WHERE slug = '{slug}')");
    for (place, slug, set) in [
        (
            0,
            "checkout",
            "number = 901, status = 'CLOSED', severity = 'HIGH', impact = 'LOW', effort = NULL, priority = 'CRITICAL', kind = 'TASK'",
        ),
        (
            1,
            "packing-hall",
            "number = 902, status = 'DRAFT', severity = NULL, impact = 'MEDIUM', effort = 'HIGH', priority = 'LOW', kind = 'FINDING'",
        ),
        (
            2,
            "kiln-1",
            "number = 910, status = 'REOPENED', severity = NULL, impact = NULL, effort = NULL, priority = NULL, kind = 'NONCONFORMANCE'",
        ),
    ] {
        office.house.meddle(&take(place, &format!("{set}, audit_id = {}, {}", audit(1), on(slug)))).await;
    }
    office.house.meddle(&take(3, &format!("number = 905, audit_id = {}", audit(2)))).await;
    let found = rows(&office.read("products/shop/audits/1/issues").await, "issues");
    let meant = "id number productId auditId title description state severity impact effort priority source areas \
                 createdAt updatedAt";
    for row in &found {
        assert_eq!(keys(row), meant.split_whitespace().collect::<Vec<_>>());
        assert_eq!(
            (&row["productId"], &row["auditId"], &row["source"]),
            (&first["productId"], &first["id"], &json!("ablebase"))
        );
    }
    let told = |key: &str| found.iter().map(|row| row[key].clone()).collect::<Vec<_>>();
    assert_eq!(told("number"), [json!(910), json!(902), json!(901)]);
    assert_eq!(told("state"), ["open", "open", "closed"]);
    assert_eq!(told("severity"), [Json::Null, Json::Null, json!("high")]);
    assert_eq!(told("impact"), [Json::Null, json!("medium"), json!("low")]);
    assert_eq!(told("effort"), [Json::Null, json!("high"), Json::Null]);
    assert_eq!(told("priority"), [Json::Null, json!("low"), json!("critical")]);
    assert_eq!(found[0]["areas"], json!([]));
    let area = &found[2]["areas"][0];
    assert_eq!(keys(area), ["id", "name", "slug", "description", "productId", "archivedAt", "createdAt", "updatedAt"]);
    let shop = uuid(&office.house, "SELECT uuid FROM asset WHERE slug = 'web-shop'").await;
    assert_eq!(
        (&area["slug"], &area["name"], &area["productId"]),
        (&json!("checkout"), &json!("Checkout"), &json!(shop))
    );
    assert_eq!((&area["archivedAt"], &area["description"]), (&Json::Null, &json!("Basket, delivery slot, payment.")));
    let other = &found[1]["areas"][0];
    assert_eq!(
        (&other["slug"], &other["productId"]),
        (&json!("packing-hall"), &Json::Null),
        "it is part of no product"
    );
    assert_eq!(rows(&office.read("products/shop/audits/2/issues").await, "issues").len(), 1);
    let none = office.begin("shop", &json!({})).await;
    let path = format!("products/shop/audits/{}/issues", none["number"]);
    assert_eq!(office.read(&path).await.to_string(), r#"{"issues":[]}"#);
}

async fn parameters_are_ignored(kind: Store) {
    let office = Office::open(kind).await;
    for rest in ["audits", "future-audits", "products/web-shop/audits", "products/web-shop/audits/1"] {
        let plain = office.read(rest).await;
        for query in ["?limit=1", "?page=2&page_size=1", "?%zz=%", "?"] {
            assert_eq!(office.read(&format!("{rest}{query}")).await, plain, "{rest}{query}");
        }
    }
}
