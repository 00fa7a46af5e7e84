//! A subscription as the body of an HTTP answer.

use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Over, Stay};
use crate::domain::error::Error;
use crate::domain::identity;
use crate::graphql::{Live, Told};
use crate::telemetry;

/// How long a body may say nothing; then it says so, and who listens in between keeps the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Server-sent events of the graphql-sse protocol.
    Events,
    /// A line an event.
    Lines,
}

/// A subscription on its way out.
pub struct Flow {
    /// What is told.
    pub live: Live,
    /// How long.
    pub stay: Stay,
    /// In which form.
    pub format: Format,
    /// Whether to go on when all that there was at the beginning has been told.
    pub follows: bool,
    /// How long a client may take for one message.
    pub patience: Duration,
}

struct State {
    flow: Flow,
    /// When the last part was handed out.
    handed: Instant,
    place: Option<i64>,
}

/// What comes next.
enum Next {
    Told(Told),
    Silence,
    /// Everything has been told, or the gateway is being stopped and a client can resume elsewhere.
    Complete,
    Failed(Refused),
}

impl Flow {
    /// The body. It is written as fast as the client takes it and not faster.
    pub fn body(self) -> Body {
        telemetry::streams(self.format.name(), 1.0);
        let state = State { flow: self, handed: Instant::now(), place: None };
        Body::from_stream(stream::unfold(Some(state), |state| async {
            let mut state = state?;
            let next = state.next().await;
            let (part, goes_on) = state.part(next);
            state.handed = Instant::now();
            Some((part, goes_on.then_some(state)))
        }))
    }
}

impl Drop for Flow {
    fn drop(&mut self) {
        telemetry::streams(self.format.name(), -1.0);
    }
}

impl State {
    async fn next(&mut self) -> Next {
        // The body is asked for its next part once the client has taken enough of the one before.
        if self.handed.elapsed() > self.flow.patience {
            telemetry::cut_off(self.flow.format.name());
            return Next::Failed(Refused::too_slow(self.place));
        }
        let Flow { live, stay, follows, .. } = &mut self.flow;
        let told = async { if *follows { live.next().await.map(Some) } else { live.next_of_past().await } };
        let next = tokio::select! {
            biased;
            over = stay.over() => match over {
                Over::Stopping if *follows => Next::Complete,
                Over::Stopping => Next::Failed(Error::Unavailable.into()),
                Over::Ended => Next::Failed(identity::ended().into()),
            },
            told = told => match told {
                Ok(Some(told)) => Next::Told(told),
                Ok(None) => Next::Complete,
                Err(error) => Next::Failed(error.into()),
            },
            () = tokio::time::sleep(KEEP_ALIVE) => Next::Silence,
        };
        if let Next::Told(told) = &next {
            self.place = Some(told.sequence);
        }
        next
    }

    /// The bytes for it, and whether more may follow.
    fn part(&self, next: Next) -> (Result<Bytes, Refused>, bool) {
        match (self.flow.format, next) {
            (Format::Events, Next::Told(told)) => (Ok(event(Some(told.sequence), &told.body)), true),
            (Format::Events, Next::Silence) => (Ok(Bytes::from_static(b":\n\n")), true),
            (Format::Events, Next::Complete) => (Ok(Bytes::from_static(COMPLETE)), false),
            (Format::Events, Next::Failed(refused)) => {
                let mut bytes = event(None, &refused.body()).to_vec();
                bytes.extend_from_slice(COMPLETE);
                (Ok(bytes.into()), false)
            }
            (Format::Lines, Next::Told(told)) => {
                let mut line = told.body;
                line.push(b'\n');
                (Ok(line.into()), true)
            }
            (Format::Lines, Next::Silence) => (Ok(Bytes::from_static(b"\n")), true),
            (Format::Lines, Next::Complete) => (Ok(Bytes::new()), false),
            // A body that breaks off is not taken for a whole one.
            (Format::Lines, Next::Failed(refused)) => (Err(refused), false),
        }
    }
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Lines => "feed",
        }
    }
}

/// Why an answer that went on ends.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// `extensions.code`.
    pub code: &'static str,
    /// What the reader can do about it.
    pub message: String,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self { code: error.code(), message: error.to_string() }
    }
}

impl Refused {
    /// Of a client that does not take what it asked for.
    pub fn too_slow(place: Option<i64>) -> Self {
        let resume = place.map(|place| format!(" and resume with after: {place}")).unwrap_or_default();
        let message = format!("the messages are not taken fast enough; connect again{resume}");
        Self { code: "RATE_LIMITED", message }
    }

    /// The errors alone.
    pub fn errors(&self) -> Value {
        json!([{ "message": self.message, "extensions": { "code": self.code } }])
    }

    /// A response.
    pub fn body(&self) -> Vec<u8> {
        json!({ "errors": self.errors() }).to_string().into_bytes()
    }
}

/// The end of a stream of events (graphql-sse, distinct connections).
pub const COMPLETE: &[u8] = b"event: complete\ndata: \n\n";

/// One event with an answer. JSON as it is written here has no line breaks.
pub fn event(sequence: Option<i64>, body: &[u8]) -> Bytes {
    let mut bytes = Vec::with_capacity(body.len() + 48);
    bytes.extend_from_slice(b"event: next\n");
    if let Some(sequence) = sequence {
        bytes.extend_from_slice(format!("id: {sequence}\n").as_bytes());
    }
    bytes.extend_from_slice(b"data: ");
    bytes.extend_from_slice(body);
    bytes.extend_from_slice(b"\n\n");
    bytes.into()
}
