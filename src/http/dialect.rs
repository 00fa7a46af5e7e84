//! Requests of the dialects: what surrounds them is the building's, what they say is theirs.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{EXPECT, HOST, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::any;

use super::App;
use super::body::{self, Patience};
use super::caller::{Arrival, RequestId};
use super::layers;
use super::refusal::Refusal;
use crate::domain::cx::Cx;
use crate::domain::error::Error;
use crate::rest::kit::{Answer, Call, Dialect, Head, Query, Refused};
use crate::telemetry::Facts;

/// The surface that a request came to, among the extensions of its response.
#[derive(Clone, Copy)]
pub struct Spoken(pub &'static str);

/// The addresses of all dialects.
pub fn routes(app: &App) -> Router<Arc<App>> {
    let mut router = Router::new();
    for dialect in &app.dialects {
        for address in dialect.addresses() {
            let dialect = Arc::clone(dialect);
            router =
                router.route(
                    &address,
                    any(move |State(app): State<Arc<App>>, request: Request| async move {
                        handle(app, dialect, request).await
                    }),
                );
        }
    }
    router
}

async fn handle(app: Arc<App>, dialect: Arc<dyn Dialect>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let arrival = Arrival::of(&parts, app.settings.proxies);
    let mut cx = Cx::new(app.db.clone(), None, app.clock.now(), dialect.surface());
    cx.client = arrival.client();
    if let Some(RequestId(id)) = parts.extensions.get() {
        cx.request_id = *id;
    }
    let head = Head {
        request_id: cx.request_id,
        now: cx.now,
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
    };
    let (statements, surface) = (Arc::clone(&cx.statements), dialect.surface().word());
    let patience = Patience { limit: dialect.body_limit(), wait: app.settings.body_timeout };
    let body = match body::collect(body, patience, parts.headers.contains_key(EXPECT)).await {
        Ok(body) => body,
        Err(refusal) => return refused(&*dialect, &head, &refusal),
    };
    let call = Call {
        cx,
        method: parts.method.clone(),
        path: head.path.clone(),
        query_text: parts.uri.query().unwrap_or_default().to_owned(),
        query: Query::parse(parts.uri.query().unwrap_or_default()),
        base_url: base_url(&app, &parts),
        headers: parts.headers,
        body,
    };
    let worker = Arc::clone(&dialect);
    match layers::run(&app, Box::pin(async move { worker.answer(call).await })).await {
        Ok(answer) => {
            let statements = statements.load(std::sync::atomic::Ordering::Relaxed);
            respond(answer, Facts { statements, ..Facts::default() }, surface)
        }
        Err(refusal) => refused(&*dialect, &head, &refusal),
    }
}

/// Scheme and authority that the client called: as configured, else as the request says.
fn base_url(app: &App, parts: &Parts) -> String {
    if let Some(url) = &app.settings.public_base_url {
        return url.trim_end_matches('/').to_owned();
    }
    let named = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = named.or_else(|| parts.uri.authority().map(axum::http::uri::Authority::as_str)).unwrap_or("localhost");
    format!("http://{host}")
}

fn refused(dialect: &dyn Dialect, head: &Head, refusal: &Refusal) -> Response {
    let reason = match refusal.status {
        StatusCode::PAYLOAD_TOO_LARGE => Refused::BodyTooLong,
        StatusCode::BAD_REQUEST => Refused::BodyBroken,
        StatusCode::SERVICE_UNAVAILABLE => Refused::Error(Error::Unavailable),
        _ => Refused::Error(Error::Internal),
    };
    let answer = dialect.refuse(head, reason);
    let mut response =
        respond(answer, Facts { code: Some(refusal.code), ..Facts::default() }, dialect.surface().word());
    if refusal.close {
        response.headers_mut().insert(axum::http::header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn respond(answer: Answer, facts: Facts, surface: &'static str) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    if answer.status == StatusCode::SERVICE_UNAVAILABLE && !response.headers().contains_key(RETRY_AFTER) {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(1));
    }
    response.extensions_mut().insert(Facts { code: answer.code.or(facts.code), ..facts });
    response.extensions_mut().insert(Spoken(surface));
    response
}
