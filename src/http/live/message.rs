//! The messages of graphql-transport-ws and the codes that a connection is closed with.

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// The subprotocol.
pub const PROTOCOL: &str = "graphql-transport-ws";
/// Longest id of an operation; it comes back with every message.
const LONGEST_ID: usize = 128;

/// Why a connection is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// The code.
    pub code: u16,
    /// The reason; at most 123 bytes.
    pub reason: String,
}

impl Close {
    fn new(code: u16, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }

    /// The other side closed, or there is nothing more to say.
    pub fn normal() -> Self {
        Self::new(1000, "")
    }

    /// The gateway is being stopped.
    pub fn going_away() -> Self {
        Self::new(1001, "the gateway is being stopped; connect again")
    }

    /// A message is longer than the limit.
    pub fn too_big() -> Self {
        Self::new(1009, "a message is too long")
    }

    /// Not now.
    pub fn try_again(reason: impl Into<String>) -> Self {
        Self::new(1013, reason)
    }

    /// A message that cannot be understood.
    pub fn bad_request(reason: impl Into<String>) -> Self {
        Self::new(4400, reason)
    }

    /// An operation before the connection was acknowledged.
    pub fn unauthorized() -> Self {
        Self::new(4401, "Unauthorized")
    }

    /// Credentials are missing, wrong, expired or withdrawn.
    pub fn forbidden(reason: impl Into<String>) -> Self {
        Self::new(4403, reason)
    }

    /// The client does not speak the protocol.
    pub fn not_acceptable() -> Self {
        Self::new(4406, "Subprotocol not acceptable")
    }

    /// Nothing was said in time.
    pub fn init_timeout() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    /// Two operations of one id.
    pub fn subscriber_exists(id: &str) -> Self {
        Self::new(4409, cut(format!("Subscriber for {id} already exists")))
    }

    /// Two beginnings.
    pub fn too_many_inits() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }

    /// A defect of ours.
    pub fn internal() -> Self {
        Self::new(4500, "Internal server error")
    }
}

/// A reason has to fit into one frame.
fn cut(mut reason: String) -> String {
    while reason.len() > 123 {
        reason.pop();
    }
    reason
}

/// What a client says.
#[derive(Debug, PartialEq)]
pub enum Said {
    /// `connection_init` with its payload.
    Init(Map<String, Value>),
    /// `ping` with its payload, which `pong` gives back.
    Ping(Option<Value>),
    /// `pong`.
    Pong,
    /// `subscribe`: the id, and the request as it would stand in a body.
    Subscribe(String, Value),
    /// `complete`.
    Complete(String),
}

impl Said {
    /// Reads a message.
    pub fn read(text: &str) -> Result<Self, Close> {
        let value: Value = serde_json::from_str(text).map_err(|_| Close::bad_request("a message must be JSON"))?;
        let Value::Object(mut message) = value else {
            return Err(Close::bad_request("a message must be a JSON object"));
        };
        let kind = message.remove("type");
        let kind =
            kind.as_ref().and_then(Value::as_str).ok_or_else(|| Close::bad_request("a message must have a type"))?;
        let payload = message.remove("payload").filter(|payload| !payload.is_null());
        let is_object = payload.as_ref().is_none_or(Value::is_object);
        let mut id = || match message.remove("id") {
            Some(Value::String(id)) if !id.is_empty() && id.len() <= LONGEST_ID => Ok(id),
            _ => Err(Close::bad_request(format!("id must be a text of 1 to {LONGEST_ID} bytes"))),
        };
        match (kind, payload) {
            ("complete", _) => Ok(Self::Complete(id()?)),
            (_, Some(_)) if !is_object => Err(Close::bad_request("payload must be an object")),
            ("connection_init", Some(Value::Object(payload))) => Ok(Self::Init(payload)),
            ("connection_init", _) => Ok(Self::Init(Map::new())),
            ("ping", payload) => Ok(Self::Ping(payload)),
            ("pong", _) => Ok(Self::Pong),
            ("subscribe", Some(payload)) => Ok(Self::Subscribe(id()?, payload)),
            ("subscribe", None) => Err(Close::bad_request("subscribe must have a payload")),
            _ => Err(Close::bad_request("the type of a message is not known")),
        }
    }
}

/// `connection_ack`.
pub fn ack() -> String {
    json!({ "type": "connection_ack" }).to_string()
}

/// `pong`.
pub fn pong(payload: Option<Value>) -> String {
    match payload {
        Some(payload) => json!({ "type": "pong", "payload": payload }).to_string(),
        None => json!({ "type": "pong" }).to_string(),
    }
}

/// `next` with a response; none where that is no text, which it always is.
pub fn next(id: &str, body: Vec<u8>) -> Option<String> {
    let mut text = format!("{{\"id\":{},\"type\":\"next\",\"payload\":", Value::from(id));
    text.push_str(&String::from_utf8(body).ok()?);
    text.push('}');
    Some(text)
}

/// `complete`.
pub fn complete(id: &str) -> String {
    json!({ "id": id, "type": "complete" }).to_string()
}

/// `error` with a list of errors.
pub fn error(id: &str, errors: &Value) -> String {
    json!({ "id": id, "type": "error", "payload": errors }).to_string()
}

/// `error` with the errors of a response that has no data.
pub fn error_of(id: &str, body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Response<'b> {
        #[serde(borrow)]
        errors: &'b RawValue,
    }
    let errors = serde_json::from_slice::<Response<'_>>(body).map_or("[]", |response| response.errors.get());
    format!("{{\"id\":{},\"type\":\"error\",\"payload\":{errors}}}", Value::from(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_the_protocol_are_read() {
        let object = |value: Value| value.as_object().cloned().unwrap();
        for (text, said) in [
            (r#"{"type":"connection_init"}"#, Said::Init(Map::new())),
            (r#"{"type":"connection_init","payload":null}"#, Said::Init(Map::new())),
            (r#"{"type":"connection_init","payload":{"a":1}}"#, Said::Init(object(json!({"a": 1})))),
            (r#"{"type":"ping","payload":{"a":1}}"#, Said::Ping(Some(json!({"a": 1})))),
            (r#"{"type":"pong"}"#, Said::Pong),
            (r#"{"type":"complete","id":"1"}"#, Said::Complete("1".into())),
            (
                r#"{"id":"1","type":"subscribe","payload":{"query":"{a}"}}"#,
                Said::Subscribe("1".into(), json!({"query": "{a}"})),
            ),
        ] {
            assert_eq!(Said::read(text).as_ref(), Ok(&said), "{text}");
        }
    }

    #[test]
    fn anything_else_is_a_bad_request() {
        for text in [
            "",
            "[]",
            "null",
            "{}",
            r#"{"type":1}"#,
            r#"{"type":"start","id":"1","payload":{}}"#,
            r#"{"type":"connection_init","payload":"token"}"#,
            r#"{"type":"ping","payload":7}"#,
            r#"{"type":"subscribe","payload":{}}"#,
            r#"{"type":"subscribe","id":"","payload":{}}"#,
            r#"{"type":"subscribe","id":7,"payload":{}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"complete"}"#,
            &format!(r#"{{"type":"complete","id":"{}"}}"#, "x".repeat(LONGEST_ID + 1)),
            &"[".repeat(10_000),
        ] {
            assert_eq!(Said::read(text).map_err(|close| close.code), Err(4400), "{text:.60}");
        }
    }

    #[test]
    fn answers_are_messages() {
        let read = |text: String| serde_json::from_str::<Value>(&text).unwrap();
        let body = br#"{"data":{"a":1.50}}"#.to_vec();
        assert_eq!(next("\"", body).unwrap(), r#"{"id":"\"","type":"next","payload":{"data":{"a":1.50}}}"#);
        assert_eq!(
            read(error_of("1", br#"{"errors":[{"message":"no"}]}"#)),
            json!({"id": "1", "type": "error", "payload": [{"message": "no"}]})
        );
        assert!(cut("é".repeat(100)).len() <= 123);
    }
}
