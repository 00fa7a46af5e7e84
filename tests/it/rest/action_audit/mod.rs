//! The Action Audit dialect, beyond what golden cases say. The numbers are those of the contract's acceptance items.

mod access;
mod document;
pub mod native;
mod order;
mod shape;
mod values;

use audit_gateway::domain::db::Store;
use serde_json::Value as Json;

use super::golden;
use super::{House, Seen};
use crate::store::on_both_stores;

/// The resources.
pub const RESOURCES: [&str; 9] =
    ["users", "workers", "orgcells", "action_plans", "activities", "audits", "audit_areas", "ideas", "templates"];

/// The manufacturer, in SQL.
pub const HARBOUR: &str = "(SELECT id FROM organization WHERE slug = 'harbour-foods')";

on_both_stores!(every_golden_case_is_answered_as_written, a_list_costs_two_statements_and_a_record_at_most_five);

/// A list, asked with the export key.
pub async fn list(house: &House, resource: &str, query: &str) -> Seen {
    let seen = house.get(&format!("/xapi/v1/{resource}.json{query}"), &house.key()).await;
    assert_eq!(seen.status, 200, "{resource}{query}: {}", seen.text());
    seen
}

/// The rows of a list.
pub async fn rows(house: &House, resource: &str, query: &str) -> Vec<Json> {
    list(house, resource, query).await.json()["data"].as_array().expect("rows").clone()
}

/// A record, by the address that a row gives.
pub async fn record(house: &House, row: &Json) -> Json {
    let address = row["links"]["show"].as_str().expect("an address");
    let seen = house.get(address, &house.key()).await;
    assert_eq!(seen.status, 200, "{address}: {}", seen.text());
    seen.json()["data"].clone()
}

/// The texts of a member of rows.
pub fn texts(rows: &[Json], key: &str) -> Vec<String> {
    rows.iter().map(|row| row[key].as_str().expect("a text").to_owned()).collect()
}

async fn every_golden_case_is_answered_as_written(kind: Store) {
    golden::tell(kind, "action_audit").await;
}

async fn a_list_costs_two_statements_and_a_record_at_most_five(kind: Store) {
    let house = House::demonstrated(kind).await;
    let access = house.sign_in("marta.manager").await;
    // The first use of the key is written down beside the request.
    list(&house, "users", "").await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    for resource in RESOURCES {
        for token in [&house.key(), &access] {
            for limit in [0, 1, 100, 1_000] {
                let (seen, statements) = house.count(&format!("/xapi/v1/{resource}.json?limit={limit}"), token).await;
                assert_eq!((seen.status, statements), (200, 2), "{resource} {limit}");
            }
            let row = rows(&house, resource, "?limit=1").await.remove(0);
            let (seen, statements) = house.count(row["links"]["show"].as_str().expect("an address"), token).await;
            assert_eq!(seen.status, 200);
            assert!((2..=5).contains(&statements), "{resource}: {statements}");
        }
    }
    // A list without rows is known to have none.
    house.meddle("UPDATE template SET kind = 'AUDIT'").await;
    let (seen, statements) = house.count("/xapi/v1/templates.json", &access).await;
    assert_eq!((seen.header("x-total-count").as_deref(), statements), (Some("0"), 2));
}
