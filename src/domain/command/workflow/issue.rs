//! The steps of an issue: from the person who is to resolve it to somebody else who approves that.

use super::super::act::extra;
use super::super::entry::{Check, Entry};
use super::super::order::{Given, Order};
use super::super::sheet::say;
use super::{Effect, Guard, Step, Who, nothing};
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::Role;
use crate::domain::model::model;

static ASSIGNED: Effect = Effect {
    says: "the assignee and who assigned it are kept",
    sets: Some(|desk, _, order| {
        let person = match (order.values.get("assigneeId"), model().noun("User")) {
            (Some(Given::One(Some(uuid))), Some(noun)) => desk.found.id(noun, *uuid),
            _ => None,
        };
        vec![("assigned_to_id", person.into()), ("assigned_by_id", desk.caller.user_id.into())]
    }),
    does: None,
};

static APPROVED: Effect = Effect {
    says: "who approved it, and when it was closed, are kept",
    sets: Some(|desk, _, _| {
        vec![
            ("approved_by_id", desk.caller.user_id.into()),
            ("approved_date", desk.now().into()),
            ("closed_at", desk.now().into()),
        ]
    }),
    does: None,
};

static REOPENED: Effect = Effect {
    says: "the approval is taken back and the reopening counted",
    sets: Some(|_, record, _| {
        vec![
            ("approved_by_id", Cell::Null),
            ("approved_date", Cell::Null),
            ("closed_at", Cell::Null),
            ("reopened_count", (record.number("reopened_count").unwrap_or(0) + 1).into()),
        ]
    }),
    does: None,
};

static VERIFICATION: Effect = Effect {
    says: "a comment given is added to the verification",
    sets: None,
    does: Some(|desk, record, order| Box::pin(comment(desk, record, (order, "VERIFICATION")))),
};

static REJECTION: Effect = Effect {
    says: "a comment given is added to the rejection",
    sets: None,
    does: Some(|desk, record, order| Box::pin(comment(desk, record, (order, "REJECTION")))),
};

async fn comment(
    desk: &mut super::Desk<'_>,
    record: &super::Record,
    (order, kind): (&Order, &str),
) -> super::Result<()> {
    match order.text("comment").filter(|text| !text.trim().is_empty()) {
        Some(text) => say(desk, record, kind, text).await.map(|_| ()),
        None => Ok(()),
    }
}

static ANSWERED: Guard = Guard {
    code: "CORRECTIVE_ACTION_MISSING",
    rule: "a nonconformance needs a corrective action before it is reviewed",
    holds: |_, record| {
        Box::pin(async move { Ok(record.text("kind") != "NONCONFORMANCE" || record.has("corrective_action")) })
    },
};

fn assignee() -> Vec<Entry> {
    let Some(noun) = model().noun("Issue") else { return Vec::new() };
    Entry::relation(noun, "assignee").into_iter().collect()
}

fn said() -> Vec<Entry> {
    let mut entry = extra("comment", Kind::Text, "Comment on it.");
    entry.check = Check::Prose(20_000);
    vec![entry]
}

/// What a rejection takes: the reason is not optional.
fn reason() -> Vec<Entry> {
    let mut entries = said();
    for entry in &mut entries {
        entry.required = true;
        entry.nullable = false;
    }
    entries
}

const OPEN: &[&str] = &["OPEN", "INPROGRESS", "REOPENED"];

const fn step(name: &'static str, says: &'static str, from: &'static [&'static str], to: Option<&'static str>) -> Step {
    Step {
        name,
        noun: "Issue",
        says,
        column: "status",
        from,
        to,
        role: Role::Member,
        who: Who::Anyone,
        guards: &[],
        effects: &[],
        entries: nothing,
    }
}

/// The steps.
pub static STEPS: &[Step] = &[
    Step {
        effects: &[&ASSIGNED],
        entries: assignee,
        ..step(
            "assignIssue",
            "Says who is to resolve an issue; null for nobody.",
            &["DRAFT", "OPEN", "INPROGRESS", "REOPENED"],
            None,
        )
    },
    step("openIssue", "Makes a draft an open issue.", &["DRAFT"], Some("OPEN")),
    Step {
        who: Who::OnlyOrAdmin("assigned_to_id"),
        ..step("startIssue", "Begins to resolve an issue.", &["OPEN", "REOPENED"], Some("INPROGRESS"))
    },
    Step {
        who: Who::OnlyOrAdmin("assigned_to_id"),
        guards: &[&ANSWERED],
        effects: &[&VERIFICATION],
        entries: said,
        ..step("submitIssue", "Hands the resolution of an issue in for review.", OPEN, Some("INREVIEW"))
    },
    Step {
        who: Who::NotThe("assigned_to_id"),
        effects: &[&APPROVED, &VERIFICATION],
        entries: said,
        ..step("approveIssue", "Approves the resolution of an issue and closes it.", &["INREVIEW"], Some("CLOSED"))
    },
    Step {
        who: Who::NotThe("assigned_to_id"),
        effects: &[&REJECTION],
        entries: reason,
        ..step("rejectIssue", "Sends an issue back, with the reason.", &["INREVIEW"], Some("INPROGRESS"))
    },
    Step { effects: &[&REOPENED], ..step("reopenIssue", "Opens a closed issue again.", &["CLOSED"], Some("REOPENED")) },
];
