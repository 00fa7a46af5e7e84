//! Refusals: the contract's registry of codes, with their messages (packagex 5.2).

use std::borrow::Cow;

use axum::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, StatusCode};

use crate::domain::error::Error;
use crate::rest::kit::Refused;

/// The methods of both addresses.
pub const METHODS: &str = "GET, HEAD, POST, OPTIONS";

/// Why a request is not answered with data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// The stable code.
    pub code: &'static str,
    /// What the reader is told.
    pub message: Cow<'static, str>,
    /// The properties that are wrong, each with why.
    pub errors: Vec<String>,
    /// A header that goes with the status.
    pub header: Option<Box<(HeaderName, String)>>,
}

const fn of(status: StatusCode, code: &'static str, message: &'static str) -> Refusal {
    Refusal { status, code, message: Cow::Borrowed(message), errors: Vec::new(), header: None }
}

impl Refusal {
    fn unauthorized(code: &'static str, message: &'static str) -> Self {
        let header = Some(Box::new((WWW_AUTHENTICATE, r#"Bearer realm="packagex""#.to_owned())));
        Self { header, ..of(StatusCode::UNAUTHORIZED, code, message) }
    }

    /// No credentials.
    pub fn no_key() -> Self {
        Self::unauthorized("missing_api_key", "API key is missing.")
    }

    /// Credentials that are not good.
    pub fn bad_key() -> Self {
        Self::unauthorized("invalid_api_key", "API key is invalid, expired or revoked.")
    }

    /// Credentials that do not reach this far.
    pub fn scope() -> Self {
        of(StatusCode::FORBIDDEN, "insufficient_scope", "These credentials do not allow this action.")
    }

    /// Nothing is at the path.
    pub fn no_route() -> Self {
        of(StatusCode::NOT_FOUND, "route_not_found", "Endpoint not found.")
    }

    /// No such audit.
    pub fn no_audit() -> Self {
        of(StatusCode::NOT_FOUND, "audit_not_found", "Audit not found.")
    }

    /// A method that is not offered.
    pub fn method() -> Self {
        let header = Some(Box::new((ALLOW, METHODS.to_owned())));
        Self { header, ..of(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed.") }
    }

    /// A body that is too long.
    pub fn too_long() -> Self {
        of(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "Request body is too large.")
    }

    /// A body of another type.
    pub fn media_type() -> Self {
        of(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Content type must be application/json.")
    }

    /// A body that cannot be read.
    pub fn json(line: usize, column: usize) -> Self {
        let errors = vec![format!("body: line {line} column {column}")];
        Self { errors, ..of(StatusCode::BAD_REQUEST, "invalid_json", "Request body is not valid JSON.") }
    }

    /// Parameters that cannot be used.
    pub fn query(errors: Vec<String>) -> Self {
        let message = "One or more query parameters are invalid.";
        Self { errors, ..of(StatusCode::BAD_REQUEST, "invalid_query", message) }
    }

    /// Members of the body that cannot be used.
    pub fn body(errors: Vec<String>) -> Self {
        let message = "One or more properties are invalid.";
        Self { errors, ..of(StatusCode::BAD_REQUEST, "invalid_body", message) }
    }

    /// There is nothing to count.
    pub fn no_tasks() -> Self {
        of(StatusCode::BAD_REQUEST, "no_eligible_tasks", "No items are eligible for counting at this location.")
    }

    /// There is too much to count.
    pub fn too_many_tasks() -> Self {
        let message = "More than 100 tasks would be generated; narrow the scope with item_ids or layout_ids.";
        of(StatusCode::BAD_REQUEST, "too_many_tasks", message)
    }

    /// Something is not counted yet.
    pub fn uncounted(errors: Vec<String>) -> Self {
        let message = "Every task must be counted before review.";
        Self { errors, ..of(StatusCode::BAD_REQUEST, "uncounted_tasks", message) }
    }

    /// A difference is not explained.
    pub fn unexplained(errors: Vec<String>) -> Self {
        let message = "A reason code is required where the discrepancy exceeds the threshold.";
        Self { errors, ..of(StatusCode::BAD_REQUEST, "reason_code_required", message) }
    }

    /// The number is taken.
    pub fn number() -> Self {
        let message = "An audit with this number already exists at this location.";
        let errors = vec!["number: already exists".to_owned()];
        Self { errors, ..of(StatusCode::CONFLICT, "duplicate_number", message) }
    }

    /// A step that the workflow does not have.
    pub fn transition(current: &str, new: &str) -> Self {
        let message = Cow::Owned(format!("The audit cannot move from {current} to {new}."));
        let errors = vec!["status: not allowed".to_owned()];
        Self { message, errors, ..of(StatusCode::CONFLICT, "invalid_transition", "") }
    }

    /// Members that may not change any more.
    pub fn locked(errors: Vec<String>) -> Self {
        let message = "The audit can no longer be changed in this way.";
        Self { errors, ..of(StatusCode::CONFLICT, "audit_locked", message) }
    }

    /// Counts that the stock contradicts.
    pub fn inventory(errors: Vec<String>) -> Self {
        let message = "Applying the counts would make an inventory level negative.";
        Self { errors, ..of(StatusCode::CONFLICT, "inventory_conflict", message) }
    }

    /// Too often.
    pub fn rate(seconds: u64) -> Self {
        let unit = if seconds == 1 { "second" } else { "seconds" };
        let message = Cow::Owned(format!("Too many requests. Try again in {seconds} {unit}."));
        let header = Some(Box::new((RETRY_AFTER, seconds.to_string())));
        Self { message, header, ..of(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "") }
    }

    /// The service cannot answer now: a code beside the contract's, which has none for this.
    pub fn unavailable() -> Self {
        let header = Some(Box::new((RETRY_AFTER, "1".to_owned())));
        let message = "The service is temporarily unavailable.";
        Self { header, ..of(StatusCode::SERVICE_UNAVAILABLE, "service_unavailable", message) }
    }

    /// A defect.
    pub fn internal() -> Self {
        of(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong.")
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Unauthenticated(_) => Self::bad_key(),
            Error::Forbidden(_) => Self::scope(),
            Error::NotFound(_) => Self::no_audit(),
            Error::RateLimited { retry_after_seconds } => Self::rate(retry_after_seconds),
            Error::Unavailable => Self::unavailable(),
            // What a write refuses is worded where the write is.
            _ => Self::internal(),
        }
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::BodyTooLong => Self::too_long(),
            Refused::BodyBroken => Self::json(1, 1),
            Refused::Error(error) => error.into(),
        }
    }
}
