//! The yardstick: the same answers from a handler written by hand, as a competent engineer writes it for exactly these
//! questions. Typed statements with literal limits on the same indexes, serde, nothing between; no GraphQL, no
//! permissions. It takes the same requests and reads only their variables.

mod answer;
mod export;
mod listing;
mod postgres;
mod sqlite;

use std::io::{Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use audit_gateway::domain::cx::new_uuid;
use axum::extract::{Path, Query, State};
use axum::http::header::{HOST, HeaderName};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Json, Router};
use chrono::Utc;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

use self::answer::{Answer, Listed, Looked, Made, Summed, Told};
use self::export::{Export, User};
use self::listing::{Audit, NonConformance, Observation};

/// A store that answers the questions.
trait Store: Send + Sync + 'static {
    /// A page of audits with what belongs to them; two statements.
    fn nested(&self, first: u32) -> impl Future<Output = Result<Listed>> + Send;
    /// One audit; one statement.
    fn point(&self, uuid: Uuid) -> impl Future<Output = Result<Looked>> + Send;
    /// The events of an order; one statement.
    fn order(&self, uuid: Uuid) -> impl Future<Output = Result<Told>> + Send;
    /// The first 100 people; one statement.
    fn users(&self) -> impl Future<Output = Result<Vec<User>>> + Send;
    /// The first 25 audits of a state with what belongs to them; three statements.
    fn audits(&self, state: listing::State) -> impl Future<Output = Result<Found>> + Send;
    /// Audits by state; one statement.
    fn summary(&self) -> impl Future<Output = Result<Summed>> + Send;
    /// Makes an article and changes another one, in one transaction.
    fn make(&self, made: &Make) -> impl Future<Output = Result<Made>> + Send;
    /// Some audits to look up, from everywhere in the table.
    fn points(&self) -> impl Future<Output = Result<Vec<Uuid>>> + Send;
}

/// Audits, their observations, and their nonconformances.
type Found = (Vec<Audit>, Vec<Observation>, Vec<NonConformance>);

/// Serves until standard input ends.
pub fn run(url: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    std::thread::spawn(|| {
        drop(std::io::stdin().read_to_end(&mut Vec::new()));
        std::process::exit(0);
    });
    runtime.block_on(async {
        if url.starts_with("sqlite") {
            serve(sqlite::Sqlite::open(url).await?).await
        } else {
            serve(postgres::Postgres::open(url).await?).await
        }
    })
}

async fn serve<S: Store>(store: S) -> Result<()> {
    let router = Router::new()
        .route("/nested", post(nested::<S>))
        .route("/point", post(point::<S>))
        .route("/order/{uuid}", get(order::<S>))
        .route("/users", get(users::<S>))
        .route("/audits/", get(audits::<S>))
        .route("/summary", post(summary::<S>))
        .route("/make", post(make::<S>))
        .route("/points", get(points::<S>))
        .with_state(Arc::new(store));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("ready http://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router).await?;
    Ok(())
}

#[derive(Deserialize)]
struct Call<V> {
    variables: V,
}

#[derive(Deserialize)]
struct First {
    first: u32,
}

#[derive(Deserialize)]
struct ByUuid {
    uuid: Uuid,
}

#[derive(Deserialize)]
struct None {}

/// An article to make, and one of the same organization to change.
#[derive(Deserialize)]
pub struct Make {
    organization: i64,
    name: String,
    other: Uuid,
}

type Handled<T> = Result<Json<T>, StatusCode>;

async fn nested<S: Store>(State(store): State<Arc<S>>, Json(call): Json<Call<First>>) -> Handled<Answer<Listed>> {
    answered(store.nested(call.variables.first).await)
}

async fn point<S: Store>(State(store): State<Arc<S>>, Json(call): Json<Call<ByUuid>>) -> Handled<Answer<Looked>> {
    answered(store.point(call.variables.uuid).await)
}

async fn order<S: Store>(State(store): State<Arc<S>>, Path(uuid): Path<Uuid>) -> Handled<Told> {
    answered(store.order(uuid).await).map(|Json(Answer { data })| Json(data))
}

const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

#[expect(clippy::disallowed_methods, reason = "the yardstick knows no request that has a clock")]
async fn users<S: Store>(State(store): State<Arc<S>>) -> Result<([(HeaderName, String); 1], Json<Export>), StatusCode> {
    let Json(Answer { data }) = answered(store.users().await)?;
    let (export, total) = Export::new(data, Utc::now(), new_uuid());
    Ok(([(TOTAL, total.to_string())], Json(export)))
}

#[derive(Deserialize)]
struct ByState {
    state: listing::State,
}

async fn audits<S: Store>(
    State(store): State<Arc<S>>,
    Query(ByState { state }): Query<ByState>,
    headers: HeaderMap,
) -> Handled<listing::Listing> {
    let Json(Answer { data: (audits, observations, findings) }) = answered(store.audits(state).await)?;
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    Ok(Json(listing::Listing::new(audits, observations, findings, (state, host))))
}

async fn summary<S: Store>(State(store): State<Arc<S>>, Json(call): Json<Call<None>>) -> Handled<Answer<Summed>> {
    let None {} = call.variables;
    answered(store.summary().await)
}

async fn make<S: Store>(State(store): State<Arc<S>>, Json(call): Json<Call<Make>>) -> Handled<Answer<Made>> {
    answered(store.make(&call.variables).await)
}

async fn points<S: Store>(State(store): State<Arc<S>>) -> Handled<Vec<Uuid>> {
    answered(store.points().await).map(|Json(Answer { data })| Json(data))
}

fn answered<T>(result: Result<T>) -> Handled<Answer<T>> {
    match result {
        Ok(data) => Ok(Json(Answer { data })),
        Err(error) => {
            eprintln!("{error:#}");
            Err(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// Connections that wait for work. sqlx's own pool would ping a connection after each use.
struct Pool<C> {
    idle: Mutex<Vec<C>>,
    places: Semaphore,
}

/// A connection in use.
struct Lent<'p, C> {
    connection: Option<C>,
    pool: &'p Pool<C>,
    _place: SemaphorePermit<'p>,
}

impl<C> Pool<C> {
    fn new(connections: Vec<C>) -> Self {
        Self { places: Semaphore::new(connections.len()), idle: Mutex::new(connections) }
    }

    async fn lend(&self) -> Result<Lent<'_, C>> {
        let place = self.places.acquire().await?;
        let connection = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Ok(Lent { connection, pool: self, _place: place })
    }
}

impl<C> Lent<'_, C> {
    fn get(&mut self) -> Result<&mut C> {
        self.connection.as_mut().ok_or_else(|| anyhow::anyhow!("a place without a connection"))
    }
}

impl<C> Drop for Lent<'_, C> {
    fn drop(&mut self) {
        self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).extend(self.connection.take());
    }
}
