//! `verify`: whether the trail is what was recorded.

use std::path::PathBuf;

use anyhow::{Context, anyhow};

use super::{Exit, open, say};
use crate::config::Loaded;
use crate::domain::trail::{self, Checkpoint, PublicKey, Trusted};

/// Work the trail out anew from the store, and name the first event that was changed, removed, inserted or reordered.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  audit-gateway verify
  audit-gateway verify --organization city --state
  audit-gateway verify --checkpoint /mnt/anchor/trail.notes

Fails when something is found. A trail whose end was cut off, with everything in the store that speaks
of it, shows only against a checkpoint from outside.")]
pub struct Args {
    /// Slug of the organization; all of them without it.
    #[arg(long, value_name = "SLUG")]
    organization: Option<String>,
    /// File of checkpoints from outside the store, such as the one named by `trail-anchor`.
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// Key of the checkpoints, in base64; the keys of the configured or kept secrets without it.
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,
    /// Compare every record with what its last event says, too.
    #[arg(long)]
    state: bool,
}

pub async fn run(args: Args, loaded: Loaded) -> anyhow::Result<Exit> {
    let db = open::current_store(&loaded.config).await?;
    let keys = if args.key.is_empty() { open::trail_keys(&loaded.config)? } else { keys(&args.key)? };
    let trusted = Trusted { checkpoints: checkpoints(&args.checkpoint, &keys)?, keys };
    if trusted.keys.is_empty() {
        say("no key: kept checkpoints are passed over")?;
    }
    let mut clean = true;
    for organization in open::organizations(&db, args.organization.as_deref()).await? {
        let slug = &organization.slug;
        let report = trail::verify(&db, organization.id, &trusted).await.with_context(|| slug.clone())?;
        match report.finding {
            None => say(format_args!(
                "{slug}: {} events, {} checkpoints, root {}: clean",
                report.events, report.checkpoints, report.root
            ))?,
            Some(finding) => {
                clean = false;
                say(format_args!("{slug}: {finding}"))?;
            }
        }
        if args.state {
            let found = trail::compare(&db, organization.id).await.with_context(|| slug.clone())?;
            clean &= found.differences.is_empty();
            say(format_args!("{slug}: {} records compared with their last events", found.records))?;
            for difference in found.differences {
                say(format_args!("{slug}: {difference}"))?;
            }
        }
    }
    db.close().await;
    Ok(if clean { Exit::Done } else { Exit::Failed })
}

fn keys(texts: &[String]) -> anyhow::Result<Vec<PublicKey>> {
    let read =
        |text: &String| PublicKey::parse(text).with_context(|| format!("{text} is no key of 32 bytes in base64"));
    texts.iter().map(read).collect()
}

fn checkpoints(files: &[PathBuf], keys: &[PublicKey]) -> anyhow::Result<Vec<Checkpoint>> {
    let mut checkpoints = Vec::new();
    for file in files {
        let place = file.display();
        let text = std::fs::read_to_string(file).with_context(|| format!("{place} cannot be read"))?;
        let notes = trail::split_notes(&text);
        if notes.is_empty() {
            return Err(anyhow!("{place} holds no checkpoint"));
        }
        for note in notes {
            let read = Checkpoint::read(&note, keys);
            checkpoints.push(read.map_err(|why| anyhow!("{place}: a checkpoint cannot be trusted: {why}"))?);
        }
    }
    Ok(checkpoints)
}
