//! The FOLIO dialect, against its contract: a test's name begins with the numbers of the acceptance items it shows.

mod access;
mod document;
mod history;
mod intake;
mod memory;
pub mod native;
mod parameters;
mod shape;

use std::io::Write;

use audit_gateway::domain::acquisition::Kind as Type;
use audit_gateway::domain::cx::Clock;
use audit_gateway::domain::db::Store;
use audit_gateway::import::{Mode, folio};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value as Json, json};

use super::{House, Seen};
use crate::store::on_both_stores;

/// The library's slug.
pub const LIBRARY: &str = "northwind-library";
/// The manufacturer's.
pub const HARBOUR: &str = "harbour-foods";
/// Who does things elsewhere.
pub const ACTOR: &str = "2a6e4f10-8c7d-4b53-9a1f-d0e5c6b7a812";

on_both_stores!(a_list_costs_two_statements_whatever_its_length);

/// The library, with somebody who reads there.
pub struct Library {
    pub house: House,
    pub token: String,
}

impl Library {
    /// Opens it.
    pub async fn open(kind: Store) -> Self {
        let house = House::demonstrated(kind).await;
        let token = house.sign_in("liam.member").await;
        Self { house, token }
    }

    /// Imports a text into an organization.
    pub async fn import(&self, slug: &str, text: &str) -> folio::Report {
        self.import_as(slug, text, None, folio::OnError::Continue).await
    }

    /// The same, as somebody at the command line decides.
    pub async fn import_as(
        &self,
        slug: &str,
        text: &str,
        kind: Option<Type>,
        on_error: folio::OnError,
    ) -> folio::Report {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        let organization = slug.to_owned();
        let options = folio::Options { organization, kind, on_error, mode: Mode::Write, clock: Clock::System };
        folio::run(&self.house.store.db, &folio::Input::File(file.path().to_owned()), &options).await.expect("a report")
    }

    /// Imports events into the library, all of which must be new.
    pub async fn take(&self, events: &[Json]) {
        let text: String = events.iter().map(|event| format!("{event}\n")).collect();
        let report = self.import(LIBRARY, &text).await;
        assert_eq!((report.inserted, &report.errors[..]), (events.len() as u64, &[][..]));
    }

    /// Reads below the base with these headers.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Seen {
        let mut request = Request::builder().method(method).uri(format!("/audit-data/acquisition{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.house.send(request.body(Body::empty()).expect("a request")).await
    }

    /// Reads as the library's member.
    pub async fn get(&self, path: &str) -> Seen {
        self.send("GET", path, &[("x-okapi-tenant", LIBRARY), ("x-okapi-token", &self.token)]).await
    }

    /// A collection.
    pub async fn list(&self, path: &str) -> Json {
        let seen = self.get(path).await;
        assert_eq!(seen.status, 200, "{path}: {}", seen.text());
        seen.json()
    }

    /// The identifiers of the events of a collection.
    pub async fn ids(&self, path: &str) -> Vec<String> {
        let list = self.list(path).await;
        let events = list.as_object().and_then(|list| list.values().next()).and_then(Json::as_array).expect("events");
        events.iter().map(|event| event["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// Runs a GraphQL document.
    pub async fn ask(&self, token: &str, document: &str) -> Json {
        let body = json!({ "query": document }).to_string();
        let request = Request::post("/graphql").header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {token}")).body(Body::from(body));
        self.house.send(request.expect("a request")).await.json()
    }
}

/// A number as a UUID of version 4.
pub fn id(number: usize) -> String {
    format!("{number:08x}-0a1b-4c2d-8e3f-405162738495")
}

/// The keys of the entity's and the parent's identifier and of the snapshot of a type.
pub const KEYS: [(&str, &str, Option<&str>, &str); 6] = [
    ("order", "orderId", None, "orderSnapshot"),
    ("order-line", "orderLineId", Some("orderId"), "orderLineSnapshot"),
    ("piece", "pieceId", None, "pieceSnapshot"),
    ("invoice", "invoiceId", None, "invoiceSnapshot"),
    ("invoice-line", "invoiceLineId", Some("invoiceId"), "invoiceLineSnapshot"),
    ("organization", "organizationId", None, "organizationSnapshot"),
];

/// The key of a type's collection.
pub fn collection(word: &str) -> &'static str {
    Type::of(word).expect("a type").collection_key()
}

/// An event of a type, as it comes in.
pub fn event(word: &str, number: usize, entity: usize, more: Json) -> Json {
    let (_, key, parent, _) = KEYS.into_iter().find(|(known, ..)| *known == word).expect("a type");
    let minute = number % 60;
    let mut event = json!({
        "id": id(number), "action": "Edit", key: id(entity), "userId": ACTOR,
        "eventDate": format!("2024-05-06T07:{minute:02}:10.250Z"),
        "actionDate": format!("2024-05-06T07:{minute:02}:09.125Z"),
    });
    let object = event.as_object_mut().expect("an object");
    if let Some(parent) = parent {
        object.insert(parent.to_owned(), id(entity + 0x1000).into());
    }
    object.extend(more.as_object().expect("an object").clone());
    event
}

async fn a_list_costs_two_statements_whatever_its_length(kind: Store) {
    let library = Library::open(kind).await;
    let events: Vec<Json> = (1..=60).map(|number| event("piece", number, 9, json!({ "pieceSnapshot": {} }))).collect();
    library.take(&events).await;
    for path in ["/piece/{id}", "/piece/{id}/status-change-history", "/organization/{id}"] {
        for query in ["", "?limit=1", "?limit=0", "?limit=60&offset=59"] {
            let path = format!("{}{query}", path.replace("{id}", &id(9)));
            let before = library.house.store.db.statement_count();
            library.list(&path).await;
            let after = library.house.store.db.statement_count();
            // Of an offset behind the end, one more says how many there are.
            let behind = query.contains("offset") && !path.starts_with(&format!("/piece/{}?", id(9)));
            assert_eq!(after - before, 2 + u64::from(behind), "{path}");
        }
    }
}
