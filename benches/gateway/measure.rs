//! One store: starts, memory, and the rounds in which the gateway and the yardstick take turns.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::client::Connection;
use super::driver::{Slice, Target, count};
use super::report::{Comparison, Measured, Side, median, spread};
use super::store::{Kind, Store, USERNAME};
use super::workload::{self, Workload};
use super::{ORGANIZATION, Options, access, process};

/// How often the start is measured.
const STARTS: usize = 5;

/// Measures on one store.
pub async fn measure(kind: Kind, folder: &Path, options: &Options) -> Result<Measured> {
    eprintln!("{}: filling the store", kind.name());
    let store = Store::obtain(kind, folder, options).await?;
    eprintln!("{}: measuring", kind.name());
    let measured = on(&store, options).await;
    store.finish().await?;
    measured
}

async fn on(store: &Store, options: &Options) -> Result<Measured> {
    // The secrets in the data folder outlive the process, and so does the token.
    let gateway = store.start_gateway(&[])?;
    let token = workload::sign_in(gateway.address, USERNAME, ORGANIZATION).await?;
    gateway.stop()?;
    let mut starts = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        starts.push(start(store, &token).await?);
    }
    let gateway = store.start_gateway(&[])?;
    let yardstick = store.start_yardstick()?;
    let token = workload::sign_in(gateway.address, USERNAME, ORGANIZATION).await?;
    let (memory_before, _) = process::memory(gateway.id())?;
    let access = access::prepare(gateway.address).await?;
    let workloads = workload::compared(gateway.address, yardstick.address, &token, &access).await?;
    let mut targets = [
        Target::connect(gateway.address, gateway.id(), store.id()).await?,
        Target::connect(yardstick.address, yardstick.id(), store.id()).await?,
    ];
    for workload in &workloads {
        let [gateway, yardstick] = &mut targets;
        gateway.warm_up(&workload.gateway).await?;
        yardstick.warm_up(&workload.yardstick).await?;
    }
    let [on_gateway, on_yardstick] = targets;
    let mut rounds = Rounds {
        gateway: on_gateway,
        yardstick: on_yardstick,
        // The gateway closes a connection that says nothing for long, so not before the warm-up.
        metrics: Connection::open(gateway.address).await?,
        seen: workloads.iter().map(|_| Seen::default()).collect(),
    };
    for round in 0..options.seconds {
        rounds.round(&workloads, round % 2 == 1).await?;
        eprint!(".");
    }
    eprintln!();
    let (memory_after, memory_most) = process::memory(gateway.id())?;
    let (yardstick_memory, _) = process::memory(yardstick.id())?;
    let cost = rounds.cost(&workloads)?;
    let comparisons = workloads.iter().zip(&rounds.seen).map(|(workload, seen)| seen.comparison(workload)).collect();
    gateway.stop()?;
    Ok(Measured {
        store: store.kind,
        version: store.version().await?,
        seed_seconds: store.seed_seconds,
        start_seconds: median(&starts),
        memory_before,
        memory_after,
        memory_most,
        yardstick_memory,
        cost_of_200: cost,
        comparisons,
    })
}

/// Seconds from the start of the process to the first answer.
async fn start(store: &Store, token: &str) -> Result<f64> {
    let gateway = store.start_gateway(&[])?;
    let mut connection = Connection::open(gateway.address).await?;
    let answer = connection.ask(&workload::first_request(token)).await?;
    let seconds = gateway.started.elapsed().as_secs_f64();
    if answer != br#"{"data":{"audit":null}}"# {
        bail!("the first answer is {}", String::from_utf8_lossy(answer));
    }
    gateway.stop()?;
    Ok(seconds)
}

/// What was seen of one question.
#[derive(Default)]
struct Seen {
    gateway: Vec<Slice>,
    yardstick: Vec<Slice>,
    statements: Vec<f64>,
}

struct Rounds {
    gateway: Target,
    yardstick: Target,
    metrics: Connection,
    seen: Vec<Seen>,
}

impl Rounds {
    /// A slice of each question on each side. Which side comes first changes from round to round.
    async fn round(&mut self, workloads: &[Workload], yardstick_first: bool) -> Result<()> {
        for (workload, seen) in workloads.iter().zip(&mut self.seen) {
            if yardstick_first {
                seen.yardstick.push(self.yardstick.slice(&workload.yardstick).await?);
            }
            let (requests, statements) = workload::statements(&mut self.metrics).await?;
            seen.gateway.push(self.gateway.slice(&workload.gateway).await?);
            let (requests_after, statements_after) = workload::statements(&mut self.metrics).await?;
            seen.statements.push((statements_after - statements) / (requests_after - requests).max(1.0));
            if !yardstick_first {
                seen.yardstick.push(self.yardstick.slice(&workload.yardstick).await?);
            }
            // What a server still has to tidy up should not fall into the next slice.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// How many pages of 50 one page of 200 costs the gateway.
    fn cost(&self, workloads: &[Workload]) -> Result<f64> {
        let throughputs = |name: &str| -> Result<Vec<f64>> {
            let index = workloads.iter().position(|workload| workload.name == name).context("a question is missing")?;
            let seen = self.seen.get(index).context("a question was not measured")?;
            Ok(seen.gateway.iter().map(|slice| slice.throughput).collect())
        };
        let (small, large) = (throughputs("nested_50")?, throughputs("nested_200")?);
        let costs: Vec<f64> = small.iter().zip(&large).map(|(small, large)| small / large.max(1e-9)).collect();
        Ok(median(&costs))
    }
}

impl Seen {
    fn comparison(&self, workload: &Workload) -> Comparison {
        let pairs = self.gateway.iter().zip(&self.yardstick);
        let ratios: Vec<f64> = pairs.map(|(ours, theirs)| ours.throughput / theirs.throughput.max(1e-9)).collect();
        Comparison {
            name: workload.name,
            bytes: workload.bytes,
            ratio: median(&ratios),
            ratio_spread: spread(&ratios),
            statements: median(&self.statements),
            gateway: side(&self.gateway),
            yardstick: side(&self.yardstick),
        }
    }
}

/// What was seen of one side.
pub fn side(slices: &[Slice]) -> Side {
    let requests = |slice: &Slice| count(slice.latencies.len().max(1));
    let of = |value: &dyn Fn(&Slice) -> Option<f64>| -> Vec<f64> { slices.iter().filter_map(value).collect() };
    let mut latencies: Vec<u32> = slices.iter().flat_map(|slice| slice.latencies.iter().copied()).collect();
    latencies.sort_unstable();
    let percentile = |hundredth: usize| {
        let at = latencies.len().saturating_sub(1) * hundredth / 100;
        latencies.get(at).map_or(0.0, |micros| f64::from(*micros) / 1_000.0)
    };
    let store_cpu = of(&|slice| Some(slice.store_cpu? * 1_000.0 / requests(slice)));
    Side {
        throughput: median(&of(&|slice| Some(slice.throughput))),
        p50_ms: percentile(50),
        p99_ms: percentile(99),
        cpu_ms: median(&of(&|slice| Some(slice.cpu * 1_000.0 / requests(slice)))),
        store_cpu_ms: (!store_cpu.is_empty()).then(|| median(&store_cpu)),
        requests: latencies.len(),
    }
}
