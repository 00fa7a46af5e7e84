//! `token`: signs a user in without their password, for scripts and for trying things out.

use super::{Exit, open, say};
use crate::config::Loaded;
use crate::domain::cx::{Clock, Cx, Surface};

/// Print an access token for a user.
///
/// It is a sign-in like any other: it ends with the user's password or status, and by `logout`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  audit-gateway token ada
  curl http://127.0.0.1:8080/graphql -H \"Authorization: Bearer $(audit-gateway token ada)\" \\
    -H 'Content-Type: application/json' -d '{\"query\": \"{ viewer { user { username } } }\"}'

The token is signed with the configured secret, or with the one kept in the data folder.")]
pub struct Args {
    /// Username or mail address.
    username: String,
    /// Slug of the organization to act in; the user's first one without it.
    #[arg(long)]
    organization: Option<String>,
    /// Print the refresh token, too, on a line of its own.
    #[arg(long)]
    refresh: bool,
}

pub async fn run(args: Args, loaded: Loaded) -> anyhow::Result<Exit> {
    let db = open::current_store(&loaded.config).await?;
    let authority = open::authority(&loaded.config)?;
    let cx = Cx::new(db.clone(), None, Clock::System.now(), Surface::Cli);
    let signed_in = authority.vouch(&cx, &args.username, args.organization.as_deref()).await?;
    say(&signed_in.access_token)?;
    if args.refresh {
        say(&signed_in.refresh_token)?;
    }
    db.close().await;
    Ok(Exit::Done)
}
