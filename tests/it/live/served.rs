//! A gateway on a port of its own, and a client that reads what goes on as it comes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use audit_gateway::auth::{self, Admission};
use audit_gateway::config::Config;
use audit_gateway::domain::cx::{Clock, Role};
use audit_gateway::domain::db::{Db, Store};
use audit_gateway::domain::error::Error;
use audit_gateway::graphql::Service;
use audit_gateway::http::{self, App, Credentials, Door, Parts, Settings};
use chrono::TimeDelta;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{listening, service};
use crate::fixture::Org;
use crate::store::TestStore;

/// How long a test waits for what must come.
pub const SOON: Duration = Duration::from_secs(20);

/// A gateway that runs.
pub struct Served {
    /// Its store.
    pub store: TestStore,
    /// Where it listens.
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    /// Whether all finished in time, once it has stopped.
    pub ended: JoinHandle<bool>,
}

/// Two members are known by their tokens; `brief` is one of them for a second.
fn door() -> Door {
    Arc::new(|cx, Credentials { proof, .. }| {
        Box::pin(async move {
            let auth::Credentials::Bearer(token) = proof else { return Ok(None) };
            let (org, expires_at) = match token.as_str() {
                "harbour" => (Org::Harbour, None),
                "nordic" => (Org::Nordic, None),
                "brief" => (Org::Harbour, Some(cx.now + TimeDelta::milliseconds(1_200))),
                _ => return Err(Error::Unauthenticated("the credentials are not valid or have expired")),
            };
            Ok(Some(Admission { caller: org.caller(Role::Member), expires_at }))
        })
    })
}

impl Served {
    /// Over a seeded store.
    pub async fn start(kind: Store, change: impl FnOnce(&mut Settings)) -> Self {
        let store = TestStore::seeded(kind).await;
        let (address, stop, ended) = serve(&store.db, change).await;
        Self { store, address, stop: Some(stop), ended }
    }

    /// Stops it, as a signal would.
    pub fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Sends a request and gives the head of the answer and what follows.
    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        Answer::of(self.address, "GET", path, headers, "").await
    }

    /// The same with a body.
    pub async fn post(&self, headers: &[(&str, &str)], body: &str) -> Answer {
        let headers = [headers, &[("content-type", "application/json")]].concat();
        Answer::of(self.address, "POST", "/graphql", &headers, body).await
    }
}

/// Where a gateway listens, what stops it when it is dropped, and whether all finished in time.
pub type Serving = (SocketAddr, oneshot::Sender<()>, JoinHandle<bool>);

/// Serves `db` until the sender is dropped.
pub async fn serve(db: &Db, change: impl FnOnce(&mut Settings)) -> Serving {
    serve_by(db, (service(), door(), Clock::System), change).await
}

/// The same with another service, door and clock.
pub async fn serve_by(
    db: &Db,
    (service, door, clock): (Service, Door, Clock),
    change: impl FnOnce(&mut Settings),
) -> Serving {
    let pending = Box::new(|| -> futures_util::future::BoxFuture<'static, _> { Box::pin(async { Ok(0) }) });
    let parts = Parts { db: db.clone(), service, dialects: Vec::new(), changes: listening(db), door, pending };
    let mut settings = Settings::from(&Config::default());
    change(&mut settings);
    let mut app = App::new(parts, settings);
    app.clock = clock;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let ended = tokio::spawn(http::serve(Arc::new(app), listener, async {
        drop(stopped.await);
    }));
    (address, stop, ended)
}

/// An answer that may go on.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The head.
    pub head: String,
    stream: TcpStream,
    bytes: Vec<u8>,
    chunked: bool,
    text: String,
    ended: bool,
    /// Whether the body came to its end, and did not break off.
    pub whole: bool,
}

impl Answer {
    /// Sends a request over a connection of its own and reads the head.
    pub async fn of(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Self {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        request.push_str(body);
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
            assert!(read(&mut stream, &mut bytes).await, "the head broke off");
        };
        let head = String::from_utf8(bytes[..end].to_vec()).expect("a head").to_lowercase();
        let bytes = bytes.split_off(end + 4);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let chunked = head.contains("transfer-encoding: chunked");
        Self { status, head, stream, bytes, chunked, text: String::new(), ended: false, whole: false }
    }

    /// All that comes until `end`, which is taken away; none where the body ends before.
    pub async fn until(&mut self, end: &str) -> Option<String> {
        loop {
            if let Some(at) = self.text.find(end) {
                let rest = self.text.split_off(at + end.len());
                let mut found = std::mem::replace(&mut self.text, rest);
                found.truncate(at);
                return Some(found);
            }
            if self.ended {
                return None;
            }
            self.more().await;
        }
    }

    /// The next line with something in it.
    pub async fn line(&mut self) -> Option<String> {
        loop {
            let line = self.until("\n").await?;
            if !line.is_empty() {
                return Some(line);
            }
        }
    }

    /// The next event: its fields, without comments.
    pub async fn event(&mut self) -> Option<Vec<String>> {
        loop {
            let event = self.until("\n\n").await?;
            let fields: Vec<String> =
                event.lines().filter(|line| !line.starts_with(':')).map(ToOwned::to_owned).collect();
            if !fields.is_empty() {
                return Some(fields);
            }
        }
    }

    /// The rest.
    pub async fn rest(&mut self) -> String {
        while !self.ended {
            self.more().await;
        }
        std::mem::take(&mut self.text)
    }

    /// The body of an answer that comes in one piece, as JSON.
    pub async fn json(&mut self) -> serde_json::Value {
        serde_json::from_str(&self.text().await).expect("JSON")
    }

    /// The body of an answer that comes in one piece.
    pub async fn text(&mut self) -> String {
        let length = self.head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.and_then(|length| length.parse().ok()).expect("a length");
        while self.bytes.len() < length {
            assert!(read(&mut self.stream, &mut self.bytes).await, "the body broke off");
        }
        String::from_utf8(self.bytes[..length].to_vec()).expect("text")
    }

    /// The same as text.
    pub async fn plain(&mut self) -> String {
        while read(&mut self.stream, &mut self.bytes).await {}
        String::from_utf8(std::mem::take(&mut self.bytes)).expect("text")
    }

    async fn more(&mut self) {
        assert!(self.chunked, "{}", self.head);
        loop {
            if let Some(at) = self.bytes.windows(2).position(|window| window == b"\r\n") {
                let size = std::str::from_utf8(&self.bytes[..at]).expect("a size");
                let size = usize::from_str_radix(size, 16).expect("a size");
                let end = at + 2 + size + 2;
                if self.bytes.len() >= end {
                    let chunk = self.bytes[at + 2..at + 2 + size].to_vec();
                    self.text.push_str(&String::from_utf8(chunk).expect("whole characters"));
                    self.bytes.drain(..end);
                    (self.ended, self.whole) = (size == 0, size == 0);
                    return;
                }
            }
            if !read(&mut self.stream, &mut self.bytes).await {
                self.ended = true;
                return;
            }
        }
    }
}

async fn read(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> bool {
    let mut buffer = [0; 4_096];
    match tokio::time::timeout(SOON, stream.read(&mut buffer)).await.expect("bytes in time") {
        Ok(0) | Err(_) => false,
        Ok(count) => {
            bytes.extend_from_slice(&buffer[..count]);
            true
        }
    }
}
