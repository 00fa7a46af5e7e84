//! Commands, through GraphQL as a client sends them, and what they leave in the store.

mod day;
mod many;
mod nouns;
mod past;
mod policy;
mod refused;
mod ways;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use audit_gateway::auth::{Admission, Credentials};
use audit_gateway::domain::cell::Kind;
use audit_gateway::domain::cx::{Caller, Cx, Proof, Role, Surface};
use audit_gateway::domain::db::{Arg, Db, Errand, Statement, Store};
use audit_gateway::domain::trail;
use audit_gateway::graphql::{Request, Service, Settings};
use audit_gateway::http;
use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};

use crate::fixture::clock;
use crate::graphql::{demonstrate, service, sessions};
use crate::live::served::{Answer, Serving, serve_by};
use crate::store::TestStore;

/// A store with the demonstration in it, and people who work there.
pub struct House {
    pub store: TestStore,
    /// The door that commands go through.
    pub db: Db,
    pub service: Arc<Service>,
    people: BTreeMap<&'static str, Caller>,
    serving: Option<Serving>,
}

const PEOPLE: &[(&str, &str)] = &[
    ("olivia.owner", "harbour-foods"),
    ("adam.admin", "harbour-foods"),
    ("marta.manager", "harbour-foods"),
    ("alex.auditor", "harbour-foods"),
    ("mia.member", "harbour-foods"),
    ("nora.owner", "northwind-library"),
];

async fn caller(db: &Db, username: &str, slug: &str) -> Caller {
    let sql = "SELECT u.id, u.uuid, m.organization_id, m.role FROM membership m JOIN \"user\" u ON u.id = m.user_id JOIN \
               organization o ON o.id = m.organization_id WHERE u.username = $1 AND o.slug = $2";
    let kinds = vec![Kind::Long, Kind::Uuid, Kind::Long, Kind::Text];
    let statement = Statement::new(sql, vec![Arg::text(username), Arg::text(slug)], kinds);
    let rows = db.fetch(&Errand::default(), statement).await.expect("the person");
    Caller {
        user_id: rows.cell(0, 0).as_int().expect("a user"),
        user_uuid: rows.cell(0, 1).as_uuid().expect("a user"),
        organization_id: rows.cell(0, 2).as_int().expect("an organization"),
        role: rows.cell(0, 3).as_str().and_then(Role::of).expect("a role"),
        proof: Proof::Operator,
    }
}

impl House {
    pub async fn open(kind: Store) -> Self {
        let store = TestStore::migrated(kind).await;
        demonstrate(&store.db).await;
        let mut people = BTreeMap::new();
        for (username, slug) in PEOPLE {
            people.insert(*username, caller(&store.db, username, slug).await);
        }
        Self { db: store.db.clone(), store, service: service(), people, serving: None }
    }

    /// From now on commands go through `db`, and over HTTP: everybody's token is their username.
    pub async fn serve(&mut self, db: Db, change: impl FnOnce(&mut http::Settings)) -> SocketAddr {
        let people = self.people.clone();
        let door: http::Door = Arc::new(move |_, http::Credentials { proof, .. }| {
            let caller = match proof {
                Credentials::Bearer(token) => people.get(token.as_str()).cloned(),
                Credentials::None => None,
            };
            Box::pin(async move { Ok(caller.map(|caller| Admission { caller, expires_at: None })) })
        });
        let service = Service::new(Settings::default(), sessions()).expect("the schema");
        let serving = serve_by(&db, (service, door, clock()), change).await;
        let address = serving.0;
        (self.db, self.serving) = (db, Some(serving));
        address
    }

    /// Sends a document over HTTP.
    pub async fn post(&self, username: &str, query: &str, variables: Json) -> Answer {
        let (address, ..) = self.serving.as_ref().expect("a house that is served");
        let authorization = format!("Bearer {username}");
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        let body = json!({ "query": query, "variables": variables }).to_string();
        Answer::of(*address, "POST", "/graphql", &headers, &body).await
    }

    /// The trail is what was recorded, and every record is what its last event says.
    pub async fn assert_told(&self) {
        for caller in self.people.values() {
            let organization = caller.organization_id;
            let report = trail::verify(&self.db, organization, &Default::default()).await.expect("a report");
            assert_eq!(report.finding, None);
            let compared = trail::compare(&self.db, organization).await.expect("a comparison");
            assert_eq!(compared.differences, []);
        }
    }

    pub fn person(&self, username: &str) -> &Caller {
        &self.people[username]
    }

    /// The whole answer to a document.
    pub async fn ask(&self, username: &str, query: &str, variables: Json) -> Json {
        let body = match &self.serving {
            Some(_) => self.post(username, query, variables).await.json().await,
            None => self.run(Some(self.person(username).clone()), query, variables).await,
        };
        assert!(!body.to_string().contains("\"INTERNAL\""), "{query} {body}");
        body
    }

    /// The whole answer to a document that comes in at an instant, and the number of statements it took.
    pub async fn ask_at(&self, now: DateTime<Utc>, username: &str, query: &str, variables: Json) -> (Json, u64) {
        let cx = Cx::new(self.db.clone(), Some(self.person(username).clone()), now, Surface::Graphql);
        let variables = variables.as_object().cloned().unwrap_or_default();
        let request = Request { query: query.to_owned(), variables, ..Request::default() };
        let answer = self.service.execute(cx.clone(), request).await;
        let body: Json = serde_json::from_slice(&answer.body).expect("JSON");
        assert!(!body.to_string().contains("\"INTERNAL\""), "{query} {body}");
        (body, cx.statement_count())
    }

    /// The answer to somebody who has come in.
    pub async fn run(&self, caller: Option<Caller>, query: &str, variables: Json) -> Json {
        let cx = Cx::new(self.db.clone(), caller, clock().now(), Surface::Graphql);
        let variables = variables.as_object().cloned().unwrap_or_default();
        let request = Request { query: query.to_owned(), variables, ..Request::default() };
        serde_json::from_slice(&self.service.execute(cx, request).await.body).expect("JSON")
    }

    /// What a query gives.
    pub async fn read(&self, username: &str, query: &str, variables: Json) -> Json {
        let body = self.ask(username, query, variables).await;
        assert_eq!(body["errors"], Json::Null, "{query} {body}");
        body["data"].clone()
    }

    /// The whole answer to a mutation.
    pub async fn send(&self, username: &str, name: &str, input: Json, gives: &str) -> Json {
        self.ask(username, &document(name, gives), json!({ "input": input })).await
    }

    /// The same for a mutation that comes in at an instant.
    pub async fn send_at(&self, now: DateTime<Utc>, username: &str, (name, input, gives): (&str, Json, &str)) -> Json {
        self.ask_at(now, username, &document(name, gives), json!({ "input": input })).await.0
    }

    /// The payload of a mutation that is carried out.
    pub async fn make(&self, username: &str, name: &str, input: Json, gives: &str) -> Json {
        let body = self.send(username, name, input, gives).await;
        assert_eq!(body["errors"], Json::Null, "{name} {body}");
        assert_eq!(body["data"]["done"]["userErrors"], json!([]), "{name}");
        body["data"]["done"].clone()
    }

    /// Sends a mutation that its sender can mend, and gives the codes of what is wrong.
    pub async fn mend(&self, username: &str, name: &str, input: Json) -> Vec<String> {
        let body = self.send(username, name, input, "").await;
        assert_eq!(body["errors"], Json::Null, "{name} {body}");
        let errors = body["data"]["done"]["userErrors"].as_array().expect("a list").clone();
        assert!(!errors.is_empty(), "{name} was carried out");
        errors.iter().map(|error| error["code"].as_str().expect("a code").to_owned()).collect()
    }

    /// The code of the error that a mutation is refused with as a whole.
    pub async fn refused(&self, username: &str, name: &str, input: Json) -> String {
        let body = self.send(username, name, input, "").await;
        body["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{name}: {body}")).to_owned()
    }

    /// A whole number that a statement gives.
    pub async fn number(&self, sql: &str) -> i64 {
        let statement = Statement::new(sql, Vec::new(), vec![Kind::Long]);
        self.db.fetch(&Errand::default(), statement).await.expect("a row").cell(0, 0).as_int().expect("a number")
    }
}

/// The document of a mutation, to be sent with its input.
pub fn document(name: &str, gives: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().expect("a name").to_ascii_uppercase();
    format!(
        "mutation($input: {first}{}Input!) {{ done: {name}(input: $input) {{ {gives} userErrors {{ field code message }} \
         }} }}",
        letters.as_str()
    )
}
