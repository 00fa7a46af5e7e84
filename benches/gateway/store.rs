//! A filled store, and the programs that are started on it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use super::postgres::Postgres;
use super::process::{self, Server};
use super::{ORGANIZATION, Options, POOL};

/// Which of the two stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
}

impl Kind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
        }
    }
}

/// A filled store.
pub struct Store {
    folder: PathBuf,
    flags: Vec<String>,
    postgres: Option<Postgres>,
    /// Which store.
    pub kind: Kind,
    /// Seconds that filling it took; none where it was there.
    pub seed_seconds: Option<f64>,
}

/// Who signs in.
pub const USERNAME: &str = "benchmark";
/// Who may grant access.
pub const OWNER: &str = "bench-owner";
/// With which password, both of them.
pub const PASSWORD: &str = "correct horse battery staple";

/// An order of another system.
pub const ORDER: &str = "7d0c5c0e-0f4b-4c39-9b0e-3f6b1e2a9d11";
/// How many events it has.
pub const EVENTS: u32 = 500;

/// Its events, one a line.
fn events() -> String {
    let event = |number: u32| {
        let (minute, hour) = (number % 60, number / 60);
        let date = format!("2025-05-06T{hour:02}:{minute:02}");
        format!(
            "{{\"id\":\"{number:08x}-0a1b-4c2d-8e3f-405162738495\",\"action\":\"Edit\",\"orderId\":\"{ORDER}\",\"userId\":\
             \"2a6e4f10-8c7d-4b53-9a1f-d0e5c6b7a812\",\"eventDate\":\"{date}:10.250Z\",\"actionDate\":\"{date}:09.125Z\",\
             \"orderSnapshot\":{{\"id\":\"{ORDER}\",\"poNumber\":\"10000\",\"orderType\":\"One-Time\",\"workflowStatus\":\"Open\",\
             \"approved\":true,\"vendor\":\"e2b1a7d4-6c3f-4b90-8d15-7f0a9c8b6e52\",\"totalEstimatedPrice\":{number}.50,\"notes\":\
             [\"Check the credit with the vendor\",\"change {number}\"],\"metadata\":{{\"createdDate\":\"2025-05-06T00:00:00.000Z\",\
             \"updatedDate\":\"{date}:09.125Z\"}}}}}}\n"
        )
    };
    (0..EVENTS).map(event).collect()
}

const GATEWAY: &str = env!("CARGO_BIN_EXE_audit-gateway");

impl Store {
    /// Makes a store below `folder` and fills it, or takes the one that is there.
    pub async fn obtain(kind: Kind, folder: &Path, options: &Options) -> Result<Self> {
        let part = if options.writes { "-writes" } else { "" };
        let folder = folder.join(format!("{}-{}{part}", kind.name().to_lowercase(), options.audits));
        std::fs::create_dir_all(&folder)?;
        let postgres = match kind {
            Kind::Postgres => Some(Postgres::obtain(&folder).await?),
            Kind::Sqlite => None,
        };
        let mut store = Self { folder, flags: options.flags.clone(), postgres, kind, seed_seconds: None };
        let filled = store.folder.join("filled");
        let is_kept = store.postgres.as_ref().is_none_or(|postgres| postgres.id().is_some());
        store.run(&["migrate", "up"], "")?;
        if !is_kept || !filled.exists() {
            let started = Instant::now();
            let audits = options.audits.to_string();
            // The same rows on every machine and on every day.
            let words = ["--seed", "1", "--organization", ORGANIZATION, "--day", "2026-01-01"];
            store.run(&[&["seed", "--audits", &audits], &words[..]].concat(), "")?;
            store.seed_seconds = Some(started.elapsed().as_secs_f64());
            let user = ["user", "add", USERNAME, "--organization", ORGANIZATION, "--password-stdin"];
            store.run(&user, PASSWORD)?;
            if let Some(postgres) = &store.postgres {
                postgres.settle().await?;
            }
            std::fs::write(filled, "")?;
        }
        if !options.writes {
            // What is there already is not imported again.
            store.run(&["user", "password", OWNER, "--password-stdin"], PASSWORD)?;
            store.run(&["import", "folio", "--organization", ORGANIZATION, "-"], &events())?;
        }
        Ok(store)
    }

    /// What the store says it is.
    pub async fn version(&self) -> Result<String> {
        match &self.postgres {
            Some(postgres) => postgres.version().await,
            None => Ok("SQLite, built in".to_owned()),
        }
    }

    /// The main process of the store, where it has one that we know.
    pub fn id(&self) -> Option<u32> {
        self.postgres.as_ref().and_then(Postgres::id)
    }

    fn gateway(&self) -> Command {
        let mut command = Command::new(GATEWAY);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AUDIT_GATEWAY_") {
                command.env_remove(name);
            }
        }
        let url = match &self.postgres {
            Some(postgres) => postgres.gateway_url.clone(),
            None => self.sqlite_url(),
        };
        // In the folder, so that no settings of somebody else are picked up.
        command.current_dir(&self.folder).env("DATABASE_URL", url).env("AUDIT_GATEWAY_DATA_DIR", &self.folder);
        command
    }

    fn sqlite_url(&self) -> String {
        format!("sqlite://{}", self.folder.join("audit-gateway.sqlite").display())
    }

    fn run(&self, words: &[&str], input: &str) -> Result<String> {
        let mut command = self.gateway();
        command.args(words);
        process::run(command, input)
    }

    /// Starts the gateway, with further flags.
    pub fn start_gateway(&self, flags: &[&str]) -> Result<Server> {
        let mut command = self.gateway();
        command.args(["serve", "--listen", "127.0.0.1:0", "--pool-size", &POOL.to_string()]);
        command.args(&self.flags).args(flags);
        Server::start(command, &self.folder.join("gateway.log"))
    }

    /// Starts the yardstick.
    pub fn start_yardstick(&self) -> Result<Server> {
        let url = match &self.postgres {
            Some(postgres) => postgres.own_url.clone(),
            None => self.sqlite_url(),
        };
        let mut command = Command::new(std::env::current_exe().context("our own program is not found")?);
        command.args(["--yardstick", &url]);
        Server::start(command, &self.folder.join("yardstick.log"))
    }

    /// Lets go of it.
    pub async fn finish(mut self) -> Result<()> {
        match self.postgres.take() {
            Some(postgres) => postgres.finish().await,
            None => Ok(()),
        }
    }
}
