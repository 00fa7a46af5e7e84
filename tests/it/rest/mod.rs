//! The documented interfaces as their clients meet them: the whole building over the demonstration, at a fixed time.

mod ablebase;
mod action_audit;
mod auditcomply;
mod folio;
mod golden;
mod items;
mod packagex;
mod schema;
pub mod surfaces;

use std::sync::Arc;

use audit_gateway::auth::{self, ApiKeys, Authority, Presented, Secret, SignedTokens, SigningKeys};
use audit_gateway::config::Config;
use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::cx::{Clock, Cx, Surface};
use audit_gateway::domain::db::{Db, Errand, Statement, Store};
use audit_gateway::domain::identity::ApiKeyPurpose;
use audit_gateway::graphql::{Service, Settings};
use audit_gateway::http::{self, App, Gateway, Parts};
use audit_gateway::rest::ablebase::Ablebase;
use audit_gateway::rest::action_audit::ActionAudit;
use audit_gateway::rest::auditcomply::{Auditcomply, Lives};
use audit_gateway::rest::folio::{Folio, Masks};
use audit_gateway::rest::kit::{Dialect, Pace};
use audit_gateway::rest::packagex::Packagex;
use audit_gateway::seed::demonstration;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use http_body_util::BodyExt;
use serde_json::Value as Json;
use tower::ServiceExt;
use uuid::Uuid;

use crate::fixture::{self, clock};
use crate::live::listening;
use crate::store::TestStore;

/// A password of everybody in the demonstration: hashing many would take long.
pub const PASSWORD: &str = "demo-password";
/// What answers name as their documentation.
pub const DOCS: &str = "https://docs.example.org/data-api";

/// The origin of a page that may use cookies beside our own.
pub const TRUSTED: &str = "https://app.example.org";

/// What snapshots do not show through the FOLIO interface.
pub const REDACTED: &str = "organization:/edi/ediFtp/password";

/// A building over the demonstration.
pub struct House {
    /// Its store.
    pub store: TestStore,
    /// Who lets people in.
    pub authority: Authority,
    /// A key of the whole export, of a person of the manufacturer.
    pub data_key: Uuid,
    gateway: Gateway,
}

/// What came back.
#[derive(Debug)]
pub struct Seen {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Seen {
    /// The values of a header, one a line; none where it is absent.
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self.headers.get_all(name).iter().map(|value| value.to_str().expect("text")).collect();
        if values.is_empty() { None } else { Some(values.join("\n")) }
    }

    /// The body as JSON, its members in the order sent.
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).expect("text")
    }
}

impl House {
    /// With the demonstration's two organizations.
    pub async fn demonstrated(kind: Store) -> Self {
        Self::set_up(kind, |_| {}).await
    }

    /// The same, run as an operator decides.
    pub async fn set_up(kind: Store, change: impl FnOnce(&mut http::Settings)) -> Self {
        let store = TestStore::demonstrated(kind).await;
        let authority = authority();
        let gateway = gateway(&store, &authority, (clock(), change), &Config::default());
        let export = "SELECT uuid FROM api_key WHERE purpose = 'DATA_API' AND label = 'Reporting'";
        let statement = Statement::new(export, Vec::new(), vec![Kind::Uuid]);
        let rows = store.db.fetch(&Errand::default(), statement).await.expect("the keys");
        let data_key = rows.cell(0, 0).as_uuid().expect("the export key");
        Self { store, authority, data_key, gateway }
    }

    /// The same store at another time.
    pub fn at(&mut self, now: DateTime<Utc>) {
        self.gateway = gateway(&self.store, &self.authority, (Clock::Fixed(now), |_: &mut _| {}), &Config::default());
    }

    /// The same store, run as an operator decides.
    pub fn run_as(&mut self, change: impl FnOnce(&mut http::Settings)) {
        self.gateway = gateway(&self.store, &self.authority, (clock(), change), &Config::default());
    }

    /// The same store, as configured.
    pub fn configured(&mut self, config: &Config) {
        self.gateway = gateway(&self.store, &self.authority, (clock(), |_: &mut _| {}), config);
    }

    /// Sends a request.
    pub async fn send(&self, request: Request<Body>) -> Seen {
        let response = self.gateway.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        Seen { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Reads a path with a token.
    pub async fn get(&self, path: &str, token: &str) -> Seen {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    /// The token of the export key.
    pub fn key(&self) -> String {
        self.authority.api_key_token(self.data_key)
    }

    /// Signs somebody in; gives the access token.
    pub async fn sign_in(&self, name: &str) -> String {
        let cx = Cx::new(self.store.db.clone(), None, clock().now(), Surface::Graphql);
        let login = auth::Login { name, password: PASSWORD, address: None, organization: None };
        self.authority.login(&cx, login).await.expect("a sign-in").access_token
    }

    /// The first cells of the rows of a statement that gives text or identifiers.
    pub async fn ask(&self, kind: Kind, sql: &str) -> Vec<Cell> {
        let statement = Statement::new(sql, Vec::new(), vec![kind]);
        let rows = self.store.db.fetch(&Errand::default(), statement).await.expect(sql);
        rows.iter().map(|row| row[0].clone()).collect()
    }

    /// Runs SQL as no command would.
    pub async fn meddle(&self, sql: &str) {
        fixture::execute(&self.store.db, vec![Statement::new(sql, Vec::new(), Vec::new())]).await;
    }

    /// Sends a request, and counts the statements that went to the store for it.
    pub async fn count(&self, path: &str, token: &str) -> (Seen, u64) {
        let before = self.store.db.statement_count();
        let seen = self.get(path, token).await;
        (seen, self.store.db.statement_count() - before)
    }
}

/// Loads the demonstration into a store with tables.
pub async fn demonstrate(db: &Db) {
    let hash = authority().hash_password(PASSWORD).await.expect("a hash");
    let loaded = demonstration::load(db, clock().now(), async |_: &str| Ok(hash.clone())).await;
    loaded.expect("the demonstration").expect("an empty store");
}

fn authority() -> Authority {
    let secret = |byte: u8| [Secret::from_bytes(&[byte; 32]).expect("a secret")];
    let signing = SigningKeys::new(&secret(1)).expect("keys");
    Authority::new(auth::Settings::default(), signing, ApiKeys::new(&secret(2)).expect("keys"))
}

fn gateway(
    store: &TestStore,
    authority: &Authority,
    (clock, change): (Clock, impl FnOnce(&mut http::Settings)),
    config: &Config,
) -> Gateway {
    let db = store.db.clone();
    let service = Service::new(Settings::default(), Arc::new(authority.clone())).expect("the schema");
    let pending = Box::new(|| -> BoxFuture<'static, _> { Box::pin(async { Ok(0) }) });
    let (trusted, pace) = (vec![TRUSTED.to_owned()], Pace::new(config.ablebase_rate_limit));
    let hour = TimeDelta::hours(1);
    let auditcomply = Auditcomply {
        tokens: Arc::new(SignedTokens::new(authority.clone(), &Secret::from_bytes(&[3; 32]).expect("a secret"))),
        sessions: Arc::new(authority.clone()),
        lives: Lives { token: hour, refresh: hour },
        separator: config.auditcomply_breadcrumb_separator.0.clone(),
    };
    let dialects: Vec<Arc<dyn Dialect>> = vec![
        Arc::new(ActionAudit::new(Arc::new(authority.clone()), DOCS)),
        Arc::new(auditcomply),
        Arc::new(Packagex::new(Arc::new(authority.clone()), Pace::new(config.packagex_rate_limit))),
        Arc::new(Ablebase::new(Arc::new(authority.clone()), config.ablebase_cookie_name.clone(), trusted, pace)),
        Arc::new(Folio::new(Arc::new(authority.clone()), Masks::of(&[REDACTED.to_owned()]).expect("masks"))),
    ];
    let door = {
        let authority = authority.clone();
        Arc::new(move |cx, http::Credentials { proof, organization }: http::Credentials| {
            let authority = authority.clone();
            Box::pin(async move {
                let purposes = &[ApiKeyPurpose::General];
                let presented = Presented { credentials: &proof, organization: organization.as_deref(), purposes };
                authority.admit(&cx, presented).await
            }) as BoxFuture<'static, _>
        })
    };
    let parts = Parts { changes: listening(&db), db, service, dialects, door, pending };
    let mut settings = http::Settings::from(config);
    change(&mut settings);
    let mut app = App::new(parts, settings);
    app.clock = clock;
    http::gateway(&Arc::new(app))
}
