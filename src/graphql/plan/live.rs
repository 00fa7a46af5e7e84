//! The root field of a subscription: which events are wanted, and what is asked about a page of them.

use std::sync::Arc;

use async_graphql::Value;
use uuid::Uuid;

use super::collect::{Merged, sets};
use super::compile::{Compiler, first};
use super::shape::ObjectShape;
use crate::domain::ask::{Ask, Expr, OrderBy, Question, Select, Test, Window};
use crate::domain::cell::{Cell, Kind};
use crate::domain::changes::{MOST_ENTITIES, MOST_IDS, Record, Wanted};
use crate::domain::cx::Caller;
use crate::domain::describe::Noun;
use crate::domain::error::{Error, Exceeded, Result};
use crate::domain::model::model;
use crate::domain::trail::Action;
use crate::graphql::input::{self, Arguments};
use crate::graphql::names;

/// Most events that one page of answers is read for.
const PAGE: u64 = 50;

/// What answers the root field of a subscription, event by event.
#[derive(Debug)]
pub struct LiveRoot {
    /// Which events.
    pub wanted: Wanted,
    /// Behind which sequence; from now on without it.
    pub after: Option<i64>,
    /// Events that are answered together.
    pub page: usize,
    /// The events, by their sequences.
    pub events: ByKey,
    /// The records, by their identifiers; none where the event alone is the answer.
    pub records: Option<ByKey>,
    /// What one event's answer consists of.
    pub payload: Payload,
}

/// What one event's answer consists of.
#[derive(Debug)]
pub enum Payload {
    /// The event itself.
    Event(Arc<ObjectShape>),
    /// An object of the event and the record.
    Record(RecordPayload),
}

/// An object of an event and the record it happened to.
#[derive(Debug)]
pub struct RecordPayload {
    /// Name of the type.
    pub typename: &'static str,
    /// Response keys and parts.
    pub parts: Vec<(String, LivePart)>,
    /// The record all events are about, or each event's own.
    pub record: Option<Uuid>,
    /// Only records that pass the question are answered.
    pub passing_only: bool,
}

/// One part of such an object.
#[derive(Debug)]
pub enum LivePart {
    /// The name of the type.
    Typename,
    /// The sequence.
    Sequence,
    /// The event.
    Event(Arc<ObjectShape>),
    /// The record as it is now.
    Record(Arc<ObjectShape>),
}

/// Rows of a noun that are found by one field, which is always the first of the select.
#[derive(Debug)]
pub struct ByKey {
    noun: &'static Noun,
    key: usize,
    select: Select,
    expr: Expr,
}

impl ByKey {
    fn new(name: &str, key: &str) -> Result<Self> {
        let noun = model().noun(name).ok_or(Error::Internal)?;
        let (key, _) = noun.find_field(key).ok_or(Error::Internal)?;
        Ok(Self { noun, key, select: Select { fields: vec![key], ..Select::default() }, expr: Expr::always() })
    }

    /// The question for the rows with these keys, in the order of the keys.
    pub fn question(&self, keys: Vec<Cell>, guard: Option<Arc<Caller>>) -> Question {
        let ask = Ask {
            expr: Expr::And(vec![Expr::field(self.key, Test::In(keys)), self.expr.clone()]),
            order: vec![OrderBy::new(self.key, false)],
            window: Window::default(),
            rows: true,
            total: false,
            cursors: false,
        };
        Question { noun: self.noun, ask, select: self.select.clone(), guard }
    }
}

/// Plans the root field of a subscription.
pub fn live<'d>(compiler: &mut Compiler<'d>, arguments: &Arguments, merged: &Merged<'d>) -> Result<LiveRoot> {
    let after = match arguments.get("after") {
        None | Some(Value::Null) => None,
        Some(value) => input::scalar(Kind::Long, value).map_err(|message| Error::invalid("after", message))?.as_int(),
    };
    let mut root = match first(merged)?.name.node.as_str() {
        "changes" => changes(compiler, arguments, merged)?,
        "auditChanged" => audit_changed(compiler, arguments, merged)?,
        "issueChanged" => issue_changed(compiler, arguments, merged)?,
        _ => return Err(Error::invalid("query", "Subscription has no such field")),
    };
    root.after = after;
    // The rows below one event are estimated; as many events are answered together as the limit allows.
    let rows = compiler.limits.rows / compiler.rows.max(1);
    root.page = usize::try_from(rows.clamp(1, PAGE)).unwrap_or(1);
    Ok(root)
}

fn changes<'d>(compiler: &mut Compiler<'d>, arguments: &Arguments, merged: &Merged<'d>) -> Result<LiveRoot> {
    let mut events = ByKey::new("ChangeEvent", "sequence")?;
    let draft = compiler.object(events.noun, &sets(merged), &mut events.select, 1)?;
    let payload = Payload::Event(draft.place(&events.select));
    let wanted = wanted(arguments)?;
    Ok(LiveRoot { wanted, after: None, page: 1, events, records: None, payload })
}

fn audit_changed<'d>(compiler: &mut Compiler<'d>, arguments: &Arguments, merged: &Merged<'d>) -> Result<LiveRoot> {
    let id = arguments.get("id").unwrap_or(&Value::Null);
    let text = if let Value::String(text) = id { text.as_str() } else { "" };
    let (noun, uuid) = names::read_global_id(text)
        .filter(|(noun, _)| noun.name == "Audit")
        .ok_or_else(|| Error::invalid("id", "is not the id of an audit"))?;
    let wanted = Wanted {
        records: Some(vec![Record { entity_type: Some(noun.table.clone()), uuid }]),
        lines: true,
        ..Wanted::default()
    };
    record_changed(compiler, merged, "AuditChanged", (ByKey::new("Audit", "uuid")?, Some(uuid), wanted))
}

fn issue_changed<'d>(compiler: &mut Compiler<'d>, arguments: &Arguments, merged: &Merged<'d>) -> Result<LiveRoot> {
    let mut records = ByKey::new("Issue", "uuid")?;
    if let Some(filter) = arguments.get("filter") {
        records.expr = input::filter(records.noun, filter, &compiler.limits.filter)?;
    }
    let wanted = Wanted { entities: Some(vec![records.noun.table.clone()]), ..Wanted::default() };
    record_changed(compiler, merged, "IssueChanged", (records, None, wanted))
}

fn record_changed<'d>(
    compiler: &mut Compiler<'d>,
    merged: &Merged<'d>,
    typename: &'static str,
    (mut records, record, wanted): (ByKey, Option<Uuid>, Wanted),
) -> Result<LiveRoot> {
    enum Draft {
        Ready(LivePart),
        Event(super::shape::ObjectDraft),
        Record(super::shape::ObjectDraft),
    }
    let mut events = ByKey::new("ChangeEvent", "sequence")?;
    let mut drafts = Vec::new();
    for (key, merged) in compiler.keys(merged, typename)? {
        let draft = match first(&merged)?.name.node.as_str() {
            "__typename" => Draft::Ready(LivePart::Typename),
            "sequence" => Draft::Ready(LivePart::Sequence),
            "event" => Draft::Event(compiler.object(events.noun, &sets(&merged), &mut events.select, 1)?),
            name if name == records.noun.singular => {
                Draft::Record(compiler.object(records.noun, &sets(&merged), &mut records.select, 1)?)
            }
            name => return Err(Error::invalid("query", format!("{typename} has no field {name}"))),
        };
        drafts.push((key.to_owned(), draft));
    }
    let passing_only = !records.expr.is_always();
    let is_asked = passing_only || drafts.iter().any(|(_, draft)| matches!(draft, Draft::Record(_)));
    let parts = drafts.into_iter().map(|(key, draft)| {
        let part = match draft {
            Draft::Ready(part) => part,
            Draft::Event(draft) => LivePart::Event(draft.place(&events.select)),
            Draft::Record(draft) => LivePart::Record(draft.place(&records.select)),
        };
        (key, part)
    });
    let payload = Payload::Record(RecordPayload { typename, parts: parts.collect(), record, passing_only });
    Ok(LiveRoot { wanted, after: None, page: 1, events, records: is_asked.then_some(records), payload })
}

/// The `entities`, `ids` and `actions` of a root field.
pub fn wanted(arguments: &Arguments) -> Result<Wanted> {
    let list = |name: &'static str, most: usize| match arguments.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::List(values)) if values.len() > most => {
            Err(Error::TooLarge(Exceeded { limit: name, value: most as u64, found: values.len() as u64 }))
        }
        Some(Value::List(values)) => Ok(Some(values.clone())),
        Some(one) => Ok(Some(vec![one.clone()])),
    };
    let entities = list("entities", MOST_ENTITIES)?.map(|values| values.iter().map(entity).collect()).transpose()?;
    let records = list("ids", MOST_IDS)?.map(|values| values.iter().map(record).collect()).transpose()?;
    let actions = list("actions", Action::ALL.len())?.map(|values| values.iter().map(action).collect()).transpose()?;
    Ok(Wanted { entities, records, lines: false, actions })
}

fn entity(value: &Value) -> Result<String> {
    let cell = input::scalar(Kind::Text, value).map_err(|message| Error::invalid("entities", message))?;
    Ok(cell.as_str().unwrap_or_default().to_owned())
}

/// A record of ours by its global id, one that is kept elsewhere by its UUID.
fn record(value: &Value) -> Result<Record> {
    let text = if let Value::String(text) = value { text.as_str() } else { "" };
    if let Some((noun, uuid)) = names::read_global_id(text) {
        return Ok(Record { entity_type: Some(noun.table.clone()), uuid });
    }
    match input::scalar(Kind::Uuid, value) {
        Ok(Cell::Uuid(uuid)) => Ok(Record { entity_type: None, uuid }),
        _ => Err(Error::invalid("ids", "must be ids of this service, or UUIDs")),
    }
}

fn action(value: &Value) -> Result<Action> {
    let word = input::word(value).unwrap_or_default();
    let known = Action::ALL.iter().find(|action| names::value_of(action.word()) == word);
    known.copied().ok_or_else(|| Error::invalid("actions", "must be values of EventAction"))
}
