//! The trail as newline-delimited JSON, for programs: from any sequence on, then as it grows. Whoever reads it needs the
//! last `sequence` to go on.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Uri};
use axum::response::Response;
use serde_json::{Map, Value};

use super::Stay;
use super::events::stream;
use super::flow::{Flow, Format};
use crate::domain::error::Error;
use crate::http::App;
use crate::http::caller::{self, Arrival, Credentials};
use crate::http::graphql::refuse;
use crate::http::layers;
use crate::http::media::Media;
use crate::http::refusal::Refusal;
use crate::telemetry::Facts;

/// The media type of a line an event.
const LINES: &str = "application/x-ndjson";

/// Answers `GET /trail/events`.
pub async fn handle(State(app): State<Arc<App>>, head: Parts) -> Response {
    respond(&app, &head).await.unwrap_or_else(|refusal| refusal.response(Media::Json))
}

async fn respond(app: &Arc<App>, head: &Parts) -> Result<Response, Refusal> {
    let Asked { arguments, follows } = Asked::of(&head.uri)?;
    let credentials = Credentials::of(&head.headers)?;
    let (worker, arrival) = (Arc::clone(app), Arrival::of(head, app.settings.proxies));
    let begun = layers::run(app, async move {
        let (cx, expires_at) = caller::admit(&worker, arrival, credentials).await?;
        let begun = worker.service.feed(cx.clone(), &worker.changes, arguments).await;
        Ok::<_, Error>((begun, cx, expires_at))
    });
    let (begun, cx, expires_at) = begun.await??;
    let organization_id = cx.caller.as_ref().map(|caller| caller.organization_id);
    let facts = Facts { statements: cx.statement_count(), organization_id, ..Facts::default() };
    let live = match begun {
        Ok(live) => live,
        Err(answer) => return Ok(refuse(answer, facts, false)),
    };
    let stay = Stay::begin(app, &cx, expires_at)?;
    let patience = app.settings.body_timeout;
    let flow = Flow { live, stay, format: Format::Lines, follows, patience };
    Ok(stream(flow.body(), HeaderValue::from_static(LINES), facts))
}

/// What the address asks for.
struct Asked {
    arguments: Map<String, Value>,
    follows: bool,
}

impl Asked {
    fn of(uri: &Uri) -> Result<Self, Refusal> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|_| Refusal::bad_request("the address's parameters cannot be read"))?;
        let mut arguments = Map::new();
        let mut follows = None;
        for (name, text) in pairs {
            let value = match name.as_str() {
                "after" => {
                    let after: Option<i64> = text.parse().ok();
                    after.ok_or_else(|| Refusal::bad_request("after: must be a sequence"))?.into()
                }
                "entities" | "ids" | "actions" => Value::from(text.split(',').map(str::trim).collect::<Vec<_>>()),
                "follow" => {
                    let given = match text.as_str() {
                        "true" => true,
                        "false" => false,
                        _ => return Err(Refusal::bad_request("follow: must be true or false")),
                    };
                    if follows.replace(given).is_some() {
                        return Err(Refusal::bad_request("follow stands twice in the address"));
                    }
                    continue;
                }
                _ => {
                    let message = "known parameters are after, entities, ids, actions and follow";
                    return Err(Refusal::bad_request(message));
                }
            };
            if arguments.insert(name.clone(), value).is_some() {
                return Err(Refusal::bad_request(format!("{name} stands twice in the address")));
            }
        }
        // A feed is for those who want all of it; who wants only what is new says where that begins.
        arguments.entry("after").or_insert_with(|| 0.into());
        Ok(Self { arguments, follows: follows.unwrap_or(true) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Result<Asked, Refusal> {
        Asked::of(&format!("/trail/events?{query}").parse().unwrap())
    }

    #[test]
    fn the_address_says_what_is_wanted() {
        let all = asked("").unwrap_or_else(|_| panic!("refused"));
        assert_eq!((all.arguments["after"].as_i64(), all.follows), (Some(0), true));
        let some = asked("after=7&entities=audit,%20issue&actions=EDIT&follow=false");
        let some = some.unwrap_or_else(|_| panic!("refused"));
        assert_eq!(
            Value::from(some.arguments).to_string(),
            r#"{"after":7,"entities":["audit","issue"],"actions":["EDIT"]}"#
        );
        assert!(!some.follows);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for query in [
            "after=x",
            "after=1&after=2",
            "follow=yes",
            "follow=true&follow=true",
            "limit=5",
            "after=1.5",
            "ids=a&ids=b",
        ] {
            assert!(asked(query).is_err(), "{query}");
        }
    }
}
