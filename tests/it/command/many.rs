//! Many at once: nothing is lost, nothing happens twice, numbers have no gap (issue 3, acceptance 2).

use std::collections::BTreeSet;
use std::sync::Arc;

use audit_gateway::domain::db::Store;
use futures_util::future::join_all;
use serde_json::{Value as Json, json};

use super::House;
use crate::store::on_both_stores;

on_both_stores!(
    one_of_64_writers_on_a_version_wins,
    audits_made_at_once_are_numbered_without_a_gap,
    one_idempotency_key_from_32_clients_has_one_effect,
    an_audit_costs_the_same_whatever_the_number_of_its_questions,
);

async fn all(house: &Arc<House>, count: usize, name: &'static str, input: Json, gives: &'static str) -> Vec<Json> {
    let sent = (0..count).map(|_| {
        let (house, input) = (Arc::clone(house), input.clone());
        tokio::spawn(async move { house.send("alex.auditor", name, input, gives).await })
    });
    join_all(sent).await.into_iter().map(|done| done.expect("an answer")).collect()
}

async fn asset(house: &House) -> Json {
    let input = json!({ "name": "Press", "kind": "EQUIPMENT" });
    house.make("adam.admin", "createAsset", input, "asset { id }").await["asset"]["id"].clone()
}

async fn one_of_64_writers_on_a_version_wins(kind: Store) {
    let house = Arc::new(House::open(kind).await);
    let asset = asset(&house).await;
    let audit = house.make("alex.auditor", "createAudit", json!({ "assetId": asset }), "audit { id version }").await;
    let id = audit["audit"]["id"].clone();
    for version in 1..=3 {
        let input = json!({ "id": id, "expectedVersion": version, "notes": format!("round {version}") });
        let answers = all(&house, 64, "updateAudit", input, "audit { version }").await;
        let (won, lost): (Vec<&Json>, Vec<&Json>) = answers.iter().partition(|answer| answer["errors"] == Json::Null);
        assert_eq!(won.len(), 1, "{answers:?}");
        assert_eq!(won[0]["data"]["done"]["audit"]["version"], version + 1);
        for answer in lost {
            assert_eq!(answer["errors"][0]["extensions"], json!({ "code": "CONFLICT", "currentVersion": version + 1 }));
        }
    }
}

async fn audits_made_at_once_are_numbered_without_a_gap(kind: Store) {
    let house = Arc::new(House::open(kind).await);
    let asset = asset(&house).await;
    let answers = all(&house, 64, "createAudit", json!({ "assetId": asset }), "audit { assetSequence number }").await;
    let sequences: BTreeSet<i64> =
        answers.iter().filter_map(|answer| answer["data"]["done"]["audit"]["assetSequence"].as_i64()).collect();
    assert_eq!(sequences, (1..=64).collect());
    let gaps = "SELECT CAST(count(*) AS BIGINT) FROM trail_head h WHERE h.last_sequence <> (SELECT count(*) FROM change_event e \
                WHERE e.organization_id = h.organization_id)";
    assert_eq!(house.number(gaps).await, 0, "sequences have no gap");
}

async fn one_idempotency_key_from_32_clients_has_one_effect(kind: Store) {
    let house = Arc::new(House::open(kind).await);
    let input = json!({ "name": "Once", "sku": "ONCE-1", "idempotencyKey": "the key" });
    let answers = all(&house, 32, "createItem", input, "item { id createdAt version }").await;
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer["errors"] == Json::Null), "{answers:?}");
    assert_eq!(house.number("SELECT CAST(count(*) AS BIGINT) FROM item WHERE sku = 'ONCE-1'").await, 1);
    let events = "SELECT CAST(count(*) AS BIGINT) FROM change_event WHERE entity_type = 'item' AND entity_uuid = (SELECT uuid \
                  FROM item WHERE sku = 'ONCE-1')";
    assert_eq!(house.number(events).await, 1);
    let other = json!({ "name": "Twice", "idempotencyKey": "the key" });
    assert_eq!(house.refused("alex.auditor", "createItem", other).await, "CONFLICT");
}

async fn statements(house: &House, name: &str, input: Json, gives: &str) -> (Json, u64) {
    let query = super::document(name, gives);
    let (answer, statements) = house
        .ask_at(audit_gateway::domain::cx::Clock::System.now(), "adam.admin", &query, json!({ "input": input }))
        .await;
    assert_eq!(answer["errors"], Json::Null, "{name}: {answer}");
    assert_eq!(answer["data"]["done"]["userErrors"], json!([]), "{name}: {answer}");
    (answer["data"]["done"].clone(), statements)
}

async fn an_audit_costs_the_same_whatever_the_number_of_its_questions(kind: Store) {
    let house = House::open(kind).await;
    let asset = asset(&house).await;
    let mut costs = Vec::new();
    // SQLite takes many rows in chunks of powers of two.
    for count in [2, 64] {
        let questions: Vec<Json> = (0..count).map(|n| json!({ "subject": format!("Question {n}") })).collect();
        let input = json!({ "name": format!("Of {count}"), "kind": "AUDIT", "questions": questions });
        let template = house.make("adam.admin", "createTemplate", input, "template { id }").await;
        let input = json!({ "assetId": asset, "templateId": template["template"]["id"] });
        let gives = "audit { number activities(first: 100) { totalCount nodes { number subject } } }";
        let (done, cost) = statements(&house, "createAudit", input, gives).await;
        let activities = &done["audit"]["activities"];
        assert_eq!(activities["totalCount"], count);
        let number = done["audit"]["number"].as_str().expect("a number");
        assert_eq!(activities["nodes"][1], json!({ "number": format!("{number}02"), "subject": "Question 1" }));
        costs.push(cost);
    }
    assert_eq!(costs[0], costs[1], "statements of an audit of 2 questions and of one of 64");
    house.assert_told().await;
}
