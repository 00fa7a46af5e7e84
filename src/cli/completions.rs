//! `completions`: what a shell needs to complete our words.

use super::{Exit, line, say};
use crate::config::Loaded;

/// Print the completion script of a shell.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  audit-gateway completions bash > /etc/bash_completion.d/audit-gateway
  audit-gateway completions fish > ~/.config/fish/completions/audit-gateway.fish")]
pub struct Args {
    /// The shell.
    shell: clap_complete::Shell,
}

pub async fn run(args: Args, _: Loaded) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut line(), "audit-gateway", &mut script);
    say(String::from_utf8_lossy(&script).trim_end())?;
    Ok(Exit::Done)
}
