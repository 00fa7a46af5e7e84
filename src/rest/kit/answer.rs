//! A request as a dialect gets it, and what it answers.

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::openapi::Document;
use super::query::Query;
use crate::domain::cx::{Cx, Surface};
use crate::domain::error::Error;

/// A request, before anybody knows who asks.
pub struct Call {
    /// Its context, without a caller.
    pub cx: Cx,
    /// The method.
    pub method: Method,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query as sent, without the question mark.
    pub query_text: String,
    /// The query, read.
    pub query: Query,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, within the dialect's limit.
    pub body: Bytes,
    /// Scheme and authority that the client called, such as `https://gw.example`.
    pub base_url: String,
}

/// What a refusal may show of a request, whether or not it got as far as the dialect.
#[derive(Clone, Debug)]
pub struct Head {
    /// The request's id.
    pub request_id: Uuid,
    /// The instant it came in.
    pub now: DateTime<Utc>,
    /// The method.
    pub method: Method,
    /// The path, still percent-encoded.
    pub path: String,
}

impl Call {
    /// What a refusal may show of it.
    pub fn head(&self) -> Head {
        Head { request_id: self.cx.request_id, now: self.cx.now, method: self.method.clone(), path: self.path.clone() }
    }

    /// The text of a header; none where it is absent or not text.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// What is sent back.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers, but for those that every answer of the gateway has.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// The stable code of a refusal, for the log.
    pub code: Option<&'static str>,
}

impl Answer {
    /// A body with its media type.
    pub fn new(status: StatusCode, media_type: &'static str, body: Vec<u8>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        Self { status, headers, body, code: None }
    }

    /// With a further header. A value that no header can have is left out.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(name, value);
        }
        self
    }
}

/// Why a request did not get as far as the dialect, or did not come back from it.
#[derive(Clone, Debug)]
pub enum Refused {
    /// The body is longer than the dialect takes.
    BodyTooLong,
    /// The body did not arrive whole and in time.
    BodyBroken,
    /// The domain refuses, or failed.
    Error(Error),
}

/// One documented interface.
pub trait Dialect: Send + Sync + 'static {
    /// The name by which the trail and the logs know it.
    fn surface(&self) -> Surface;
    /// The addresses it owns, as the router writes them.
    fn addresses(&self) -> Vec<String>;
    /// Longest body in bytes.
    fn body_limit(&self) -> u64;
    /// Answers a request.
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer>;
    /// Its description, and the name by which `/docs` has it; none where it has none.
    fn document(&self) -> Option<(&'static str, Document)> {
        None
    }
    /// Words a refusal that is not the dialect's own.
    fn refuse(&self, head: &Head, refused: Refused) -> Answer;
}
