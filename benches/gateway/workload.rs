//! What is asked: the same question of the gateway, in GraphQL, and of the yardstick, which reads only its variables.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::access::Access;
use super::client::{Connection, find, reading_request, request, tenant_request};
use super::driver::{Call, Sameness};
use super::store::{EVENTS, ORDER, PASSWORD};
use super::{CONNECTIONS, ORGANIZATION};

const NESTED: &str = "query Nested($first: Int!) { \
    audits(first: $first, orderBy: [{field: CREATED_AT, direction: DESC}]) { \
    nodes { id number name state priority createdAt \
    asset { id name kind parent { id name } } \
    auditor { id name } \
    issues(first: 10, orderBy: [{field: LEGACY_ID}]) { nodes { id title status severity assignee { id name } } } } \
    pageInfo { hasNextPage } } }";

const POINT: &str = "query Point($uuid: UUID!) { \
    audit(uuid: $uuid) { id number name state priority createdAt updatedAt version } }";

const SUMMARY: &str = "query Summary { \
    auditSummary(groupBy: [STATE], orderBy: KEY) { total overdue groups { key count overdue } } }";

/// One kind of question with its requests.
pub struct Workload {
    /// Its name.
    pub name: &'static str,
    /// As the gateway is asked.
    pub gateway: Arc<[Call]>,
    /// As the yardstick is asked.
    pub yardstick: Arc<[Call]>,
    /// Bytes of an answer.
    pub bytes: usize,
}

/// The questions, each answered by both and found equal.
pub async fn compared(
    gateway: SocketAddr,
    yardstick: SocketAddr,
    token: &str,
    access: &Access,
) -> Result<Vec<Workload>> {
    let mut sides = Sides {
        gateway: Connection::open(gateway).await?,
        yardstick: Connection::open(yardstick).await?,
        token: token.to_owned(),
    };
    let points = sides.yardstick.ask(&request("GET", "/points", None, "")).await?;
    let points: Vec<String> = serde_json::from_slice(points)?;
    if points.len() < CONNECTIONS {
        bail!("the store holds no audits to look up");
    }
    let first = |first: u32| vec![json!({ "first": first })];
    Ok(vec![
        sides.workload("nested_50", "/nested", NESTED, first(50)).await?,
        sides.workload("nested_200", "/nested", NESTED, first(200)).await?,
        sides.workload("point", "/point", POINT, points.iter().map(|uuid| json!({ "uuid": uuid })).collect()).await?,
        sides.order().await?,
        sides.users(&access.export).await?,
        sides.audits("auditcomply_25", "CLOSED", &access.jwt).await?,
        sides.audits("auditcomply_25_few", "INREVIEW", &access.jwt).await?,
        // An audit may become overdue meanwhile.
        sides.workload("summary", "/summary", SUMMARY, vec![json!({})]).await?.changing(),
    ])
}

impl Workload {
    /// The answers may change a little between the comparison and the load.
    fn changing(mut self) -> Self {
        for call in [&mut self.gateway, &mut self.yardstick].into_iter().filter_map(Arc::get_mut).flatten() {
            call.sameness = Sameness::Length;
        }
        self
    }
}

/// The request that looks one audit up: what the first answer after a start is measured with.
pub fn first_request(token: &str) -> Vec<u8> {
    let body = json!({ "query": POINT, "variables": { "uuid": "00000000-0000-4000-8000-000000000000" } });
    request("POST", "/graphql", Some(token), &body.to_string())
}

struct Sides {
    gateway: Connection,
    yardstick: Connection,
    token: String,
}

impl Sides {
    /// All events of an order, as the pane of FOLIO's user interface asks for them.
    async fn order(&mut self) -> Result<Workload> {
        let path = format!("/audit-data/acquisition/order/{ORDER}?sortBy=event_date&sortOrder=desc");
        let ask = tenant_request(&path, ORGANIZATION, &self.token);
        let expected = ("/totalItems", json!(EVENTS));
        self.documented("order_500", ask, &format!("/order/{ORDER}"), expected, None).await
    }

    /// The first 100 people, as the Action Audit Data API exports them.
    async fn users(&mut self, token: &str) -> Result<Workload> {
        let ask = reading_request("/xapi/v1/users.json?limit=100", &format!("Bearer {token}"));
        // Before it stand the instant and the id of the request.
        let begin = Some(r#","sort_by":"#);
        self.documented("users_100", ask, "/users", ("/response/count", json!(100)), begin).await
    }

    /// The first 25 audits of a state, as AuditComply lists them.
    async fn audits(&mut self, name: &'static str, state: &str, token: &str) -> Result<Workload> {
        let path = format!("/audits/?page_size=25&state={state}");
        let ask = reading_request(&path, &format!("JWT {token}"));
        // The next page is said to be where the client found this one.
        let next = format!("http://127.0.0.1/audits/?page=2&page_size=25&state={state}");
        self.documented(name, ask, &path, ("/next", json!(next)), None).await
    }

    /// A request of a documented interface, and a path of the yardstick: equal from `begin` on.
    async fn documented(
        &mut self,
        name: &'static str,
        ask: Vec<u8>,
        path: &str,
        (place, expected): (&str, Value),
        begin: Option<&str>,
    ) -> Result<Workload> {
        let answer = self.gateway.ask(&ask).await?.to_vec();
        if parsed(name, &answer)?.pointer(place) != Some(&expected) {
            bail!("{name}: not {expected} at {place}");
        }
        let theirs = request("GET", path, None, "");
        let their_answer = self.yardstick.ask(&theirs).await?.to_vec();
        let sameness = match begin {
            None => {
                same(name, &answer, &their_answer).context("the gateway and the yardstick give different answers")?;
                Sameness::Whole
            }
            Some(begin) => {
                let start =
                    |answer: &[u8]| find(answer, begin.as_bytes()).with_context(|| format!("{name}: no {begin}"));
                let (from, their_from) = (start(&answer)?, start(&their_answer)?);
                if from != their_from || answer.get(from..) != their_answer.get(from..) {
                    same(name, &answer, &their_answer)
                        .context("the gateway and the yardstick give different answers")?;
                }
                Sameness::From(from)
            }
        };
        let bytes = answer.len();
        let call = |request, answer| Arc::from([Call { request, answer, sameness }]);
        Ok(Workload { name, gateway: call(ask, answer), yardstick: call(theirs, their_answer), bytes })
    }

    async fn workload(
        &mut self,
        name: &'static str,
        path: &str,
        query: &str,
        variables: Vec<Value>,
    ) -> Result<Workload> {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for variables in variables {
            let body = json!({ "query": query, "variables": variables }).to_string();
            let ask = request("POST", "/graphql", Some(&self.token), &body);
            // The second time a document comes, other code may answer it than the first time.
            let first = self.gateway.ask(&ask).await?.to_vec();
            let answer = self.gateway.ask(&ask).await?.to_vec();
            given(name, &first)?;
            same(name, &first, &answer).context("asked twice, the gateway gives different answers")?;
            ours.push(Call { request: ask, answer, sameness: Sameness::Whole });
            let ask = request("POST", path, Some(&self.token), &body);
            let answer = self.yardstick.ask(&ask).await?.to_vec();
            theirs.push(Call { request: ask, answer, sameness: Sameness::Whole });
        }
        for (ours, theirs) in ours.iter().zip(&theirs) {
            same(name, &ours.answer, &theirs.answer).context("the gateway and the yardstick give different answers")?;
        }
        let bytes = ours.iter().map(|call| call.answer.len()).sum::<usize>() / ours.len().max(1);
        Ok(Workload { name, gateway: ours.into(), yardstick: theirs.into(), bytes })
    }
}

fn parsed(name: &str, bytes: &[u8]) -> Result<Value> {
    serde_json::from_slice(bytes).with_context(|| format!("{name}: no JSON: {}", String::from_utf8_lossy(bytes)))
}

/// Refuses an answer of GraphQL that gives nothing.
fn given(name: &str, answer: &[u8]) -> Result<()> {
    let answer = parsed(name, answer)?;
    if let Some(errors) = answer.get("errors") {
        bail!("{name} was refused: {errors}");
    }
    if answer.pointer("/data").and_then(Value::as_object).is_none_or(|data| data.values().any(Value::is_null)) {
        bail!("{name} is answered with nothing: {answer}");
    }
    Ok(())
}

/// Refuses two answers that differ, and says where they do.
fn same(name: &str, left: &[u8], right: &[u8]) -> Result<()> {
    let (left_value, right_value) = (parsed(name, left)?, parsed(name, right)?);
    if left == right {
        return Ok(());
    }
    match difference(&mut String::new(), &left_value, &right_value) {
        Some(difference) => bail!("{name}: {difference}"),
        None => bail!("{name}: equal in content, but not byte for byte"),
    }
}

/// The first place where two values differ.
fn difference(path: &mut String, left: &Value, right: &Value) -> Option<String> {
    let length = path.len();
    match (left, right) {
        (Value::Object(left), Value::Object(right)) if left.keys().eq(right.keys()) => {
            left.iter().zip(right.values()).find_map(|((key, left), right)| {
                path.truncate(length);
                path.push('/');
                path.push_str(key);
                difference(path, left, right)
            })
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            left.iter().zip(right).enumerate().find_map(|(index, (left, right))| {
                path.truncate(length);
                path.push_str(&format!("/{index}"));
                difference(path, left, right)
            })
        }
        _ if left == right => None,
        _ => Some(format!("at {path} there is {left} on one side and {right} on the other")),
    }
}

/// Signs in to an organization and gives the access token.
pub async fn sign_in(gateway: SocketAddr, username: &str, organization: &str) -> Result<String> {
    let query = "mutation Login($input: LoginInput!) { login(input: $input) { accessToken userErrors { message } } }";
    let input = json!({ "username": username, "password": PASSWORD, "organization": organization });
    let body = json!({ "query": query, "variables": { "input": input } }).to_string();
    let mut connection = Connection::open(gateway).await?;
    let answer: Value = serde_json::from_slice(connection.ask(&request("POST", "/graphql", None, &body)).await?)?;
    let token = answer.pointer("/data/login/accessToken").and_then(Value::as_str);
    token.map(str::to_owned).with_context(|| format!("signing in failed: {answer}"))
}

/// Requests and statements that the gateway has counted so far.
pub async fn statements(gateway: &mut Connection) -> Result<(f64, f64)> {
    let text = gateway.ask(&request("GET", "/metrics", None, "")).await?;
    let text = std::str::from_utf8(text)?;
    let is_ours = |line: &str| {
        ["graphql", "folio", "action_audit", "auditcomply"]
            .iter()
            .any(|name| line.contains(&format!("surface=\"{name}\"")))
    };
    let value = |name: &str| {
        let lines = text.lines().filter(|line| line.starts_with(name) && is_ours(line));
        lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).sum::<f64>()
    };
    Ok((value("audit_gateway_request_statements_count"), value("audit_gateway_request_statements_sum")))
}
