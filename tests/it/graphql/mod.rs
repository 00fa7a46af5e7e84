//! GraphQL as its clients meet it, without HTTP around it.

mod asset;
mod compiled;
mod federation;
mod limits;
mod schema;
mod statements;
mod tenants;

use std::sync::Arc;

use audit_gateway::domain::cell::Kind;
use audit_gateway::domain::cx::{Caller, Cx, Proof, Role, Surface};
use audit_gateway::domain::db::{Arg, Db, Errand, Statement};
use audit_gateway::domain::error::{Error, Result};
use audit_gateway::domain::session::{Login, Opened, Sessions};
use audit_gateway::graphql::{Answer, Request, Service, Settings};
use audit_gateway::seed::demonstration;
use futures_util::future::BoxFuture;
use serde_json::Value as Json;

use crate::fixture::clock;

/// Sessions that always hold: signing in has tests of its own.
struct Holding;

impl Sessions for Holding {
    fn login<'a>(&'a self, _: &'a Cx, _: Login) -> BoxFuture<'a, Result<Opened>> {
        Box::pin(async { Err(Error::Unauthenticated("wrong username or password")) })
    }

    fn refresh<'a>(&'a self, _: &'a Cx, _: String) -> BoxFuture<'a, Result<Opened>> {
        Box::pin(async { Err(Error::Unauthenticated("wrong token")) })
    }

    fn verify<'a>(&'a self, _: &'a Cx, _: &'a Caller) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn password_hash(&self, password: String) -> BoxFuture<'_, Result<String>> {
        Box::pin(async move { Ok(format!("no hash of {} bytes", password.len())) })
    }

    fn api_token(&self, key: uuid::Uuid) -> String {
        key.to_string()
    }

    fn logout<'a>(&'a self, _: &'a Cx) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }
}

/// Sessions that always hold.
pub fn sessions() -> Arc<dyn Sessions> {
    Arc::new(Holding)
}

/// GraphQL with everything switched on.
pub fn service() -> Arc<Service> {
    service_with(Settings::default())
}

/// GraphQL as an operator sets it.
pub fn service_with(settings: Settings) -> Arc<Service> {
    Arc::new(Service::new(settings, sessions()).expect("the schema"))
}

/// The demonstration's rows, put into a migrated store.
pub async fn demonstrate(db: &Db) {
    let hash = async |_: &str| Ok(String::from("no hash"));
    demonstration::load(db, clock().now(), hash).await.expect("the demonstration").expect("an empty store");
}

/// The owner of an organization, as the operator would act for them.
pub async fn owner(db: &Db, slug: &str) -> Caller {
    let sql = "SELECT m.user_id, m.organization_id, u.uuid FROM membership m JOIN \"user\" u ON u.id = m.user_id \
               JOIN organization o ON o.id = m.organization_id WHERE o.slug = $1 AND m.role = 'OWNER'";
    let statement = Statement::new(sql, vec![Arg::text(slug)], vec![Kind::Long, Kind::Long, Kind::Uuid]);
    let rows = db.fetch(&Errand::default(), statement).await.expect("the owner");
    Caller {
        user_id: rows.cell(0, 0).as_int().expect("a user"),
        user_uuid: rows.cell(0, 2).as_uuid().expect("a user"),
        organization_id: rows.cell(0, 1).as_int().expect("an organization"),
        role: Role::Owner,
        proof: Proof::Operator,
    }
}

/// What one request gave, and what it cost.
pub struct Told {
    /// The answer.
    pub answer: Answer,
    /// Statements sent to the store.
    pub statements: u64,
}

impl Told {
    /// The body.
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.answer.body).expect("JSON")
    }

    /// The data of an answer without errors.
    pub fn data(&self) -> Json {
        let json = self.json();
        assert_eq!(json["errors"], Json::Null, "{json}");
        json["data"].clone()
    }
}

/// Asks as `caller`.
pub async fn ask(service: &Service, db: &Db, caller: &Caller, query: &str, variables: Json) -> Told {
    let variables = variables.as_object().cloned().unwrap_or_default();
    send(service, db, caller, Request { query: query.to_owned(), variables, ..Request::default() }).await
}

/// Asks, and wants to know the cost.
pub async fn ask_for_cost(service: &Service, db: &Db, caller: &Caller, query: &str) -> Told {
    send(service, db, caller, Request { query: query.to_owned(), cost: true, ..Request::default() }).await
}

async fn send(service: &Service, db: &Db, caller: &Caller, request: Request) -> Told {
    let cx = Cx::new(db.clone(), Some(caller.clone()), clock().now(), Surface::Graphql);
    let answer = service.execute(cx.clone(), request).await;
    Told { answer, statements: cx.statement_count() }
}
