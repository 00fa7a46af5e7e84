//! The trail as it grows: whoever follows an organization's events gets each of them once, in order of commit, from any
//! sequence on (docs/decisions/0009).
//!
//! One reader an organization, whoever and how many follow it. A follower is only a place in the trail: one that is
//! slow falls back on reading the store from its place, and nothing is kept for it.

mod event;
mod feed;
mod follower;
mod vigil;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::JoinHandle;
use tokio::time::Instant;

pub use self::event::{Happened, MOST_ENTITIES, MOST_IDS, Record, Wanted};
use self::feed::Feed;
pub use self::follower::Follower;
use self::vigil::Vigil;
pub use self::vigil::Watched;
use super::cell::Kind;
use super::cx::{Caller, Clock};
use super::db::{Arg, Db, Errand, Growth, Neighbours, Statement, Store};
use super::error::{Error, Result};

/// How often the heads of the followed trails are looked at, for what other processes wrote and nobody told.
const LOOK: Duration = Duration::from_millis(500);
/// Followers who read at the same time.
const READERS: usize = 4;
/// How long to wait before the store is asked again after it could not answer.
const PAUSE: Duration = Duration::from_millis(250);
/// How long commits are gathered before the neighbours hear of them: to tell them costs a commit of its own.
const GATHERING: Duration = Duration::from_millis(5);

/// Growth of the trails, for all who follow one. One a door to the store. Cheap to clone; its work ends with the last
/// clone, or by [`Changes::stop`].
#[derive(Clone)]
pub struct Changes {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    clock: Clock,
    feeds: Arc<Feeds>,
    vigil: Arc<Vigil>,
    turns: Semaphore,
    tasks: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Feeds(Mutex<HashMap<i64, Weak<Feed>>>);

impl Changes {
    /// Begins to listen: to commits through `db`, to other instances, and to the store itself.
    pub fn start(db: Db, clock: Clock) -> Self {
        let feeds = Arc::<Feeds>::default();
        let vigil = Arc::<Vigil>::default();
        let tasks = vec![
            tokio::spawn(listen(db.clone(), Arc::clone(&feeds))),
            tokio::spawn(look(db.clone(), Arc::clone(&feeds))),
            tokio::spawn(vigil::keep(db.clone(), clock, Arc::clone(&vigil))),
        ];
        let turns = Semaphore::new(READERS);
        Self { inner: Arc::new(Inner { db, clock, feeds, vigil, turns, tasks }) }
    }

    /// Now.
    pub fn now(&self) -> DateTime<Utc> {
        self.inner.clock.now()
    }

    /// Follows an organization's trail behind sequence `after`, or from now on.
    pub async fn follow(&self, organization_id: i64, wanted: Wanted, after: Option<i64>) -> Result<Follower> {
        let head = head(&self.inner.db, organization_id).await?;
        let after = after.unwrap_or(head);
        if !(0..=head).contains(&after) {
            return Err(Error::invalid("after", format!("must be a sequence of the trail, 0 to {head}")));
        }
        let feed = self.inner.feeds.of(&self.inner.db, organization_id);
        Ok(Follower::new(self.inner.db.clone(), feed, wanted, after, head))
    }

    /// Waits for a turn to read what happened. When many follow one trail, all of them read at the same moment; they
    /// queue here instead of before the store's connections, which others need, too.
    pub async fn turn(&self) -> Result<SemaphorePermit<'_>> {
        self.inner.turns.acquire().await.map_err(|_| Error::Unavailable)
    }

    /// Watches over the session or the key behind a connection that stays open.
    pub fn watch(&self, caller: &Arc<Caller>) -> Watched {
        self.inner.vigil.watch(caller)
    }

    /// Organizations that are followed now.
    pub fn followed(&self) -> usize {
        self.inner.feeds.all().len()
    }

    /// Ends the work: followers wait for ever.
    pub fn stop(&self) {
        for task in &self.inner.tasks {
            task.abort();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Feeds {
    /// The feed of an organization; begun by the first who asks, ended with the last follower.
    fn of(&self, db: &Db, organization_id: i64) -> Arc<Feed> {
        let mut feeds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(feed) = feeds.get(&organization_id).and_then(Weak::upgrade) {
            return feed;
        }
        let feed = Feed::begin(db.clone(), organization_id);
        feeds.insert(organization_id, Arc::downgrade(&feed));
        feed
    }

    fn all(&self) -> Vec<Arc<Feed>> {
        let mut feeds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        feeds.retain(|_, feed| feed.strong_count() > 0);
        feeds.values().filter_map(Weak::upgrade).collect()
    }

    fn wake(&self, growth: &[Growth]) {
        let feeds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for one in growth {
            if let Some(feed) = feeds.get(&one.organization_id).and_then(Weak::upgrade) {
                feed.wake(one.last_sequence);
            }
        }
    }
}

/// The last sequence of a trail.
async fn head(db: &Db, organization_id: i64) -> Result<i64> {
    let sql = "SELECT last_sequence FROM trail_head WHERE organization_id = $1";
    let statement = Statement::new(sql, vec![Arg::long(organization_id)], vec![Kind::Long]);
    let rows = db.fetch(&errand(organization_id), statement).await?;
    Ok(rows.cell(0, 0).as_int().unwrap_or(0))
}

fn errand(organization_id: i64) -> Errand {
    Errand { organization_id: Some(organization_id), ..Errand::default() }
}

/// Passes on what is committed here to the feeds and to the neighbours, and what the neighbours tell to the feeds.
async fn listen(db: Db, feeds: Arc<Feeds>) {
    loop {
        let mut connecting = std::pin::pin!(db.neighbours());
        let connected = loop {
            tokio::select! {
                connected = connecting.as_mut() => break connected,
                growth = db.grown() => feeds.wake(&growth),
            }
        };
        match connected {
            Ok(mut neighbours) => {
                let mut untold = Untold::default();
                while pass_on(&db, (&mut neighbours, &mut untold), &feeds).await.is_ok() {}
            }
            Err(error) => tracing::debug!(%error, "other instances cannot be heard"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// What was committed here and not yet told to the neighbours.
#[derive(Default)]
struct Untold {
    growth: HashMap<i64, i64>,
    /// When it is told at the latest.
    due: Option<Instant>,
}

async fn pass_on(db: &Db, (neighbours, untold): (&mut Neighbours, &mut Untold), feeds: &Feeds) -> Result<()> {
    tokio::select! {
        growth = db.grown() => {
            feeds.wake(&growth);
            untold.growth.extend(growth.iter().map(|one| (one.organization_id, one.last_sequence)));
            untold.due.get_or_insert_with(|| Instant::now() + GATHERING);
        }
        () = tokio::time::sleep_until(untold.due.unwrap_or_else(Instant::now)), if untold.due.is_some() => {
            untold.due = None;
            let growth = untold.growth.drain().map(|(organization_id, last_sequence)| Growth { organization_id, last_sequence });
            neighbours.tell(&growth.collect::<Vec<_>>()).await?;
        }
        growth = neighbours.hear() => feeds.wake(&growth?),
    }
    Ok(())
}

/// Looks at the heads of the trails that are followed: a SQLite file may have other writers, and word gets lost.
async fn look(db: Db, feeds: Arc<Feeds>) {
    loop {
        tokio::time::sleep(LOOK).await;
        let organizations: Vec<i64> = feeds.all().iter().map(|feed| feed.organization_id()).collect();
        if organizations.is_empty() {
            continue;
        }
        let among = match db.store() {
            Store::Postgres => "= ANY($1::bigint[])",
            Store::Sqlite => "IN (SELECT value FROM json_each($1))",
        };
        let sql = format!("SELECT organization_id, last_sequence FROM trail_head WHERE organization_id {among}");
        let statement = Statement::new(sql, vec![Arg::longs(organizations)], vec![Kind::Long, Kind::Long]);
        if let Ok(rows) = db.fetch(&Errand::default(), statement).await {
            let growth = rows.iter().filter_map(|row| match row {
                [organization_id, last_sequence] => {
                    Some(Growth { organization_id: organization_id.as_int()?, last_sequence: last_sequence.as_int()? })
                }
                _ => None,
            });
            feeds.wake(&growth.collect::<Vec<_>>());
        }
    }
}
