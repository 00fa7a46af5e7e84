//! Keys, their order and the types of their values; where links lead; what is listed.

use std::collections::BTreeSet;

use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::db::Store;
use serde_json::Value as Json;

use super::{HARBOUR, House, RESOURCES, list, record, rows, texts};
use crate::rest::schema::check;
use crate::store::on_both_stores;

on_both_stores!(
    item_3_the_shapes_are_those_of_the_document,
    item_6_what_is_missing_is_null_and_what_is_empty_is_a_list,
    item_8_every_link_leads_somewhere,
    item_11_12_13_what_is_listed,
);

/// Where a value differs from a shape: other members, in another order, or of another type.
fn differ(shape: &Json, value: &Json, at: &str, faults: &mut Vec<String>) {
    match (shape, value) {
        // A null in the document says nothing of the type, and one of ours is a value that is missing here.
        (Json::String(null), _) if null == "null" => {}
        (_, Json::Null) => {}
        (Json::Object(shape), Json::Object(value)) => {
            let (wanted, found): (Vec<_>, Vec<_>) = (shape.keys().collect(), value.keys().collect());
            if wanted != found {
                faults.push(format!("{at}: {found:?} in place of {wanted:?}"));
                return;
            }
            for (key, shape) in shape {
                differ(shape, &value[key], &format!("{at}.{key}"), faults);
            }
        }
        (Json::Array(shapes), Json::Array(values)) => {
            for value in values {
                // Elements of the document differ in what is null: one of them has to fit.
                let tried: Vec<Vec<String>> = shapes
                    .iter()
                    .map(|shape| {
                        let mut faults = Vec::new();
                        differ(shape, value, &format!("{at}[]"), &mut faults);
                        faults
                    })
                    .collect();
                if !tried.is_empty() && tried.iter().all(|faults| !faults.is_empty()) {
                    faults.extend(tried.into_iter().flatten());
                }
            }
        }
        (Json::String(kind), value) => {
            let fits = match kind.as_str() {
                "string" => value.is_string(),
                "integer" => value.is_i64() || value.is_u64(),
                "boolean" => value.is_boolean(),
                _ => false,
            };
            if !fits {
                faults.push(format!("{at}: {value} is no {kind}"));
            }
        }
        _ => faults.push(format!("{at}: {value} in place of {shape}")),
    }
}

/// Where a document's values stand that are not null, `[]` for an element; what is null there tells no type.
fn typed(shape: &Json, at: &str, found: &mut BTreeSet<String>) {
    match shape {
        Json::Object(shape) => shape.iter().for_each(|(key, shape)| typed(shape, &format!("{at}.{key}"), found)),
        Json::Array(shapes) => shapes.iter().for_each(|shape| typed(shape, &format!("{at}[]"), found)),
        Json::String(null) if null == "null" => {}
        _ => {
            found.insert(at.to_owned());
        }
    }
}

/// The same of values of ours.
fn valued(value: &Json, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Json::Object(value) => value.iter().for_each(|(key, value)| valued(value, &format!("{at}.{key}"), found)),
        Json::Array(values) => values.iter().for_each(|value| valued(value, &format!("{at}[]"), found)),
        Json::Null => {}
        _ => {
            found.insert(at.to_owned());
        }
    }
}

/// What is null in a document has to be described as something that may be null.
fn nullable(root: &Json, schema: &Json, shape: &Json, at: &str, faults: &mut Vec<String>) {
    if *shape == "null" {
        return check(root, schema, &Json::Null, at, faults);
    }
    if let Some(name) = schema["$ref"].as_str() {
        let found = root.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name} is not there"));
        return nullable(root, found, shape, at, faults);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let schema = any.iter().find(|schema| schema["type"] != "null").expect("more than nothing");
        return nullable(root, schema, shape, at, faults);
    }
    match shape {
        Json::Object(shape) => {
            for (key, shape) in shape {
                nullable(root, &schema["properties"][key], shape, &format!("{at}.{key}"), faults);
            }
        }
        Json::Array(shapes) => {
            shapes.iter().for_each(|shape| nullable(root, &schema["items"], shape, &format!("{at}[]"), faults));
        }
        _ if schema.is_null() => faults.push(format!("{at} is not described")),
        _ => {}
    }
}

async fn item_3_the_shapes_are_those_of_the_document(kind: Store) {
    let house = House::demonstrated(kind).await;
    for filled in [
        "\"user\" SET avatar_content_type = 'image/png', avatar_url = 'https://files.example.org/a/1.png'",
        "org_unit SET photo_content_type = 'image/png', photo_url = 'https://files.example.org/p/1.png'",
        "activity SET description = 'What to do', alternative_source_ref = 'S-1'",
        "worker SET pincode_hash = 'no hash'",
        "membership SET job_roles = '[\"AUDITOR\"]'",
    ] {
        house.meddle(&format!("UPDATE {filled}")).await;
    }
    let shapes: Vec<Json> =
        serde_json::from_str(include_str!("../golden/shapes/action_audit.json")).expect("the shapes");
    assert_eq!(shapes.len(), 18);
    let document = house.get("/docs/action-audit/openapi.json", "").await.json();
    let (mut faults, mut wanted, mut met) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for shape in &shapes {
        let path = shape["path"].as_str().expect("a path");
        typed(&shape["shape"], path, &mut wanted);
        let described = &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        nullable(&document, described, &shape["shape"], path, &mut faults);
        let resource = path.trim_start_matches("/xapi/v1/").split(['/', '.']).next().expect("a resource");
        let rows = rows(&house, resource, "?limit=1000").await;
        if !path.contains("{uuid}") {
            let seen = list(&house, resource, "?limit=100").await.json();
            differ(&shape["shape"], &seen, path, &mut faults);
            valued(&seen, path, &mut met);
            continue;
        }
        for row in rows.iter().take(40) {
            let seen = house.get(row["links"]["show"].as_str().expect("an address"), &house.key()).await.json();
            // The document's person is a worker, too; `item 7` is about the others.
            if resource != "users" || !seen["data"]["worker"].is_null() {
                differ(&shape["shape"], &seen, path, &mut faults);
                valued(&seen, path, &mut met);
            }
        }
    }
    // Nothing was like the document only because it was missing.
    faults.extend(wanted.difference(&met).map(|at| format!("{at}: no record has a value")));
    faults.sort();
    faults.dedup();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

async fn item_6_what_is_missing_is_null_and_what_is_empty_is_a_list(kind: Store) {
    let house = House::demonstrated(kind).await;
    house.meddle("DELETE FROM activity WHERE idea_id IS NOT NULL").await;
    house
        .meddle(
            "UPDATE idea SET org_unit_id = NULL, creator_id = NULL, assignee_id = NULL, originator_id = NULL, \
             worker_creator_id = NULL, ap_owner_id = NULL, ap_assignee_id = NULL",
        )
        .await;
    let idea = record(&house, &rows(&house, "ideas", "?limit=1").await[0]).await;
    for key in ["orgcell", "creator", "assignee", "originator", "worker_creator", "ap_owner", "ap_assignee"] {
        assert_eq!(idea.get(key), Some(&Json::Null), "{key}");
    }
    assert_eq!(idea["activities"], serde_json::json!([]));
}

fn links(value: &Json, found: &mut BTreeSet<String>) {
    match value {
        Json::Object(object) => {
            for (key, value) in object {
                if key == "links" {
                    let links = value.as_object().expect("links").values();
                    found.extend(links.map(|link| link.as_str().expect("an address").to_owned()));
                } else {
                    links(value, found);
                }
            }
        }
        Json::Array(array) => array.iter().for_each(|value| links(value, found)),
        _ => {}
    }
}

async fn item_8_every_link_leads_somewhere(kind: Store) {
    let house = House::demonstrated(kind).await;
    let mut found = BTreeSet::new();
    for resource in RESOURCES {
        let list = list(&house, resource, "?limit=4").await.json();
        links(&list["data"], &mut found);
        for row in list["data"].as_array().expect("rows") {
            links(&record(&house, row).await, &mut found);
        }
    }
    assert!(found.len() > 60, "{}", found.len());
    for link in found {
        assert_eq!(house.get(&link, &house.key()).await.status, 200, "{link}");
    }
}

async fn uuids(house: &House, sql: &str) -> BTreeSet<String> {
    let cells = house.ask(Kind::Uuid, sql).await;
    cells.iter().filter_map(Cell::as_uuid).map(|uuid| uuid.to_string()).collect()
}

async fn item_11_12_13_what_is_listed(kind: Store) {
    let house = House::demonstrated(kind).await;
    for (resource, table, only) in [
        ("workers", "worker", ""),
        ("orgcells", "org_unit", ""),
        ("action_plans", "action_plan", ""),
        ("activities", "activity", ""),
        ("audits", "audit", ""),
        ("audit_areas", "audit_area", ""),
        ("ideas", "idea", ""),
        ("templates", "template", " AND kind = 'ACTION_PLAN'"),
    ] {
        let sql = format!("SELECT uuid FROM {table} WHERE organization_id = {HARBOUR}{only}");
        let all = uuids(&house, &sql).await;
        let seen = list(&house, resource, "?limit=1000&columns=uuid").await;
        assert_eq!(seen.header("x-total-count"), Some(all.len().to_string()), "{resource}");
        let listed = seen.json()["data"].as_array().expect("rows").clone();
        let shown: BTreeSet<String> = texts(&listed, "uuid").into_iter().collect();
        assert!(shown.is_subset(&all) && shown.len() == all.len().min(1_000), "{resource}");
    }
    for parent in ["action_plan_id", "audit_id", "idea_id"] {
        let sql = format!("SELECT uuid FROM activity WHERE organization_id = {HARBOUR} AND {parent} IS NOT NULL");
        assert!(!uuids(&house, &sql).await.is_empty(), "{parent}");
    }
    for asset in ["PRODUCT", "LOCATION"] {
        let sql =
            format!("SELECT uuid FROM audit WHERE organization_id = {HARBOUR} AND asset_kind = '{asset}' ORDER BY id");
        let audit = uuids(&house, &sql).await.into_iter().next().expect("an audit of that kind");
        assert_eq!(house.get(&format!("/xapi/v1/audits/{audit}.json"), &house.key()).await.status, 200);
    }
}
