//! One door into GraphQL, which HTTP, WebSocket and server-sent events all pass.

use crate::domain::cx::Cx;
use crate::domain::error::Result;

/// What the operator decides about GraphQL.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether `__schema`, `__type` and the SDL are answered.
    pub introspection: bool,
}

/// One request as a client sends it (GraphQL over HTTP).
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The document's text; empty when a persisted one is meant.
    pub query: String,
    /// Which of several operations.
    pub operation_name: Option<String>,
    /// Values of the variables.
    pub variables: serde_json::Map<String, serde_json::Value>,
    /// Protocol extensions, such as `persistedQuery`.
    pub extensions: serde_json::Map<String, serde_json::Value>,
    /// A mutation is refused (HTTP GET).
    pub queries_only: bool,
}

/// The answer to one request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The JSON body: `data`, `errors`, `extensions`.
    pub body: Vec<u8>,
    /// Nothing was executed: malformed, invalid or refused as a whole, so `data` is absent.
    pub request_error: bool,
    /// The first error's code (`extensions.code`), if there was an error.
    pub error_code: Option<&'static str>,
    /// Seconds to wait, where the answer is a refusal for now.
    pub retry_after_seconds: Option<u64>,
    /// Name of the executed operation, for logs and metrics.
    pub operation_name: Option<String>,
    /// `query`, `mutation` or `subscription`; none when the document could not be read.
    pub operation_kind: Option<&'static str>,
}

/// GraphQL over the domain.
pub struct Service {
    settings: Settings,
}

impl Service {
    /// Builds the schema.
    pub fn new(settings: Settings) -> Result<Self> {
        Ok(Self { settings })
    }

    /// Answers one request. Never fails: a refusal is an answer.
    pub async fn execute(&self, _cx: Cx, _request: Request) -> Answer {
        Answer {
            body: br#"{"data":null}"#.to_vec(),
            request_error: false,
            error_code: None,
            retry_after_seconds: None,
            operation_name: None,
            operation_kind: None,
        }
    }

    /// The schema as its definition language, or none where introspection is off.
    pub fn sdl(&self) -> Option<String> {
        self.settings.introspection.then(String::new)
    }
}
