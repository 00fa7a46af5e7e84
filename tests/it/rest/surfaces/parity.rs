//! The same question through every surface: the same rows, in the same order, with the same values.

use std::collections::BTreeSet;

use audit_gateway::domain::db::Store;
use audit_gateway::rest::packagex::ident;
use chrono::TimeDelta;
use serde_json::{Value as Json, json};

use super::{Town, name_of, name_of_node};
use crate::fixture::clock;
use crate::rest::{ablebase, action_audit, auditcomply, folio, packagex};
use crate::store::on_both_stores;

on_both_stores!(every_surface_gives_the_same_audits, graphql_and_folio_give_the_same_events);

/// Compares all that a surface shows of an audit with what GraphQL has.
pub fn same(town: &Town, surface: &str, row: &Json, node: &Json) {
    match surface {
        "auditcomply" => auditcomply::values::same("audits", row, node, &mut BTreeSet::new()),
        "action_audit" => assert!(action_audit::native::same("audits", row, node) > 20, "{row}"),
        "ablebase" => assert_eq!(*row, ablebase::native::shown(row, node)),
        "packagex" => {
            let organization = ident::write(ident::ORGANIZATION, town.organization);
            assert_eq!(packagex::native::plain(row.clone()), packagex::native::shown(node, &organization));
        }
        _ => assert_eq!(row, node),
    }
}

async fn every_surface_gives_the_same_audits(kind: Store) {
    let town = Town::open(kind).await;
    // Of each surface, the order that it can be asked for, as GraphQL says it.
    let by_creation = "{field: CREATED_AT, direction: ASC}, {field: UUID, direction: ASC}";
    let by_change = "{field: UPDATED_AT, direction: DESC}, {field: UUID, direction: ASC}";
    let (all, products) = (json!({}), json!({ "asset": { "kind": { "eq": "PRODUCT" }, "archived": { "eq": false } } }));
    let locations = json!({ "asset": { "kind": { "eq": "LOCATION" } } });
    let by_id = "{field: LEGACY_ID, direction: ASC}";
    let latest = "{field: CREATED_AT, direction: DESC}, {field: LEGACY_ID, direction: DESC}";
    let oldest = "{field: CREATED_AT, direction: ASC}, {field: LEGACY_ID, direction: ASC}";
    for (surface, query, filter, order) in [
        ("auditcomply", "", &all, by_id),
        ("action_audit", "&sort_by=created_at", &all, by_creation),
        ("action_audit", "&sort_by=updated_at&sort_dir=desc", &all, by_change),
        ("ablebase", "", &products, "{field: ASSET_SEQUENCE, direction: DESC}"),
        ("packagex", "", &locations, latest),
        ("packagex", "&order_by=created_at&direction=asc", &locations, oldest),
    ] {
        let (rows, mut nodes) = (town.list(surface, query).await, town.audits(filter.clone(), order).await);
        if surface == "ablebase" {
            ablebase::native::in_order(&mut nodes);
        }
        let (here, there): (Vec<Json>, Vec<Json>) = (
            rows.iter().map(|row| name_of(surface, row)).collect(),
            nodes.iter().map(|node| name_of_node(surface, node)).collect(),
        );
        assert_eq!(here, there, "{surface} {query}");
        assert!(rows.len() > 3, "{surface}: {}", rows.len());
        rows.iter().zip(&nodes).for_each(|(row, node)| same(&town, surface, row, node));
    }
}

async fn graphql_and_folio_give_the_same_events(kind: Store) {
    let mut town = Town::open(kind).await;
    let supplier = town.asset("SUPPLIER", "mill").await;
    for (minute, name) in [(1, "Mill"), (2, "Old mill")] {
        // Events of one instant have no order that both would say.
        town.house.at(clock().now() + TimeDelta::minutes(minute));
        town.make("updateAsset", json!({ "id": supplier["id"], "name": name }), "asset { id }").await;
    }
    let order = "0b7c5a52-4f0e-4b0e-9d36-5f1c1e6f7a01";
    let event = |action: &str, second: u32| {
        let at = format!("2026-01-02T03:04:{second:02}.250125Z");
        json!({ "type": "ORDER", "action": action, "entityId": order, "actionDate": at, "eventDate": at, "snapshot": { "n": second } })
    };
    let events = json!({ "events": [event("CREATE", 1), event("EDIT", 2), event("EDIT", 3), event("DELETE", 4)] });
    assert_eq!(town.make("recordAcquisitionEvents", events, "inserted").await["inserted"], 4);
    let query = "query($uuid: UUID!, $direction: OrderDirection!) { changeEvents(first: 9, filter: {entityUuid: {eq: $uuid}}, \
                 orderBy: [{field: ACTION_DATE, direction: $direction}]) { totalCount nodes { uuid entityType action entityUuid \
                 parentUuid userUuid eventDate actionDate snapshot snapshotAfter snapshotBefore extra } } }";
    for (word, uuid, least) in
        [("organization", supplier["uuid"].as_str().expect("an identifier"), 3), ("order", order, 4)]
    {
        for direction in ["asc", "desc"] {
            let path = format!("/audit-data/acquisition/{word}/{uuid}?sortBy=action_date&sortOrder={direction}");
            let told = town.done("folio", "GET", &path, None).await;
            let variables = json!({ "uuid": uuid, "direction": direction.to_uppercase() });
            let events = town.graphql(query, variables).await["changeEvents"].clone();
            let nodes = events["nodes"].as_array().expect("events").iter();
            let nodes: Vec<Json> = nodes.map(|node| folio::native::shown(word, node)).collect();
            assert!(nodes.len() >= least, "{word}: {events}");
            assert_eq!(told, json!({ folio::collection(word): nodes, "totalItems": events["totalCount"] }), "{path}");
        }
    }
}
