//! What audits are made from: categories, templates, statuses, patterns of programs, reference data for devices.

use serde_json::json;

use super::people::FOUNDED;
use super::question::{HACCP, HSE, HYGIENE, Question, SIX_S};
use super::question_more::{COUNT, LAYERED, SUPPLIER, SYSTEM, WCAG};
use super::world::World;
use crate::fields;
use crate::seed::draft::{Key, Value};

/// A template of audits.
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    /// Short symbol; others find it by this.
    pub symbol: &'static str,
    /// Name.
    pub name: &'static str,
    /// Kind of audit.
    pub audit_type: &'static str,
    /// Category.
    pub category: &'static str,
    /// Organizational unit that keeps it.
    pub unit: &'static str,
    /// What it asks.
    pub questions: &'static [Question],
    /// Kind of the issues it raises.
    pub issue: &'static str,
    /// Score below which an audit has failed.
    pub threshold: i64,
    /// Its tags.
    pub tags: &'static [&'static str],
}

macro_rules! patterns {
    ($($symbol:literal $name:literal $audit_type:literal $category:literal $unit:literal $questions:ident $issue:literal
        $threshold:literal $tags:expr;)*) => {
        /// All templates of audits, in their present edition.
        pub const PATTERNS: &[Pattern] = &[$(Pattern {
            symbol: $symbol, name: $name, audit_type: $audit_type, category: $category, unit: $unit,
            questions: $questions, issue: $issue, threshold: $threshold, tags: &$tags,
        },)*];
    };
}

patterns! {
    "HYG" "Hygiene round" "general" "Cleanliness" "QA" HYGIENE "NONCONFORMANCE" 80 ["hygiene", "plant"];
    "6S" "6S walk" "sixs" "Order" "QA" SIX_S "TASK" 75 ["lean"];
    "HSE" "Safety inspection" "hse" "Occupational safety" "QA" HSE "NONCONFORMANCE" 85 ["safety", "plant"];
    "HACCP" "HACCP verification" "general" "Food safety" "QA" HACCP "NONCONFORMANCE" 90 ["food safety", "critical"];
    "SUP" "Supplier audit" "general" "Suppliers" "QA" SUPPLIER "NONCONFORMANCE" 75 ["supplier"];
    "WCAG" "WCAG 2.2 audit" "accessibility" "Accessibility" "IT" WCAG "FINDING" 70 ["web", "accessibility"];
    "LPA" "Layered process audit" "lpa" "Process" "RTM" LAYERED "TASK" 80 ["process", "line"];
    "CNT" "Stock count" "inventory" "Inventory" "LOG" COUNT "TASK" 80 ["inventory"];
    "QMS" "Internal audit ISO 9001" "system" "Management system" "QA" SYSTEM "NONCONFORMANCE" 80 ["iso"];
    "OHS" "Internal audit ISO 45001" "system" "Occupational safety" "QA" SYSTEM "NONCONFORMANCE" 80 ["iso", "safety"];
}

/// The verdicts, each with its colour, whether it complies, and the points it gives.
pub const VERDICTS: &[(&str, &str, bool)] = &[
    ("Compliant", "#2e7d32", true),
    ("Minor deviation", "#f9a825", false),
    ("Major deviation", "#c62828", false),
    ("Recommendation", "#1565c0", true),
    ("Not applicable", "#757575", true),
];

/// Makes all of it.
pub fn catalogue(world: &mut World) {
    let deed = world.deed("marta.manager", FOUNDED + 1, 540);
    let labels = [
        "Cleanliness",
        "Order",
        "Occupational safety",
        "Food safety",
        "Suppliers",
        "Accessibility",
        "Process",
        "Inventory",
        "Management system",
        "Environment",
    ];
    for label in labels {
        world.add("category", label, deed, fields! { label: label });
    }
    own_standard(world);
    for (minute, pattern) in (600..).zip(PATTERNS) {
        template(world, pattern, minute);
    }
    editions(world);
    statuses(world);
    programs(world);
    devices(world);
}

/// The company's own requirements, beside the standards that come with the service.
fn own_standard(world: &mut World) {
    let deed = world.deed("marta.manager", FOUNDED + 1, 560);
    let key = world.add(
        "standard",
        "harbour-standard",
        deed,
        fields! {
            slug: "harbour-standard", source: "CUSTOM", name: "Harbour Foods plant standard",
            description: "Hygiene, order and safety in our own plants.",
        },
    );
    let levels =
        [("basic", "Basic", "What every plant meets."), ("excellent", "Excellent", "Plants that teach others.")];
    for (order, (code, name, description)) in (1..).zip(levels) {
        world.add(
            "conformance_level",
            code,
            deed,
            fields! {
                standard_id: key, code: code, name: name, description: description, sort_order: order,
            },
        );
    }
}

fn questions(pattern: &Pattern) -> serde_json::Value {
    let question = |question: &Question| {
        json!({
            "subject": question.subject, "requirement_identifier": question.requirement, "weight": question.weight,
        })
    };
    pattern.questions.iter().map(question).collect()
}

fn template(world: &mut World, pattern: &Pattern, minute: i64) {
    let deed = world.deed("marta.manager", FOUNDED + 1, minute);
    let (category, unit) = (world.key("category", pattern.category), world.key("org_unit", pattern.unit));
    let creator = world.person("marta.manager");
    let description = format!("{} questions, passed from {} points.", pattern.questions.len(), pattern.threshold);
    // The hygiene round is in its second edition, the first one follows below.
    let edition = if pattern.symbol == "HYG" { 2 } else { 1 };
    let key = world.add(
        "template",
        pattern.symbol,
        deed,
        fields! {
            kind: "AUDIT", name: pattern.name, symbol: pattern.symbol, description: description, edition: edition,
            state: "CURRENT", category_id: category, tags: json!(pattern.tags), org_unit_id: unit, creator_id: creator,
            questions: questions(pattern),
        },
    );
    if pattern.symbol == "WCAG" {
        let later = world.deed("casey.consultant", -500, 660);
        let description = "All criteria of level A and AA that our shop can touch.";
        world.draft.edit(key, later, fields! { description: description });
    }
}

fn editions(world: &mut World) {
    let unit = world.key("org_unit", "QA");
    let creator = world.person("marta.manager");
    let rows = [
        ("HYG-1", "AUDIT", "Hygiene round", 1, "SUPERSEDED", FOUNDED, json!(["hygiene"])),
        ("HSE-2", "AUDIT", "Safety inspection", 2, "DRAFT", -30, json!(["safety", "draft"])),
        ("8D", "ACTION_PLAN", "Corrective action (8D)", 1, "CURRENT", FOUNDED + 1, json!(["8d"])),
        ("IMP", "ACTION_PLAN", "Improvement project", 3, "CURRENT", FOUNDED + 2, json!([])),
    ];
    for (symbol, kind, name, edition, state, day, tags) in rows {
        let deed = world.deed("marta.manager", day, 700);
        let steps = match (kind, symbol) {
            ("ACTION_PLAN", _) => json!([
                { "subject": "Contain" }, { "subject": "Find the cause" }, { "subject": "Act" },
                { "subject": "Verify" },
            ]),
            (_, "HSE-2") => json!([{ "subject": "Are machine guards fitted?", "weight": 3 }]),
            _ => json!([{ "subject": "Is the area clean?" }, { "subject": "Are records signed?" }]),
        };
        world.add("template", symbol, deed, fields! {
            kind: kind, name: name, symbol: symbol.split('-').next().unwrap_or(symbol), edition: edition, state: state,
            tags: tags, org_unit_id: unit, creator_id: creator, questions: steps,
        });
    }
}

fn statuses(world: &mut World) {
    let deed = world.deed("marta.manager", FOUNDED + 1, 720);
    for (name, color, compliant) in VERDICTS {
        world.add("observation_status", name, deed, fields! { name: *name, color: *color, compliant: *compliant });
    }
    let groups: [(&str, i64, &str, &[&str]); 3] = [
        ("Verdicts", 1, "SUPERSEDED", &["Compliant", "Major deviation"]),
        ("Verdicts", 2, "CURRENT", &["Compliant", "Minor deviation", "Major deviation", "Not applicable"]),
        ("Accessibility verdicts", 1, "CURRENT", &["Compliant", "Major deviation", "Recommendation", "Not applicable"]),
    ];
    for (name, edition, state, members) in groups {
        let group = world.draft.add("status_group", deed, fields! { name: name, edition: edition, state: state });
        for (position, member) in (1..).zip(members) {
            let status = world.key("observation_status", member);
            world.draft.add(
                "status_group_status",
                deed,
                fields! {
                    status_group_id: group, observation_status_id: status, position: position,
                },
            );
        }
    }
}

/// A phase of a program: its name, the symbols of its templates.
pub type Phase = (&'static str, &'static [&'static str]);

/// The phases of the yearly food safety program.
pub const PHASES: &[Phase] =
    &[("Desk review", &["QMS"]), ("Plant rounds", &["HYG", "HACCP"]), ("Suppliers", &["SUP"]), ("Closing", &["QMS"])];

/// The templates of a phase.
pub fn templates(world: &mut World, symbols: &[&str]) -> Vec<Key> {
    symbols.iter().map(|symbol| world.key("template", symbol)).collect()
}

fn phases(world: &mut World, phases: &[Phase]) -> Value {
    let made: Vec<(i64, &str, Vec<Key>)> =
        (1..).zip(phases).map(|(position, (name, symbols))| (position, *name, templates(world, symbols))).collect();
    Value::late(move |ids| {
        let phase = |(position, name, keys): &(i64, &str, Vec<Key>)| {
            let templates: Vec<i64> = keys.iter().map(|key| ids.of(*key)).collect();
            json!({ "position": position, "name": name, "template_ids": templates })
        };
        crate::domain::cell::json(&made.iter().map(phase).collect())
    })
}

fn programs(world: &mut World) {
    let deed = world.deed("marta.manager", FOUNDED + 3, 540);
    let short: &[Phase] = &[("Audit", &["WCAG"]), ("Re-audit", &["WCAG"])];
    let rows = [
        ("Food safety year 1", "Food safety year", 1, "SUPERSEDED", PHASES.get(..2).unwrap_or_default()),
        ("Food safety year", "Food safety year", 2, "CURRENT", PHASES),
        ("Accessibility", "Accessibility of a product", 1, "CURRENT", short),
    ];
    for (called, name, edition, state, steps) in rows {
        let phases = phases(world, steps);
        world.add(
            "program_template",
            called,
            deed,
            fields! {
                name: name, edition: edition, state: state, phases: phases,
            },
        );
    }
}

fn devices(world: &mut World) {
    let rows = [
        ("Allergens", "Allergens 1", 1, FOUNDED + 4, json!({ "entries": ["fish", "milk", "mustard"] })),
        ("Allergens", "Allergens 2", 2, -200, json!({ "entries": ["fish", "crustaceans", "milk", "mustard", "soy"] })),
        (
            "Zones",
            "Zones 1",
            1,
            FOUNDED + 4,
            json!({ "entries": { "high care": ["packing"], "low risk": ["intake"] } }),
        ),
    ];
    for (name, called, edition, day, metadata) in rows {
        let deed = world.deed("adam.admin", day, 800);
        world.add("datastore", called, deed, fields! { name: name, edition: edition, metadata: metadata });
    }
    let deed = world.deed("adam.admin", FOUNDED + 4, 810);
    let first = world.key("datastore", "Allergens 1");
    let (allergens, zones) = (world.key("datastore", "Allergens 2"), world.key("datastore", "Zones 1"));
    let key = world.draft.add("datastore_info", deed, fields! { name: "allergens", current_datastore_id: first });
    let later = world.deed("adam.admin", -199, 810);
    world.draft.edit(key, later, fields! { current_datastore_id: allergens });
    world.draft.add("datastore_info", deed, fields! { name: "zones", current_datastore_id: zones });
}
