//! How values are written here: words in lower case, two statuses for eight states, areas as objects of their own
//! (contract ablebase 3).

use serde_json::{Value as Json, json};

use crate::rest::kit::openapi::or_null;
use crate::rest::kit::write::{MILLISECOND, TEXT, UUID, example};
use crate::rest::kit::{Cells, Out, Write};

/// What an audit covers.
pub const TYPES: [&str; 3] = ["full", "re_audit", "small_scope"];
/// Whether an audit is over, in words.
pub const STATUSES: [&str; 2] = ["in_progress", "completed"];

const HIGH_TO_LOW: &[&str] = &["high", "medium", "low"];
const CRITICAL_TO_LOW: &[&str] = &["critical", "high", "medium", "low"];

fn words(words: &[&str]) -> Json {
    json!({ "type": "string", "enum": words, "examples": [words.first()] })
}

/// Writes the stored word in lower case where it is one of these, else null.
fn one_of(words: &[&str], out: &mut Out<'_>, cells: Cells<'_>) {
    let word = cells.first().as_str().unwrap_or_default();
    match words.iter().find(|known| known.eq_ignore_ascii_case(word)) {
        Some(known) => out.text(known),
        None => out.null(),
    }
}

/// What an audit covers.
pub const TYPE: Write = Write { schema: || words(&TYPES), run: |out, cells| one_of(&TYPES, out, cells) };
/// Where an audit stands.
pub const STATUS: Write = Write {
    schema: || words(&STATUSES),
    run: |out, cells| {
        let is_over = matches!(cells.first().as_str(), Some("CLOSED" | "CANCELED"));
        out.text(if is_over { "completed" } else { "in_progress" });
    },
};
/// Whether an issue is resolved.
pub const STATE: Write = Write {
    schema: || words(&["open", "closed"]),
    run: |out, cells| out.text(if cells.first().as_str() == Some("CLOSED") { "closed" } else { "open" }),
};
/// A degree of three.
pub const DEGREE: Write = Write { schema: || words(HIGH_TO_LOW), run: |out, cells| one_of(HIGH_TO_LOW, out, cells) };
/// How urgent an issue is.
pub const PRIORITY: Write =
    Write { schema: || words(CRITICAL_TO_LOW), run: |out, cells| one_of(CRITICAL_TO_LOW, out, cells) };
/// Where an issue comes from: this interface's own name.
pub const SOURCE: Write = Write {
    schema: || json!({ "type": "string", "const": "ablebase", "examples": ["ablebase"] }),
    run: |out, _| out.text("ablebase"),
};

/// An area as it stands in an issue: key, how it is written, whether it may be null.
const AREA: [(&str, Write, bool); 8] = [
    ("id", UUID, false),
    ("name", TEXT, false),
    ("slug", TEXT, false),
    ("description", TEXT, true),
    ("productId", UUID, true),
    ("archivedAt", MILLISECOND, true),
    ("createdAt", MILLISECOND, false),
    ("updatedAt", MILLISECOND, false),
];

/// The fields that [`AREAS`] is worked out of: the kind, then the area's own.
pub const AREA_FIELDS: &[&str] = &[
    "asset.kind",
    "asset.uuid",
    "asset.name",
    "asset.slug",
    "asset.description",
    "asset.productUuid",
    "asset.archivedAt",
    "asset.createdAt",
    "asset.updatedAt",
];

/// The asset in a list, if it is an area.
pub const AREAS: Write = Write {
    schema: || {
        let mut properties = serde_json::Map::new();
        let mut sample = serde_json::Map::new();
        for (key, write, nullable) in AREA {
            let schema = (write.schema)();
            sample.insert(key.to_owned(), example(&schema));
            properties.insert(key.to_owned(), if nullable { or_null(schema) } else { schema });
        }
        let required: Vec<&str> = AREA.iter().map(|(key, ..)| *key).collect();
        let area = json!({
            "type": "object", "properties": properties, "required": required, "additionalProperties": false,
        });
        json!({ "type": "array", "items": area, "maxItems": 1, "examples": [[sample]] })
    },
    run: |out, cells| {
        out.raw("[");
        if cells.first().as_str() == Some("AREA") {
            out.raw("{");
            for (place, (key, write, _)) in (1..).zip(AREA) {
                out.key(key);
                if cells.get(place).is_null() { out.null() } else { (write.run)(out, cells.from(place)) }
            }
            out.raw("}");
        }
        out.raw("]");
    },
};
