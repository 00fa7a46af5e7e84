//! Commands that wait for their turn share a transaction, and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use audit_gateway::domain::cell::Kind;
use audit_gateway::domain::db::{Arg, Db, Errand, Outcome, Statement, Store, Tx};
use audit_gateway::domain::error::{Error, Result};
use audit_gateway::domain::trail::Opening;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::store::{TestStore, on_both_stores};

on_both_stores!(
    those_that_wait_are_committed_together,
    one_that_is_refused_takes_nothing_of_the_others_with_it,
    a_panic_does_not_hold_up_the_line,
);

const NAME: &str = "SELECT name FROM organization WHERE id = $1";

/// What a command begins with that asks for nothing but the trail.
fn opening(organization: i64) -> Option<Opening> {
    Some(Opening::new(organization, &|_| None))
}

/// A line that is held up until it is let go.
struct Line {
    db: Db,
    errand: Errand,
    organization: i64,
    gate: Arc<Notify>,
    first: JoinHandle<Result<()>>,
}

impl Line {
    async fn held(store: &TestStore) -> Self {
        let db = store.db.clone();
        let known = Statement::new("SELECT min(id) FROM organization", Vec::new(), vec![Kind::Long]);
        let rows = db.fetch(&Errand::default(), known).await.expect("organizations");
        let organization = rows.cell(0, 0).as_int().expect("one");
        let errand = Errand { organization_id: Some(organization), ..Errand::default() };
        let (gate, ready) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (waits, begun, first) = (Arc::clone(&gate), Arc::clone(&ready), db.clone());
        let mark = errand.clone();
        let first = tokio::spawn(async move {
            first
                .write_in_turn(&mark, opening(organization), move |_| {
                    let (waits, begun) = (Arc::clone(&waits), Arc::clone(&begun));
                    Box::pin(async move {
                        begun.notify_one();
                        waits.notified().await;
                        Ok(Outcome::Unchanged(()))
                    })
                })
                .await
        });
        ready.notified().await;
        Self { db, errand, organization, gate, first }
    }

    /// A command that adds a letter to the organization's name, and gives the mark of its transaction.
    fn adds(&self, letter: &'static str, runs: &Arc<AtomicU32>) -> JoinHandle<Result<String>> {
        let (db, errand, organization, runs) =
            (self.db.clone(), self.errand.clone(), self.organization, Arc::clone(runs));
        tokio::spawn(async move {
            db.write_in_turn(&errand, opening(organization), move |tx| {
                let runs = Arc::clone(&runs);
                Box::pin(async move {
                    runs.fetch_add(1, Ordering::Relaxed);
                    add(tx, organization, letter).await?;
                    match letter {
                        "R" => Err(Error::Conflict("refused".to_owned())),
                        "P" => panic!("a defect"),
                        _ => mark(tx).await.map(Outcome::Bookkeeping),
                    }
                })
            })
            .await
        })
    }

    /// A command that only reads the name.
    fn reads(&self) -> JoinHandle<Result<String>> {
        let (db, errand, organization) = (self.db.clone(), self.errand.clone(), self.organization);
        tokio::spawn(async move {
            db.write_in_turn(&errand, opening(organization), move |tx| {
                Box::pin(async move {
                    let read = Statement::new(NAME, vec![Arg::long(organization)], vec![Kind::Text]);
                    let rows = tx.fetch(&read).await?;
                    Ok(Outcome::Unchanged(rows.cell(0, 0).as_str().unwrap_or_default().to_owned()))
                })
            })
            .await
        })
    }

    async fn let_go(self) {
        // Long enough for all to stand in line; one that comes later gets a transaction of its own.
        tokio::time::sleep(Duration::from_millis(200)).await;
        self.gate.notify_one();
        self.first.await.expect("no panic").expect("the first of the line");
    }
}

async fn add(tx: &mut Tx, organization: i64, letter: &str) -> Result<()> {
    let sql = "UPDATE organization SET name = name || $2 WHERE id = $1";
    tx.fetch(&Statement::new(sql, vec![Arg::long(organization), Arg::text(letter)], Vec::new())).await.map(drop)
}

/// What tells one transaction from another; PostgreSQL alone has it.
async fn mark(tx: &mut Tx) -> Result<String> {
    if tx.store() == Store::Sqlite {
        return Ok(String::new());
    }
    let sql = "SELECT CAST(pg_current_xact_id() AS text)";
    let rows = tx.fetch(&Statement::new(sql, Vec::new(), vec![Kind::Text])).await?;
    Ok(rows.cell(0, 0).as_str().unwrap_or_default().to_owned())
}

async fn name(store: &TestStore, organization: i64) -> String {
    let read = Statement::new(NAME, vec![Arg::long(organization)], vec![Kind::Text]);
    let rows = store.db.fetch(&Errand::default(), read).await.expect("a name");
    rows.cell(0, 0).as_str().expect("a text").to_owned()
}

async fn those_that_wait_are_committed_together(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let line = Line::held(&store).await;
    let before = name(&store, line.organization).await;
    let (runs, organization) = (Arc::new(AtomicU32::new(0)), line.organization);
    let waiting: Vec<_> = (0..5).map(|_| line.adds("+", &runs)).collect();
    let reader = line.reads();
    line.let_go().await;
    let mut marks = Vec::new();
    for one in waiting {
        marks.push(one.await.expect("no panic").expect("carried out"));
    }
    let read = reader.await.expect("no panic").expect("read");
    assert!(read.starts_with(&before), "{read}");
    assert_eq!(runs.load(Ordering::Relaxed), 5, "each once");
    marks.dedup();
    assert_eq!(marks.len(), 1, "{marks:?}");
    assert_eq!(name(&store, organization).await, format!("{before}+++++"));
}

async fn one_that_is_refused_takes_nothing_of_the_others_with_it(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let line = Line::held(&store).await;
    let before = name(&store, line.organization).await;
    let organization = line.organization;
    let (good, bad) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (one, refused, two) = (line.adds("+", &good), line.adds("R", &bad), line.adds("+", &good));
    line.let_go().await;
    assert!(matches!(refused.await.expect("no panic"), Err(Error::Conflict(_))));
    for one in [one, two] {
        one.await.expect("no panic").expect("carried out");
    }
    assert_eq!(name(&store, organization).await, format!("{before}++"));
    assert_eq!(bad.load(Ordering::Relaxed), 2, "with the others, then alone");
    assert!(good.load(Ordering::Relaxed) >= 2);
}

async fn a_panic_does_not_hold_up_the_line(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let line = Line::held(&store).await;
    let (before, organization) = (name(&store, line.organization).await, line.organization);
    let (db, errand) = (line.db.clone(), line.errand.clone());
    let runs = Arc::new(AtomicU32::new(0));
    let (one, defect) = (line.adds("+", &runs), line.adds("P", &runs));
    line.let_go().await;
    assert!(matches!(defect.await.expect("its waiter hears of it"), Err(Error::Internal)));
    one.await.expect("no panic").expect("carried out, whoever else waited");
    let after = db.write_in_turn(&errand, opening(organization), move |tx| {
        Box::pin(async move { add(tx, organization, "+").await.map(Outcome::Bookkeeping) })
    });
    after.await.expect("the next one is carried out");
    assert_eq!(name(&store, organization).await, format!("{before}++"));
}
