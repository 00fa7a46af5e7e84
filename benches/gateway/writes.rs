//! Mutations: in one organization, whose writers wait for each other, and in sixteen.
//!
//! The yardstick makes an article and changes another one in a transaction, and tells no trail. Every client changes
//! another article, so its writers do not wait for each other even in one organization. The gateway without the
//! trail's tree writes into organizations of its own, since a tree cannot be left out of a part of a trail.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde_json::{Value, json};

use super::client::{Connection, request};
use super::driver::{Call, Sameness, Slice, Target};
use super::measure::side;
use super::report::{Gate, Side, median, spread};
use super::store::{Kind, Store, USERNAME};
use super::workload::{self, sign_in};
use super::{CONNECTIONS, ORGANIZATION, Options};

const MUTATION: &str = "mutation Write($input: CreateItemInput!) { \
    createItem(input: $input) { userErrors { message } item { id } } }";
/// What every answer begins with, the gateway's and the yardstick's.
const DONE: &[u8] = br#"{"data":{"createItem":{"userErrors":[],"item":{"id":""#;
/// Name of the articles that are made.
const NAME: &str = "Brown rice, 5 kg";
/// How many organizations are written to at once.
const ORGANIZATIONS: usize = 16;
/// Articles of each organization that the yardstick changes.
const OTHERS: usize = CONNECTIONS;

/// What was measured on one store.
#[derive(Debug, Serialize)]
pub struct Written {
    /// Which store.
    pub store: Kind,
    /// Its version.
    pub version: String,
    /// In one organization, and in sixteen.
    pub spans: Vec<Span>,
}

/// Mutations over a number of organizations.
#[derive(Debug, Serialize)]
pub struct Span {
    /// How many organizations.
    pub organizations: usize,
    /// The gateway's throughput to the yardstick's: median of the rounds.
    pub ratio: f64,
    /// Least and greatest of the rounds.
    pub ratio_spread: (f64, f64),
    /// The gateway's throughput to that without the tree.
    pub tree_ratio: f64,
    /// Least and greatest of the rounds.
    pub tree_ratio_spread: (f64, f64),
    /// Statements that the gateway sends for a mutation.
    pub statements: f64,
    /// The gateway.
    pub gateway: Side,
    /// The gateway without the tree.
    pub without_tree: Side,
    /// The yardstick.
    pub yardstick: Side,
}

/// Measures on one store.
pub async fn measure(kind: Kind, folder: &Path, options: &Options) -> Result<Written> {
    eprintln!("{}: filling the store", kind.name());
    let store = Store::obtain(kind, folder, options).await?;
    eprintln!("{}: measuring", kind.name());
    let written = on(&store, options).await;
    store.finish().await?;
    written
}

async fn on(store: &Store, options: &Options) -> Result<Written> {
    let gateway = store.start_gateway(&[])?;
    let mut told = Vec::with_capacity(ORGANIZATIONS);
    let mut loose = Vec::with_capacity(ORGANIZATIONS);
    let maker = sign_in(gateway.address, USERNAME, ORGANIZATION).await?;
    for number in 1..=ORGANIZATIONS {
        told.push(Place::obtain(gateway.address, &maker, &format!("told-{number}")).await?);
        loose.push(Place::obtain(gateway.address, &maker, &format!("loose-{number}")).await?);
    }
    let without_tree = store.start_gateway(&["--no-trail-tree"])?;
    let yardstick = store.start_yardstick()?;
    let mut sides = Sides {
        gateway: Target::connect(gateway.address, gateway.id(), store.id()).await?,
        without_tree: Target::connect(without_tree.address, without_tree.id(), store.id()).await?,
        yardstick: Target::connect(yardstick.address, yardstick.id(), store.id()).await?,
        metrics: Connection::open(gateway.address).await?,
    };
    let mut loads = Vec::new();
    for organizations in [1, ORGANIZATIONS] {
        let few = |places: &[Place]| places.iter().take(organizations).cloned().collect::<Vec<_>>();
        let load = Load::new(&few(&told), &few(&loose));
        sides.gateway.warm_up(&load.gateway).await?;
        sides.without_tree.warm_up(&load.without_tree).await?;
        sides.yardstick.warm_up(&load.yardstick).await?;
        loads.push((organizations, load, Seen::default()));
    }
    for round in 0..options.seconds {
        for (_, load, seen) in &mut loads {
            sides.round(load, seen, round).await?;
        }
        eprint!(".");
    }
    eprintln!();
    for server in [gateway, without_tree] {
        server.stop()?;
    }
    let spans = loads.iter().map(|(organizations, _, seen)| seen.span(*organizations)).collect();
    Ok(Written { store: store.kind, version: store.version().await?, spans })
}

/// An organization to write to.
#[derive(Clone)]
struct Place {
    id: i64,
    token: String,
    others: Vec<String>,
}

impl Place {
    /// Makes an organization, or takes the one that an earlier run has left; with new articles to be changed.
    async fn obtain(gateway: SocketAddr, maker: &str, slug: &str) -> Result<Self> {
        let mut connection = Connection::open(gateway).await?;
        let make = "mutation M($input: CreateOrganizationInput!) { \
            createOrganization(input: $input) { userErrors { code } } }";
        let made = ask(&mut connection, maker, make, json!({ "input": { "slug": slug, "name": slug } })).await?;
        let code = made.pointer("/createOrganization/userErrors/0/code").and_then(Value::as_str);
        if code.is_some_and(|code| code != "TAKEN") {
            bail!("{slug} cannot be made: {made}");
        }
        let token = sign_in(gateway, USERNAME, slug).await?;
        let known = ask(&mut connection, &token, "{ viewer { organization { legacyId } } }", json!({})).await?;
        let id = known.pointer("/viewer/organization/legacyId").and_then(Value::as_i64);
        let parts: Vec<String> = (0..OTHERS)
            .map(|at| format!("a{at}: createItem(input: {{name: \"Red lentils\"}}) {{ item {{ uuid }} }}"))
            .collect();
        let made = ask(&mut connection, &token, &format!("mutation {{ {} }}", parts.join(" ")), json!({})).await?;
        let uuids = (0..OTHERS).map(|at| made.pointer(&format!("/a{at}/item/uuid"))?.as_str().map(str::to_owned));
        let others = uuids.collect::<Option<_>>().with_context(|| format!("articles cannot be made: {made}"))?;
        Ok(Self { id: id.with_context(|| format!("no organization: {known}"))?, token, others })
    }
}

async fn ask(connection: &mut Connection, token: &str, query: &str, variables: Value) -> Result<Value> {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let answer = connection.ask(&request("POST", "/graphql", Some(token), &body)).await?;
    let mut answer: Value = serde_json::from_slice(answer)?;
    if let Some(errors) = answer.get("errors") {
        bail!("{query} was refused: {errors}");
    }
    Ok(answer.get_mut("data").map(Value::take).unwrap_or_default())
}

/// What is sent to each side.
struct Load {
    gateway: Arc<[Call]>,
    without_tree: Arc<[Call]>,
    yardstick: Arc<[Call]>,
}

impl Load {
    fn new(told: &[Place], loose: &[Place]) -> Self {
        let mutations = |places: &[Place]| {
            let body = json!({ "query": MUTATION, "variables": { "input": { "name": NAME } } }).to_string();
            calls(places, |place, _| request("POST", "/graphql", Some(&place.token), &body))
        };
        let yardstick = calls(told, |place, other| {
            let variables = json!({ "organization": place.id, "name": NAME, "other": other });
            request("POST", "/make", Some(&place.token), &json!({ "variables": variables }).to_string())
        });
        Self { gateway: mutations(told), without_tree: mutations(loose), yardstick }
    }
}

/// One call for every article to be changed. Each client has articles of its own, and goes round the organizations from
/// another one on.
fn calls(places: &[Place], request: impl Fn(&Place, &str) -> Vec<u8>) -> Arc<[Call]> {
    let mut calls = Vec::with_capacity(OTHERS * places.len());
    for client in 0..OTHERS {
        for place in places.iter().cycle().skip(client % places.len()).take(places.len()) {
            let other = place.others.get(client).map_or("", String::as_str);
            calls.push(Call { request: request(place, other), answer: DONE.to_vec(), sameness: Sameness::Beginning });
        }
    }
    calls.into()
}

struct Sides {
    gateway: Target,
    without_tree: Target,
    yardstick: Target,
    metrics: Connection,
}

/// What was seen over a number of organizations.
#[derive(Default)]
struct Seen {
    gateway: Vec<Slice>,
    without_tree: Vec<Slice>,
    yardstick: Vec<Slice>,
    statements: Vec<f64>,
}

impl Sides {
    /// A slice on each side. Which side comes first changes from round to round.
    async fn round(&mut self, load: &Load, seen: &mut Seen, round: u32) -> Result<()> {
        for turn in 0..3 {
            match (round + turn) % 3 {
                0 => {
                    let (requests, statements) = workload::statements(&mut self.metrics).await?;
                    seen.gateway.push(self.gateway.slice(&load.gateway).await?);
                    let (requests_after, statements_after) = workload::statements(&mut self.metrics).await?;
                    seen.statements.push((statements_after - statements) / (requests_after - requests).max(1.0));
                }
                1 => seen.without_tree.push(self.without_tree.slice(&load.without_tree).await?),
                _ => seen.yardstick.push(self.yardstick.slice(&load.yardstick).await?),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

impl Seen {
    fn span(&self, organizations: usize) -> Span {
        let to = |others: &[Slice]| -> Vec<f64> {
            let pairs = self.gateway.iter().zip(others);
            pairs.map(|(ours, theirs)| ours.throughput / theirs.throughput.max(1e-9)).collect()
        };
        let (ratios, tree_ratios) = (to(&self.yardstick), to(&self.without_tree));
        Span {
            organizations,
            ratio: median(&ratios),
            ratio_spread: spread(&ratios),
            tree_ratio: median(&tree_ratios),
            tree_ratio_spread: spread(&tree_ratios),
            statements: median(&self.statements),
            gateway: side(&self.gateway),
            without_tree: side(&self.without_tree),
            yardstick: side(&self.yardstick),
        }
    }
}

impl Written {
    /// What must hold.
    pub fn gates(&self) -> Vec<Gate> {
        self.spans.iter().flat_map(|span| span.gates(self.store.name())).collect()
    }

    /// The tables.
    pub fn write(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "\n### {}, mutations\n", self.version)?;
        writeln!(
            text,
            "| organizations | server | mutations/s | gateway to it | p50 ms | p99 ms | p99/p50 | CPU ms each | store's \
             CPU ms each | statements |"
        )?;
        writeln!(text, "|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|")?;
        for span in &self.spans {
            let of =
                |(ratio, (least, greatest)): (f64, (f64, f64))| format!("**{ratio:.2}** ({least:.2} to {greatest:.2})");
            let number = span.organizations.to_string();
            row(text, [&number, "gateway", ""], &span.gateway, &format!("{:.2}", span.statements))?;
            let ratio = of((span.tree_ratio, span.tree_ratio_spread));
            row(text, ["", "gateway without the tree", &ratio], &span.without_tree, "")?;
            let ratio = of((span.ratio, span.ratio_spread));
            row(text, ["", "yardstick", &ratio], &span.yardstick, "2")?;
        }
        Ok(())
    }
}

fn row(
    text: &mut String,
    [organizations, server, ratio]: [&str; 3],
    side: &Side,
    statements: &str,
) -> std::fmt::Result {
    let store = side.store_cpu_ms.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.3}"));
    writeln!(
        text,
        "| {organizations} | {server} | {:.0} | {ratio} | {:.2} | {:.2} | {:.1} | {:.3} | {store} | {statements} |",
        side.throughput,
        side.p50_ms,
        side.p99_ms,
        tail(side),
        side.cpu_ms
    )
}

/// How much longer the slowest hundredth takes than the middle.
fn tail(side: &Side) -> f64 {
    side.p99_ms / side.p50_ms.max(1e-9)
}

impl Span {
    fn gates(&self, store: &str) -> Vec<Gate> {
        let (least, place) =
            if self.organizations == 1 { (0.3, "one organization") } else { (0.5, "many organizations") };
        let at_least = |what: &str, least: f64, measured: f64| Gate {
            what: format!("{store}: mutations in {place}, {what}"),
            bound: format!("at least {least:.2}"),
            measured,
            held: measured >= least,
        };
        let tail = tail(&self.gateway);
        vec![
            at_least("to the yardstick", least, self.ratio),
            at_least("to those without the tree", 0.85, self.tree_ratio),
            Gate {
                what: format!("{store}: mutations in {place}, p99 to p50"),
                bound: "below 6".to_owned(),
                measured: tail,
                held: tail < 6.0,
            },
        ]
    }
}
