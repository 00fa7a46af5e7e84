//! `import`: files of other systems into an organization.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Subcommand, ValueEnum};

use super::{Exit, open};
use crate::config::Loaded;
use crate::domain::acquisition::Kind;
use crate::domain::cx::Clock;
use crate::import::{Mode, folio, lives};

/// Import files of other systems into an organization. Importing a file again creates nothing twice.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  audit-gateway import lives ./san-francisco --organization city
  audit-gateway import folio events.ndjson --organization north-library --dry-run
  zcat events.gz | audit-gateway import folio - --organization north-library --type order-line

The report is JSON on standard output. Exit codes: 0 all was taken, 1 the run failed, 2 some of the input was refused.")]
pub struct Args {
    #[command(subcommand)]
    source: Source,
}

#[derive(Debug, Subcommand)]
enum Source {
    /// Inspections of places of business in the LIVES format: businesses.csv, inspections.csv, violations.csv and,
    /// where there is one, legend.csv.
    Lives {
        /// Folder with the files.
        folder: PathBuf,
        #[command(flatten)]
        target: Target,
    },
    /// Events of acquisition records, as NDJSON, a JSON array, one event or a collection.
    Folio {
        /// The file; - for standard input.
        file: PathBuf,
        #[command(flatten)]
        target: Target,
        /// Type of all events, where they do not tell it themselves.
        #[arg(long = "type", value_name = "TYPE", value_parser = kinds())]
        kind: Option<Kind>,
        /// What to do after an event was refused.
        #[arg(long, value_name = "WHAT", default_value = "continue")]
        on_error: OnError,
    },
}

#[derive(Debug, clap::Args)]
struct Target {
    /// Slug of the organization.
    #[arg(long, value_name = "SLUG")]
    organization: String,
    /// Read and check everything, write nothing.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OnError {
    /// Write what came before it and stop.
    Stop,
    /// Go on with the next.
    Continue,
}

impl Target {
    fn mode(&self) -> Mode {
        if self.dry_run { Mode::DryRun } else { Mode::Write }
    }
}

fn kinds() -> impl TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.map(Kind::word)).try_map(|word| Kind::of(&word).ok_or("no such type"))
}

/// Runs the importer and prints its report.
pub async fn run(args: Args, loaded: Loaded) -> anyhow::Result<Exit> {
    let db = open::store(&loaded.config).await?;
    if open::pending(&db).await? > 0 {
        bail!("the store is not up to date; run `audit-gateway migrate up` first");
    }
    let clock = Clock::System;
    let (report, refused) = match args.source {
        Source::Lives { folder, target } => {
            let mode = target.mode();
            let options = lives::Options { folder, organization: target.organization, mode, clock };
            let report = lives::run(&db, &options).await?;
            (serde_json::to_string_pretty(&report), report.refused())
        }
        Source::Folio { file, target, kind, on_error } => {
            let mode = target.mode();
            let on_error = match on_error {
                OnError::Stop => folio::OnError::Stop,
                OnError::Continue => folio::OnError::Continue,
            };
            let options = folio::Options { organization: target.organization, kind, on_error, mode, clock };
            let report = folio::run(&db, &folio::Input::of(file), &options).await?;
            (serde_json::to_string(&report), report.refused)
        }
    };
    db.close().await;
    println!("{}", report.context("the report cannot be written")?);
    Ok(if refused > 0 { Exit::PartlyRefused } else { Exit::Done })
}
