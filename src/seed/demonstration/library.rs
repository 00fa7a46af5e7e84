//! A second, small organization, so that it can be seen that none sees the other.

use rust_decimal::Decimal;
use serde_json::json;

use super::account::{ACCOUNTS, LIBRARY};
use super::world::World;
use crate::fields;
use crate::seed::draft::{Deed, Key};

const FOUNDED: i64 = -500;

/// Slug, slug above, kind, name, description.
const PLACES: &[(&str, &str, &str, &str, &str)] = &[
    ("main-library", "", "SITE", "Main library", "Three floors at the market."),
    ("childrens-room", "main-library", "AREA", "Children's room", "Ground floor."),
    ("reading-room", "main-library", "AREA", "Reading room", "First floor, 60 seats."),
    ("book-lift", "main-library", "EQUIPMENT", "Book lift", "From the stacks to the desk."),
    ("online-catalogue", "", "PRODUCT", "Online catalogue", "Search, reserve, renew."),
    ("closed-stacks", "", "LOCATION", "Closed stacks", "Basement, 80,000 volumes."),
];

const QUESTIONS: &[(&str, &str)] = &[
    ("Are escape routes free and marked?", "Book trolley in the escape route"),
    ("Are shelves fixed and not overloaded?", "Shelf bends under folios"),
    ("Are climate records kept?", "Humidity above 60 percent"),
];

/// Asset, due day, state, answers: 0 yes, 1 no.
const AUDITS: &[(&str, i64, &str, [usize; 3])] = &[
    ("main-library", -400, "CLOSED", [0, 1, 0]),
    ("main-library", -35, "CLOSED", [1, 0, 1]),
    ("childrens-room", -210, "CLOSED", [0, 0, 0]),
    ("reading-room", -90, "CLOSED", [0, 1, 1]),
    ("online-catalogue", -160, "CLOSED", [0, 0, 1]),
    ("closed-stacks", -7, "IN_PROGRESS", [0, 0, 1]),
    ("main-library", 25, "CREATED", [0, 0, 0]),
];

/// Makes it.
pub fn library(world: &mut World) {
    let nobody = Deed { by: None, at: world.at(FOUNDED, 480) };
    let organization = world.add(
        "organization",
        LIBRARY,
        nobody,
        fields! {
            slug: LIBRARY, name: "Northwind Library", time_zone: "Europe/London", default_audit_frequency_months: 12,
            demonstration: true,
        },
    );
    world.draft.enter(organization);
    let unit = world.add(
        "org_unit",
        "library",
        nobody,
        fields! {
            abbr: "NWL", cell_type: "ORGANISATION", description: "Northwind Library",
        },
    );
    people(world, nobody, unit);
    let deed = world.deed("nora.owner", FOUNDED + 1, 540);
    for (slug, parent, kind, name, description) in PLACES {
        let parent = world.key_of("asset", parent);
        let key = world.add(
            "asset",
            slug,
            deed,
            fields! {
                parent_id: parent, path: "", kind: *kind, name: *name, slug: *slug, description: *description,
                metadata: json!([]),
            },
        );
        let way = parent.into_iter().chain([key]).collect();
        world.draft.set(key, fields! { path: super::asset::path(way) });
    }
    let category = world.add("category", "library", deed, fields! { label: "Building" });
    let questions: serde_json::Value =
        QUESTIONS.iter().map(|(subject, _)| json!({ "subject": *subject, "weight": 1 })).collect();
    let creator = world.person("nora.owner");
    let template = world.add(
        "template",
        "library",
        deed,
        fields! {
            kind: "AUDIT", name: "Building round", symbol: "BLD", edition: 1, state: "CURRENT", category_id: category,
            tags: json!(["building"]), org_unit_id: unit, creator_id: creator, questions: questions,
        },
    );
    audits(world, (template, category));
    super::purchase::purchases(world, &super::purchase::OF_LIBRARY);
}

fn people(world: &mut World, deed: Deed, unit: Key) {
    let rows = [
        ("nora.owner", "Nora", "Whitfield", "Head librarian", "OWNER"),
        ("liam.member", "Liam", "Doyle", "Librarian", "MEMBER"),
        ("casey.consultant", "", "", "", "ADMIN"),
    ];
    for (username, first_name, last_name, position, role) in rows {
        // The consultant has an account already and belongs to both.
        let person =
            if first_name.is_empty() {
                world.person(username)
            } else {
                let email = ACCOUNTS.iter().find(|account| account.username == username).map(|account| account.email);
                let hash = world.hashes.get(username).cloned();
                world.add("user", username, deed, fields! {
                username: username, email: email, password_hash: hash, first_name: first_name, last_name: last_name,
                position: position, locale: "en-GB", status: "ACTIVE", demonstration: true,
            })
            };
        world.draft.add(
            "membership",
            deed,
            fields! {
                user_id: person, role: role, job_roles: json!(["AUDITOR"]), org_unit_id: unit,
            },
        );
    }
}

fn audits(world: &mut World, (template, category): (Key, Key)) {
    let (mut sequences, mut issues) = (std::collections::HashMap::new(), std::collections::HashMap::new());
    let mut rows: Vec<_> = AUDITS.iter().collect();
    rows.sort_by_key(|(_, due, ..)| *due);
    let mut closings = Vec::new();
    for (number, (slug, due, state, answers)) in (1_i64..).zip(rows) {
        let sequence = sequences.entry(*slug).and_modify(|count| *count += 1).or_insert(1_i64);
        let sequence = *sequence;
        let kind = PLACES.iter().find(|place| place.0 == *slug).map_or("OTHER", |place| place.2);
        let (asset, auditor) = (world.key("asset", slug), world.person("liam.member"));
        let deed = world.deed("nora.owner", (due - 14).min(-1), 540);
        let creator = world.person("nora.owner");
        let key = world.draft.add(
            "audit",
            deed,
            fields! {
                number: format!("AUD-{number}"), number_norm: format!("aud-{number}"), number_tail: number.to_string(),
                asset_sequence: sequence, name: "Building round", r#type: "FULL", audit_type: "general",
                template_id: template, asset_id: asset, asset_kind: kind, auditor_id: auditor, creator_id: creator,
                updated_by_user_id: creator, start_date: world.day(*due), due_date: world.day(*due),
                complete_by: world.at(*due, 1_020), state: "CREATED", priority: 2, metadata: json!({}), tags: json!([]),
                update_inventory: true,
            },
        );
        for ((position, (question, finding)), answer) in (1_i64..).zip(QUESTIONS).zip(answers) {
            let activity = world.draft.add("activity", deed, fields! {
                audit_id: key, number: format!("AUD-{number}{position:02}"), ordr: position,
                friendly_ordr: position.to_string(), sequence: format!("{number:08}{position:02}"), subject: *question,
                workflow_state: "accepted", responses: json!([]), custom_responses: json!([]), weight: Decimal::ONE,
            });
            if *state == "CREATED" {
                continue;
            }
            let done = world.deed("liam.member", *due, 600 + position * 5);
            world.draft.edit(
                activity,
                done,
                fields! {
                    started_at: done.at, finished_at: done.at, progress: 100, score: Decimal::from(100 - *answer * 100),
                    answer_value: if *answer == 0 { "Yes" } else { "No" },
                },
            );
            if *answer == 1 {
                let count = issues.entry(*slug).and_modify(|count| *count += 1).or_insert(1_i64);
                let issue = world.draft.add(
                    "issue",
                    done,
                    fields! {
                        kind: "FINDING", number: *count, title: *finding, status: "OPEN", severity: "MEDIUM",
                        priority: "MEDIUM", complete_by: world.day(due + 30), occurred_on: world.day(*due),
                        assigned_to_id: auditor,
                        assigned_by_id: creator, custom_fields: json!([]), audit_id: key, activity_id: activity,
                        asset_id: asset, template_id: template,
                    },
                );
                world.draft.add("issue_category", done, fields! { issue_id: issue, category_id: category });
            }
        }
        if *state != "CREATED" {
            let begun = world.deed("liam.member", *due, 600);
            world.draft.edit(key, begun, fields! { state: "IN_PROGRESS", started_at: begun.at });
        }
        if *state == "CLOSED" {
            let end = world.deed("nora.owner", due + 1, 700);
            world.draft.edit(key, end, fields! {
                state: "CLOSED", completed_at: end.at, finished_at: end.at, closed_at: end.at, closed_by_id: creator,
                finish_date: world.day(*due), compliant: answers.iter().sum::<usize>() == 0,
            });
            closings.push((asset, end));
        }
    }
    for (asset, end) in closings {
        world.draft.edit(asset, end, fields! { last_audited_at: end.at });
    }
    for (slug, count) in sequences {
        let key = world.key("asset", slug);
        let issues = issues.get(slug).copied().unwrap_or(0);
        world.draft.set(key, fields! { audit_counter: count, issue_counter: issues });
    }
    if let Some(organization) = world.draft.organization() {
        world.draft.set(organization, fields! { audit_counter: i64::try_from(AUDITS.len()).unwrap_or(0) });
    }
}
