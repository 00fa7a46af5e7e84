//! The ways of writing that several dialects have in common.

use serde_json::{Value as Json, json};

use super::form::Write;
use crate::domain::cell::Cell;

/// Text as it is.
pub const TEXT: Write = Write {
    schema: || json!({ "type": "string", "examples": ["Packing line"] }),
    run: |out, cells| match cells.first().as_str() {
        Some(text) => out.text(text),
        None => out.text(""),
    },
};

/// A UUID in lower case.
pub const UUID: Write = Write {
    schema: || json!({ "type": "string", "format": "uuid", "examples": ["e2b1a7d4-6c3f-4b90-8d15-7f0a9c8b6e52"] }),
    run: |out, cells| match cells.first().as_uuid() {
        Some(uuid) => out.value(&uuid),
        None => out.null(),
    },
};

/// A whole number.
pub const INTEGER: Write = Write {
    schema: || json!({ "type": "integer", "examples": [2] }),
    run: |out, cells| match cells.first().as_int() {
        Some(number) => out.number(number),
        None => out.null(),
    },
};

/// True or false.
pub const BOOLEAN: Write = Write {
    schema: || json!({ "type": "boolean", "examples": [true] }),
    run: |out, cells| match cells.first().as_bool() {
        Some(truth) => out.value(&truth),
        None => out.null(),
    },
};

/// A calendar day.
pub const DATE: Write = Write {
    schema: || json!({ "type": "string", "format": "date", "examples": ["2026-01-15"] }),
    run: |out, cells| match cells.first() {
        Cell::Date(date) => out.text(&date.to_string()),
        _ => out.null(),
    },
};

/// An instant in UTC, cut to the millisecond.
pub const MILLISECOND: Write = Write {
    schema: || {
        let pattern = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$";
        json!({ "type": "string", "format": "date-time", "pattern": pattern, "examples": ["2026-01-09T07:00:00.000Z"] })
    },
    run: |out, cells| match cells.first().as_time() {
        Some(instant) => out.instant(&instant, 3),
        None => out.null(),
    },
};

/// The first example that a schema gives, else the first of its words; of a list the empty one.
pub fn example(schema: &Json) -> Json {
    let given = ["examples", "enum"].iter().find_map(|key| schema.get(key)?.get(0));
    match given {
        Some(example) => example.clone(),
        None if schema.get("type").is_some_and(|kind| kind == "array") => json!([]),
        None => Json::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_has_an_example() {
        assert_eq!(example(&json!({ "type": "string", "examples": ["b"], "enum": ["a", "b"] })), "b");
        assert_eq!(example(&json!({ "type": "string", "enum": ["a", "b"] })), "a");
        assert_eq!(example(&json!({ "type": "array" })), json!([]));
    }
}
