//! The audits with their activities, and what becomes of each of them.

use std::collections::HashMap;

use serde_json::json;

use super::answer::{Answer, answers, result};
use super::asset_list::{ADDRESSES, PLACES};
use super::catalogue::{PATTERNS, Pattern, VERDICTS};
use super::issue::Finding;
use super::round::Visit;
use super::world::World;
use crate::fields;
use crate::seed::draft::{Deed, Fields, Key};

/// What the audits leave to be told later, because it has an order of its own.
#[derive(Default)]
pub struct Wake {
    /// What they found.
    pub findings: Vec<Finding>,
    /// What they change on their assets.
    pub on_assets: Vec<(Key, Deed, Fields)>,
    /// Numbers given so far: of the organization, and of each asset.
    pub counter: i64,
    /// By asset.
    pub counters: HashMap<Key, i64>,
}

/// The days and minutes of an audit's life, none of them after yesterday.
#[derive(Clone, Copy, Debug)]
struct Days {
    started: i64,
    completed: i64,
    closed: i64,
}

/// One audit while it is made.
pub struct Running<'a> {
    /// Its place in a round.
    pub visit: Visit,
    /// Its template.
    pub pattern: &'a Pattern,
    /// Its row.
    pub key: Key,
    /// Its asset.
    pub asset: Key,
    /// Its number.
    pub number: i64,
}

/// Makes one audit.
pub fn audit(world: &mut World, wake: &mut Wake, visit: Visit, links: (Option<Key>, Option<Key>)) -> Option<Key> {
    let pattern = PATTERNS.iter().find(|pattern| pattern.symbol == visit.round.template)?;
    let asset = world.key("asset", visit.round.asset);
    wake.counter += 1;
    let sequence = wake.counters.entry(asset).and_modify(|count| *count += 1).or_insert(1);
    let (number, sequence) = (wake.counter, *sequence);
    let fields = planned(world, (visit, pattern), (number, sequence), links);
    let made = world.deed(if pattern.symbol == "CNT" { "hanna.schulz" } else { "marta.manager" }, visit.made(), 480);
    let key = world.draft.add("audit", made, fields);
    let running = Running { visit, pattern, key, asset, number };
    let answers = answers(world, &running);
    let activities: Vec<Key> = answers.iter().map(|answer| activity(world, &running, answer, made)).collect();
    super::stock::listed(world, &running);
    live(world, wake, &running, (&answers, &activities));
    Some(key)
}

/// An audit as it is planned.
fn planned(
    world: &mut World,
    (visit, pattern): (Visit, &Pattern),
    (number, sequence): (i64, i64),
    (program, schedule): (Option<Key>, Option<Key>),
) -> Fields {
    let round = visit.round;
    let place = PLACES.iter().find(|place| place.slug == round.asset);
    let (kind, place_name) = place.map_or(("OTHER", ""), |place| (place.kind, place.name));
    let layer = (pattern.symbol == "LPA").then(|| world.draft.random.between(1, 3));
    let worker = if pattern.symbol == "LPA" { "1006" } else { "" };
    let key = if pattern.symbol == "CNT" { "general" } else { "" };
    let (standard, level) = match pattern.symbol {
        "WCAG" => (world.built_in.standard("wcag-2-2"), world.built_in.level("wcag-2-2", "aa")),
        "QMS" => (world.built_in.standard("iso-9001"), None),
        "OHS" => (world.built_in.standard("iso-45001"), None),
        _ => (None, None),
    };
    let name = format!("{}: {place_name}", pattern.name);
    let title = (number % 9 == 0).then(|| format!("{name}, unannounced"));
    let number_text = format!("AUD-{number}");
    fields! {
        number: number_text.as_str(), number_norm: number_text.to_ascii_lowercase(), number_tail: number.to_string(),
        asset_sequence: sequence, name: name, title: title,
        description: format!("{} questions on {place_name}.", pattern.questions.len()),
        r#type: round.scope, audit_type: pattern.audit_type, layer: layer,
        template_id: world.key("template", pattern.symbol), asset_id: world.key("asset", round.asset),
        asset_kind: kind, area_id: world.key_of("audit_area", round.area),
        org_unit_id: if round.area.is_empty() { Some(world.key("org_unit", pattern.unit)) } else { None },
        standard_id: standard, conformance_level_id: level, program_id: program, schedule_id: schedule,
        auditor_id: world.person(round.auditor), creator_id: world.person("marta.manager"),
        created_by_key_id: world.key_of("api_key", key), updated_by_key_id: world.key_of("api_key", key),
        updated_by_user_id: world.person("marta.manager"), ap_owner_id: world.person("marta.manager"),
        ap_assignee_id: world.person(keeper(round.asset, number)), audited_worker_id: world.key_of("worker", worker),
        start_date: world.day(visit.due - 7), due_date: world.day(visit.due), floating_dates: number % 11 == 0,
        complete_by: world.at(visit.due, 1_020), state: "CREATED", status: "Planned", status_color: "#1565c0",
        priority: if pattern.threshold >= 85 { 3 } else { 1 + number % 2 }, audit_threshold: pattern.threshold,
        metadata: json!({ "shift": if number % 2 == 0 { "early" } else { "late" } }), tags: json!(pattern.tags),
        update_inventory: pattern.symbol == "CNT",
    }
}

/// Who looks after an asset.
pub fn keeper(slug: &str, turn: i64) -> &'static str {
    let mut root = slug;
    while let Some(place) = PLACES.iter().find(|place| place.slug == root)
        && !place.parent.is_empty()
    {
        root = place.parent;
    }
    match root {
        "rotterdam-plant" if turn % 2 == 0 => "tom.fraser",
        "rotterdam-plant" => "mia.member",
        "aberdeen-smokehouse" => "fiona.reid",
        "gdynia-cannery" => "piotr.nowak",
        "web-shop" | "mobile-app" | "supplier-portal" | "recipe-site" => "ravi.menon",
        "suppliers" => "jonas.berg",
        "head-office" => "adam.admin",
        _ => "hanna.schulz",
    }
}

fn activity(world: &mut World, running: &Running<'_>, answer: &Answer, made: Deed) -> Key {
    let (number, position) = (running.number, answer.position);
    let plan = world.day(running.visit.due - 7);
    world.draft.add(
        "activity",
        made,
        fields! {
            audit_id: running.key, number: format!("AUD-{number}{position:02}"), ordr: position,
            friendly_ordr: position.to_string(), sequence: format!("{number:08}{position:02}"),
            subject: answer.question.subject, start_date: plan, due_date: world.day(running.visit.due),
            workflow_state: "accepted", requirement_identifier: answer.question.requirement, responses: json!([]),
            custom_responses: json!([]), weight: rust_decimal::Decimal::from(answer.question.weight),
        },
    )
}

/// From the plan to where it stands.
fn live(world: &mut World, wake: &mut Wake, running: &Running<'_>, (answers, activities): (&[Answer], &[Key])) {
    let (visit, auditor) = (running.visit, running.visit.round.auditor);
    let by = |world: &mut World| world.person(auditor);
    if matches!(visit.state, "CREATED" | "") {
        return;
    }
    if visit.state == "CANCELED" {
        let (deed, closer) = (world.deed("marta.manager", visit.due - 3, 600), world.person("marta.manager"));
        let reason = world.draft.random.word(&["No production in that week.", "Auditor ill; moved to the next round."]);
        world.draft.edit(running.key, deed, fields! {
            state: "CANCELED", status: "Canceled", status_color: "#757575", closing_notes: reason, closed_at: deed.at,
            closed_by_id: closer, updated_by_user_id: closer,
        });
        return;
    }
    let delay = world.draft.random.between(-2, 1);
    let started = (visit.due + delay).min(if visit.state == "IN_PROGRESS" { -2 } else { -3 });
    let completed = (started + 1).min(-1);
    let days = Days { started, completed, closed: (completed + world.draft.random.between(2, 6)).min(-1) };
    let (deed, user) = (world.deed(auditor, days.started, 540), by(world));
    let device = world.draft.random.word(&["IPAD", "IPAD", "ANDROID", "WEB", "IPHONE"]);
    let place = ADDRESSES.iter().find(|address| address.slug == visit.round.asset);
    world.draft.edit(
        running.key,
        deed,
        fields! {
            state: "IN_PROGRESS", status: "Running", status_color: "#f9a825", started_at: deed.at, device: device,
            latitude: place.map(|place| place.latitude), longitude: place.map(|place| place.longitude),
            updated_by_user_id: user,
        },
    );
    let answered = if visit.state == "IN_PROGRESS" { answers.len() * 5 / 8 } else { answers.len() };
    for (answer, activity) in answers.iter().zip(activities).take(answered) {
        respond(world, wake, running, (answer, *activity), days.started);
    }
    if visit.state != "IN_PROGRESS" {
        hand_in(world, wake, running, answers, days);
    }
}

fn respond(world: &mut World, wake: &mut Wake, running: &Running<'_>, (answer, activity): (&Answer, Key), day: i64) {
    let auditor = running.visit.round.auditor;
    let begun = world.at(day, 540 + answer.position * 14);
    let deed = world.deed(auditor, day, 552 + answer.position * 14);
    let (verdict, ..) = VERDICTS.get(answer.verdict).copied().unwrap_or(("Compliant", "", true));
    let observation = match answer.verdict {
        1 | 2 => Some(format!("{}.", answer.question.finding)),
        _ => None,
    };
    let custom = json!([{ "custom_option_id": 1, "field_label": "Seen at", "field_value": "the line" }]);
    let status = world.key("observation_status", verdict);
    let mut answered = fields! {
        started_at: begun, finished_at: deed.at, finish_date: world.day(day), progress: 100,
        observation_status_id: status, responses: json!([verdict]), score: answer.score(),
        answer_not_applicable: answer.verdict == 4, answer_recommendation: answer.verdict == 3, answer_value: verdict,
        answer_iso: ["yes", "partly", "no", "yes", "n/a"].get(answer.verdict).copied(), observation: observation,
        recommendation: (answer.verdict == 3).then_some(answer.question.remedy),
    };
    if answer.verdict == 1 {
        answered.extend(fields! {
            custom_responses: custom, resolution: answer.question.remedy,
            correction_description: "Put right on the spot as far as possible.",
        });
    }
    world.draft.edit(activity, deed, answered);
    if matches!(answer.verdict, 1 | 2) {
        wake.findings.push(Finding {
            audit: Some(running.key),
            activity: Some(activity),
            asset: Some(running.asset),
            slug: running.visit.round.asset,
            template: running.pattern.symbol,
            kind: running.pattern.issue,
            category: running.pattern.category,
            question: answer.question,
            major: answer.verdict == 2,
            day,
            minute: 553 + answer.position * 14,
            by: auditor,
        });
    }
}

fn hand_in(world: &mut World, wake: &mut Wake, running: &Running<'_>, answers: &[Answer], days: Days) {
    let (visit, auditor) = (running.visit, running.visit.round.auditor);
    let outcome = result(answers, running.pattern.threshold);
    let (deed, user) = (world.deed(auditor, days.completed, 840), world.person(auditor));
    let number = running.number;
    let first = if visit.state == "GENERATING" { "GENERATING" } else { "IN_REVIEW" };
    world.draft.edit(
        running.key,
        deed,
        fields! {
            state: first, status: "In review", status_color: "#6a1b9a", completed_at: deed.at,
            finish_date: world.day(days.completed), audit_result: outcome.words, compliant: outcome.passed,
            score_main: (number % 5 == 0).then_some(outcome.score), score_alternative: outcome.points,
            signature_url: format!("https://files.harbour-foods.example/signatures/{auditor}.png"),
            signature_print: super::people::full_name(auditor), signature_position: "Auditor", updated_by_user_id: user,
            notes: if outcome.passed { "" } else { "Result discussed with the shift on the spot." },
        },
    );
    super::stock::counted(world, running, days.completed);
    if matches!(visit.state, "GENERATING" | "IN_REVIEW") {
        return;
    }
    let (deed, reviewer) = (world.deed("marta.manager", days.completed, 900), world.person("marta.manager"));
    if visit.state == "RECOUNT" {
        world.draft.edit(
            running.key,
            deed,
            fields! {
                state: "RECOUNT", status: "Count again", status_color: "#ef6c00", updated_by_user_id: reviewer,
                feedback: "Bin A-01 differs by more than two cartons: please count it again.",
            },
        );
        return;
    }
    world.draft.edit(
        running.key,
        deed,
        fields! {
            state: "READY_TO_CLOSE", status: "Checked", status_color: "#00838f", close_audit_enabled: true,
            feedback: "Complete and plausible.", updated_by_user_id: reviewer,
        },
    );
    if visit.state == "CLOSED" {
        close(world, wake, running, days, outcome.passed);
    }
}

fn close(world: &mut World, wake: &mut Wake, running: &Running<'_>, days: Days, passed: bool) {
    let (deed, closer) = (world.deed("marta.manager", days.closed, 960), world.person("marta.manager"));
    let number = running.number;
    let plan = (!passed).then_some(days.closed);
    world.draft.edit(
        running.key,
        deed,
        fields! {
            state: "CLOSED", status: if passed { "Passed" } else { "Failed" },
            status_color: if passed { "#2e7d32" } else { "#c62828" }, closed_at: deed.at, finished_at: deed.at,
            published_at: deed.at, closed_by_id: closer, updated_by_user_id: closer, status_changed_on_close: true,
            close_audit_enabled: false,
            report_url: format!("https://files.harbour-foods.example/reports/AUD-{number}.pdf"),
            closed_by_signature_url: "https://files.harbour-foods.example/signatures/marta.manager.png",
            additional_signature_url: "https://files.harbour-foods.example/signatures/site.png",
            additional_signature_print: super::people::full_name(keeper(running.visit.round.asset, number)),
            additional_signature_position: "Site",
            closing_notes: if passed { "No objections." } else { "See action plan." },
            ap_start_date: plan.map(|day| world.day(day + 1)), ap_due_date: plan.map(|day| world.day(day + 30)),
        },
    );
    wake.on_assets.push((running.asset, deed, fields! { last_audited_at: deed.at }));
    super::stock::approved(world, running, days.closed);
}
