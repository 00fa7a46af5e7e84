//! How values are written (contract auditcomply 6.1).

use chrono::{DateTime, SecondsFormat, Timelike, Utc};
use serde_json::{Value as Json, json};

use crate::domain::cell::Cell;
use crate::rest::kit::{Cells, Out, Write};

/// `YYYY-MM-DDThh:mm:ssZ`, with six fraction digits where the microsecond is not zero.
pub fn instant_text(instant: &DateTime<Utc>) -> String {
    let digits = if instant.nanosecond() / 1_000 == 0 { SecondsFormat::Secs } else { SecondsFormat::Micros };
    instant.to_rfc3339_opts(digits, true)
}

fn cell(out: &mut Out<'_>, cell: &Cell) {
    match cell {
        Cell::Null => out.null(),
        Cell::Bool(value) => out.raw(if *value { "true" } else { "false" }),
        Cell::Int(value) => out.number(*value),
        Cell::Float(value) => out.value(value),
        Cell::Text(value) => out.text(value),
        Cell::Uuid(value) => out.value(value),
        Cell::Time(value) => out.instant(value, if value.nanosecond() / 1_000 == 0 { 0 } else { 6 }),
        Cell::Date(value) => out.text(&value.to_string()),
        Cell::Decimal(value) => out.text(&value.normalize().to_string()),
        Cell::Json(value) => out.raw(value),
    }
}

fn first(out: &mut Out<'_>, cells: Cells<'_>) {
    cell(out, cells.first());
}

/// A string.
pub const TEXT: Write = Write { schema: || json!({ "type": "string", "examples": ["Cold store 2"] }), run: first };
/// A string, empty where there is none.
pub const TEXT_OR_EMPTY: Write = Write {
    schema: || json!({ "type": "string", "examples": ["Passed"] }),
    run: |out, cells| out.text(cells.first().as_str().unwrap_or_default()),
};
/// An address.
pub const URI: Write = Write {
    schema: || json!({ "type": "string", "format": "uri", "examples": ["https://files.example.org/r/1.pdf"] }),
    run: first,
};
/// A mail address, empty where there is none.
pub const EMAIL: Write = Write {
    schema: || json!({ "type": "string", "format": "email", "examples": ["mira@plant.example"] }),
    run: |out, cells| out.text(cells.first().as_str().unwrap_or_default()),
};
/// A whole number.
pub const INT: Write = Write { schema: || json!({ "type": "integer", "examples": [41] }), run: first };
/// A double.
pub const DOUBLE: Write =
    Write { schema: || json!({ "type": "number", "format": "double", "examples": [47.5] }), run: first };
/// A truth value; false where there is none.
pub const BOOL: Write = Write {
    schema: || json!({ "type": "boolean", "examples": [true] }),
    run: |out, cells| cell(out, &Cell::Bool(cells.first().as_bool() == Some(true))),
};
/// An instant.
pub const INSTANT: Write = Write {
    schema: || json!({ "type": "string", "format": "date-time", "examples": ["2031-04-02T08:15:00Z"] }),
    run: first,
};
/// A day.
pub const DATE: Write =
    Write { schema: || json!({ "type": "string", "format": "date", "examples": ["2031-05-01"] }), run: first };
/// A whole number, written as a string because the document has it so.
pub const DIGITS: Write = Write {
    schema: || json!({ "type": "string", "pattern": "^[0-9]+$", "examples": ["2"] }),
    run: |out, cells| out.text(&cells.first().as_int().unwrap_or_default().to_string()),
};
/// An object, written as the string of its compact text.
pub const OBJECT_TEXT: Write = Write {
    schema: || json!({ "type": "string", "contentMediaType": "application/json", "examples": ["{}"] }),
    run: |out, cells| out.text(&parsed(cells.first()).filter(Json::is_object).unwrap_or_else(|| json!({})).to_string()),
};
/// An object.
pub const OBJECT: Write = Write {
    schema: || json!({ "type": "object", "examples": [{}] }),
    run: |out, cells| out.value(&parsed(cells.first()).filter(Json::is_object).unwrap_or_else(|| json!({}))),
};
/// A list of strings, joined with commas.
pub const JOINED: Write = Write {
    schema: || json!({ "type": "string", "examples": ["press,guard"] }),
    run: |out, cells| out.text(&texts(cells.first()).join(",")),
};
/// A list of strings.
pub const TEXTS: Write = Write {
    schema: || json!({ "type": "array", "items": { "type": "string" }, "examples": [["No"]] }),
    run: |out, cells| out.value(&texts(cells.first())),
};

/// The value that a cell holds as JSON.
pub fn parsed(cell: &Cell) -> Option<Json> {
    cell.as_str().and_then(|text| serde_json::from_str(text).ok())
}

/// The elements of a list, as texts.
pub fn elements(cell: &Cell) -> Vec<Json> {
    match parsed(cell) {
        Some(Json::Array(elements)) => elements,
        _ => Vec::new(),
    }
}

fn texts(cell: &Cell) -> Vec<String> {
    elements(cell).iter().map(text_of).collect()
}

/// A value as a string: strings as they are, everything else as its JSON text.
pub fn text_of(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_30_an_instant_has_six_fraction_digits_or_none() {
        for (instant, text) in [
            ("2031-04-02T08:15:00Z", "2031-04-02T08:15:00Z"),
            ("2031-04-02T08:15:00.25Z", "2031-04-02T08:15:00.250000Z"),
            ("2031-04-02T09:15:00.000001+01:00", "2031-04-02T08:15:00.000001Z"),
        ] {
            let instant: DateTime<chrono::FixedOffset> = instant.parse().unwrap();
            assert_eq!(instant_text(&instant.to_utc()), text);
        }
    }
}
