//! Logs and metrics: one line and one observation for every request, with constant messages and values in fields.
//! Never a token, a body, or a raw query string.

use std::collections::HashSet;
use std::io::IsTerminal;
use std::sync::{OnceLock, PoisonError, RwLock};
use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

use crate::config::LogFormat;

/// Starts logging to standard error. A second start in one process is ignored.
pub fn logs(format: LogFormat, level: &str) -> Result<(), String> {
    // A bare level is about us; what the libraries have to say is only worth reading when it is a warning.
    let is_bare = level.parse::<tracing::Level>().is_ok();
    let directives =
        if is_bare { format!("warn,sqlx::postgres::notice=error,audit_gateway={level}") } else { level.to_owned() };
    let filter = EnvFilter::builder().parse(directives).map_err(|error| format!("log-level: {error}"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let started = match format {
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
        LogFormat::Human => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
    // Only tests start twice.
    drop(started);
    Ok(())
}

const REQUESTS: &str = "audit_gateway_requests_total";
const SECONDS: &str = "audit_gateway_request_seconds";
const STATEMENTS: &str = "audit_gateway_request_statements";
const ERRORS: &str = "audit_gateway_errors_total";
const PANICS: &str = "audit_gateway_panics_total";
const STORE_OPEN: &str = "audit_gateway_store_connections";
const STORE_FREE: &str = "audit_gateway_store_connections_free";
const CLIENTS: &str = "audit_gateway_client_connections";
const STREAMS: &str = "audit_gateway_streams";
const CUT_OFF: &str = "audit_gateway_streams_cut_off_total";

const SECONDS_BUCKETS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const STATEMENTS_BUCKETS: &[f64] = &[0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 50.0];

/// The process's metrics; started by the first use.
pub fn metrics() -> &'static PrometheusHandle {
    static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();
    METRICS.get_or_init(|| {
        let full = |name: &str| Matcher::Full(name.to_owned());
        let buckets = PrometheusBuilder::new()
            .set_buckets_for_metric(full(SECONDS), SECONDS_BUCKETS)
            .and_then(|builder| builder.set_buckets_for_metric(full(STATEMENTS), STATEMENTS_BUCKETS));
        let recorder = buckets.unwrap_or_default().build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another recorder of metrics is installed; /metrics stays empty");
        }
        describe_counter!(REQUESTS, "Requests by surface, kind of operation, operation and status.");
        describe_histogram!(SECONDS, "Seconds from a request's headers to its answer.");
        describe_histogram!(STATEMENTS, "Statements sent to the store for one request.");
        describe_counter!(ERRORS, "Refusals and failures by surface and code.");
        describe_counter!(PANICS, "Defects that were caught.");
        describe_gauge!(STORE_OPEN, "Open connections to the store.");
        describe_gauge!(STORE_FREE, "How many more operations could start on the store now.");
        describe_gauge!(CLIENTS, "Open connections of clients.");
        describe_gauge!(STREAMS, "Open WebSockets, streams of events and feeds.");
        describe_counter!(CUT_OFF, "Streams whose clients did not take what they asked for.");
        counter!(PANICS).absolute(0);
        handle
    })
}

/// What `/metrics` answers.
pub fn render(store: crate::domain::db::Usage) -> String {
    let metrics = metrics();
    gauge!(STORE_OPEN).set(store.open);
    gauge!(STORE_FREE).set(store.free);
    metrics.render()
}

/// Keeps the histograms small between two readings of `/metrics`; never completes.
pub async fn upkeep() {
    let mut ticks = tokio::time::interval(Duration::from_secs(5));
    loop {
        ticks.tick().await;
        metrics().run_upkeep();
    }
}

/// Writes defects to the log instead of standard error: the place, and what was said.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let said = panic.payload_as_str().unwrap_or_default();
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, said, "panic");
    }));
}

/// A client has connected or left.
pub fn clients(change: f64) {
    gauge!(CLIENTS).increment(change);
}

/// An answer that goes on has begun or ended.
pub fn streams(kind: &'static str, change: f64) {
    gauge!(STREAMS, "kind" => kind).increment(change);
}

/// A client did not take what it asked for.
pub fn cut_off(kind: &'static str) {
    counter!(CUT_OFF, "kind" => kind).increment(1);
    tracing::debug!(kind, "a client that does not read was cut off");
}

/// A defect was caught.
pub fn panicked() {
    counter!(PANICS).increment(1);
}

/// What is known of a request once it is answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Name of the executed operation.
    pub operation: Option<String>,
    /// `query`, `mutation`, `subscription`, or `batch`.
    pub kind: Option<&'static str>,
    /// The first error's code.
    pub code: Option<&'static str>,
    /// Statements sent to the store.
    pub statements: u64,
    /// The caller's organization.
    pub organization_id: Option<i64>,
}

/// Writes the request's line and counts it.
pub fn answered(surface: &'static str, request_id: Uuid, status: u16, duration: Duration, facts: &Facts) {
    let kind = facts.kind.unwrap_or("none");
    let operation = metric_name(facts);
    counter!(REQUESTS, "surface" => surface, "kind" => kind, "operation" => operation, "status" => status.to_string())
        .increment(1);
    histogram!(SECONDS, "surface" => surface, "kind" => kind).record(duration.as_secs_f64());
    if let Some(code) = facts.code {
        counter!(ERRORS, "surface" => surface, "code" => code).increment(1);
    }
    if matches!(surface, "health" | "page") {
        tracing::debug!(surface, status, code = facts.code, duration_us = micros(duration), %request_id, "request");
        return;
    }
    histogram!(STATEMENTS, "surface" => surface).record(count(facts.statements));
    tracing::info!(
        surface,
        operation = facts.operation.as_deref().map(shortened),
        kind = facts.kind,
        status,
        code = facts.code,
        statements = facts.statements,
        duration_us = micros(duration),
        %request_id,
        organization_id = facts.organization_id,
        "request"
    );
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "a request sends fewer statements than a double counts exactly")]
fn count(statements: u64) -> f64 {
    statements as f64
}

/// Clients choose the names of operations, so no more than this many become labels.
const NAMES: usize = 100;

fn metric_name(facts: &Facts) -> String {
    static KNOWN: OnceLock<RwLock<HashSet<String>>> = OnceLock::new();
    // Only a caller who is known may use up a place.
    let (Some(name), Some(_)) = (&facts.operation, facts.organization_id) else {
        return "none".to_owned();
    };
    let name = shortened(name);
    let known = KNOWN.get_or_init(RwLock::default);
    if known.read().unwrap_or_else(PoisonError::into_inner).contains(name) {
        return name.to_owned();
    }
    let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
    if known.len() < NAMES {
        known.insert(name.to_owned());
        return name.to_owned();
    }
    "other".to_owned()
}

fn shortened(name: &str) -> &str {
    name.get(..64).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(name: &str, organization_id: Option<i64>) -> Facts {
        Facts { operation: Some(name.to_owned()), organization_id, ..Facts::default() }
    }

    #[test]
    fn names_of_operations_are_bounded_and_strangers_add_none() {
        assert_eq!(metric_name(&facts("Stranger", None)), "none");
        let names: HashSet<String> = (0..1_000).map(|n| metric_name(&facts(&format!("Op{n}"), Some(1)))).collect();
        assert!(names.len() <= NAMES + 1);
        assert!(names.contains("other"));
        assert_eq!(metric_name(&facts("Op0", Some(1))), "Op0");
    }

    #[test]
    fn a_request_is_counted_and_rendered() {
        metrics();
        let given = Facts { kind: Some("query"), code: Some("FORBIDDEN"), statements: 2, ..Facts::default() };
        answered("graphql", Uuid::nil(), 200, Duration::from_millis(3), &given);
        let text = render(crate::domain::db::Usage { open: 3, free: 5 });
        assert!(text.contains("audit_gateway_errors_total{surface=\"graphql\",code=\"FORBIDDEN\"}"), "{text}");
        assert!(text.contains("audit_gateway_store_connections 3"), "{text}");
        assert!(text.contains("audit_gateway_request_seconds_bucket"), "{text}");
    }
}
