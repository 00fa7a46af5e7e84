//! The building without its rooms: who the caller is and how long it takes to find out is played by the door.

mod gateway;
mod pages;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use futures_util::future::BoxFuture;
use tempfile::TempDir;
use tower::ServiceExt;

use super::{App, Credentials, Door, Gateway, Parts, Settings};
use crate::auth;
use crate::config::Config;
use crate::domain::changes::Changes;
use crate::domain::cx::{Caller, Clock, Cx};
use crate::domain::db::{self, Db};
use crate::domain::error::{Error, Result};
use crate::domain::session::{Login, Opened, Sessions};
use crate::graphql::Service;

/// A building and its store, which goes with it.
struct House {
    app: Arc<App>,
    _folder: TempDir,
}

/// What an answer consists of.
#[derive(Debug)]
struct Seen {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn code(&self) -> String {
        let body: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        assert!(body["errors"][0]["message"].is_string());
        body["errors"][0]["extensions"]["code"].as_str().unwrap().to_owned()
    }
}

/// What the door does is said by the token: `wait-<ms>`, `panic`, `busy`; all others are refused.
fn door() -> Door {
    Arc::new(|_, Credentials { proof, .. }| {
        Box::pin(async move {
            let auth::Credentials::Bearer(token) = proof else { panic!("nobody is at the door") };
            match token.split_once('-') {
                Some(("wait", millis)) => {
                    tokio::time::sleep(Duration::from_millis(millis.parse().unwrap())).await;
                    Ok(None)
                }
                _ if token == "panic" => panic!("the door fell off its hinges"),
                _ if token == "busy" => Err(Error::RateLimited { retry_after_seconds: 7 }),
                _ => Err(Error::Unauthenticated("the credentials are not valid")),
            }
        })
    })
}

/// Nobody signs in here.
struct Closed;

impl Sessions for Closed {
    fn login<'a>(&'a self, _: &'a Cx, _: Login) -> BoxFuture<'a, Result<Opened>> {
        Box::pin(async { Err(Error::Forbidden("closed")) })
    }

    fn refresh<'a>(&'a self, _: &'a Cx, _: String) -> BoxFuture<'a, Result<Opened>> {
        Box::pin(async { Err(Error::Forbidden("closed")) })
    }

    fn verify<'a>(&'a self, _: &'a Cx, _: &'a Caller) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Err(Error::Forbidden("closed")) })
    }

    fn password_hash(&self, _: String) -> BoxFuture<'_, Result<String>> {
        Box::pin(async { Ok("no hash".to_owned()) })
    }

    fn api_token(&self, key: uuid::Uuid) -> String {
        key.to_string()
    }

    fn logout<'a>(&'a self, _: &'a Cx) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Err(Error::Forbidden("closed")) })
    }
}

async fn house(change: impl FnOnce(&mut Settings)) -> House {
    house_with(change, |_| {}).await
}

async fn house_with(change: impl FnOnce(&mut Settings), furnish: impl FnOnce(&mut App)) -> House {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("store.sqlite").display());
    let db = Db::connect(&db::Settings::at(url)).await.unwrap();
    let service = Service::new(crate::graphql::Settings::default(), Arc::new(Closed)).unwrap();
    let changes = Changes::start(db.clone(), Clock::System);
    let parts = Parts {
        db,
        service,
        dialects: Vec::new(),
        changes,
        door: door(),
        pending: Box::new(|| Box::pin(async { Ok(0) })),
    };
    let mut settings = Settings::from(&Config::default());
    change(&mut settings);
    let mut app = App::new(parts, settings);
    furnish(&mut app);
    House { app: Arc::new(app), _folder: folder }
}

impl House {
    fn gateway(&self) -> Gateway {
        super::gateway(&self.app)
    }

    async fn ask(&self, request: Request<Body>) -> Seen {
        let (head, body) = self.gateway().oneshot(request).await.unwrap().into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Seen { status: head.status, headers: head.headers, body }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Seen {
        self.ask(request("GET", path, headers, Body::empty())).await
    }

    async fn post(&self, headers: &[(&str, &str)], body: impl Into<Body>) -> Seen {
        self.ask(request("POST", "/graphql", headers, body.into())).await
    }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: Body) -> Request<Body> {
    let builder = Request::builder().method(method).uri(path);
    headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value)).body(body).unwrap()
}

const JSON: (&str, &str) = ("content-type", "application/json");
const QUERY: &str = r#"{"query":"{__typename}"}"#;
