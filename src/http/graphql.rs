//! GraphQL over HTTP: reads a request, has it executed, and words the answer in the media type and status that the
//! specification of GraphQL over HTTP asks for.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, EXPECT, IF_NONE_MATCH, RETRY_AFTER, VARY};
use axum::http::{HeaderName, HeaderValue, Method, Request as HttpRequest, StatusCode};
use axum::response::Response;

use super::App;
use super::body::{self, Patience};
use super::caller::{self, Arrival, Credentials};
use super::layers;
use super::live::{events, socket};
use super::media::{self, Media};
use super::pages::{etag, matches};
use super::payload::Payload;
use super::refusal::{Refusal, status_of};
use crate::domain::error::Error;
use crate::graphql::Answer;
use crate::telemetry::Facts;

const METHODS: &str = "GET, POST";

/// Asks with `include` for `extensions.cost`.
pub const COST: HeaderName = HeaderName::from_static("x-graphql-cost");

/// Answers whatever comes to `/graphql`.
pub async fn handle(State(app): State<Arc<App>>, request: HttpRequest<Body>) -> Response {
    if socket::is_upgrade(&request) {
        return socket::open(app, request).await;
    }
    let accepted = (Media::negotiate(request.headers()), media::takes_events(request.headers()));
    if accepted == (None, false) {
        return Refusal::not_acceptable().response(Media::Json);
    }
    let media = accepted.0.unwrap_or_default();
    respond(&app, request, accepted).await.unwrap_or_else(|refusal| refusal.response(media))
}

async fn respond(
    app: &Arc<App>,
    request: HttpRequest<Body>,
    (media, takes_events): (Option<Media>, bool),
) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let mut payload = match head.method {
        Method::GET => Payload::of_address(&head.uri)?,
        Method::POST if !media::is_json(&head.headers) => return Err(Refusal::unsupported_media_type()),
        Method::POST => {
            let settings = &app.settings;
            let patience = Patience { limit: settings.body_limit, wait: settings.body_timeout };
            let body = body::collect(body, patience, head.headers.contains_key(EXPECT)).await?;
            Payload::of_body(&body, settings.batching)?
        }
        Method::OPTIONS => return Ok(options()),
        _ => return Err(Refusal::method_not_allowed(METHODS)),
    };
    if head.headers.get(COST).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"include")) {
        payload.requests().iter_mut().for_each(|request| request.cost = true);
    }
    let payload = match (payload, media) {
        // A client that takes both means events for what goes on.
        (Payload::One(request), media)
            if takes_events && (media.is_none() || app.service.is_subscription(&request)) =>
        {
            return events::respond(app, &head, request).await;
        }
        (Payload::Many(_), None) => return Err(Refusal::not_acceptable()),
        (payload, _) => payload,
    };
    let media = media.unwrap_or_default();
    let credentials = Credentials::of(&head.headers)?;
    let (worker, arrival) = (Arc::clone(app), Arrival::of(&head, app.settings.proxies));
    // On the heap once: the handler's own future is moved from layer to layer.
    let work = Box::pin(async move {
        let cx = caller::context(&worker, arrival, credentials).await?;
        let answered = match payload {
            Payload::One(request) => Answered::One(worker.service.execute(cx.clone(), request).await),
            Payload::Many(requests) => {
                let mut answers = Vec::with_capacity(requests.len());
                for request in requests {
                    answers.push(worker.service.execute(cx.clone(), request).await);
                }
                Answered::Many(answers)
            }
        };
        let organization_id = cx.caller.as_ref().map(|caller| caller.organization_id);
        let facts = Facts { statements: cx.statement_count(), organization_id, ..Facts::default() };
        Ok::<_, Error>((answered, facts))
    });
    let (answered, facts) = layers::run(app, work).await??;
    match answered {
        Answered::One(answer) if head.method == Method::GET => {
            Ok(get(answer, facts, media, head.headers.get(IF_NONE_MATCH)))
        }
        Answered::One(answer) => Ok(post(answer, facts, media)),
        Answered::Many(answers) => Ok(many(&answers, facts, media)),
    }
}

enum Answered {
    One(Answer),
    Many(Vec<Answer>),
}

fn options() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(METHODS));
    response
}

/// The status of an answer. Refusals that say nothing about the document keep theirs in both media types, because what
/// stands between client and server acts on them.
fn status(answer: &Answer, media: Media) -> StatusCode {
    if !answer.request_error {
        return StatusCode::OK;
    }
    let status = status_of(answer.error_code.unwrap_or("BAD_USER_INPUT"));
    let concerns_document = matches!(status, StatusCode::BAD_REQUEST | StatusCode::CONFLICT);
    if media == Media::Json && concerns_document { StatusCode::OK } else { status }
}

fn post(answer: Answer, mut facts: Facts, media: Media) -> Response {
    let status = status(&answer, media);
    (facts.operation, facts.kind, facts.code) = (answer.operation_name, answer.operation_kind, answer.error_code);
    let mut response = bare(status, media, answer.body, facts);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        headers.insert(RETRY_AFTER, HeaderValue::from(answer.retry_after_seconds.unwrap_or(1)));
    }
    response
}

fn get(answer: Answer, facts: Facts, media: Media, known: Option<&HeaderValue>) -> Response {
    if answer.request_error && answer.operation_kind == Some("mutation") {
        return Refusal::method_not_allowed("POST").response(media);
    }
    if answer.request_error || answer.error_code.is_some() {
        return post(answer, facts, media);
    }
    let tag = etag(&[media.content_type().as_bytes(), &answer.body]);
    let unchanged = known.is_some_and(|known| matches(known, &tag));
    let mut response = post(answer, facts, media);
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(CONTENT_TYPE);
    }
    let headers = response.headers_mut();
    headers.insert(ETAG, tag);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.append(VARY, HeaderValue::from_static("accept, authorization, x-organization, x-graphql-cost"));
    response
}

/// A refusal of something that would not have been answered in one piece: always with its status.
pub fn refuse(answer: Answer, facts: Facts, by_get: bool) -> Response {
    if by_get && answer.operation_kind == Some("mutation") {
        return Refusal::method_not_allowed("POST").response(Media::Json);
    }
    let mut response = post(answer, facts, Media::GraphqlResponse);
    response.headers_mut().insert(CONTENT_TYPE, Media::Json.content_type());
    response
}

fn many(answers: &[Answer], facts: Facts, media: Media) -> Response {
    let mut body = Vec::with_capacity(answers.iter().map(|answer| answer.body.len() + 1).sum::<usize>() + 1);
    let mut code = None;
    for answer in answers {
        body.push(if body.is_empty() { b'[' } else { b',' });
        body.extend_from_slice(&answer.body);
        code = code.or(answer.error_code);
    }
    body.push(b']');
    let mut response = bare(StatusCode::OK, media, body, Facts { kind: Some("batch"), code, ..facts });
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn bare(status: StatusCode, media: Media, body: Vec<u8>, facts: Facts) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, media.content_type());
    response.extensions_mut().insert(facts);
    response
}
