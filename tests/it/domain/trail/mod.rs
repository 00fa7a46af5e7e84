//! The trail on both stores: what appending leaves behind, what verification finds, what proofs show.

mod append;
mod command;
mod erase;
mod keep;
mod prove;
mod share;
mod tamper;

use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::cx::Surface;
use audit_gateway::domain::db::{Db, Errand, Outcome, Rows, Statement, Store};
use audit_gateway::domain::trail::{self, Action, Entry, Hash, Origin, Receipt, Report, Signer, Trusted, append};
use uuid::Uuid;

use crate::fixture::{self, Org, clock};
use crate::store::TestStore;

/// The fixture, but for what no program has recorded: a mark of erasure that nothing tells of, and a checkpoint that
/// nobody signed.
async fn seeded(kind: Store) -> TestStore {
    let store = TestStore::seeded(kind).await;
    let (mark, unmark) = match kind {
        Store::Postgres => ("SET LOCAL audit_gateway.erasure = 'on'", "SET LOCAL audit_gateway.erasure = 'off'"),
        Store::Sqlite => ("INSERT INTO trail_erasure (id) VALUES (1)", "DELETE FROM trail_erasure"),
    };
    let unerase = "UPDATE change_event SET erased_at = NULL";
    execute(&store.db, &[mark, unerase, unmark, "DELETE FROM trail_checkpoint"]).await;
    store
}

/// The key of these tests.
fn signer() -> Signer {
    Signer::new("audit.example", &[7; 32]).expect("a key")
}

fn origin() -> Origin {
    let user_uuid = Some(fixture::uuid("user", 1_001));
    Origin { user_uuid, surface: Surface::Graphql, request_id: Some("req \"1\"\n".to_owned()), at: clock().now() }
}

/// Entries with everything an event can have.
fn entries(count: usize) -> Vec<Entry> {
    let made = |number: usize| {
        let uuid = Uuid::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0000 + number as u128 % 7);
        let entry = origin().entry(Action::Edit, "audit", uuid).under(Uuid::from_u128(1));
        let mut entry =
            entry.before(format!("{{\"n\": {number}}}")).after(format!("{{\"n\":{number}.50,\"t\":\"\u{e9}\"}}"));
        entry.extra = number.is_multiple_of(3).then(|| "{\"why\":null}".to_owned());
        entry
    };
    (0..count).map(made).collect()
}

/// Appends entries in one transaction, and gives the receipts.
async fn write(db: &Db, org: Org, entries: Vec<Entry>) -> Vec<Receipt> {
    let errand = Errand { organization_id: Some(org.id()), ..Errand::default() };
    let done = db.write(&errand, move |tx| {
        let entries = entries.clone();
        Box::pin(async move {
            append(tx, org.id(), entries).await?;
            Ok(Outcome::Changed(tx.receipts().to_vec()))
        })
    });
    done.await.expect("the events")
}

async fn ask(db: &Db, sql: &str, kinds: Vec<Kind>) -> Rows {
    let rows = db.fetch(&Errand::default(), Statement::new(sql, Vec::new(), kinds)).await;
    rows.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

async fn number(db: &Db, sql: &str) -> i64 {
    ask(db, sql, vec![Kind::Long]).await.cell(0, 0).as_int().unwrap_or_else(|| panic!("{sql}: no number"))
}

/// The kept leaf hashes of an organization in the order of its trail.
async fn leaves(db: &Db, org: Org) -> Vec<Hash> {
    let sql = format!("SELECT leaf_hash FROM change_event WHERE organization_id = {} ORDER BY sequence", org.id());
    let rows = ask(db, &sql, vec![Kind::Text]).await;
    rows.iter().map(|row| Hash::parse(row[0].as_str().expect("a hash")).expect("a hash")).collect()
}

/// The root over leaves as RFC 6962 defines it.
fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of_nothing(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            Hash::above(root(left), root(right))
        }
    }
}

/// Verifies with the key of these tests.
async fn verified(db: &Db, org: Org) -> Report {
    let trusted = Trusted { keys: vec![signer().key()], checkpoints: Vec::new() };
    trail::verify(db, org.id(), &trusted).await.expect("a report")
}

/// Fails unless nothing is found.
async fn assert_clean(db: &Db, org: Org, events: i64) {
    let report = verified(db, org).await;
    assert_eq!((report.finding, report.events), (None, events));
}

/// Takes away what refuses to change the past.
async fn open_the_past(db: &Db) {
    let statements = match db.store() {
        Store::Postgres => vec!["ALTER TABLE change_event DISABLE TRIGGER USER"],
        Store::Sqlite => {
            vec!["DROP TRIGGER change_event_refuse_update", "DROP TRIGGER change_event_refuse_delete"]
        }
    };
    execute(db, &statements).await;
}

async fn execute(db: &Db, statements: &[impl AsRef<str>]) {
    let statements = statements.iter().map(|sql| Statement::new(sql.as_ref(), Vec::new(), Vec::new()));
    fixture::execute(db, statements.collect()).await;
}

/// A cell's text.
fn text(cell: &Cell) -> String {
    cell.as_str().expect("text").to_owned()
}
