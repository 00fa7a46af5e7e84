//! `serve`: what happens between the start and the line `ready`, and after the signal to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, bail};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::bus::Consumer;
use super::{Exit, open, say};
use crate::config::{Config, Loaded};
use crate::domain::changes::Changes;
use crate::domain::cx::Clock;
use crate::domain::db::Db;
use crate::domain::trail;
use crate::graphql::{self, Service};
use crate::http::{self, App, Parts};

/// Serve GraphQL; this is what happens without a command.
#[derive(Debug, Default, clap::Args)]
#[command(after_help = "Examples:
  audit-gateway serve
  audit-gateway serve --listen 0.0.0.0:8080 --log-format json

An address that other machines can reach needs AUDIT_GATEWAY_SIGNING_SECRETS,
AUDIT_GATEWAY_API_KEY_SECRETS and AUDIT_GATEWAY_TRAIL_SECRETS, and a store without made-up users. The line `ready <address>` on
standard output says that requests are answered.")]
pub struct Args {
    /// Records events without the trail's tree, to measure what it costs.
    #[arg(long, hide = true)]
    no_trail_tree: bool,
}

pub async fn run(args: Args, loaded: Loaded) -> anyhow::Result<Exit> {
    let config = &loaded.config;
    let place = Place::resolve(config.listen.as_str()).await?;
    if args.no_trail_tree && !place.is_loopback() {
        bail!("without its tree the trail proves nothing: --no-trail-tree is for measurements on this machine");
    }
    let missing = missing_secrets(config);
    if !place.is_loopback() && !missing.is_empty() {
        bail!(secrets_refusal(&missing));
    }
    let listener = place.bind().await.with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = listener.local_addr().context("the address is unknown")?;
    let db = open::store(config).await?;
    migrate(config, &db).await?;
    if args.no_trail_tree {
        tracing::warn!("the trail is kept without its tree and proves nothing");
        db.leave_out_tree();
    } else {
        trail::seal_all(&db).await?;
    }
    let authority = open::authority(config)?;
    let signer = open::signer(config)?;
    let now = Clock::System.now();
    let told = super::demonstration::load(config, &db, &authority, (now, place.is_loopback())).await?;
    let users = open::users(&db).await?;
    if !place.is_loopback() && users.demonstration > 0 {
        bail!(demonstration_refusal(users.demonstration));
    }
    let may_ask_schema = place.is_loopback() || users.demonstration > 0;
    let settings = graphql::Settings { signer: Some(Arc::clone(&signer)), ..open::graphql(config, may_ask_schema)? };
    let service = Service::new(settings, Arc::new(authority.clone()))?;
    let probe = db.clone();
    let changes = Changes::start(db.clone(), Clock::System);
    let parts = Parts {
        db: db.clone(),
        service,
        dialects: open::dialects(config, &authority)?,
        changes: changes.clone(),
        door: open::door(authority),
        pending: Box::new(move || {
            let probe = probe.clone();
            Box::pin(async move { open::pending(&probe).await })
        }),
    };
    let mut app = App::new(parts, http::Settings::from(config));
    if place.is_loopback() && users.demonstration > 0 {
        app.demonstration = super::demonstration::sign_ins();
    }
    let app = Arc::new(app);
    let consumer = Consumer::start(config, &db)?;
    announce(config, address, users)?;
    if let Some(told) = told {
        say(told)?;
    }
    let upkeep = tokio::spawn(crate::telemetry::upkeep());
    let keeper = trail::Keeper { signer, anchor: config.trail_anchor.clone(), clock: Clock::System };
    let checkpoints = tokio::spawn(keeper.clone().keep(db.clone()));
    let finished = http::serve(app, listener, stop_signal()?).await;
    if let Some(consumer) = consumer {
        consumer.stop().await;
    }
    upkeep.abort();
    checkpoints.abort();
    changes.stop();
    if !finished {
        tracing::warn!("some requests were cut off: they did not finish in time");
    }
    // The end of the trail is not left to the next start.
    drop(tokio::time::timeout(std::time::Duration::from_millis(500), keeper.catch_up(&db, 1)).await);
    // What is left in the store's pools has been answered or given up.
    drop(tokio::time::timeout(std::time::Duration::from_millis(500), db.close()).await);
    Ok(Exit::Done)
}

/// Whether the start brings the store up to date by itself. A SQLite file that somebody named may be another program's,
/// or a copy to be looked at.
pub fn migrates(config: &Config) -> bool {
    config.is_default_store() || !config.store().expose().starts_with("sqlite:")
}

async fn migrate(config: &Config, db: &Db) -> anyhow::Result<()> {
    let pending = open::pending(db).await?;
    if pending == 0 {
        return Ok(());
    }
    if !migrates(config) && !open::is_empty(db).await? {
        bail!("{} lacks {pending} steps of its history; run `audit-gateway migrate up`", config.store());
    }
    tracing::info!(pending, "bringing the store up to date");
    migration::up(&db.for_migrations()).await.context("the store cannot be brought up to date")
}

/// The secrets that are not configured.
pub fn missing_secrets(config: &Config) -> Vec<&'static str> {
    let secrets = [
        ("signing-secrets", &config.signing_secrets),
        ("api-key-secrets", &config.api_key_secrets),
        ("trail-secrets", &config.trail_secrets),
    ];
    secrets.into_iter().filter(|(_, secrets)| secrets.is_empty()).map(|(name, _)| name).collect()
}

/// Why an address that others can reach is refused without secrets.
pub fn secrets_refusal(missing: &[&str]) -> String {
    let variables: Vec<String> =
        missing.iter().map(|name| format!("AUDIT_GATEWAY_{}", name.replace('-', "_").to_uppercase())).collect();
    format!(
        "other machines can reach this address, so {} must be configured: set {} to the output of `openssl rand -base64 48`, or listen on 127.0.0.1",
        missing.join(" and "),
        variables.join(" and ")
    )
}

/// Why an address that others can reach is refused with made-up users.
pub fn demonstration_refusal(users: i64) -> String {
    format!(
        "other machines can reach this address, and {users} made-up users, whose passwords everybody knows, could sign in: \
         name another store with --database-url, deactivate them with `audit-gateway user deactivate`, or listen on 127.0.0.1"
    )
}

/// The addresses behind the configured name.
pub struct Place(Vec<SocketAddr>);

impl Place {
    /// Looks the name up.
    pub async fn resolve(listen: &str) -> anyhow::Result<Self> {
        let found = tokio::net::lookup_host(listen).await.with_context(|| format!("{listen} is not an address"))?;
        let found: Vec<SocketAddr> = found.collect();
        if found.is_empty() {
            bail!("{listen} is not an address");
        }
        Ok(Self(found))
    }

    /// Whether only this machine can reach it.
    pub fn is_loopback(&self) -> bool {
        self.0.iter().all(|address| address.ip().to_canonical().is_loopback())
    }

    async fn bind(&self) -> std::io::Result<TcpListener> {
        TcpListener::bind(self.0.as_slice()).await
    }
}

fn announce(config: &Config, address: SocketAddr, users: open::Users) -> anyhow::Result<()> {
    let base = config.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let sign_in = match users.all {
        0 => "nobody can yet: `audit-gateway user add --help` says how to make the first user",
        _ => "with your username and password, in GraphiQL or by the mutation `login`",
    };
    say(format_args!("audit-gateway {}", env!("CARGO_PKG_VERSION")))?;
    say(format_args!("  GraphQL   {base}/graphql"))?;
    say(format_args!("  GraphiQL  {base}/graphiql"))?;
    say(format_args!("  store     {}", config.store()))?;
    say(format_args!("  sign in   {sign_in}"))?;
    say(format_args!("ready http://{address}"))
}

/// Completes at the first signal to stop; a second one ends the process at once.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let (first, stopped) = oneshot::channel();
    let mut signals = Signals::new().context("signals cannot be received")?;
    tokio::spawn(async move {
        signals.next().await;
        tracing::info!("stopping: no new connections, finishing what is under way");
        let _ = first.send(());
        signals.next().await;
        std::process::exit(1);
    });
    Ok(async {
        // The sender lives as long as the process.
        drop(stopped.await);
    })
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        drop(tokio::signal::ctrl_c().await);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_loopback_addresses_are_loopback() {
        for (listen, expected) in [
            ("127.0.0.1:0", true),
            ("127.8.9.10:80", true),
            ("[::1]:80", true),
            ("[::ffff:127.0.0.1]:80", true),
            ("localhost:80", true),
            ("0.0.0.0:80", false),
            ("[::]:80", false),
            ("192.0.2.1:80", false),
        ] {
            assert_eq!(Place::resolve(listen).await.unwrap().is_loopback(), expected, "{listen}");
        }
        assert!(Place::resolve("no such host:80").await.is_err());
    }

    #[tokio::test]
    async fn an_address_that_others_reach_needs_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let mut loaded = Loaded { config: Config::default(), decided: Default::default() };
        loaded.config.data_dir = folder.path().to_owned();
        loaded.config.listen = crate::config::Value::read(&["0.0.0.0:0".to_owned()]).unwrap();
        let refusal = run(Args { no_trail_tree: true }, loaded.clone()).await.unwrap_err().to_string();
        assert!(refusal.contains("proves nothing"), "{refusal}");
        let refusal = run(Args::default(), loaded).await.unwrap_err().to_string();
        assert!(refusal.contains("AUDIT_GATEWAY_SIGNING_SECRETS") && refusal.contains("127.0.0.1"), "{refusal}");
        assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing was made");
    }

    #[test]
    fn a_sqlite_file_that_somebody_named_is_not_migrated_by_the_start() {
        let mut config = Config::default();
        assert!(migrates(&config));
        for (url, expected) in [("sqlite://other.sqlite", false), ("postgres://db/audit", true)] {
            config.database_url = Some(crate::config::DatabaseUrl::new(url));
            assert_eq!(migrates(&config), expected, "{url}");
        }
    }
}
