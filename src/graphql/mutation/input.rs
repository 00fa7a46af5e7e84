//! From the input of a mutation to an order of the domain. What cannot be read is told together with everything else
//! that is wrong.

use async_graphql::Value;
use sha2::{Digest, Sha256};

use crate::domain::cell::Cell;
use crate::domain::command::{Act, Entry, Given, Once, Order, Slot, Values};
use crate::domain::describe::Noun;
use crate::domain::error::{Error, Fault, Result};
use crate::graphql::input::{self, Arguments};
use crate::graphql::names;

/// Longest idempotency key in characters.
const KEY: usize = 200;

/// The order in an input.
pub fn order(act: &Act, given: &Arguments) -> Result<Order> {
    let mut order = Order::default();
    if let Some(noun) = act.target {
        let id = given.get("id").unwrap_or(&Value::Null);
        // An id of another type names no such record.
        let uuid = global(noun, id).ok_or(Error::NotFound(noun.singular))?;
        order.target = Some(uuid);
        order.expected_version = match given.get("expectedVersion") {
            Some(Value::Number(number)) => number.as_i64(),
            _ => None,
        };
    }
    let mut reader = Reader { path: Vec::new(), faults: Vec::new() };
    order.values = reader.values(&act.entries, given);
    order.faults = reader.faults;
    order.once = once(act, given)?;
    Ok(order)
}

fn global(noun: &Noun, value: &Value) -> Option<uuid::Uuid> {
    let Value::String(text) = value else { return None };
    names::read_global_id(text).filter(|(named, _)| named.name == noun.name).map(|(_, uuid)| uuid)
}

fn once(act: &Act, given: &Arguments) -> Result<Option<Once>> {
    let key = match given.get("idempotencyKey") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(key)) => key,
        Some(_) => return Err(Error::invalid("idempotencyKey", "must be text")),
    };
    if !(1..=KEY).contains(&key.chars().count()) || key.chars().any(char::is_control) {
        return Err(Error::invalid(
            "idempotencyKey",
            format!("must be 1 to {KEY} characters without control characters"),
        ));
    }
    let mut hash = Sha256::new_with_prefix(act.name);
    let mut members: Vec<_> = given.iter().collect();
    members.sort_by_key(|(name, _)| name.as_str());
    for (name, value) in members {
        // A fast hash of a password must not be kept.
        if !matches!(name.as_str(), "idempotencyKey" | "clientMutationId" | "password") {
            hash.update(name.as_bytes());
            hash.update(value.to_string().as_bytes());
            hash.update([0]);
        }
    }
    let fingerprint = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Some(Once { key: key.clone(), fingerprint }))
}

struct Reader {
    path: Vec<String>,
    faults: Vec<Fault>,
}

impl Reader {
    fn values(&mut self, entries: &[Entry], given: &Arguments) -> Values {
        let mut values = Values::new();
        for entry in entries {
            let Some(value) = given.get(entry.name) else { continue };
            self.path.push(entry.name.to_owned());
            if let Some(value) = self.value(entry, value) {
                values.insert(entry.name, value);
            }
            self.path.pop();
        }
        values
    }

    fn fault<T>(&mut self, message: impl Into<String>) -> Option<T> {
        self.faults.push(Fault { path: self.path.clone(), code: "INVALID", message: message.into() });
        None
    }

    fn value(&mut self, entry: &Entry, value: &Value) -> Option<Given> {
        match (entry.slot, value) {
            (Slot::One(..) | Slot::Row(_), Value::Null) => Some(Given::One(None)),
            (Slot::One(noun, _) | Slot::Row(noun), value) => match global(noun, value) {
                Some(uuid) => Some(Given::One(Some(uuid))),
                None => self.fault(format!("is no id of type {}", noun.name)),
            },
            (Slot::Many(..) | Slot::Rows(_), Value::Null) => Some(Given::Many(Vec::new())),
            (Slot::Many(noun, _) | Slot::Rows(noun), value) => {
                let single = [value.clone()];
                let values = if let Value::List(values) = value { values.as_slice() } else { &single };
                let uuids: Option<Vec<_>> = values.iter().map(|value| global(noun, value)).collect();
                match uuids {
                    Some(uuids) => Some(Given::Many(uuids)),
                    None => self.fault(format!("is no id of type {}", noun.name)),
                }
            }
            (Slot::Items(_, entries), value) => {
                let single = [value.clone()];
                let items = if let Value::List(items) = value { items.as_slice() } else { &single };
                let mut read = Vec::with_capacity(items.len());
                for (position, item) in items.iter().enumerate() {
                    let Value::Object(item) = item else { continue };
                    self.path.push(position.to_string());
                    read.push(self.values(entries, item));
                    self.path.pop();
                }
                Some(Given::Items(read))
            }
            (_, Value::Null) => Some(Given::Cell(Cell::Null)),
            (Slot::Field(field, _), value) if field.list => self.list(field, value),
            (Slot::Field(field, _), value) => self.cell(input::cell(field, value, &[])),
            (Slot::Extra(kind), value) => match input::scalar(kind, value) {
                Ok(cell) => Some(Given::Cell(cell)),
                Err(message) => self.fault(message),
            },
            (Slot::Word(words), value) => match input::word(value).and_then(|word| names::word_of(&words, word)) {
                Some(word) => Some(Given::Cell(Cell::from(word))),
                None => self.fault(format!("must be a value of {}", words.name)),
            },
            (Slot::Password, Value::String(text)) => {
                if (8..=128).contains(&text.chars().count()) {
                    Some(Given::Cell(Cell::Text(text.clone())))
                } else {
                    self.fault("must be 8 to 128 characters")
                }
            }
            (Slot::Password, _) => self.fault("must be text"),
        }
    }

    fn cell(&mut self, read: Result<Cell>) -> Option<Given> {
        match read {
            Ok(cell) => Some(Given::Cell(cell)),
            Err(Error::Invalid(faults)) => {
                for fault in faults {
                    self.fault::<Given>(fault.message);
                }
                None
            }
            Err(error) => self.fault(error.to_string()),
        }
    }

    fn list(&mut self, field: &crate::domain::describe::Field, value: &Value) -> Option<Given> {
        let single = [value.clone()];
        let values = if let Value::List(values) = value { values.as_slice() } else { &single };
        let one =
            crate::domain::describe::Field { list: false, kind: crate::domain::cell::Kind::Text, ..field.clone() };
        let mut texts: Vec<String> = Vec::with_capacity(values.len());
        for value in values {
            match self.cell(input::cell(&one, value, &[]))? {
                Given::Cell(Cell::Text(text)) if text.chars().count() <= 255 => texts.push(text),
                _ => return self.fault("must be texts of at most 255 characters"),
            }
        }
        if texts.len() > 100 {
            return self.fault("must have at most 100 values");
        }
        Some(Given::Cell(crate::domain::cell::json(&serde_json::Value::from(texts))))
    }
}
