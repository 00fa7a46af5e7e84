//! What is asked of a value, whatever surface it came in by.

use super::entry::{Check, Entry, JSON_BYTES, Slot};
use super::order::{Given, Order, Values};
use crate::domain::cell::{Cell, Kind};
use crate::domain::error::Fault;

/// What is wrong with the given values: everything at once.
pub fn faults(entries: &[Entry], order: &Order, is_new: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    check(entries, &order.values, (is_new, &mut Vec::new()), &mut faults);
    // What could not be read was given, although it is not among the values.
    faults.retain(|fault| order.faults.iter().all(|known| known.path != fault.path));
    faults
}

fn check(entries: &[Entry], values: &Values, (is_new, path): (bool, &mut Vec<String>), faults: &mut Vec<Fault>) {
    for entry in entries.iter().filter(|entry| if is_new { entry.on_create } else { entry.on_update }) {
        path.push(entry.name.to_owned());
        let mut fault = |code: &'static str, message: &str| {
            faults.push(Fault { path: path.clone(), code, message: message.to_owned() });
        };
        match values.get(entry.name) {
            None if is_new && entry.required => fault("REQUIRED", "is required"),
            None => {}
            Some(Given::Cell(Cell::Null) | Given::One(None)) if !entry.nullable || (is_new && entry.required) => {
                fault("REQUIRED", "must not be null");
            }
            Some(Given::Cell(Cell::Null) | Given::One(None)) => {}
            Some(Given::Cell(cell)) => {
                if entry.required && cell.as_str().is_some_and(|text| text.trim().is_empty()) {
                    fault("REQUIRED", "must not be empty");
                } else if let Some((code, message)) = wrong(entry, cell) {
                    fault(code, &message);
                }
            }
            Some(Given::Many(rows)) if rows.len() > 1_000 => fault("TOO_LONG", "must have at most 1000 values"),
            Some(Given::Items(items)) => {
                if let Slot::Items(_, entries) = entry.slot {
                    for (position, item) in items.iter().enumerate() {
                        path.push(position.to_string());
                        check(entries, item, (is_new, path), faults);
                        path.pop();
                    }
                }
            }
            Some(_) => {}
        }
        path.pop();
    }
}

/// Why a value cannot be taken: a stable code and words.
fn wrong(entry: &Entry, cell: &Cell) -> Option<(&'static str, String)> {
    match (entry.check, cell) {
        (Check::Line(most), Cell::Text(text)) => {
            if text.chars().any(char::is_control) {
                Some(("INVALID", "must not contain control characters".to_owned()))
            } else {
                too_long(text, most)
            }
        }
        (Check::Prose(most), Cell::Text(text)) => {
            if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')) {
                Some(("INVALID", "must not contain control characters".to_owned()))
            } else {
                too_long(text, most)
            }
        }
        (Check::Verbatim(most), Cell::Text(text)) => {
            if text.contains('\0') {
                Some(("INVALID", "must not contain U+0000".to_owned()))
            } else {
                too_long(text, most)
            }
        }
        (Check::Between(least, most), cell) => {
            let inside = match cell {
                Cell::Int(value) => (least..=most).contains(value),
                #[expect(clippy::cast_precision_loss, reason = "bounds are small")]
                Cell::Float(value) => (least as f64..=most as f64).contains(value),
                Cell::Decimal(value) => *value >= least.into() && *value <= most.into(),
                _ => true,
            };
            (!inside).then(|| ("OUT_OF_RANGE", format!("must be {least} to {most}")))
        }
        (Check::Object, Cell::Json(text)) if !text.starts_with('{') => {
            Some(("INVALID", "must be an object".to_owned()))
        }
        (Check::Array, Cell::Json(text)) if !text.starts_with('[') => Some(("INVALID", "must be a list".to_owned())),
        (Check::Address, Cell::Text(text)) => {
            let fit = (text.starts_with("https://") || text.starts_with("http://"))
                && text.bytes().all(|byte| byte.is_ascii_graphic())
                && text.len() > 8;
            if fit {
                too_long(text, 1_000)
            } else {
                Some(("INVALID", "must be an absolute address of http or https".to_owned()))
            }
        }
        _ => None,
    }
    .or_else(|| match (entry.slot, cell) {
        (Slot::Field(field, _), Cell::Json(text)) if field.kind == Kind::Json && text.len() > JSON_BYTES => {
            Some(("TOO_LONG", format!("must have at most {JSON_BYTES} bytes")))
        }
        _ => None,
    })
}

fn too_long(text: &str, most: usize) -> Option<(&'static str, String)> {
    (text.chars().count() > most).then(|| ("TOO_LONG", format!("must have at most {most} characters")))
}
