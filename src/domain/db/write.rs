//! Commands in transactions: one in a transaction of its own, or those that wait for the same trail in one together.
//!
//! A command that waits costs nothing more than its own rows: one lock, one statement for all entries in the trail, one
//! commit. Each is still done as a whole or not at all, and nobody hears of it before the commit
//! (docs/decisions/0012).

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::tx::{Outcome, Tx};
use super::{Db, Errand, Store, spawned};
use crate::domain::error::{Error, Result};
use crate::domain::trail;

/// How often the store may ask for the same command again.
const ATTEMPTS: u32 = 5;

/// A command that waits for its transaction.
pub(super) trait Job: Send {
    /// Carries it out, as often as it must be, and says what it leaves behind.
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Left>;
    /// Tells whoever waits for it what came of its last run, or why that does not stand.
    fn tell(&mut self, why: Option<Error>);
}

/// What a command leaves behind in its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Rows that must be committed.
    Rows,
    /// Nothing: it only read.
    Nothing,
    /// Rows that must not be committed.
    Rubble,
    /// The store cannot answer now.
    Unavailable,
    /// A transaction that nobody knows the state of: the command panicked.
    Unknown,
}

struct Command<T, F> {
    carry_out: Arc<F>,
    statements: Arc<AtomicU64>,
    value: Option<Result<T>>,
    told: Option<oneshot::Sender<Result<T>>>,
}

impl<T, F> Command<T, F>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<Outcome<T>>> + Send + Sync + 'static,
{
    fn waiting(carry_out: F, errand: &Errand) -> (Box<dyn Job>, oneshot::Receiver<Result<T>>) {
        let (told, hears) = oneshot::channel();
        let statements = Arc::clone(&errand.statements);
        (Box::new(Self { carry_out: Arc::new(carry_out), statements, value: None, told: Some(told) }), hears)
    }
}

impl<T, F> Job for Command<T, F>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<Outcome<T>>> + Send + Sync + 'static,
{
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Left> {
        Box::pin(async move {
            tx.begin(Arc::clone(&self.statements));
            let outcome = AssertUnwindSafe((self.carry_out)(tx)).catch_unwind().await;
            let Ok(outcome) = outcome else {
                self.value = Some(Err(Error::Internal));
                return Left::Unknown;
            };
            let (value, commits) = match outcome {
                Ok(Outcome::Changed(_)) if !tx.recorded => {
                    (Err(Error::internal("write", &"a change without an entry in the trail")), false)
                }
                Ok(Outcome::Changed(_) | Outcome::Bookkeeping(_)) if tx.refused => {
                    let why = "a command that went on after the store refused a statement";
                    (Err(Error::internal("write", &why)), false)
                }
                Ok(Outcome::Changed(value) | Outcome::Bookkeeping(value)) => (Ok(value), true),
                Ok(Outcome::Unchanged(value)) => (Ok(value), false),
                Err(error) => (Err(error), false),
            };
            let is_unavailable = matches!(value, Err(Error::Unavailable));
            self.value = Some(value);
            match (commits, tx.written || tx.refused) {
                (true, _) => Left::Rows,
                (false, false) => Left::Nothing,
                (false, true) if is_unavailable => Left::Unavailable,
                (false, true) => Left::Rubble,
            }
        })
    }

    fn tell(&mut self, why: Option<Error>) {
        let own = self.value.take().unwrap_or(Err(Error::Internal));
        let value = why.map_or(own, Err);
        if let Some(told) = self.told.take() {
            // Nobody waits any more: what was done is done.
            drop(told.send(value));
        }
    }
}

/// How a transaction of several commands ended.
enum End {
    /// As each command says.
    Told,
    /// It was rolled back for the sake of one of them; each is to have a transaction of its own.
    Apart,
    /// The store asks for it again.
    Again,
}

impl Db {
    /// Runs a command in one transaction: all of it or nothing. A changed outcome without an entry in the trail is a
    /// defect and is not committed. The command is run again when the store asks for it (serialization, deadlock), so
    /// it must have no effect outside the transaction.
    pub async fn write<T, F>(&self, errand: &Errand, command: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<Outcome<T>>> + Send + Sync + 'static,
    {
        let (db, errand) = (self.clone(), errand.clone());
        let (mut job, hears) = Command::waiting(command, &errand);
        spawned(async move {
            db.alone(errand.organization_id, &mut job).await;
            Ok(())
        })
        .await?;
        hears.await.map_err(|_| Error::Internal)?
    }

    /// As [`Db::write`], for a command that begins by locking the trail of the errand's organization: it shares its
    /// transaction with others that wait for the same. Without an organization it shares with nobody.
    pub async fn write_in_turn<T, F>(&self, errand: &Errand, command: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<Outcome<T>>> + Send + Sync + 'static,
    {
        let line = match (self.store(), errand.organization_id) {
            // One writer for all.
            (Store::Sqlite, _) => None,
            (Store::Postgres, None) => return self.write(errand, command).await,
            (Store::Postgres, organization) => organization,
        };
        let (job, hears) = Command::waiting(command, errand);
        if self.inner.turns.join(line, job) {
            let db = self.clone();
            tokio::spawn(async move {
                while let Some(mut jobs) = db.inner.turns.next(line) {
                    // Whatever ends it does not end the line; those it was for hear that it ended.
                    let together = AssertUnwindSafe(db.together(line, &mut jobs)).catch_unwind().await;
                    if together.is_err() {
                        tracing::error!("a panic between the commands of a transaction");
                    }
                }
            });
        }
        hears.await.map_err(|_| Error::Internal)?
    }

    async fn together(&self, organization_id: Option<i64>, jobs: &mut [Box<dyn Job>]) {
        if jobs.len() > 1 && matches!(self.transact(organization_id, jobs).await, End::Told) {
            return;
        }
        for job in jobs {
            self.alone(organization_id, job).await;
        }
    }

    async fn alone(&self, organization_id: Option<i64>, job: &mut Box<dyn Job>) {
        for attempt in 1..=ATTEMPTS {
            match self.transact(organization_id, std::slice::from_mut(job)).await {
                End::Told => return,
                End::Apart | End::Again => tokio::time::sleep(Duration::from_millis(5 << attempt)).await,
            }
        }
        job.tell(Some(Error::Unavailable));
    }

    /// Carries jobs out in one transaction and tells what came of them.
    async fn transact(&self, organization_id: Option<i64>, jobs: &mut [Box<dyn Job>]) -> End {
        let opened = match self.begin(organization_id).await {
            Ok(opened) => opened,
            Err(error) => return told(jobs, Some(&error)),
        };
        let mut tx = Tx::new(opened, self.store(), !self.inner.without_tree.load(Ordering::Relaxed));
        let (mut commits, mut rubble) = (false, false);
        let many = jobs.len() > 1;
        for index in 0..jobs.len() {
            let Some(job) = jobs.get_mut(index) else { break };
            match job.run(&mut tx).await {
                Left::Rows => commits = true,
                Left::Nothing => {}
                // The first one waits for the lock on behalf of all: each by itself would only wait once more.
                Left::Unavailable if many && index == 0 && !tx.again => return told(jobs, Some(&Error::Unavailable)),
                Left::Rubble | Left::Unavailable => {
                    rubble = true;
                    break;
                }
                // The lease is dropped, and with it the connection and whatever it had open.
                Left::Unknown if many => return End::Apart,
                Left::Unknown => return told(jobs, None),
            }
        }
        let mut failed = None;
        if commits && !rubble {
            failed = trail::flush(&mut tx).await.err();
        }
        let stands = commits && !rubble && failed.is_none();
        let finished = tx.finish(stands).await;
        let again = tx.again && !stands;
        if let Err(error) = finished {
            // The lease is dropped, and with it the connection and whatever it had open.
            return told(jobs, Some(&error));
        }
        if stands {
            self.inner.commits.tell(&tx.grown);
        }
        tx.lease.give_back();
        match (again, many && (rubble || failed.is_some())) {
            (_, true) => End::Apart,
            (true, false) => End::Again,
            (false, false) => told(jobs, failed.as_ref()),
        }
    }
}

fn told(jobs: &mut [Box<dyn Job>], why: Option<&Error>) -> End {
    for job in jobs {
        job.tell(why.cloned());
    }
    End::Told
}
