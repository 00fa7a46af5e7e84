//! Refusals, in the contract's words (action_audit 6).

use std::borrow::Cow;

use axum::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, StatusCode};

use crate::domain::error::Error;
use crate::rest::kit::Refused;

/// Why a request is not answered with data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// What the reader is told.
    pub message: Cow<'static, str>,
    /// A header that goes with the status.
    pub header: Option<(HeaderName, String)>,
    /// The stable code, for the log.
    pub code: &'static str,
}

/// Longer texts of the client are cut before they are repeated.
const QUOTED: usize = 100;

impl Refusal {
    fn of(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, message: Cow::Borrowed(message), header: None, code }
    }

    /// Nothing is at the path, or no such record.
    pub fn not_found() -> Self {
        Self::of(StatusCode::NOT_FOUND, "NOT_FOUND", "not found")
    }

    /// A method that would change something.
    pub fn read_only() -> Self {
        let refusal = Self::of(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "the Data API is read only");
        Self { header: Some((ALLOW, "GET, HEAD".to_owned())), ..refusal }
    }

    /// No token.
    pub fn no_token() -> Self {
        let refusal = Self::of(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "missing access token");
        Self { header: Some((WWW_AUTHENTICATE, r#"Bearer realm="xapi""#.to_owned())), ..refusal }
    }

    /// A token that is not good.
    pub fn bad_token() -> Self {
        let refusal = Self::of(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "invalid access token");
        Self { header: Some((WWW_AUTHENTICATE, r#"Bearer realm="xapi", error="invalid_token""#.to_owned())), ..refusal }
    }

    /// The organization has no licence for the export.
    pub fn no_licence() -> Self {
        Self::of(StatusCode::FORBIDDEN, "FORBIDDEN", "the Data API module is not active for this organization")
    }

    /// The person has no access to it.
    pub fn no_access() -> Self {
        Self::of(StatusCode::FORBIDDEN, "FORBIDDEN", "Data API access is not granted to this user")
    }

    /// A parameter that cannot be used.
    pub fn parameter(message: &str) -> Self {
        Self { message: Cow::Owned(message.to_owned()), ..Self::of(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", "") }
    }

    /// A parameter that names no column.
    pub fn column(parameter: &str, name: &str) -> Self {
        let quoted: String = name.chars().take(QUOTED).collect();
        Self::parameter(&format!("{parameter}: unknown column \"{quoted}\""))
    }

    /// A body that is longer than anybody needs for a request that has none.
    pub fn too_long() -> Self {
        Self::of(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", "request body too large")
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Unauthenticated(_) => Self::bad_token(),
            Error::Forbidden(_) => Self::no_access(),
            Error::NotFound(_) => Self::not_found(),
            Error::RateLimited { retry_after_seconds } => {
                let refusal = Self::of(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", "too many requests");
                Self { header: Some((RETRY_AFTER, retry_after_seconds.to_string())), ..refusal }
            }
            Error::Unavailable => {
                let refusal =
                    Self::of(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "the service is temporarily unavailable");
                Self { header: Some((RETRY_AFTER, "1".to_owned())), ..refusal }
            }
            // Nothing is written here and parameters are checked before, so the others are defects.
            _ => Self::of(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "internal error"),
        }
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::BodyTooLong => Self::too_long(),
            Refused::BodyBroken => Self::parameter("request body incomplete"),
            Refused::Error(error) => error.into(),
        }
    }
}
