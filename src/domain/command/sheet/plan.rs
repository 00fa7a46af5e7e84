//! Action plans and ideas.

use futures_util::future::BoxFuture;

use super::super::act::Sheet;
use super::super::desk::Desk;
use super::super::draft::Draft;
use super::super::entry::Check;
use super::super::record::Record;
use super::activity::from_questions;
use super::numbers;
use crate::domain::cell::Cell;
use crate::domain::cx::Role;
use crate::domain::db::Arg;
use crate::domain::error::{Error, Result};
use crate::domain::model::model;

/// Sheets of plans.
pub fn sheets() -> Vec<Sheet> {
    vec![
        Sheet::of("ActionPlan", Role::Member)
            .fields(&["number", "subject", "description", "startDate", "dueDate", "finishDate", "floatingDates"])
            .fields(&["progress", "status", "stage"])
            .refers(&["orgUnit", "assignee", "template"])
            .required(&["subject"])
            .fixed(&["number", "templateId"])
            .prose(&["description"])
            .check(&["progress"], Check::Between(0, 100))
            .unique(&["number"], "number")
            .owns("Activity", "action_plan_id")
            .fill(action_plan)
            .after(plan_done),
        Sheet::of("Idea", Role::Member)
            .fields(&[
                "number",
                "type",
                "subject",
                "description",
                "startDate",
                "dueDate",
                "finishDate",
                "floatingDates",
            ])
            .fields(&["progress", "status", "stage", "genesis", "totalPoints", "totalEffectivePoints", "isRewarded"])
            .fields(&["correctivePlanStartDate", "correctivePlanDueDate"])
            .refers(&["orgUnit", "assignee", "template", "originator", "workerCreator", "correctivePlanOwner"])
            .refers(&["correctivePlanAssignee"])
            .required(&["subject"])
            .fixed(&["number", "templateId"])
            .prose(&["description"])
            .check(&["progress"], Check::Between(0, 100))
            .unique(&["number"], "number")
            .owns("Activity", "idea_id")
            .fill(idea)
            .after(idea_done),
    ]
}

/// Faults days that end before they begin.
pub fn in_order(draft: &mut Draft<'_>, (start, due): (&str, &str), entry: &str) {
    if let (Cell::Date(first), Cell::Date(last)) = (draft.cell(start), draft.cell(due))
        && last < first
        && (draft.changes(start) || draft.changes(due))
    {
        draft.fault(entry, "INVALID", "lies before the first day");
    }
}

/// The next free number of a kind of plan.
pub async fn next_number(desk: &mut Desk<'_>, counter: &str, prefix: &str) -> Result<String> {
    let table = counter.trim_end_matches("_counter");
    let sql = format!("SELECT id FROM {table} WHERE organization_id = $1 AND number = $2");
    loop {
        let number = format!("{prefix}-{}", numbers::of_organization(desk, counter).await?);
        let args = vec![Arg::long(desk.organization_id), Arg::text(number.as_str())];
        if desk.number(&sql, args).await?.is_none() {
            return Ok(number);
        }
    }
}

async fn made(desk: &mut Desk<'_>, draft: &mut Draft<'_>, (counter, prefix): (&str, &str)) -> Result<()> {
    in_order(draft, ("start_date", "due_date"), "dueDate");
    if draft.is_new() {
        draft.default("creator_id", desk.caller.user_id);
        if !draft.has("number") {
            let number = next_number(desk, counter, prefix).await?;
            draft.set("number", number);
        }
    }
    Ok(())
}

fn action_plan<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(made(desk, draft, ("action_plan_counter", "AP")))
}

fn idea<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(made(desk, draft, ("idea_counter", "ID")))
}

fn plan_done<'a>(desk: &'a mut Desk<'_>, draft: &'a Draft<'_>, record: &'a Record) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move { if draft.is_new() { from_questions(desk, record, "action_plan_id").await } else { Ok(()) } })
}

fn idea_done<'a>(desk: &'a mut Desk<'_>, draft: &'a Draft<'_>, record: &'a Record) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move { if draft.is_new() { from_questions(desk, record, "idea_id").await } else { Ok(()) } })
}

/// Opens a corrective action plan for a nonconformance, where the audit's area says so.
pub async fn corrective(desk: &mut Desk<'_>, issue: &Record, audit: &Record) -> Result<()> {
    let Some(area) = desk.load_id("AuditArea", audit.number("area_id")).await? else { return Ok(()) };
    if area.cell("auto_corrective_action_plan").as_bool() != Some(true) {
        return Ok(());
    }
    let number = next_number(desk, "action_plan_counter", "AP").await?;
    let first = |one: &Record, other: &Record, column: &str| {
        if one.has(column) { one.cell(column).clone() } else { other.cell(column).clone() }
    };
    let creator = first(audit, &area, "ap_owner_id");
    let columns = vec![
        ("number", Cell::from(number)),
        ("subject", issue.cell("title").clone()),
        ("description", issue.cell("description").clone()),
        ("creator_id", if creator.is_null() { desk.caller.user_id.into() } else { creator }),
        ("assignee_id", first(audit, &area, "ap_assignee_id")),
        ("start_date", audit.cell("ap_start_date").clone()),
        (
            "due_date",
            if audit.has("ap_due_date") {
                audit.cell("ap_due_date").clone()
            } else {
                issue.cell("complete_by").clone()
            },
        ),
        ("org_unit_id", area.cell("org_unit_id").clone()),
        ("stage", "planned".into()),
    ];
    let noun = model().noun("ActionPlan").ok_or(Error::Internal)?;
    desk.insert_row(noun, columns, Some(issue.uuid)).await?;
    desk.remark(&serde_json::json!({ "openedFor": issue.uuid.to_string() }));
    Ok(())
}
