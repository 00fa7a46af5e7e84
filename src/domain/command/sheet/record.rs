//! Records of what was done elsewhere, as the documented interfaces take them: in any state, without the steps that led
//! there. Everything else is as on the noun's own sheet.

use futures_util::future::BoxFuture;

use super::super::act::{self, Act, Gives, Sheet, Special};
use super::super::desk::Desk;
use super::super::draft::Draft;
use super::super::entry::{Check, Entry, Slot};
use super::super::order::{Done, Order};
use super::super::run::{drafted, finish};
use super::program::create_schedules;
use crate::domain::cx::Role;
use crate::domain::error::{Error, Result};

/// The commands.
pub fn acts() -> Vec<Act> {
    let sheets = [act::sheet("Audit"), act::sheet("User"), act::sheet("Program"), act::sheet("Schedule")];
    let [Some(audit), Some(user), Some(program), Some(schedule)] = sheets else { return Vec::new() };
    let states = ["state", "completedAt", "closedAt", "createdAt", "statusChangedOnClose"];
    let mut audit = made(audit, ("recordAudit", "Records an audit in any state.", record_audit), &states);
    for entry in audit.entries.iter_mut().filter(|entry| entry.check == Check::Address) {
        // The documented interfaces take addresses of further schemes, which they check themselves.
        entry.check = Check::Line(1_000);
    }
    let states = ["started", "status", "completedAt"];
    let program = made(program, ("recordProgram", "Records a program in any state.", record_program), &states);
    let mut contact =
        made(user, ("recordContact", "Records a person who does not sign in.", record_contact), &[]).wide();
    contact.entries.retain(|entry| !matches!(entry.name, "password" | "role"));
    let mut many = Act::special(
        "recordSchedules",
        "Records 1 to 100 schedules in any state: all of them, or none.",
        Role::Member,
        (Gives::Many(schedule.noun), create_schedules),
    );
    let mut entries = schedule.entries.clone();
    entries.extend(Entry::field(schedule.noun, "status"));
    let mut items = Entry::extra(
        "schedules",
        "The schedules, in order.",
        Slot::Items("ScheduleRecordInput", Box::leak(entries.into_boxed_slice())),
    );
    items.required = true;
    many.entries = vec![items];
    vec![audit, contact, program, many]
}

fn made(sheet: &'static Sheet, (name, doc, run): (&'static str, &str, Special), states: &[&str]) -> Act {
    let mut act = Act::special(name, doc, Role::Member, (Gives::One(sheet.noun), run));
    act.entries = sheet.entries.iter().filter(|entry| entry.on_create).cloned().collect();
    for name in states {
        if act.entries.iter().all(|entry| entry.name != *name) {
            act.entries.extend(Entry::field(sheet.noun, name));
        }
    }
    act
}

async fn record<'o>(
    desk: &mut Desk<'_>,
    noun: &str,
    (act, order): (&Act, &'o Order),
    complete: impl FnOnce(&Desk<'_>, &mut Draft<'o>),
) -> Result<Done> {
    let sheet = act::sheet(noun).ok_or(Error::Internal)?;
    let mut draft = drafted(desk, (sheet.noun, &act.entries), None, order);
    complete(desk, &mut draft);
    finish(desk, sheet, draft).await.map(|record| Done::row(record.uuid))
}

fn record_audit<'a>(desk: &'a mut Desk<'_>, act: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(record(desk, "Audit", (act, order), |desk, draft| {
        if draft.text("state") == "CLOSED" {
            draft.set("closed_by_id", desk.caller.user_id);
            if draft.cell("closed_at").is_null() {
                draft.set("closed_at", desk.now());
            }
        }
    }))
}

fn record_program<'a>(desk: &'a mut Desk<'_>, act: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(record(desk, "Program", (act, order), |_, _| {}))
}

fn record_contact<'a>(desk: &'a mut Desk<'_>, act: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(record(desk, "User", (act, order), |_, _| {}))
}
