//! Checkpoints: kept, left with the operator, and what only one from outside shows.

use std::sync::Arc;

use audit_gateway::domain::cell::Kind;
use audit_gateway::domain::db::Store;
use audit_gateway::domain::trail::{self, Checkpoint, Keeper, Trusted, What, split_notes};

use super::{ask, assert_clean, entries, execute, open_the_past, seeded, signer, text, verified, write};
use crate::fixture::{Org, clock};
use crate::store::{TestStore, on_both_stores};

on_both_stores!(
    a_checkpoint_is_made_of_what_is_new_and_left_outside,
    a_cut_off_end_shows_against_a_checkpoint_from_outside_only,
    a_checkpoint_that_nobody_signed_is_found,
);

const HARBOUR: Org = Org::Harbour;

fn keeper(anchor: Option<std::path::PathBuf>) -> Keeper {
    Keeper { signer: Arc::new(signer()), anchor, clock: clock() }
}

async fn filled(kind: Store) -> TestStore {
    let store = seeded(kind).await;
    write(&store.db, HARBOUR, entries(300)).await;
    store
}

async fn a_checkpoint_is_made_of_what_is_new_and_left_outside(kind: Store) {
    let store = filled(kind).await;
    let folder = tempfile::tempdir().expect("a folder");
    let anchor = folder.path().join("notes");
    let keeper = keeper(Some(anchor.clone()));
    assert!(keeper.catch_up(&store.db, 1_000).await.expect("looked").is_empty(), "not yet so many");
    let mut notes = keeper.catch_up(&store.db, 1).await.expect("made");
    // Nordic Freight has no tree yet.
    assert_eq!(notes.len(), 1);
    assert!(keeper.catch_up(&store.db, 1).await.expect("looked").is_empty(), "nothing is new");
    write(&store.db, HARBOUR, entries(1)).await;
    notes.extend(keeper.catch_up(&store.db, 1).await.expect("made"));
    let kept = ask(&store.db, "SELECT note FROM trail_checkpoint ORDER BY size", vec![Kind::Text]).await;
    assert_eq!(kept.iter().map(|row| text(&row[0])).collect::<Vec<_>>(), notes);
    assert_eq!(split_notes(&std::fs::read_to_string(anchor).expect("the anchor")), notes);
    let read: Vec<i64> =
        notes.iter().map(|note| Checkpoint::read(note, &[signer().key()]).expect("a checkpoint").size).collect();
    assert_eq!(read, [307, 308]);
    assert_eq!(verified(&store.db, HARBOUR).await.checkpoints, 2);
    let nowhere = Keeper { anchor: Some(folder.path().join("no/such/folder")), ..keeper };
    write(&store.db, HARBOUR, entries(1)).await;
    assert!(nowhere.catch_up(&store.db, 1).await.is_err(), "what cannot be left outside is not kept");
    assert_eq!(ask(&store.db, "SELECT note FROM trail_checkpoint", vec![Kind::Text]).await.len(), 2);
}

async fn a_cut_off_end_shows_against_a_checkpoint_from_outside_only(kind: Store) {
    let store = filled(kind).await;
    let head = "SELECT last_sequence, frontier FROM trail_head WHERE organization_id = 1";
    let before = ask(&store.db, head, vec![Kind::Long, Kind::Text]).await;
    write(&store.db, HARBOUR, entries(3)).await;
    let note = keeper(None).catch_up(&store.db, 1).await.expect("made").remove(0);
    open_the_past(&store.db).await;
    let rewind = [
        "DELETE FROM change_event WHERE organization_id = 1 AND sequence > 307".to_owned(),
        format!(
            "UPDATE trail_head SET last_sequence = 307, tree_size = 307, frontier = '{}' WHERE organization_id = 1",
            text(before.cell(0, 1))
        ),
    ];
    execute(&store.db, &rewind).await;
    let finding = verified(&store.db, HARBOUR).await.finding.expect("the kept checkpoint knows better");
    assert_eq!((finding.what, finding.sequence), (What::Removed, 308));
    execute(&store.db, &["DELETE FROM trail_checkpoint"]).await;
    assert_clean(&store.db, HARBOUR, 307).await;
    let keys = vec![signer().key()];
    let outside = Checkpoint::read(&note, &keys).expect("a checkpoint");
    let trusted = Trusted { keys, checkpoints: vec![outside] };
    let finding = trail::verify(&store.db, 1, &trusted).await.expect("a report").finding.expect("found");
    assert_eq!((finding.what, finding.sequence), (What::Removed, 308));
    // What is written afterwards does not hide it.
    write(&store.db, HARBOUR, entries(10)).await;
    let finding = trail::verify(&store.db, 1, &trusted).await.expect("a report").finding.expect("found");
    assert!(finding.why.contains("outside"), "{finding}");
    // A checkpoint of another organization says nothing of this one.
    assert_eq!(trail::verify(&store.db, 2, &trusted).await.map_err(|error| error.code()).unwrap_err(), "CONFLICT");
    trail::seal_all(&store.db).await.expect("sealed");
    assert_eq!(trail::verify(&store.db, 2, &trusted).await.expect("a report").finding, None);
}

async fn a_checkpoint_that_nobody_signed_is_found(kind: Store) {
    let store = filled(kind).await;
    keeper(None).catch_up(&store.db, 1).await.expect("made");
    execute(&store.db, &["UPDATE trail_checkpoint SET note = replace(note, '307', '306')"]).await;
    let finding = verified(&store.db, HARBOUR).await.finding.expect("found");
    assert!(finding.why.contains("cannot be trusted"), "{finding}");
}
