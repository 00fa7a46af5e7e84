//! What is answered when something is refused (contract auditcomply 5).

use axum::http::StatusCode;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::{Map, Value as Json, json};

use crate::domain::error::Error;
use crate::domain::session::TokenFault;
use crate::rest::kit::Answer;

/// A refusal.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// 401: the credentials.
    Credentials(&'static str),
    /// 403: no access, or not the role.
    Forbidden,
    /// 404: nothing there.
    NotFound,
    /// 404: no such page.
    Page,
    /// 405: the method.
    Method(String),
    /// 406: the client wants no JSON.
    Accept,
    /// 409: a status that is in use.
    InUse,
    /// 413: the body.
    TooLarge,
    /// 415: the type of the body.
    MediaType(String),
    /// 400: the body cannot be read.
    Parse(String),
    /// 400: members or parameters, each with its texts.
    Invalid(Map<String, Json>),
    /// 429: too often.
    Throttled(u64),
    /// 503: not now.
    Unavailable,
    /// 500: a defect.
    Defect,
}

/// What a person without credentials is told.
pub const NO_CREDENTIALS: &str = "Authentication credentials were not provided.";
/// What is said of an account that is not in use.
pub const DISABLED: &str = "User account is disabled.";

/// What is wrong with a token, in the dialect's words.
pub fn token_text(fault: TokenFault) -> &'static str {
    match fault {
        TokenFault::Signature => "Error decoding signature.",
        TokenFault::Expired => "Signature has expired.",
        TokenFault::Refused => "Incorrect authentication credentials.",
        TokenFault::Payload => "Invalid payload.",
    }
}

impl Refusal {
    /// One text that concerns the whole.
    pub fn whole(text: &str) -> Self {
        let mut members = Map::new();
        members.insert("non_field_errors".to_owned(), json!([text]));
        Self::Invalid(members)
    }

    fn parts(&self) -> (u16, &'static str, Json) {
        let detail = |text: &str| json!({ "detail": text });
        match self {
            Self::Credentials(text) => (401, "UNAUTHENTICATED", detail(text)),
            Self::Forbidden => (403, "FORBIDDEN", detail("You do not have permission to perform this action.")),
            Self::NotFound => (404, "NOT_FOUND", detail("Not found.")),
            Self::Page => (404, "NOT_FOUND", detail("Invalid page.")),
            Self::Method(method) => (405, "METHOD", detail(&format!("Method \"{method}\" not allowed."))),
            Self::Accept => (406, "ACCEPT", detail("Could not satisfy the request Accept header.")),
            Self::InUse => (409, "CONFLICT", detail("This observation status is in use and cannot be deleted.")),
            Self::TooLarge => (413, "TOO_LARGE", detail("Request body is too large.")),
            Self::MediaType(sent) => {
                (415, "MEDIA_TYPE", detail(&format!("Unsupported media type \"{sent}\" in request.")))
            }
            Self::Parse(reason) => (400, "BAD_USER_INPUT", detail(&format!("JSON parse error - {reason}"))),
            Self::Invalid(members) => (400, "BAD_USER_INPUT", Json::Object(members.clone())),
            Self::Throttled(seconds) => {
                let unit = if *seconds == 1 { "second" } else { "seconds" };
                let text = format!("Request was throttled. Expected available in {seconds} {unit}.");
                (429, "RATE_LIMITED", detail(&text))
            }
            Self::Unavailable => (503, "UNAVAILABLE", detail("Service temporarily unavailable, try again later.")),
            Self::Defect => (500, "INTERNAL", json!({ "error": "Server Error (500)" })),
        }
    }

    /// The answer, without what every answer of a route has.
    pub fn answer(&self) -> Answer {
        let (status, code, body) = self.parts();
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = Answer::new(status, "application/json", body.to_string().into_bytes());
        answer.code = Some(code);
        match self {
            Self::Credentials(_) => answer.with(WWW_AUTHENTICATE, "JWT realm=\"api\""),
            Self::Throttled(seconds) => answer.with(RETRY_AFTER, &seconds.to_string()),
            _ => answer,
        }
    }
}

/// What the domain refuses outside of a form: the members of a form are worded where the form is known.
impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Unauthenticated(_) => Self::Credentials(NO_CREDENTIALS),
            Error::Forbidden(_) => Self::Forbidden,
            Error::NotFound(_) => Self::NotFound,
            Error::RateLimited { retry_after_seconds } => Self::Throttled(retry_after_seconds),
            Error::Unavailable => Self::Unavailable,
            Error::Internal => Self::Defect,
            Error::TooLarge(_) => Self::TooLarge,
            Error::Invalid(_) | Error::Conflict(_) | Error::Stale { .. } | Error::Rule(..) => {
                Self::whole(&error.to_string())
            }
        }
    }
}
