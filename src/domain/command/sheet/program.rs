//! Programs, their templates, and schedules.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::super::act::{self, Act, Gives, Sheet};
use super::super::desk::Desk;
use super::super::draft::Draft;
use super::super::entry::{Check, Entry, Slot};
use super::super::order::{Done, Given, Order};
use super::super::run::drafted;
use crate::domain::cell::json as json_cell;
use crate::domain::cx::Role;
use crate::domain::error::{Error, Fault, Result};

/// Sheets of programs and schedules.
pub fn sheets() -> Vec<Sheet> {
    vec![
        Sheet::of("ProgramTemplate", Role::Admin)
            .fields(&["name", "edition", "state", "phases"])
            .required(&["name"])
            .check(&["phases"], Check::Array)
            .check(&["edition"], Check::Between(1, 1_000_000)),
        Sheet::of("Program", Role::Member)
            .fields(&["name", "startDate"])
            .refers(&["programTemplate", "asset", "leadAuditor", "executiveReport"])
            .required(&["name", "assetId", "leadAuditorId"])
            .fixed(&["programTemplateId", "assetId"])
            .fill(program),
        Sheet::of("Schedule", Role::Member)
            .fields(&["when"])
            .refers(&["template", "who", "asset"])
            .required(&["templateId", "whoId", "assetId"])
            .fill(schedule),
    ]
}

/// Scheduling many audits at once.
pub fn specials() -> Vec<Act> {
    let Some(Sheet { noun, entries, .. }) = act::sheet("Schedule") else { return Vec::new() };
    let doc = "Schedules 1 to 100 audits at once: all of them, or none.";
    let mut act = Act::special("createSchedules", doc, Role::Member, (Gives::Many(noun), create_schedules));
    let mut items =
        Entry::extra("schedules", "The audits to schedule, in order.", Slot::Items("ScheduleItemInput", entries));
    items.required = true;
    act.entries = vec![items];
    vec![act]
}

fn program<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        if !draft.is_new() {
            let over = draft.before.as_ref().is_some_and(|record| record.text("status") == "COMPLETED");
            return if over {
                Err(Error::Rule("PROGRAM_COMPLETED", "a completed program does not change".to_owned()))
            } else {
                Ok(())
            };
        }
        draft.default("start_date", desk.now());
        let template = desk.load_id("ProgramTemplate", draft.number("program_template_id")).await?;
        if let Some(template) = template {
            // Each phase begins as pending and without days (contract auditcomply R8).
            let phases: Vec<Value> = serde_json::from_str(template.text("phases")).unwrap_or_default();
            let fresh = phases.into_iter().map(|mut phase| {
                if let Some(members) = phase.as_object_mut() {
                    members.insert("status".to_owned(), json!("PENDING"));
                    members.insert("start_date".to_owned(), Value::Null);
                    members.insert("end_date".to_owned(), Value::Null);
                }
                phase
            });
            draft.set("phases", json_cell(&fresh.collect()));
        }
        usable_asset(desk, draft).await
    })
}

async fn usable_asset(desk: &mut Desk<'_>, draft: &mut Draft<'_>) -> Result<()> {
    let asset = desk.load_id("Asset", draft.number("asset_id")).await?;
    if draft.changes("asset_id") && asset.is_some_and(|asset| asset.has("archived_at")) {
        draft.fault("assetId", "ARCHIVED", "is out of use");
    }
    Ok(())
}

fn schedule<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        if draft.is_new() {
            draft.default("when", desk.now());
        } else if draft.before.as_ref().is_some_and(|record| matches!(record.text("status"), "COMPLETED" | "CLOSED")) {
            return Err(Error::Rule("SCHEDULE_OVER", "a schedule that was fulfilled does not change".to_owned()));
        }
        usable_asset(desk, draft).await
    })
}

/// Makes the schedules of a list.
pub fn create_schedules<'a>(desk: &'a mut Desk<'_>, act: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(async move {
        let (Some(Given::Items(items)), Some(Slot::Items(_, entries))) =
            (order.values.get("schedules"), act.entries.first().map(|entry| entry.slot))
        else {
            return Err(Error::invalid("schedules", "is required"));
        };
        if !(1..=100).contains(&items.len()) {
            return Err(Error::invalid("schedules", "must be 1 to 100"));
        }
        let Gives::Many(noun) = act.gives else { return Err(Error::Internal) };
        let mut done = Done::default();
        let mut faults: Vec<Fault> = Vec::new();
        for (position, item) in items.iter().enumerate() {
            let one = Order { values: item.clone(), ..Order::default() };
            let mut draft = drafted(desk, (noun, entries), None, &one);
            schedule(desk, &mut draft).await?;
            match draft.sound() {
                Ok(()) => done.rows.push(desk.insert(&draft).await?.uuid),
                Err(Error::Invalid(found)) => faults.extend(found.into_iter().map(|mut fault| {
                    fault.path.splice(0..0, ["schedules".to_owned(), position.to_string()]);
                    fault
                })),
                Err(error) => return Err(error),
            }
        }
        if faults.is_empty() { Ok(done) } else { Err(Error::Invalid(faults)) }
    })
}
