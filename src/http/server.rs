//! Accepting connections, and letting go of them in order when the gateway is stopped.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::caller::Peer;
use super::connection::{Conversation, Place, Socket, Watch};
use super::{App, Gateway, gateway};

/// Serves `app` on `listener` until `stop` comes, then finishes what is under way. Gives whether all of it finished in
/// time.
pub async fn serve(app: Arc<App>, listener: TcpListener, stop: impl Future<Output = ()>) -> bool {
    let places = Arc::new(Semaphore::new(app.settings.connections.min(Semaphore::MAX_PERMITS)));
    let stopped = app.stopping.subscribe();
    let server = Arc::new(Server { builder: builder(&app), gateway: gateway(&app), app, stopped });
    let mut stop = std::pin::pin!(stop);
    loop {
        let next = async {
            // Past the cap, further connections wait in the system's queue.
            let permit = Arc::clone(&places).acquire_owned().await.ok()?;
            Some((accept(&listener).await, Place::new(permit)))
        };
        tokio::select! {
            biased;
            () = &mut stop => break,
            next = next => match next {
                Some((client, place)) => { tokio::spawn(Arc::clone(&server).converse(client, place)); }
                None => break,
            },
        }
    }
    drop(listener);
    let app = Arc::clone(&server.app);
    drop(server);
    app.stopping.send_replace(true);
    tokio::time::timeout(app.settings.drain_timeout, app.underway.closed()).await.is_ok()
}

async fn accept(listener: &TcpListener) -> (TcpStream, Peer) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => return (stream, Peer(address.ip().to_canonical())),
            Err(error) if is_of_one_client(&error) => {}
            Err(error) => {
                // Most likely out of file descriptors: trying at once would only spin.
                tracing::warn!(cause = %error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

fn is_of_one_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset)
}

fn builder(app: &App) -> Builder<TokioExecutor> {
    let settings = &app.settings;
    // The gateway refuses long headers in its own words; this is the wall behind it.
    let wall = usize::try_from(settings.header_limit).unwrap_or(usize::MAX).saturating_add(8_192);
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(wall);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(100)
        .max_header_list_size(u32::try_from(wall).unwrap_or(u32::MAX))
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

struct Server {
    builder: Builder<TokioExecutor>,
    gateway: Gateway,
    app: Arc<App>,
    stopped: watch::Receiver<bool>,
}

impl Server {
    async fn converse(self: Arc<Self>, (stream, peer): (TcpStream, Peer), place: Place) {
        let _underway = self.app.underway.subscribe();
        let mut stopped = self.stopped.clone();
        // Answers are written whole; waiting for more to send would only delay them.
        drop(stream.set_nodelay(true));
        let watch = Arc::new(Watch::new(&self.app.settings));
        let socket = Socket { stream, watch: Arc::clone(&watch), _place: place };
        let conversation = Conversation { gateway: self.gateway.clone(), watch: Arc::clone(&watch), peer };
        let connection = self.builder.serve_connection_with_upgrades(TokioIo::new(socket), conversation);
        let mut connection = std::pin::pin!(connection);
        let mut silence = std::pin::pin!(watch.silence());
        let mut stopping = false;
        loop {
            tokio::select! {
                biased;
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(cause = %error, "a connection ended badly");
                    }
                    return;
                }
                () = silence.as_mut() => return,
                _ = stopped.wait_for(|stopped| *stopped), if !stopping => {
                    stopping = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
}
