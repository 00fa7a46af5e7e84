//! What an event must be, field by field; the first fault refuses it.

use std::collections::HashMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::date::instant;
use super::sound::{Unsound, sound};
use super::{Event, Kind, Refusal};
use crate::domain::cx::new_uuid;
use crate::domain::trail::Action;

const REQUIRED: &str = "is required";

/// The keys of an event and their values, each as JSON text whose syntax is valid.
#[derive(Clone, Debug, Default)]
pub struct Fields<'a> {
    members: Vec<(String, &'a str)>,
    places: HashMap<String, usize>,
}

impl<'a> Fields<'a> {
    /// Adds a key. Of a key given twice the last value counts.
    pub fn put(&mut self, key: impl Into<String>, json: &'a str) {
        let key = key.into();
        match self.places.get(&key).and_then(|place| self.members.get_mut(*place)) {
            Some((_, value)) => *value = json,
            None => {
                self.places.insert(key.clone(), self.members.len());
                self.members.push((key, json));
            }
        }
    }

    /// A value; none where the key is absent or null.
    fn get(&self, key: &str) -> Option<&'a str> {
        let (_, json) = self.members.get(*self.places.get(key)?)?;
        (*json != "null").then_some(json)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<Fields<'de>, M::Error> {
                let mut fields = Fields::default();
                while let Some((key, value)) = members.next_entry::<String, &RawValue>()? {
                    fields.put(key, value.get());
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// What is filled in where an event does not say it; only the mutation does so.
#[derive(Clone, Copy, Debug)]
pub struct Fill {
    /// The caller.
    pub user_id: Uuid,
    /// The instant of the request.
    pub now: DateTime<Utc>,
}

/// Reads one event of a file or message. Its type is the one given, or is told from its keys.
pub fn read(text: &str, given: Option<Kind>) -> Result<Event, Refusal> {
    let whole = |message| Refusal { id: None, field: String::new(), message };
    let raw: &RawValue = serde_json::from_str(text).map_err(|_| whole("must be valid JSON"))?;
    if !raw.get().starts_with('{') {
        return Err(whole("must be a JSON object"));
    }
    sound(raw.get()).map_err(|unsound| {
        whole(match unsound {
            Unsound::Unreadable => "must be valid JSON",
            Unsound::Nul => "must not contain U+0000",
        })
    })?;
    let fields: Fields<'_> = serde_json::from_str(raw.get()).map_err(|_| whole("must be valid JSON"))?;
    check(given, &fields, None)
}

/// Checks the fields of an event.
pub fn check(given: Option<Kind>, fields: &Fields<'_>, fill: Option<&Fill>) -> Result<Event, Refusal> {
    let id = fields.get("id").and_then(text);
    build(given, fields, fill).map_err(|(field, message)| Refusal { id, field, message })
}

type Fault = (String, &'static str);

fn build(given: Option<Kind>, fields: &Fields<'_>, fill: Option<&Fill>) -> Result<Event, Fault> {
    let kind = given.or_else(|| told(fields)).ok_or_else(|| fault("type", "cannot be told"))?;
    let id = or_filled(uuid(fields, "id"), fields, "id", fill.map(|_| new_uuid()))?;
    let action = action(fields)?;
    let entity_id = uuid(fields, kind.entity_key())?;
    let parent_id = kind.parent_key().map(|key| uuid(fields, key)).transpose()?;
    let user_id = or_filled(uuid(fields, "userId"), fields, "userId", fill.map(|fill| fill.user_id))?;
    let event_date = or_filled(date(fields, "eventDate"), fields, "eventDate", fill.map(|fill| fill.now))?;
    let action_date = date(fields, "actionDate")?;
    let snapshot = object(fields, kind.snapshot_key())?;
    let original = object(fields, kind.original_key())?;
    let extra = extra(fields, kind)?;
    Ok(Event { kind, id, action, entity_id, parent_id, user_id, event_date, action_date, snapshot, original, extra })
}

/// The type that an event's keys tell: its one snapshot, else the first identifier that it has.
fn told(fields: &Fields<'_>) -> Option<Kind> {
    let mut with_snapshot = Kind::ALL.into_iter().filter(|kind| fields.get(kind.snapshot_key()).is_some());
    if let (Some(kind), None) = (with_snapshot.next(), with_snapshot.next()) {
        return Some(kind);
    }
    // Lines carry the identifier of what they are a line of as well, so they come first.
    [Kind::OrderLine, Kind::Piece, Kind::InvoiceLine, Kind::Invoice, Kind::Organization, Kind::Order]
        .into_iter()
        .find(|kind| fields.get(kind.entity_key()).is_some())
}

fn fault(field: &str, message: &'static str) -> Fault {
    (field.to_owned(), message)
}

fn or_filled<T>(found: Result<T, Fault>, fields: &Fields<'_>, key: &str, filled: Option<T>) -> Result<T, Fault> {
    match filled {
        Some(value) if fields.get(key).is_none() => Ok(value),
        _ => found,
    }
}

fn text(json: &str) -> Option<String> {
    serde_json::from_str(json).ok()
}

fn uuid(fields: &Fields<'_>, key: &str) -> Result<Uuid, Fault> {
    let json = fields.get(key).ok_or_else(|| fault(key, REQUIRED))?;
    text(json).as_deref().and_then(documented_uuid).ok_or_else(|| fault(key, "must be a UUID of version 1 to 5"))
}

/// A UUID as the documented pattern has it: with dashes, of version 1 to 5 and the usual variant.
fn documented_uuid(text: &str) -> Option<Uuid> {
    // The parser also takes forms without dashes, in braces and as a URN, all of other lengths.
    let uuid = (text.len() == 36).then(|| Uuid::try_parse(text).ok())??;
    let usual = uuid.get_variant() == uuid::Variant::RFC4122;
    (usual && (1..=5).contains(&uuid.get_version_num())).then_some(uuid)
}

fn action(fields: &Fields<'_>) -> Result<Action, Fault> {
    let json = fields.get("action").ok_or_else(|| fault("action", REQUIRED))?;
    text(json).and_then(|word| word.parse().ok()).ok_or_else(|| fault("action", "must be Create, Edit or Delete"))
}

fn date(fields: &Fields<'_>, key: &str) -> Result<DateTime<Utc>, Fault> {
    let json = fields.get(key).ok_or_else(|| fault(key, REQUIRED))?;
    instant(json).ok_or_else(|| fault(key, "must be a date-time with an offset"))
}

fn object(fields: &Fields<'_>, key: &str) -> Result<Option<String>, Fault> {
    match fields.get(key) {
        None => Ok(None),
        Some(json) if json.starts_with('{') => Ok(Some(json.to_owned())),
        Some(_) => Err(fault(key, "must be an object")),
    }
}

/// The keys that no rule names, as an object; none where there are none.
fn extra(fields: &Fields<'_>, kind: Kind) -> Result<Option<String>, Fault> {
    let mut members = Vec::new();
    for (key, json) in fields.members.iter().filter(|(key, _)| !kind.names_key(key)) {
        if !kind.is_open() {
            return Err(fault(key, "unknown key"));
        }
        if *json != "null" {
            members.push(format!("{}:{json}", serde_json::Value::from(key.as_str())));
        }
    }
    Ok((!members.is_empty()).then(|| format!("{{{}}}", members.join(","))))
}

#[cfg(test)]
mod tests;
