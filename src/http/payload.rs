//! Reading GraphQL requests from bodies and addresses.

use axum::extract::Query;
use axum::http::Uri;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::graphql::Request;

/// Most operations in one array.
pub const BATCH: usize = 10;

/// What one HTTP request asks for.
#[derive(Debug)]
pub enum Payload {
    /// One operation.
    One(Request),
    /// An array of operations.
    Many(Vec<Request>),
}

/// The members as they come, so that a wrong one is refused in our words and without repeating it.
#[derive(Default, Deserialize)]
struct Wire {
    #[serde(default)]
    query: Value,
    #[serde(default, rename = "operationName")]
    operation_name: Value,
    #[serde(default)]
    variables: Value,
    #[serde(default)]
    extensions: Value,
}

impl Payload {
    /// Reads the body of a POST.
    pub fn of_body(body: &[u8], batching: bool) -> Result<Self, Refusal> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let escaped = body.windows(5).any(|window| window == b"u0000");
        match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{') => Ok(Self::One(parse::<Wire>(body)?.request(escaped)?)),
            Some(b'[') if batching => {
                let wires: Vec<Wire> = parse(body)?;
                if wires.is_empty() || wires.len() > BATCH {
                    return Err(Refusal::bad_request(format!("send 1 to {BATCH} operations in one array")));
                }
                wires.into_iter().map(|wire| wire.request(escaped)).collect::<Result<_, _>>().map(Self::Many)
            }
            Some(b'[') => Err(Refusal::bad_request("arrays of operations are not enabled here; send one at a time")),
            None => Err(Refusal::bad_request("the body is empty; send a JSON object with a query")),
            Some(_) => {
                parse::<serde::de::IgnoredAny>(body)?;
                Err(Refusal::bad_request("the body must be a JSON object with a query"))
            }
        }
    }

    /// The operations.
    pub fn requests(&mut self) -> &mut [Request] {
        match self {
            Self::One(request) => std::slice::from_mut(request),
            Self::Many(requests) => requests,
        }
    }

    /// Reads the payload of a message.
    pub fn of_value(payload: Value) -> Result<Request, Refusal> {
        let wire: Wire = serde_json::from_value(payload)
            .map_err(|_| Refusal::bad_request("the payload must be an object with a query"))?;
        wire.request(true)
    }

    /// Reads the parameters of a GET.
    pub fn of_address(uri: &Uri) -> Result<Self, Refusal> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|_| Refusal::bad_request("the address's parameters cannot be read"))?;
        let mut wire = Wire::default();
        for (name, text) in pairs {
            let member = match name.as_str() {
                "query" => &mut wire.query,
                "operationName" => &mut wire.operation_name,
                "variables" => &mut wire.variables,
                "extensions" => &mut wire.extensions,
                _ => continue,
            };
            if !member.is_null() {
                return Err(Refusal::bad_request(format!("{name} stands twice in the address")));
            }
            *member = match name.as_str() {
                "variables" | "extensions" if text.is_empty() => Value::Null,
                "variables" | "extensions" => serde_json::from_str(&text)
                    .map_err(|error| Refusal::bad_request(format!("{name} is not valid JSON: {error}")))?,
                "operationName" if text.is_empty() => Value::Null,
                _ => Value::String(text),
            };
        }
        let request = wire.request(true)?;
        Ok(Self::One(Request { queries_only: true, ..request }))
    }
}

fn parse<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T, Refusal> {
    // The parser names the place and the rule, and quotes nothing of the body; it stops at 128 levels.
    serde_json::from_slice(body).map_err(|error| {
        let (said, line, column) = (error.to_string(), error.line(), error.column());
        // So it words half of a character.
        if said.contains("hex escape") || said.contains("surrogate") {
            let message = format!("a text holds half of a surrogate pair at line {line} column {column}");
            return Refusal::bad_request(message);
        }
        Refusal::bad_request(format!("the body is not valid JSON: {said}"))
    })
}

impl Wire {
    fn request(self, look_for_nul: bool) -> Result<Request, Refusal> {
        if look_for_nul && [&self.query, &self.operation_name, &self.variables, &self.extensions].into_iter().any(nul) {
            return Err(Refusal::bad_request("a text holds U+0000, which cannot be stored or compared"));
        }
        let operation_name = match self.operation_name {
            Value::Null => None,
            Value::String(name) => Some(name),
            _ => return Err(Refusal::bad_request("operationName must be a string or null")),
        };
        let variables = object(self.variables, "variables must be an object or null")?;
        let extensions = object(self.extensions, "extensions must be an object or null")?;
        let query = match self.query {
            Value::String(query) => query,
            Value::Null if extensions.contains_key("persistedQuery") => String::new(),
            Value::Null => return Err(Refusal::bad_request("query is missing")),
            _ => return Err(Refusal::bad_request("query must be a string")),
        };
        Ok(Request { query, operation_name, variables, extensions, ..Request::default() })
    }
}

fn object(value: Value, refusal: &'static str) -> Result<Map<String, Value>, Refusal> {
    match value {
        Value::Null => Ok(Map::new()),
        Value::Object(map) => Ok(map),
        _ => Err(Refusal::bad_request(refusal)),
    }
}

fn nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(nul),
        Value::Object(map) => map.iter().any(|(name, value)| name.contains('\0') || nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &str) -> String {
        let refusal = Payload::of_body(body.as_bytes(), false).unwrap_err();
        assert_eq!((refusal.status.as_u16(), refusal.code), (400, "BAD_USER_INPUT"));
        refusal.message.into_owned()
    }

    #[test]
    fn a_request_is_read_with_all_its_members() {
        let body = r#"{"query":"{a}","operationName":"A","variables":{"x":1},"extensions":{"y":2},"other":3}"#;
        let Ok(Payload::One(request)) = Payload::of_body(body.as_bytes(), false) else { panic!("not read") };
        assert_eq!((request.query.as_str(), request.operation_name.as_deref()), ("{a}", Some("A")));
        assert_eq!((request.variables["x"].as_i64(), request.extensions["y"].as_i64()), (Some(1), Some(2)));
        assert!(!request.queries_only);
    }

    #[test]
    fn wrong_bodies_are_refused_in_our_words_and_never_repeated() {
        for (body, words) in [
            ("", "empty"),
            ("  \n", "empty"),
            ("nonsense-secret", "not valid JSON"),
            ("7", "must be a JSON object"),
            ("\"secret\"", "must be a JSON object"),
            ("{\"query\":\"secret", "not valid JSON: EOF"),
            ("{}", "query is missing"),
            ("{\"query\":null}", "query is missing"),
            ("{\"query\":[\"secret\"]}", "query must be a string"),
            ("{\"query\":\"{a}\",\"operationName\":[\"secret\"]}", "operationName must be"),
            ("{\"query\":\"{a}\",\"variables\":\"secret\"}", "variables must be"),
            ("{\"query\":\"{a}\",\"extensions\":[]}", "extensions must be"),
            ("{\"query\":\"{a}\",\"query\":\"secret\"}", "duplicate field `query`"),
            ("[{\"query\":\"{a}\"}]", "not enabled"),
        ] {
            let message = refusal(body);
            assert!(message.contains(words) && !message.contains("secret"), "{body}: {message}");
        }
    }

    #[test]
    fn half_surrogates_nul_and_deep_nesting_are_refused() {
        assert!(refusal(r#"{"query":"{a}","variables":{"x":"\ud800"}}"#).contains("surrogate"));
        assert!(refusal(r#"{"query":"{a}","variables":{"x":"\udc00\ud800"}}"#).contains("surrogate"));
        assert!(refusal(r#"{"query":"{a}","variables":{"x":["a\u0000"]}}"#).contains("U+0000"));
        assert!(refusal(r#"{"query":"{a}","variables":{"a\u0000":1}}"#).contains("U+0000"));
        assert!(refusal("{\"query\":\"{a\0}\"}").contains("control character"));
        for bomb in ["[", "{\"a\":"] {
            let body = format!("{{\"query\":\"{{a}}\",\"variables\":{}", bomb.repeat(100_000));
            assert!(refusal(&body).contains("recursion limit"), "{bomb}");
            assert!(!refusal(&bomb.repeat(100_000)).is_empty());
        }
        assert!(refusal(r#"{"query":"{a}","variables":{"x":1e999}}"#).contains("out of range"));
    }

    #[test]
    fn the_words_u0000_in_a_text_are_not_the_character() {
        let body = r#"{"query":"{a}","variables":{"x":"\\u0000 u0000"}}"#;
        assert!(matches!(Payload::of_body(body.as_bytes(), false), Ok(Payload::One(_))));
    }

    #[test]
    fn arrays_are_read_up_to_ten_where_enabled() {
        let read = |count: usize| {
            Payload::of_body(format!("[{}]", vec![r#"{"query":"{a}"}"#; count].join(",")).as_bytes(), true)
        };
        assert!(matches!(read(9), Ok(Payload::Many(list)) if list.len() == 9));
        assert!(matches!(read(10), Ok(Payload::Many(list)) if list.len() == 10));
        assert!(read(11).is_err());
        assert!(read(0).is_err());
    }

    #[test]
    fn an_address_is_read_and_a_doubled_or_broken_parameter_refused() {
        let read = |query: &str| Payload::of_address(&format!("/graphql?{query}").parse().unwrap());
        let Ok(Payload::One(request)) = read("query=%7Ba%7D&variables=%7B%22x%22:1%7D&operationName=") else {
            panic!("not read")
        };
        assert_eq!((request.query.as_str(), request.queries_only), ("{a}", true));
        assert_eq!(request.variables["x"].as_i64(), Some(1));
        for wrong in ["", "query=a&query=b", "query=a&variables=%5B%5D", "query=a&variables=%7B", "query=a%00"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
