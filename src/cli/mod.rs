//! The command line: one file a command. Reads the configuration, opens the rooms, prints, and gives an exit code.

mod bus;
mod completions;
mod demonstration;
mod doctor;
mod flags;
mod import;
mod migrate;
mod open;
mod schema;
mod seed;
mod serve;
mod token;
mod trail;
mod user;
mod verify;

use std::fmt::Display;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::{CommandFactory, Parser, Subcommand};

use self::flags::Flags;
pub use self::open::door;
use crate::config::{self, Loaded, Sources};

/// How a command ended, as the shell sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All was done.
    Done,
    /// It failed.
    Failed,
    /// Some of the input was refused, the rest was taken.
    PartlyRefused,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::PartlyRefused => 2,
        }
    }
}

/// Declares the commands: a variant, its module, and nothing else to keep in step.
macro_rules! commands {
    ($($name:ident => $module:ident,)*) => {
        #[derive(Debug, Subcommand)]
        enum Command {
            $($name($module::Args),)*
        }

        impl Command {
            async fn run(self, loaded: Loaded) -> anyhow::Result<Exit> {
                match self {
                    $(Self::$name(args) => $module::run(args, loaded).await,)*
                }
            }
        }
    };
}

commands! {
    Serve => serve,
    Migrate => migrate,
    Import => import,
    Seed => seed,
    Schema => schema,
    User => user,
    Token => token,
    Verify => verify,
    Trail => trail,
    Doctor => doctor,
    Completions => completions,
}

const EXAMPLES: &str = "\
Examples:
  audit-gateway                        start on 127.0.0.1:8080, with a SQLite store in ./data
  audit-gateway --listen 127.0.0.1:0   start on a free port
  audit-gateway doctor                 show and check the configuration
  DATABASE_URL=postgres://me@db/audit audit-gateway migrate up

Every flag is also a key of audit-gateway.toml and a variable: --pool-size is `pool-size = 8`
in the file and AUDIT_GATEWAY_POOL_SIZE in the environment. Flags win over variables, variables
over the file. Secrets have no flag.

Exit codes: 0 done, 1 failed, 2 some of the input was refused.";

/// A GraphQL gateway over audits, assets, issues and their history.
///
/// Without a command it serves, and needs no preparation: the store is made on the first start.
#[derive(Debug, Parser)]
#[command(name = "audit-gateway", version, after_help = EXAMPLES, max_term_width = 120)]
struct Line {
    /// File with settings; otherwise AUDIT_GATEWAY_CONFIG, or `audit-gateway.toml` in the working folder.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Writes a line to standard output. Whoever stopped reading it wants no more.
fn say(text: impl Display) -> anyhow::Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.context("standard output cannot be written"),
    }
}

/// The whole command line, for help and completions.
fn line() -> clap::Command {
    Line::command()
}

/// Runs what the process's command line asks for.
pub async fn run() -> anyhow::Result<Exit> {
    let Line { config, flags, command } = Line::parse();
    let loaded = config::load(&Sources::of_process(config, flags.given))?;
    crate::telemetry::logs(loaded.config.log_format, &loaded.config.log_level).map_err(anyhow::Error::msg)?;
    command.unwrap_or(Command::Serve(serve::Args::default())).run(loaded).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        line().debug_assert();
    }

    #[test]
    fn a_flag_stands_before_or_after_its_command() {
        for words in [["--pool-size", "3", "doctor"], ["doctor", "--pool-size", "3"]] {
            let line = Line::try_parse_from(["audit-gateway"].into_iter().chain(words)).unwrap();
            assert_eq!(line.flags.given["pool-size"], ["3"]);
        }
    }

    #[test]
    fn secrets_have_no_flag() {
        assert!(Line::try_parse_from(["audit-gateway", "--signing-secrets", "x"]).is_err());
    }
}
