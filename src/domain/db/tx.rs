//! A transaction in the hands of a command, and what makes it commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{Postgres, Sqlite};

use super::lease::Lease;
use super::statement::{Rows, Statement};
use super::{Growth, Store};
use crate::domain::error::Result;
use crate::domain::trail::{Ledger, Receipt};

pub(super) enum AnyLease {
    Sqlite(Lease<Sqlite>),
    Postgres(Lease<Postgres>),
}

impl AnyLease {
    /// Runs a statement, and before it what opens its transaction, which is then no longer there.
    pub(super) async fn fetch(
        &mut self,
        opening: &mut Option<String>,
        statement: &Statement,
    ) -> Result<Rows, sqlx::Error> {
        match self {
            Self::Sqlite(lease) => {
                if let Some(sql) = opening {
                    // Refused, it has begun nothing.
                    lease.run(sql).await?;
                    *opening = None;
                }
                lease.fetch(statement).await
            }
            Self::Postgres(lease) => match opening.take() {
                Some(sql) => lease.fetch_opening(&sql, statement).await,
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
    /// What opens the transaction, until the first statement takes it along.
    opening: Option<String>,
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
    pub(super) fn new((lease, opening): (AnyLease, Option<String>), store: Store, keeps_tree: bool) -> Self {
        Self {
            lease,
            opening,
            store,
            statements: Arc::default(),
            recorded: false,
            grown: Vec::new(),
            again: false,
            ledger: Ledger::default(),
            keeps_tree,
            refused: false,
            written: false,
        }
    }

    /// The next command of the transaction begins, whose statements are counted there.
    pub(super) fn begin(&mut self, statements: Arc<AtomicU64>) {
        self.statements = statements;
        self.recorded = false;
        self.written = false;
        self.ledger.receipts.clear();
    }

    /// Runs one statement.
    pub async fn fetch(&mut self, statement: &Statement) -> Result<Rows> {
        self.written |= !statement.sql.starts_with("SELECT");
        self.statements.fetch_add(1, Ordering::Relaxed);
        match self.lease.fetch(&mut self.opening, statement).await {
            Ok(rows) => Ok(rows),
            Err(error) => {
                self.refused = true;
                // PostgreSQL: serialization failure and deadlock.
                let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
                self.again = code.is_some_and(|code| matches!(&*code, "40001" | "40P01"));
                Err(error.into())
            }
        }
    }

    /// Ends the transaction.
    pub(super) async fn finish(&mut self, commits: bool) -> Result<()> {
        if self.opening.is_some() {
            // It was never begun.
            return Ok(());
        }
        self.lease.raw(if commits { "COMMIT" } else { "ROLLBACK" }).await
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
