//! What was measured: as tables to read, as JSON to keep, and against the gates.

use std::fmt::Write;

use serde::Serialize;

use super::store::Kind;
use super::writes::Written;
use super::{CONNECTIONS, POOL};

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Where.
    pub machine: Machine,
    /// Audits in each store.
    pub audits: u32,
    /// Connections of clients.
    pub connections: usize,
    /// Connections to the store.
    pub pool: u32,
    /// Questions, store by store.
    pub stores: Vec<Measured>,
    /// Mutations, store by store.
    pub writes: Vec<Written>,
}

/// The machine.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// Its processor.
    pub processor: String,
    /// Cores.
    pub cores: usize,
    /// Processes that waited for a core in the minute before.
    pub load: f64,
}

/// What was measured on one store.
#[derive(Debug, Serialize)]
pub struct Measured {
    /// Which store.
    pub store: Kind,
    /// Its version.
    pub version: String,
    /// Seconds that filling it took; none where it was there.
    pub seed_seconds: Option<f64>,
    /// Seconds from the start of the gateway to its first answer.
    pub start_seconds: f64,
    /// Megabytes of the gateway after its first answer, after the load, and at most.
    pub memory_before: f64,
    /// See above.
    pub memory_after: f64,
    /// See above.
    pub memory_most: f64,
    /// Megabytes of the yardstick after the load.
    pub yardstick_memory: f64,
    /// How many pages of 50 one page of 200 costs the gateway.
    pub cost_of_200: f64,
    /// Question by question.
    pub comparisons: Vec<Comparison>,
}

/// One question on both sides.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// Its name.
    pub name: &'static str,
    /// Bytes of an answer.
    pub bytes: usize,
    /// The gateway's throughput to the yardstick's: median of the rounds.
    pub ratio: f64,
    /// Least and greatest of the rounds.
    pub ratio_spread: (f64, f64),
    /// Statements that the gateway sends for a request.
    pub statements: f64,
    /// The gateway.
    pub gateway: Side,
    /// The yardstick.
    pub yardstick: Side,
}

/// One question on one side: medians of the slices, percentiles of all requests.
#[derive(Debug, Serialize)]
pub struct Side {
    /// Requests a second.
    pub throughput: f64,
    /// Half of the requests took at most so long.
    pub p50_ms: f64,
    /// 99 of 100 took at most so long.
    pub p99_ms: f64,
    /// Processor time a request.
    pub cpu_ms: f64,
    /// The same of the store's own processes.
    pub store_cpu_ms: Option<f64>,
    /// How many requests.
    pub requests: usize,
}

/// What must hold.
#[derive(Debug, Serialize)]
pub struct Gate {
    /// On which store, and what.
    pub what: String,
    /// The bound.
    pub bound: String,
    /// What was measured.
    pub measured: f64,
    /// Whether it holds.
    pub held: bool,
}

impl Report {
    /// Nothing measured yet.
    pub fn new(audits: u32) -> Self {
        Self {
            machine: Machine::here(),
            audits,
            connections: CONNECTIONS,
            pool: POOL,
            stores: Vec::new(),
            writes: Vec::new(),
        }
    }

    /// What must hold, store by store.
    pub fn gates(&self) -> Vec<Gate> {
        self.stores.iter().flat_map(Measured::gates).chain(self.writes.iter().flat_map(Written::gates)).collect()
    }

    /// The report in Markdown.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        // Writing to memory cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let Machine { processor, cores, load } = &self.machine;
        writeln!(
            text,
            "{cores} cores ({processor}), load before the start {load:.1}; {} audits, {} connections of clients, {} to the store",
            self.audits, self.connections, self.pool
        )?;
        for measured in &self.stores {
            measured.write(text)?;
        }
        for written in &self.writes {
            written.write(text)?;
        }
        writeln!(text, "\n| gate | bound | measured | |\n|---|--:|--:|---|")?;
        for Gate { what, bound, measured, held } in self.gates() {
            writeln!(text, "| {what} | {bound} | {measured:.2} | {} |", if held { "holds" } else { "**MISSED**" })?;
        }
        Ok(())
    }
}

impl Measured {
    fn gates(&self) -> Vec<Gate> {
        let least_nested = if self.store == Kind::Postgres { 0.55 } else { 0.45 };
        let ratio = |name: &str| self.comparisons.iter().find(|found| found.name == name).map_or(0.0, |at| at.ratio);
        let gate = |what: &str, bound: String, measured: f64, held: bool| Gate {
            what: format!("{}: {what}", self.store.name()),
            bound,
            measured,
            held,
        };
        let at_least = |what: &str, least: f64, measured: f64| {
            gate(what, format!("at least {least:.2}"), measured, measured >= least)
        };
        let below =
            |what: &str, most: f64, measured: f64| gate(what, format!("below {most}"), measured, measured < most);
        vec![
            at_least("nested_50 to the yardstick", least_nested, ratio("nested_50")),
            at_least("point to the yardstick", 0.45, ratio("point")),
            at_least("order_500 to the yardstick", 0.5, ratio("order_500")),
            at_least("users_100 to the yardstick", 0.6, ratio("users_100")),
            at_least("auditcomply_25 to the yardstick", 0.6, ratio("auditcomply_25")),
            at_least("auditcomply_25_few to the yardstick", 0.6, ratio("auditcomply_25_few")),
            below("a page of 200 in pages of 50", 4.5, self.cost_of_200),
            below("MB after the load", 80.0, self.memory_after),
            below("seconds from start to first answer", 0.5, self.start_seconds),
        ]
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "\n### {}\n", self.version)?;
        writeln!(
            text,
            "| question | server | requests/s | ratio | p50 ms | p99 ms | CPU ms/request | store's CPU ms/request | statements |"
        )?;
        writeln!(text, "|---|---|--:|--:|--:|--:|--:|--:|--:|")?;
        for at in &self.comparisons {
            let (least, greatest) = at.ratio_spread;
            let ratio = format!("**{:.2}** ({least:.2} to {greatest:.2})", at.ratio);
            at.gateway.write(text, &format!("{} ({})", at.name, size(at.bytes)), "gateway", &ratio, at.statements)?;
            at.yardstick.write(text, "", "yardstick", "", yardstick_statements(at.name))?;
        }
        writeln!(
            text,
            "\nMemory of the gateway: {:.0} MB at first, {:.0} MB after the load, {:.0} MB at most; yardstick {:.0} MB. \
             Start to first answer: {:.3} s. A page of 200 costs as much as {:.2} pages of 50.",
            self.memory_before,
            self.memory_after,
            self.memory_most,
            self.yardstick_memory,
            self.start_seconds,
            self.cost_of_200
        )
    }
}

impl Side {
    fn write(&self, text: &mut String, question: &str, server: &str, ratio: &str, statements: f64) -> std::fmt::Result {
        let store = self.store_cpu_ms.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.3}"));
        writeln!(
            text,
            "| {question} | {server} | {:.0} | {ratio} | {:.2} | {:.2} | {:.3} | {store} | {statements:.2} |",
            self.throughput, self.p50_ms, self.p99_ms, self.cpu_ms
        )
    }
}

fn yardstick_statements(name: &str) -> f64 {
    match name {
        _ if name.starts_with("nested") => 2.0,
        _ if name.starts_with("auditcomply") => 3.0,
        _ => 1.0,
    }
}

fn size(bytes: usize) -> String {
    if bytes < 1_000 { format!("{bytes} B") } else { format!("{} KB", bytes / 1_000) }
}

impl Machine {
    fn here() -> Self {
        let processor = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        });
        let load = std::fs::read_to_string("/proc/loadavg").ok();
        let load = load.and_then(|text| text.split(' ').next()?.parse().ok()).unwrap_or(0.0);
        Self {
            processor: processor.unwrap_or_else(|| "unknown processor".to_owned()),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            load,
        }
    }
}

/// The middle of some values.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.get(middle.wrapping_sub(1))) {
        (Some(upper), Some(lower)) if sorted.len().is_multiple_of(2) => f64::midpoint(*upper, *lower),
        (Some(middle), _) => *middle,
        _ => 0.0,
    }
}

/// The least and the greatest of some values.
pub fn spread(values: &[f64]) -> (f64, f64) {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    (least, values.iter().copied().fold(0.0, f64::max))
}
