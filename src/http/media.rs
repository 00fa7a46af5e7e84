//! Which media type an answer has, and whether a body's is one that we read (GraphQL over HTTP, sections 5 and 6).

use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};

/// A media type of answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Media {
    /// `application/json`: a request that could be read is answered 200, whatever became of it.
    #[default]
    Json,
    /// `application/graphql-response+json`: a request that was not executed carries its status.
    GraphqlResponse,
}

impl Media {
    /// The best one that `Accept` allows; none when it allows neither. Whoever does not say gets `application/json`.
    pub fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let mut graphql = Match::default();
        let mut json = Match::default();
        let mut asked = false;
        for range in headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(',')) {
            let mut parts = range.split(';').map(str::trim);
            let Some(name) = parts.next().filter(|name| !name.is_empty()) else { continue };
            asked = true;
            let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            let weight = weight.map_or(1.0, |text| text.parse::<f32>().unwrap_or(0.0));
            if name == "*/*" {
                graphql.see(1, weight);
                json.see(1, weight);
            } else if name.eq_ignore_ascii_case("application/*") {
                graphql.see(2, weight);
                json.see(2, weight);
            } else if name.eq_ignore_ascii_case("application/graphql-response+json") {
                graphql.see(3, weight);
            } else if name.eq_ignore_ascii_case("application/json") {
                json.see(3, weight);
            }
        }
        if !asked {
            return Some(Self::Json);
        }
        // A client that only says "anything" may be older than the newer type.
        let newer = graphql.exactness == 3 && graphql.weight >= json.weight;
        match (graphql.weight > 0.0, json.weight > 0.0) {
            (true, _) if newer => Some(Self::GraphqlResponse),
            (_, true) => Some(Self::Json),
            (true, false) => Some(Self::GraphqlResponse),
            (false, false) => None,
        }
    }

    /// Its `Content-Type`.
    pub fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        })
    }
}

#[derive(Default)]
struct Match {
    exactness: u8,
    weight: f32,
}

impl Match {
    fn see(&mut self, exactness: u8, weight: f32) {
        if exactness > self.exactness {
            *self = Self { exactness, weight };
        }
    }
}

/// Whether server-sent events are accepted, and said so by name.
pub fn takes_events(headers: &HeaderMap) -> bool {
    let ranges = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(','));
    ranges.map(|range| range.split(';').map(str::trim)).any(|mut parts| {
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("text/event-stream"));
        named
            && !parts.any(
                |part| matches!(part.split_once('='), Some(("q" | "Q", weight)) if weight.parse::<f32>() == Ok(0.0)),
            )
    })
}

/// Whether the body is JSON in UTF-8. Anything that a form or a script can send to another origin without being asked
/// first is not, and that is what keeps other sites' pages out.
pub fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next().and_then(|value| value.to_str().ok()), types.next()) else { return false };
    let mut parts = only.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.filter_map(|part| part.split_once('=')).all(|(name, value)| {
        let value = value.trim().trim_matches('"');
        !name.trim().eq_ignore_ascii_case("charset")
            || value.eq_ignore_ascii_case("utf-8")
            || value.eq_ignore_ascii_case("utf8")
    });
    let is_plain = headers.get(CONTENT_ENCODING).is_none_or(|coding| coding == "identity");
    is_json && is_utf8 && is_plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiate(accept: &[&'static str]) -> Option<Media> {
        Media::negotiate(&accept.iter().map(|value| (ACCEPT, HeaderValue::from_static(value))).collect())
    }

    #[test]
    fn the_accept_header_chooses_the_media_type() {
        use Media::{GraphqlResponse, Json};
        for (accept, expected) in [
            (&[][..], Some(Json)),
            (&["*/*"], Some(Json)),
            (&[""], Some(Json)),
            (&["application/*"], Some(Json)),
            (&["application/json"], Some(Json)),
            (&["application/graphql-response+json"], Some(GraphqlResponse)),
            (&["application/graphql-response+json; charset=utf-8, application/json"], Some(GraphqlResponse)),
            (&["application/json, application/graphql-response+json"], Some(GraphqlResponse)),
            (&["application/json", "application/graphql-response+json;q=0.9"], Some(Json)),
            (&["application/graphql-response+json, */*;q=0.1"], Some(GraphqlResponse)),
            (&["application/json, */*"], Some(Json)),
            (&["*/*, application/json;q=0"], Some(GraphqlResponse)),
            (&["text/html"], None),
            (&["text/html, */*;q=0"], None),
            (&["application/json;q=nonsense"], None),
        ] {
            assert_eq!(negotiate(accept), expected, "{accept:?}");
        }
    }

    #[test]
    fn events_are_accepted_by_name_only() {
        let takes =
            |accept: &'static str| takes_events(&[(ACCEPT, HeaderValue::from_static(accept))].into_iter().collect());
        for accept in ["text/event-stream", "Text/Event-Stream", "application/json, text/event-stream;q=0.5"] {
            assert!(takes(accept), "{accept}");
        }
        for accept in ["", "*/*", "text/*", "application/json", "text/event-stream;q=0", "text/event-streams"] {
            assert!(!takes(accept), "{accept}");
        }
    }

    #[test]
    fn only_json_in_utf_8_is_read() {
        let read = |types: &[&'static str]| {
            is_json(&types.iter().map(|value| (CONTENT_TYPE, HeaderValue::from_static(value))).collect())
        };
        for known in ["application/json", "Application/JSON; Charset=UTF-8", "application/json;charset=\"utf-8\""] {
            assert!(read(&[known]), "{known}");
        }
        for other in ["text/plain", "application/json; charset=latin1", "application/x-www-form-urlencoded", "a", ""] {
            assert!(!read(&[other]), "{other}");
        }
        assert!(!read(&[]));
        assert!(!read(&["application/json", "text/plain"]));
    }
}
