//! `trail`: the trail for others to verify, checkpoints on demand, and erasure by order or by age.

use std::io::Write;

use anyhow::{Context, bail};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::Subcommand;
use uuid::Uuid;

use super::{Exit, open, say};
use crate::config::{Config, Loaded};
use crate::domain::cx::{Clock, Surface};
use crate::domain::db::Db;
use crate::domain::error::Error;
use crate::domain::trail::{self, Keeper, Origin, Selection};

/// Export the trail, make checkpoints, erase snapshots.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  audit-gateway trail export --organization city > city.ndjson && python3 docs/verify_trail.py city.ndjson
  audit-gateway trail checkpoint
  audit-gateway trail erase --organization city --entity 7d0c... --reason 'order 17/2026'
  audit-gateway trail retain --organization city --before 2019-01-01")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write events, hashes, a checkpoint and the key as NDJSON to standard output.
    Export {
        /// Slug of the organization; all of them, one after the other, without it.
        #[arg(long, value_name = "SLUG")]
        organization: Option<String>,
        /// Sequence of the first event.
        #[arg(long, value_name = "N", default_value_t = 1)]
        from: i64,
    },
    /// Sign how long each trail is, keep that in the store and append it to the file of `trail-anchor`.
    Checkpoint,
    /// Erase the snapshots of an event, or of all events of a record. That they were there stays proven.
    Erase {
        /// Slug of the organization.
        #[arg(long, value_name = "SLUG")]
        organization: String,
        /// Identifier of the event.
        #[arg(long, value_name = "UUID", conflicts_with = "entity", required_unless_present = "entity")]
        event: Option<Uuid>,
        /// Identifier of the record.
        #[arg(long, value_name = "UUID")]
        entity: Option<Uuid>,
        /// Why, for whoever reads the trail.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Erase the snapshots of all events that were recorded before a day.
    Retain {
        /// Slug of the organization.
        #[arg(long, value_name = "SLUG")]
        organization: String,
        /// The day, in UTC.
        #[arg(long, value_name = "DATE")]
        before: NaiveDate,
        /// Why, for whoever reads the trail.
        #[arg(long, value_name = "TEXT", default_value = "retention")]
        reason: String,
    },
}

pub async fn run(args: Args, loaded: Loaded) -> anyhow::Result<Exit> {
    let config = &loaded.config;
    let db = open::current_store(config).await?;
    match args.what {
        What::Export { organization, from } => export(config, &db, (organization.as_deref(), from)).await?,
        What::Checkpoint => checkpoint(config, &db).await?,
        What::Erase { organization, event, entity, reason } => {
            let selection = match (event, entity) {
                (Some(event), _) => Selection::Event(event),
                (None, Some(entity)) => Selection::Entity(entity),
                (None, None) => bail!("--event or --entity is required"),
            };
            erase(&db, &organization, (selection, reason)).await?;
        }
        What::Retain { organization, before, reason } => {
            let before: DateTime<Utc> = before.and_time(NaiveTime::MIN).and_utc();
            erase(&db, &organization, (Selection::Before(before), reason)).await?;
        }
    }
    db.close().await;
    Ok(Exit::Done)
}

async fn export(config: &Config, db: &Db, (slug, from): (Option<&str>, i64)) -> anyhow::Result<()> {
    let signer = open::signer(config)?;
    let mut out = std::io::BufWriter::new(std::io::stdout());
    for organization in open::organizations(db, slug).await? {
        let write = |line: String| writeln!(out, "{line}").map_err(|error| Error::internal("standard output", &error));
        trail::export(db, organization.id, (&signer, from), write).await.with_context(|| organization.slug.clone())?;
    }
    out.flush().context("standard output cannot be written")
}

async fn checkpoint(config: &Config, db: &Db) -> anyhow::Result<()> {
    trail::seal_all(db).await?;
    let keeper = Keeper { signer: open::signer(config)?, anchor: config.trail_anchor.clone(), clock: Clock::System };
    let notes = keeper.catch_up(db, 1).await?;
    if notes.is_empty() {
        return say("nothing new since the last checkpoints");
    }
    notes.iter().try_for_each(say)
}

async fn erase(db: &Db, slug: &str, order: (Selection, String)) -> anyhow::Result<()> {
    let found = open::organizations(db, Some(slug)).await?;
    let organization = found.first().context("no organization")?;
    let origin = Origin { user_uuid: None, surface: Surface::Cli, request_id: None, at: Clock::System.now() };
    let events = trail::erase(db, organization.id, order, origin).await?;
    say(format_args!("{slug}: snapshots of {events} events erased"))
}
