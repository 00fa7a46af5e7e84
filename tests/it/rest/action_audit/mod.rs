//! The Action Audit dialect, beyond what golden cases say. The numbers are those of the contract's acceptance items.

mod access;
mod document;
pub mod native;
mod order;
mod shape;
mod values;

use std::collections::BTreeSet;
use std::path::Path;

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

/// Every acceptance item of the contract has a golden case or a test that names it.
#[test]
fn every_item_has_a_case_or_a_test() {
    let mut shown = BTreeSet::new();
    for (_, cases) in golden::files("action_audit") {
        for case in cases.cases {
            let named = case.case.strip_prefix("items ").or_else(|| case.case.strip_prefix("item "));
            let Some((numbers, _)) = named.and_then(|named| named.split_once(':')) else { continue };
            shown.extend(numbers.split(", ").map(|number| number.parse::<u32>().expect("a number of an item")));
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/rest/action_audit");
    for file in std::fs::read_dir(folder).expect("the tests") {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("text");
        for named in text.split("async fn item_").skip(1) {
            let numbers = named.split('_').map_while(|part| part.parse::<u32>().ok());
            shown.extend(numbers);
        }
    }
    let missing: Vec<u32> = (1..=45).filter(|item| !shown.contains(item)).collect();
    assert!(missing.is_empty(), "nothing shows the items {missing:?}");
}
