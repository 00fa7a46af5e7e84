//! The compiled writer: rows straight to the bytes of the response, for plans whose document the engine has found
//! valid. It gives the very bytes the engine gives (docs/decisions/0007; a test compares them).

use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::Value;

use super::plan::{
    ConnectionPart, ConnectionShape, EdgePart, LivePart, LiveRoot, ObjectShape, Out, PageInfoPart, Payload, Plan, Root,
    ValueShape, Within,
};
use super::run::Answered;
use super::value::{cell_value, computed_value, is_plain, page_info_value};
use crate::domain::ask::{Group, Level};
use crate::domain::cell::{Cell, instant_text};

/// Whether every root field of a plan can be written without the engine.
pub fn is_writable(plan: &Plan) -> bool {
    plan.fields.iter().all(|field| match &field.root {
        Ok(Root::Connection(..) | Root::Object(..) | Root::Typename(_)) => true,
        Ok(Root::Nodes(nodes)) => nodes.malformed.is_empty(),
        Ok(Root::Composite(_) | Root::Live(_) | Root::Engine) | Err(_) => false,
    })
}

/// Writes `{"data":{...}}`, and the extensions where there are any.
pub fn response(plan: &Plan, answers: &[Answered], extensions: &BTreeMap<String, Value>) -> Vec<u8> {
    let mut out = Bytes(Vec::with_capacity(4096));
    out.raw("{\"data\":{");
    for (index, (field, answered)) in plan.fields.iter().zip(answers).enumerate() {
        out.key(index, &field.key);
        match (&field.root, answered) {
            (Ok(Root::Typename(name)), _) => out.text(name),
            (Ok(Root::Connection(_, shape)), Answered::Level(level)) => {
                connection(&mut out, level, level.group(0), shape);
            }
            (Ok(Root::Object(_, shape)), Answered::Level(level)) if level.group(0).len > 0 => {
                object(&mut out, level, 0, shape);
            }
            (Ok(Root::Nodes(nodes)), Answered::Nodes(levels)) => {
                if !nodes.single {
                    out.raw("[");
                }
                for (index, id) in nodes.ids.iter().enumerate() {
                    if index > 0 {
                        out.raw(",");
                    }
                    let found = id.and_then(|(noun, uuid)| {
                        let (level, places) = levels.get(noun)?;
                        Some((level, *places.get(&uuid)?, &nodes.nouns.get(noun)?.1))
                    });
                    match found {
                        Some((level, row, shape)) => object(&mut out, level, row, shape),
                        None => out.raw("null"),
                    }
                }
                if !nodes.single {
                    out.raw("]");
                }
            }
            _ => out.raw("null"),
        }
    }
    out.raw("}");
    if !extensions.is_empty() {
        out.raw(",\"extensions\":");
        // Writing to memory cannot fail.
        let _ = serde_json::to_writer(&mut out.0, extensions);
    }
    out.raw("}");
    out.0
}

/// One event with the rows that were read for it, each by its level and place.
pub struct Happening<'l> {
    /// The event.
    pub event: (&'l Level, usize),
    /// The record it happened to, where that is asked for and there.
    pub record: Option<(&'l Level, usize)>,
    /// The event's sequence.
    pub sequence: i64,
}

/// Writes `{"data":{...}}` for one event.
pub fn happening_response(plan: &Plan, root: &LiveRoot, happening: &Happening<'_>) -> Vec<u8> {
    let mut out = Bytes(Vec::with_capacity(512));
    out.raw("{\"data\":{");
    if let Some(field) = plan.fields.first() {
        out.key(0, &field.key);
        payload(&mut out, root, happening);
    }
    out.raw("}}");
    out.0
}

/// Writes the root field's value for one event.
pub fn happening(root: &LiveRoot, happening: &Happening<'_>) -> Vec<u8> {
    let mut out = Bytes(Vec::with_capacity(512));
    payload(&mut out, root, happening);
    out.0
}

fn payload(out: &mut Bytes, root: &LiveRoot, happening: &Happening<'_>) {
    let (level, row) = happening.event;
    let record = match &root.payload {
        Payload::Event(shape) => return object(out, level, row, shape),
        Payload::Record(record) => record,
    };
    out.raw("{");
    for (index, (key, part)) in record.parts.iter().enumerate() {
        out.key(index, key);
        match (part, happening.record) {
            (LivePart::Typename, _) => out.text(record.typename),
            (LivePart::Sequence, _) => out.number(happening.sequence),
            (LivePart::Event(shape), _) => object(out, level, row, shape),
            (LivePart::Record(shape), Some((level, row))) => object(out, level, row, shape),
            (LivePart::Record(_), None) => out.raw("null"),
        }
    }
    out.raw("}");
}

struct Bytes(Vec<u8>);

impl Bytes {
    fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// A response key and its colon; names need no escapes.
    fn key(&mut self, index: usize, key: &str) {
        self.raw(if index > 0 { ",\"" } else { "\"" });
        self.raw(key);
        self.raw("\":");
    }

    fn text(&mut self, text: &str) {
        // Writing to memory cannot fail.
        let _ = serde_json::to_writer(&mut self.0, text);
    }

    fn value(&mut self, value: &Value) {
        let _ = serde_json::to_writer(&mut self.0, value);
    }

    fn number(&mut self, number: i64) {
        let _ = serde_json::to_writer(&mut self.0, &number);
    }
}

fn object(out: &mut Bytes, level: &Level, row: usize, shape: &ObjectShape) {
    out.raw("{");
    for (index, (key, source)) in shape.fields.iter().enumerate() {
        out.key(index, key);
        let cell = |column: usize| level.rows.cell(row, column);
        match source {
            Out::Typename => out.text(shape.noun.name),
            Out::Id(column) => match cell(*column).as_uuid() {
                Some(uuid) => out.text(&super::names::global_id(shape.noun, uuid)),
                None => out.raw("null"),
            },
            Out::Cell(column, field) if is_plain(field) => match cell(*column) {
                Cell::Null => out.raw("null"),
                Cell::Bool(true) => out.raw("true"),
                Cell::Bool(false) => out.raw("false"),
                Cell::Int(value) => out.number(*value),
                Cell::Text(value) => out.text(value),
                Cell::Time(value) => {
                    out.raw("\"");
                    out.raw(&instant_text(value));
                    out.raw("\"");
                }
                other => out.value(&cell_value(field, other)),
            },
            Out::Cell(column, field) => out.value(&cell_value(field, cell(*column))),
            Out::One(column, shape) if !cell(*column).is_null() => object(out, level, row, shape),
            Out::One(..) => out.raw("null"),
            Out::Connection(at, shape) => {
                if let Some(below) = level.below.get(at.below) {
                    let group = below.group(cell(at.parent_at).as_int().unwrap_or_default());
                    connection(out, below, group, shape);
                }
            }
            Out::List(at, shape) => {
                if let Some(below) = level.below.get(at.below) {
                    let group = below.group(cell(at.parent_at).as_int().unwrap_or_default());
                    objects(out, below, group, shape);
                }
            }
            Out::Computed(computed, shape) => projected(out, &computed_value(*computed, level, row), shape),
        }
    }
    out.raw("}");
}

fn objects(out: &mut Bytes, level: &Level, group: Group, shape: &ObjectShape) {
    out.raw("[");
    for row in group.start..group.start + group.len {
        if row > group.start {
            out.raw(",");
        }
        object(out, level, row, shape);
    }
    out.raw("]");
}

fn connection(out: &mut Bytes, level: &Level, group: Group, shape: &ConnectionShape) {
    out.raw("{");
    for (index, (key, part)) in shape.parts.iter().enumerate() {
        out.key(index, key);
        match part {
            ConnectionPart::Typename => out.text(&format!("{}Connection", shape.noun.name)),
            ConnectionPart::Nodes(object) => objects(out, level, group, object),
            ConnectionPart::Edges(parts) => {
                out.raw("[");
                for row in group.start..group.start + group.len {
                    if row > group.start {
                        out.raw(",");
                    }
                    edge(out, level, row, shape, parts);
                }
                out.raw("]");
            }
            ConnectionPart::PageInfo(parts) => page_info(out, level, group, shape, parts),
            ConnectionPart::TotalCount => out.number(group.total.unwrap_or_default()),
        }
    }
    out.raw("}");
}

fn edge(out: &mut Bytes, level: &Level, row: usize, page: &ConnectionShape, parts: &[(String, EdgePart)]) {
    out.raw("{");
    for (index, (key, part)) in parts.iter().enumerate() {
        out.key(index, key);
        match part {
            EdgePart::Typename => out.text(&format!("{}Edge", page.noun.name)),
            EdgePart::Cursor => out.text(&level.cursor(row, page.noun, &page.order)),
            EdgePart::Node(shape) => object(out, level, row, shape),
        }
    }
    out.raw("}");
}

fn page_info(out: &mut Bytes, level: &Level, group: Group, page: &ConnectionShape, parts: &[(String, PageInfoPart)]) {
    out.raw("{");
    for (index, (key, part)) in parts.iter().enumerate() {
        out.key(index, key);
        out.value(&page_info_value(*part, level, group, page));
    }
    out.raw("}");
}

fn projected(out: &mut Bytes, value: &Value, shape: &Arc<ValueShape>) {
    match value {
        Value::List(values) => {
            out.raw("[");
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.raw(",");
                }
                projected(out, value, shape);
            }
            out.raw("]");
        }
        Value::Object(members) => {
            out.raw("{");
            for (index, field) in shape.fields.iter().enumerate() {
                out.key(index, &field.key);
                match (members.get(field.name.as_str()), &field.within) {
                    _ if field.name == "__typename" => out.text(&shape.typename),
                    (None | Some(Value::Null), _) | (_, Within::Row(_)) => out.raw("null"),
                    (Some(value), Within::Value(shape)) => projected(out, value, shape),
                    (Some(value), Within::Nothing) => out.value(value),
                }
            }
            out.raw("}");
        }
        other => out.value(other),
    }
}
