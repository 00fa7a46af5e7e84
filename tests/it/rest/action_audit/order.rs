//! Orders and pages.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use audit_gateway::domain::db::Store;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::{House, RESOURCES, list, rows, texts};
use crate::store::on_both_stores;

on_both_stores!(
    item_24_pages_show_every_row_once,
    item_28_29_every_field_orders_in_both_directions,
    item_23_30_without_a_field_the_instant_of_creation_orders,
);

/// The order of two shown values: texts by their bytes, points and numbers by value, false first, null last.
fn compare(key: &str, one: &Json, other: &Json) -> Ordering {
    let points = |value: &str| value.parse::<Decimal>().expect("points");
    match (one, other) {
        (Json::String(one), Json::String(other)) if key.starts_with("total_") => points(one).cmp(&points(other)),
        (Json::String(one), Json::String(other)) => one.as_bytes().cmp(other.as_bytes()),
        (Json::Number(one), Json::Number(other)) => one.as_i64().cmp(&other.as_i64()),
        (Json::Bool(one), Json::Bool(other)) => one.cmp(other),
        (one, other) => one.is_null().cmp(&other.is_null()),
    }
}

/// The rows with something missing, for an order to show.
async fn vary(house: &House) {
    for sql in [
        "UPDATE \"user\" SET position = NULL, avatar_content_type = 'image/png', avatar_url = 'https://example.org/' || username WHERE id % 3 = 0",
        "UPDATE \"user\" SET email = NULL, first_name = 'ä' || first_name WHERE id % 4 = 0",
        "UPDATE org_unit SET description = NULL WHERE id % 2 = 0",
        "UPDATE audit SET title = NULL, audit_threshold = NULL, layer = NULL WHERE id % 3 = 0",
        "UPDATE audit SET title = 'é ' || name WHERE id % 5 = 0",
        "UPDATE activity SET description = 'Z' WHERE id % 3 = 0",
        "UPDATE activity SET description = 'a' WHERE id % 3 = 1",
        "UPDATE idea SET stage = NULL, total_points = NULL WHERE id % 2 = 0",
        "UPDATE template SET symbol = NULL WHERE id % 2 = 0",
    ] {
        house.meddle(sql).await;
    }
}

async fn item_28_29_every_field_orders_in_both_directions(kind: Store) {
    let house = House::demonstrated(kind).await;
    vary(&house).await;
    let (mut fields, mut with_nulls) = (0, 0);
    for resource in RESOURCES {
        let keys: Vec<String> =
            rows(&house, resource, "?limit=1").await[0].as_object().expect("a row").keys().cloned().collect();
        for key in keys.iter().filter(|key| !["links", "roles", "pincode"].contains(&key.as_str())) {
            for (dir, descending) in [("asc", false), ("desc", true)] {
                let query = format!("?limit=1000&sort_by={key}&sort_dir={dir}&columns={key}");
                let rows = rows(&house, resource, &query).await;
                with_nulls += usize::from(
                    rows.first().is_some_and(|row| row[key].is_null())
                        != rows.last().is_some_and(|row| row[key].is_null()),
                );
                for pair in rows.windows(2) {
                    let order = compare(key, &pair[0][key], &pair[1][key]);
                    let order = if descending { order.reverse() } else { order };
                    let order = order.then_with(|| compare("uuid", &pair[0]["uuid"], &pair[1]["uuid"]));
                    assert_eq!(order, Ordering::Less, "{resource} {key} {dir}: {} {}", pair[0], pair[1]);
                }
            }
            fields += 1;
        }
    }
    assert_eq!(fields, 16 + 8 + 11 + 14 + 19 + 23 + 10 + 21 + 6);
    assert!(with_nulls > 30, "{with_nulls}");
}

async fn item_24_pages_show_every_row_once(kind: Store) {
    let house = House::demonstrated(kind).await;
    house.meddle("UPDATE worker SET created_at = '2026-01-01T00:00:00.000000+00:00'").await;
    for query in ["?limit=3", "?limit=3&sort_dir=desc", "?limit=3&sort_by=status&columns=number,status"] {
        let all = texts(&rows(&house, "workers", &query.replace("limit=3", "limit=1000")).await, "uuid");
        let (mut path, mut walked) = (format!("/xapi/v1/workers.json{query}"), Vec::new());
        loop {
            let seen = house.get(&path, &house.key()).await;
            let json = seen.json();
            let page = json["data"].as_array().expect("rows");
            assert_eq!(json["response"]["count"], page.len());
            walked.extend(texts(page, "uuid"));
            let link = seen.headers.get("link").map(|link| link.to_str().expect("text").to_owned()).unwrap_or_default();
            let next = link.split(", ").find(|link| link.ends_with("rel=\"next\""));
            let Some(next) = next else { break };
            path = next.trim_start_matches('<').split('>').next().expect("an address").to_owned();
        }
        assert_eq!(walked, all, "{query}");
        assert_eq!(walked.iter().collect::<BTreeSet<_>>().len(), 13);
        if !query.contains("sort_by") {
            assert!(walked.is_sorted(), "equal in their creation, by their uuid");
        }
    }
}

async fn item_23_30_without_a_field_the_instant_of_creation_orders(kind: Store) {
    let house = House::demonstrated(kind).await;
    for resource in RESOURCES {
        for (query, given) in [("?limit=1000", false), ("?limit=1000&sort_dir=asc", true)] {
            let seen = list(&house, resource, query).await.json();
            assert_eq!(seen["request"]["sort_dir"].is_string(), given);
            let shown = seen["data"].as_array().expect("rows").clone();
            let explicit = rows(&house, resource, "?limit=1000&sort_by=created_at").await;
            assert_eq!(shown, explicit, "{resource}");
        }
        let turned = rows(&house, resource, "?limit=1000&sort_dir=desc").await;
        assert_eq!(turned, rows(&house, resource, "?limit=1000&sort_dir=desc&sort_by=created_at").await);
        assert!(texts(&turned, "created_at").is_sorted_by(|one, other| one >= other), "{resource}");
    }
}
