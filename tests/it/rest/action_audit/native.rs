//! The same data through GraphQL: the queries that answers lead to give the same rows, in the same order, with the same
//! values; the documentation holds them.

use std::collections::BTreeSet;

use audit_gateway::domain::db::Store;
use axum::body::Body;
use axum::http::Request;
use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value as Json, json};

use super::{House, RESOURCES, list, rows, texts};
use crate::rest::Seen;
use crate::rest::surfaces::word;
use crate::store::on_both_stores;

on_both_stores!(lists_are_the_same_in_graphql, records_are_the_same_in_graphql);

/// The query that an answer leads to.
fn query_of(seen: &Seen) -> String {
    let links = seen.header("link").expect("links");
    let link = links.lines().last().expect("the last line");
    assert!(link.ends_with("; rel=\"alternate\"; type=\"text/html\"; title=\"GraphQL\""), "{link}");
    assert!(link.len() < 4_096, "{} bytes", link.len());
    let target = link.trim_start_matches("</graphiql?").split('>').next().expect("a target");
    let (name, query) = form_urlencoded::parse(target.as_bytes()).next().expect("a query");
    assert_eq!(name, "query");
    query.into_owned()
}

async fn ask(house: &House, query: &str) -> Vec<Json> {
    let token = house.sign_in("mia.member").await;
    let request = Request::post("/graphql").header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {token}"));
    let body = Body::from(json!({ "query": query }).to_string());
    let seen = house.send(request.body(body).expect("a request")).await.json();
    assert_eq!(seen.get("errors"), None, "{query}\n{seen}");
    let data = seen["data"].as_object().expect("data").values().next().expect("a list").clone();
    data["nodes"].as_array().expect("nodes").clone()
}

/// Where GraphQL has a field under another name.
fn name_of(resource: &str, key: &str) -> String {
    let told = match (resource, key) {
        (_, "ordr") => "order",
        (_, "friendly_ordr") => "friendlyOrder",
        ("audits", "stage") => "state",
        ("audits", "work_progress") => "workProgress",
        (_, "work_progress") => "progress",
        ("templates", "version") => "edition",
        (_, "ap_start_date") => "correctivePlanStartDate",
        (_, "ap_due_date") => "correctivePlanDueDate",
        (_, "avatar_file_url") => "avatarUrl",
        (_, "photo_file_url") => "photoUrl",
        (_, "audit_started_at") => "startedAt",
        (_, "audit_finished_at") => "completedAt",
        (_, "idea_type") => "type",
        _ => "",
    };
    if !told.is_empty() {
        return told.to_owned();
    }
    let mut words = key.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
}

/// A value of GraphQL as this interface shows it.
fn shown(resource: &str, key: &str, node: &Json) -> Json {
    let value = &node[&name_of(resource, key)];
    match (resource, key, value) {
        ("audits", "subject", _) => if node["title"].is_null() { &node["name"] } else { &node["title"] }.clone(),
        ("audits", "stage", Json::String(state)) => word("action_audit", state).into(),
        ("audits", "status", _) => json!("active"),
        ("users", "roles", _) => {
            let held = node["memberships"][0]["jobRoles"].as_array().cloned().unwrap_or_default();
            let order = ["admin", "manager", "initiator", "auditor", "audit_manager", "audit_initiator"];
            let held: Vec<String> = held.iter().map(|role| role.as_str().expect("a role").to_lowercase()).collect();
            order.into_iter().filter(|role| held.iter().any(|held| held == role)).collect()
        }
        (_, "score_main" | "score_alternative", Json::String(score)) => {
            let score: Decimal = score.parse().expect("a decimal");
            let whole = score.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
            i64::try_from(whole).expect("a number").into()
        }
        (_, "total_points" | "total_effective_points", Json::String(points)) => {
            let points = points.parse::<Decimal>().expect("a decimal").normalize().to_string();
            if points.contains('.') { points.into() } else { format!("{points}.0").into() }
        }
        (_, "status" | "cell_type", Json::String(word)) => word.to_lowercase().into(),
        (_, "email" | "remarks" | "description", Json::Null)
            if ["users", "workers", "audit_areas"].contains(&resource) =>
        {
            json!("")
        }
        (_, key, Json::String(instant)) if key.ends_with("_at") => {
            let instant: DateTime<Utc> = instant.parse().expect("an instant");
            instant.to_rfc3339_opts(SecondsFormat::Millis, true).into()
        }
        (_, _, value) => value.clone(),
    }
}

/// Compares all fields of a row; gives their number.
pub fn same(resource: &str, row: &Json, node: &Json) -> usize {
    // What GraphQL leaves to its clients: the share of an activity's days that had passed.
    let derived = |key: &str| resource == "activities" && key == "time_progress";
    let fields = row.as_object().expect("a row").iter();
    let fields = fields.filter(|(key, value)| {
        *key != "links" && (!value.is_object() || value.is_null()) && *key != "activities" && !derived(key)
    });
    let mut count = 0;
    for (key, value) in fields {
        let is_inside = ["orgcell", "worker", "parent", "creator", "assignee", "template", "new_assignee"];
        let is_inside = is_inside.contains(&key.as_str()) || key.starts_with("ap_own") || key.starts_with("ap_ass");
        if is_inside
            || ["audited_worker", "audit_area", "originator", "worker_creator", "area_leader"].contains(&key.as_str())
            || key.starts_with("target_")
        {
            continue;
        }
        assert_eq!(*value, shown(resource, key, node), "{resource} {key} of {node}");
        count += 1;
    }
    count
}

async fn lists_are_the_same_in_graphql(kind: Store) {
    let house = House::demonstrated(kind).await;
    for resource in RESOURCES {
        let total: usize = list(&house, resource, "?limit=0")
            .await
            .header("x-total-count")
            .expect("a total")
            .parse()
            .expect("a number");
        // One less than all: only a list with another page leads anywhere.
        let limit = (total - 1).min(200);
        for order in ["", "&sort_dir=desc", "&sort_by=updated_at"] {
            let seen = list(&house, resource, &format!("?limit={limit}{order}")).await;
            let rows = seen.json()["data"].as_array().expect("rows").clone();
            let nodes = ask(&house, &query_of(&seen)).await;
            assert_eq!(texts(&rows, "uuid"), texts(&nodes, "uuid"), "{resource}{order}");
            let compared: usize = rows.iter().zip(&nodes).map(|(row, node)| same(resource, row, node)).sum();
            assert!(compared >= 6 * rows.len() && !rows.is_empty(), "{resource}: {compared}");
        }
    }
}

fn uuids(value: &Json, found: &mut BTreeSet<String>) {
    match value {
        Json::Object(object) => {
            found.extend(object.get("uuid").and_then(Json::as_str).map(ToOwned::to_owned));
            object.values().for_each(|value| uuids(value, found));
        }
        Json::Array(array) => array.iter().for_each(|value| uuids(value, found)),
        _ => {}
    }
}

async fn records_are_the_same_in_graphql(kind: Store) {
    let house = House::demonstrated(kind).await;
    for resource in RESOURCES {
        for row in rows(&house, resource, "?limit=6&sort_by=updated_at").await {
            let address = row["links"]["show"].as_str().expect("an address");
            let seen = house.get(address, &house.key()).await;
            let record = seen.json()["data"].clone();
            let nodes = ask(&house, &query_of(&seen)).await;
            assert_eq!(nodes.len(), 1, "{address}");
            assert!(same(resource, &record, &nodes[0]) >= 6);
            let (mut here, mut there) = (BTreeSet::new(), BTreeSet::new());
            uuids(&record, &mut here);
            uuids(&nodes[0], &mut there);
            assert!(here.is_subset(&there), "{address}: {here:?} {there:?}");
            if let Some(activities) = record["activities"].as_array() {
                let nodes = nodes[0]["activities"]["nodes"].as_array().expect("activities");
                assert_eq!(texts(activities, "uuid"), texts(nodes, "uuid"), "{address}");
            }
        }
    }
}

on_both_stores!(the_documentation_holds_every_query);

/// Of every list and record, as the description of the interface has it.
async fn the_documentation_holds_every_query(kind: Store) {
    let house = House::demonstrated(kind).await;
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let documented = include_str!("../../../../docs/dialects/action-audit.md").split("```graphql\n").skip(1);
    let documented: Vec<String> = documented.map(|rest| words(rest.split("```").next().expect("a block"))).collect();
    let document = house.get("/docs/action-audit/openapi.json", "").await.json();
    let paths = document["paths"].as_object().expect("paths");
    assert_eq!(documented.len(), paths.len());
    for (path, methods) in paths {
        let query = words(methods["get"]["x-graphql"].as_str().expect("a query"));
        assert!(documented.contains(&query), "{path} is not documented as\n{query}");
    }
}
