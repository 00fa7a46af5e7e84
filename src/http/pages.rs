//! The pages inside the binary: the start page, GraphiQL, the documentation, and the schema as text.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::App;
use super::handbook;
use super::media::Media;
use super::refusal::Refusal;

/// GraphiQL's editor brings inline styles and workers; scripts come from us alone.
const PAGE_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self'; \
    worker-src 'self' blob:; img-src 'self' data:; font-src 'self' data:; connect-src 'self' ws: wss:; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

#[derive(RustEmbed)]
#[folder = "assets/graphiql"]
struct Graphiql;

/// A made-up person to sign in as.
#[derive(Clone, Debug, Serialize)]
pub struct DemonstrationUser {
    /// Name to sign in with.
    pub username: String,
    /// Password; known to everyone.
    pub password: String,
    /// Role, for the reader.
    pub role: String,
}

/// The start page.
pub async fn start(headers: HeaderMap) -> Response {
    page(include_bytes!("pages/start.html"), &headers)
}

/// How to ask, for people.
pub async fn docs(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let html = include_str!("pages/docs.html").replace("<!-- interfaces -->", &handbook::list(handbook::all(&app)));
    with_policy(fresh(&headers, etag(&[html.as_bytes()]), "no-cache", "text/html; charset=utf-8", html))
}

/// GraphiQL's page.
pub async fn graphiql(headers: HeaderMap) -> Response {
    asset("index.html", &headers)
}

/// The address that people type.
pub async fn graphiql_moved() -> Redirect {
    Redirect::permanent("/graphiql")
}

/// A file of GraphiQL's page.
pub async fn graphiql_file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    asset(&name, &headers)
}

/// Whom GraphiQL may sign in by itself: the users of the demonstration, on a loopback address only.
pub async fn graphiql_session(State(app): State<Arc<App>>) -> Response {
    match app.demonstration.as_slice() {
        [] => Refusal::not_found().response(Media::Json),
        users => {
            ([(CACHE_CONTROL, "no-store")], Json(json!({ "demonstration": true, "users": users }))).into_response()
        }
    }
}

/// The schema in its definition language.
pub async fn schema(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match app.service.sdl() {
        None => Refusal::not_found().response(Media::Json),
        Some(text) => {
            let tag = etag(&[text.as_bytes()]);
            fresh(&headers, tag, "no-cache", "text/plain; charset=utf-8", text)
        }
    }
}

/// The key that checkpoints of the trail are verified with, in base64.
pub async fn trail_key(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match app.service.trail_key() {
        None => Refusal::not_found().response(Media::Json),
        Some(key) => {
            let text = format!("{key}\n");
            fresh(&headers, etag(&[text.as_bytes()]), "no-cache", "text/plain; charset=utf-8", text)
        }
    }
}

fn page(html: &'static [u8], headers: &HeaderMap) -> Response {
    with_policy(fresh(headers, etag(&[html]), "no-cache", "text/html; charset=utf-8", html))
}

fn asset(name: &str, headers: &HeaderMap) -> Response {
    let Some(EmbeddedFile { data, metadata }) = Graphiql::get(name) else {
        return Refusal::not_found().response(Media::Json);
    };
    let tag = tag(&metadata.sha256_hash());
    let caching = if is_hashed(name) { "public, max-age=31536000, immutable" } else { "no-cache" };
    with_policy(fresh(headers, tag, caching, media_type(name), data))
}

/// A page, with what it may load.
pub fn with_policy(mut response: Response) -> Response {
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    response
}

/// `body`, or 304 where the client has it already.
pub fn fresh(
    asked: &HeaderMap,
    tag: HeaderValue,
    caching: &'static str,
    media_type: &'static str,
    body: impl IntoResponse,
) -> Response {
    let unchanged = asked.get(IF_NONE_MATCH).is_some_and(|known| matches(known, &tag));
    let headers = [(ETAG, tag), (CACHE_CONTROL, HeaderValue::from_static(caching))];
    if unchanged {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, [(CONTENT_TYPE, media_type)], body).into_response()
}

/// Whether the name holds the content's hash (`name-HASH.ext`, eight capitals or digits), so that it never changes.
fn is_hashed(name: &str) -> bool {
    let hash = name.rsplit_once('.').and_then(|(stem, _)| stem.rsplit_once('-')).map(|(_, hash)| hash);
    hash.is_some_and(|hash| hash.len() == 8 && hash.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("ttf") => "font/ttf",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// A tag of `parts`: weak, because what is compared is the text before compression.
pub fn etag(parts: &[&[u8]]) -> HeaderValue {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    tag(&hash.finalize())
}

fn tag(hash: &[u8]) -> HeaderValue {
    let mut text = "W/\"".to_owned();
    for byte in hash.iter().take(12) {
        text.push_str(&format!("{byte:02x}"));
    }
    text.push('"');
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("W/\"\""))
}

/// Whether `If-None-Match` names `tag`.
pub fn matches(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(known), Ok(tag)) = (known.to_str(), tag.to_str()) else { return false };
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    known.split(',').any(|one| one.trim() == "*" || opaque(one) == opaque(tag))
}
