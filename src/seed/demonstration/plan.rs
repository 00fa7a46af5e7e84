//! Action plans and ideas with their steps.

use rust_decimal::Decimal;
use serde_json::json;

use super::world::World;
use crate::fields;
use crate::seed::draft::{Fields, Key};

/// Subject, what is to be reached, unit, assignee, first day, days, stage.
type Plan = (&'static str, &'static str, &'static str, &'static str, i64, i64, &'static str);

const PLANS: &[Plan] = &[
    ("Foreign body in the frying hall", "No glass above open product.", "RTM-FRY", "tom.fraser", -640, 40, "executed"),
    ("Metal detection at line A", "All test pieces are rejected.", "RTM-PACK", "mia.member", -420, 30, "executed"),
    ("Chilling times", "Below 4 °C in 90 minutes.", "ABZ", "fiona.reid", -310, 60, "executed"),
    ("Relabel the racks", "Every label can be read.", "LOG", "hanna.schulz", -220, 20, "rejected"),
    ("Contrast of the web shop", "All text reaches 4.5 to 1.", "IT", "ravi.menon", -140, 60, "executed"),
    ("Ammonia detectors", "Tests are never overdue.", "RTM", "tom.fraser", -75, 50, "executing"),
    ("Retort records", "Charts are stored for ten years.", "GDN", "piotr.nowak", -40, 80, "executing"),
    (
        "Keyboard use of the delivery slots",
        "Slots can be chosen by keyboard.",
        "IT",
        "ravi.menon",
        -30,
        25,
        "executing",
    ),
    ("Cartons of PackRight", "No more open flaps.", "HF", "jonas.berg", 10, 40, "planned"),
];

/// Subject, what is proposed, genesis, worker, unit, type, day, points, stage.
type Proposal =
    (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, i64, i64, &'static str);

const IDEAS: &[Proposal] = &[
    (
        "Magnet at the breading hopper",
        "A bar magnet before the sieve.",
        "Near miss with a screw",
        "1004",
        "RTM-FRY",
        "quick_kaizen",
        -610,
        25,
        "executed",
    ),
    (
        "Tool trolley for line B",
        "All change parts on one trolley.",
        "Walks of 200 m a changeover",
        "1006",
        "RTM-PACK",
        "quick_kaizen",
        -520,
        15,
        "executed",
    ),
    (
        "Drip tray under the kiln doors",
        "Catches condensate.",
        "Slippery floor",
        "2002",
        "ABZ",
        "quick_kaizen",
        -450,
        10,
        "executed",
    ),
    ("Colours for brushes", "One colour a zone.", "Audit remark", "2003", "ABZ", "standard", -370, 10, "executed"),
    (
        "Bin for used gloves",
        "At every exit.",
        "Gloves in the general waste",
        "1005",
        "RTM-FRY",
        "quick_kaizen",
        -300,
        5,
        "rejected",
    ),
    (
        "Scan cans instead of counting",
        "A light barrier at the labeller.",
        "Differences at the count",
        "3002",
        "GDN",
        "project",
        -240,
        40,
        "executed",
    ),
    (
        "Night mode of the cold store lights",
        "Lights follow the forklifts.",
        "Power bill",
        "1003",
        "RTM",
        "project",
        -160,
        30,
        "executing",
    ),
    (
        "Photo in the work instruction",
        "One photo a step.",
        "New colleagues ask",
        "1007",
        "RTM-PACK",
        "quick_kaizen",
        -90,
        10,
        "executing",
    ),
    (
        "Second mirror at the ramp",
        "Forklifts see people in time.",
        "Near miss",
        "1002",
        "RTM",
        "quick_kaizen",
        -35,
        0,
        "planned",
    ),
    (
        "Recipe cards in the parcel",
        "Fewer questions about defrosting.",
        "Calls of customers",
        "3001",
        "GDN",
        "standard",
        -12,
        0,
        "planned",
    ),
];

/// Makes plans and ideas.
pub fn plans(world: &mut World) {
    for (number, plan) in (1..).zip(PLANS) {
        action_plan(world, number, plan);
    }
    for (number, proposal) in (1..).zip(IDEAS) {
        idea(world, number, proposal);
    }
    if let Some(organization) = world.draft.organization() {
        let count = |length: usize| i64::try_from(length).unwrap_or(0);
        let (plans, ideas) = (count(PLANS.len()), count(IDEAS.len()));
        world.draft.set(organization, fields! { action_plan_counter: plans, idea_counter: ideas });
    }
}

fn progress(stage: &str) -> i64 {
    match stage {
        "executed" => 100,
        "executing" => 50,
        _ => 0,
    }
}

fn action_plan(world: &mut World, number: i64, plan: &Plan) {
    let (subject, description, unit, assignee, start, length, stage) = *plan;
    let made = world.deed("marta.manager", (start - 3).min(-1), 660);
    let fields = fields! {
        number: format!("AP-{number:04}"), subject: subject, description: description, start_date: world.day(start),
        due_date: world.day(start + length), status: "active", stage: "planned",
        org_unit_id: world.key("org_unit", unit), creator_id: world.person("marta.manager"),
        assignee_id: world.person(assignee), template_id: world.key("template", "8D"),
    };
    let key = world.draft.add("action_plan", made, fields);
    let steps = ["Contain the effect", "Find the cause", "Act on the cause", "Verify that it holds"];
    let of = Parent { column: "action_plan_id", key, mark: "AP-", number, start, length, stage, assignee };
    follow(world, &of, &steps);
    if start + length < -400 {
        let deed = world.deed("marta.manager", -200, 900);
        world.draft.edit(key, deed, fields! { status: "archived" });
    }
}

fn idea(world: &mut World, number: i64, proposal: &Proposal) {
    let (subject, description, genesis, worker, unit, kind, day, points, stage) = *proposal;
    let made = world.deed("mia.member", day, 880);
    let fields = fields! {
        number: format!("QK-{number:04}"), r#type: kind, subject: subject, description: description,
        start_date: world.day(day), due_date: world.day(day + 45), status: "active", stage: "planned",
        genesis: genesis, org_unit_id: world.key("org_unit", unit), creator_id: world.person("mia.member"),
        assignee_id: world.person("marta.manager"), template_id: world.key("template", "IMP"),
        originator_id: world.key("worker", worker), worker_creator_id: world.key("worker", "1002"),
        ap_owner_id: world.person("marta.manager"), ap_assignee_id: world.person("tom.fraser"),
        ap_start_date: world.day(day + 5), ap_due_date: world.day(day + 40),
    };
    let key = world.draft.add("idea", made, fields);
    let steps = ["Try it out", "Roll it out"];
    let assignee = "tom.fraser";
    let of = Parent { column: "idea_id", key, mark: "QK-", number, start: day, length: 45, stage, assignee };
    follow(world, &of, &steps);
    if stage == "executed" {
        let deed = world.deed("olivia.owner", (day + 60).min(-1), 720);
        world.draft.edit(
            key,
            deed,
            fields! {
                total_points: Decimal::from(points), total_effective_points: Decimal::from(points - points % 10),
                is_rewarded: points >= 15,
            },
        );
    }
}

/// What steps belong to.
struct Parent {
    column: &'static str,
    key: Key,
    mark: &'static str,
    number: i64,
    start: i64,
    length: i64,
    stage: &'static str,
    assignee: &'static str,
}

fn follow(world: &mut World, of: &Parent, steps: &[&str]) {
    let count = i64::try_from(steps.len()).unwrap_or(1);
    let (made, share) = (world.deed("marta.manager", (of.start - 2).min(-1), 670), of.length / count);
    let mut keys = Vec::new();
    for (position, subject) in (1..).zip(steps) {
        let mut fields: Fields = fields! {
            number: format!("{}{:04}{position:02}", of.mark, of.number), ordr: position,
            friendly_ordr: position.to_string(), sequence: format!("{:08}{position:02}", of.number),
            subject: *subject, start_date: world.day(of.start + share * (position - 1)),
            due_date: world.day(of.start + share * position), workflow_state: "accepted", responses: json!([]),
            custom_responses: json!([]), assignee_id: world.person(of.assignee),
        };
        fields.push((of.column, of.key.into()));
        keys.push((position, world.draft.add("activity", made, fields)));
    }
    if of.stage == "rejected" {
        let deed = world.deed("olivia.owner", (of.start + 4).min(-1), 700);
        world.draft.edit(of.key, deed, fields! { stage: "rejected" });
        return;
    }
    if of.stage == "planned" {
        return;
    }
    let deed = world.deed(of.assignee, (of.start + 1).min(-1), 690);
    world.draft.edit(of.key, deed, fields! { stage: "executing" });
    let done = if of.stage == "executed" { count } else { count / 2 };
    let mut last = of.start + 1;
    for (position, key) in keys {
        let (begun, ended) = ((of.start + share * (position - 1) + 1).min(-2), (of.start + share * position).min(-1));
        if position > done + 1 {
            continue;
        }
        let deed = world.deed(of.assignee, begun, 695);
        world.draft.edit(key, deed, fields! { started_at: deed.at, progress: 20 });
        if position > done {
            // The next one asks for more time and another hand.
            let (deed, other) = (world.deed(of.assignee, -1, 720), world.person("mia.member"));
            let wish = world.day(of.start + of.length + 14);
            world.draft.edit(
                key,
                deed,
                fields! {
                    new_due_date: wish, new_assignee_id: other, workflow_state: "change_requested",
                },
            );
            continue;
        }
        let deed = world.deed(of.assignee, ended, 900);
        world.draft.edit(
            key,
            deed,
            fields! {
                finished_at: deed.at, finish_date: world.day(ended), progress: 100, resolution: "Done and checked.",
            },
        );
        last = last.max(ended);
    }
    let deed = world.deed(of.assignee, last.min(-1), 905);
    let mut reached = fields! { progress: progress(of.stage) };
    if of.stage == "executed" {
        reached.extend(fields! { stage: "executed", finish_date: world.day(last) });
    }
    world.draft.edit(of.key, deed, reached);
}
