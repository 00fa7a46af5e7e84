//! Activities: questions of audits with their answers, steps of plans and ideas; and the counts of inventory audits.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::super::act::{Act, Gives, Sheet, extra};
use super::super::desk::Desk;
use super::super::draft::Draft;
use super::super::entry::{Check, Entry, Slot};
use super::super::order::{Done, Order};
use super::super::record::Record;
use super::super::run::{drafted, target};
use super::super::workflow::audit as flow;
use super::numbers;
use super::plan::in_order;
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::Role;
use crate::domain::describe::Noun;
use crate::domain::error::{Error, Result};
use crate::domain::model::model;

/// Sheets of activities and counts.
pub fn sheets() -> Vec<Sheet> {
    vec![
        Sheet::of("Activity", Role::Member)
            .fields(&["number", "order", "friendlyOrder", "sequence", "subject", "description", "resolution"])
            .fields(&["startDate", "dueDate", "finishDate", "workflowState", "progress", "sensitiveContent"])
            .fields(&["requirementIdentifier", "recommendation", "weight", "mandatory", "correctionDescription"])
            .fields(&["newDueDate", "customResponses", "alternativeSourceRef"])
            .refers(&["audit", "actionPlan", "idea", "newAssignee", "orgUnit", "assignee"])
            .required(&["subject"])
            .fixed(&["auditId", "actionPlanId", "ideaId"])
            .prose(&["subject", "description", "resolution", "recommendation", "correctionDescription"])
            .check(&["progress"], Check::Between(0, 100))
            .check(&["weight"], Check::Between(0, 1_000_000))
            .check(&["customResponses"], Check::Array)
            .frees("Issue", &["activity_id"])
            .fill(activity)
            .leave(leave),
        Sheet::of("CountTask", Role::Member)
            .roles(Some(Role::Member), None, Some(Role::Member))
            .refers(&["audit", "item", "layout"])
            .required(&["auditId", "itemId", "layoutId"])
            .unique(&["audit_id", "layout_id", "item_id"], "itemId")
            .fill(count_task)
            .leave(leave),
    ]
}

/// Answering and counting.
pub fn specials() -> Vec<Act> {
    let (Some(activity), Some(count)) = (model().noun("Activity"), model().noun("CountTask")) else {
        return Vec::new();
    };
    let mut answer = Act::special(
        "answerActivity",
        "Answers a question of an audit, or finishes a step. The first answer starts the audit.",
        Role::Member,
        (Gives::One(activity), answer_activity),
    )
    .on("Activity");
    answer.entries = answers(activity);
    let mut record = Act::special(
        "recordCount",
        "Records what was counted. The first count starts the audit; in review only the reason may change.",
        Role::Member,
        (Gives::One(count), record_count),
    )
    .on("CountTask");
    let mut counted = extra("countedQty", Kind::Decimal, "Quantity found; null = not counted.");
    counted.check = Check::Between(0, 999_999_999_999);
    record.entries = vec![counted, extra("add", Kind::Decimal, "Adds to what was counted so far; may be negative.")];
    record.entries.extend(Entry::relation(count, "reasonCode"));
    vec![answer, record]
}

fn answers(noun: &'static Noun) -> Vec<Entry> {
    let names = ["answerValue", "answerIso", "answerNotApplicable", "answerRecommendation", "observation", "responses"];
    let mut entries: Vec<Entry> = names.iter().filter_map(|name| Entry::field(noun, name)).collect();
    for name in ["score", "recommendation", "resolution", "correctionDescription", "newDueDate"] {
        entries.extend(Entry::field(noun, name));
    }
    for name in ["observationStatus", "newAssignee"] {
        entries.extend(Entry::relation(noun, name));
    }
    for entry in &mut entries {
        if let Slot::Field(field, _) = entry.slot
            && field.kind == Kind::Text
        {
            entry.check = Check::Prose(20_000);
        }
    }
    entries
}

/// What carries an activity: an audit, an action plan or an idea.
async fn carrier(
    desk: &mut Desk<'_>,
    audit: Option<i64>,
    plan: Option<i64>,
    idea: Option<i64>,
) -> Result<Option<Record>> {
    for (noun, id) in [("Audit", audit), ("ActionPlan", plan), ("Idea", idea)] {
        if let Some(record) = desk.load_id(noun, id).await? {
            return Ok(Some(record));
        }
    }
    Ok(None)
}

fn activity<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        in_order(draft, ("start_date", "due_date"), "dueDate");
        let parents = [draft.number("audit_id"), draft.number("action_plan_id"), draft.number("idea_id")];
        if parents.iter().flatten().count() != 1 {
            draft.fault("auditId", "REQUIRED", "exactly one of auditId, actionPlanId and ideaId is given");
            return Ok(());
        }
        let [audit, plan, idea] = parents;
        let carrier = carrier(desk, audit, plan, idea).await?;
        draft.parent = carrier.as_ref().map(|record| record.uuid);
        let parent = carrier.as_ref().map(|record| record.text("number").to_owned()).unwrap_or_default();
        if let Some(audit) = carrier.filter(|record| record.noun.name == "Audit") {
            flow::is_open(&audit)?;
        }
        if draft.is_new() {
            draft.default("creator_id", desk.caller.user_id);
            let (column, id) = match parents {
                [Some(id), ..] => ("audit_id", id),
                [_, Some(id), _] => ("action_plan_id", id),
                _ => ("idea_id", idea.unwrap_or_default()),
            };
            if !draft.has("ordr") || !draft.has("number") {
                let last = desk.load_all("Activity", column, id).await?;
                let next = last.iter().filter_map(|record| record.number("ordr")).max().unwrap_or(0) + 1;
                draft.default("ordr", next);
                let order = draft.number("ordr").unwrap_or(next);
                let (number, sequence) = numbers::of_activity(&parent, order);
                draft.default("number", number);
                draft.default("friendly_ordr", order.to_string());
                draft.default("sequence", sequence);
            }
        }
        Ok(())
    })
}

async fn audit_of(desk: &mut Desk<'_>, record: &Record) -> Result<Option<Record>> {
    desk.load_id("Audit", record.number("audit_id")).await
}

fn leave<'a>(desk: &'a mut Desk<'_>, record: &'a Record) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        match audit_of(desk, record).await? {
            Some(audit) => flow::is_open(&audit),
            None => Ok(()),
        }
    })
}

fn count_task<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let Some(audit) = desk.load_id("Audit", draft.number("audit_id")).await? else { return Ok(()) };
        flow::is_open(&audit)?;
        draft.parent = Some(audit.uuid);
        let layout = desk.load_id("Layout", draft.number("layout_id")).await?;
        if layout.is_some_and(|layout| layout.number("asset_id") != audit.number("asset_id")) {
            draft.fault("layoutId", "INVALID", "is no layout of the audit's location");
        }
        let found = flow::available(desk, &audit, draft.number("item_id"), draft.number("layout_id")).await?;
        draft.set("total_qty", found);
        Ok(())
    })
}

/// Makes activities of the questions of a record's template.
pub async fn from_questions(desk: &mut Desk<'_>, record: &Record, column: &'static str) -> Result<()> {
    let Some(template) = desk.load_id("Template", record.number("template_id")).await? else { return Ok(()) };
    let questions: Vec<Value> = serde_json::from_str(template.text("questions")).unwrap_or_default();
    let noun = model().noun("Activity").ok_or(Error::Internal)?;
    const COLUMNS: [&str; 10] = [
        "number",
        "ordr",
        "friendly_ordr",
        "sequence",
        "subject",
        "description",
        "requirement_identifier",
        "weight",
        "mandatory",
        "creator_id",
    ];
    let row = |(order, question): (i64, &Value)| {
        let text = |key: &str| question.get(key).and_then(Value::as_str).map(str::to_owned);
        let weight =
            question.get("weight").map(ToString::to_string).and_then(|text| text.parse().ok()).map(Cell::Decimal);
        let mandatory = question.get("mandatory").and_then(Value::as_bool).unwrap_or(false);
        let (number, sequence) = numbers::of_activity(record.text("number"), order);
        let cells: [Cell; 10] = [
            number.into(),
            order.into(),
            order.to_string().into(),
            sequence.into(),
            text("subject").unwrap_or_default().into(),
            text("description").into(),
            text("requirement_identifier").into(),
            weight.unwrap_or(Cell::Null),
            mandatory.into(),
            record.cell("creator_id").clone(),
        ];
        std::iter::once(Cell::from(record.id)).chain(cells).collect()
    };
    let rows = (1_i64..).zip(&questions).map(row).collect();
    let names: Vec<&str> = std::iter::once(column).chain(COLUMNS).collect();
    desk.insert_rows(noun, &names, rows, Some(record.uuid)).await.map(drop)
}

fn answer_activity<'a>(desk: &'a mut Desk<'_>, act: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(async move {
        let record = target(desk, act, order).await?;
        let audit = audit_of(desk, &record).await?;
        if let Some(audit) = &audit {
            flow::is_open(audit)?;
        }
        let now = desk.now();
        let mut draft = drafted(desk, (record.noun, &act.entries), Some(record.clone()), order);
        if draft.changed().is_empty() {
            draft.sound()?;
            return Ok(Done::row(record.uuid));
        }
        draft.parent = audit.as_ref().map(|audit| audit.uuid);
        if !record.has("started_at") {
            draft.set("started_at", now);
        }
        draft.set("finished_at", now);
        draft.set("progress", 100_i64);
        draft.sound()?;
        let after = desk.update(&draft).await?;
        if let Some(audit) = audit {
            flow::begin(desk, &audit).await?;
        }
        Ok(Done::row(after.uuid))
    })
}

fn record_count<'a>(desk: &'a mut Desk<'_>, act: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(async move {
        let record = target(desk, act, order).await?;
        let audit = audit_of(desk, &record).await?.ok_or(Error::Internal)?;
        let mut draft = drafted(desk, (record.noun, &act.entries), Some(record.clone()), order);
        if let Some(cell) = order.cell("countedQty") {
            draft.set("counted_qty", cell.clone());
        }
        if let Some(Cell::Decimal(add)) = order.cell("add") {
            let so_far = if let Cell::Decimal(value) = record.cell("counted_qty") { *value } else { 0.into() };
            if order.cell("countedQty").is_some() {
                draft.fault("add", "INVALID", "cannot be given together with countedQty");
            } else if so_far + *add < 0.into() {
                draft.fault("add", "OUT_OF_RANGE", "would leave less than nothing");
            }
            draft.set("counted_qty", so_far + *add);
        }
        draft.sound()?;
        if draft.changed().is_empty() {
            return Ok(Done::row(record.uuid));
        }
        flow::may_count(&audit, draft.changes("counted_qty"))?;
        draft.parent = Some(audit.uuid);
        let counted = draft.changes("counted_qty") && !draft.cell("counted_qty").is_null();
        let after = desk.update(&draft).await?;
        if counted {
            flow::begin(desk, &audit).await?;
        }
        Ok(Done::row(after.uuid))
    })
}
