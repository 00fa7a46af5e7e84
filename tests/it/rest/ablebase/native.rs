//! The same data through GraphQL: the queries that answers lead to give the same rows, in the same order, with the same
//! values; the documentation holds them.

use audit_gateway::domain::db::Store;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value as Json, json};

use super::Office;
use crate::rest::Seen;
use crate::rest::surfaces::word;
use crate::store::on_both_stores;

on_both_stores!(everything_is_the_same_in_graphql, the_documentation_holds_every_query);

/// The query that an answer leads to.
fn query_of(seen: &Seen) -> String {
    let link = seen.header("link").expect("a link");
    assert!(link.ends_with("; rel=\"alternate\"; type=\"text/html\"; title=\"GraphQL\""), "{link}");
    let target = link.trim_start_matches("</graphiql?").split('>').next().expect("a target");
    let (_, query) = form_urlencoded::parse(target.as_bytes()).next().expect("a query");
    query.into_owned()
}

async fn nodes(office: &Office, query: &str) -> Vec<Json> {
    let token = format!("Bearer {}", office.member);
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    let seen = office.send(("POST", "/graphql"), &headers, json!({ "query": query }).to_string()).await.json();
    assert_eq!(seen.get("errors"), None, "{query}\n{seen}");
    let data = seen["data"].as_object().expect("data").values().next().expect("a list").clone();
    data["nodes"].as_array().expect("nodes").clone()
}

fn millisecond(value: &Json) -> Json {
    let Some(text) = value.as_str() else { return Json::Null };
    let instant: DateTime<Utc> = text.parse().expect("an instant");
    instant.to_rfc3339_opts(SecondsFormat::Millis, true).into()
}

fn lower(value: &Json) -> Json {
    value.as_str().map(str::to_lowercase).into()
}

/// A node of GraphQL as this interface shows it.
pub fn shown(row: &Json, node: &Json) -> Json {
    let mut object = serde_json::Map::new();
    let is_future = row.get("nextAuditDate").is_some();
    for key in row.as_object().expect("a row").keys() {
        let value = match key.as_str() {
            "id" => node["uuid"].clone(),
            "number" if node.get("assetSequence").is_some() => node["assetSequence"].clone(),
            "productId" if node.get("audit").is_some() => node["audit"]["asset"]["uuid"].clone(),
            "productId" => node["asset"]["uuid"].clone(),
            "productName" => node["asset"]["name"].clone(),
            "productSlug" if is_future => node["assetSlug"].clone(),
            "productSlug" => node["asset"]["slug"].clone(),
            "auditId" => node["audit"]["uuid"].clone(),
            "type" | "severity" | "impact" | "effort" | "priority" => lower(&node[key]),
            "status" => word("ablebase", node["state"].as_str().expect("a state")).into(),
            "state" => json!(if node["status"] == "CLOSED" { "closed" } else { "open" }),
            "standardId" => node["standard"]["slug"].clone(),
            "conformanceLevel" => node["conformanceLevel"]["code"].clone(),
            "isOverdue" => node["overdue"].clone(),
            "source" => json!("ablebase"),
            "areas" if node["asset"]["kind"] == "AREA" => json!([area(&node["asset"])]),
            "areas" => json!([]),
            "nextAuditDate" | "lastAuditDate" => millisecond(&node[key]),
            key if key.ends_with("At") => millisecond(&node[key]),
            key => node[key].clone(),
        };
        object.insert(key.clone(), value);
    }
    Json::Object(object)
}

fn area(asset: &Json) -> Json {
    let above = asset["ancestors"].as_array().expect("a way").iter().rev().find(|asset| asset["kind"] == "PRODUCT");
    json!({
        "id": asset["uuid"], "name": asset["name"], "slug": asset["slug"], "description": asset["description"],
        "productId": above.map(|product| product["uuid"].clone()), "archivedAt": millisecond(&asset["archivedAt"]),
        "createdAt": millisecond(&asset["createdAt"]), "updatedAt": millisecond(&asset["updatedAt"]),
    })
}

/// What GraphQL leaves to its clients: among audits of the same number, the order of the products' short names.
pub fn in_order(nodes: &mut [Json]) {
    assert!(nodes.is_sorted_by_key(|node| -node["assetSequence"].as_i64().expect("a number")));
    nodes.sort_by_key(|node| {
        (
            -node["assetSequence"].as_i64().expect("a number"),
            node["asset"]["slug"].as_str().unwrap_or_default().to_owned(),
        )
    });
}

async fn everything_is_the_same_in_graphql(kind: Store) {
    let office = Office::open(kind).await;
    for slug in ["alpha", "beta"] {
        office.product(slug).await;
        office.house.meddle(&format!("UPDATE asset SET audit_frequency_months = 6 WHERE slug = '{slug}'")).await;
        for kind in ["full", "re_audit", "small_scope"] {
            office.begin(slug, &json!({ "type": kind, "title": kind, "status": "completed" })).await;
        }
    }
    office.house.meddle(
        "UPDATE issue SET audit_id = (SELECT a.id FROM audit a JOIN asset p ON p.id = a.asset_id WHERE p.slug = 'web-shop' AND \
         a.asset_sequence = 1), activity_id = NULL, number = 950, asset_id = (SELECT id FROM asset WHERE slug = 'checkout') WHERE id = \
         (SELECT min(id) FROM issue WHERE organization_id = (SELECT organization_id FROM asset WHERE slug = 'web-shop'))",
    )
    .await;
    for (rest, member, least) in [
        ("audits", "audits", 8),
        ("products/web-shop/audits", "audits", 1),
        ("future-audits", "futureAudits", 3),
        ("products/web-shop/audits/1/issues", "issues", 1),
        ("products/web-shop/audits/1", "audit", 1),
    ] {
        let seen = office.ask("GET", rest, "").await;
        let rows = match &seen.json()[member] {
            Json::Array(rows) => rows.clone(),
            row => vec![row.clone()],
        };
        let mut nodes = nodes(&office, &query_of(&seen)).await;
        assert!(nodes.len() == rows.len() && rows.len() >= least, "{rest}: {} {}", nodes.len(), rows.len());
        if rest == "audits" {
            in_order(&mut nodes);
        }
        for (row, node) in rows.iter().zip(&nodes) {
            assert_eq!(*row, shown(row, node), "{rest}");
        }
    }
    // Names with quotes and blanks are asked for as they are.
    office.house.meddle("UPDATE asset SET slug = 'a \"b\\c' WHERE slug = 'alpha'").await;
    let seen = office.ask("GET", "products/a%20%22b%5Cc/audits", "").await;
    assert_eq!(nodes(&office, &query_of(&seen)).await.len(), 3);
}

async fn the_documentation_holds_every_query(kind: Store) {
    let office = Office::open(kind).await;
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let documented = include_str!("../../../../docs/dialects/ablebase.md").split("```graphql\n").skip(1);
    let documented: Vec<String> = documented.map(|rest| words(rest.split("```").next().expect("a block"))).collect();
    let document = office.house.get("/docs/ablebase/openapi.json", "").await.json();
    let mut queries = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        let Some(query) = methods["get"]["x-graphql"].as_str() else { continue };
        queries += 1;
        assert!(documented.contains(&words(query)), "{path} is not documented as\n{}", words(query));
    }
    assert_eq!((queries, documented.len()), (5, 5));
}
