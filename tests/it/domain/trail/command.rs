//! The commands of the trail, run as an operator runs them.

use std::process::{Command, Output};

use audit_gateway::domain::db::Store;

use super::{entries, execute, open_the_past, seeded, text, write};
use crate::fixture::Org;
use crate::store::{TestStore, on_both_stores};

on_both_stores!(an_operator_verifies_erases_and_exports);

struct Operator<'a> {
    store: &'a TestStore,
    folder: tempfile::TempDir,
}

impl Operator<'_> {
    fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_audit-gateway"));
        command
            .current_dir(&self.folder)
            .env("DATABASE_URL", &self.store.url)
            .args(words)
            .output()
            .expect("the program")
    }

    /// What is said on standard output, by a command that ends with this code.
    fn said(&self, words: &[&str], code: i32) -> String {
        let output = self.run(words);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {errors}");
        String::from_utf8(output.stdout).expect("text")
    }
}

async fn an_operator_verifies_erases_and_exports(kind: Store) {
    let store = seeded(kind).await;
    write(&store.db, Org::Harbour, entries(30)).await;
    let operator = Operator { store: &store, folder: tempfile::tempdir().expect("a folder") };
    assert!(operator.said(&["verify", "--organization", "harbour-foods"], 0).starts_with("no key"));
    let refused = operator.run(&["verify", "--organization", "nordic-freight"]);
    assert_eq!(refused.status.code(), Some(1), "its trail has no tree yet");

    let notes = operator.said(&["trail", "checkpoint", "--trail-anchor", "notes"], 0);
    assert_eq!(notes.matches("\u{2014} audit-gateway/").count(), 2, "and now it has one");
    assert_eq!(operator.said(&["trail", "checkpoint"], 0), "nothing new since the last checkpoints\n");
    let clean = operator.said(&["verify", "--checkpoint", "notes"], 0);
    assert!(
        clean.contains("harbour-foods: 37 events, 2 checkpoints") && clean.contains("nordic-freight: 7 events"),
        "{clean}"
    );
    assert!(operator.said(&["doctor"], 0).contains("trail key"));

    let record = "10000000-0000-4000-8000-000000000003";
    let order = ["trail", "erase", "--organization", "harbour-foods", "--entity", record, "--reason", "order 17"];
    assert_eq!(operator.said(&order, 0), "harbour-foods: snapshots of 4 events erased\n");
    let retain = ["trail", "retain", "--organization", "nordic-freight", "--before", "2026-03-01"];
    assert_eq!(operator.said(&retain, 0), "nordic-freight: snapshots of 1 events erased\n");
    operator.said(&["verify", "--checkpoint", "notes"], 0);
    operator.said(&["trail", "erase", "--organization", "nobody", "--entity", record, "--reason", "x"], 1);
    operator.said(&["trail", "export", "--from", "1000"], 1);

    let bundle = operator.said(&["trail", "export"], 0);
    std::fs::write(operator.folder.path().join("bundle"), &bundle).expect("the bundle");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verify_trail.py");
    let mut verifier = Command::new("python3");
    verifier.current_dir(&operator.folder).arg(script).args(["bundle", "--checkpoint", "notes"]);
    let output = verifier.output().expect("python3");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("38 events, 2 checkpoints: clean"), "{output:?}");
    let part = operator.said(&["trail", "export", "--organization", "harbour-foods", "--from", "20"], 0);
    assert_eq!(part.lines().count(), 1 + 19 + 1);
    std::fs::write(operator.folder.path().join("part"), &part).expect("the bundle");
    let output = Command::new("python3").current_dir(&operator.folder).arg(script).arg("part").output();
    assert!(output.expect("python3").status.success());

    open_the_past(&store.db).await;
    execute(&store.db, &["UPDATE change_event SET surface = 'other' WHERE organization_id = 1 AND sequence = 9"]).await;
    let sql = "SELECT CAST(uuid AS TEXT) FROM change_event WHERE organization_id = 1 AND sequence = 9";
    let found = operator.said(&["verify", "--organization", "harbour-foods"], 1);
    assert!(found.starts_with("harbour-foods: event 9 (") && found.contains("was changed"), "{found}");
    if kind == Store::Postgres {
        let event = super::ask(&store.db, sql, vec![audit_gateway::domain::cell::Kind::Text]).await;
        assert!(found.contains(&text(event.cell(0, 0))), "{found}");
    }
}
