//! What goes on: the trail as it grows, followed in the domain, in GraphQL, over WebSockets, events and the feed.

mod changes;
mod events;
mod feed;
pub mod served;
pub mod socket;
mod subscription;

use std::sync::Arc;

use audit_gateway::domain::cell::Kind;
use audit_gateway::domain::changes::Changes;
use audit_gateway::domain::cx::{Caller, Clock, Cx, Role, Surface};
use audit_gateway::domain::db::{Arg, Db, Errand, Outcome, Statement};
use audit_gateway::domain::error::{Error, Result};
use audit_gateway::domain::session::{Login, Opened, Sessions};
use audit_gateway::domain::trail::{self, Action, Entry, Origin};
use audit_gateway::graphql::{Begun, Live, Request, Service, Settings};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixture::{self, Org};

/// Sessions as the store has them; nobody signs in.
struct Stored;

impl Sessions for Stored {
    fn login<'a>(&'a self, _: &'a Cx, _: Login) -> BoxFuture<'a, Result<Opened>> {
        Box::pin(async { Err(Error::Unauthenticated("wrong username or password")) })
    }

    fn refresh<'a>(&'a self, _: &'a Cx, _: String) -> BoxFuture<'a, Result<Opened>> {
        Box::pin(async { Err(Error::Unauthenticated("wrong token")) })
    }

    fn verify<'a>(&'a self, cx: &'a Cx, caller: &'a Caller) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let errand = Errand { organization_id: Some(caller.organization_id), ..Errand::default() };
            audit_gateway::domain::identity::verify(&cx.db, &errand, caller, cx.now).await
        })
    }

    fn logout<'a>(&'a self, _: &'a Cx) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Err(Error::Unauthenticated("nobody has signed in")) })
    }

    fn password_hash(&self, _: String) -> BoxFuture<'_, Result<String>> {
        Box::pin(async { Ok("no hash".to_owned()) })
    }

    fn api_token(&self, key: uuid::Uuid) -> String {
        key.to_string()
    }
}

/// GraphQL as shipped.
pub fn service() -> Service {
    Service::new(Settings::default(), Arc::new(Stored)).expect("the schema")
}

pub fn listening(db: &Db) -> Changes {
    Changes::start(db.clone(), Clock::System)
}

/// One change of a record, as a command would leave it: an event of each sort, one transaction each.
async fn happen(db: &Db, org: Org, action: Action, (entity_type, uuid): (&'static str, Uuid)) -> i64 {
    happen_under(db, org, action, (entity_type, uuid, None)).await
}

async fn happen_under(
    db: &Db,
    org: Org,
    action: Action,
    (entity_type, uuid, parent): (&'static str, Uuid, Option<Uuid>),
) -> i64 {
    append(db, org, move |origin| {
        let mut entry = origin.entry(action, entity_type, uuid).after(r#"{"state":"IN_PROGRESS"}"#);
        entry.parent_uuid = parent;
        entry
    })
    .await
}

/// The same with a record of so many bytes.
async fn happen_at_length(db: &Db, org: Org, length: usize) -> i64 {
    let text = json!({ "text": "x".repeat(length) }).to_string();
    append(db, org, move |origin| {
        origin.entry(Action::Edit, "audit", fixture::uuid("audit", org.row(1))).after(text.clone())
    })
    .await
}

async fn append(db: &Db, org: Org, entry: impl Fn(&Origin) -> Entry + Send + Sync + 'static) -> i64 {
    let errand = Errand { organization_id: Some(org.id()), ..Errand::default() };
    let entry = Arc::new(entry);
    db.write(&errand, move |tx| {
        let entry = Arc::clone(&entry);
        Box::pin(async move {
            let origin = Origin {
                user_uuid: Some(org.caller(Role::Member).user_uuid),
                surface: Surface::Graphql,
                request_id: None,
                at: fixture::instant("2026-03-02T10:00:00Z"),
            };
            trail::append(tx, org.id(), vec![entry(&origin)]).await.map(Outcome::Changed)
        })
    })
    .await
    .expect("an event")
}

/// The last sequence of an organization's trail.
async fn head(db: &Db, org: Org) -> i64 {
    let sql = "SELECT last_sequence FROM trail_head WHERE organization_id = $1";
    let statement = Statement::new(sql, vec![Arg::long(org.id())], vec![Kind::Long]);
    let rows = db.fetch(&Errand::default(), statement).await.expect("a head");
    rows.cell(0, 0).as_int().unwrap_or(0)
}

/// Runs SQL as no command would.
async fn meddle(db: &Db, sql: &str) {
    fixture::execute(db, vec![Statement::new(sql, Vec::new(), Vec::new())]).await;
}

/// Begins a subscription, or gives the body that refuses it.
async fn subscribe(
    (service, changes): (&Service, &Changes),
    db: &Db,
    caller: &Caller,
    (query, variables): (&str, Value),
) -> std::result::Result<Live, Value> {
    let cx = Cx::new(db.clone(), Some(caller.clone()), Clock::System.now(), Surface::Graphql);
    let variables = variables.as_object().cloned().unwrap_or_default();
    let request = Request { query: query.to_owned(), variables, ..Request::default() };
    match service.begin(cx, changes, request).await {
        Begun::Live(live) => Ok(*live),
        Begun::Answered(answer) => Err(serde_json::from_slice(&answer.body).expect("JSON")),
    }
}

/// The next answer's data.
async fn next(live: &mut Live) -> Value {
    let told = tokio::time::timeout(std::time::Duration::from_secs(20), live.next());
    let told = told.await.expect("an answer in time").expect("an answer");
    let body: Value = serde_json::from_slice(&told.body).expect("JSON");
    assert_eq!(body["errors"], json!(null), "{body}");
    body["data"].clone()
}
