//! `user`: who may sign in. Every change is told by the trail, as the operator's.

use std::io::{IsTerminal, Read};

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Subcommand;

use super::{Exit, open, say};
use crate::config::Loaded;
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::{Clock, Cx, Role, Surface};
use crate::domain::db::{Errand, Outcome, Statement, Tx};
use crate::domain::error::Error;
use crate::domain::identity::{self, NewOrganization, NewUser, UserStatus};
use crate::domain::trail::Origin;

/// Add, list and deactivate users, and set their passwords.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  audit-gateway user add ada --organization acme --new-organization 'Acme Ltd'
  audit-gateway user add bob --organization acme --role admin --email bob@acme.test
  audit-gateway user password ada --password-stdin < password.txt
  audit-gateway user deactivate bob
  audit-gateway user list

Without --password-stdin a password is made up and printed once.")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add a user to an organization.
    Add(Add),
    /// Set a user's password; all their sign-ins end.
    Password {
        /// Username.
        username: String,
        /// Read the password from standard input instead of making one up.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Deactivate a user; all their sign-ins end.
    Deactivate {
        /// Username.
        username: String,
    },
    /// List the users with their organizations and roles.
    List,
}

#[derive(Clone, Debug, clap::Args)]
struct Add {
    /// Username.
    username: String,
    /// Slug of the organization.
    #[arg(long)]
    organization: String,
    /// Make the organization, with this name.
    #[arg(long, value_name = "NAME")]
    new_organization: Option<String>,
    /// Time zone of the new organization, which decides what day it is there.
    #[arg(long, default_value = "UTC", requires = "new_organization")]
    time_zone: String,
    /// `member`, `admin` or `owner`; owner in a new organization, member in others.
    #[arg(long, value_parser = role)]
    role: Option<Role>,
    /// Mail address, with which the user can sign in, too.
    #[arg(long)]
    email: Option<String>,
    /// Given name.
    #[arg(long, default_value = "")]
    first_name: String,
    /// Family name.
    #[arg(long, default_value = "")]
    last_name: String,
    /// Read the password from standard input instead of making one up.
    #[arg(long)]
    password_stdin: bool,
}

fn role(word: &str) -> Result<Role, String> {
    Role::of(&word.to_uppercase()).ok_or_else(|| "must be member, admin or owner".to_owned())
}

pub async fn run(args: Args, loaded: Loaded) -> anyhow::Result<Exit> {
    let config = &loaded.config;
    let db = open::current_store(config).await?;
    let cx = Cx::new(db.clone(), None, Clock::System.now(), Surface::Cli);
    match args.what {
        What::Add(add) => {
            let password = Password::obtain(add.password_stdin)?;
            let hash = open::authority(config)?.hash_password(&password.text).await?;
            let username = add.username.clone();
            self::add(&cx, add, hash).await?;
            say(format_args!("added {username}"))?;
            password.tell()?;
        }
        What::Password { username, password_stdin } => {
            let password = Password::obtain(password_stdin)?;
            let hash = open::authority(config)?.hash_password(&password.text).await?;
            change(&cx, &username, Change::Password(hash)).await?;
            say(format_args!("changed the password of {username}"))?;
            password.tell()?;
        }
        What::Deactivate { username } => {
            change(&cx, &username, Change::Status(UserStatus::Inactive)).await?;
            say(format_args!("deactivated {username}"))?;
        }
        What::List => list(&cx).await?,
    }
    db.close().await;
    Ok(Exit::Done)
}

struct Password {
    text: String,
    is_ours: bool,
}

impl Password {
    fn obtain(from_stdin: bool) -> anyhow::Result<Self> {
        if !from_stdin {
            let mut bytes = [0; 15];
            getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no random bytes: {error}"))?;
            return Ok(Self { text: URL_SAFE_NO_PAD.encode(bytes), is_ours: true });
        }
        let mut input = std::io::stdin();
        if input.is_terminal() {
            bail!("--password-stdin reads a file or a pipe, because what is typed here would be seen");
        }
        let mut text = String::new();
        input.read_to_string(&mut text).context("the password cannot be read")?;
        Ok(Self { text: text.trim_end_matches(['\r', '\n']).to_owned(), is_ours: false })
    }

    fn tell(&self) -> anyhow::Result<()> {
        if self.is_ours { say(format_args!("password: {}", self.text)) } else { Ok(()) }
    }
}

async fn add(cx: &Cx, add: Add, hash: String) -> Result<(), Error> {
    let origin = Origin::of(cx);
    cx.db
        .write(&Errand::default(), move |tx| Box::pin(add_in(tx, origin.clone(), add.clone(), hash.clone())))
        .await
        .map(drop)
}

async fn add_in(tx: &mut Tx, origin: Origin, add: Add, hash: String) -> Result<Outcome<identity::Row>, Error> {
    let role = add.role.unwrap_or(if add.new_organization.is_some() { Role::Owner } else { Role::Member });
    let organization = match add.new_organization {
        None => identity::find_organization(tx, &add.organization).await?.ok_or(Error::NotFound("organization"))?,
        Some(name) => {
            let slug = add.organization;
            let new = NewOrganization { slug, name, time_zone: add.time_zone, demonstration: false };
            value(identity::add_organization(tx, &origin, new).await?)
        }
    };
    let new = NewUser {
        username: add.username,
        email: add.email,
        first_name: add.first_name,
        last_name: add.last_name,
        password_hash: Some(hash),
        demonstration: false,
    };
    identity::add_user(tx, &origin, new, (organization.id, role)).await
}

fn value<T>(outcome: Outcome<T>) -> T {
    match outcome {
        Outcome::Changed(value) | Outcome::Unchanged(value) | Outcome::Bookkeeping(value) => value,
    }
}

#[derive(Clone)]
enum Change {
    Password(String),
    Status(UserStatus),
}

async fn change(cx: &Cx, username: &str, change: Change) -> Result<(), Error> {
    let (origin, username) = (Origin::of(cx), username.to_owned());
    cx.db
        .write(&Errand::default(), move |tx| {
            let (origin, username, change) = (origin.clone(), username.clone(), change.clone());
            Box::pin(async move {
                let user = identity::find_user(tx, &username).await?.ok_or(Error::NotFound("user"))?;
                match change {
                    Change::Password(hash) => identity::set_password(tx, &origin, user.id, Some(hash)).await,
                    Change::Status(status) => identity::set_status(tx, &origin, user.id, status).await,
                }
            })
        })
        .await
}

async fn list(cx: &Cx) -> anyhow::Result<()> {
    let sql = "SELECT u.username, u.status, u.demonstration, o.slug, m.role FROM \"user\" u \
        LEFT JOIN membership m ON m.user_id = u.id LEFT JOIN organization o ON o.id = m.organization_id \
        WHERE u.password_hash IS NOT NULL ORDER BY u.username, o.slug";
    let columns = vec![Kind::Text, Kind::Text, Kind::Bool, Kind::Text, Kind::Text];
    let rows = cx.db.fetch(&Errand::default(), Statement::new(sql, Vec::new(), columns)).await?;
    for row in rows.iter() {
        let text = |column: usize| row.get(column).and_then(Cell::as_str).unwrap_or("-");
        let made_up = if row.get(2).and_then(Cell::as_bool) == Some(true) { "  (made up)" } else { "" };
        say(format_args!("{:<24} {:<10} {:<20} {}{made_up}", text(0), text(1), text(3), text(4)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::config::Config;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    async fn user(config: &Config, line: &str) -> anyhow::Result<Exit> {
        let words = line.split(' ').map(|word| word.replace('_', " "));
        let Line { args } = Line::try_parse_from(std::iter::once("user".to_owned()).chain(words))?;
        run(args, Loaded { config: config.clone(), decided: Default::default() }).await
    }

    #[tokio::test]
    async fn users_are_added_once_and_deactivated() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        let refusal = user(&config, "list").await.unwrap_err().to_string();
        assert!(refusal.contains("audit-gateway migrate up"), "{refusal}");
        let db = open::store(&config).await.unwrap();
        migration::up(&db.for_migrations()).await.unwrap();

        assert!(user(&config, "add ada --organization acme").await.is_err(), "there is no such organization");
        user(&config, "add ada --organization acme --new-organization Acme_Ltd").await.unwrap();
        assert!(user(&config, "add ada --organization acme").await.is_err(), "the name is taken");
        user(&config, "add bob --organization acme --role admin --email bob@acme.test").await.unwrap();
        user(&config, "password bob").await.unwrap();
        user(&config, "deactivate bob").await.unwrap();
        user(&config, "list").await.unwrap();
        assert!(user(&config, "deactivate carol").await.is_err());

        let sql =
            "SELECT u.username, u.status, m.role FROM \"user\" u JOIN membership m ON m.user_id = u.id ORDER BY 1";
        let statement = Statement::new(sql, Vec::new(), vec![Kind::Text; 3]);
        let rows = db.fetch(&Errand::default(), statement).await.unwrap();
        let seen: Vec<Vec<&str>> =
            rows.iter().map(|row| row.iter().map(|cell| cell.as_str().unwrap()).collect()).collect();
        assert_eq!(seen, [["ada", "ACTIVE", "OWNER"], ["bob", "INACTIVE", "ADMIN"]]);
        let users = open::users(&db).await.unwrap();
        assert_eq!(users, open::Users { all: 2, demonstration: 0 });
    }
}
