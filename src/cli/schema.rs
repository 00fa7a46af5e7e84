//! `schema`: the GraphQL contract as text.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::Subcommand;

use super::{Exit, say};
use crate::auth::{self, ApiKeys, Authority, Secret, SigningKeys};
use crate::config::Loaded;
use crate::domain::command;
use crate::graphql::{Service, Settings};

/// Print the GraphQL schema, or check a file against it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  audit-gateway schema print > schema.graphql
  audit-gateway schema workflow > docs/workflow.md
  audit-gateway schema check")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print the schema in its definition language.
    Print,
    /// Print the steps of the workflow as a page of the documentation.
    Workflow,
    /// Fail when a file is not this program's schema.
    Check {
        /// The file.
        #[arg(default_value = "schema.graphql")]
        file: PathBuf,
    },
}

pub async fn run(args: Args, _: Loaded) -> anyhow::Result<Exit> {
    if let What::Workflow = args.what {
        say(command::workflow::markdown().trim_end())?;
        return Ok(Exit::Done);
    }
    // The schema does not depend on who may sign in, so anybody's keys do.
    let keys = (SigningKeys::new(&[Secret::random()?])?, ApiKeys::new(&[Secret::random()?])?);
    let authority = Authority::new(auth::Settings::default(), keys.0, keys.1);
    let service = Service::new(Settings::default(), Arc::new(authority))?;
    let ours = service.sdl().context("the schema is hidden")?;
    let What::Check { file } = args.what else {
        say(ours.trim_end())?;
        return Ok(Exit::Done);
    };
    let theirs = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    if theirs.trim_end() == ours.trim_end() {
        return Ok(Exit::Done);
    }
    let same = theirs.lines().zip(ours.lines()).take_while(|(a, b)| a == b).count();
    eprintln!("{}, line {}: not the schema of this program", file.display(), same + 1);
    eprintln!("  there: {}", theirs.lines().nth(same).unwrap_or("(the end)"));
    eprintln!("  here:  {}", ours.lines().nth(same).unwrap_or("(the end)"));
    eprintln!("`audit-gateway schema print > {}` brings it up to date", file.display());
    Ok(Exit::Failed)
}
