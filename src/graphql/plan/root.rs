//! The root fields of a query or a mutation: each as something that can be answered on its own.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::parser::types::{OperationDefinition, OperationType, SelectionSet};
use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use uuid::Uuid;

use super::collect::{Collector, Merged, sets};
use super::compile::{Compiler, PlanLimits};
use super::live::{LiveRoot, live};
use super::report::{self, Report};
use super::shape::{ConnectionShape, ObjectShape};
use super::shorthand;
use super::value::{Reference, Within};
use crate::domain::ask::{Ask, Expr, Question, Select, Test, Window, order_of};
use crate::domain::cell::{Cell, Kind};
use crate::domain::describe::Noun;
use crate::domain::error::{Error, Result};
use crate::domain::model::model;
use crate::graphql::federation;
use crate::graphql::input::{self, Arguments};
use crate::graphql::names;
use crate::graphql::schema;

/// An operation, ready to be answered.
#[derive(Debug, Default)]
pub struct Plan {
    /// Its root fields in the order of the response.
    pub fields: Vec<RootField>,
    /// Rows that its connections may give at most, page sizes multiplied.
    pub rows: u64,
    /// Why there is no plan.
    pub refusal: Option<Error>,
}

/// One root field.
#[derive(Debug)]
pub struct RootField {
    /// Response key.
    pub key: String,
    /// What answers it, or why it cannot be answered.
    pub root: Result<Root>,
    /// The instant it is asked for; now without it.
    pub as_of: Option<DateTime<Utc>>,
}

/// What answers a root field.
#[derive(Debug)]
pub enum Root {
    /// The name of the root type.
    Typename(&'static str),
    /// A connection.
    Connection(Box<Question>, Arc<ConnectionShape>),
    /// One row, or none.
    Object(Box<Question>, Arc<ObjectShape>),
    /// Rows of any noun by global id, in the order asked for.
    Nodes(NodesRoot),
    /// An object of parts that are answered apart.
    Composite(Composite),
    /// Answered event by event.
    Live(Box<LiveRoot>),
    /// Left to the engine: introspection.
    Engine,
}

/// Rows of any noun by global id.
#[derive(Debug)]
pub struct NodesRoot {
    /// One id was asked for, and one row is the answer.
    pub single: bool,
    /// For each id, the position of its noun among `nouns` and the uuid; none for one that names nothing.
    pub ids: Vec<Option<(usize, Uuid)>>,
    /// Positions of the ids that are malformed.
    pub malformed: Vec<usize>,
    /// The nouns that occur, each with its question and shape.
    pub nouns: Vec<(Question, Arc<ObjectShape>)>,
}

/// An object of parts that are answered apart.
#[derive(Debug)]
pub struct Composite {
    /// Name of the root field, which says what gives the values.
    pub name: &'static str,
    /// The field's arguments.
    pub arguments: Arguments,
    /// Response keys and parts.
    pub parts: Vec<(String, Part)>,
    /// Rows that its values refer to.
    pub references: Vec<Reference>,
    /// What gives its values, where that is a report.
    pub report: Option<Report>,
}

/// One part of a composite.
#[derive(Debug)]
pub enum Part {
    /// The name of the type.
    Typename,
    /// A value by its name, with what is asked within it.
    Value(String, Within),
    /// Rows of a noun by the part's name; the composite's source says which rows.
    Rows(RowsPart),
}

/// Rows within a composite.
#[derive(Debug)]
pub struct RowsPart {
    /// Field name.
    pub name: String,
    /// The noun.
    pub noun: &'static Noun,
    /// What of the rows.
    pub select: Select,
    /// The shape of each.
    pub shape: Arc<ObjectShape>,
    /// A list of them, not one.
    pub list: bool,
}

/// Plans an operation. What is wrong with one root field stands at that field.
pub fn plan(
    collector: Collector<'_>,
    operation: &OperationDefinition,
    limits: PlanLimits,
    now: DateTime<Utc>,
) -> Result<Plan> {
    let root_type = match operation.ty {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    };
    let mut compiler = Compiler { collector, limits, rows: 0, now, as_of: None };
    let keys = compiler.collector.collect(&[&operation.selection_set.node], root_type, &[])?;
    let mut plan = Plan::default();
    for (key, merged) in keys {
        let root = root_field(&mut compiler, root_type, &merged);
        // Over a limit, the operation as a whole is refused.
        if let Err(error @ Error::TooLarge(_)) = root {
            return Err(error);
        }
        plan.fields.push(RootField { key: key.to_owned(), root, as_of: compiler.as_of.take() });
    }
    plan.rows = compiler.rows;
    Ok(plan)
}

fn root_field<'d>(compiler: &mut Compiler<'d>, root_type: &'static str, merged: &Merged<'d>) -> Result<Root> {
    let asked = merged.first().copied().ok_or(Error::Internal)?;
    let name = asked.name.node.as_str();
    let arguments = compiler.collector.arguments(asked)?;
    if name == "__typename" {
        return Ok(Root::Typename(root_type));
    }
    if name.starts_with("__") {
        return Ok(Root::Engine);
    }
    if let Some(composite) = schema::composite(root_type, name) {
        return self::composite(compiler, composite, arguments, merged);
    }
    if root_type == "Subscription" {
        return live(compiler, &arguments, merged).map(|root| Root::Live(Box::new(root)));
    }
    if root_type != "Query" {
        return Ok(Root::Engine);
    }
    compiler.as_of = as_of(&arguments, compiler.now)?;
    match name {
        "node" | "nodeAsOf" => {
            let id = arguments.get("id").cloned().unwrap_or(Value::Null);
            return nodes(compiler, &[id], true, (&sets(merged), compiler.limits.root.most));
        }
        "nodes" => {
            let Some(Value::List(ids)) = arguments.get("ids") else {
                return Err(Error::invalid("ids", "must be a list of ids"));
            };
            return nodes(compiler, ids, false, (&sets(merged), compiler.limits.root.most));
        }
        "_entities" => {
            let ids = federation::ids(arguments.get("representations"))?;
            return nodes(compiler, &ids, false, (&sets(merged), federation::MOST_ENTITIES));
        }
        "_service" => return self::composite(compiler, &federation::SERVICE, arguments, merged),
        "history" => return history(compiler, arguments, merged),
        _ => {}
    }
    for noun in model().nouns() {
        if noun.plural == name && !name.is_empty() {
            let sizes = compiler.limits.root;
            let mut connection = compiler.connection_with(noun, merged, &arguments, 1, sizes.into())?;
            if let Some(expr) = shorthand::condition(noun, &arguments, compiler.now)? {
                connection.ask.expr = Expr::And(vec![expr, connection.ask.expr]);
            }
            let shape = connection.draft.place(&connection.select);
            let question = Question { noun, ask: connection.ask, select: connection.select, guard: None };
            return Ok(Root::Connection(Box::new(question), shape));
        }
        if noun.singular == name {
            return lookup(compiler, noun, &arguments, merged);
        }
    }
    Ok(Root::Engine)
}

/// The instant that a root field is asked for.
fn as_of(arguments: &Arguments, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let Some(value) = arguments.get(AS_OF).filter(|value| !matches!(value, Value::Null)) else { return Ok(None) };
    match input::scalar(Kind::Time, value) {
        Ok(Cell::Time(instant)) if instant <= now => Ok(Some(instant)),
        Ok(_) => Err(Error::invalid(AS_OF, "must not lie in the future")),
        Err(message) => Err(Error::invalid(AS_OF, message)),
    }
}

const AS_OF: &str = "asOf";

fn ask(noun: &Noun, expr: Expr, limit: Option<usize>) -> Ask {
    Ask {
        expr,
        order: order_of(noun, &[]),
        window: Window { limit, ..Window::default() },
        rows: true,
        total: false,
        cursors: false,
    }
}

/// One row by its id, its uuid or a natural key.
fn lookup<'d>(
    compiler: &mut Compiler<'d>,
    noun: &'static Noun,
    arguments: &Arguments,
    merged: &Merged<'d>,
) -> Result<Root> {
    let mut conditions = Vec::new();
    let keys = || arguments.iter().filter(|(name, value)| *name != AS_OF && !matches!(value, Value::Null));
    for (name, value) in keys() {
        conditions.push(match name.as_str() {
            "id" => id_condition(noun, "id", value)?,
            "asset" if noun.name == "Audit" => {
                let (relation, _) = noun.find_relation("asset").ok_or(Error::Internal)?;
                Expr::Related { relation, expr: Box::new(id_condition(asset()?, "asset", value)?) }
            }
            name => {
                let (index, field) =
                    noun.find_field(name).ok_or_else(|| Error::invalid(name, "is not a key to look up by"))?;
                Expr::field(index, Test::Eq(input::cell(field, value, &[name.to_owned()])?))
            }
        });
    }
    if keys().all(|(name, _)| name == "asset") {
        return Err(Error::invalid("id", "is required where no other key is given"));
    }
    let mut select = Select::default();
    let draft = compiler.object(noun, &sets(merged), &mut select, 1)?;
    let shape = draft.place(&select);
    // Two rows, to tell a key that several rows share.
    let question = Question { noun, ask: ask(noun, Expr::And(conditions), Some(1)), select, guard: None };
    Ok(Root::Object(Box::new(question), shape))
}

fn asset() -> Result<&'static Noun> {
    model().noun("Asset").ok_or(Error::Internal)
}

/// The row of `noun` that a global id names; for an asset also its slug.
fn id_condition(noun: &'static Noun, name: &str, value: &Value) -> Result<Expr> {
    let text = if let Value::String(text) = value { text.as_str() } else { "" };
    let (uuid_at, _) = noun.find_field("uuid").ok_or(Error::Internal)?;
    if let Some((named, uuid)) = names::read_global_id(text) {
        let cell = if named.name == noun.name { Cell::Uuid(uuid) } else { Cell::Null };
        return Ok(Expr::field(uuid_at, Test::Eq(cell)));
    }
    match noun.find_field("slug") {
        Some((slug_at, _)) if name == "asset" => {
            let slug = input::scalar(Kind::Text, value).map_err(|message| Error::invalid(name, message))?;
            Ok(Expr::field(slug_at, Test::Eq(slug)))
        }
        _ => Err(Error::invalid(name, "is not an id of this service")),
    }
}

fn nodes<'d>(
    compiler: &mut Compiler<'d>,
    ids: &[Value],
    single: bool,
    (selection, most): (&[&'d SelectionSet], usize),
) -> Result<Root> {
    if ids.len() > most {
        return Err(Error::TooLarge(crate::domain::error::Exceeded {
            limit: "page size",
            value: most as u64,
            found: ids.len() as u64,
        }));
    }
    let mut wanted: IndexMap<&'static str, (&'static Noun, Vec<Cell>)> = IndexMap::new();
    let mut found = Vec::with_capacity(ids.len());
    let mut malformed = Vec::new();
    for (position, id) in ids.iter().enumerate() {
        let named = if let Value::String(text) = id { names::read_global_id(text) } else { None };
        let Some((noun, uuid)) = named.filter(|(noun, _)| noun.identified) else {
            malformed.push(position);
            found.push(None);
            continue;
        };
        if compiler.as_of.is_some() && !noun.is_told() {
            return Err(Error::invalid(AS_OF, format!("is not taken for a {}, which never changes", noun.name)));
        }
        let entry = wanted.entry(noun.name).or_insert_with(|| (noun, Vec::new()));
        entry.1.push(Cell::Uuid(uuid));
        found.push(wanted.get_index_of(noun.name).map(|index| (index, uuid)));
    }
    let mut nouns = Vec::with_capacity(wanted.len());
    for (noun, uuids) in wanted.into_values() {
        let (uuid_at, _) = noun.find_field("uuid").ok_or(Error::Internal)?;
        // The rows come in the store's order and are put in theirs by their uuid, which is always the first field.
        let mut select = Select { fields: vec![uuid_at], ..Select::default() };
        let draft = compiler.object(noun, selection, &mut select, ids.len() as u64)?;
        let shape = draft.place(&select);
        let condition = Expr::field(uuid_at, Test::In(uuids));
        nouns.push((Question { noun, ask: ask(noun, condition, None), select, guard: None }, shape));
    }
    Ok(Root::Nodes(NodesRoot { single, ids: found, malformed, nouns }))
}

/// The trail of one record, whatever its type, newest first.
fn history<'d>(compiler: &mut Compiler<'d>, mut arguments: Arguments, merged: &Merged<'d>) -> Result<Root> {
    let noun = model().noun("ChangeEvent").ok_or(Error::Internal)?;
    let entity = arguments.shift_remove("entity").unwrap_or(Value::Null);
    let text = if let Value::String(text) = &entity { text.as_str() } else { "" };
    let (named, uuid) =
        names::read_global_id(text).ok_or_else(|| Error::invalid("entity", "is not an id of this service"))?;
    let sizes = compiler.limits.root;
    let mut connection = compiler.connection_with(noun, merged, &arguments, 1, sizes.into())?;
    let (type_at, _) = noun.find_field("entityType").ok_or(Error::Internal)?;
    let (uuid_at, _) = noun.find_field("entityUuid").ok_or(Error::Internal)?;
    connection.ask.expr = Expr::And(vec![
        Expr::field(type_at, Test::Eq(Cell::Text(named.table.clone()))),
        Expr::field(uuid_at, Test::Eq(Cell::Uuid(uuid))),
        connection.ask.expr,
    ]);
    let shape = connection.draft.place(&connection.select);
    let question = Question { noun, ask: connection.ask, select: connection.select, guard: None };
    Ok(Root::Connection(Box::new(question), shape))
}

fn composite<'d>(
    compiler: &mut Compiler<'d>,
    described: &'static schema::Composite,
    arguments: Arguments,
    merged: &Merged<'d>,
) -> Result<Root> {
    let mut report = report::report(described, &arguments, compiler)?;
    let mut references = report.as_ref().map(Report::references).unwrap_or_default();
    let mut parts = Vec::new();
    for (key, merged) in compiler.keys(merged, described.typename)? {
        let asked = merged.first().copied().ok_or(Error::Internal)?;
        let name = asked.name.node.as_str();
        let part = if name == "__typename" {
            Part::Typename
        } else if let Some(rows) = described.rows.iter().find(|rows| rows.name == name) {
            let noun = model().noun(rows.noun).ok_or(Error::Internal)?;
            let mut select = Select::default();
            let draft = compiler.object(noun, &sets(&merged), &mut select, 1)?;
            let shape = draft.place(&select);
            Part::Rows(RowsPart { name: name.to_owned(), noun, select, shape, list: rows.list })
        } else {
            Part::Value(name.to_owned(), compiler.within(&merged, described.typename, &mut references)?)
        };
        parts.push((key.to_owned(), part));
    }
    if let Some(report) = &mut report {
        let rows = report.wants(&parts);
        compiler.estimate(rows)?;
    }
    let references = references.found;
    Ok(Root::Composite(Composite { name: described.name, arguments, parts, references, report }))
}

/// The question for rows of a composite's part.
pub fn part_question(part: &RowsPart, expr: Expr) -> Question {
    let limit = if part.list { None } else { Some(1) };
    Question { noun: part.noun, ask: ask(part.noun, expr, limit), select: part.select.clone(), guard: None }
}
