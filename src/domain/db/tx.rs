//! A transaction in the hands of a command, and what makes it commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{Postgres, Sqlite};

use super::lease::Lease;
use super::statement::{Rows, Statement};
use super::{Db, Growth, Store, tenant_local};
use crate::domain::error::{Error, Result};
use crate::domain::trail::{self, Ledger, Receipt};

pub(super) enum AnyLease {
    Sqlite(Lease<Sqlite>),
    Postgres(Lease<Postgres>),
}

impl AnyLease {
    /// Runs a statement, and before it what must come before it, which is then no longer there.
    pub(super) async fn fetch(
        &mut self,
        before: &mut Option<String>,
        statement: &Statement,
    ) -> Result<Rows, sqlx::Error> {
        match self {
            Self::Sqlite(lease) => {
                if let Some(sql) = before {
                    // Refused, it has begun nothing.
                    lease.run(sql).await?;
                    *before = None;
                }
                lease.fetch(statement).await
            }
            Self::Postgres(lease) => match before.take() {
                Some(sql) => lease.fetch_all(&[(Some(sql), statement.clone())], None).await,
                None => lease.fetch(statement).await,
            },
        }
    }

    async fn raw(&mut self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite(lease) => lease.raw(sql).await,
            Self::Postgres(lease) => lease.raw(sql).await,
        }
    }

    pub(super) fn give_back(self) {
        match self {
            Self::Sqlite(lease) => lease.give_back(),
            Self::Postgres(lease) => lease.give_back(),
        }
    }
}

/// An open transaction.
pub struct Tx {
    pub(super) lease: AnyLease,
    /// What opens the transaction or shows it another organization's rows, until the next statement takes it along.
    before: Option<String>,
    /// Whether the store knows of it.
    begun: bool,
    /// Whose rows it shows.
    tenant: Option<i64>,
    /// Whether it waits for a trail that somebody else has locked.
    waits: bool,
    /// Set when the present command would have had to wait for a trail.
    pub(super) held_up: bool,
    pub(super) store: Store,
    pub(super) statements: Arc<AtomicU64>,
    /// Set by the trail when it has appended for the present command: without it nothing commits.
    pub(super) recorded: bool,
    /// The trails that grow with the commit.
    pub(super) grown: Vec<Growth>,
    /// Set when the store asks for the whole transaction to be run again.
    pub(super) again: bool,
    /// What the trail has locked and appended.
    pub(super) ledger: Ledger,
    /// Whether events become leaves of their organization's tree.
    pub(super) keeps_tree: bool,
    /// Set when the store refused a statement: PostgreSQL then commits nothing, and does not say so.
    pub(super) refused: bool,
    /// Set when something may have been written since the present command began.
    pub(super) written: bool,
}

/// What a command leaves behind.
pub enum Outcome<T> {
    /// Something changed, and the trail says so: commit.
    Changed(T),
    /// Nothing changed: roll back.
    Unchanged(T),
    /// Bookkeeping that the trail does not tell (sign-ins, last use of a key): commit without an entry.
    Bookkeeping(T),
}

impl Tx {
    /// One that shows the rows of `tenant` to begin with.
    pub(super) fn new((lease, opening): (AnyLease, String), db: &Db, tenant: Option<i64>, waits: bool) -> Self {
        Self {
            lease,
            before: Some(opening),
            begun: false,
            tenant,
            waits: waits || db.store() == Store::Sqlite,
            held_up: false,
            store: db.store(),
            statements: Arc::default(),
            recorded: false,
            grown: Vec::new(),
            again: false,
            ledger: Ledger::default(),
            keeps_tree: db.keeps_tree(),
            refused: false,
            written: false,
        }
    }

    /// The next command of the transaction begins, whose statements are counted there.
    pub(super) fn begin(&mut self, number: usize, organization_id: Option<i64>, statements: Arc<AtomicU64>) {
        self.statements = statements;
        // Its opening was sent with the others'.
        self.statements.fetch_add(u64::from(self.ledger.begin(number)), Ordering::Relaxed);
        self.recorded = false;
        self.written = false;
        self.held_up = false;
        self.show(organization_id);
    }

    /// Shows the rows of another organization from the next statement on, where the store knows whose they are.
    fn show(&mut self, organization_id: Option<i64>) {
        if self.store == Store::Postgres && self.tenant != organization_id {
            let show = tenant_local(organization_id);
            self.before = Some(self.before.take().map_or_else(|| show.clone(), |before| format!("{before}; {show}")));
        }
        self.tenant = organization_id;
    }

    /// Runs one statement.
    pub async fn fetch(&mut self, statement: &Statement) -> Result<Rows> {
        self.written |= !statement.sql.starts_with("SELECT");
        self.statements.fetch_add(1, Ordering::Relaxed);
        let answer = self.lease.fetch(&mut self.before, statement).await;
        self.begun |= self.before.is_none();
        answer.map_err(|error| {
            self.refused = true;
            self.heed(error)
        })
    }

    fn heed(&mut self, error: sqlx::Error) -> Error {
        // PostgreSQL: serialization failure and deadlock.
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        self.again = code.is_some_and(|code| matches!(&*code, "40001" | "40P01"));
        error.into()
    }

    /// Writes what the trail has appended, and commits. After an error, [`Tx::refused`] says that the store has refused
    /// something, so that nothing is committed; else nobody knows.
    pub(super) async fn commit(&mut self) -> Result<()> {
        let last = trail::unwritten(self)?;
        if !self.begun {
            return Ok(());
        }
        if self.store == Store::Sqlite {
            for (_, statement) in &last {
                self.fetch(statement).await?;
            }
            return self.lease.raw("COMMIT").await;
        }
        self.statements.fetch_add(last.len() as u64, Ordering::Relaxed);
        let mut steps = Vec::with_capacity(last.len());
        for (of, statement) in last {
            self.show(of);
            steps.push((self.before.take(), statement));
        }
        let answer = match &mut self.lease {
            AnyLease::Postgres(lease) => lease.fetch_all(&steps, Some("COMMIT")).await,
            AnyLease::Sqlite(_) => return Err(Error::Internal),
        };
        answer.map(drop).map_err(|error| {
            self.refused = error.as_database_error().is_some();
            self.heed(error)
        })
    }

    /// Opens the transaction with what each of its commands begins with, in one trip to the store.
    pub(super) async fn open(&mut self, openings: Vec<(Option<i64>, Statement)>) -> Result<()> {
        let mut steps = Vec::with_capacity(openings.len());
        for (of, statement) in openings {
            self.show(of);
            steps.push((self.before.take(), statement));
        }
        self.begun = true;
        let answer = match &mut self.lease {
            AnyLease::Postgres(lease) => lease.fetch_all(&steps, None).await,
            AnyLease::Sqlite(_) => return Err(Error::Internal),
        };
        let rows = answer.map_err(|error| self.heed(error))?;
        self.ledger.open(&rows);
        Ok(())
    }

    /// Takes everything back.
    pub(super) async fn roll_back(&mut self) -> Result<()> {
        if self.begun { self.lease.raw("ROLLBACK").await } else { Ok(()) }
    }

    /// Whether it waits for a trail that somebody else has locked. Else a command that would have to is
    /// [held up](Tx::mark_held_up).
    pub(in crate::domain) fn waits(&self) -> bool {
        self.waits
    }

    /// The present command would have to wait for a trail that somebody else has locked. Whatever it says now, it gets
    /// another transaction.
    pub(in crate::domain) fn mark_held_up(&mut self) {
        self.held_up = true;
    }

    /// Which store this is, for SQL that must differ.
    pub fn store(&self) -> Store {
        self.store
    }

    /// Whether the trail has appended entries of this command.
    pub(in crate::domain) fn is_recorded(&self) -> bool {
        self.recorded
    }

    /// Receipts of the events that this command has appended, in their order.
    pub fn receipts(&self) -> &[Receipt] {
        &self.ledger.receipts
    }

    /// What the trail remembers of this transaction.
    pub(in crate::domain) fn ledger(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    /// Whether events become leaves of their organization's tree.
    pub(in crate::domain) fn keeps_tree(&self) -> bool {
        self.keeps_tree
    }

    /// The trail of an organization grows with the commit.
    pub(in crate::domain) fn mark_grown(&mut self, organization_id: i64, last_sequence: i64) {
        self.grown.push(Growth { organization_id, last_sequence });
    }

    /// The trail has appended the entries of this command.
    pub(in crate::domain) fn mark_recorded(&mut self) {
        self.recorded = true;
        self.written = true;
    }
}
