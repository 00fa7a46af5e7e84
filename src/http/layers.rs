//! What happens to every request around its handler. The order, from the outside in: other origins (CORS), request id,
//! defects, headers' length, security headers and the request's line in the log; inside the router, compression.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::header::{
    AUTHORIZATION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LINK, REFERRER_POLICY, RETRY_AFTER,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use axum::response::Response;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tower::{Service, ServiceExt};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::App;
use super::caller::{ORGANIZATION, REQUEST_ID, RequestId};
use super::dialect::Spoken;
use super::graphql::COST;
use super::live::events::LAST_EVENT_ID;
use super::media::Media;
use super::refusal::Refusal;
use crate::domain::db::apart;
use crate::telemetry::{self, Facts};

/// Headers in which clients of a documented interface send their key.
const PX_KEY: HeaderName = HeaderName::from_static("px-api-key");
const X_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// How many rows a list of a documented interface has in all.
const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

// What clients of FOLIO send from a browser.
const OKAPI_TENANT: HeaderName = HeaderName::from_static("x-okapi-tenant");
const OKAPI_TOKEN: HeaderName = HeaderName::from_static("x-okapi-token");
const OKAPI_REQUEST_ID: HeaderName = HeaderName::from_static("x-okapi-request-id");

/// Runs `work` in a task of its own, so that a client that leaves does not cut it short, a defect in it is caught, and
/// the answer comes in time even when the work does not. Work that is late goes on: its deadlines are in the store.
pub async fn run<T, W>(app: &App, work: W) -> Result<T, Refusal>
where
    T: Send + 'static,
    W: Future<Output = T> + Send + 'static,
{
    let underway = app.underway.subscribe();
    let task = tokio::spawn(async move {
        let answer = apart(work).await;
        drop(underway);
        answer
    });
    match tokio::time::timeout(app.settings.request_timeout, task).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) => {
            telemetry::panicked();
            Err(Refusal::internal())
        }
        Err(_) => Err(Refusal::unavailable("the request took too long; a change it asked for may still be made")),
    }
}

/// Compression of what is worth it. Small answers travel in one packet anyway.
pub fn compression() -> CompressionLayer<impl Predicate> {
    // What goes on would wait in the coder until there is enough of it.
    let live = NotForContentType::SSE.and(NotForContentType::const_new("application/x-ndjson"));
    CompressionLayer::new()
        .gzip(true)
        .br(true)
        .compress_when(SizeAbove::new(1_024).and(NotForContentType::const_new("font/")).and(live))
}

/// Which pages of other origins may call us; none without configured origins.
pub fn cors(origins: &[String]) -> Option<CorsLayer> {
    let allowed = match origins {
        [] => return None,
        all if all.iter().any(|origin| origin == "*") => AllowOrigin::any(),
        some => AllowOrigin::list(some.iter().filter_map(|origin| origin.parse().ok())),
    };
    let layer = CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_NONE_MATCH,
            LAST_EVENT_ID,
            ORGANIZATION,
            REQUEST_ID,
            COST,
            PX_KEY,
            X_KEY,
            OKAPI_TENANT,
            OKAPI_TOKEN,
            OKAPI_REQUEST_ID,
        ])
        .expose_headers([ETAG, LINK, RETRY_AFTER, REQUEST_ID, TOTAL])
        .max_age(Duration::from_secs(3_600));
    Some(layer)
}

/// The router with what surrounds it.
#[derive(Clone)]
pub struct Shell {
    pub(super) app: Arc<App>,
    pub(super) router: Router,
}

impl Service<Request<Body>> for Shell {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let shell = self.clone();
        Box::pin(async move { Ok(shell.answer(request).await) })
    }
}

impl Shell {
    async fn answer(self, mut request: Request<Body>) -> Response {
        let started = Instant::now();
        let request_id = RequestId::of(request.headers());
        let place = surface(request.uri().path());
        let media = Media::negotiate(request.headers()).unwrap_or_default();
        request.extensions_mut().insert(request_id);
        let (length, limit) = (head_length(&request), self.app.settings.header_limit);
        let mut response = if length > limit {
            Refusal::headers_too_long(limit, length).response(media)
        } else {
            match AssertUnwindSafe(self.router.oneshot(request)).catch_unwind().await {
                Ok(Ok(response)) => response,
                Err(_) => {
                    telemetry::panicked();
                    Refusal::internal().response(media)
                }
            }
        };
        let facts = response.extensions_mut().remove::<Facts>().unwrap_or_default();
        secure(response.headers_mut());
        let mut text = uuid::Uuid::encode_buffer();
        if let Ok(id) = HeaderValue::from_str(request_id.0.hyphenated().encode_lower(&mut text)) {
            // A documented interface may have words of its own for it.
            response.headers_mut().entry(REQUEST_ID).or_insert(id);
        }
        let surface = response.extensions_mut().remove::<Spoken>().map_or(place, |Spoken(name)| name);
        telemetry::answered(surface, request_id.0, response.status().as_u16(), started.elapsed(), &facts);
        response
    }
}

fn surface(path: &str) -> &'static str {
    match path {
        "/graphql" => "graphql",
        "/trail/events" => "feed",
        "/livez" | "/readyz" | "/metrics" => "health",
        _ => "page",
    }
}

/// Bytes of the request's target and headers.
fn head_length(request: &Request<Body>) -> u64 {
    let target = request.uri().path_and_query().map_or(1, |target| target.as_str().len());
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    u64::try_from(target + headers).unwrap_or(u64::MAX)
}

fn secure(headers: &mut HeaderMap) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // Pages bring their own.
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
}

/// Answers an address where nothing is.
pub async fn nothing_here(headers: HeaderMap) -> Response {
    Refusal::not_found().response(Media::negotiate(&headers).unwrap_or_default())
}

/// Answers another method where only reading is possible.
pub async fn read_only(headers: HeaderMap) -> Response {
    Refusal::method_not_allowed("GET, HEAD").response(Media::negotiate(&headers).unwrap_or_default())
}
