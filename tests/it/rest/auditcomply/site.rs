//! The dialect in its building, over a store of the fixture.

use std::sync::Arc;

use audit_gateway::auth::{ApiKeys, Authority, Secret, Settings as AuthSettings, SignedTokens, SigningKeys};
use audit_gateway::config::Config;
use audit_gateway::domain::cx::{Clock, Cx, Role, Surface};
use audit_gateway::domain::db::{Statement, Store};
use audit_gateway::domain::session::{Claims, UserTokens};
use audit_gateway::http::{self, App, Door, Gateway, Parts, Settings};
use audit_gateway::rest::auditcomply::{Auditcomply, Lives};
use audit_gateway::rest::kit::{Call, Dialect, Query};
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::BodyExt;
use serde_json::Value as Json;
use tower::ServiceExt;

use crate::fixture::{Org, clock, execute};
use crate::live::{listening, service};
use crate::store::TestStore;

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    /// The status, asserted, and the body.
    pub fn is(&self, status: u16) -> Json {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Json::Null } else { self.json() }
    }

    /// The rows of a page.
    pub fn rows(&self) -> Vec<Json> {
        self.is(200)["results"].as_array().expect("rows").clone()
    }

    /// The ids on a page.
    pub fn ids(&self, key: &str) -> Vec<i64> {
        self.rows().iter().map(|row| row[key].as_i64().expect("an id")).collect()
    }
}

/// The dialect, its tokens and its store.
pub struct Site {
    pub store: TestStore,
    pub tokens: Arc<SignedTokens>,
    pub authority: Authority,
    pub now: DateTime<Utc>,
    gateway: Gateway,
}

/// A secret of a test.
pub fn secret(byte: u8) -> Secret {
    Secret::from_bytes(&[byte; 32]).expect("a secret")
}

/// Keys that nobody else has.
pub fn authority() -> Authority {
    let keys = [secret(1)];
    Authority::new(AuthSettings::default(), SigningKeys::new(&keys).expect("keys"), ApiKeys::new(&keys).expect("keys"))
}

fn dialect((authority, tokens): (&Authority, &Arc<SignedTokens>), separator: &str) -> Auditcomply {
    let config = Config::default();
    let lives = Lives {
        token: TimeDelta::from_std(config.auditcomply_token_life).expect("a life"),
        refresh: TimeDelta::from_std(config.auditcomply_refresh_limit).expect("a life"),
    };
    Auditcomply {
        tokens: Arc::clone(tokens) as Arc<dyn UserTokens>,
        sessions: Arc::new(authority.clone()),
        lives,
        separator: separator.to_owned(),
    }
}

fn gateway(store: &TestStore, dialect: Auditcomply, now: DateTime<Utc>) -> Gateway {
    let db = &store.db;
    let door: Door = Arc::new(|_, _| Box::pin(async { Ok(None) }));
    let parts = Parts {
        db: db.clone(),
        service: service(),
        dialects: vec![Arc::new(dialect)],
        changes: listening(db),
        door,
        pending: Box::new(|| Box::pin(async { Ok(0) })),
    };
    let mut app = App::new(parts, Settings::from(&Config::default()));
    app.clock = Clock::Fixed(now);
    http::gateway(&Arc::new(app))
}

impl Site {
    pub async fn new(kind: Store) -> Self {
        let store = TestStore::seeded(kind).await;
        // The fixture gives access to members only.
        let all = "UPDATE membership SET api_access = TRUE WHERE user_id IN (1001, 1002, 1003, 2001, 2003)";
        execute(&store.db, vec![Statement::new(all, Vec::new(), Vec::new())]).await;
        let authority = authority();
        let tokens = Arc::new(SignedTokens::new(authority.clone(), &secret(2)));
        let now = clock().now();
        let separator = Config::default().auditcomply_breadcrumb_separator.0;
        let gateway = gateway(&store, dialect((&authority, &tokens), &separator), now);
        Self { store, tokens, authority, now, gateway }
    }

    /// The same store at another time.
    pub fn at(&mut self, now: DateTime<Utc>) {
        self.now = now;
        self.gateway = gateway(&self.store, dialect((&self.authority, &self.tokens), " > "), now);
    }

    /// The same store with another separator.
    pub fn separated(&mut self, separator: &str) {
        self.gateway = gateway(&self.store, dialect((&self.authority, &self.tokens), separator), self.now);
    }

    /// Changes the store by the way.
    pub async fn sql(&self, sql: &str) {
        execute(&self.store.db, vec![Statement::new(sql, Vec::new(), Vec::new())]).await;
    }

    /// A token of the member of an organization with a role.
    pub fn token(&self, org: Org, role: Role) -> String {
        let username = match (org, role) {
            (Org::Harbour, Role::Owner) => "amara.osei",
            (Org::Harbour, Role::Admin) => "Bjarne",
            (Org::Harbour, Role::Member) => "chen.wei",
            (Org::Nordic, Role::Owner) => "erik",
            (Org::Nordic, Role::Admin) => "fatima",
            (Org::Nordic, Role::Member) => "goran",
        };
        self.token_of(org.user(role), username)
    }

    /// A token of a person.
    pub fn token_of(&self, user_id: i64, username: &str) -> String {
        let now = self.now.timestamp();
        let claims =
            Claims { user_id, username: username.to_owned(), exp: now + 600, email: None, orig_iat: Some(now) };
        self.tokens.sign(&claims).expect("a token")
    }

    /// Sends a request with these headers.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header("host", "gw.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).expect("a request");
        let response = self.gateway.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        Reply { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    /// Statements that reading an address as the member of the first organization takes.
    pub async fn counted(&self, target: &str) -> u64 {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let cx = Cx::new(self.store.db.clone(), None, self.now, Surface::Auditcomply);
        let statements = Arc::clone(&cx.statements);
        let mut headers = HeaderMap::new();
        let token = format!("JWT {}", self.token(Org::Harbour, Role::Member));
        headers.insert("authorization", token.parse().expect("a header"));
        let call = Call {
            cx,
            method: axum::http::Method::GET,
            path: path.to_owned(),
            query_text: query.to_owned(),
            query: Query::parse(query),
            headers,
            body: axum::body::Bytes::new(),
            base_url: "http://gw.example".to_owned(),
        };
        let dialect = dialect((&self.authority, &self.tokens), " > ");
        assert_eq!(dialect.answer(call).await.status, 200, "{target}");
        statements.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Reads as the member of the first organization.
    pub async fn get(&self, path: &str) -> Reply {
        self.get_as(Org::Harbour, Role::Member, path).await
    }

    /// Reads as somebody.
    pub async fn get_as(&self, org: Org, role: Role, path: &str) -> Reply {
        let token = format!("JWT {}", self.token(org, role));
        self.send("GET", path, &[("authorization", &token)], "").await
    }

    /// Sends JSON as the administrator of the first organization.
    pub async fn post(&self, path: &str, body: &Json) -> Reply {
        self.post_as(Role::Admin, path, body).await
    }

    /// Sends JSON as somebody of the first organization.
    pub async fn post_as(&self, role: Role, path: &str, body: &Json) -> Reply {
        self.send_as(role, ("POST", path), "application/json", &body.to_string()).await
    }

    /// Sends a body of a type as somebody of the first organization.
    pub async fn send_as(&self, role: Role, (method, path): (&str, &str), media_type: &str, body: &str) -> Reply {
        let token = format!("JWT {}", self.token(Org::Harbour, role));
        self.send(method, path, &[("authorization", &token), ("content-type", media_type)], body.to_owned()).await
    }
}

/// Asks GraphQL as the member of the first organization.
pub async fn graphql(site: &Site, query: &str) -> Json {
    let caller = Org::Harbour.caller(Role::Member);
    crate::graphql::ask(&crate::graphql::service(), &site.store.db, &caller, query, Json::Null).await.json()
}
