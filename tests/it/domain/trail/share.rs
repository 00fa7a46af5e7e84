//! Commands of several organizations in one transaction: each sees and writes its own rows, whatever becomes of the
//! others.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use audit_gateway::domain::cell::Kind;
use audit_gateway::domain::cx::Role;
use audit_gateway::domain::db::{Arg, Db, Errand, Outcome, Settings, Statement, Store, Tx};
use audit_gateway::domain::error::{Error, Result};
use audit_gateway::domain::trail::{self, Action, Opening, append};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::{ask, assert_clean, entries, number, origin, seeded, text};
use crate::fixture::Org;
use crate::store::{TestStore, on_both_stores, patient, run};

on_both_stores!(
    those_of_several_organizations_are_committed_together,
    one_that_is_refused_takes_nothing_of_the_others_with_it,
    a_condition_that_does_not_hold_concerns_its_own_command_only,
    whoever_is_left_when_its_time_is_over_gets_the_next_one,
    one_that_tells_much_writes_its_own_trail_only,
);

const HARBOUR: Org = Org::Harbour;
const NORDIC: Org = Org::Nordic;

/// Texts that would end or change a statement that they are not rightly quoted in.
const HOSTILE: [&str; 6] = [
    "O'Hara'); COMMIT; --",
    "back\\slash\\'",
    "$1 $$ $q$",
    "\u{1f600} zw\u{f6}lf",
    "E'\\x27'",
    "two\nlines\t\"quoted\"",
];

/// More events than wait for the end of a transaction.
const MUCH: usize = 1_500;

/// A door at which one is at work at a time, and has its hands full until it is let go.
struct Door {
    db: Db,
    gate: Arc<Notify>,
    first: JoinHandle<Result<()>>,
}

impl Door {
    async fn held(store: &TestStore) -> Self {
        Self::held_by(&patient(&store.url)).await
    }

    async fn held_by(settings: &Settings) -> Self {
        let settings = Settings { connections: 2, ..settings.clone() };
        let db = Db::connect(&settings).await.expect("a door");
        let (gate, begun) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (waits, begins, at) = (Arc::clone(&gate), Arc::clone(&begun), db.clone());
        let first = tokio::spawn(async move {
            // An organization that none of the others acts in.
            let errand = Errand { organization_id: Some(77), ..Errand::default() };
            at.write_in_turn(&errand, Some(Opening::new(77, &|_| None)), move |_| {
                let (waits, begins) = (Arc::clone(&waits), Arc::clone(&begins));
                Box::pin(async move {
                    begins.notify_one();
                    waits.notified().await;
                    Ok(Outcome::Unchanged(()))
                })
            })
            .await
        });
        begun.notified().await;
        Self { db, gate, first }
    }

    fn sends(&self, command: &Command) -> JoinHandle<Result<Seen>> {
        let (db, command) = (self.db.clone(), command.clone());
        tokio::spawn(async move { command.sent(&db).await })
    }

    async fn let_go(self) -> Db {
        // Long enough for all to wait.
        tokio::time::sleep(Duration::from_millis(300)).await;
        self.gate.notify_one();
        self.first.await.expect("no panic").expect("the first one");
        self.db
    }
}

/// What a command saw.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    /// Of its transaction; PostgreSQL alone tells.
    mark: String,
    /// Organizations of the items it saw, without asking for one.
    organizations: Vec<i64>,
    sequence: i64,
}

#[derive(Clone)]
struct Command {
    org: Org,
    what: &'static str,
    /// Whether its session holds.
    holds: bool,
    runs: Arc<AtomicU32>,
}

impl Command {
    /// One that tells the trail of something.
    fn tells(org: Org, what: &'static str) -> Self {
        Self { org, what, holds: true, runs: Arc::default() }
    }

    fn condition(&self, place: usize) -> (String, Vec<Arg>) {
        (format!("(1 = ${place})"), vec![Arg::long(i64::from(self.holds))])
    }

    async fn sent(self, db: &Db) -> Result<Seen> {
        let errand = Errand { organization_id: Some(self.org.id()), ..Errand::default() };
        let opening = Opening::new(self.org.id(), &|place| Some(self.condition(place)));
        db.write_in_turn(&errand, Some(opening), move |tx| {
            let command = self.clone();
            Box::pin(async move { command.carried_out(tx).await })
        })
        .await
    }

    async fn carried_out(&self, tx: &mut Tx) -> Result<Outcome<Seen>> {
        let org = self.org.id();
        if !trail::lock_if(tx, org, &|place| Some(self.condition(place))).await? {
            return Err(Error::Unauthenticated("ended"));
        }
        self.runs.fetch_add(1, Ordering::Relaxed);
        let items =
            Statement::new("SELECT DISTINCT organization_id FROM item ORDER BY 1", Vec::new(), vec![Kind::Long]);
        let organizations = tx.fetch(&items).await?.iter().filter_map(|row| row[0].as_int()).collect();
        let entry = origin().entry(Action::Edit, "item", self.org.caller(Role::Owner).user_uuid);
        let snapshot = serde_json::json!({ "name": self.what }).to_string();
        let sequence = append(tx, org, vec![entry.before("{}").after(snapshot)]).await?;
        if self.what == "much" {
            append(tx, org, entries(MUCH)).await?;
        }
        if self.what == "refused" {
            return Err(Error::Conflict("refused".to_owned()));
        }
        let mark = match tx.store() {
            Store::Sqlite => String::new(),
            Store::Postgres => {
                let sql = "SELECT CAST(pg_current_xact_id() AS text)";
                text(tx.fetch(&Statement::new(sql, Vec::new(), vec![Kind::Text])).await?.cell(0, 0))
            }
        };
        Ok(Outcome::Changed(Seen { mark, organizations, sequence }))
    }
}

async fn seen(sent: JoinHandle<Result<Seen>>) -> Seen {
    sent.await.expect("no panic").expect("carried out")
}

/// What the trail says of items, in its order.
async fn told(db: &Db, org: Org) -> Vec<String> {
    let sql = format!(
        "SELECT CAST(snapshot_after AS TEXT) FROM change_event WHERE organization_id = {} AND entity_type = 'item' AND \
         CAST(snapshot_before AS TEXT) = '{{}}' ORDER BY sequence",
        org.id()
    );
    let name = |text: String| serde_json::from_str::<serde_json::Value>(&text).expect("JSON")["name"].clone();
    let rows = ask(db, &sql, vec![Kind::Text]).await;
    rows.iter().map(|row| name(text(&row[0])).as_str().expect("a name").to_owned()).collect()
}

async fn events(db: &Db, org: Org) -> i64 {
    number(db, &format!("SELECT count(*) FROM change_event WHERE organization_id = {}", org.id())).await
}

async fn sealed(kind: Store) -> TestStore {
    let store = seeded(kind).await;
    trail::seal_all(&store.db).await.expect("sealed");
    store
}

async fn those_of_several_organizations_are_committed_together(kind: Store) {
    let store = sealed(kind).await;
    let before = [events(&store.db, HARBOUR).await, events(&store.db, NORDIC).await];
    let door = Door::held(&store).await;
    let commands: Vec<_> =
        HOSTILE.iter().flat_map(|what| [HARBOUR, NORDIC].map(|org| Command::tells(org, what))).collect();
    let sent: Vec<_> = commands.iter().map(|command| door.sends(command)).collect();
    let db = door.let_go().await;
    let (mut marks, mut sequences) = (Vec::new(), [Vec::new(), Vec::new()]);
    for (command, sent) in commands.iter().zip(sent) {
        let seen = seen(sent).await;
        if kind == Store::Postgres {
            assert_eq!(seen.organizations, [command.org.id()], "rows of another organization are not there");
        }
        marks.push(seen.mark);
        sequences[usize::from(command.org == NORDIC)].push(seen.sequence);
        assert_eq!(command.runs.load(Ordering::Relaxed), 1);
    }
    marks.dedup();
    assert_eq!(marks.len(), 1, "{marks:?}");
    for (index, org) in [HARBOUR, NORDIC].into_iter().enumerate() {
        let all = HOSTILE.len() as i64;
        sequences[index].sort_unstable();
        assert_eq!(sequences[index], (before[index] + 1..=before[index] + all).collect::<Vec<_>>());
        let (mut found, mut wanted) = (told(&db, org).await, HOSTILE.map(str::to_owned).to_vec());
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted);
        assert_clean(&db, org, before[index] + all).await;
    }
}

async fn one_that_is_refused_takes_nothing_of_the_others_with_it(kind: Store) {
    let store = sealed(kind).await;
    let before = [events(&store.db, HARBOUR).await, events(&store.db, NORDIC).await];
    let door = Door::held(&store).await;
    let refused = Command::tells(HARBOUR, "refused");
    let others = [Command::tells(HARBOUR, "one"), Command::tells(NORDIC, "two"), Command::tells(NORDIC, "three")];
    let bad = door.sends(&refused);
    let good: Vec<_> = others.iter().map(|command| door.sends(command)).collect();
    let db = door.let_go().await;
    assert!(matches!(bad.await.expect("no panic"), Err(Error::Conflict(_))));
    for sent in good {
        seen(sent).await;
    }
    assert_eq!(told(&db, HARBOUR).await, ["one"]);
    assert_eq!(told(&db, NORDIC).await.len(), 2);
    assert_clean(&db, HARBOUR, before[0] + 1).await;
    assert_clean(&db, NORDIC, before[1] + 2).await;
}

async fn a_condition_that_does_not_hold_concerns_its_own_command_only(kind: Store) {
    let store = sealed(kind).await;
    let door = Door::held(&store).await;
    let ended = Command { holds: false, ..Command::tells(NORDIC, "ended") };
    let (refused, other) = (door.sends(&ended), door.sends(&Command::tells(NORDIC, "other")));
    let elsewhere = door.sends(&Command::tells(HARBOUR, "elsewhere"));
    let db = door.let_go().await;
    assert!(matches!(refused.await.expect("no panic"), Err(Error::Unauthenticated(_))));
    let (other, elsewhere) = (seen(other).await, seen(elsewhere).await);
    assert_eq!(other.mark, elsewhere.mark);
    assert_eq!(told(&db, NORDIC).await, ["other"]);
    assert_eq!(ended.runs.load(Ordering::Relaxed), 0);
}

async fn whoever_is_left_when_its_time_is_over_gets_the_next_one(kind: Store) {
    let store = sealed(kind).await;
    let door = Door::held_by(&Settings { turn: Duration::ZERO, ..patient(&store.url) }).await;
    let commands = [Command::tells(HARBOUR, "one"), Command::tells(NORDIC, "two"), Command::tells(NORDIC, "three")];
    let sent: Vec<_> = commands.iter().map(|command| door.sends(command)).collect();
    let db = door.let_go().await;
    let mut marks = Vec::new();
    for (command, sent) in commands.iter().zip(sent) {
        marks.push(seen(sent).await.mark);
        assert_eq!(command.runs.load(Ordering::Relaxed), 1);
    }
    marks.sort();
    marks.dedup();
    assert_eq!(marks.len(), if kind == Store::Postgres { 3 } else { 1 }, "{marks:?}");
    assert_eq!((told(&db, HARBOUR).await.len(), told(&db, NORDIC).await.len()), (1, 2));
}

async fn one_that_tells_much_writes_its_own_trail_only(kind: Store) {
    let store = sealed(kind).await;
    let before = [events(&store.db, HARBOUR).await, events(&store.db, NORDIC).await];
    let door = Door::held(&store).await;
    let commands = [Command::tells(HARBOUR, "one"), Command::tells(NORDIC, "much"), Command::tells(HARBOUR, "two")];
    let sent: Vec<_> = commands.iter().map(|command| door.sends(command)).collect();
    let db = door.let_go().await;
    let mut marks = Vec::new();
    for (command, sent) in commands.iter().zip(sent) {
        marks.push(seen(sent).await.mark);
        assert_eq!(command.runs.load(Ordering::Relaxed), 1, "{}", command.what);
    }
    marks.dedup();
    assert_eq!(marks.len(), 1, "{marks:?}");
    assert_clean(&db, HARBOUR, before[0] + 2).await;
    assert_clean(&db, NORDIC, before[1] + 1 + MUCH as i64).await;
}

/// On PostgreSQL only: the other store has one writer.
#[test]
fn a_trail_that_is_locked_holds_up_its_own_commands_only() {
    run(Store::Postgres, async |kind| {
        let store = sealed(kind).await;
        let (locked, free) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (other, told_locked, waits) = (store.second_door().await, Arc::clone(&locked), Arc::clone(&free));
        let holder = tokio::spawn(async move {
            let errand = Errand { organization_id: Some(NORDIC.id()), ..Errand::default() };
            other
                .write(&errand, move |tx| {
                    let (told_locked, waits) = (Arc::clone(&told_locked), Arc::clone(&waits));
                    Box::pin(async move {
                        trail::lock(tx, NORDIC.id()).await?;
                        told_locked.notify_one();
                        waits.notified().await;
                        Ok(Outcome::Unchanged(()))
                    })
                })
                .await
        });
        locked.notified().await;
        let door = Door::held(&store).await;
        let held_up = [door.sends(&Command::tells(NORDIC, "one")), door.sends(&Command::tells(NORDIC, "two"))];
        let others = [door.sends(&Command::tells(HARBOUR, "three")), door.sends(&Command::tells(HARBOUR, "four"))];
        let db = door.let_go().await;
        for other in others {
            seen(other).await;
        }
        // Nor does it hold up whoever comes later.
        Command::tells(HARBOUR, "five").sent(&db).await.expect("carried out");
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(held_up.iter().all(|sent| !sent.is_finished()), "their trail is locked");
        free.notify_one();
        holder.await.expect("no panic").expect("the holder");
        for one in held_up {
            seen(one).await;
        }
        assert_eq!(told(&db, NORDIC).await.len(), 2);
        assert_eq!(told(&db, HARBOUR).await.len(), 3);
    });
}
