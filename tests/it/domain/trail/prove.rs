//! Proofs as clients get them, against those of RFC 6962's definition.

use audit_gateway::domain::db::Store;
use audit_gateway::domain::trail::{self, Checkpoint, Hash};
use audit_gateway::graphql::{Service, Settings};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use super::{entries, leaves, root, seeded, signer, write};
use crate::fixture::Org;
use crate::graphql::{Told, ask, sessions};
use crate::store::{TestStore, on_both_stores};
use audit_gateway::domain::cx::Role;

on_both_stores!(
    events_can_be_proven,
    every_trail_begins_with_what_it_was,
    a_checkpoint_is_signed_and_as_long_as_the_trail,
    what_cannot_be_proven_is_refused,
    a_proof_costs_the_same_statements_whatever_the_length,
);

const HARBOUR: Org = Org::Harbour;

fn middle(leaves: &[Hash]) -> usize {
    leaves.len().next_power_of_two() / 2
}

/// PATH(m, D[n]) of RFC 6962, section 2.1.1.
fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(middle(leaves));
    let (mut path, above) = if index < left.len() {
        (path(index, left), root(right))
    } else {
        (path(index - left.len(), right), root(left))
    };
    path.push(above);
    path
}

/// SUBPROOF(m, D[n], b) of RFC 6962, section 2.1.2.
fn subproof(old: usize, leaves: &[Hash], complete: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if complete { Vec::new() } else { vec![root(leaves)] };
    }
    let (left, right) = leaves.split_at(middle(leaves));
    let (mut proof, above) = if old <= left.len() {
        (subproof(old, left, complete), root(right))
    } else {
        (subproof(old - left.len(), right, false), root(left))
    };
    proof.push(above);
    proof
}

fn texts(hashes: &[Hash]) -> Json {
    hashes.iter().map(ToString::to_string).collect::<Vec<_>>().into()
}

struct Stage {
    store: TestStore,
    service: Service,
}

async fn stage(kind: Store, events: usize) -> Stage {
    let store = seeded(kind).await;
    write(&store.db, HARBOUR, entries(events - 7)).await;
    let settings = Settings { signer: Some(std::sync::Arc::new(signer())), ..Settings::default() };
    Stage { store, service: Service::new(settings, sessions()).expect("the schema") }
}

impl Stage {
    async fn ask(&self, query: &str, variables: Json) -> Told {
        ask(&self.service, &self.store.db, &HARBOUR.caller(Role::Member), query, variables).await
    }

    /// The ids of the events, in the order of the trail.
    async fn events(&self) -> Vec<String> {
        let (mut ids, mut after) = (Vec::new(), Json::Null);
        loop {
            let query = "query($after: String) { changeEvents(first: 200, after: $after, orderBy: [{field: SEQUENCE}]) \
                         { nodes { id } pageInfo { endCursor hasNextPage } } }";
            let page = self.ask(query, json!({ "after": after })).await.data()["changeEvents"].clone();
            ids.extend(
                page["nodes"].as_array().expect("nodes").iter().map(|node| node["id"].as_str().expect("id").to_owned()),
            );
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                return ids;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }
}

const PROOF: &str = "query($event: ID!, $size: Long) { trailProof(event: $event, size: $size) \
                     { sequence leafIndex leaf leafHash hashes size rootHash } }";

async fn events_can_be_proven(kind: Store) {
    let stage = stage(kind, 270).await;
    let leaves = leaves(&stage.store.db, HARBOUR).await;
    for (index, event) in stage.events().await.iter().enumerate() {
        // The tree's own tests prove every leaf in every tree; these show that the store keeps what that takes.
        let sizes: Vec<usize> = match index {
            0 | 100 | 256 => (index + 1..=270).step_by(23).collect(),
            _ if index % 8 == 0 => vec![270],
            _ => continue,
        };
        for size in sizes {
            let proof = stage.ask(PROOF, json!({ "event": event, "size": size })).await.data()["trailProof"].clone();
            let hashed = STANDARD.decode(proof["leaf"].as_str().expect("a leaf")).expect("base64");
            assert_eq!(Hash::of_leaf(&hashed), leaves[index]);
            let expected = json!({
                "sequence": index + 1,
                "leafIndex": index,
                "leaf": proof["leaf"],
                "leafHash": leaves[index].to_string(),
                "hashes": texts(&path(index, &leaves[..size])),
                "size": size,
                "rootHash": root(&leaves[..size]).to_string(),
            });
            assert_eq!(proof, expected);
        }
    }
}

async fn every_trail_begins_with_what_it_was(kind: Store) {
    let stage = stage(kind, 521).await;
    let leaves = leaves(&stage.store.db, HARBOUR).await;
    let query = "query($from: Long!, $to: Long!) { trailConsistency(from: $from, to: $to) { hashes } }";
    for (from, to) in (1..=521).step_by(65).flat_map(|to| (1..=to).step_by(51).map(move |from| (from, to))) {
        let proof = stage.ask(query, json!({ "from": from, "to": to })).await.data();
        let expected = texts(&subproof(from, &leaves[..to], true));
        assert_eq!(proof["trailConsistency"]["hashes"], expected, "{from} in {to}");
    }
    let nothing = stage.ask(query, json!({ "from": 0, "to": 521 })).await.data();
    assert_eq!(nothing["trailConsistency"]["hashes"], json!([]));
}

async fn a_checkpoint_is_signed_and_as_long_as_the_trail(kind: Store) {
    let stage = stage(kind, 20).await;
    let query = "{ trailCheckpoint { size rootHash note publicKey } }";
    let checkpoint = stage.ask(query, json!({})).await.data()["trailCheckpoint"].clone();
    let root = root(&leaves(&stage.store.db, HARBOUR).await);
    let read = Checkpoint::read(checkpoint["note"].as_str().expect("a note"), &[signer().key()]).expect("signed");
    assert_eq!((read.size, read.root), (20, root));
    assert_eq!((&checkpoint["size"], &checkpoint["rootHash"]), (&json!(20), &json!(root.to_string())));
    assert_eq!(checkpoint["publicKey"], json!(signer().key().to_string()));
}

async fn what_cannot_be_proven_is_refused(kind: Store) {
    let stage = stage(kind, 20).await;
    let events = stage.events().await;
    let code = |told: Told| told.json()["errors"][0]["extensions"]["code"].clone();
    for size in [json!(19), json!(21), json!(0), json!(-1), json!(9_007_199_254_740_991_i64)] {
        assert_eq!(code(stage.ask(PROOF, json!({ "event": events[19], "size": size })).await), "BAD_USER_INPUT");
    }
    for event in ["", "nonsense", &events[3].replace('Q', "R")] {
        let refused = code(stage.ask(PROOF, json!({ "event": event })).await);
        assert!(refused == "BAD_USER_INPUT" || refused == "NOT_FOUND", "{event}: {refused}");
    }
    write(&stage.store.db, Org::Nordic, entries(1)).await;
    let nordic = Org::Nordic.caller(Role::Owner);
    let foreign = ask(&stage.service, &stage.store.db, &nordic, PROOF, json!({ "event": events[3] })).await;
    assert_eq!(code(foreign), "NOT_FOUND");
    let query = "query($from: Long!, $to: Long!) { trailConsistency(from: $from, to: $to) { hashes } }";
    for (from, to) in [(-1, 5), (6, 5), (1, 21), (-2, -1)] {
        assert_eq!(code(stage.ask(query, json!({ "from": from, "to": to })).await), "BAD_USER_INPUT", "{from} {to}");
    }
}

async fn a_proof_costs_the_same_statements_whatever_the_length(kind: Store) {
    let stage = stage(kind, 300).await;
    let events = stage.events().await;
    let early = stage.ask(PROOF, json!({ "event": events[270], "size": 271 })).await;
    write(&stage.store.db, HARBOUR, entries(900)).await;
    let late = stage.ask(PROOF, json!({ "event": events[270] })).await;
    assert_eq!(early.statements, late.statements);
    assert!(late.statements <= 5, "{}", late.statements);
    assert_eq!(trail::seal_all(&stage.store.db).await.expect("the other trail"), 7);
}
