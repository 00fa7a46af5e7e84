//! The reports of the GraphQL surface: audits to come, summaries and the search, on both stores.

mod future_audit;
mod search;
mod summary;

use std::sync::Arc;

use audit_gateway::domain::cx::{Caller, Cx, Role, Surface};
use audit_gateway::domain::db::Store;
use audit_gateway::domain::error::{Error, Result};
use audit_gateway::domain::session::{Login, Opened, Sessions};
use audit_gateway::graphql::{Answer, Request, Service, Settings};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use crate::fixture::{self, Org, Row};
use crate::store::TestStore;

/// Sessions that always hold.
struct Held;

impl Sessions for Held {
    fn login<'a>(&'a self, _: &'a Cx, _: Login) -> BoxFuture<'a, Result<Opened>> {
        Box::pin(async { Err(Error::Internal) })
    }

    fn refresh<'a>(&'a self, _: &'a Cx, _: String) -> BoxFuture<'a, Result<Opened>> {
        Box::pin(async { Err(Error::Internal) })
    }

    fn verify<'a>(&'a self, _: &'a Cx, _: &'a Caller) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn password_hash(&self, _: String) -> BoxFuture<'_, Result<String>> {
        Box::pin(async { Ok("no hash".to_owned()) })
    }

    fn api_token(&self, key: uuid::Uuid) -> String {
        key.to_string()
    }

    fn logout<'a>(&'a self, _: &'a Cx) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }
}

/// A store with two organizations and nothing in them, and the service in front of it.
struct House {
    store: TestStore,
    service: Service,
    now: DateTime<Utc>,
}

impl House {
    async fn empty(kind: Store) -> Self {
        let house = Self::over(TestStore::migrated(kind).await);
        let mut rows = Vec::new();
        for org in [Org::Harbour, Org::Nordic] {
            let months = if org == Org::Harbour { json!(12) } else { Value::Null };
            let slug = format!("organization-{}", org.id());
            rows.push((
                "organization",
                json!({
                    "id": org.id(), "slug": slug, "name": slug, "default_audit_frequency_months": months
                }),
            ));
            for role in [Role::Owner, Role::Member] {
                let id = org.user(role);
                rows.push(("user", json!({ "id": id, "username": format!("user-{id}") })));
                rows.push(("membership", json!({ "id": id, "organization_id": org.id(), "user_id": id })));
            }
        }
        house.add(rows).await;
        house
    }

    async fn seeded(kind: Store) -> Self {
        Self::over(TestStore::seeded(kind).await)
    }

    fn over(store: TestStore) -> Self {
        let service = Service::new(Settings { compiled: false, ..Settings::default() }, Arc::new(Held));
        Self { store, service: service.expect("a schema"), now: fixture::clock().now() }
    }

    /// Puts rows in; those without an organization that need one are of the first.
    async fn add(&self, rows: Vec<(&'static str, Value)>) {
        let rows = rows.into_iter().map(|(table, mut row)| {
            if crate::entity::table(table).column("organization_id").is_some() && row.get("organization_id").is_none() {
                row["organization_id"] = Org::Harbour.id().into();
            }
            if table == "asset" && row.get("path").is_none() {
                row["path"] = fixture::path(&[row["id"].as_i64().expect("an id")]).into();
            }
            if table == "audit" && row.get("number_norm").is_none() {
                row["number_norm"] = row["number"].as_str().expect("a number").to_ascii_lowercase().into();
            }
            Row::new(table, row)
        });
        fixture::insert_rows(&self.store.db, rows.collect()).await;
    }

    async fn answer(&self, org: Org, query: &str, variables: Value) -> (Answer, u64) {
        let cx = Cx::new(self.store.db.clone(), Some(org.caller(Role::Member)), self.now, Surface::Graphql);
        let variables = variables.as_object().cloned().unwrap_or_default();
        let request = Request { query: query.to_owned(), variables, ..Request::default() };
        let answer = self.service.execute(cx.clone(), request).await;
        (answer, cx.statement_count())
    }

    /// What a member of the first organization gets.
    async fn ask(&self, query: &str) -> Value {
        self.ask_as(Org::Harbour, query).await
    }

    async fn ask_as(&self, org: Org, query: &str) -> Value {
        let (answer, _) = self.answer(org, query, Value::Null).await;
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert!(body.get("errors").is_none(), "{query}: {body}");
        body["data"].clone()
    }

    /// The code and the message of the refusal of a query.
    async fn refusal(&self, query: &str) -> (String, String) {
        let (answer, _) = self.answer(Org::Harbour, query, Value::Null).await;
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        let error = &body["errors"][0];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&error["extensions"]["code"]), text(&error["message"]))
    }

    /// Statements that a query sends.
    async fn statements(&self, query: &str) -> u64 {
        self.answer(Org::Harbour, query, Value::Null).await.1
    }
}
