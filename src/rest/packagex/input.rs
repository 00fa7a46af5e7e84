//! The members that both writes take, and what is wrong with them (contract packagex 2.4 to 2.6 and 5.4).

use chrono::DateTime;
use rust_decimal::prelude::ToPrimitive;

use super::body::{self, FINE, Fault, Members, Value, decimal, elements, members, value};
use super::filter::no_word;
use super::ident;
use super::words::PRIORITIES;
use crate::domain::cell::Cell;
use crate::domain::command::{Given, Order};

/// Longest text of a number.
pub const NUMBER: usize = 100;
/// Longest key of metadata.
pub const KEY: usize = 100;
/// Longest text of a value of metadata.
pub const VALUE: usize = 500;
/// The last second that an instant may name.
pub const LAST: i64 = 253_402_300_799;

/// A body on its way to a command.
pub struct Input<'b> {
    /// Its members.
    pub members: &'b Members,
    /// What the command gets.
    pub order: Order,
    /// What is wrong, in the order of the contract's table.
    pub errors: Vec<String>,
}

impl<'b> Input<'b> {
    /// Nothing taken so far.
    pub fn of(members: &'b Members) -> Self {
        Self { members, order: Order::default(), errors: Vec::new() }
    }

    /// A member; none where it is absent.
    pub fn get(&self, name: &str) -> Option<Value<'b>> {
        self.members.get(name).map(|raw| value(raw))
    }

    /// Gives the command a value, or tells what is wrong with the member.
    pub fn put(&mut self, path: &str, name: &'static str, given: Result<Given, Fault>) {
        match given {
            Ok(given) => _ = self.order.values.insert(name, given),
            Err(fault) => self.errors.push(format!("{path}: {fault}")),
        }
    }

    /// A location.
    pub fn location(&mut self) {
        if let Some(value) = self.get("location_id") {
            let row = body::row(ident::LOCATION, &value);
            self.put("location_id", "assetId", row.map(|uuid| Given::One(Some(uuid))));
        }
    }

    /// A number.
    pub fn number(&mut self) {
        let Some(value) = self.get("number") else { return };
        let read = || {
            let Value::Text(text) = value else { return Err("must be a string".to_owned()) };
            let text = text.trim();
            if text.chars().any(char::is_control) {
                Err("contains control characters".to_owned())
            } else if text.is_empty() {
                Err("must not be empty".to_owned())
            } else if text.chars().count() > NUMBER {
                Err(format!("at most {NUMBER} characters"))
            } else {
                Ok(Given::Cell(text.into()))
            }
        };
        self.put("number", "number", read());
    }

    /// Priority, assignee, deadline and whether the stock is corrected.
    pub fn plan(&mut self) {
        if let Some(value) = self.get("priority") {
            self.put("priority", "priority", priority(&value));
        }
        if let Some(value) = self.get("assignee") {
            self.put("assignee", "auditorId", assignee(&value));
        }
        if let Some(value) = self.get("complete_at") {
            self.put("complete_at", "completeBy", instant(&value));
        }
        if let Some(value) = self.get("update_inventory") {
            let given = match value {
                Value::Bool(truth) => Ok(Given::Cell(truth.into())),
                _ => Err("must be true or false".to_owned()),
            };
            self.put("update_inventory", "updateInventory", given);
        }
    }

    /// Metadata; `clears` where the empty text takes all of it away, as null does.
    pub fn metadata(&mut self, clears: bool) {
        let Some(value) = self.get("metadata") else { return };
        let given = match value {
            Value::Null => Cell::Null,
            Value::Text(text) if clears && text.is_empty() => Cell::Null,
            Value::Object(raw) => {
                let members = members(raw);
                for (key, raw) in &members {
                    self.errors.extend(pair(key, &body::value(raw)).map(|fault| format!("metadata.{key}: {fault}")));
                }
                Cell::Json(serde_json::to_string(&members).unwrap_or_default())
            }
            _ => {
                self.errors.push("metadata: must be an object".to_owned());
                return;
            }
        };
        self.order.values.insert("metadataChanges", Given::Cell(given));
    }

    /// Rows, named in an array.
    pub fn rows(&mut self, name: &str, prefix: &str, entry: &'static str) {
        let Some(value) = self.get(name) else { return };
        let Value::List(raw) = value else {
            self.errors.push(format!("{name}: must be an array"));
            return;
        };
        let mut uuids = Vec::new();
        for (position, raw) in elements(raw).into_iter().enumerate() {
            match body::row(prefix, &body::value(raw)) {
                Ok(uuid) if !uuids.contains(&uuid) => uuids.push(uuid),
                Ok(_) => {}
                Err(fault) => self.errors.push(format!("{name}[{position}]: {fault}")),
            }
        }
        self.errors.extend(count(raw, uuids.len()).map(|fault| format!("{name}: {fault}")));
        self.order.values.insert(entry, Given::Many(uuids));
    }
}

/// Why an array has too few or too many entries.
pub fn count(raw: &serde_json::value::RawValue, length: usize) -> Option<Fault> {
    if elements(raw).is_empty() {
        Some("must not be empty".to_owned())
    } else {
        (length > 100).then(|| "at most 100 entries".to_owned())
    }
}

fn priority(value: &Value<'_>) -> Result<Given, Fault> {
    let Value::Text(word) = value else { return Err("must be a string".to_owned()) };
    let rank = PRIORITIES.iter().position(|known| known == word).ok_or_else(|| no_word(word, PRIORITIES))?;
    Ok(Given::Cell(Cell::Int(i64::try_from(rank + 1).unwrap_or_default())))
}

fn assignee(value: &Value<'_>) -> Result<Given, Fault> {
    let uuid = match value {
        Value::Null => return Ok(Given::One(None)),
        // The form in which contacts are shown.
        Value::Object(raw) => {
            let members = members(raw);
            let id = members.get("id").map_or(Value::Null, |raw| body::value(raw));
            body::row(ident::CONTACT, &id).map_err(|_| super::filter::no_prefix(&[ident::CONTACT]))?
        }
        value => body::row(ident::CONTACT, value)?,
    };
    Ok(Given::One(Some(uuid)))
}

/// Whole seconds since 1970, however the number is written.
fn instant(value: &Value<'_>) -> Result<Given, Fault> {
    let no_integer = || "must be an integer".to_owned();
    let text = match value {
        Value::Null => return Ok(Given::Cell(Cell::Null)),
        Value::Number(text) => text,
        _ => return Err(no_integer()),
    };
    let second = match decimal(text) {
        Ok(number) if number.is_integer() => number.to_i64(),
        Err(fault) if fault != FINE => None,
        _ => return Err(no_integer()),
    };
    if text.starts_with('-') && second != Some(0) {
        return Err("must be at least 0".to_owned());
    }
    let instant = second.filter(|second| *second <= LAST).and_then(|second| DateTime::from_timestamp(second, 0));
    instant.map(|instant| Given::Cell(instant.into())).ok_or_else(|| format!("must be less than {}", LAST + 1))
}

/// Why a pair of metadata is not taken.
fn pair(key: &str, value: &Value<'_>) -> Option<Fault> {
    let length = match value {
        Value::Text(text) => text.chars().count(),
        // What is beyond a double could be read by nobody.
        Value::Number(text) if !text.parse::<f64>().is_ok_and(f64::is_finite) => {
            return Some("must be a string, number or boolean".to_owned());
        }
        Value::Number(text) => text.len(),
        Value::Bool(_) | Value::Null => 0,
        Value::List(_) | Value::Object(_) => return Some("must be a string, number or boolean".to_owned()),
    };
    if key.is_empty() {
        Some("must not be empty".to_owned())
    } else if key.chars().count() > KEY {
        Some(format!("key longer than {KEY} characters"))
    } else if length > VALUE {
        Some(format!("value longer than {VALUE} characters"))
    } else {
        None
    }
}
