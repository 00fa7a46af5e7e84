//! GraphQL over WebSocket: the graphql-transport-ws protocol, queries and mutations included.
//!
//! One task a connection reads, writes and keeps time; one task an operation gives it answers, a few at a time, so a
//! client that does not read stops its operations and is cut off.
//!
//! Most connections are idle most of the time, so what is only done now and then is boxed: its state is there while it is
//! done, and not for as long as the connection.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::header::UPGRADE;
use axum::http::{HeaderMap, Request as HttpRequest};
use axum::response::Response;
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout};

use super::flow::Refused;
use super::message::{self, Close, PROTOCOL, Said};
use super::{Over, Stay};
use crate::domain::cx::{Cx, new_uuid};
use crate::domain::error::{Error, Exceeded};
use crate::graphql::{Begun, Live, Request};
use crate::http::App;
use crate::http::caller::{self, Arrival, Credentials};
use crate::http::layers;
use crate::http::media::Media;
use crate::http::payload::Payload;
use crate::http::refusal::Refusal;
use crate::telemetry::{self, Facts};

/// Longest message of a client.
pub const MESSAGE_LIMIT: usize = 64 * 1024;
/// Most operations of one connection.
pub const OPERATIONS: usize = 20;
/// How long a connection may take to begin.
const INIT: Duration = Duration::from_secs(3);
/// How often the other side is asked whether it is still there.
const PING: Duration = Duration::from_secs(20);
/// How long the other side may take to close.
const CLOSING: Duration = Duration::from_secs(1);
/// An idle connection is mostly its buffers.
const READ_BUFFER: usize = 4 * 1024;
/// Answers that wait for the connection.
const WAITING: usize = 4;

/// Whether a request wants to become a WebSocket.
pub fn is_upgrade(request: &HttpRequest<Body>) -> bool {
    let upgrade = request.headers().get(UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|value| value.split(',').any(|word| word.trim().eq_ignore_ascii_case("websocket")))
}

/// Turns the request into a WebSocket.
pub async fn open(app: Arc<App>, request: HttpRequest<Body>) -> Response {
    let (mut head, _) = request.into_parts();
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut head, &()).await {
        Ok(upgrade) => upgrade,
        Err(_) => return Refusal::bad_request("the upgrade to a WebSocket is not well formed").response(Media::Json),
    };
    let arrival = Arrival::of(&head, app.settings.proxies);
    let headers = head.headers;
    let underway = app.underway.subscribe();
    upgrade
        .protocols([PROTOCOL])
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_message_size(MESSAGE_LIMIT)
        .max_frame_size(MESSAGE_LIMIT)
        .on_upgrade(move |socket| async move {
            telemetry::streams("websocket", 1.0);
            Box::pin(Connection::new(app, socket).serve(headers, arrival)).await;
            telemetry::streams("websocket", -1.0);
            drop(underway);
        })
}

/// A connection.
struct Connection {
    app: Arc<App>,
    socket: WebSocket,
    operations: HashMap<String, Operation>,
    /// Number of the next operation: an id can be used again.
    number: u64,
    answers: mpsc::Sender<Answer>,
    waiting: mpsc::Receiver<Answer>,
    /// Something was heard since the last ping.
    heard: bool,
}

struct Operation {
    number: u64,
    task: AbortHandle,
}

/// What an operation gives its connection.
struct Answer {
    id: Arc<str>,
    number: u64,
    text: Word,
}

enum Word {
    Next(Vec<u8>),
    Complete,
    /// A response without data.
    Refused(Vec<u8>),
    Failed(Refused),
    /// The session does not hold any more.
    Ended,
}

/// A connection that knows whose it is.
struct Begin {
    cx: Cx,
    stay: Stay,
}

impl Connection {
    fn new(app: Arc<App>, socket: WebSocket) -> Self {
        let (answers, waiting) = mpsc::channel(WAITING);
        Self { app, socket, operations: HashMap::new(), number: 0, answers, waiting, heard: true }
    }

    async fn serve(mut self, headers: HeaderMap, arrival: Arrival) {
        let close = if self.socket.protocol().is_none() {
            Close::not_acceptable()
        } else {
            match Box::pin(self.begin(&headers, arrival)).await {
                Ok(begin) => {
                    drop(headers);
                    self.talk(begin).await
                }
                Err(close) => close,
            }
        };
        for operation in std::mem::take(&mut self.operations).into_values() {
            operation.task.abort();
        }
        self.close(close).await;
    }

    /// Waits for the beginning and finds out whose connection this is.
    async fn begin(&mut self, headers: &HeaderMap, arrival: Arrival) -> Result<Begin, Close> {
        let deadline = Instant::now() + INIT;
        let mut stopping = self.app.stopping.subscribe();
        let payload = loop {
            let said = tokio::select! {
                biased;
                _ = stopping.wait_for(|stopping| *stopping) => return Err(Close::going_away()),
                () = tokio::time::sleep_until(deadline) => return Err(Close::init_timeout()),
                message = self.socket.recv() => read(message)?,
            };
            match said {
                None | Some(Said::Pong | Said::Complete(_)) => {}
                Some(Said::Ping(payload)) => self.send(message::pong(payload)).await?,
                Some(Said::Subscribe(..)) => return Err(Close::unauthorized()),
                Some(Said::Init(payload)) => break payload,
            }
        };
        let credentials = credentials(&payload, headers)?;
        let worker = Arc::clone(&self.app);
        let admitted = layers::run(&self.app, async move {
            let (cx, expires_at) = caller::admit(&worker, arrival, credentials).await?;
            worker.service.verify(&cx).await?;
            Ok::<_, Error>((cx, expires_at))
        });
        let (cx, expires_at) = admitted.await.map_err(|_| Close::internal())?.map_err(|error| refused(&error))?;
        let stay = Stay::begin(&self.app, &cx, expires_at).map_err(|error| refused(&error))?;
        self.send(message::ack()).await?;
        Ok(Begin { cx, stay })
    }

    /// Serves operations until the connection is to be closed.
    async fn talk(&mut self, Begin { cx, mut stay }: Begin) -> Close {
        let mut ping = Instant::now() + PING;
        loop {
            let done = tokio::select! {
                biased;
                over = stay.over() => {
                    return match over {
                        Over::Stopping => self.complete_all().await,
                        Over::Ended => Close::forbidden("the session has ended"),
                    };
                }
                message = self.socket.recv() => {
                    self.heard = true;
                    match read(message) {
                        Ok(Some(said)) => Box::pin(self.hear(&cx, said)).await,
                        Ok(None) => Ok(()),
                        Err(close) => Err(close),
                    }
                }
                Some(answer) = self.waiting.recv() => Box::pin(self.tell(answer)).await,
                () = tokio::time::sleep_until(ping) => {
                    ping = Instant::now() + PING;
                    if !std::mem::replace(&mut self.heard, false) {
                        return Close::normal();
                    }
                    self.write(Message::Ping(Bytes::new())).await
                }
            };
            if let Err(close) = done {
                return close;
            }
        }
    }

    async fn hear(&mut self, cx: &Cx, said: Said) -> Result<(), Close> {
        match said {
            Said::Init(_) => Err(Close::too_many_inits()),
            Said::Ping(payload) => self.send(message::pong(payload)).await,
            Said::Pong => Ok(()),
            Said::Complete(id) => {
                if let Some(operation) = self.operations.remove(&id) {
                    operation.task.abort();
                }
                Ok(())
            }
            Said::Subscribe(id, payload) => {
                if self.operations.contains_key(&id) {
                    return Err(Close::subscriber_exists(&id));
                }
                if self.operations.len() >= OPERATIONS {
                    let (value, found) = (OPERATIONS as u64, OPERATIONS as u64 + 1);
                    let error = Error::TooLarge(Exceeded { limit: "operations of a connection", value, found });
                    return self.send(message::error(&id, &Refused::from(error).errors())).await;
                }
                let request = match Payload::of_value(payload) {
                    Ok(request) => request,
                    Err(refusal) => {
                        let refused = Refused { code: refusal.code, message: refusal.message.into_owned() };
                        return self.send(message::error(&id, &refused.errors())).await;
                    }
                };
                self.number += 1;
                let teller = Teller { id: id.as_str().into(), number: self.number, answers: self.answers.clone() };
                let (now, request_id) = (self.app.clock.now(), new_uuid());
                let cx = Cx { now, request_id, statements: Arc::default(), ..cx.clone() };
                let task = tokio::spawn(teller.run(Arc::clone(&self.app), cx, request)).abort_handle();
                self.operations.insert(id, Operation { number: self.number, task });
                Ok(())
            }
        }
    }

    async fn tell(&mut self, answer: Answer) -> Result<(), Close> {
        let id = &*answer.id;
        // What a client has completed, it does not want to hear of.
        if self.operations.get(id).is_none_or(|operation| operation.number != answer.number) {
            return Ok(());
        }
        let text = match answer.text {
            Word::Next(body) => return self.send(message::next(id, body).ok_or_else(Close::internal)?).await,
            Word::Complete => message::complete(id),
            Word::Refused(body) => message::error_of(id, &body),
            Word::Failed(refused) => message::error(id, &refused.errors()),
            Word::Ended => return Err(Close::forbidden("the session has ended")),
        };
        self.operations.remove(id);
        self.send(text).await
    }

    /// Ends the operations one by one, so that clients know that nothing is missing.
    async fn complete_all(&mut self) -> Close {
        for (id, operation) in std::mem::take(&mut self.operations) {
            operation.task.abort();
            if let Err(close) = self.send(message::complete(&id)).await {
                return close;
            }
        }
        Close::going_away()
    }

    async fn send(&mut self, text: String) -> Result<(), Close> {
        self.write(Message::Text(text.into())).await
    }

    async fn write(&mut self, message: Message) -> Result<(), Close> {
        match timeout(self.app.settings.body_timeout, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Close::normal()),
            Err(_) => {
                telemetry::cut_off("websocket");
                Err(Close::try_again("too slow: the messages are not taken fast enough; resume with after"))
            }
        }
    }

    async fn close(mut self, close: Close) {
        let patience = if close.code == 1013 { self.app.settings.body_timeout } else { CLOSING };
        let frame = CloseFrame { code: close.code, reason: close.reason.into() };
        if !matches!(timeout(patience, self.socket.send(Message::Close(Some(frame)))).await, Ok(Ok(()))) {
            return;
        }
        // A socket that is dropped with bytes unread takes back what the other side has not read yet.
        drop(timeout(CLOSING, async { while let Some(Ok(_)) = self.socket.recv().await {} }).await);
    }
}

/// A message of the other side; none where it says nothing to us.
fn read(message: Option<Result<Message, axum::Error>>) -> Result<Option<Said>, Close> {
    match message {
        Some(Ok(Message::Text(text))) => Said::read(&text).map(Some),
        Some(Ok(Message::Binary(_))) => Err(Close::bad_request("a message must be text")),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Close(_))) | None => Err(Close::normal()),
        Some(Err(error)) if is_too_long(&error) => Err(Close::too_big()),
        Some(Err(_)) => Err(Close::normal()),
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    let words = error.to_string();
    words.contains("too long") || words.contains("too big") || words.contains("Space limit")
}

/// What the first message says of the caller, and where it is silent, the headers.
fn credentials(payload: &Map<String, Value>, headers: &HeaderMap) -> Result<Credentials, Close> {
    let mut given = headers.clone();
    for name in ["authorization", "x-organization"] {
        let said = payload.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let value = match said {
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) => text.parse(),
            Some(_) => return Err(Close::bad_request(format!("{name} must be text"))),
        };
        given.insert(name, value.map_err(|_| Close::forbidden("the credentials cannot be read"))?);
    }
    Credentials::of(&given).map_err(|error| refused(&error))
}

fn refused(error: &Error) -> Close {
    match error {
        Error::Unauthenticated(_) | Error::Forbidden(_) | Error::NotFound(_) => Close::forbidden(error.to_string()),
        Error::RateLimited { .. } => Close::try_again("too many connections of this user"),
        Error::Unavailable => Close::try_again(error.to_string()),
        _ => Close::internal(),
    }
}

/// Gives the connection the answers of one operation.
struct Teller {
    id: Arc<str>,
    number: u64,
    answers: mpsc::Sender<Answer>,
}

impl Teller {
    async fn run(self, app: Arc<App>, cx: Cx, request: Request) {
        if let Some(live) = Box::pin(self.begin(app, cx, request)).await {
            self.tell(live).await;
        }
    }

    /// Answers the operation, or gives what goes on.
    async fn begin(&self, app: Arc<App>, cx: Cx, request: Request) -> Option<Box<Live>> {
        let started = Moment::now();
        let (worker, inner) = (Arc::clone(&app), cx.clone());
        let work = Box::pin(async move { worker.service.begin(inner, &worker.changes, request).await });
        let begun = match layers::run(&app, work).await {
            Ok(begun) => begun,
            Err(refusal) => {
                let refused = Refused { code: refusal.code, message: refusal.message.into_owned() };
                self.give(Word::Failed(refused)).await;
                return None;
            }
        };
        let mut facts = Facts {
            statements: cx.statement_count(),
            organization_id: cx.caller.as_ref().map(|caller| caller.organization_id),
            kind: Some("subscription"),
            ..Facts::default()
        };
        match begun {
            Begun::Live(live) => {
                telemetry::answered("websocket", cx.request_id, 200, started.elapsed(), &facts);
                Some(live)
            }
            Begun::Answered(answer) => {
                (facts.operation, facts.kind, facts.code) =
                    (answer.operation_name, answer.operation_kind, answer.error_code);
                telemetry::answered("websocket", cx.request_id, 200, started.elapsed(), &facts);
                if answer.request_error {
                    self.give(Word::Refused(answer.body)).await;
                } else if self.give(Word::Next(answer.body)).await {
                    self.give(Word::Complete).await;
                }
                None
            }
        }
    }

    async fn tell(self, mut live: Box<Live>) {
        loop {
            let last = match live.next().await {
                Ok(told) => {
                    if self.give(Word::Next(told.body)).await {
                        continue;
                    }
                    return;
                }
                Err(Error::Unauthenticated(_)) => Word::Ended,
                Err(error) => Word::Failed(error.into()),
            };
            self.give(last).await;
            return;
        }
    }

    /// Whether the connection is still there to take it.
    async fn give(&self, text: Word) -> bool {
        let answer = Answer { id: Arc::clone(&self.id), number: self.number, text };
        self.answers.send(answer).await.is_ok()
    }
}
