//! What is answered when something is refused (contract folio 5).

use axum::http::StatusCode;
use axum::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::json;
use uuid::Uuid;

use super::parameters::Violation;
use crate::domain::error::Error;
use crate::rest::kit::{Answer, Refused};

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// 400: no tenant is named.
    NoTenant,
    /// 400: two tokens that are not the same.
    TwoTokens,
    /// 400: the body did not arrive.
    Body,
    /// 401: no token.
    NoToken,
    /// 401: a token that is not good.
    BadToken,
    /// 403: no such tenant for this caller.
    Tenant,
    /// 403: the caller may not do this.
    Permission {
        /// Whose token it is.
        username: String,
        /// Their identifier.
        user: Uuid,
        /// What they lack.
        permission: &'static str,
    },
    /// 404: nothing there.
    NotFound,
    /// 405: the method.
    Method,
    /// 413: a body that is longer than anybody needs for a request that has none.
    TooLong,
    /// 422: what is wrong with the parameters.
    Parameters(Vec<Violation>),
    /// 429: too often.
    TooMany(u64),
    /// 503: not now.
    Unavailable,
    /// 500: a defect.
    Defect,
}

impl Refusal {
    /// Status, and stable code for the log.
    fn standing(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NoTenant | Self::TwoTokens | Self::Body => (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"),
            Self::NoToken | Self::BadToken => (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"),
            Self::Tenant | Self::Permission { .. } => (StatusCode::FORBIDDEN, "FORBIDDEN"),
            Self::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"),
            Self::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"),
            Self::Parameters(_) => (StatusCode::UNPROCESSABLE_ENTITY, "BAD_USER_INPUT"),
            Self::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"),
            Self::Defect => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
        }
    }

    /// The words of a refusal that is told in words.
    fn text(&self) -> Option<String> {
        let text = match self {
            Self::NoTenant => "Unable to process request Tenant must be set",
            Self::TwoTokens => "X-Okapi-Token is not equal to Authorization token",
            Self::Body => "Request body incomplete",
            Self::NoToken => "Token missing",
            Self::BadToken => "Invalid token",
            Self::Tenant => "Access to tenant denied",
            Self::Permission { username, user, permission } => {
                return Some(format!("Access for user '{username}' ({user}) requires permission: {permission}"));
            }
            Self::NotFound => "Not found",
            Self::Method => "Method not allowed",
            Self::TooLong => "Request body too large",
            Self::TooMany(_) => "Too many requests",
            Self::Parameters(_) | Self::Unavailable | Self::Defect => return None,
        };
        Some(text.to_owned())
    }

    /// The body and its media type; the id of the request stands in what is nobody's fault.
    pub fn body(&self, request_id: &str) -> (&'static str, String) {
        if let Some(text) = self.text() {
            return (TEXT, text);
        }
        let general = |message: &str| {
            let parameter = json!({ "key": "requestId", "value": request_id });
            vec![json!({ "message": message, "code": "genericError", "parameters": [parameter] })]
        };
        let errors = match self {
            Self::Parameters(violations) => violations.iter().map(error).collect(),
            Self::Unavailable => general("Service temporarily unavailable"),
            _ => general("Internal server error"),
        };
        (JSON, json!({ "errors": errors, "total_records": errors.len() }).to_string())
    }

    /// The answer.
    pub fn answer(&self, request_id: &str) -> Answer {
        let ((status, code), (media_type, body)) = (self.standing(), self.body(request_id));
        let answer = Answer { code: Some(code), ..Answer::new(status, media_type, body.into_bytes()) };
        match self {
            Self::NoToken => answer.with(WWW_AUTHENTICATE, "Bearer"),
            Self::BadToken => answer.with(WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#),
            Self::Method => answer.with(ALLOW, "GET, HEAD"),
            Self::TooMany(seconds) => answer.with(RETRY_AFTER, &seconds.to_string()),
            Self::Unavailable => answer.with(RETRY_AFTER, "1"),
            _ => answer,
        }
    }
}

/// The media type of words.
pub const TEXT: &str = "text/plain; charset=utf-8";
/// The media type of everything else.
pub const JSON: &str = "application/json";

fn error(violation: &Violation) -> serde_json::Value {
    json!({
        "message": violation.message,
        "type": "1",
        "code": "validation",
        "parameters": [{ "key": violation.parameter, "value": violation.value }],
    })
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Unauthenticated(_) => Self::BadToken,
            Error::RateLimited { retry_after_seconds } => Self::TooMany(retry_after_seconds),
            Error::Unavailable => Self::Unavailable,
            // Nothing is written here, and what can be wrong is checked before.
            _ => Self::Defect,
        }
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::BodyTooLong => Self::TooLong,
            Refused::BodyBroken => Self::Body,
            Refused::Error(error) => error.into(),
        }
    }
}
