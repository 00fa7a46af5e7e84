//! What the documented interfaces ask for before they answer: access for the one who asks, and people for their list.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::ORGANIZATION;
use super::client::{Connection, request};
use super::store::{OWNER, PASSWORD, USERNAME};
use super::workload::sign_in;

/// How many people there are at least: more than a page of 100.
const PEOPLE: u64 = 112;

/// What the interfaces know the asker by.
pub struct Access {
    /// The token of the Action Audit Data API, derived from a key.
    pub export: String,
    /// The token of AuditComply.
    pub jwt: String,
}

struct Asker {
    connection: Connection,
    token: String,
}

impl Asker {
    async fn new(gateway: SocketAddr, username: &str) -> Result<Self> {
        let token = sign_in(gateway, username, ORGANIZATION).await?;
        Ok(Self { connection: Connection::open(gateway).await?, token })
    }

    /// Asks, and gives what stands at a place of the answer.
    async fn ask(&mut self, query: &str, variables: Value, place: &str) -> Result<Value> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let answer = self.connection.ask(&request("POST", "/graphql", Some(&self.token), &body)).await?;
        let answer: Value = serde_json::from_slice(answer)?;
        let found = answer.pointer(place).filter(|found| !found.is_null());
        found.cloned().with_context(|| format!("{query} was answered with {answer}"))
    }
}

/// Sees to it that there are people enough and that the asker has access.
pub async fn prepare(gateway: SocketAddr) -> Result<Access> {
    let mut owner = Asker::new(gateway, OWNER).await?;
    let there = owner.ask("{ users(first: 1) { totalCount } }", json!({}), "/data/users/totalCount").await?;
    for number in there.as_u64().context("totalCount")?..PEOPLE {
        let username = format!("{ORGANIZATION}-reader-{number:03}");
        let input = json!({
            "firstName": "Rita", "lastName": format!("Reader {number}"), "email": format!("{username}@made-up.example"),
            "mobile": format!("+48 600 000 {number:03}"), "position": "Line reader", "username": username,
        });
        let query = "mutation Create($input: CreateUserInput!) { createUser(input: $input) { user { id } userErrors { message } } }";
        owner.ask(query, json!({ "input": input }), "/data/createUser/user/id").await?;
    }
    let mut asker = Asker::new(gateway, USERNAME).await?;
    let key = match export_key(&mut asker).await? {
        Some(key) => key,
        None => {
            let person = asker.ask("{ viewer { user { id } } }", json!({}), "/data/viewer/user/id").await?;
            let query = "mutation Grant($input: GrantApiAccessInput!) { \
                grantApiAccess(input: $input) { membership { id } userErrors { message } } }";
            let input = json!({ "input": { "userId": person } });
            owner.ask(query, input, "/data/grantApiAccess/membership/id").await?;
            export_key(&mut asker).await?.context("access was granted, and no key was made")?
        }
    };
    let query =
        "mutation Show($input: ShowApiTokenInput!) { showApiToken(input: $input) { token userErrors { message } } }";
    let export = asker.ask(query, json!({ "input": { "id": key } }), "/data/showApiToken/token").await?;
    let body = json!({ "username": USERNAME, "password": PASSWORD }).to_string();
    let jwt = asker.connection.ask(&request("POST", "/api-token-auth/", None, &body)).await?;
    let jwt: Value = serde_json::from_slice(jwt)?;
    let (Some(export), Some(jwt)) = (export.as_str(), jwt.get("token").and_then(Value::as_str)) else {
        bail!("no token was given");
    };
    Ok(Access { export: export.to_owned(), jwt: jwt.to_owned() })
}

/// The asker's own key for the export, where there is one.
async fn export_key(asker: &mut Asker) -> Result<Option<Value>> {
    let query = "{ apiKeys(first: 10, filter: {purpose: {eq: DATA_API}, revokedAt: {isNull: true}}) { nodes { id } } }";
    let keys = asker.ask(query, json!({}), "/data/apiKeys/nodes").await?;
    Ok(keys.get(0).and_then(|key| key.get("id")).cloned())
}
