//! A proxy before PostgreSQL that holds up what it passes on, so that there is time to leave in the midst of anything.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A proxy, gone when it is dropped.
pub struct Proxy {
    /// The address of the store through it.
    pub url: String,
    opened: Arc<AtomicU32>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Before the store at `url`; each piece waits up to `most_millis`.
    pub async fn before(url: &str, most_millis: u32) -> Self {
        let store = PgConnectOptions::from_str(url).expect("an address");
        let target = (store.get_host().to_owned(), store.get_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let opened = Arc::<AtomicU32>::default();
        let count = Arc::clone(&opened);
        let accepting = tokio::spawn(async move {
            let mut random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
            while let Ok((client, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                let server = TcpStream::connect((target.0.as_str(), target.1)).await.expect("the store");
                let (client, server) = (client.into_split(), server.into_split());
                tokio::spawn(pass(client.0, server.1, (most_millis, random.next_u64())));
                tokio::spawn(pass(server.0, client.1, (most_millis, random.next_u64())));
            }
        });
        let url = store.host("127.0.0.1").port(port).to_url_lossy().to_string();
        Self { url, opened, accepting }
    }

    /// Connections that were opened through it.
    pub fn opened(&self) -> u32 {
        self.opened.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, (most, seed): (u32, u64)) {
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed.to_le_bytes(); 4].concat());
    let mut piece = [0; 4_096];
    while let Ok(length) = from.read(&mut piece).await {
        let pause = random.next_u32() % (1_000 * most).max(1);
        tokio::time::sleep(Duration::from_micros(pause.into())).await;
        if length == 0 || to.write_all(&piece[..length]).await.is_err() {
            break;
        }
    }
    // The end is passed on as it came.
    drop(to.shutdown().await);
}
