//! The way over to GraphQL: the queries that answers lead to give the same audits, in the same order, with the same values.

use audit_gateway::domain::cx::Role;
use audit_gateway::domain::db::Store;
use audit_gateway::rest::packagex::{ident, queries};
use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::site::{AUDIT, Reply, Site, audit, id};
use crate::fixture::Org;
use crate::rest::surfaces::word;
use crate::store::on_both_stores;

on_both_stores!(lists_and_records_lead_to_the_same_values_in_graphql);

/// The query that an answer leads to.
fn query(reply: &Reply) -> String {
    let link = reply.header("link").expect("a link");
    let address = link.strip_prefix("</graphiql?").and_then(|rest| rest.split_once('>')).expect("GraphiQL").0;
    assert!(link.contains("rel=\"alternate\""), "{link}");
    let (_, query) = form_urlencoded::parse(address.as_bytes()).next().expect("a query");
    query.into_owned()
}

async fn nodes(site: &Site, query: &str) -> Vec<Json> {
    let caller = Org::Harbour.caller(Role::Member);
    let answer =
        crate::graphql::ask(&crate::graphql::service(), &site.store.db, &caller, query, Json::Null).await.json();
    assert!(answer.get("errors").is_none(), "{query}: {}", answer["errors"]);
    let connection = answer["data"].as_object().and_then(|data| data.values().next()).expect("a connection");
    connection["nodes"].as_array().expect("nodes").clone()
}

fn named(prefix: &str, value: &Json) -> Json {
    match value.as_str() {
        Some(uuid) => ident::write(prefix, Uuid::parse_str(uuid).expect("a uuid")).into(),
        None => Json::Null,
    }
}

fn second(value: &Json) -> Json {
    match value.as_str() {
        Some(instant) => instant.parse::<DateTime<Utc>>().expect("an instant").timestamp().into(),
        None => Json::Null,
    }
}

fn quantity(value: &Json) -> Json {
    value.as_str().map_or(Json::Null, |text| {
        serde_json::from_str(&text.parse::<f64>().expect("a number").to_string()).expect("a number")
    })
}

fn float(value: &Json) -> Json {
    value.as_f64().map_or(Json::Null, |number| serde_json::from_str(&number.to_string()).expect("a number"))
}

/// A node of GraphQL as this interface shows it; the organization is the key's.
pub fn shown(node: &Json, organization: &str) -> Json {
    let word = word("packagex", node["state"].as_str().expect("a state"));
    let asset = &node["asset"];
    let auditor = &node["auditor"];
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let assignee = if auditor.is_null() {
        Json::Null
    } else {
        json!({
            "object": "contact", "id": named("ctct_", &auditor["uuid"]), "organization_id": organization,
            "name": auditor["name"], "email": text(&auditor["email"]), "phone": text(&auditor["mobile"]),
            "created_at": second(&auditor["createdAt"]), "updated_at": second(&auditor["updatedAt"]),
        })
    };
    let tasks = node["countTasks"]["nodes"].as_array().expect("tasks").iter().map(|task| {
        json!({
            "object": "audit_task", "id": named("audtsk_", &task["uuid"]), "item_id": named("item_", &task["item"]["uuid"]),
            "layout_id": named("lay_", &task["layout"]["uuid"]), "total_qty": quantity(&task["totalQty"]),
            "counted_qty": quantity(&task["countedQty"]), "discrepancy": quantity(&task["discrepancy"]),
            "reason_code_id": named("rsnc_", &task["reasonCode"]["uuid"]), "created_at": second(&task["createdAt"]),
            "updated_at": second(&task["updatedAt"]),
        })
    });
    let actor = |key: &Json, user: &Json| {
        if key.is_null() { named("user_", &user["uuid"]) } else { named("key_", &key["uuid"]) }
    };
    json!({
        "object": "audit", "id": named("audit_", &node["uuid"]), "organization_id": organization, "number": node["number"],
        "location": {
            "object": "location", "id": named("loc_", &asset["uuid"]), "organization_id": organization, "name": asset["name"],
            "created_at": second(&asset["createdAt"]), "updated_at": second(&asset["updatedAt"]),
        },
        "status": word, "priority": text(&node["priority"]).to_lowercase(), "assignee": assignee,
        "tasks": tasks.collect::<Vec<_>>(), "by_item": {}, "by_layout": {}, "feedback": node["feedback"],
        "complete_at": second(&node["completeBy"]), "finished_at": second(&node["finishedAt"]), "overdue": node["overdue"],
        "update_inventory": node["updateInventory"], "metadata": node["metadata"], "created_at": second(&node["createdAt"]),
        "updated_at": second(&node["updatedAt"]), "created_by": actor(&node["createdByKey"], &node["creator"]),
        "updated_by": actor(&node["updatedByKey"], &node["updatedByUser"]),
    })
}

/// Numbers as one spelling: GraphQL has exact decimals as texts.
pub fn plain(mut row: Json) -> Json {
    for task in row["tasks"].as_array_mut().expect("tasks") {
        for key in ["total_qty", "counted_qty", "discrepancy"] {
            task[key] = float(&task[key]);
        }
    }
    row
}

async fn lists_and_records_lead_to_the_same_values_in_graphql(kind: Store) {
    let site = Site::new(kind).await;
    site.audits(vec![
        (
            1101,
            "A-1",
            json!({ "created_by_key_id": 1011, "updated_by_user_id": 1001, "complete_by": "2026-01-01T00:00:00.5Z",
            "created_at": "2026-02-01T00:00:00Z", "metadata": { "b": 1, "a": "x" }, "priority": 3 }),
        ),
        (
            1102,
            "A-2",
            json!({ "creator_id": 1002, "created_at": "2026-02-03T00:00:00Z", "state": "CLOSED", "auditor_id": 1001,
            "finished_at": "2026-02-04T00:00:00.9Z", "feedback": "well", "update_inventory": false }),
        ),
    ])
    .await;
    let organization = id(ident::ORGANIZATION, "organization", 1);
    for path in ["/v1/audits", "/v1/audits?order_by=priority&direction=asc", "/v1/audits?limit=2"] {
        let reply = site.get(path).await;
        let rows: Vec<Json> = reply.data().as_array().expect("rows").iter().cloned().map(plain).collect();
        let found = nodes(&site, &query(&reply)).await;
        let found: Vec<Json> = found.iter().map(|node| shown(node, &organization)).collect();
        assert_eq!(found, rows, "{path}");
        assert!(rows.len() > 1);
    }
    let reply = site.get(&format!("/v1/audits/{}", audit(AUDIT))).await;
    let found = nodes(&site, &query(&reply)).await;
    assert_eq!(shown(&found[0], &organization), plain(reply.data()));
    // A part of the list has no query of its own.
    assert!(site.get("/v1/audits?status=created").await.header("link").is_none());
}

#[test]
fn the_documentation_shows_the_queries() {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/dialects/packagex.md")).expect("text");
    for query in queries() {
        assert!(text.contains(&format!("```graphql\n{query}\n```")), "the documentation should have:\n\n{query}");
    }
}
