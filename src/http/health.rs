//! Whether the service lives, whether it can answer, and what it has done so far.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::App;
use super::layers;
use super::media::Media;
use super::refusal::Refusal;
use crate::domain::cell::Kind;
use crate::domain::db::{Db, Errand, Statement};
use crate::domain::error::Result;
use crate::telemetry;

/// The process runs.
pub async fn livez() -> Response {
    report(StatusCode::OK, json!({ "status": "alive" }))
}

/// The store answers and its tables are the ones this program was made for.
pub async fn readyz(State(app): State<Arc<App>>) -> Response {
    let probe = Arc::clone(&app);
    let checked = layers::run(&app, async move { (store(&probe.db).await, pending(&probe).await) }).await;
    let (store, pending) = match checked {
        Ok(checked) => checked,
        Err(refusal) => return refusal.response(Media::Json),
    };
    let migrations = match &pending {
        Ok(0) => json!("up to date"),
        Ok(pending) => json!(format!("{pending} pending: run `audit-gateway migrate up`")),
        Err(_) => json!("unknown"),
    };
    let ready = store.is_ok() && matches!(pending, Ok(0));
    let body = json!({
        "status": if ready { "ready" } else { "unavailable" },
        "store": if store.is_ok() { "ok" } else { "unavailable" },
        "migrations": migrations,
    });
    if ready {
        return report(StatusCode::OK, body);
    }
    let mut response = report(StatusCode::SERVICE_UNAVAILABLE, body);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

async fn store(db: &Db) -> Result<()> {
    db.fetch(&Errand::default(), Statement::new("SELECT 1", Vec::new(), vec![Kind::Int])).await.map(drop)
}

async fn pending(app: &App) -> Result<usize> {
    // Steps are never taken back under a running program, so once is enough.
    if app.migrated.load(Ordering::Relaxed) {
        return Ok(0);
    }
    let pending = (app.pending)().await?;
    app.migrated.store(pending == 0, Ordering::Relaxed);
    Ok(pending)
}

/// Metrics in the text format of Prometheus.
pub async fn metrics(State(app): State<Arc<App>>) -> Response {
    if !app.settings.metrics {
        return Refusal::not_found().response(Media::Json);
    }
    let text = telemetry::render(app.db.usage());
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"), (CACHE_CONTROL, "no-store")], text).into_response()
}

fn report(status: StatusCode, body: Value) -> Response {
    (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
