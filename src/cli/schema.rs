//! `schema`: the GraphQL contract as text.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;

use super::Exit;
use crate::config::Loaded;
use crate::graphql::{Service, Settings};

/// Print the GraphQL schema, or check a file against it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  audit-gateway schema print > schema.graphql
  audit-gateway schema check")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print the schema in its definition language.
    Print,
    /// Fail when a file is not this program's schema.
    Check {
        /// The file.
        #[arg(default_value = "schema.graphql")]
        file: PathBuf,
    },
}

pub async fn run(args: Args, _: Loaded) -> anyhow::Result<Exit> {
    let service = Service::new(Settings { introspection: true })?;
    let ours = service.sdl().unwrap_or_default();
    let What::Check { file } = args.what else {
        print!("{ours}");
        return Ok(Exit::Done);
    };
    let theirs = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    if theirs == ours {
        return Ok(Exit::Done);
    }
    let same = theirs.lines().zip(ours.lines()).take_while(|(a, b)| a == b).count();
    eprintln!("{}, line {}: not the schema of this program", file.display(), same + 1);
    eprintln!("  there: {}", theirs.lines().nth(same).unwrap_or("(the end)"));
    eprintln!("  here:  {}", ours.lines().nth(same).unwrap_or("(the end)"));
    eprintln!("`audit-gateway schema print > {}` brings it up to date", file.display());
    Ok(Exit::Failed)
}
