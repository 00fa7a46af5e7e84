//! Events of acquisition records that live elsewhere (contract folio 4.4).

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::super::act::{Act, Gives, extra};
use super::super::desk::Desk;
use super::super::entry::{Entry, Slot};
use super::super::order::{Done, Given, Order, Values};
use crate::domain::acquisition::{self, Event, Fields, Fill, Refusal};
use crate::domain::cell::{Cell, Kind, instant_text};
use crate::domain::cx::Role;
use crate::domain::describe::Enumeration;
use crate::domain::error::{Error, Result};
use entity::enumeration::Word;

/// Most events of one command.
const MOST: usize = 1_000;

const fn word(word: &'static str, description: &'static str) -> Word {
    Word { word, description }
}

const TYPES: Enumeration = Enumeration {
    name: "AcquisitionType",
    doc: "Types of acquisition records.",
    words: &[
        word("ORDER", "A purchase order."),
        word("ORDER_LINE", "A line of a purchase order."),
        word("PIECE", "A piece of what was ordered."),
        word("INVOICE", "An invoice."),
        word("INVOICE_LINE", "A line of an invoice."),
        word("ORGANIZATION", "An organization that is dealt with."),
    ],
};

/// Recording events.
pub fn specials() -> Vec<Act> {
    let mut act = Act::special(
        "recordAcquisitionEvents",
        "Records 1 to 1000 events of acquisition records. A refused event does not stop the others.",
        Role::Admin,
        (
            Gives::Values(&[
                ("received", "Int!", "Events that were sent."),
                ("inserted", "Int!", "Events that are new."),
                ("duplicates", "Int!", "Events that were recorded before."),
                ("refused", "Int!", "Events that were refused."),
                ("errors", "[AcquisitionEventError!]!", "Why; the first hundred."),
            ]),
            record,
        ),
    );
    act.scope = "acquisition.events.post";
    let mut entries = vec![
        extra("id", Kind::Uuid, "Identifier of the event; made where there is none."),
        Entry::extra("type", "Type of the record.", Slot::Word(TYPES)),
        Entry::extra("action", "What happened.", Slot::Word(crate::enumeration!(EventAction))),
        extra("entityId", Kind::Uuid, "Identifier of the record."),
        extra("parentId", Kind::Uuid, "Identifier of the record it is a line of."),
        extra("userId", Kind::Uuid, "Who did it; you without it."),
        extra("eventDate", Kind::Time, "When it was triggered; now without it."),
        extra("actionDate", Kind::Time, "When it occurred."),
        extra("snapshot", Kind::Json, "The record as it was afterwards."),
        extra("originalSnapshot", Kind::Json, "The record as it was before."),
        extra("extra", Kind::Json, "An object of further keys, for types that take them."),
    ];
    for entry in &mut entries {
        entry.required = matches!(entry.name, "type" | "action" | "entityId" | "actionDate");
    }
    let entries: &'static [Entry] = Box::leak(entries.into_boxed_slice());
    let mut events = Entry::extra("events", "The events, in order.", Slot::Items("AcquisitionEventInput", entries));
    events.required = true;
    act.entries = vec![events];
    vec![act]
}

fn kind(values: &Values) -> Result<acquisition::Kind> {
    let Some(Given::Cell(Cell::Text(word))) = values.get("type") else { return Err(Error::Internal) };
    acquisition::Kind::of(&word.to_ascii_lowercase().replace('_', "-")).ok_or(Error::Internal)
}

/// Why the members of an event cannot be told: a field and what is wrong with it.
type Fault = (String, &'static str);

/// The members of an event as JSON texts. What comes as further keys must not stand for others.
fn members(kind: acquisition::Kind, values: &Values) -> std::result::Result<Vec<(String, String)>, Fault> {
    let mut members = Vec::new();
    for (name, given) in values {
        let Given::Cell(cell) = given else { continue };
        let json = match cell {
            Cell::Null => continue,
            Cell::Uuid(uuid) => json!(uuid.to_string()).to_string(),
            Cell::Time(instant) => json!(instant_text(instant)).to_string(),
            Cell::Text(text) => json!(text).to_string(),
            Cell::Json(text) => text.clone(),
            _ => continue,
        };
        let key = match *name {
            "type" => continue,
            "entityId" => kind.entity_key(),
            "parentId" => kind.parent_key().ok_or_else(|| ("parentId".to_owned(), UNKNOWN))?,
            "snapshot" => kind.snapshot_key(),
            "originalSnapshot" => kind.original_key(),
            "extra" if kind.is_open() => {
                let further: serde_json::Map<String, Value> =
                    serde_json::from_str(&json).map_err(|_| ("extra".to_owned(), "must be an object"))?;
                if let Some(key) = further.keys().find(|key| kind.names_key(key)) {
                    return Err((key.clone(), UNKNOWN));
                }
                members.extend(further.into_iter().map(|(key, value)| (key, value.to_string())));
                continue;
            }
            other => other,
        };
        members.push((key.to_owned(), json));
    }
    Ok(members)
}

const UNKNOWN: &str = "unknown key";

fn event(values: &Values, fill: &Fill) -> Result<std::result::Result<Event, Refusal>> {
    let kind = kind(values)?;
    let members = match members(kind, values) {
        Ok(members) => members,
        Err((field, message)) => {
            let id = match values.get("id") {
                Some(Given::Cell(Cell::Uuid(id))) => Some(id.to_string()),
                _ => None,
            };
            return Ok(Err(Refusal { id, field, message }));
        }
    };
    let mut fields = Fields::default();
    for (key, json) in &members {
        fields.put(key.as_str(), json);
    }
    Ok(acquisition::check(Some(kind), &fields, Some(fill)))
}

fn record<'a>(desk: &'a mut Desk<'_>, _: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(async move {
        let Some(Given::Items(items)) = order.values.get("events") else {
            return Err(Error::invalid("events", "is required"));
        };
        if !(1..=MOST).contains(&items.len()) {
            return Err(Error::invalid("events", format!("must be 1 to {MOST}")));
        }
        let fill = Fill { user_id: desk.caller.user_uuid, now: desk.now() };
        let (mut events, mut errors, mut refused) = (Vec::new(), Vec::new(), 0);
        for (index, item) in items.iter().enumerate() {
            match event(item, &fill)? {
                Ok(event) => events.push(event),
                Err(refusal) => {
                    refused += 1;
                    if errors.len() < 100 {
                        errors.push(json!({
                            "index": index, "id": refusal.id, "field": refusal.field, "message": refusal.message,
                        }));
                    }
                }
            }
        }
        let (origin, organization) = (desk.origin.clone(), desk.organization_id);
        let valid = events.len();
        let imported = acquisition::record(desk.tx(), organization, events, &origin).await?;
        let values = [
            ("received".to_owned(), json!(items.len())),
            ("inserted".to_owned(), json!(imported.count())),
            ("duplicates".to_owned(), json!(valid - imported.count())),
            ("refused".to_owned(), json!(refused)),
            ("errors".to_owned(), Value::Array(errors)),
        ];
        Ok(Done { values: values.into(), ..Done::default() })
    })
}
