//! How values are written here (contract folio 6).

use chrono::SecondsFormat;
use entity::enumeration::EventAction;
use serde_json::json;

use crate::rest::kit::Write;

/// An instant in UTC, cut to the millisecond, its offset in digits.
pub const DATE_TIME: Write = Write {
    schema: || {
        let pattern = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$";
        json!({
            "type": "string", "format": "date-time", "pattern": pattern, "examples": ["2026-01-09T07:00:00.250+00:00"]
        })
    },
    run: |out, cells| match cells.first().as_time() {
        Some(instant) => out.text(&instant.to_rfc3339_opts(SecondsFormat::Millis, false)),
        None => out.null(),
    },
};

/// What happened.
pub const ACTION: Write = Write {
    schema: || {
        let words: Vec<&str> = EventAction::WORDS.iter().map(|word| word.word).collect();
        json!({ "type": "string", "enum": words, "examples": ["Edit"] })
    },
    run: |out, cells| out.text(cells.first().as_str().unwrap_or_default()),
};

/// A record as it was, as it came in, but for what is not shown.
pub const SNAPSHOT: Write = Write {
    schema: || json!({ "type": "object", "examples": [{ "workflowStatus": "Open" }] }),
    run: |out, cells| out.json(cells.first().as_str().unwrap_or("{}")),
};
