//! What is answered when something is refused (contract ablebase 6).

use std::borrow::Cow;

use axum::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, StatusCode};
use serde_json::json;

use super::MEDIA_TYPE;
use crate::domain::error::Error;
use crate::rest::kit::{Answer, Refused};

/// Why a request is not answered with what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    header: Option<(HeaderName, Cow<'static, str>)>,
}

const fn plain(status: StatusCode, code: &'static str, message: &'static str) -> Refusal {
    Refusal { status, code, message: Cow::Borrowed(message), header: None }
}

/// Nothing is at the path.
pub const NOT_FOUND: Refusal = plain(StatusCode::NOT_FOUND, "NOT_FOUND", "Not found");
/// No such organization, or one of others.
pub const NO_ORGANIZATION: Refusal = plain(StatusCode::NOT_FOUND, "NOT_FOUND", "Organization not found");
/// No such product.
pub const NO_PRODUCT: Refusal = plain(StatusCode::NOT_FOUND, "NOT_FOUND", "Product not found");
/// No such audit.
pub const NO_AUDIT: Refusal = plain(StatusCode::NOT_FOUND, "NOT_FOUND", "Audit not found");
/// A good caller who may not do it.
pub const ROLE: Refusal = plain(StatusCode::FORBIDDEN, "FORBIDDEN", "Insufficient role");
/// A page of another site speaks with the caller's cookie.
pub const CROSS_SITE: Refusal = plain(StatusCode::FORBIDDEN, "FORBIDDEN", "Cross-site request refused");
/// A sign-in with anything wrong.
pub const WRONG: Refusal = plain(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "Invalid email or password");
/// A new audit of a product that is out of use.
pub const ARCHIVED: Refusal = plain(StatusCode::CONFLICT, "CONFLICT", "Cannot create an audit for an archived product");
/// The audit is not in the version that the client saw.
pub const STALE: Refusal =
    plain(StatusCode::PRECONDITION_FAILED, "PRECONDITION_FAILED", "Audit was changed by someone else");
/// A body over the limit.
pub const TOO_LARGE: Refusal = plain(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", "Request body is too large");
/// No answer from the store.
pub const UNAVAILABLE: Refusal = Refusal {
    status: StatusCode::SERVICE_UNAVAILABLE,
    code: "UNAVAILABLE",
    message: Cow::Borrowed("Service temporarily unavailable"),
    header: Some((RETRY_AFTER, Cow::Borrowed("1"))),
};
/// A defect.
pub const DEFECT: Refusal = plain(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "Internal server error");
/// No credentials, or none that are good.
pub const NOBODY: Refusal = Refusal {
    status: StatusCode::UNAUTHORIZED,
    code: "UNAUTHORIZED",
    message: Cow::Borrowed("Authentication required"),
    header: Some((WWW_AUTHENTICATE, Cow::Borrowed("Bearer"))),
};

impl Refusal {
    /// The address has other methods.
    pub fn method(allow: &'static str) -> Self {
        Self {
            header: Some((ALLOW, Cow::Borrowed(allow))),
            ..plain(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "Method not allowed")
        }
    }

    /// A member of the body breaks a rule.
    pub fn field(name: &str, rule: &str) -> Self {
        let message = Cow::Owned(format!("{name}: {rule}"));
        Self { message, ..plain(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", "") }
    }

    /// The state of things refuses it, in the domain's words.
    pub fn conflict(message: String) -> Self {
        Self { message: Cow::Owned(message), ..plain(StatusCode::CONFLICT, "CONFLICT", "") }
    }

    /// Too often; again after so many seconds.
    pub fn throttled(seconds: u64) -> Self {
        Self {
            header: Some((RETRY_AFTER, Cow::Owned(seconds.to_string()))),
            ..plain(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", "Too many requests")
        }
    }

    /// The answer.
    pub fn answer(&self) -> Answer {
        let body = json!({ "error": { "code": self.code, "message": self.message } }).to_string();
        let answer = Answer { code: Some(self.code), ..Answer::new(self.status, MEDIA_TYPE, body.into_bytes()) };
        match &self.header {
            Some((name, value)) => answer.with(name.clone(), value),
            None => answer,
        }
    }
}

/// What the domain refuses; faults of members are worded where the members are known.
impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Unauthenticated(_) => NOBODY,
            Error::Forbidden(_) => ROLE,
            Error::NotFound(_) => NO_AUDIT,
            Error::Invalid(_) => Self::field("body", &error.to_string()),
            Error::Conflict(message) | Error::Rule(_, message) => Self::conflict(message),
            Error::Stale { .. } => STALE,
            Error::TooLarge(_) => TOO_LARGE,
            Error::RateLimited { retry_after_seconds } => Self::throttled(retry_after_seconds),
            Error::Unavailable => UNAVAILABLE,
            Error::Internal => DEFECT,
        }
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::BodyTooLong => TOO_LARGE,
            Refused::BodyBroken => Self::field("body", "did not arrive whole"),
            Refused::Error(error) => error.into(),
        }
    }
}
