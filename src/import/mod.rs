//! Importers: files of other systems become records and events of an organization, in batches, each batch in one
//! transaction with its trail. May use the domain; knows no surface, no HTTP, and does not print.

pub mod folio;
pub mod lives;
mod progress;
#[cfg(test)]
mod testing;

use std::io;

use chrono::{DateTime, Utc};

use crate::domain::cell::Kind;
use crate::domain::cx::{Clock, Surface, new_uuid};
use crate::domain::db::{Arg, Db, Errand, Statement};
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

impl Run {
    async fn start(db: &Db, slug: &str, mode: Mode, clock: Clock) -> Result<Self, Failure> {
        let statement =
            Statement::new("SELECT id FROM organization WHERE slug = $1", vec![Arg::text(slug)], vec![Kind::Long]);
        let rows = db.fetch(&Errand::default(), statement).await?;
        let organization_id = rows.cell(0, 0).as_int().ok_or_else(|| Failure::Organization(slug.to_owned()))?;
        let origin = Origin {
            user_uuid: None,
            surface: Surface::Import,
            request_id: Some(new_uuid().to_string()),
            at: clock.now(),
        };
        let errand = Errand { organization_id: Some(organization_id), ..Errand::default() };
        Ok(Self { organization_id, mode, errand, origin })
    }

    fn now(&self) -> DateTime<Utc> {
        self.origin.at
    }
}
