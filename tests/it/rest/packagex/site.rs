//! The dialect in its building, over a store of the fixture with keys of every sort.

use std::sync::Arc;

use audit_gateway::auth::{ApiKeys, Authority, Secret, Settings as AuthSettings, SigningKeys};
use audit_gateway::config::Config;
use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::cx::{Clock, Role};
use audit_gateway::domain::db::{Errand, Statement, Store};
use audit_gateway::http::{self, App, Door, Gateway, Parts, Settings};
use audit_gateway::rest::kit::Pace;
use audit_gateway::rest::packagex::{Packagex, ident};
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use chrono::{DateTime, Utc};
use http_body_util::BodyExt;
use serde_json::{Value as Json, json};
use tower::ServiceExt;

use crate::fixture::{Org, Row, clock, execute, uuid};
use crate::live::{listening, service};
use crate::store::TestStore;

/// The location of the first organization's fixture, and its audit there.
pub const LOCATION: i64 = 1005;
pub const AUDIT: i64 = 1003;

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

    /// The status, asserted, and the body, whose envelope is whole.
    pub fn is(&self, status: u16) -> Json {
        assert_eq!(self.status, status, "{}", self.text);
        let json = self.json();
        let keys: Vec<&str> = json.as_object().expect("an object").keys().map(String::as_str).collect();
        let wanted = ["status", "message", "data", "code", "errors", "pagination", "endpoint", "events"];
        let events = usize::from(json.get("events").is_some());
        assert_eq!(keys, wanted[..7 + events], "{}", self.text);
        assert_eq!(json["status"], status);
        if status < 300 {
            assert!(json["code"].is_null() && json["errors"] == json!([]), "{}", self.text);
        } else {
            assert!(json["data"] == json!({}) && json["pagination"].is_null() && events == 0, "{}", self.text);
        }
        json
    }

    /// The refusal: code, message and errors.
    pub fn refused(&self, status: u16) -> (String, String, Vec<String>) {
        let json = self.is(status);
        let text = |key: &str| json[key].as_str().expect("text").to_owned();
        let errors = json["errors"].as_array().expect("errors").iter();
        (text("code"), text("message"), errors.map(|error| error.as_str().expect("text").to_owned()).collect())
    }

    pub fn data(&self) -> Json {
        self.is(200)["data"].clone()
    }

    /// The numbers of a page.
    pub fn numbers(&self) -> Vec<String> {
        let data = self.data();
        let rows = data.as_array().expect("rows").iter();
        rows.map(|row| row["number"].as_str().expect("a number").to_owned()).collect()
    }

    pub fn total(&self) -> i64 {
        self.is(200)["pagination"]["total_count"].as_i64().expect("a number")
    }
}

/// The dialect and its store.
pub struct Site {
    pub store: TestStore,
    pub authority: Authority,
    pub now: DateTime<Utc>,
    gateway: Gateway,
}

pub fn id(prefix: &str, table: &str, row: i64) -> String {
    ident::write(prefix, uuid(table, row))
}

pub fn audit(row: i64) -> String {
    id(ident::AUDIT, "audit", row)
}

/// A key of the first organization, by what is special about it.
pub const KEY: i64 = 1011;
pub const READER: i64 = 1012;
pub const WRITER: i64 = 1013;
pub const OTHER_SCOPE: i64 = 1014;
pub const DATA: i64 = 1015;
pub const EXPIRED: i64 = 1016;
pub const REVOKED: i64 = 1017;
pub const NORDIC: i64 = 2011;

fn keys() -> Vec<Row> {
    let member = Org::Harbour.user(Role::Member);
    let key = |id: i64, more: Json| {
        let mut row = json!({ "id": id, "organization_id": id / 1_000, "user_id": member, "label": "px" });
        for (name, value) in more.as_object().expect("an object") {
            row[name] = value.clone();
        }
        Row::new("api_key", row)
    };
    vec![
        key(KEY, json!({})),
        key(READER, json!({ "scopes": ["packagex:read"] })),
        key(WRITER, json!({ "scopes": ["packagex:write"] })),
        key(OTHER_SCOPE, json!({ "scopes": ["audits:read"] })),
        key(DATA, json!({ "purpose": "DATA_API" })),
        key(EXPIRED, json!({ "expires_at": "2026-03-02T09:30:00Z" })),
        key(REVOKED, json!({ "revoked_at": "2026-03-01T00:00:00Z" })),
        key(NORDIC, json!({ "user_id": Org::Nordic.user(Role::Member) })),
    ]
}

impl Site {
    pub async fn new(kind: Store) -> Self {
        Self::paced(kind, None).await
    }

    /// With at most so many requests a minute.
    pub async fn paced(kind: Store, most: Option<u32>) -> Self {
        let store = TestStore::seeded(kind).await;
        let secret = [Secret::from_bytes(&[1; 32]).expect("a secret")];
        let (signing, api) = (SigningKeys::new(&secret).expect("keys"), ApiKeys::new(&secret).expect("keys"));
        let authority = Authority::new(AuthSettings::default(), signing, api);
        let now = clock().now();
        let gateway = gateway(&store, &authority, now, most);
        let site = Self { store, authority, now, gateway };
        site.insert(keys()).await;
        // The fixture's audit of the location has the number that would be the next.
        site.sql("UPDATE asset SET audit_counter = 1 WHERE id = 1005").await;
        site
    }

    pub async fn insert(&self, rows: Vec<Row>) {
        let kind = self.store.db.store();
        execute(&self.store.db, rows.iter().map(|row| row.statement(kind)).collect()).await;
    }

    /// Changes the store by the way.
    pub async fn sql(&self, sql: &str) {
        execute(&self.store.db, vec![Statement::new(sql, Vec::new(), Vec::new())]).await;
    }

    /// The whole numbers of the first row that a statement gives.
    pub async fn numbers<const N: usize>(&self, sql: &str) -> [i64; N] {
        let rows = self.store.db.fetch(&Errand::default(), Statement::new(sql, Vec::new(), vec![Kind::Long; N])).await;
        let rows = rows.expect(sql);
        std::array::from_fn(|column| rows.cell(0, column).as_int().unwrap_or(-1))
    }

    /// The texts of the first column that a statement gives.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let rows = self.store.db.fetch(&Errand::default(), Statement::new(sql, Vec::new(), vec![Kind::Text])).await;
        rows.expect(sql).iter().filter_map(|row| row.first().and_then(Cell::as_str).map(str::to_owned)).collect()
    }

    pub fn token(&self, key: i64) -> String {
        self.authority.api_key_token(uuid("api_key", key))
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

    pub async fn get(&self, path: &str) -> Reply {
        self.get_as(KEY, path).await
    }

    pub async fn get_as(&self, key: i64, path: &str) -> Reply {
        self.send("GET", path, &[("px-api-key", &self.token(key))], "").await
    }

    pub async fn post(&self, path: &str, body: &Json) -> Reply {
        self.post_as(KEY, path, body).await
    }

    pub async fn post_as(&self, key: i64, path: &str, body: &Json) -> Reply {
        let token = self.token(key);
        let headers = [("px-api-key", token.as_str()), ("content-type", "application/json")];
        self.send("POST", path, &headers, body.to_string()).await
    }

    /// Reads a path, and counts the statements that went to the store for it.
    pub async fn count(&self, path: &str) -> (Reply, u64) {
        let before = self.store.db.statement_count();
        let reply = self.get(path).await;
        (reply, self.store.db.statement_count() - before)
    }

    /// Puts audits of the location into the store: id, number, and further columns.
    pub async fn audits(&self, audits: Vec<(i64, &str, Json)>) {
        let row = |(id, number, more): (i64, &str, Json)| {
            let normal = number.to_ascii_lowercase();
            let mut row = json!({
                "id": id, "organization_id": id / 1_000, "number": number, "number_norm": normal,
                "number_tail": audit_gateway::domain::search::number::tail(&normal), "name": number,
                "asset_id": id / 1_000 * 1_000 + 5, "asset_kind": "LOCATION",
            });
            for (name, value) in more.as_object().expect("an object") {
                row[name] = value.clone();
            }
            Row::new("audit", row)
        };
        self.insert(audits.into_iter().map(row).collect()).await;
    }
}

fn gateway(store: &TestStore, authority: &Authority, now: DateTime<Utc>, most: Option<u32>) -> Gateway {
    let db = &store.db;
    let door: Door = Arc::new(|_, _| Box::pin(async { Ok(None) }));
    let parts = Parts {
        db: db.clone(),
        service: service(),
        dialects: vec![Arc::new(Packagex::new(Arc::new(authority.clone()), Pace::new(most)))],
        changes: listening(db),
        door,
        pending: Box::new(|| Box::pin(async { Ok(0) })),
    };
    let mut app = App::new(parts, Settings::from(&Config::default()));
    app.clock = Clock::Fixed(now);
    http::gateway(&Arc::new(app))
}
