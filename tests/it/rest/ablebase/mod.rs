//! The Ablebase dialect, beyond what golden cases say. The numbers are those of the contract's acceptance items.

mod access;
mod change;
mod create;
mod document;
mod future;
mod lists;
pub mod native;
mod sign_in;

use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::db::Store;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value as Json, json};

use super::{House, Seen};

/// The manufacturer, in SQL.
pub const HARBOUR: &str = "(SELECT id FROM organization WHERE slug = 'harbour-foods')";

/// A building, and the organization whose products are audited.
pub struct Office {
    /// The building.
    pub house: House,
    /// The organization's identifier.
    pub organization: String,
    /// An access token of a plain member.
    pub member: String,
    /// An access token of an administrator.
    pub admin: String,
}

impl Office {
    pub async fn open(kind: Store) -> Self {
        let house = House::demonstrated(kind).await;
        let organization = uuid(&house, "SELECT uuid FROM organization WHERE slug = 'harbour-foods'").await;
        let (member, admin) = (house.sign_in("mia.member").await, house.sign_in("adam.admin").await);
        Self { house, organization, member, admin }
    }

    /// The address of something of the organization.
    pub fn at(&self, rest: &str) -> String {
        format!("/v1/organizations/{}/{rest}", self.organization)
    }

    /// Sends a request with these headers.
    pub async fn send(&self, (method, path): (&str, &str), headers: &[(&str, &str)], body: impl Into<Body>) -> Seen {
        let mut request = Request::builder().method(method).uri(path).header("host", "gw.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.house.send(request.body(body.into()).expect("a request")).await
    }

    /// Sends JSON to something of the organization as the member; text that is empty is no body.
    pub async fn ask(&self, method: &str, rest: &str, body: &str) -> Seen {
        self.ask_as(&self.member, method, rest, body).await
    }

    /// The same as somebody.
    pub async fn ask_as(&self, token: &str, method: &str, rest: &str, body: &str) -> Seen {
        let token = format!("Bearer {token}");
        let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
        self.send((method, &self.at(rest)), &headers, body.to_owned()).await
    }

    /// Reads something of the organization as the member.
    pub async fn read(&self, rest: &str) -> Json {
        let seen = self.ask("GET", rest, "").await;
        assert_eq!(seen.status, 200, "{rest}: {}", seen.text());
        seen.json()
    }

    /// Makes a record by GraphQL as the administrator; gives what is selected of it.
    pub async fn make(&self, mutation: &str, input: &Json, selection: &str) -> Json {
        let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!(
            "mutation($input: {kind}!) {{ done: {mutation}(input: $input) {{ {selection} userErrors {{ message }} }} }}"
        );
        let body = json!({ "query": query, "variables": { "input": input } });
        let token = format!("Bearer {}", self.admin);
        let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
        let answer = self.send(("POST", "/graphql"), &headers, body.to_string()).await.json();
        assert_eq!((answer.get("errors"), &answer["data"]["done"]["userErrors"]), (None, &json!([])), "{answer}");
        answer["data"]["done"].clone()
    }

    /// Makes a product; gives its global id.
    pub async fn product(&self, slug: &str) -> String {
        let input = json!({ "name": slug, "slug": slug, "kind": "PRODUCT" });
        let made = self.make("createAsset", &input, "asset { id }").await;
        made["asset"]["id"].as_str().expect("an id").to_owned()
    }

    /// Begins an audit of a product.
    pub async fn begin(&self, slug: &str, body: &Json) -> Json {
        let seen = self.ask("POST", &format!("products/{slug}/audits"), &body.to_string()).await;
        assert_eq!(seen.status, 201, "{slug} {body}: {}", seen.text());
        seen.json()["audit"].clone()
    }

    /// Changes an audit.
    pub async fn amend(&self, audit: &str, body: &Json) -> Json {
        let seen = self.ask("PATCH", audit, &body.to_string()).await;
        assert_eq!(seen.status, 200, "{audit} {body}: {}", seen.text());
        seen.json()["audit"].clone()
    }

    /// How many events the trail has.
    pub async fn events(&self) -> i64 {
        self.number("SELECT COUNT(*) FROM change_event").await
    }

    /// The number that a statement gives.
    pub async fn number(&self, sql: &str) -> i64 {
        self.house.ask(Kind::Long, sql).await.first().and_then(Cell::as_int).expect("a number")
    }
}

/// A refusal of a member of the body.
pub fn invalid(seen: &Seen, message: &str) {
    assert_eq!(error(seen), (400, "VALIDATION_ERROR".to_owned(), message.to_owned()));
}

/// The identifier that a statement gives, as text.
pub async fn uuid(house: &House, sql: &str) -> String {
    let found = house.ask(Kind::Uuid, sql).await;
    found.first().and_then(Cell::as_uuid).expect("an identifier").to_string()
}

/// The names of an object's members, in order.
pub fn keys(object: &Json) -> Vec<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// The error of an answer, which has nothing else.
pub fn error(seen: &Seen) -> (u16, String, String) {
    let body = seen.json();
    assert_eq!((keys(&body), keys(&body["error"])), (vec!["error"], vec!["code", "message"]), "{body}");
    let text = |key: &str| body["error"][key].as_str().expect("a text").to_owned();
    (seen.status, text("code"), text("message"))
}
