//! Values of the response: one rendering of a cell, for the engine and for the compiled writer.

use std::collections::BTreeSet;

use async_graphql::{Name, Value};
use indexmap::IndexMap;

use super::names;
use super::plan::{Computed, ConnectionShape, PageInfoPart};
use crate::domain::ask::{Group, Level};
use crate::domain::cell::{Cell, Kind, instant_text};
use crate::domain::describe::Field;
use crate::domain::error::Exceeded;

/// The value of a field.
pub fn cell_value(field: &Field, cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Int(ordinal) if field.ordinal => usize::try_from(*ordinal - 1)
            .ok()
            .and_then(|index| field.words?.words.get(index).copied())
            .map_or(Value::Null, |word| Value::from(names::value_of(word.word))),
        Cell::Text(word) if field.words.is_some() && word.is_empty() => Value::Null,
        Cell::Text(word) if field.words.is_some() => Value::from(names::value_of(word)),
        Cell::Bool(value) => Value::Boolean(*value),
        Cell::Int(value) => Value::from(*value),
        Cell::Float(value) => Value::from(*value),
        Cell::Text(value) => Value::from(value.as_str()),
        Cell::Uuid(value) => Value::from(value.hyphenated().to_string()),
        Cell::Time(value) => Value::from(instant_text(value)),
        Cell::Date(value) => Value::from(value.to_string()),
        Cell::Decimal(value) => Value::from(value.to_string()),
        Cell::Json(text) => {
            let value = json_value(text);
            match (&value, field.list) {
                (Value::List(_), true) | (_, false) => value,
                // What should be a list and is none shows as an empty one.
                _ => Value::List(Vec::new()),
            }
        }
    }
}

/// A stored JSON text as a value; null where it is none.
pub fn json_value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

/// Whether a field's cell shows as its plain text, number or truth without a look at its words.
pub fn is_plain(field: &Field) -> bool {
    field.words.is_none() && field.kind != Kind::Json
}

/// One part of a page's description.
pub fn page_info_value(part: PageInfoPart, level: &Level, group: Group, page: &ConnectionShape) -> Value {
    let cursor = |row: usize| {
        if group.len == 0 { Value::Null } else { Value::from(level.cursor(row, page.noun, &page.order)) }
    };
    match part {
        PageInfoPart::Typename => Value::from("PageInfo"),
        // Behind the window there is what it was cut by; before it, what its place says.
        PageInfoPart::HasNextPage => Value::Boolean(if page.backward { page.bounded } else { group.more }),
        PageInfoPart::HasPreviousPage => Value::Boolean(if page.backward { group.more } else { page.bounded }),
        PageInfoPart::StartCursor => cursor(group.start),
        PageInfoPart::EndCursor => cursor((group.start + group.len).saturating_sub(1)),
    }
}

/// A value worked out from a row.
pub fn computed_value(computed: Computed, level: &Level, row: usize) -> Value {
    let Computed::Changes(before, after) = computed;
    let snapshot = |column: usize| level.rows.cell(row, column).as_str().map_or(Value::Null, json_value);
    let mut changes = Vec::new();
    differences(&mut String::new(), &snapshot(before), &snapshot(after), &mut changes);
    Value::List(changes)
}

fn differences(path: &mut String, before: &Value, after: &Value, changes: &mut Vec<Value>) {
    if before == after {
        return;
    }
    if let (Value::Object(before), Value::Object(after)) = (before, after) {
        return members(path, before, after, changes);
    }
    // A record that was made or deleted differs in each of its members.
    let none = IndexMap::new();
    match (path.is_empty(), before, after) {
        (true, Value::Null, Value::Object(after)) => members(path, &none, after, changes),
        (true, Value::Object(before), Value::Null) => members(path, before, &none, changes),
        _ => changes.push(Value::Object(IndexMap::from([
            (Name::new("path"), Value::from(path.as_str())),
            (Name::new("before"), before.clone()),
            (Name::new("after"), after.clone()),
        ]))),
    }
}

fn members(path: &mut String, before: &IndexMap<Name, Value>, after: &IndexMap<Name, Value>, changes: &mut Vec<Value>) {
    let names: BTreeSet<&Name> = before.keys().chain(after.keys()).collect();
    for name in names {
        let length = path.len();
        if length > 0 {
            path.push('.');
        }
        path.push_str(name);
        let side = |members: &IndexMap<Name, Value>| members.get(name).cloned().unwrap_or(Value::Null);
        differences(path, &side(before), &side(after), changes);
        path.truncate(length);
    }
}

/// A limit that was exceeded, as `extensions.limit` names it.
pub fn limit_value(exceeded: &Exceeded) -> Value {
    Value::Object(IndexMap::from([
        (Name::new("name"), Value::from(exceeded.limit)),
        (Name::new("value"), Value::from(exceeded.value)),
        (Name::new("found"), Value::from(exceeded.found)),
    ]))
}
