//! Every state of an audit in the words of every surface, cell by cell, in lists, in records and in filters.

use std::collections::BTreeSet;

use audit_gateway::domain::db::Store;
use serde_json::{Value as Json, json};

use super::{SURFACES, Town, WORDS, name_of, name_of_node, seeing, state_of};
use crate::store::on_both_stores;

on_both_stores!(every_state_has_the_word_of_every_surface);

/// The steps that lead to a state; to GENERATING none leads from outside.
fn steps(state: &str) -> &'static [&'static str] {
    match state {
        "CREATED" => &[],
        "IN_PROGRESS" | "GENERATING" => &["startAudit"],
        "IN_REVIEW" => &["startAudit", "submitAudit"],
        "RECOUNT" => &["startAudit", "submitAudit", "requestRecount"],
        "READY_TO_CLOSE" => &["startAudit", "submitAudit", "markReadyToClose"],
        "CLOSED" => &["startAudit", "submitAudit", "closeAudit"],
        "CANCELED" => &["cancelAudit"],
        other => panic!("{other} is no state"),
    }
}

/// Brings a new audit of an asset into a state.
async fn bring(town: &Town, asset: &Json, state: &str, reason: &Json) -> Json {
    let is_counted = asset["kind"] == "LOCATION";
    let input = json!({ "name": state, "assetId": asset["id"], "countStock": is_counted, "updateInventory": false });
    let gives = "audit { id uuid legacyId countTasks(first: 1) { nodes { id } } }";
    let made = town.make("createAudit", input, gives).await["audit"].clone();
    for step in steps(state) {
        if is_counted && *step == "submitAudit" {
            let task = &made["countTasks"]["nodes"][0]["id"];
            town.make("recordCount", json!({ "id": task, "countedQty": "1", "reasonCodeId": reason }), "").await;
        }
        town.make(step, json!({ "id": made["id"] }), "").await;
    }
    if state == "GENERATING" {
        town.house.meddle(&format!("UPDATE audit SET state = 'GENERATING' WHERE id = {}", made["legacyId"])).await;
    }
    let node = town.audit("graphql", &made).await;
    assert_eq!(node["state"], state);
    node
}

/// What a filter by a surface's word lets through of some audits.
async fn passing(town: &Town, surface: &str, word: &str, nodes: &[(&str, Json)]) -> BTreeSet<String> {
    let key = if surface == "auditcomply" { "state" } else { "status" };
    let rows = town.list(surface, &format!("&{key}={word}")).await;
    let passed = |node: &Json| rows.iter().any(|row| name_of(surface, row) == name_of_node(surface, node));
    nodes.iter().filter(|(_, node)| passed(node)).map(|(state, _)| (*state).to_owned()).collect()
}

async fn every_state_has_the_word_of_every_surface(kind: Store) {
    let town = Town::open(kind).await;
    let reason = town.make("createReasonCode", json!({ "code": "GONE", "name": "Gone" }), "reasonCode { id }").await;
    for kind in ["PRODUCT", "LOCATION", "SITE"] {
        let asset = town.asset(kind, &format!("states-{}", kind.to_lowercase())).await;
        if kind == "LOCATION" {
            town.stock(&asset).await;
        }
        let mut nodes = Vec::new();
        for [state, ..] in WORDS {
            nodes.push((state, bring(&town, &asset, state, &reason["reasonCode"]["id"]).await));
        }
        let lists = town.lists().await;
        for ((state, node), words) in nodes.iter().zip(WORDS) {
            let mut seen = Vec::new();
            for (surface, word) in SURFACES.into_iter().zip(words) {
                let Some(rows) = town.sight(&lists, surface, node).await else { continue };
                assert_eq!(rows.map(|row| state_of(surface, &row)), [word, word], "{surface} of {kind} in {state}");
                seen.push(surface);
            }
            assert_eq!(seen, seeing(Some(kind)), "{state}");
        }
        // A word stands for all its states where it is asked for.
        for surface in seeing(Some(kind)).into_iter().filter(|surface| ["auditcomply", "packagex"].contains(surface)) {
            let column = SURFACES.iter().position(|known| *known == surface).expect("a surface");
            for word in WORDS.map(|row| row[column]) {
                let meant = WORDS.iter().filter(|row| row[column] == word).map(|row| row[0].to_owned()).collect();
                assert_eq!(passing(&town, surface, word, &nodes).await, meant, "{surface} {word}");
            }
        }
    }
}
