//! A refusal on its way to a client: a status, a stable code, and words that are safe to send.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::media::Media;
use crate::domain::error::{Error, Exceeded};
use crate::telemetry::Facts;

/// Why a request was not executed.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// `extensions.code`.
    pub code: &'static str,
    /// What the reader can do about it.
    pub message: Cow<'static, str>,
    /// The methods that would do.
    pub allow: Option<&'static str>,
    /// Seconds to wait before the next try.
    pub retry_after_seconds: Option<u64>,
    /// The limit that was exceeded.
    pub limit: Option<Exceeded>,
    /// Whether the connection cannot be used further.
    pub close: bool,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self { status, code, message, allow: None, retry_after_seconds: None, limit: None, close: false }
    }

    /// The request cannot be understood.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message)
    }

    /// Nothing is at this address.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "nothing is here; GraphQL is at /graphql, its page at /graphiql")
    }

    /// Another method is needed.
    pub fn method_not_allowed(allow: &'static str) -> Self {
        let message = format!("the method is not allowed here; use {allow}");
        Self { allow: Some(allow), ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message) }
    }

    /// No media type that we can answer in is accepted.
    pub fn not_acceptable() -> Self {
        let message =
            "accept application/graphql-response+json, application/json or, for one operation, text/event-stream";
        Self::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message)
    }

    /// The body's media type is not one that we read.
    pub fn unsupported_media_type() -> Self {
        let message = "send the body as application/json in UTF-8, and say so in Content-Type";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message)
    }

    /// The body is too long.
    pub fn body_too_long(limit: u64, found: u64) -> Self {
        let message = format!("the body is longer than {limit} bytes");
        let limit = Some(Exceeded { limit: "body", value: limit, found });
        Self { limit, ..Self::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message) }
    }

    /// Also ends the connection, where what is left of a body stands before the next request.
    #[must_use]
    pub fn closing(self) -> Self {
        Self { close: true, ..self }
    }

    /// The request's target and headers are too long.
    pub fn headers_too_long(limit: u64, found: u64) -> Self {
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        let message = format!("the request's address and headers are longer than {limit} bytes");
        let limit = Some(Exceeded { limit: "headers", value: limit, found });
        Self { limit, ..Self::new(status, "HEADERS_TOO_LARGE", message) }
    }

    /// The service cannot answer now.
    pub fn unavailable(message: &'static str) -> Self {
        let retry_after_seconds = Some(1);
        Self { retry_after_seconds, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message) }
    }

    /// A defect of ours; what happened is in the log.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "internal error")
    }

    /// The answer in `media`.
    pub fn response(self, media: Media) -> Response {
        let mut extensions = json!({ "code": self.code });
        if let (Some(limit), Some(map)) = (&self.limit, extensions.as_object_mut()) {
            map.insert("limit".into(), json!({ "name": limit.limit, "value": limit.value, "found": limit.found }));
        }
        let body = json!({ "errors": [{ "message": self.message, "extensions": extensions }] }).to_string();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, media.content_type());
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(allow) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.close {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response.extensions_mut().insert(Facts { code: Some(self.code), ..Facts::default() });
        response
    }
}

/// The status that goes with a code of an error, where nothing was executed.
pub fn status_of(code: &str) -> StatusCode {
    match code {
        "UNAUTHENTICATED" => StatusCode::UNAUTHORIZED,
        "FORBIDDEN" => StatusCode::FORBIDDEN,
        "CONFLICT" => StatusCode::CONFLICT,
        "RATE_LIMITED" => StatusCode::TOO_MANY_REQUESTS,
        "UNAVAILABLE" => StatusCode::SERVICE_UNAVAILABLE,
        "INTERNAL" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let retry_after_seconds = match &error {
            Error::RateLimited { retry_after_seconds } => Some(*retry_after_seconds),
            Error::Unavailable => Some(1),
            _ => None,
        };
        let refusal = Self::new(status_of(error.code()), error.code(), error.to_string());
        Self { retry_after_seconds, ..refusal }
    }
}
