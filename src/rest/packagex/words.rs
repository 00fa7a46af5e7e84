//! How values are written here: identifiers with a prefix, instants as seconds, exact numbers, words in lower case
//! (contract packagex 2.3 and 6).

use serde_json::json;

use super::ident;
use crate::domain::cell::Cell;
use crate::rest::kit::Write;

/// The states, each with those of the domain that it stands for, in document order. The first is what it is when an
/// audit is taken there.
pub const STATES: [(&str, &[&str]); 6] = [
    ("created", &["CREATED"]),
    ("processing", &["IN_PROGRESS", "GENERATING"]),
    ("in_review", &["IN_REVIEW", "READY_TO_CLOSE"]),
    ("recount", &["RECOUNT"]),
    ("approved", &["CLOSED"]),
    ("canceled", &["CANCELED"]),
];

/// The priorities, in the order of their numbers.
pub const PRIORITIES: [&str; 3] = ["low", "medium", "high"];

/// The word of a state of the domain.
pub fn state_word(state: &str) -> &'static str {
    let found = STATES.iter().find(|(_, states)| states.contains(&state));
    debug_assert!(found.is_some(), "{state} has no word");
    found.map_or("processing", |(word, _)| word)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:ident, $example:literal;)+) => {$(
        $(#[$doc])*
        pub const $name: Write = Write {
            schema: || {
                let pattern = format!("^{}[1-9A-HJ-NP-Za-km-z]{{22}}$", ident::$prefix);
                json!({ "type": "string", "pattern": pattern, "examples": [$example] })
            },
            run: |out, cells| match cells.first().as_uuid() {
                Some(uuid) => out.text(&ident::write(ident::$prefix, uuid)),
                None => out.null(),
            },
        };
    )+};
}

ids! {
    /// Identifier of an audit.
    AUDIT_ID = AUDIT, "audit_DUuawzMCTkmYowFi2xV4r3";
    /// Identifier of a count.
    TASK_ID = TASK, "audtsk_7neaYuHZyUpsekw8xk3aax";
    /// Identifier of a location.
    LOCATION_ID = LOCATION, "loc_KRYEb9hXUZV5Ya6kSsEQuY";
    /// Identifier of an item.
    ITEM_ID = ITEM, "item_EDiYaXh2WBoKUgcVKz3VFV";
    /// Identifier of a layout.
    LAYOUT_ID = LAYOUT, "lay_JRLqZUDGt5mK9df2CgMDUJ";
    /// Identifier of a reason code.
    REASON_ID = REASON, "rsnc_8nYuXbUPjvW5N1C7k261bM";
    /// Identifier of a person, seen as a contact.
    CONTACT_ID = CONTACT, "ctct_8nYuXbUPjvW5N1C7k261bM";
    /// Identifier of an organization.
    ORGANIZATION_ID = ORGANIZATION, "org_SxoW88xd1yAH3QaDm1V5Fu";
}

/// Who did something: the key, else the person.
pub const ACTOR: Write = Write {
    schema: || {
        let pattern = format!("^({}|{})[1-9A-HJ-NP-Za-km-z]{{22}}$", ident::USER, ident::KEY);
        json!({ "type": ["string", "null"], "pattern": pattern, "examples": ["key_JskrhYyJwWz2sMiE5m2utZ"] })
    },
    run: |out, cells| match (cells.get(0).as_uuid(), cells.get(1).as_uuid()) {
        (Some(key), _) => out.text(&ident::write(ident::KEY, key)),
        (None, Some(user)) => out.text(&ident::write(ident::USER, user)),
        (None, None) => out.null(),
    },
};

macro_rules! constants {
    ($($(#[$doc:meta])* $name:ident = $value:literal;)+) => {$(
        $(#[$doc])*
        pub const $name: Write = Write {
            schema: || json!({ "type": "string", "const": $value, "examples": [$value] }),
            run: |out, _| out.text($value),
        };
    )+};
}

constants! {
    /// What an audit says it is.
    AUDIT = "audit";
    /// What a count says it is.
    TASK = "audit_task";
    /// What a location says it is.
    LOCATION = "location";
    /// What a contact says it is.
    CONTACT = "contact";
}

/// A list without elements.
pub const NO_LIST: Write =
    Write { schema: || json!({ "type": "array", "maxItems": 0, "examples": [[]] }), run: |out, _| out.raw("[]") };

/// An object without members.
pub const NO_MAP: Write =
    Write { schema: || json!({ "type": "object", "maxProperties": 0, "examples": [{}] }), run: |out, _| out.raw("{}") };

/// A state.
pub const STATUS: Write = Write {
    schema: || json!({ "type": "string", "enum": STATES.map(|(word, _)| word) }),
    run: |out, cells| out.text(state_word(cells.first().as_str().unwrap_or_default())),
};

/// A priority.
pub const PRIORITY: Write = Write {
    schema: || json!({ "type": "string", "enum": PRIORITIES }),
    run: |out, cells| {
        let at = cells.first().as_int().and_then(|number| usize::try_from(number - 1).ok());
        out.text(at.and_then(|at| PRIORITIES.get(at)).copied().unwrap_or("medium"));
    },
};

/// Whole seconds since 1970, cut.
pub const SECONDS: Write = Write {
    schema: || json!({ "type": "integer", "examples": [1_893_456_000] }),
    run: |out, cells| match cells.first().as_time() {
        Some(instant) => out.number(instant.timestamp()),
        None => out.null(),
    },
};

/// An exact number without an exponent.
pub const QUANTITY: Write = Write {
    schema: || json!({ "type": "number", "examples": [12.5] }),
    run: |out, cells| match cells.first() {
        Cell::Decimal(number) => {
            let text = number.normalize().to_string();
            out.raw(if text == "-0" { "0" } else { &text });
        }
        _ => out.null(),
    },
};

/// An object as it is kept.
pub const METADATA: Write = Write {
    schema: || json!({ "type": "object", "examples": [{ "wave": "7" }] }),
    run: |out, cells| out.raw(cells.first().as_str().unwrap_or("{}")),
};
