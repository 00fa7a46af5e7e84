//! Audits that are to come (items 43 to 48).

use audit_gateway::domain::db::Store;
use serde_json::{Value as Json, json};

use super::{HARBOUR, Office, keys};
use crate::fixture::instant;
use crate::store::on_both_stores;

on_both_stores!(
    item_43_products_with_a_frequency_and_no_full_audit_are_listed,
    item_44_the_latest_completed_full_audit_counts,
    item_45_months_are_added_by_the_calendar,
    item_46_a_product_that_was_never_audited_is_due_after_its_creation,
    item_47_what_is_due_now_is_not_overdue,
    item_48_what_is_due_first_comes_first,
);

/// Only the products that a test makes.
async fn office(kind: Store) -> Office {
    let office = Office::open(kind).await;
    office.house.meddle("UPDATE asset SET archived_at = updated_at WHERE kind = 'PRODUCT'").await;
    office
}

async fn rows(office: &Office) -> Vec<Json> {
    let body = office.read("future-audits").await;
    assert_eq!(keys(&body), ["futureAudits"]);
    let rows = body["futureAudits"].as_array().expect("rows").clone();
    let meant =
        "productId productName productSlug nextAuditDate isOverdue auditFrequency lastAuditDate lastAuditNumber";
    rows.iter().for_each(|row| assert_eq!(keys(row), meant.split(' ').collect::<Vec<_>>()));
    rows
}

/// A product with a frequency, or none of its own.
async fn product(office: &Office, slug: &str, months: &str) {
    office.product(slug).await;
    set(office, slug, &format!("audit_frequency_months = {months}")).await;
}

async fn set(office: &Office, slug: &str, columns: &str) {
    office.house.meddle(&format!("UPDATE asset SET {columns} WHERE slug = '{slug}'")).await;
}

async fn default(office: &Office, months: &str) {
    let sql = format!("UPDATE organization SET default_audit_frequency_months = {months} WHERE id = {HARBOUR}");
    office.house.meddle(&sql).await;
}

/// A full audit that was completed.
async fn done(office: &Office, slug: &str, at: &str) {
    let made = office.begin(slug, &json!({})).await;
    let path = format!("products/{slug}/audits/{}", made["number"]);
    office.amend(&path, &json!({ "status": "completed", "completedAt": at })).await;
}

async fn item_43_products_with_a_frequency_and_no_full_audit_are_listed(kind: Store) {
    let office = office(kind).await;
    for (slug, months) in [
        ("own", "3"),
        ("none", "0"),
        ("inherits", "NULL"),
        ("archived", "3"),
        ("busy", "3"),
        ("small", "3"),
        ("again", "3"),
    ] {
        product(&office, slug, months).await;
    }
    set(&office, "archived", "archived_at = updated_at").await;
    office.begin("busy", &json!({})).await;
    office.begin("small", &json!({ "type": "small_scope" })).await;
    office.begin("again", &json!({ "type": "re_audit" })).await;
    let listed = async || {
        let rows = rows(&office).await;
        let told =
            |row: &Json| (row["productSlug"].as_str().expect("a slug").to_owned(), row["auditFrequency"].clone());
        let mut rows: Vec<(String, Json)> = rows.iter().map(told).collect();
        rows.sort_by(|one, other| one.0.cmp(&other.0));
        rows
    };
    let with = |inherited: Option<i64>| {
        let mut rows: Vec<(String, Json)> = vec![("again".to_owned(), json!(3))];
        rows.extend(inherited.map(|months| ("inherits".to_owned(), json!(months))));
        rows.extend([("own".to_owned(), json!(3)), ("small".to_owned(), json!(3))]);
        rows
    };
    default(&office, "12").await;
    assert_eq!(listed().await, with(Some(12)));
    for nothing in ["NULL", "0"] {
        default(&office, nothing).await;
        assert_eq!(listed().await, with(None), "{nothing}");
    }
    for state in ["CREATED", "IN_REVIEW", "READY_TO_CLOSE"] {
        let sql =
            format!("UPDATE audit SET state = '{state}' WHERE asset_id = (SELECT id FROM asset WHERE slug = 'busy')");
        office.house.meddle(&sql).await;
        assert_eq!(listed().await, with(None), "{state} is in progress, too");
    }
    let other = office.house.sign_in("casey.consultant").await;
    assert_eq!(office.ask_as(&other, "GET", "future-audits", "").await.json(), office.read("future-audits").await);
}

async fn item_44_the_latest_completed_full_audit_counts(kind: Store) {
    let office = office(kind).await;
    product(&office, "shop", "6").await;
    let only = async || {
        let rows = rows(&office).await;
        assert_eq!(rows.len(), 1);
        (rows[0]["lastAuditNumber"].clone(), rows[0]["lastAuditDate"].clone(), rows[0]["nextAuditDate"].clone())
    };
    let first = (json!(1), json!("2025-05-01T00:00:00.000Z"), json!("2025-11-01T00:00:00.000Z"));
    let second = (json!(2), json!("2025-03-01T00:00:00.000Z"), json!("2025-09-01T00:00:00.000Z"));
    done(&office, "shop", "2025-05-01").await;
    done(&office, "shop", "2025-03-01").await;
    assert_eq!(only().await, first, "the latest by its completion, not by its number");
    for kind in ["re_audit", "small_scope"] {
        let made = office.begin("shop", &json!({ "type": kind, "status": "completed" })).await;
        assert_eq!(made["completedAt"], "2026-03-02T09:30:00.123Z");
        assert_eq!(only().await, first, "{kind}");
    }
    // One without a date.
    let path = "products/shop/audits/1";
    office.amend(path, &json!({ "completedAt": null })).await;
    assert_eq!(only().await, second);
    // One that was taken up again counts no more, and while it goes on nothing is to come.
    office.amend(path, &json!({ "completedAt": "2025-05-01" })).await;
    assert_eq!(only().await, first);
    office.amend(path, &json!({ "status": "in_progress" })).await;
    assert_eq!(rows(&office).await, [] as [Json; 0]);
    office.amend(path, &json!({ "type": "re_audit" })).await;
    assert_eq!(only().await, second);
    // One that was canceled, whatever date it has.
    office.house.meddle("UPDATE audit SET type = 'FULL', state = 'CANCELED' WHERE state = 'IN_PROGRESS' AND asset_id = (SELECT id FROM asset WHERE slug = 'shop')").await;
    assert_eq!(only().await, second);
    // Of two that were completed at the same instant the one with the higher number.
    done(&office, "shop", "2025-03-01").await;
    assert_eq!(only().await.0, 5);
}

async fn item_45_months_are_added_by_the_calendar(kind: Store) {
    let office = office(kind).await;
    for (number, (base, months, meant)) in [
        ("2024-06-01T00:00:00Z", 12, "2025-06-01T00:00:00.000Z"),
        ("2024-08-31T10:15:00Z", 6, "2025-02-28T10:15:00.000Z"),
        ("2023-11-30T00:00:00Z", 3, "2024-02-29T00:00:00.000Z"),
        ("2024-02-29T12:00:00Z", 12, "2025-02-28T12:00:00.000Z"),
        ("2025-01-31T00:00:00Z", 3, "2025-04-30T00:00:00.000Z"),
        ("2025-01-31T23:59:59.999999Z", 1, "2025-02-28T23:59:59.999Z"),
    ]
    .into_iter()
    .enumerate()
    {
        let slug = format!("p{number}");
        product(&office, &slug, &months.to_string()).await;
        done(&office, &slug, base).await;
        let rows = rows(&office).await;
        let row = rows.iter().find(|row| row["productSlug"] == slug.as_str()).expect("the product");
        assert_eq!(row["nextAuditDate"], meant, "{base} and {months} months");
    }
}

async fn item_46_a_product_that_was_never_audited_is_due_after_its_creation(kind: Store) {
    let office = office(kind).await;
    product(&office, "kiosk", "6").await;
    set(&office, "kiosk", "created_at = '2025-08-31T14:00:00.000000+00:00'").await;
    let id = super::uuid(&office.house, "SELECT uuid FROM asset WHERE slug = 'kiosk'").await;
    let meant = json!({
        "productId": id, "productName": "kiosk", "productSlug": "kiosk", "nextAuditDate": "2026-02-28T14:00:00.000Z",
        "isOverdue": true, "auditFrequency": 6, "lastAuditDate": null, "lastAuditNumber": null,
    });
    assert_eq!(rows(&office).await[0].to_string(), meant.to_string());
    office.begin("kiosk", &json!({ "type": "re_audit", "status": "completed" })).await;
    assert_eq!(rows(&office).await, [meant]);
}

async fn item_47_what_is_due_now_is_not_overdue(kind: Store) {
    let mut office = office(kind).await;
    product(&office, "kiosk", "6").await;
    done(&office, "kiosk", "2025-09-02T09:30:00.123Z").await;
    for (now, overdue) in
        [("2026-03-02T09:30:00.122Z", false), ("2026-03-02T09:30:00.123Z", false), ("2026-03-02T09:30:00.124Z", true)]
    {
        office.house.at(instant(now));
        let rows = rows(&office).await;
        assert_eq!(
            (&rows[0]["nextAuditDate"], &rows[0]["isOverdue"]),
            (&json!("2026-03-02T09:30:00.123Z"), &json!(overdue))
        );
    }
}

async fn item_48_what_is_due_first_comes_first(kind: Store) {
    let office = office(kind).await;
    for slug in ["b", "B", "a-1", "a_1", "a1", "c"] {
        product(&office, &format!("tmp-{}", slug.len()), "6").await;
        let odd = format!("slug = '{slug}', created_at = '2025-01-01T00:00:00.000000+00:00'");
        set(&office, &format!("tmp-{}", slug.len()), &odd).await;
    }
    set(&office, "c", "created_at = '2024-12-31T23:59:59.999999+00:00'").await;
    let slugs: Vec<String> =
        rows(&office).await.iter().map(|row| row["productSlug"].as_str().expect("a slug").to_owned()).collect();
    // By code points where the instants are equal.
    assert_eq!(slugs, ["c", "B", "a-1", "a1", "a_1", "b"]);
}
