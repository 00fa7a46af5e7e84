//! GraphQL over server-sent events: the graphql-sse protocol with a connection an operation.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method};
use axum::response::Response;

use super::Stay;
use super::flow::{COMPLETE, Flow, Format, event};
use crate::domain::error::Error;
use crate::graphql::{Begun, Request};
use crate::http::App;
use crate::http::caller::{self, Arrival, Credentials};
use crate::http::graphql::refuse;
use crate::http::layers;
use crate::http::refusal::Refusal;
use crate::telemetry::Facts;

/// Where a stream that broke off had come to (HTML, server-sent events).
pub const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Asks proxies to pass on what they get at once.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Answers a request whose client takes events.
pub async fn respond(app: &Arc<App>, head: &Parts, mut request: Request) -> Result<Response, Refusal> {
    request.resume = resume(&head.headers)?;
    let credentials = Credentials::of(&head.headers)?;
    let (worker, arrival) = (Arc::clone(app), Arrival::of(head, app.settings.proxies));
    let begun = layers::run(app, async move {
        let (cx, expires_at) = caller::admit(&worker, arrival, credentials).await?;
        let begun = worker.service.begin(cx.clone(), &worker.changes, request).await;
        Ok::<_, Error>((begun, cx, expires_at))
    });
    let (begun, cx, expires_at) = begun.await??;
    let organization_id = cx.caller.as_ref().map(|caller| caller.organization_id);
    let mut facts = Facts { statements: cx.statement_count(), organization_id, ..Facts::default() };
    let body = match begun {
        Begun::Answered(answer) if answer.request_error => {
            return Ok(refuse(answer, facts, head.method == Method::GET));
        }
        Begun::Answered(answer) => {
            (facts.operation, facts.kind, facts.code) =
                (answer.operation_name, answer.operation_kind, answer.error_code);
            let mut bytes = event(None, &answer.body).to_vec();
            bytes.extend_from_slice(COMPLETE);
            Body::from(Bytes::from(bytes))
        }
        Begun::Live(live) => {
            facts.kind = Some("subscription");
            let stay = Stay::begin(app, &cx, expires_at)?;
            let patience = app.settings.body_timeout / 2;
            Flow { live: *live, stay, format: Format::Events, follows: true, patience }.body()
        }
    };
    Ok(stream(body, HeaderValue::from_static("text/event-stream; charset=utf-8"), facts))
}

/// An answer that goes on.
pub fn stream(body: Body, content_type: HeaderValue, facts: Facts) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, content_type);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(UNBUFFERED, HeaderValue::from_static("no"));
    response.extensions_mut().insert(facts);
    response
}

/// The sequence of the last event that the client has.
fn resume(headers: &HeaderMap) -> Result<Option<i64>, Refusal> {
    let Some(given) = headers.get(LAST_EVENT_ID).filter(|given| !given.is_empty()) else { return Ok(None) };
    let sequence = given.to_str().ok().and_then(|text| text.trim().parse().ok());
    sequence.map(Some).ok_or_else(|| Refusal::bad_request("Last-Event-ID is not the id of an event of this service"))
}
