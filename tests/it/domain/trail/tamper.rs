//! What verification finds of an attacker who writes to the database directly, with nothing there to refuse it; here and
//! by the verifier in Python, from an exported bundle.

use std::fmt::Write as _;
use std::process::Command;

use audit_gateway::domain::cell::Kind;
use audit_gateway::domain::db::{Db, Errand, Outcome, Store};
use audit_gateway::domain::trail::{self, Hash, What};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng};

use super::{assert_clean, entries, execute, open_the_past, seeded, signer, verified, write};
use crate::fixture::Org;
use crate::store::{TestStore, on_both_stores};

on_both_stores!(
    what_was_done_to_an_event_is_named,
    an_event_whose_leaf_was_made_anew_is_among_those_named,
    what_was_done_to_the_tree_is_found,
    the_verifier_in_python_agrees,
    random_manipulations_are_always_found,
    a_trail_that_was_left_alone_raises_no_alarm,
);

const HARBOUR: Org = Org::Harbour;
const EVENTS: i64 = 300;

/// A trail of 300 events that nothing guards.
async fn open_trail(kind: Store) -> TestStore {
    let store = seeded(kind).await;
    write(&store.db, HARBOUR, entries(293)).await;
    open_the_past(&store.db).await;
    execute(&store.db, &["CREATE TABLE as_it_was AS SELECT * FROM change_event"]).await;
    store
}

/// Makes the events what they were.
async fn restore(db: &Db) {
    execute(db, &["DELETE FROM change_event", "INSERT INTO change_event SELECT * FROM as_it_was"]).await;
}

/// Events are moved by way of sequences that no event has, past the rule that each is there once.
fn renumber(condition: &str, by: i64) -> [String; 2] {
    let own = "organization_id = 1 AND";
    [
        format!("UPDATE change_event SET sequence = 1000000 + sequence + {by} WHERE {own} {condition}"),
        format!("UPDATE change_event SET sequence = sequence - 1000000 WHERE {own} sequence > 1000000"),
    ]
}

fn insertion(sequence: i64, store: Store) -> String {
    let uuid = match store {
        Store::Postgres => "'99999999-0000-4000-8000-000000000001'",
        Store::Sqlite => "X'99999999000040008000000000000001'",
    };
    format!(
        "INSERT INTO change_event (organization_id, sequence, uuid, entity_type, entity_uuid, action, event_date, \
         action_date, snapshot_after, surface, salt, leaf, leaf_hash) SELECT 1, {sequence}, {uuid}, entity_type, \
         entity_uuid, action, event_date, action_date, snapshot_after, surface, salt, leaf, leaf_hash FROM change_event \
         WHERE organization_id = 1 AND sequence = 200"
    )
}

/// What an attacker does, and what must be said of it.
fn attacks(store: Store) -> Vec<(&'static str, Vec<String>, What, i64)> {
    let own = "WHERE organization_id = 1 AND sequence";
    let set = |what: &str, at: i64| vec![format!("UPDATE change_event SET {what} {own} = {at}")];
    let json = if store == Store::Postgres { "::json" } else { "" };
    let mut swap = Vec::new();
    for (from, to) in [(40, 1_000_040), (90, 40), (1_000_040, 90)] {
        swap.push(format!("UPDATE change_event SET sequence = {to} {own} = {from}"));
    }
    let mut inserted = renumber("sequence >= 50", 1).to_vec();
    inserted.push(insertion(50, store));
    let mut closed = vec![format!("DELETE FROM change_event {own} = 60")];
    closed.extend(renumber("sequence > 60", -1));
    vec![
        (
            "one byte of a snapshot",
            vec![format!(
                "UPDATE change_event SET snapshot_after = replace(CAST(snapshot_after AS TEXT), '.50', '.51'){json} {own} = 20"
            )],
            What::Changed,
            20,
        ),
        ("white space in a snapshot", set(&format!("snapshot_before = '{{\"n\":22}}'{json}"), 30), What::Changed, 30),
        ("a missing snapshot", set("snapshot_after = NULL", 31), What::Changed, 31),
        ("further keys", set(&format!("extra = '{{}}'{json}"), 31), What::Changed, 31),
        ("who did it", set("user_uuid = NULL", 32), What::Changed, 32),
        ("the action", set("action = 'Create'", 33), What::Changed, 33),
        ("the request", set("request_id = 'other'", 34), What::Changed, 34),
        ("the salt", set("salt = 'AAAAAAAAAAAAAAAAAAAAAA=='", 35), What::Changed, 35),
        ("the leaf's hash", set("leaf_hash = 'AAAA'", 36), What::Changed, 36),
        ("a mark of erasure", set("erased_at = event_date", 37), What::Changed, 37),
        (
            "an erasure that nobody told of",
            set("snapshot_after = NULL, snapshot_before = NULL, extra = NULL, salt = NULL, erased_at = event_date", 38),
            What::Changed,
            38,
        ),
        ("no event", vec![format!("DELETE FROM change_event {own} = 70")], What::Removed, 70),
        ("no last event", vec![format!("DELETE FROM change_event {own} = 300")], What::Removed, 300),
        ("no first event", vec![format!("DELETE FROM change_event {own} = 1")], What::Removed, 1),
        ("two changed places", swap, What::Reordered, 40),
        ("no event, the others moved up", closed, What::Removed, 60),
        ("an event in the midst", inserted, What::Inserted, 50),
        ("an event behind the end", vec![insertion(301, store)], What::Inserted, 301),
    ]
}

async fn what_was_done_to_an_event_is_named(kind: Store) {
    let store = open_trail(kind).await;
    assert_clean(&store.db, HARBOUR, EVENTS).await;
    for (name, attack, what, sequence) in attacks(kind) {
        execute(&store.db, &attack).await;
        let finding = verified(&store.db, HARBOUR).await.finding.unwrap_or_else(|| panic!("{name} is not found"));
        assert_eq!((finding.what, finding.sequence), (what, sequence), "{name}: {finding}");
        restore(&store.db).await;
        assert_clean(&store.db, HARBOUR, EVENTS).await;
    }
}

async fn an_event_whose_leaf_was_made_anew_is_among_those_named(kind: Store) {
    let store = open_trail(kind).await;
    for (sequence, first, last) in [(20, 1, 256), (270, 257, 288), (300, 297, 300)] {
        let own = format!("organization_id = 1 AND sequence = {sequence}");
        let leaf = super::ask(&store.db, &format!("SELECT leaf FROM change_event WHERE {own}"), vec![Kind::Text]).await;
        let leaf = super::text(leaf.cell(0, 0)).replace("\"Edit\"", "\"Create\"");
        let hash = Hash::of_leaf(leaf.as_bytes());
        let quoted = leaf.replace('\'', "''");
        let attack =
            format!("UPDATE change_event SET action = 'Create', leaf = '{quoted}', leaf_hash = '{hash}' WHERE {own}");
        execute(&store.db, &[attack]).await;
        let finding = verified(&store.db, HARBOUR).await.finding.expect("found");
        assert_eq!((finding.what, finding.sequence), (What::Changed, first), "{finding}");
        assert!(finding.why.ends_with(&format!("it is one of {first} to {last}")), "{finding}");
        assert!(!asked_python(&bundle(&store.db).await).0);
        restore(&store.db).await;
    }
}

async fn what_was_done_to_the_tree_is_found(kind: Store) {
    let store = open_trail(kind).await;
    execute(&store.db, &["CREATE TABLE tree_as_it_was AS SELECT * FROM trail_subtree"]).await;
    let other = Hash::of_nothing();
    for attack in [
        "DELETE FROM trail_subtree WHERE organization_id = 1".to_owned(),
        format!("UPDATE trail_subtree SET root_hash = '{other}' WHERE organization_id = 1"),
        format!(
            "INSERT INTO trail_subtree (organization_id, level, \"position\", root_hash) VALUES (1, 1, 1, '{other}')"
        ),
    ] {
        execute(&store.db, &[attack.as_str()]).await;
        assert!(verified(&store.db, HARBOUR).await.finding.is_some(), "{attack}");
        let back = "INSERT INTO trail_subtree SELECT * FROM tree_as_it_was WHERE organization_id = 1";
        execute(&store.db, &["DELETE FROM trail_subtree WHERE organization_id = 1", back]).await;
        assert_clean(&store.db, HARBOUR, EVENTS).await;
    }
    execute(&store.db, &["UPDATE trail_head SET frontier = '' WHERE organization_id = 1"]).await;
    assert!(verified(&store.db, HARBOUR).await.finding.is_some());
    let errand = Errand::default();
    let refused =
        store.db.write(&errand, |tx| Box::pin(async move { trail::lock(tx, 1).await.map(Outcome::Unchanged) }));
    assert_eq!(refused.await.expect_err("no event goes on top of it").code(), "CONFLICT");
}

/// The bundle as the command writes it.
async fn bundle(db: &Db) -> String {
    let mut text = String::new();
    let write = |line: String| {
        writeln!(text, "{line}").expect("text");
        Ok(())
    };
    trail::export(db, 1, (&signer(), 1), write).await.expect("a bundle");
    text
}

/// What the verifier says of a bundle, and whether it is content.
fn asked_python(bundle: &str) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bundle.ndjson");
    std::fs::write(&file, bundle).expect("the bundle");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verify_trail.py");
    let key = signer().key().to_string();
    let output = Command::new("python3").arg(script).arg(&file).args(["--key", &key]).output().expect("python3");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said)
}

async fn the_verifier_in_python_agrees(kind: Store) {
    let store = open_trail(kind).await;
    let (content, said) = asked_python(&bundle(&store.db).await);
    assert!(content && said.contains("300 events"), "{said}");
    for (name, attack, _, sequence) in attacks(kind) {
        // Events behind the end are not exported: the head does not count them.
        if sequence > EVENTS {
            continue;
        }
        execute(&store.db, &attack).await;
        let (content, said) = asked_python(&bundle(&store.db).await);
        assert!(!content && said.contains(&format!("event {sequence} ")), "{name}: {said}");
        restore(&store.db).await;
    }
    let whole = bundle(&store.db).await;
    let spoilt = whole.replacen("\\n300\\n", "\\n299\\n", 1);
    assert_ne!(whole, spoilt);
    assert!(!asked_python(&spoilt).0, "a checkpoint that nobody signed");
}

async fn random_manipulations_are_always_found(kind: Store) {
    let store = open_trail(kind).await;
    let mut random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let columns = [
        "sequence",
        "uuid",
        "entity_type",
        "entity_uuid",
        "parent_uuid",
        "action",
        "user_uuid",
        "event_date",
        "action_date",
        "snapshot_after",
        "snapshot_before",
        "extra",
        "surface",
        "request_id",
        "salt",
        "leaf",
        "leaf_hash",
    ];
    let mut done = 0;
    while done < 60 {
        let mut pick = |below: i64| i64::from(random.next_u32()) % below;
        let (at, other) = (8 + pick(EVENTS - 7), 8 + pick(EVENTS - 7));
        let column = columns[pick(columns.len() as i64) as usize];
        let own = "organization_id = 1 AND sequence";
        let attack = match (pick(4), column) {
            (0, _) => vec![format!("DELETE FROM change_event WHERE {own} = {at}")],
            (_, "sequence") => vec![format!("UPDATE change_event SET sequence = {} WHERE {own} = {at}", 300 + other)],
            // No two events are one.
            (_, "uuid") => continue,
            (_, column) => vec![format!(
                "UPDATE change_event SET {column} = (SELECT o.{column} FROM change_event o WHERE o.organization_id = 1 AND \
                 o.sequence = {other}) WHERE {own} = {at}"
            )],
        };
        let same = format!(
            "SELECT count(*) FROM as_it_was a JOIN change_event e ON e.id = a.id AND e.sequence = a.sequence AND \
             coalesce(CAST(e.{column} AS TEXT), '') = coalesce(CAST(a.{column} AS TEXT), '')"
        );
        execute(&store.db, &attack).await;
        if super::number(&store.db, &same).await < super::number(&store.db, "SELECT count(*) FROM as_it_was").await {
            let finding = verified(&store.db, HARBOUR).await.finding;
            assert!(finding.is_some_and(|finding| finding.sequence == at), "{attack:?}");
            done += 1;
        }
        restore(&store.db).await;
    }
}

async fn a_trail_that_was_left_alone_raises_no_alarm(kind: Store) {
    let store = TestStore::migrated(kind).await;
    crate::graphql::demonstrate(&store.db).await;
    let sql = "SELECT organization_id, last_sequence FROM trail_head";
    let kinds = vec![audit_gateway::domain::cell::Kind::Long; 2];
    let heads = super::ask(&store.db, sql, kinds).await;
    assert_eq!(heads.len(), 2);
    for row in heads.iter() {
        let organization = row[0].as_int().expect("an organization");
        let report = trail::verify(&store.db, organization, &Default::default()).await.expect("a report");
        assert_eq!((report.finding, Some(report.events)), (None, row[1].as_int()));
        let compared = trail::compare(&store.db, organization).await.expect("a comparison");
        assert_eq!(compared.differences, []);
        assert!(compared.records > 50);
    }
    execute(&store.db, &["UPDATE audit SET name = 'other' WHERE id = (SELECT min(id) FROM audit)"]).await;
    let organization = super::number(&store.db, "SELECT organization_id FROM audit ORDER BY id LIMIT 1").await;
    let compared = trail::compare(&store.db, organization).await.expect("a comparison");
    assert_eq!(compared.differences.len(), 1);
    assert!(compared.differences[0].to_string().contains("name not as its last event says"));
}
