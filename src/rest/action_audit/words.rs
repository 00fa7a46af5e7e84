//! How values are written here: words in lower case, instants to the millisecond, points as decimal texts (contract
//! action_audit 7).

use entity::enumeration::{JobRole, OrgUnitType, UserStatus, Word, WorkerStatus};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use crate::domain::cell::Cell;
pub use crate::rest::kit::write::MILLISECOND as INSTANT;
use crate::rest::kit::{Cells, Out, Write};

/// An exact decimal as text.
pub const POINTS: Write = Write {
    schema: || json!({ "type": "string", "pattern": r"^-?\d+\.\d+$", "examples": ["12.5"] }),
    run: |out, cells| match cells.first() {
        Cell::Decimal(points) => out.text(&plain(*points)),
        _ => out.null(),
    },
};

/// Plain notation without trailing zeros, at least one digit behind the point.
fn plain(number: Decimal) -> String {
    let text = number.normalize().to_string();
    if text.contains('.') { text } else { format!("{text}.0") }
}

/// A mask in place of a PIN.
pub const MASK: Write = Write {
    schema: || json!({ "type": "string", "const": "************", "examples": ["************"] }),
    run: |out, cells| out.text(cells.first().as_str().unwrap_or_default()),
};

/// The status of a person.
pub const USER_STATUS: Write = Write { schema: || schema(UserStatus::WORDS), run: word };
/// The status of a worker.
pub const WORKER_STATUS: Write = Write { schema: || schema(WorkerStatus::WORDS), run: word };
/// The level of a unit.
pub const CELL_TYPE: Write = Write { schema: || schema(OrgUnitType::WORDS), run: word };

/// The tasks of a person, in the order of the set they are from.
pub const ROLES: Write = Write {
    schema: || {
        let items = schema(JobRole::WORDS);
        json!({ "type": "array", "items": items, "uniqueItems": true, "examples": [["auditor", "audit_manager"]] })
    },
    run: |out, cells| {
        let held: Vec<String> =
            cells.first().as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        out.raw("[");
        for known in JobRole::WORDS.iter().filter(|known| held.iter().any(|held| held == known.word)) {
            out.comma();
            out.text(&known.word.to_ascii_lowercase());
        }
        out.raw("]");
    },
};

fn word(out: &mut Out<'_>, cells: Cells<'_>) {
    out.text(&cells.first().as_str().unwrap_or_default().to_ascii_lowercase());
}

fn schema(words: &[Word]) -> Json {
    let words: Vec<String> = words.iter().map(|word| word.word.to_ascii_lowercase()).collect();
    json!({ "type": "string", "enum": words, "examples": [words.first()] })
}

/// The address of a record.
pub fn address(resource: &str, uuid: &Cell) -> Option<String> {
    uuid.as_uuid().map(|uuid| format!("{}/{resource}/{uuid}.json", super::BASE))
}

/// `links` of a row: where its record is.
macro_rules! show {
    ($name:ident, $resource:literal) => {
        #[doc = concat!("Where the record of a row of `", $resource, "` is.")]
        pub const $name: Write = Write {
            schema: || links(&[("show", &[$resource])], 1),
            run: |out, cells| {
                out.raw("{");
                link(out, "show", address($resource, cells.first()));
                out.raw("}");
            },
        };
    };
}

/// `links` of a record: where its list is.
macro_rules! list {
    ($name:ident, $resource:literal) => {
        #[doc = concat!("Where the list `", $resource, "` is.")]
        pub const $name: Write = Write {
            schema: || links(&[("list", &[])], 1),
            run: |out, _| {
                out.raw("{");
                link(out, "list", Some(format!("{}/{}.json", super::BASE, $resource)));
                out.raw("}");
            },
        };
    };
}

show!(SHOW_USER, "users");
show!(SHOW_WORKER, "workers");
show!(SHOW_ORGCELL, "orgcells");
show!(SHOW_ACTION_PLAN, "action_plans");
show!(SHOW_ACTIVITY, "activities");
show!(SHOW_AUDIT, "audits");
show!(SHOW_AUDIT_AREA, "audit_areas");
show!(SHOW_IDEA, "ideas");
show!(SHOW_TEMPLATE, "templates");
list!(LIST_WORKERS, "workers");
list!(LIST_ORGCELLS, "orgcells");
list!(LIST_ACTION_PLANS, "action_plans");
list!(LIST_AUDITS, "audits");
list!(LIST_AUDIT_AREAS, "audit_areas");
list!(LIST_IDEAS, "ideas");
list!(LIST_TEMPLATES, "templates");

/// `links` of a person: the list, and the record of the same person as a worker where there is one.
pub const LINKS_OF_USER: Write = Write {
    schema: || links(&[("list", &[]), ("worker", &["workers"])], 1),
    run: |out, cells| {
        out.raw("{");
        link(out, "list", Some(format!("{}/users.json", super::BASE)));
        link(out, "worker", address("workers", cells.first()));
        out.raw("}");
    },
};

/// `links` of an activity: the list, and the record of the plan, audit or idea that it is part of.
pub const LINKS_OF_ACTIVITY: Write = Write {
    schema: || links(&[("list", &[]), ("action_plan", &["action_plans", "audits", "ideas"])], 2),
    run: |out, cells| {
        out.raw("{");
        link(out, "list", Some(format!("{}/activities.json", super::BASE)));
        let parents = ["action_plans", "audits", "ideas"].into_iter().zip(0..);
        link(out, "action_plan", parents.into_iter().find_map(|(parent, index)| address(parent, cells.get(index))));
        out.raw("}");
    },
};

fn link(out: &mut Out<'_>, name: &str, address: Option<String>) {
    if let Some(address) = address {
        out.key(name);
        out.text(&address);
    }
}

/// The schema of links, each with the resources it may lead to a record of; the first so many are always there.
fn links(links: &[(&str, &[&str])], always: usize) -> Json {
    let uuid = "e2b1a7d4-6c3f-4b90-8d15-7f0a9c8b6e52";
    let mut properties = serde_json::Map::new();
    let mut example = serde_json::Map::new();
    for (name, resources) in links {
        properties.insert((*name).to_owned(), json!({ "type": "string", "format": "uri-reference" }));
        let address = match resources.first() {
            Some(resource) => format!("{}/{resource}/{uuid}.json", super::BASE),
            None => format!("{}/list.json", super::BASE),
        };
        example.insert((*name).to_owned(), address.into());
    }
    let required: Vec<&str> = links.iter().take(always).map(|(name, _)| *name).collect();
    json!({ "type": "object", "properties": properties, "required": required, "examples": [example] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_plain_and_have_a_digit_behind_the_point() {
        for (from, to) in
            [("0", "0.0"), ("12.50", "12.5"), ("100", "100.0"), ("-3.250000", "-3.25"), ("0.000001", "0.000001")]
        {
            assert_eq!(plain(from.parse().unwrap()), to);
        }
    }
}
