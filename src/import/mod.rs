//! Importers: files and messages of other systems become records and events of an organization, in batches, each batch
//! in one transaction with its trail. May use the domain; knows no surface, no HTTP, and does not print.

pub mod bus;
pub mod folio;
pub mod lives;
mod progress;
#[cfg(test)]
mod testing;

use std::io;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::acquisition::{self, Event};
use crate::domain::cell::Kind;
use crate::domain::cx::{Clock, Surface, new_uuid};
use crate::domain::db::{Arg, Db, Errand, Outcome, Statement};
use crate::domain::error::Error;
use crate::domain::trail::Origin;

/// Whether a run writes what it has read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Reads, checks and writes.
    #[default]
    Write,
    /// Reads and checks; the store stays as it is. The report says what would happen.
    DryRun,
}

/// Why a run as a whole failed. Refused rows are no failure: they stand in the report.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A file cannot be read.
    #[error("{file}: {cause}")]
    Read {
        /// Name of the file.
        file: String,
        /// What the system said.
        cause: io::Error,
    },
    /// A file is not of the format.
    #[error("{file}: the column {column} is missing")]
    Column {
        /// Name of the file.
        file: String,
        /// The column.
        column: &'static str,
    },
    /// The organization does not exist.
    #[error("there is no organization {0}")]
    Organization(String),
    /// The store refused.
    #[error("{0}")]
    Store(#[from] Error),
}

/// One run of an importer: into which organization, and when.
#[derive(Clone)]
struct Run {
    organization_id: i64,
    mode: Mode,
    errand: Errand,
    origin: Origin,
}

/// The organization with this slug.
async fn organization(db: &Db, slug: &str) -> Result<Option<i64>, Error> {
    let statement =
        Statement::new("SELECT id FROM organization WHERE slug = $1", vec![Arg::text(slug)], vec![Kind::Long]);
    Ok(db.fetch(&Errand::default(), statement).await?.cell(0, 0).as_int())
}

impl Run {
    async fn start(db: &Db, slug: &str, mode: Mode, clock: Clock) -> Result<Self, Failure> {
        let organization_id = organization(db, slug).await?.ok_or_else(|| Failure::Organization(slug.to_owned()))?;
        Ok(Self::into(organization_id, Surface::Import, mode, clock))
    }

    fn into(organization_id: i64, surface: Surface, mode: Mode, clock: Clock) -> Self {
        let request_id = Some(new_uuid().to_string());
        let origin = Origin { user_uuid: None, surface, request_id, at: clock.now() };
        let errand = Errand { organization_id: Some(organization_id), ..Errand::default() };
        Self { organization_id, mode, errand, origin }
    }

    /// Records events in one transaction; gives how many were new.
    async fn record(&self, db: &Db, events: Vec<Event>) -> Result<usize, Error> {
        let shared = Arc::new((self.clone(), events));
        db.write(&self.errand, move |tx| {
            let shared = Arc::clone(&shared);
            Box::pin(async move {
                let (run, events) = shared.as_ref();
                let imported = acquisition::record(tx, run.organization_id, events.clone(), &run.origin).await?;
                let new = imported.count();
                Ok(if new > 0 && run.mode == Mode::Write { Outcome::Changed(new) } else { Outcome::Unchanged(new) })
            })
        })
        .await
    }

    fn now(&self) -> DateTime<Utc> {
        self.origin.at
    }
}
