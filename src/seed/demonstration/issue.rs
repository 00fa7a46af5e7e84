//! What was found, and what became of it.

use std::collections::HashMap;

use serde_json::json;

use super::audit::keeper;
use super::question::Question;
use super::world::World;
use crate::fields;
use crate::seed::draft::{Deed, Key};

/// Something that was found on a day.
#[derive(Clone, Copy, Debug)]
pub struct Finding {
    /// Audit that found it.
    pub audit: Option<Key>,
    /// Its activity.
    pub activity: Option<Key>,
    /// Asset it concerns.
    pub asset: Option<Key>,
    /// Short name of that asset.
    pub slug: &'static str,
    /// Symbol of the template; empty without one.
    pub template: &'static str,
    /// Kind of issue.
    pub kind: &'static str,
    /// Category it is filed under.
    pub category: &'static str,
    /// The question that was answered with no.
    pub question: &'static Question,
    /// Whether it is grave.
    pub major: bool,
    /// Day it was found.
    pub day: i64,
    /// Minute of that day.
    pub minute: i64,
    /// Who found it.
    pub by: &'static str,
}

/// How an issue has ended by today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Draft,
    Open,
    Working,
    Checking,
    Reopened,
    Closed,
}

/// Makes the issues, numbered in the order in which they were found.
pub fn issues(world: &mut World, mut findings: Vec<Finding>) -> HashMap<Option<Key>, i64> {
    findings.sort_by_key(|finding| (finding.day, finding.minute));
    let mut numbers: HashMap<Option<Key>, i64> = HashMap::new();
    for (turn, finding) in (0..).zip(&findings) {
        let number = numbers.entry(finding.asset).and_modify(|number| *number += 1).or_insert(1);
        issue(world, finding, (*number, turn));
    }
    numbers
}

fn end(world: &mut World, age: i64) -> End {
    let odds: &[(usize, End)] = match age {
        121.. => &[(95, End::Closed), (98, End::Open), (100, End::Reopened)],
        31..=120 => {
            &[(58, End::Closed), (68, End::Checking), (83, End::Working), (90, End::Reopened), (100, End::Open)]
        }
        _ => &[(12, End::Closed), (22, End::Checking), (48, End::Working), (54, End::Draft), (100, End::Open)],
    };
    let drawn = world.draft.random.below(100);
    odds.iter().find(|(below, _)| drawn < *below).map_or(End::Open, |(_, end)| *end)
}

fn issue(world: &mut World, finding: &Finding, (number, turn): (i64, i64)) {
    let end = end(world, -finding.day);
    let made = world.deed(finding.by, finding.day, finding.minute);
    let severity = match (finding.major, finding.question.weight) {
        (true, 2..) => "HIGH",
        (true, _) | (false, 3..) => "MEDIUM",
        _ => "LOW",
    };
    let allowed = if severity == "HIGH" { 14 } else { 30 + i64::from(severity == "LOW") * 30 };
    let assignee = if finding.slug.is_empty() { "alex.auditor" } else { keeper(finding.slug, turn) };
    let (assigned_to, assigned_by) = (world.person(assignee), world.person(finding.by));
    let nonconformance = finding.kind == "NONCONFORMANCE";
    let plan = |text: &str, day: Option<chrono::NaiveDate>| {
        json!({
            "description": text, "root_cause": finding.question.cause, "due_date": day.map(|day| day.to_string()),
            "completed_at": null,
        })
    };
    let due = world.day(finding.day + allowed);
    let corrective = (finding.kind != "TASK").then(|| plan(finding.question.remedy, Some(due)));
    let preventative =
        (nonconformance && finding.major).then(|| plan("Check the other lines for the same weakness", None));
    let template = world.key_of("template", finding.template);
    let effort = world.draft.random.word(&["LOW", "MEDIUM", "HIGH"]);
    let answer = if finding.major { "no" } else { "partly" };
    let key = world.draft.add(
        "issue",
        made,
        fields! {
            kind: finding.kind, number: number, title: finding.question.finding,
            description: format!("{} {}.", finding.question.subject, finding.question.cause),
            status: if end == End::Draft { "DRAFT" } else { "OPEN" }, severity: severity,
            impact: if finding.major { "HIGH" } else { "MEDIUM" },
            effort: effort,
            priority: match severity {
                "HIGH" if turn % 3 == 0 => "CRITICAL",
                other => other,
            },
            corrective_action: corrective, preventative_action: preventative,
            action: (finding.kind == "TASK").then_some(finding.question.remedy), complete_by: due,
            occurred_on: world.day(finding.day), assigned_to_id: assigned_to, assigned_by_id: assigned_by,
            score_response: finding.activity.map(|_| answer),
            custom_fields: json!([{ "label": "Shift", "value": if turn % 2 == 0 { "early" } else { "late" } }]),
            audit_id: finding.audit, activity_id: finding.activity, asset_id: finding.asset, template_id: template,
        },
    );
    let mut categories = vec![finding.category];
    categories.extend((turn % 6 == 0 && finding.category != "Process").then_some("Process"));
    for category in categories {
        let category = world.key("category", category);
        world.draft.add("issue_category", made, fields! { issue_id: key, category_id: category });
    }
    follow(world, finding, Course { key, end, assignee, allowed, turn });
}

/// The way of an issue.
#[derive(Clone, Copy, Debug)]
struct Course {
    key: Key,
    end: End,
    assignee: &'static str,
    allowed: i64,
    turn: i64,
}

fn follow(world: &mut World, finding: &Finding, course: Course) {
    if matches!(course.end, End::Draft | End::Open) {
        return;
    }
    let begun = (finding.day + 2).min(-1);
    let deed = world.deed(course.assignee, begun, 1_000);
    world.draft.edit(course.key, deed, fields! { status: "INPROGRESS" });
    if course.end == End::Working {
        return;
    }
    let resolved = (begun + world.draft.random.between(2, course.allowed.max(3) * 9 / 8)).min(-1);
    let deed = world.deed(course.assignee, resolved, 1_010);
    let mut done = fields! { status: "INREVIEW" };
    if finding.kind != "TASK" {
        let corrective = json!({
            "description": finding.question.remedy, "root_cause": finding.question.cause,
            "due_date": world.day(finding.day + course.allowed).to_string(),
            "completed_at": crate::domain::cell::instant_text(&deed.at),
        });
        done.extend(fields! { corrective_action: corrective });
    }
    world.draft.edit(course.key, deed, done);
    let checked = (resolved + 2).min(-1);
    match course.end {
        End::Reopened => {
            let deed = world.deed("marta.manager", checked, 1_020);
            world.draft.edit(course.key, deed, fields! { status: "REOPENED", reopened_count: 1 });
            let words = ["The photo shows another place.", "It came back within a week.", "Only half of it was done."];
            talk(world, &course, ("REJECTION", "marta.manager", deed), &words);
        }
        End::Closed => {
            let (deed, approver) = (world.deed("marta.manager", checked, 1_020), world.person("marta.manager"));
            world.draft.edit(
                course.key,
                deed,
                fields! {
                    status: "CLOSED", closed_at: deed.at, approved_date: deed.at, approved_by_id: approver,
                },
            );
            let words = ["Seen on site, done well.", "Photo and record checked.", "Verified with the next audit."];
            talk(world, &course, ("VERIFICATION", "marta.manager", deed), &words);
        }
        _ => {
            let deed = world.deed(course.assignee, checked, 1_015);
            talk(world, &course, ("VERIFICATION", course.assignee, deed), &["Done; please have a look."]);
        }
    }
}

fn talk(world: &mut World, course: &Course, (kind, by, deed): (&str, &str, Deed), words: &[&'static str]) {
    let group = world.draft.add("comment_group", deed, fields! { issue_id: course.key, kind: kind });
    let (text, user) = (world.draft.random.word(words), world.person(by));
    world.draft.add("comment", deed, fields! { comment_group_id: group, text: text, user_id: user });
    if course.turn % 4 == 0 {
        let (answer, user) = (Deed { by: world.uuid(course.assignee), at: deed.at }, world.person(course.assignee));
        let text = if kind == "REJECTION" { "Understood, I will send a new one." } else { "Thank you." };
        let comment = world.draft.add(
            "comment",
            answer,
            fields! {
                comment_group_id: group, text: text, user_id: user,
            },
        );
        if kind == "REJECTION" && course.turn % 8 == 0 {
            let later = Deed { by: answer.by, at: deed.at + chrono::TimeDelta::minutes(4) };
            world.draft.edit(comment, later, fields! { text: "Understood, I will send a new photo today." });
        }
    }
}
