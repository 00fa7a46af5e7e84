//! A PostgreSQL to measure on: the one that is named, or one of our own with its settings as shipped.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::process;

/// A database to measure on.
pub struct Postgres {
    cluster: Option<Child>,
    /// Where the gateway finds it.
    pub gateway_url: String,
    /// Where we and the yardstick find it.
    pub own_url: String,
    temporary: Option<(String, String)>,
}

/// Name of the database and of its owner in a cluster of our own.
const NAME: &str = "audit_gateway";

impl Postgres {
    /// Finds or starts one. `folder` keeps the cluster where it is our own.
    pub async fn obtain(folder: &Path) -> Result<Self> {
        let named = ["BENCH_DATABASE_URL", "TEST_DATABASE_URL"].iter().find_map(|name| std::env::var(name).ok());
        match named.filter(|url| url.starts_with("postgres")) {
            Some(url) => Self::within(&url).await,
            None => Self::start(folder).await,
        }
    }

    /// The main process, where the cluster is our own.
    pub fn id(&self) -> Option<u32> {
        self.cluster.as_ref().map(Child::id)
    }

    /// Brings statistics and visibility up to date, as the store itself does after a while.
    pub async fn settle(&self) -> Result<()> {
        let mut connection = connect(&self.own_url).await?;
        sqlx::raw_sql("VACUUM (ANALYZE)").execute(&mut connection).await?;
        // Only a superuser may; elsewhere the first slices pay for it.
        drop(sqlx::raw_sql("CHECKPOINT").execute(&mut connection).await);
        connection.close().await?;
        Ok(())
    }

    /// What it says it is.
    pub async fn version(&self) -> Result<String> {
        let mut connection = connect(&self.own_url).await?;
        let version: String = sqlx::query_scalar("SHOW server_version").fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(format!("PostgreSQL {version}"))
    }

    /// Drops what was made in somebody else's cluster.
    pub async fn finish(mut self) -> Result<()> {
        if let Some((admin, name)) = self.temporary.take() {
            let mut connection = connect(&admin).await?;
            execute(&mut connection, &format!("DROP DATABASE {name} WITH (FORCE)")).await?;
        }
        Ok(())
    }

    async fn within(admin: &str) -> Result<Self> {
        let name = format!("audit_gateway_bench_{}", std::process::id());
        let mut connection = connect(admin).await?;
        execute(&mut connection, &format!("CREATE DATABASE {name}")).await?;
        let url = PgConnectOptions::from_str(admin)?.database(&name).to_url_lossy().to_string();
        Ok(Self { cluster: None, gateway_url: url.clone(), own_url: url, temporary: Some((admin.to_owned(), name)) })
    }

    async fn start(folder: &Path) -> Result<Self> {
        let programs = programs()?;
        let user = unprivileged()?;
        let data = folder.join("cluster");
        let is_new = !data.join("PG_VERSION").exists();
        if is_new {
            std::fs::create_dir_all(&data)?;
            if let Some((uid, gid)) = user {
                std::os::unix::fs::chown(&data, Some(uid), Some(gid))?;
            }
            let mut initdb = command(&programs.join("initdb"), user, folder);
            initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "-D"]);
            initdb.arg(&data);
            process::run(initdb, "")?;
        }
        let port = free_port()?;
        let log = std::fs::File::options().create(true).append(true).open(folder.join("postgres.log"))?;
        let mut postgres = command(&programs.join("postgres"), user, folder);
        postgres.arg("-D").arg(&data).args(["-h", "127.0.0.1", "-k", ""]).args(["-p", &port.to_string()]);
        postgres.args(["-c", "shared_buffers=256MB"]);
        let child = postgres.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        let url = |user: &str, name: &str| format!("postgres://{user}@127.0.0.1:{port}/{name}");
        let own = Self {
            cluster: Some(child),
            gateway_url: url(NAME, NAME),
            own_url: url("postgres", NAME),
            temporary: None,
        };
        let mut connection = patiently(&url("postgres", "postgres")).await?;
        if is_new {
            // No superuser, who would see through row-level security: the gateway runs as it should be run.
            execute(&mut connection, &format!("CREATE ROLE {NAME} LOGIN")).await?;
            execute(&mut connection, &format!("CREATE DATABASE {NAME} OWNER {NAME}")).await?;
        }
        connection.close().await?;
        Ok(own)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let Some(mut cluster) = self.cluster.take() else { return };
        let stopped =
            process::signal(cluster.id(), "INT").and_then(|()| process::wait(&mut cluster, Duration::from_secs(30)));
        if stopped.is_err() {
            drop(cluster.kill());
            drop(cluster.wait());
        }
    }
}

async fn connect(url: &str) -> Result<PgConnection> {
    let options = PgConnectOptions::from_str(url)?.disable_statement_logging();
    Ok(PgConnection::connect_with(&options).await?)
}

async fn execute(connection: &mut PgConnection, sql: &str) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

async fn patiently(url: &str) -> Result<PgConnection> {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        match connect(url).await {
            Ok(connection) => return Ok(connection),
            Err(error) if Instant::now() > until => return Err(error.context("PostgreSQL does not start")),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

fn command(program: &Path, user: Option<(u32, u32)>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}

/// The folder of PostgreSQL's programs.
fn programs() -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut packaged: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.filter_map(Result::ok).map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    packaged.sort();
    folders.extend(packaged.into_iter().rev());
    folders
        .into_iter()
        .find(|folder| folder.join("postgres").exists() && folder.join("initdb").exists())
        .context("there is no PostgreSQL: install it, set BENCH_DATABASE_URL, or measure with --store sqlite")
}

/// Whom PostgreSQL is to run as where we are root, which it refuses to be.
fn unprivileged() -> Result<Option<(u32, u32)>> {
    if std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self")?) != 0 {
        return Ok(None);
    }
    let accounts = std::fs::read_to_string("/etc/passwd")?;
    for wanted in ["postgres", "nobody"] {
        for line in accounts.lines() {
            let mut fields = line.split(':');
            if fields.next() == Some(wanted) {
                let mut number = || fields.by_ref().nth(1).and_then(|field| field.parse().ok());
                let uid = number();
                let gid = fields.next().and_then(|field| field.parse().ok());
                if let (Some(uid), Some(gid)) = (uid, gid) {
                    return Ok(Some((uid, gid)));
                }
            }
        }
    }
    bail!("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
