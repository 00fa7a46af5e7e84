//! The load: a closed loop on every connection, counted for the length of a slice.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::task::JoinSet;

use super::client::Connection;
use super::{CONNECTIONS, SETTLE, SLICE, process};

/// One request, and the answer it must get.
pub struct Call {
    /// The bytes to send.
    pub request: Vec<u8>,
    /// The body that must come back.
    pub answer: Vec<u8>,
    /// How much of it.
    pub sameness: Sameness,
}

/// In what an answer must be the one that is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sameness {
    /// Byte for byte.
    Whole,
    /// In its length, and byte for byte from this place on.
    From(usize),
    /// In its length.
    Length,
    /// It begins so.
    Beginning,
}

impl Call {
    fn is_answered_by(&self, body: &[u8]) -> bool {
        match self.sameness {
            Sameness::Whole => body == self.answer,
            Sameness::From(place) => body.len() == self.answer.len() && body.get(place..) == self.answer.get(place..),
            Sameness::Length => body.len() == self.answer.len(),
            Sameness::Beginning => body.starts_with(&self.answer),
        }
    }
}

/// A server with the connections to it.
pub struct Target {
    connections: Vec<Connection>,
    id: u32,
    store: Option<u32>,
}

/// What was seen in one slice.
pub struct Slice {
    /// Requests a second.
    pub throughput: f64,
    /// Microseconds of each request.
    pub latencies: Vec<u32>,
    /// Processor seconds of the server.
    pub cpu: f64,
    /// Processor seconds of the store's own processes, where it has some that we know.
    pub store_cpu: Option<f64>,
}

struct Cpu {
    server: f64,
    store: Option<f64>,
}

impl Target {
    /// Connects to a server with the process id `id`, on a store whose main process is `store`.
    pub async fn connect(address: SocketAddr, id: u32, store: Option<u32>) -> Result<Self> {
        let mut connections = Vec::with_capacity(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            connections.push(Connection::open(address).await?);
        }
        Ok(Self { connections, id, store })
    }

    fn cpu(&self) -> Result<Cpu> {
        let store = self.store.map(process::children_cpu_seconds).transpose()?;
        Ok(Cpu { server: process::cpu_seconds(self.id)?, store })
    }

    /// Drives the server for one slice.
    pub async fn slice(&mut self, calls: &Arc<[Call]>) -> Result<Slice> {
        self.drive(calls, SETTLE, SLICE).await
    }

    /// Drives the server for a while that does not count.
    pub async fn warm_up(&mut self, calls: &Arc<[Call]>) -> Result<()> {
        self.drive(calls, Duration::ZERO, SLICE).await.map(drop)
    }

    async fn drive(&mut self, calls: &Arc<[Call]>, settle: Duration, time: Duration) -> Result<Slice> {
        let begin = Instant::now() + settle;
        let end = begin + time;
        let mut tasks = JoinSet::new();
        let connections = std::mem::take(&mut self.connections);
        for (index, connection) in connections.into_iter().enumerate() {
            // Each connection begins elsewhere, so that no two ask for the same at once.
            let first = index * calls.len() / CONNECTIONS;
            tasks.spawn(converse(connection, Arc::clone(calls), first, begin, end));
        }
        tokio::time::sleep_until(begin.into()).await;
        let (began, before) = (Instant::now(), self.cpu()?);
        tokio::time::sleep_until(end.into()).await;
        let (seconds, after) = (began.elapsed().as_secs_f64(), self.cpu()?);
        let mut latencies = Vec::new();
        while let Some(done) = tasks.join_next().await {
            let (connection, taken) = done??;
            self.connections.push(connection);
            latencies.extend(taken);
        }
        Ok(Slice {
            throughput: count(latencies.len()) / seconds,
            cpu: after.server - before.server,
            store_cpu: after.store.zip(before.store).map(|(after, before)| after - before),
            latencies,
        })
    }
}

async fn converse(
    mut connection: Connection,
    calls: Arc<[Call]>,
    first: usize,
    begin: Instant,
    end: Instant,
) -> Result<(Connection, Vec<u32>)> {
    let mut latencies = Vec::with_capacity(4_096);
    for call in calls.iter().cycle().skip(first) {
        let sent = Instant::now();
        if sent >= end {
            break;
        }
        let body = connection.ask(&call.request).await?;
        if !call.is_answered_by(body) {
            bail!("an answer under load is not the one that was expected: {}", String::from_utf8_lossy(body));
        }
        let done = Instant::now();
        if done >= begin && done < end {
            latencies.push(u32::try_from(done.duration_since(sent).as_micros()).unwrap_or(u32::MAX));
        }
    }
    Ok((connection, latencies))
}

/// A number of things, to calculate with.
#[expect(clippy::cast_precision_loss, reason = "nothing here comes near 2^52")]
pub fn count(number: usize) -> f64 {
    number as f64
}
