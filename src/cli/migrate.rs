//! `migrate`: the store's history, there and back.

use anyhow::{Context, bail};
use clap::Subcommand;

use super::{Exit, open, say};
use crate::config::Loaded;
use crate::domain::trail;

/// Bring the store's tables up to date, or take steps back.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  audit-gateway migrate status
  audit-gateway migrate up
  audit-gateway migrate down 1 --yes

Several instances may run `up` at once: one migrates, the others wait.")]
pub struct Args {
    #[command(subcommand)]
    direction: Direction,
}

#[derive(Debug, Subcommand)]
enum Direction {
    /// Take every step the store does not have yet.
    Up,
    /// Take back the last steps, with the data in them.
    Down {
        /// How many steps.
        steps: u32,
        /// That the data in them may be lost.
        #[arg(long)]
        yes: bool,
    },
    /// List the steps; changes nothing.
    Status,
}

pub async fn run(args: Args, loaded: Loaded) -> anyhow::Result<Exit> {
    let db = open::store(&loaded.config).await?;
    let connection = db.for_migrations();
    match args.direction {
        Direction::Up => {
            migration::up(&connection).await.context("migrating failed; nothing was changed")?;
            trail::seal_all(&db).await.context("the trail cannot be sealed")?;
        }
        Direction::Down { yes: false, .. } => bail!("this deletes the data of those steps; add --yes to do it"),
        Direction::Down { steps, yes: true } => {
            migration::down(&connection, steps).await.context("going back failed; nothing was changed")?;
        }
        Direction::Status => {}
    }
    for step in migration::status(&connection).await.context("the steps cannot be read")? {
        say(format_args!("{}  {}", if step.applied { "applied" } else { "pending" }, step.name))?;
    }
    db.close().await;
    Ok(Exit::Done)
}
