//! Programs with their phases and reports, and the schedules that audits are made from.

use chrono::Datelike;
use serde_json::json;

use super::catalogue::{PHASES, Phase, templates};
use super::round::Visit;
use super::world::World;
use crate::fields;
use crate::seed::draft::{Key, Value};

/// Days on which the phases of a program begin and end, and where they stand.
type Course = &'static [(i64, i64, &'static str)];

struct Plan {
    name: &'static str,
    title: &'static str,
    pattern: &'static str,
    asset: &'static str,
    lead: &'static str,
    start: i64,
    status: &'static str,
    phases: &'static [Phase],
    course: Course,
}

const PRODUCT_PHASES: &[Phase] = &[("Audit", &["WCAG"]), ("Re-audit", &["WCAG"])];

const PLANS: &[Plan] = &[
    Plan {
        name: "food-1",
        title: "Food safety year",
        pattern: "Food safety year 1",
        asset: "rotterdam-plant",
        lead: "marta.manager",
        start: -700,
        status: "COMPLETED",
        phases: PHASES,
        course: &[
            (-700, -650, "COMPLETED"),
            (-649, -450, "COMPLETED"),
            (-449, -370, "COMPLETED"),
            (-369, -340, "COMPLETED"),
        ],
    },
    Plan {
        name: "food-2",
        title: "Food safety year",
        pattern: "Food safety year",
        asset: "rotterdam-plant",
        lead: "marta.manager",
        start: -330,
        status: "INPROGRESS",
        phases: PHASES,
        course: &[(-330, -280, "COMPLETED"), (-279, 20, "INPROGRESS"), (21, 50, "PENDING"), (51, 70, "PENDING")],
    },
    Plan {
        name: "access",
        title: "Accessibility of the web shop",
        pattern: "Accessibility",
        asset: "web-shop",
        lead: "casey.consultant",
        start: -170,
        status: "INPROGRESS",
        phases: PRODUCT_PHASES,
        course: &[(-170, -140, "COMPLETED"), (-120, 60, "INPROGRESS")],
    },
    Plan {
        name: "food-3",
        title: "Food safety year",
        pattern: "Food safety year",
        asset: "rotterdam-plant",
        lead: "alex.auditor",
        start: 75,
        status: "PENDING",
        phases: PHASES,
        course: &[(75, 120, "PENDING"), (121, 300, "PENDING"), (301, 380, "PENDING"), (381, 430, "PENDING")],
    },
    Plan {
        name: "supplier",
        title: "Suppliers of packaging",
        pattern: "",
        asset: "suppliers",
        lead: "ines.auditor",
        start: 110,
        status: "PLANNING",
        phases: &[],
        course: &[],
    },
];

fn phases(world: &mut World, plan: &Plan) -> Value {
    let mut made = Vec::new();
    for ((position, (name, symbols)), (start, end, status)) in (1..).zip(plan.phases).zip(plan.course) {
        let keys = templates(world, symbols);
        // A phase has no end before it is over.
        let end = (*status == "COMPLETED").then(|| world.day(*end).to_string());
        let start = (*status != "PENDING").then(|| world.day(*start).to_string());
        let phase: (i64, &str, &str) = (position, *name, *status);
        made.push((phase, (start, end), keys));
    }
    Value::late(move |ids| {
        let phases = made.iter().map(|((position, name, status), (start, end), keys)| {
            let templates: Vec<i64> = keys.iter().map(|key| ids.of(*key)).collect();
            json!({
                "position": position, "name": name, "status": status, "start_date": start, "end_date": end,
                "template_ids": templates,
            })
        });
        crate::domain::cell::json(&phases.collect())
    })
}

/// Makes the programs.
pub fn programs(world: &mut World) {
    for plan in PLANS {
        let made = (plan.start - 20).min(-3);
        let deed = world.deed("marta.manager", made, 560);
        let (pattern, asset) = (world.key_of("program_template", plan.pattern), world.key("asset", plan.asset));
        let (lead, year) = (world.person(plan.lead), world.day(plan.start + 120).year());
        let title =
            if plan.title.starts_with("Food") { format!("{} {year}", plan.title) } else { plan.title.to_owned() };
        let phases = phases(world, plan);
        let key = world.add(
            "program",
            plan.name,
            deed,
            fields! {
                name: title.as_str(), program_template_id: pattern, asset_id: asset, lead_auditor_id: lead,
                start_date: world.at(plan.start, 480),
                status: if plan.status == "PLANNING" { "PLANNING" } else { "PENDING" }, phases: phases,
            },
        );
        if plan.start < 0 {
            let deed = world.deed(plan.lead, plan.start, 485);
            world.draft.edit(key, deed, fields! { started: true, status: "INPROGRESS" });
        }
        if plan.status == "COMPLETED" {
            let deed = world.deed(plan.lead, -338, 900);
            let report = world.draft.add(
                "executive_report",
                deed,
                fields! {
                    name: format!("{title}: report to the board"),
                    report_url: "https://files.harbour-foods.example/reports/food-safety-year.pdf",
                },
            );
            let done = world.deed(plan.lead, -336, 900);
            world.draft.edit(
                key,
                done,
                fields! {
                    status: "COMPLETED", completed_at: done.at, executive_report_id: report,
                },
            );
        }
    }
    let deed = world.deed("casey.consultant", -60, 700);
    world.draft.add("executive_report", deed, fields! { name: "Accessibility of the web shop: draft of the report" });
}

/// The program that an audit is part of.
pub fn program_of(world: &mut World, visit: &Visit) -> Option<Key> {
    let name = match (visit.round.template, visit.due) {
        ("WCAG", -180..) if matches!(visit.round.asset, "web-shop" | "checkout") => "access",
        ("HYG" | "HACCP" | "SUP" | "QMS", -700..=-340) => "food-1",
        ("HYG" | "HACCP" | "SUP" | "QMS", -330..=20) => "food-2",
        _ => return None,
    };
    Some(world.key("program", name))
}

/// The schedule that an audit of the last weeks or the next three months is made from.
pub fn schedule_of(world: &mut World, visit: &Visit) -> Option<Key> {
    if visit.due < -70 {
        return None;
    }
    let deed = world.deed("marta.manager", (visit.due - 60).min(-3), 530);
    let (template, asset) = (world.key("template", visit.round.template), world.key("asset", visit.round.asset));
    let who = world.person(visit.round.auditor);
    let key = world.draft.add(
        "schedule",
        deed,
        fields! {
            template_id: template, when: world.at(visit.due, 540), who_id: who, asset_id: asset, status: "PENDING",
        },
    );
    let (begun, ended) = (visit.due.min(-2), (visit.due + 9).min(-1));
    let deed = world.deed(visit.round.auditor, begun, 541);
    match visit.state {
        "" | "CREATED" => {}
        "CANCELED" => world.draft.edit(key, deed, fields! { status: "CLOSED" }),
        _ => world.draft.edit(key, deed, fields! { status: "INPROGRESS" }),
    }
    if visit.state == "CLOSED" {
        let deed = world.deed("marta.manager", ended, 970);
        world.draft.edit(key, deed, fields! { status: "COMPLETED" });
    }
    Some(key)
}

/// Schedules without an audit: missed, of the next weeks, closed without one, withdrawn.
pub fn further_schedules(world: &mut World) {
    let rows = [
        ("truck-02", -9, "missed"),
        ("retort-2", 33, "planned"),
        ("kiln-2", 47, "planned"),
        ("forklift-12", -28, "closed"),
        ("server-room", -15, "withdrawn"),
    ];
    for (asset, day, fate) in rows {
        let deed = world.deed("marta.manager", (day - 40).min(-5), 535);
        let (template, asset) = (world.key("template", "HSE"), world.key("asset", asset));
        let who = world.person("ines.auditor");
        let key = world.draft.add(
            "schedule",
            deed,
            fields! {
                template_id: template, when: world.at(day, 600), who_id: who, asset_id: asset, status: "PENDING",
            },
        );
        let deed = world.deed("marta.manager", day.min(0) - 3, 700);
        match fate {
            "closed" => world.draft.edit(key, deed, fields! { status: "CLOSED" }),
            "withdrawn" => world.draft.remove(key, deed),
            _ => {}
        }
    }
}
