//! The nine records: the fields, the links, then what stands inside (contract action_audit 5).

use std::sync::LazyLock;

use super::forms::{
    ACTION_PLAN, ACTIVITY, AUDIT_ACTIVITY, AUDIT_AREA, AUDIT_AS_PLAN, IDEA_AS_PLAN, Made, ORGCELL, TEMPLATE, USER,
    WORKER, action_plan_fields, activity_fields, audit_area_fields, audit_fields, idea_fields, orgcell_fields,
    template_fields, user_fields, worker_fields,
};
use super::words::{
    LINKS_OF_ACTIVITY, LINKS_OF_USER, LIST_ACTION_PLANS, LIST_AUDIT_AREAS, LIST_AUDITS, LIST_IDEAS, LIST_ORGCELLS,
    LIST_TEMPLATES, LIST_WORKERS,
};
use crate::rest::kit::write::DATE;
use crate::rest::kit::{Form, Many, Write};

fn linked(fields: Form, from: &'static [&'static str], links: Write) -> Form {
    fields.value("links", from, links).doc("Where the list is, and other records of the same thing.")
}

/// Rows by their age: of several memberships or workers of a person, the first.
fn eldest(relation: &'static str, form: &'static Form) -> Many {
    Many { relation, order: &[("createdAt", false), ("uuid", false)], only: None, form }
}

/// In the order of the work.
fn activities(form: &'static Form) -> Many {
    Many { relation: "activities", order: &[("order", false), ("sequence", false), ("uuid", false)], only: None, form }
}

/// A person.
pub static USER_RECORD: Made = LazyLock::new(|| {
    linked(user_fields("UserRecord"), &["workerUuid"], LINKS_OF_USER)
        .sole("orgcell", eldest("memberships", &ORGCELL), "orgUnit")
        .sole("worker", Many { order: &[("legacyId", false)], ..eldest("workers", &WORKER) }, "")
});

/// A worker.
pub static WORKER_RECORD: Made = LazyLock::new(|| {
    linked(worker_fields("WorkerRecord"), &["uuid"], LIST_WORKERS).one("orgcell", "orgUnit", &ORGCELL)
});

/// A unit.
pub static ORGCELL_RECORD: Made = LazyLock::new(|| {
    linked(orgcell_fields("OrgcellRecord"), &["uuid"], LIST_ORGCELLS).one("parent", "parent", &ORGCELL)
});

/// An action plan.
pub static ACTION_PLAN_RECORD: Made = LazyLock::new(|| {
    linked(action_plan_fields("ActionPlanRecord"), &["uuid"], LIST_ACTION_PLANS)
        .one("orgcell", "orgUnit", &ORGCELL)
        .one("creator", "creator", &USER)
        .one("assignee", "assignee", &USER)
        .one("template", "template", &TEMPLATE)
        .many("activities", activities(&ACTIVITY))
});

/// An activity. What it does not say itself, the plan, audit or idea says that it is part of.
pub static ACTIVITY_RECORD: Made = LazyLock::new(|| {
    let fields = activity_fields("ActivityRecord").maybe("new_due_date", &["newDueDate"], DATE);
    linked(fields, &["actionPlan.uuid", "audit.uuid", "idea.uuid"], LINKS_OF_ACTIVITY)
        .any("action_plan", &[("actionPlan", &ACTION_PLAN), ("audit", &AUDIT_AS_PLAN), ("idea", &IDEA_AS_PLAN)])
        .any(
            "orgcell",
            &[
                ("orgUnit", &ORGCELL),
                ("actionPlan.orgUnit", &ORGCELL),
                ("audit.orgUnit", &ORGCELL),
                ("audit.area.orgUnit", &ORGCELL),
                ("idea.orgUnit", &ORGCELL),
            ],
        )
        .any(
            "creator",
            &[("creator", &USER), ("actionPlan.creator", &USER), ("audit.creator", &USER), ("idea.creator", &USER)],
        )
        .any(
            "assignee",
            &[("assignee", &USER), ("actionPlan.assignee", &USER), ("audit.auditor", &USER), ("idea.assignee", &USER)],
        )
        .one("new_assignee", "newAssignee", &USER)
});

/// An audit.
pub static AUDIT_RECORD: Made = LazyLock::new(|| {
    linked(audit_fields("AuditRecord"), &["uuid"], LIST_AUDITS)
        .any("orgcell", &[("orgUnit", &ORGCELL), ("area.orgUnit", &ORGCELL)])
        .one("creator", "creator", &USER)
        .one("assignee", "auditor", &USER)
        .one("ap_owner", "correctivePlanOwner", &USER)
        .one("ap_assignee", "correctivePlanAssignee", &USER)
        .one("audit_area", "area", &AUDIT_AREA)
        .one("audited_worker", "auditedWorker", &WORKER)
        .many("activities", activities(&AUDIT_ACTIVITY))
});

/// An area.
pub static AUDIT_AREA_RECORD: Made = LazyLock::new(|| {
    linked(audit_area_fields("AuditAreaRecord"), &["uuid"], LIST_AUDIT_AREAS)
        .one("orgcell", "orgUnit", &ORGCELL)
        .one("area_leader", "leader", &USER)
        .one("target_ap_owner", "correctivePlanOwner", &USER)
        .one("target_ap_assignee", "correctivePlanAssignee", &USER)
});

/// An idea.
pub static IDEA_RECORD: Made = LazyLock::new(|| {
    linked(idea_fields("IdeaRecord"), &["uuid"], LIST_IDEAS)
        .one("orgcell", "orgUnit", &ORGCELL)
        .one("creator", "creator", &USER)
        .one("assignee", "assignee", &USER)
        .one("originator", "originator", &WORKER)
        .one("worker_creator", "workerCreator", &WORKER)
        .one("ap_owner", "correctivePlanOwner", &USER)
        .one("ap_assignee", "correctivePlanAssignee", &USER)
        .many("activities", activities(&ACTIVITY))
});

/// A template.
pub static TEMPLATE_RECORD: Made = LazyLock::new(|| {
    linked(template_fields("TemplateRecord"), &["uuid"], LIST_TEMPLATES)
        .one("orgcell", "orgUnit", &ORGCELL)
        .one("creator", "creator", &USER)
});
