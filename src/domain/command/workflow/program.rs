//! The steps of programs and schedules.

use super::{Effect, Guard, Step, Who, nothing};
use crate::domain::cx::Role;
use crate::domain::db::Arg;

static STARTED: Effect =
    Effect { says: "it counts as started", sets: Some(|_, _, _| vec![("started", true.into())]), does: None };

static COMPLETED: Effect = Effect {
    says: "the instant is kept",
    sets: Some(|desk, _, _| vec![("completed_at", desk.now().into())]),
    does: None,
};

static AUDITS_OVER: Guard = Guard {
    code: "PROGRAM_AUDITS_OPEN",
    rule: "all audits of the program must be closed or canceled",
    holds: |desk, record| {
        Box::pin(async move {
            let sql = "SELECT id FROM audit WHERE organization_id = $1 AND program_id = $2 AND state NOT IN ('CLOSED', \
                       'CANCELED') LIMIT 1";
            let args = vec![Arg::long(desk.organization_id), Arg::long(record.id)];
            Ok(desk.number(sql, args).await?.is_none())
        })
    },
};

/// The steps.
pub static STEPS: &[Step] = &[
    Step {
        name: "startProgram",
        noun: "Program",
        says: "Starts a program.",
        column: "status",
        from: &["PLANNING", "PENDING"],
        to: Some("INPROGRESS"),
        role: Role::Member,
        who: Who::OnlyOrAdmin("lead_auditor_id"),
        guards: &[],
        effects: &[&STARTED],
        entries: nothing,
    },
    Step {
        name: "completeProgram",
        noun: "Program",
        says: "Completes a program.",
        column: "status",
        from: &["INPROGRESS"],
        to: Some("COMPLETED"),
        role: Role::Member,
        who: Who::OnlyOrAdmin("lead_auditor_id"),
        guards: &[&AUDITS_OVER],
        effects: &[&COMPLETED],
        entries: nothing,
    },
    Step {
        name: "completeSchedule",
        noun: "Schedule",
        says: "Says that a scheduled audit has taken place.",
        column: "status",
        from: &["PENDING", "INPROGRESS"],
        to: Some("COMPLETED"),
        role: Role::Member,
        who: Who::OnlyOrAdmin("who_id"),
        guards: &[],
        effects: &[],
        entries: nothing,
    },
];
