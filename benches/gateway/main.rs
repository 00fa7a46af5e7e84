//! The benchmark: the gateway beside a hand-written handler of the same answers, on the same store, in the same minute.
//!
//! ```text
//! cargo bench --bench gateway                                   both stores, 100,000 audits
//! cargo bench --bench gateway -- --store sqlite --gates         fails when a gate is missed
//! cargo bench --bench gateway -- --data /tmp/bench --json FILE  keeps the filled stores for the next run
//! cargo bench --bench gateway -- --writes                       mutations instead of questions
//! ```
//!
//! It fills a store, starts the release binary and the yardstick as processes of their own, compares their answers, and
//! then drives both in turns over 16 connections. Absolute figures move by half between machines and by a quarter
//! between runs; the ratio of two neighbouring slices is what counts.

mod access;
mod client;
mod driver;
mod measure;
mod postgres;
mod process;
mod report;
mod store;
mod workload;
mod writes;
mod yardstick;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};

use self::report::Report;
use self::store::Kind;

// The gateway allocates with it, so the yardstick does, too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures the gateway against the yardstick.
#[derive(Debug, Parser)]
#[command(name = "gateway")]
pub struct Options {
    /// How many audits to fill the store with.
    #[arg(long, default_value_t = 100_000)]
    audits: u32,
    /// How long to measure each question on each side, in slices of a second.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// Which store.
    #[arg(long, value_enum, default_value = "both")]
    store: Stores,
    /// Where to write everything that was measured, as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Keep the filled stores in this folder, and use those that are there.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Fail when a gate is missed.
    #[arg(long)]
    gates: bool,
    /// Measure mutations, in one organization and in sixteen, beside writing by hand and beside the gateway without the
    /// trail's tree.
    #[arg(long)]
    writes: bool,
    /// A further flag for the gateway, such as --flag=--log-level=warn; without any it runs as it is shipped.
    #[arg(long = "flag", value_name = "FLAG", allow_hyphen_values = true)]
    flags: Vec<String>,
    /// Be the yardstick for the store at this address.
    #[arg(long, hide = true, value_name = "URL")]
    yardstick: Option<String>,
    /// Given by `cargo bench`, and by nothing else.
    #[arg(long, hide = true)]
    bench: bool,
}

/// Which stores to measure on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Stores {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// One after the other.
    Both,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let outcome = match &options.yardstick {
        Some(url) => yardstick::run(url).map(|()| true),
        // `cargo test --all-targets` starts benchmarks to see that they start.
        None if !options.bench => {
            eprintln!("measures only under `cargo bench --bench gateway`");
            Ok(true)
        }
        None => run(&options),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Measures and reports. Gives whether all that was asked for holds.
fn run(options: &Options) -> Result<bool> {
    if cfg!(debug_assertions) {
        bail!("this is a debug build: run `cargo bench --bench gateway`");
    }
    // One thread: the driver takes its time from the same cores as what it drives.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let temporary = tempfile::Builder::new().prefix("audit-gateway-bench-").tempdir()?;
    let folder = match &options.data {
        Some(folder) => {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
            std::path::absolute(folder)?
        }
        None => temporary.path().to_owned(),
    };
    passable(&folder)?;
    let mut report = Report::new(options.audits);
    for kind in [Kind::Postgres, Kind::Sqlite] {
        let wanted = match options.store {
            Stores::Both => true,
            Stores::Postgres => kind == Kind::Postgres,
            Stores::Sqlite => kind == Kind::Sqlite,
        };
        if wanted && options.writes {
            report.writes.push(runtime.block_on(writes::measure(kind, &folder, options))?);
        } else if wanted {
            report.stores.push(runtime.block_on(measure::measure(kind, &folder, options))?);
        }
    }
    println!("{}", report.markdown());
    if let Some(file) = &options.json {
        std::fs::write(file, serde_json::to_vec_pretty(&report)?)
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(!options.gates || report.gates().iter().all(|gate| gate.held))
}

/// PostgreSQL runs as another user, who must get through to its folder.
fn passable(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder, permissions).with_context(|| format!("cannot open {}", folder.display()))
}

/// How long a slice lasts, before it counts and while it counts.
const SETTLE: Duration = Duration::from_millis(150);
const SLICE: Duration = Duration::from_secs(1);
/// Connections of clients.
const CONNECTIONS: usize = 16;
/// Connections to the store, of the gateway and of the yardstick alike.
const POOL: u32 = 8;
/// Slug of the organization that is filled.
const ORGANIZATION: &str = "bench";
