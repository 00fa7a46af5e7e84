//! The steps of an audit, from its creation to its end.

use rust_decimal::Decimal;

use super::super::act::extra;
use super::super::desk::Desk;
use super::super::draft::Draft;
use super::super::entry::{Check, Entry};
use super::super::order::Order;
use super::super::record::Record;
use super::counts::{self, Inventory};
use super::{Effect, Guard, Step, Who, advance, nothing};
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::Role;
use crate::domain::db::Arg;
use crate::domain::error::{Error, Result};

/// Refuses an audit that is over.
pub fn is_open(audit: &Record) -> Result<()> {
    if matches!(audit.text("state"), "CLOSED" | "CANCELED") {
        return Err(Error::Rule("AUDIT_OVER", "the audit is closed or canceled".to_owned()));
    }
    Ok(())
}

/// The kind of asset whose audits are counts.
pub const INVENTORY: &str = "LOCATION";

/// Of an inventory audit that is over only feedback and metadata may change (contract packagex 2.5).
pub fn is_locked(audit: &Record, column: &str) -> bool {
    audit.text("asset_kind") == INVENTORY && is_open(audit).is_err() && !matches!(column, "feedback" | "metadata")
}

/// Refuses changes that come too late.
pub fn may_edit(audit: &Record, draft: &Draft<'_>) -> Result<()> {
    if draft.changed().iter().any(|(column, _)| is_locked(audit, column)) {
        let message = "of an inventory audit that is over only feedback and metadata may change";
        return Err(Error::Rule("AUDIT_LOCKED", message.to_owned()));
    }
    Ok(())
}

/// Refuses counts of an audit that is over, and in review all but their reasons (contract packagex 2.5).
pub fn may_count(audit: &Record, is_counted: bool) -> Result<()> {
    is_open(audit).map_err(|_| Error::Rule("AUDIT_LOCKED", "the audit is closed or canceled".to_owned()))?;
    if is_counted && matches!(audit.text("state"), "IN_REVIEW" | "READY_TO_CLOSE") {
        return Err(Error::Rule("AUDIT_LOCKED", "in review counts stay as they are".to_owned()));
    }
    Ok(())
}

/// What stock there is of an item at a layout of the audit's location.
pub async fn available(desk: &mut Desk<'_>, audit: &Record, item: Option<i64>, layout: Option<i64>) -> Result<Decimal> {
    let key = (audit.number("asset_id").unwrap_or(0), layout.unwrap_or(0), item.unwrap_or(0));
    counts::stock(desk, key).await
}

/// Starts an audit that has not begun, because work on it has.
pub async fn begin(desk: &mut Desk<'_>, audit: &Record) -> Result<()> {
    if audit.text("state") != "CREATED" {
        return Ok(());
    }
    let step = super::step("startAudit").ok_or(Error::Internal)?;
    advance(desk, step, audit.clone(), &Order::default()).await.map(|_| ())
}

static STARTED: Effect = Effect {
    says: "the first start is kept, and its schedule is under way",
    sets: Some(
        |desk, record, _| if record.has("started_at") { Vec::new() } else { vec![("started_at", desk.now().into())] },
    ),
    does: Some(|desk, record, _| Box::pin(schedule(desk, record, &["PENDING"], "INPROGRESS"))),
};

static CHANGED: Effect =
    Effect { says: "who did it is kept", sets: Some(|desk, _, _| desk.actor().into()), does: None };

static COUNTS_FROZEN: Effect = Effect {
    says: "quantities by the books are read again and frozen; an inventory audit whose discrepancies all lie within the \
           organization's threshold is approved at once",
    sets: None,
    does: Some(|desk, record, _| {
        Box::pin(async move {
            if counts::freeze(desk, record).await? == Inventory::Within {
                let step = super::step("closeAudit").ok_or(Error::Internal)?;
                advance(desk, step, record.clone(), &Order::default()).await?;
            }
            Ok(())
        })
    }),
};

static CLOSED: Effect = Effect {
    says: "who closed it and when are kept, the stock is corrected where the audit says so, and its schedule is fulfilled",
    sets: Some(|desk, record, order| {
        let now = desk.now();
        let mut columns: super::Columns = vec![("closed_at", now.into()), ("closed_by_id", desk.caller.user_id.into())];
        if !record.has("completed_at") {
            columns.push(("completed_at", now.into()));
        }
        if !record.has("finished_at") {
            columns.push(("finished_at", now.into()));
        }
        if let Some(notes) = order.cell("closingNotes") {
            columns.push(("closing_notes", notes.clone()));
        }
        columns
    }),
    does: Some(|desk, record, _| {
        Box::pin(async move {
            counts::reconcile(desk, record).await?;
            schedule(desk, record, &["PENDING", "INPROGRESS"], "COMPLETED").await
        })
    }),
};

static REOPENED: Effect = Effect {
    says: "it counts as not closed; when it was completed stays",
    sets: Some(|desk, record, _| {
        let mut columns = vec![("closed_at", Cell::Null), ("closed_by_id", Cell::Null), ("finished_at", Cell::Null)];
        if !record.has("started_at") {
            columns.push(("started_at", desk.now().into()));
        }
        columns
    }),
    does: None,
};

static CANCELED: Effect = Effect {
    says: "when it was canceled is kept; it was not completed",
    sets: Some(|desk, _, _| {
        vec![
            ("closed_at", desk.now().into()),
            ("closed_by_id", desk.caller.user_id.into()),
            ("completed_at", Cell::Null),
        ]
    }),
    does: None,
};

/// Takes the schedule of an audit further.
async fn schedule(desk: &mut Desk<'_>, audit: &Record, from: &[&str], to: &str) -> Result<()> {
    let Some(schedule) = desk.load_id("Schedule", audit.number("schedule_id")).await? else { return Ok(()) };
    if from.contains(&schedule.text("status")) {
        desk.update_row(&schedule, vec![("status", to.into())], Some(audit.uuid)).await?;
    }
    Ok(())
}

static MANDATORY_DONE: Guard = Guard {
    code: "MANDATORY_ACTIVITIES_OPEN",
    rule: "every mandatory activity must be answered or not applicable",
    holds: |desk, record| {
        Box::pin(async move {
            // Truth values need no comparison on either store.
            let sql = "SELECT id FROM activity WHERE organization_id = $1 AND audit_id = $2 AND mandatory AND NOT \
                       answer_not_applicable AND finished_at IS NULL AND progress < 100 LIMIT 1";
            let args = vec![Arg::long(desk.organization_id), Arg::long(record.id)];
            Ok(desk.number(sql, args).await?.is_none())
        })
    },
};

static ALL_COUNTED: Guard = Guard {
    code: counts::UNCOUNTED,
    rule: "everything must be counted before it is reviewed",
    holds: |desk, record| Box::pin(async move { Ok(counts::uncounted(desk, record).await?.is_empty()) }),
};

static REVIEWED: Guard = Guard {
    code: "COUNTS_UNREVIEWED",
    rule: "an inventory audit, and any audit with counts, is reviewed before it is closed",
    holds: |desk, record| {
        Box::pin(async move {
            let is_reviewed = matches!(record.text("state"), "IN_REVIEW" | "READY_TO_CLOSE");
            let is_inventory = record.text("asset_kind") == INVENTORY;
            Ok(is_reviewed || (!is_inventory && counts::tasks(desk, record).await?.is_empty()))
        })
    },
};

static REASONS_GIVEN: Guard = Guard {
    code: counts::REASON_REQUIRED,
    rule: "every discrepancy above the organization's threshold needs a reason code",
    holds: |desk, record| Box::pin(async move { Ok(counts::unexplained(desk, record).await?.is_empty()) }),
};

fn closing() -> Vec<Entry> {
    let mut entry = extra("closingNotes", Kind::Text, "Notes on closing.");
    entry.check = Check::Prose(20_000);
    vec![entry]
}

const fn step(
    name: &'static str,
    says: &'static str,
    (from, to): (&'static [&'static str], &'static str),
    guards: &'static [&'static Guard],
    effects: &'static [&'static Effect],
) -> Step {
    Step {
        name,
        noun: "Audit",
        says,
        column: "state",
        from,
        to: Some(to),
        role: Role::Member,
        who: Who::Anyone,
        guards,
        effects,
        entries: nothing,
    }
}

const OPEN: &[&str] = &["CREATED", "IN_PROGRESS", "GENERATING", "IN_REVIEW", "RECOUNT", "READY_TO_CLOSE"];
const BEFORE_REVIEW: &[&str] = &["CREATED", "IN_PROGRESS", "GENERATING", "RECOUNT"];

/// The steps.
pub static STEPS: &[Step] = &[
    step("startAudit", "Begins an audit.", (&["CREATED", "RECOUNT"], "IN_PROGRESS"), &[], &[&CHANGED, &STARTED]),
    step(
        "submitAudit",
        "Hands an audit in for review.",
        (BEFORE_REVIEW, "IN_REVIEW"),
        &[&ALL_COUNTED],
        &[&CHANGED, &COUNTS_FROZEN],
    ),
    step(
        "requestRecount",
        "Sends an inventory audit back to be counted again.",
        (&["IN_REVIEW", "READY_TO_CLOSE"], "RECOUNT"),
        &[],
        &[&CHANGED],
    ),
    step(
        "markReadyToClose",
        "Says that a reviewed audit can be closed.",
        (&["IN_PROGRESS", "GENERATING", "IN_REVIEW"], "READY_TO_CLOSE"),
        &[&MANDATORY_DONE, &REVIEWED],
        &[&CHANGED],
    ),
    Step {
        entries: closing,
        ..step(
            "closeAudit",
            "Closes an audit: its result stands.",
            (OPEN, "CLOSED"),
            &[&MANDATORY_DONE, &REVIEWED, &REASONS_GIVEN],
            &[&CHANGED, &CLOSED],
        )
    },
    step(
        "reopenAudit",
        "Opens a closed audit again.",
        (&["CLOSED"], "IN_PROGRESS"),
        &[&NOT_INVENTORY],
        &[&CHANGED, &REOPENED],
    ),
    step("cancelAudit", "Ends an audit without a result.", (OPEN, "CANCELED"), &[], &[&CHANGED, &CANCELED]),
];

static NOT_INVENTORY: Guard = Guard {
    code: "AUDIT_LOCKED",
    rule: "an inventory audit whose counts are approved stays closed",
    holds: |_, record| Box::pin(async move { Ok(record.text("asset_kind") != INVENTORY) }),
};
