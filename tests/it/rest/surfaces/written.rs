//! Audits written through each surface that can write one, read through every surface that lists it.

use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::db::Store;
use audit_gateway::rest::packagex::ident;
use serde_json::{Value as Json, json};

use super::parity::same;
use super::{SURFACES, Town, seeing, state_of, word};
use crate::store::on_both_stores;

on_both_stores!(what_one_surface_writes_every_other_shows);

/// All kinds of assets.
const KINDS: [&str; 7] = ["SITE", "AREA", "EQUIPMENT", "PRODUCT", "LOCATION", "SUPPLIER", "OTHER"];

/// What writes audits, and of which assets: those of each kind, or none.
fn writers() -> Vec<(&'static str, Option<&'static str>)> {
    let any = || KINDS.into_iter().map(Some).chain([None]);
    let mut writers: Vec<_> = any().map(|kind| ("graphql", kind)).collect();
    writers.extend(any().map(|kind| ("auditcomply", kind)));
    writers.extend([("ablebase", Some("PRODUCT")), ("packagex", Some("LOCATION"))]);
    writers
}

/// Writes an audit through a surface; gives it as the surface answers.
async fn write(town: &Town, surface: &str, asset: &Json) -> Json {
    match surface {
        "graphql" => {
            let input = json!({
                "name": "Cold \u{1f9ca} store", "title": "Yearly", "description": "Two\nlines", "assetId": asset["id"],
                "priority": "HIGH", "dueDate": "2026-05-31", "completeBy": "2026-05-31T22:30:00.125Z", "scoreMain": "87.5",
                "metadata": { "shift": "night", "line": "3" }, "latitude": 53.5438, "notes": "As before", "layer": 2,
            });
            town.make("createAudit", input, "audit { uuid state }").await["audit"].clone()
        }
        "auditcomply" => {
            let body = json!({
                "name": "Press line", "auditor": { "username": "mia.member" }, "asset_id": asset["legacyId"],
                "status": "Begun", "status_color": "#0a0", "latitude": 47.5, "longitude": -0.25, "device": "IPAD",
                "signature": "https://files.example.org/s/1.png", "notes": "Second shift", "compliant": true,
            });
            town.done(surface, "POST", "/audits/", Some(body)).await
        }
        "ablebase" => {
            let slug = asset["slug"].as_str().expect("a short name");
            let path = format!("/v1/organizations/{}/products/{slug}/audits", town.organization);
            let body = json!({ "type": "small_scope", "title": "Spring", "description": "Forms only" });
            town.done(surface, "POST", &path, Some(body)).await["audit"].clone()
        }
        "packagex" => {
            let uuid = asset["uuid"].as_str().and_then(|text| text.parse().ok()).expect("an identifier");
            let body = json!({
                "location_id": ident::write(ident::LOCATION, uuid), "priority": "high", "complete_at": 1_780_000_000,
                "metadata": { "zone": "A" },
            });
            town.done(surface, "POST", "/v1/audits", Some(body)).await["data"].clone()
        }
        _ => panic!("{surface} writes no audits"),
    }
}

async fn what_one_surface_writes_every_other_shows(kind: Store) {
    let town = Town::open(kind).await;
    let mut written = Vec::new();
    for (number, (surface, kind)) in writers().into_iter().enumerate() {
        let asset = match kind {
            Some(kind) => town.asset(kind, &format!("{}-{number}", kind.to_lowercase())).await,
            None => Json::Null,
        };
        if kind == Some("LOCATION") {
            town.stock(&asset).await;
        }
        let told = write(&town, surface, &asset).await;
        let node = town.audit(surface, &told).await;
        assert_eq!(state_of(surface, &told), word(surface, node["state"].as_str().expect("a state")));
        assert_eq!((&node["asset"]["uuid"], node["asset"]["kind"].as_str()), (&asset["uuid"], kind));
        if surface != "graphql" {
            same(&town, surface, &told, &node);
        }
        written.push((surface, kind, node));
    }
    let lists = town.lists().await;
    for (writer, kind, node) in written {
        let mut seen = Vec::new();
        for surface in SURFACES {
            let Some(rows) = town.sight(&lists, surface, &node).await else { continue };
            rows.iter().for_each(|row| same(&town, surface, row, &node));
            seen.push(surface);
        }
        assert_eq!(seen, seeing(kind), "{kind:?} written by {writer}");
        town.folio_knows_nothing_of(&node["uuid"]).await;
        let told = format!(
            "SELECT surface FROM change_event WHERE entity_type = 'audit' AND entity_uuid = (SELECT uuid FROM audit WHERE id = {})",
            node["legacyId"]
        );
        assert_eq!(town.house.ask(Kind::Text, &told).await, [Cell::from(writer)]);
    }
}
