//! The same policy by every way in: POST, an array, events, a WebSocket, GET; with tokens and keys as the program makes
//! them and as its own door reads them.

use std::fmt::Write as _;
use std::net::SocketAddr;

use audit_gateway::auth::{self, ApiKeys, Authority, Secret, SigningKeys};
use audit_gateway::cli;
use audit_gateway::domain::cell::Kind;
use audit_gateway::domain::command::{Act, acts};
use audit_gateway::domain::cx::Role;
use audit_gateway::domain::db::{Errand, Statement, Store};
use audit_gateway::graphql::{Service, Settings};
use audit_gateway::seed::demonstration;
use serde_json::{Value as Json, json};

use super::document;
use super::policy::least_role;
use super::refused::{EVENTS, input};
use crate::fixture::clock;
use crate::live::served::{Answer, Serving, serve_by};
use crate::live::socket::Client;
use crate::store::{TestStore, on_both_stores};

/// Which commands somebody may carry out.
type Allows<'a> = &'a dyn Fn(&Act) -> bool;

on_both_stores!(
    every_way_in_refuses_whom_the_policy_refuses,
    every_way_in_but_get_lets_in_whom_the_policy_lets_in,
    the_role_is_that_of_the_active_organization,
);

const PASSWORD: &str = "a password of some length";

/// The demonstration behind the program's own door.
struct Gate {
    store: TestStore,
    serving: Serving,
    /// A key for the data export.
    data_key: String,
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Post,
    Array,
    Events,
    Get,
}

impl Gate {
    async fn open(kind: Store) -> Self {
        let store = TestStore::migrated(kind).await;
        let secret = |byte: u8| [Secret::from_bytes(&[byte; 32]).expect("a secret")];
        let (signing, keys) = (SigningKeys::new(&secret(1)), ApiKeys::new(&secret(2)));
        let authority = Authority::new(auth::Settings::default(), signing.expect("a secret"), keys.expect("a secret"));
        let hash = authority.hash_password(PASSWORD).await.expect("a hash");
        let hash = async |_: &str| Ok(hash.clone());
        let loaded = demonstration::load(&store.db, clock().now(), hash).await.expect("the demonstration");
        let data_key = authority.api_key_token(loaded.expect("an empty store").data_api_key);
        let service = Service::new(Settings::default(), std::sync::Arc::new(authority.clone())).expect("the schema");
        let parts = (service, cli::door(authority), clock());
        let serving = serve_by(&store.db, parts, |settings| settings.batching = true).await;
        Self { store, serving, data_key }
    }

    fn address(&self) -> SocketAddr {
        self.serving.0
    }

    async fn send(&self, way: Way, headers: &[(&str, &str)], document: &str, variables: Json) -> Json {
        let request = json!({ "query": document, "variables": variables });
        let (method, path, accept, body) = match way {
            Way::Post => ("POST", "/graphql".to_owned(), "application/json", request.to_string()),
            Way::Array => ("POST", "/graphql".to_owned(), "application/json", json!([request]).to_string()),
            Way::Events => ("POST", "/graphql".to_owned(), "text/event-stream", request.to_string()),
            Way::Get => {
                let (query, variables) = (percent(document), percent(&variables.to_string()));
                ("GET", format!("/graphql?query={query}&variables={variables}"), "application/json", String::new())
            }
        };
        let headers = [headers, &[("content-type", "application/json"), ("accept", accept)]].concat();
        let mut answer = Answer::of(self.address(), method, &path, &headers, &body).await;
        let text = answer.text().await;
        // An array's answer is one, an event's data is the answer, and a refusal is an answer in any case.
        let data = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap_or(&text);
        let told: Json = serde_json::from_str(data).unwrap_or_else(|_| panic!("{way:?}: {text}"));
        told.as_array().and_then(|answers| answers.first()).cloned().unwrap_or(told)
    }

    async fn by(&self, way: Way, token: Option<&str>, act: &str, input: Json) -> Json {
        let authorization = token.map(|token| format!("Bearer {token}"));
        let headers: Vec<(&str, &str)> = authorization.iter().map(|text| ("authorization", text.as_str())).collect();
        self.send(way, &headers, &document(act, ""), json!({ "input": input })).await
    }

    async fn sign_in(&self, username: &str) -> String {
        let document = "mutation($input: LoginInput!) { login(input: $input) { accessToken } }";
        let variables = json!({ "input": { "username": username, "password": PASSWORD } });
        let body = self.send(Way::Post, &[], document, variables).await;
        body["data"]["login"]["accessToken"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
    }

    async fn new_key(&self, token: &str, scopes: &[&str]) -> String {
        let authorization = format!("Bearer {token}");
        let input = json!({ "label": "a key", "scopes": scopes });
        let document = document("createApiKey", "token");
        let variables = json!({ "input": input });
        let body = self.send(Way::Post, &[("authorization", &authorization)], &document, variables).await;
        body["data"]["done"]["token"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
    }

    async fn number(&self, sql: &str) -> i64 {
        let statement = Statement::new(sql, Vec::new(), vec![Kind::Long]);
        let rows = self.store.db.fetch(&Errand::default(), statement).await.expect("a row");
        rows.cell(0, 0).as_int().expect("a number")
    }
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a string grows");
        }
        encoded
    })
}

fn code(body: &Json) -> &str {
    body["errors"][0]["extensions"]["code"].as_str().unwrap_or("")
}

/// What a WebSocket says to one mutation.
async fn by_socket(client: &mut Client, act: &str, input: Json) -> Json {
    let payload = json!({ "query": document(act, ""), "variables": { "input": input } });
    client.say(json!({ "type": "subscribe", "id": act, "payload": payload })).await;
    let told = client.hear().await.expect("a message");
    match told["type"].as_str() {
        Some("error") => json!({ "errors": told["payload"] }),
        _ => {
            assert_eq!(client.hear().await.expect("a message")["type"], "complete");
            told["payload"].clone()
        }
    }
}

async fn every_way_in_refuses_whom_the_policy_refuses(kind: Store) {
    let gate = Gate::open(kind).await;
    let (member, admin) = (gate.sign_in("mia.member").await, gate.sign_in("adam.admin").await);
    let owner = gate.sign_in("olivia.owner").await;
    let limited = gate.new_key(&admin, &["packagex:write"]).await;
    let before = gate.number(EVENTS).await;
    let above_member = |act: &Act| least_role(act) > Role::Member;
    let everything = |_: &Act| true;
    let whom: [(Option<&str>, Allows<'_>, &str); 4] = [
        (Some(&member), &above_member, "FORBIDDEN"),
        (Some(&limited), &everything, "FORBIDDEN"),
        (Some(&gate.data_key), &everything, "UNAUTHENTICATED"),
        (None, &everything, "UNAUTHENTICATED"),
    ];
    let mut tried = 0;
    for (token, is_refused, expected) in whom {
        for way in [Way::Post, Way::Array, Way::Events] {
            for act in acts().iter().filter(|act| is_refused(act)) {
                let body = gate.by(way, token, act.name, Json::Object(input(act))).await;
                assert_eq!(code(&body), expected, "{} by {way:?}: {body}", act.name);
                tried += 1;
            }
        }
    }
    for (token, is_refused) in [(&member, &above_member as &dyn Fn(&Act) -> bool), (&limited, &everything)] {
        let mut client = Client::known(gate.address(), token).await;
        for act in acts().iter().filter(|act| is_refused(act)) {
            let body = by_socket(&mut client, act.name, Json::Object(input(act))).await;
            assert_eq!(code(&body), "FORBIDDEN", "{} by a WebSocket: {body}", act.name);
            tried += 1;
        }
    }
    let mut client = Client::new(gate.address()).await;
    let hello = json!({ "authorization": format!("Bearer {}", gate.data_key) });
    client.say(json!({ "type": "connection_init", "payload": hello })).await;
    assert_eq!(client.hear().await.expect_err("closed").0, 4403);
    // By GET not even the owner changes anything.
    for act in acts() {
        let body = gate.by(Way::Get, Some(&owner), act.name, Json::Object(input(act))).await;
        assert_eq!(code(&body), "METHOD_NOT_ALLOWED", "{}: {body}", act.name);
        tried += 1;
    }
    assert!(tried > 1_000, "{tried}");
    assert_eq!(gate.number(EVENTS).await, before, "a refusal changes nothing");
}

async fn every_way_in_but_get_lets_in_whom_the_policy_lets_in(kind: Store) {
    let gate = Gate::open(kind).await;
    let member = gate.sign_in("mia.member").await;
    let (whole, writing) = (gate.new_key(&member, &[]).await, gate.new_key(&member, &["graphql:write"]).await);
    let made = "SELECT CAST(count(*) AS BIGINT) FROM item WHERE name = 'By every way'";
    let mut expected = 0;
    for token in [&member, &whole, &writing] {
        let mut client = Client::known(gate.address(), token).await;
        let item = || json!({ "name": "By every way" });
        for way in [Way::Post, Way::Array, Way::Events] {
            let body = gate.by(way, Some(token), "createItem", item()).await;
            assert_eq!(body["data"]["done"]["userErrors"], json!([]), "{way:?}: {body}");
        }
        let body = by_socket(&mut client, "createItem", item()).await;
        assert_eq!(body["data"]["done"]["userErrors"], json!([]), "{body}");
        expected += 4;
        assert_eq!(gate.number(made).await, expected);
    }
}

/// Whoever owns one organization and works in another owns nothing in the other.
async fn the_role_is_that_of_the_active_organization(kind: Store) {
    let gate = Gate::open(kind).await;
    let member = gate.sign_in("mia.member").await;
    let own = json!({ "slug": "mias-own", "name": "Mia's own" });
    let body = gate.by(Way::Post, Some(&member), "createOrganization", own).await;
    assert_eq!(body["data"]["done"]["userErrors"], json!([]), "{body}");
    let authorization = format!("Bearer {member}");
    let key = format!("Bearer {}", gate.new_key(&member, &[]).await);
    let mut outcomes = Vec::new();
    for (proof, organization) in [
        (&authorization, "mias-own"),
        (&authorization, "harbour-foods"),
        (&authorization, "northwind-library"),
        (&key, "mias-own"),
        (&key, "harbour-foods"),
    ] {
        let headers = [("authorization", proof.as_str()), ("x-organization", organization)];
        let input = json!({ "label": format!("Of {organization}") });
        let document = document("createCategory", "");
        let body = gate.send(Way::Post, &headers, &document, json!({ "input": input })).await;
        outcomes.push(code(&body).to_owned());
    }
    // A key belongs to the organization it was made in.
    assert_eq!(outcomes, ["", "FORBIDDEN", "NOT_FOUND", "NOT_FOUND", "FORBIDDEN"]);
}
