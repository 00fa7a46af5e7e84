//! Commands in transactions: one in a transaction of its own, or those that wait for their turn in one together.
//!
//! A command that waits costs nothing more than its own rows: its trail is written with the others', and there is one
//! commit. Each is still done as a whole or not at all, and nobody hears of it before the commit
//! (docs/decisions/0012).

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::turn::{Jobs, Line};
use super::tx::{Outcome, Tx};
use super::{Db, Errand, Store, is_apart, spawned};
use crate::domain::error::{Error, Result};
use crate::domain::trail::Opening;

/// How often the store may ask for the same command again.
const ATTEMPTS: u32 = 5;

/// A command that waits for its transaction.
pub(super) trait Job: Send {
    /// Whose rows it concerns.
    fn line(&self) -> Line;
    /// What it begins with, where that is known.
    fn opening(&self) -> Option<&Opening>;
    /// Carries it out as the command of a number, as often as it must be, and says what it leaves behind.
    fn run<'a>(&'a mut self, number: usize, tx: &'a mut Tx) -> BoxFuture<'a, Left>;
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
    /// Nothing: it would have had to wait for a trail.
    HeldUp,
    /// A transaction that nobody knows the state of: the command panicked.
    Unknown,
}

struct Command<T, F> {
    carry_out: Arc<F>,
    line: Line,
    opening: Option<Opening>,
    statements: Arc<AtomicU64>,
    value: Option<Result<T>>,
    told: Option<oneshot::Sender<Result<T>>>,
}

impl<T, F> Command<T, F>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<Outcome<T>>> + Send + Sync + 'static,
{
    fn waiting(
        carry_out: F,
        (line, opening): (Line, Option<Opening>),
        errand: &Errand,
    ) -> (Box<dyn Job>, oneshot::Receiver<Result<T>>) {
        let (told, hears) = oneshot::channel();
        let (carry_out, statements) = (Arc::new(carry_out), Arc::clone(&errand.statements));
        (Box::new(Self { carry_out, line, opening, statements, value: None, told: Some(told) }), hears)
    }
}

impl<T, F> Job for Command<T, F>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<Outcome<T>>> + Send + Sync + 'static,
{
    fn line(&self) -> Line {
        self.line
    }

    fn opening(&self) -> Option<&Opening> {
        self.opening.as_ref()
    }

    fn run<'a>(&'a mut self, number: usize, tx: &'a mut Tx) -> BoxFuture<'a, Left> {
        Box::pin(async move {
            tx.begin(number, self.line, Arc::clone(&self.statements));
            let outcome = AssertUnwindSafe((self.carry_out)(tx)).catch_unwind().await;
            let Ok(outcome) = outcome else {
                self.value = Some(Err(Error::Internal));
                return Left::Unknown;
            };
            if tx.held_up {
                return Left::HeldUp;
            }
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

/// How a transaction ended.
enum End {
    /// As its commands say, which have heard of it and are gone from the list. Left are those of lines that are held up,
    /// and those for which there was no time.
    Told { held_up: Vec<Line> },
    /// It was rolled back for the sake of this line, whose commands are to have transactions of their own.
    Apart(Line),
    /// It was rolled back; every command is to have a transaction of its own.
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
        let db = self.clone();
        let (job, hears) = Command::waiting(command, (errand.organization_id, None), errand);
        spawned(async move {
            db.alone(job).await;
            Ok(())
        })
        .await?;
        hears.await.map_err(|_| Error::Internal)?
    }

    /// As [`Db::write`], for a command that begins with this opening: it may share its transaction with others that wait
    /// for their turn, none of which may make the opening's condition wrong. Without one it shares with nobody on
    /// PostgreSQL.
    pub async fn write_in_turn<T, F>(&self, errand: &Errand, opening: Option<Opening>, command: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Tx) -> BoxFuture<'a, Result<Outcome<T>>> + Send + Sync + 'static,
    {
        let line = match (self.store(), &opening) {
            // One writer for all.
            (Store::Sqlite, _) => None,
            (Store::Postgres, None) => return self.write(errand, command).await,
            (Store::Postgres, Some(_)) => errand.organization_id,
        };
        let (job, hears) = Command::waiting(command, (line, opening), errand);
        if self.inner.turns.join(line, job) {
            let worker = Worker { db: self.clone(), lines: vec![line] };
            if is_apart() {
                // It goes on whoever waits for it, so its own turn needs no task.
                worker.begins(line).await;
            } else {
                tokio::spawn(worker.begins(line));
            }
        }
        hears.await.map_err(|_| Error::Internal)?
    }

    /// Carries out the commands of a line that its worker could not, while the worker goes on with others.
    fn aside(&self, line: Line, mut jobs: Jobs, each_alone: bool) {
        let db = self.clone();
        let work = async move {
            // Whoever has locked the trail is waited for once.
            while !each_alone && jobs.len() > 1 && matches!(db.transact(&mut jobs, true).await, End::Told { .. }) {}
            for job in jobs {
                db.alone(job).await;
            }
        };
        let db = self.clone();
        tokio::spawn(async move {
            whatever_happens(work).await;
            db.inner.turns.release(&[line]);
            if db.inner.turns.needs_one() {
                Worker { db, lines: Vec::new() }.goes_on().await;
            }
        });
    }

    async fn alone(&self, job: Box<dyn Job>) {
        let mut jobs = vec![job];
        for attempt in 1..=ATTEMPTS {
            match self.transact(&mut jobs, true).await {
                End::Told { .. } => return,
                End::Apart(_) | End::Again => tokio::time::sleep(Duration::from_millis(5 << attempt)).await,
            }
        }
        tell(&mut jobs, Some(&Error::Unavailable));
    }

    /// Carries jobs out in one transaction and tells what came of them. Those of a trail that is locked are held up,
    /// unless the transaction waits for it.
    async fn transact(&self, jobs: &mut Jobs, waits: bool) -> End {
        let tenant = jobs.first().and_then(|job| job.line());
        let opened = match self.begin(tenant).await {
            Ok(opened) => opened,
            Err(error) => return told(jobs, Some(&error)),
        };
        let mut tx = Tx::new(opened, self, tenant, waits);
        let (begun, many) = (Instant::now(), jobs.len() > 1);
        let (mut at, mut commits, mut spoilt) = (0, false, None);
        let (mut held, mut held_up) = (Vec::new(), Vec::new());
        if many && !waits && self.store() == Store::Postgres {
            let openings =
                jobs.iter().enumerate().map(|(number, job)| Some((job.line(), job.opening()?.statement(number))));
            if let Some(openings) = openings.collect()
                && tx.open(openings).await.is_err()
            {
                // The lease is dropped, and with it the connection and whatever it had open.
                return End::Again;
            }
        }
        while let Some(job) = jobs.get_mut(at)
            && (at == 0 || begun.elapsed() < self.inner.turns.long)
        {
            let line = job.line();
            match job.run(at, &mut tx).await {
                Left::Rows => commits = true,
                Left::Nothing => {}
                Left::HeldUp => {
                    held.push(at);
                    held_up.push(line);
                }
                // The first one waits for the lock on behalf of all: each by itself would only wait once more.
                Left::Unavailable if waits && many && at == 0 && !tx.again => {
                    return told(jobs, Some(&Error::Unavailable));
                }
                Left::Rubble | Left::Unavailable => spoilt = Some(line),
                // The lease is dropped, and with it the connection and whatever it had open.
                Left::Unknown if many => return End::Apart(line),
                Left::Unknown => return told(jobs, None),
            }
            at += 1;
            if spoilt.is_some() {
                break;
            }
        }
        let later = jobs.split_off(at);
        let (mut run, mut left) = (Jobs::with_capacity(at), Jobs::new());
        for (index, job) in jobs.drain(..).enumerate() {
            if held.contains(&index) { &mut left } else { &mut run }.push(job);
        }
        jobs.extend(left.into_iter().chain(later));
        let mut failed = None;
        if commits && spoilt.is_none() {
            match tx.commit().await {
                Ok(()) => {
                    self.inner.commits.tell(&tx.grown);
                    tx.lease.give_back();
                    tell(&mut run, None);
                    return End::Told { held_up };
                }
                Err(error) if tx.refused => failed = Some(error),
                // Nobody knows what became of it. The lease is dropped, and with it the connection.
                Err(error) => {
                    tell(&mut run, Some(&error));
                    return End::Told { held_up };
                }
            }
        }
        if let Err(error) = tx.roll_back().await {
            // The lease is dropped, and with it the connection and whatever it had open.
            tell(&mut run, Some(&error));
            return End::Told { held_up };
        }
        let end = match (spoilt, &failed) {
            (Some(line), _) if many => End::Apart(line),
            (None, Some(_)) if many => End::Again,
            (Some(_), _) | (_, Some(_)) if tx.again => End::Again,
            _ => {
                tx.lease.give_back();
                tell(&mut run, failed.as_ref());
                return End::Told { held_up };
            }
        };
        tx.lease.give_back();
        run.append(jobs);
        *jobs = run;
        end
    }
}

/// Somebody at work for lines, which are given back in the end. Where others wait, somebody else then goes on.
struct Worker {
    db: Db,
    lines: Vec<Line>,
}

impl Worker {
    /// Carries out those who wait in the line that it has taken.
    async fn begins(mut self, line: Line) {
        let jobs = self.db.inner.turns.of(line);
        self.turn(jobs).await;
    }

    /// Carries out whoever waits, until nobody does.
    async fn goes_on(mut self) {
        while let Some((lines, jobs)) = self.db.inner.turns.next() {
            self.lines = lines;
            self.turn(jobs).await;
            self.db.inner.turns.release(&std::mem::take(&mut self.lines));
        }
    }

    async fn turn(&mut self, jobs: Jobs) {
        // Whatever ends it does not end the lines; those it was for hear that it ended.
        whatever_happens(self.together(jobs)).await;
    }

    async fn together(&mut self, mut jobs: Jobs) {
        while !jobs.is_empty() {
            let (lines, each_alone) = match self.db.transact(&mut jobs, false).await {
                End::Told { held_up } => (held_up, false),
                End::Apart(line) => (vec![line], true),
                End::Again => (self.lines.clone(), true),
            };
            for line in lines {
                let those: Jobs = jobs.extract_if(.., |job| job.line() == line).collect();
                if !those.is_empty() {
                    self.lines.retain(|own| *own != line);
                    self.db.aside(line, those, each_alone);
                }
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.db.inner.turns.release(&self.lines);
        if self.db.inner.turns.must_go_on() {
            let db = self.db.clone();
            // Nobody is at work before the task begins: it may never, where everything ends.
            tokio::spawn(async move { Worker { db, lines: Vec::new() }.goes_on().await });
        }
    }
}

async fn whatever_happens(work: impl Future<Output = ()>) {
    if AssertUnwindSafe(work).catch_unwind().await.is_err() {
        tracing::error!("a panic between the commands of a transaction");
    }
}

fn tell(jobs: &mut Jobs, why: Option<&Error>) {
    for mut job in jobs.drain(..) {
        job.tell(why.cloned());
    }
}

fn told(jobs: &mut Jobs, why: Option<&Error>) -> End {
    tell(jobs, why);
    End::Told { held_up: Vec::new() }
}
