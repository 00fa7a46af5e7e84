//! Cleans up after this process, however it ends. A test harness has no end to hook in, so the janitor is a process of
//! its own: this binary once more, reading from a pipe what there is to clean. When the other end of the pipe is gone,
//! so is the process, and the janitor begins.

use std::io::{BufRead, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::str::FromStr;
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

const SWITCH: &str = "AUDIT_GATEWAY_TEST_JANITOR";

/// Something that has to be gone afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chore {
    /// Remove a folder.
    Folder(PathBuf),
    /// Stop the PostgreSQL server of a data folder: its `pg_ctl`, the folder, and whom to stop it as.
    Server(PathBuf, PathBuf, Option<(u32, u32)>),
    /// Drop a database: an address on the same server, and its name.
    Database(String, String),
}

/// Where all temporary files of this process are.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = tempfile::Builder::new().prefix("audit-gateway-test-").tempdir().expect("a folder").keep();
        leave(Chore::Folder(folder.clone()));
        folder
    })
}

/// Leaves a chore to the janitor of this process. The last one left is done first.
pub fn leave(chore: Chore) {
    static PIPE: OnceLock<Mutex<ChildStdin>> = OnceLock::new();
    let pipe = PIPE.get_or_init(|| Mutex::new(hire()));
    tell(&mut pipe.lock().unwrap_or_else(PoisonError::into_inner), &chore);
}

fn tell(pipe: &mut ChildStdin, chore: &Chore) {
    writeln!(pipe, "{}", chore.line()).expect("the janitor");
    pipe.flush().expect("the janitor");
}

fn hire() -> ChildStdin {
    let janitor = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "store::janitor::a_janitor_cleans_up_when_its_master_is_gone", "--nocapture"])
        .env(SWITCH, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // An interrupt from the keyboard is not for the janitor.
        .process_group(0)
        .spawn()
        .expect("a janitor");
    janitor.stdin.expect("a pipe")
}

impl Chore {
    fn line(&self) -> Value {
        match self {
            Self::Folder(path) => json!(["folder", path]),
            Self::Server(pg_ctl, data, owner) => json!(["server", pg_ctl, data, owner]),
            Self::Database(url, name) => json!(["database", url, name]),
        }
    }

    fn read(line: &str) -> Option<Self> {
        let parts: Value = serde_json::from_str(line).ok()?;
        let text = |index: usize| parts[index].as_str().map(ToOwned::to_owned);
        Some(match parts[0].as_str()? {
            "folder" => Self::Folder(text(1)?.into()),
            "server" => Self::Server(text(1)?.into(), text(2)?.into(), serde_json::from_value(parts[3].clone()).ok()?),
            _ => Self::Database(text(1)?, text(2)?),
        })
    }

    fn work(&self) {
        match self {
            Self::Folder(path) => drop(std::fs::remove_dir_all(path)),
            Self::Server(pg_ctl, data, owner) => {
                let mut stop = Command::new(pg_ctl);
                stop.args(["stop", "--mode=immediate", "--silent", "-D"]).arg(data).current_dir("/");
                if let Some((uid, gid)) = owner {
                    stop.uid(*uid).gid(*gid);
                }
                drop(stop.status());
            }
            Self::Database(url, name) => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                drop(runtime.block_on(drop_database(url, name)));
            }
        }
    }
}

/// Drops a database, whoever is connected to it.
pub async fn drop_database(url: &str, name: &str) -> Result<(), sqlx::Error> {
    let options = PgConnectOptions::from_str(url)?.disable_statement_logging();
    let mut connection = options.connect().await?;
    let mut patience = 50;
    loop {
        let statement = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
        match sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await {
            // The server's own housekeeping is in it, which a plain role may not end; it leaves by itself.
            Err(sqlx::Error::Database(refusal)) if refusal.code().as_deref() == Some("42501") && patience > 0 => {
                patience -= 1;
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            Err(error) => return Err(error),
            Ok(_) => return connection.close().await,
        }
    }
}

/// The janitor itself, where the process was started as one; else the test that it works.
#[test]
fn a_janitor_cleans_up_when_its_master_is_gone() {
    if std::env::var_os(SWITCH).is_some() {
        let lines = std::io::stdin().lock().lines().map_while(Result::ok);
        let chores: Vec<Chore> = lines.filter_map(|line| Chore::read(&line)).collect();
        chores.iter().rev().for_each(Chore::work);
        return;
    }
    let folder = tempfile::tempdir().expect("a folder").keep();
    let mut pipe = hire();
    tell(&mut pipe, &Chore::Folder(folder.clone()));
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert!(folder.exists(), "nothing is cleaned while it is in use");
    drop(pipe);
    for _ in 0..100 {
        if !folder.exists() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("{} is still there", folder.display());
}

#[test]
fn a_chore_is_read_as_it_was_told() {
    let chores = [
        Chore::Folder("/tmp/a b".into()),
        Chore::Server("/bin/pg_ctl".into(), "/tmp/d".into(), Some((101, 104))),
        Chore::Server("/bin/pg_ctl".into(), "/tmp/d".into(), None),
        Chore::Database("postgres://a@b/c".into(), "d".into()),
    ];
    for chore in chores {
        assert_eq!(Chore::read(&chore.line().to_string()), Some(chore));
    }
}
