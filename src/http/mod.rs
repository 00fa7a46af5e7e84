//! The building around the surfaces: connections, headers, statuses, limits, pages. Knows no table and no SQL.

mod body;
mod caller;
mod connection;
mod dialect;
mod graphql;
mod handbook;
mod health;
mod layers;
mod live;
mod media;
mod pages;
mod payload;
mod refusal;
mod server;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::routing::{any, get};
use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tower::Layer;
use tower::util::{Either, option_layer};
use tower_http::cors::Cors;

pub use self::caller::{Credentials, Door};
pub use self::layers::Shell;
pub use self::pages::DemonstrationUser;
pub use self::server::serve;
use crate::config::Config;
use crate::domain::changes::Changes;
use crate::domain::cx::Clock;
use crate::domain::db::Db;
use crate::domain::error::Result;
use crate::graphql::Service;
use crate::rest::kit::Dialect;

/// Says how many steps of the store's history are still to be taken.
pub type Pending = Box<dyn Fn() -> BoxFuture<'static, Result<usize>> + Send + Sync>;

/// What the operator decides about HTTP.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Longest body in bytes.
    pub body_limit: u64,
    /// Longest target and headers in bytes.
    pub header_limit: u64,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// How long a body may take to arrive, and an answer to be taken.
    pub body_timeout: Duration,
    /// How long headers may take to arrive.
    pub header_timeout: Duration,
    /// How long a connection may take to send its first byte.
    pub first_byte_timeout: Duration,
    /// How long a connection is kept without a request.
    pub idle_timeout: Duration,
    /// How long requests under way may take to finish at the end.
    pub drain_timeout: Duration,
    /// Most connections at once.
    pub connections: usize,
    /// Most answers of one user that go on at once: WebSockets, streams of events, feeds.
    pub user_connections: usize,
    /// How often a WebSocket is asked whether the other side is still there.
    pub ping_interval: Duration,
    /// How many proxies of our own stand before the gateway.
    pub proxies: usize,
    /// Whether arrays of operations are read.
    pub batching: bool,
    /// Whether `/metrics` answers.
    pub metrics: bool,
    /// Origins whose pages may call us.
    pub cors_origins: Vec<String>,
    /// Scheme and authority in absolute links; those the client called without it.
    pub public_base_url: Option<String>,
}

const PING_INTERVAL: Duration = Duration::from_secs(20);

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        Self {
            body_limit: config.body_limit.count(),
            header_limit: config.header_limit.count(),
            request_timeout: config.request_timeout,
            body_timeout: config.body_timeout,
            header_timeout: config.header_timeout,
            first_byte_timeout: config.first_byte_timeout,
            idle_timeout: config.idle_timeout,
            drain_timeout: config.drain_timeout,
            connections: usize::try_from(config.connections).unwrap_or(usize::MAX),
            ping_interval: PING_INTERVAL,
            user_connections: usize::try_from(config.user_connections).unwrap_or(usize::MAX),
            proxies: config.proxies.and_then(|proxies| usize::try_from(proxies).ok()).unwrap_or(0),
            batching: config.batching,
            metrics: config.metrics,
            cors_origins: config.cors_origins.clone(),
            public_base_url: config.public_base_url.clone(),
        }
    }
}

/// What the handlers share.
pub struct App {
    /// The store.
    pub db: Db,
    /// GraphQL.
    pub service: Service,
    /// The documented interfaces beside it.
    pub dialects: Vec<Arc<dyn Dialect>>,
    /// The trails as they grow.
    pub changes: Changes,
    /// Who the caller is.
    pub door: Door,
    /// The clock.
    pub clock: Clock,
    /// The limits.
    pub settings: Settings,
    /// Steps of the store's history not yet taken.
    pub pending: Pending,
    /// Whom GraphiQL may sign in by itself; empty but for a demonstration on a loopback address.
    pub demonstration: Vec<DemonstrationUser>,
    /// The descriptions of the documented interfaces.
    handbooks: OnceLock<Vec<handbook::Handbook>>,
    migrated: AtomicBool,
    /// Held by everything that must finish before the process may end.
    underway: watch::Sender<()>,
    /// Whether the gateway is being stopped.
    stopping: watch::Sender<bool>,
    seats: Arc<live::Seats>,
}

/// The rooms that the building is put around.
pub struct Parts {
    /// The store.
    pub db: Db,
    /// GraphQL.
    pub service: Service,
    /// The documented interfaces beside it.
    pub dialects: Vec<Arc<dyn Dialect>>,
    /// The trails as they grow.
    pub changes: Changes,
    /// Who the caller is.
    pub door: Door,
    /// Steps of the store's history not yet taken.
    pub pending: Pending,
}

impl App {
    /// An application over `parts`, with the machine's clock.
    pub fn new(parts: Parts, settings: Settings) -> Self {
        let Parts { db, service, dialects, changes, door, pending } = parts;
        // What is counted before the recorder is there is lost.
        crate::telemetry::metrics();
        Self {
            handbooks: OnceLock::new(),
            db,
            service,
            dialects,
            changes,
            door,
            clock: Clock::System,
            settings,
            pending,
            demonstration: Vec::new(),
            migrated: AtomicBool::new(false),
            underway: watch::Sender::new(()),
            stopping: watch::Sender::new(false),
            seats: Arc::default(),
        }
    }
}

/// Everything from the first header to the last: what a connection, or a test, hands its requests to.
pub type Gateway = Either<Cors<Shell>, Shell>;

/// The gateway over `app`. The order of what surrounds a handler is written here and nowhere else.
pub fn gateway(app: &Arc<App>) -> Gateway {
    let router = Router::new()
        .route("/graphql", any(graphql::handle))
        .route("/trail/events", get(live::feed::handle))
        .route("/", get(pages::start))
        .route("/docs", get(pages::docs))
        .route("/docs/{name}", get(handbook::read))
        .route("/docs/{name}/openapi.json", get(handbook::openapi))
        .route("/schema.graphql", get(pages::schema))
        .route("/graphiql", get(pages::graphiql))
        .route("/graphiql/", get(pages::graphiql_moved))
        .route("/graphiql/session", get(pages::graphiql_session))
        .route("/graphiql/{file}", get(pages::graphiql_file))
        .route("/trail/key", get(pages::trail_key))
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .merge(dialect::routes(app))
        .fallback(layers::nothing_here)
        .method_not_allowed_fallback(layers::read_only)
        .layer(layers::compression())
        .with_state(Arc::clone(app));
    let shell = Shell { app: Arc::clone(app), router };
    option_layer(layers::cors(&app.settings.cors_origins)).layer(shell)
}

#[cfg(test)]
mod tests;
