//! One connection of a client: when it may stay open, and when it has been silent for too long.
//!
//! The HTTP library's own time limits cannot tell a connection that waits between requests from one that dawdles over
//! its headers, and none covers a client that connects and says nothing, or one that never takes its answer. So the
//! bytes are watched here, between the library and the socket.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::{Request, Response};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tower::Service;

use super::caller::Peer;
use super::{Gateway, Settings};
use crate::telemetry;

const NEVER: u64 = u64::MAX;

/// What is known of a connection: read by the task that may close it, written by whatever handles its bytes.
pub struct Watch {
    opened: Instant,
    /// Milliseconds after `opened` at which it is closed unless something happens.
    deadline: AtomicU64,
    /// Milliseconds after `opened` since which the client has taken nothing.
    stuck_since: AtomicU64,
    requests: AtomicU32,
    /// Between requests; not in the middle of headers.
    waiting: AtomicBool,
    /// HTTP/2 talks between requests, too, so its bytes say nothing.
    multiplexed: AtomicBool,
    header: Duration,
    idle: Duration,
    write: Duration,
}

impl Watch {
    /// A connection that has just been opened.
    pub fn new(settings: &Settings) -> Self {
        Self {
            opened: Instant::now(),
            deadline: AtomicU64::new(millis(settings.first_byte_timeout)),
            stuck_since: AtomicU64::new(NEVER),
            requests: AtomicU32::new(0),
            waiting: AtomicBool::new(true),
            multiplexed: AtomicBool::new(false),
            header: settings.header_timeout,
            idle: settings.idle_timeout,
            write: settings.body_timeout,
        }
    }

    /// Completes when it is time to close the connection. Meant to be polled after the connection in the same task, so
    /// that a deadline that has come nearer is seen.
    pub async fn silence(&self) {
        let mut alarm = std::pin::pin!(tokio::time::sleep_until(self.next()));
        std::future::poll_fn(|cx| {
            loop {
                let next = self.next();
                if next < alarm.deadline() {
                    alarm.as_mut().reset(next);
                }
                std::task::ready!(alarm.as_mut().poll(cx));
                // A deadline that has moved away is noticed only here: most requests then cost no timer at all.
                let next = self.next();
                if next <= Instant::now() {
                    return Poll::Ready(());
                }
                alarm.as_mut().reset(next);
            }
        })
        .await;
    }

    fn next(&self) -> Instant {
        let stuck = self.stuck_since.load(Relaxed).saturating_add(millis(self.write));
        match self.deadline.load(Relaxed).min(stuck) {
            // Under way and unhindered; the end may come from another task, so do not sleep too long.
            NEVER => Instant::now() + self.idle,
            next => self.opened + Duration::from_millis(next),
        }
    }

    fn now(&self) -> u64 {
        millis(self.opened.elapsed())
    }

    fn close_after(&self, wait: Duration) {
        self.deadline.store(self.now().saturating_add(millis(wait)), Relaxed);
    }

    fn heard(&self, bytes: &[u8]) {
        if self.requests.load(Relaxed) > 0 || self.multiplexed.load(Relaxed) || !self.waiting.swap(false, Relaxed) {
            return;
        }
        if bytes.starts_with(b"PRI") {
            self.multiplexed.store(true, Relaxed);
        }
        self.close_after(self.header);
    }

    fn begin(&self) {
        self.requests.fetch_add(1, Relaxed);
        self.deadline.store(NEVER, Relaxed);
    }

    fn end(&self) {
        if self.requests.fetch_sub(1, Relaxed) == 1 {
            self.waiting.store(true, Relaxed);
            self.close_after(self.idle);
        }
    }

    fn wrote<T>(&self, progress: &Poll<io::Result<T>>) {
        if progress.is_ready() {
            self.stuck_since.store(NEVER, Relaxed);
        } else if self.stuck_since.load(Relaxed) == NEVER {
            self.stuck_since.store(self.now(), Relaxed);
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(NEVER)
}

/// The socket, with its place among the connections: given up when the socket is, even where it was handed on to
/// another protocol.
pub struct Socket {
    pub(super) stream: TcpStream,
    pub(super) watch: Arc<Watch>,
    pub(super) _place: Place,
}

/// A place among the connections.
pub struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Place {
    /// Takes a place.
    pub fn new(permit: OwnedSemaphorePermit) -> Self {
        telemetry::clients(1.0);
        Self { _permit: permit }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        telemetry::clients(-1.0);
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if let Some(bytes) = buf.filled().get(before..).filter(|bytes| !bytes.is_empty()) {
            self.watch.heard(bytes);
        }
        read
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch.wrote(&wrote);
        wrote
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.watch.wrote(&wrote);
        wrote
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// Hands a connection's requests to the gateway and tells the watch of their beginning and end.
pub struct Conversation {
    pub(super) gateway: Gateway,
    pub(super) watch: Arc<Watch>,
    pub(super) peer: Peer,
}

impl hyper::service::Service<Request<Incoming>> for Conversation {
    type Response = Response<Told>;
    type Error = std::convert::Infallible;
    type Future = futures_util::future::BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        self.watch.begin();
        request.extensions_mut().insert(self.peer);
        let ending = Ending(Arc::clone(&self.watch));
        let answer = self.gateway.clone().call(request.map(Body::new));
        Box::pin(async move { Ok(answer.await?.map(|body| Told { body, _ending: ending })) })
    }
}

struct Ending(Arc<Watch>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// An answer's body, which ends the request when it has been sent or given up.
pub struct Told {
    body: Body,
    _ending: Ending,
}

impl HttpBody for Told {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
