//! The nine forms, as rows of a list and inside of records (contract action_audit 4). Each list of members is the
//! contract's table.

use std::sync::LazyLock;

use super::words::{
    CELL_TYPE, INSTANT, MASK, POINTS, ROLES, SHOW_ACTION_PLAN, SHOW_ACTIVITY, SHOW_AUDIT, SHOW_AUDIT_AREA, SHOW_IDEA,
    SHOW_ORGCELL, SHOW_TEMPLATE, SHOW_USER, SHOW_WORKER, USER_STATUS, WORKER_STATUS,
};
use crate::rest::kit::write::{BOOLEAN, DATE, INTEGER, TEXT, UUID};
use crate::rest::kit::{Form, Write};

/// A form that is made when it is first used.
pub type Made = LazyLock<Form>;

/// 4.1
pub fn user_fields(name: &'static str) -> Form {
    Form::of(name, "User")
        .value("uuid", &["uuid"], UUID)
        .value("last_name", &["lastName"], TEXT)
        .value("first_name", &["firstName"], TEXT)
        .value("username", &["username"], TEXT)
        .value("email", &["mailAddress"], TEXT)
        .value("mobile", &["mobile"], TEXT)
        .maybe("position", &["position"], TEXT)
        .value("roles", &["jobRoles"], ROLES)
        .value("status", &["status"], USER_STATUS)
        .maybe("gender", &["gender"], TEXT)
        .value("locale", &["locale"], TEXT)
        .value("is_representative", &["isRepresentative"], BOOLEAN)
        .value("is_restricted", &["isRestricted"], BOOLEAN)
        .value("created_at", &["createdAt"], INSTANT)
        .value("updated_at", &["updatedAt"], INSTANT)
        .maybe("avatar_content_type", &["portraitType"], TEXT)
        .maybe("avatar_file_url", &["portraitUrl"], TEXT)
}

/// 4.2
pub fn worker_fields(name: &'static str) -> Form {
    Form::of(name, "Worker")
        .value("uuid", &["uuid"], UUID)
        .value("number", &["number"], TEXT)
        .maybe("pincode", &["pincode"], MASK)
        .value("remarks", &["remarksText"], TEXT)
        .value("status", &["status"], WORKER_STATUS)
        .value("last_name", &["lastName"], TEXT)
        .value("first_name", &["firstName"], TEXT)
        .value("created_at", &["createdAt"], INSTANT)
        .value("updated_at", &["updatedAt"], INSTANT)
}

/// 4.3
pub fn orgcell_fields(name: &'static str) -> Form {
    Form::of(name, "OrgUnit")
        .value("uuid", &["uuid"], UUID)
        .maybe("description", &["description"], TEXT)
        .value("abbr", &["abbr"], TEXT)
        .value("cell_type", &["cellType"], CELL_TYPE)
        .maybe("remarks", &["remarks"], TEXT)
        .value("users_limit", &["usersLimit"], INTEGER)
        .value("required_rate_justification", &["requiredRateJustification"], BOOLEAN)
        .value("created_at", &["createdAt"], INSTANT)
        .value("updated_at", &["updatedAt"], INSTANT)
        .maybe("photo_content_type", &["pictureType"], TEXT)
        .maybe("photo_file_url", &["pictureUrl"], TEXT)
}

/// Where the plan part's values come from that audits keep elsewhere.
struct PlanPart {
    subject: &'static [&'static str],
    work_progress: &'static [&'static str],
    status: &'static [&'static str],
}

/// Of action plans and ideas.
const PLANNED: PlanPart = PlanPart { subject: &["subject"], work_progress: &["progress"], status: &["status"] };
/// Of audits.
const AUDITED: PlanPart = PlanPart { subject: &["subject"], work_progress: &["workProgress"], status: &["standing"] };

/// 4.4
fn plan_part(form: Form, from: &PlanPart) -> Form {
    form.value("uuid", &["uuid"], UUID)
        .value("number", &["number"], TEXT)
        .value("subject", from.subject, TEXT)
        .maybe("description", &["description"], TEXT)
        .maybe("start_date", &["startDate"], DATE)
        .maybe("due_date", &["dueDate"], DATE)
        .maybe("finish_date", &["finishDate"], DATE)
        .value("floating_dates", &["floatingDates"], BOOLEAN)
        .value("time_progress", &["timeProgress"], INTEGER)
        .value("work_progress", from.work_progress, INTEGER)
        .value("status", from.status, TEXT)
        .maybe("stage", &["stage"], TEXT)
        .value("created_at", &["createdAt"], INSTANT)
        .value("updated_at", &["updatedAt"], INSTANT)
}

/// 4.4, of an action plan
pub fn action_plan_fields(name: &'static str) -> Form {
    plan_part(Form::of(name, "ActionPlan"), &PLANNED)
}

/// 4.5
pub fn audit_fields(name: &'static str) -> Form {
    plan_part(Form::of(name, "Audit"), &AUDITED)
        .value("audit_type", &["auditType"], TEXT)
        .maybe("audit_threshold", &["auditThreshold"], INTEGER)
        .maybe("score_main", &["wholeScore"], INTEGER)
        .maybe("score_alternative", &["wholeScoreAlternative"], INTEGER)
        .maybe("layer", &["layer"], INTEGER)
        .maybe("audit_started_at", &["startedAt"], INSTANT)
        .maybe("audit_finished_at", &["completedAt"], INSTANT)
        .maybe("ap_start_date", &["correctivePlanStartDate"], DATE)
        .maybe("ap_due_date", &["correctivePlanDueDate"], DATE)
}

/// 4.6
pub fn idea_fields(name: &'static str) -> Form {
    plan_part(Form::of(name, "Idea"), &PLANNED)
        .value("idea_type", &["type"], TEXT)
        .maybe("total_points", &["totalPoints"], POINTS)
        .maybe("total_effective_points", &["totalEffectivePoints"], POINTS)
        .value("is_rewarded", &["isRewarded"], BOOLEAN)
        .maybe("genesis", &["genesis"], TEXT)
        .maybe("ap_start_date", &["correctivePlanStartDate"], DATE)
        .maybe("ap_due_date", &["correctivePlanDueDate"], DATE)
}

/// 4.7
pub fn activity_fields(name: &'static str) -> Form {
    Form::of(name, "Activity")
        .value("uuid", &["uuid"], UUID)
        .value("number", &["number"], TEXT)
        .value("ordr", &["order"], INTEGER)
        .value("friendly_ordr", &["friendlyOrder"], TEXT)
        .value("sequence", &["sequence"], TEXT)
        .value("subject", &["subject"], TEXT)
        .maybe("description", &["description"], TEXT)
        .maybe("resolution", &["resolution"], TEXT)
        .maybe("start_date", &["startDate"], DATE)
        .maybe("due_date", &["dueDate"], DATE)
        .maybe("finish_date", &["finishDate"], DATE)
        .maybe("started_at", &["startedAt"], INSTANT)
        .maybe("finished_at", &["finishedAt"], INSTANT)
        .value("workflow_state", &["workflowState"], TEXT)
        .value("work_progress", &["progress"], INTEGER)
        .value("time_progress", &["timeProgress"], INTEGER)
        .value("sensitive_content", &["sensitiveContent"], BOOLEAN)
        .value("created_at", &["createdAt"], INSTANT)
        .value("updated_at", &["updatedAt"], INSTANT)
}

/// 4.7, inside an audit
fn audit_activity_fields(name: &'static str) -> Form {
    activity_fields(name)
        .maybe("alternative_source_ref", &["alternativeSourceRef"], TEXT)
        .maybe("score_main", &["wholeScore"], INTEGER)
        .maybe("score_weight", &["wholeWeight"], INTEGER)
        .value("answer_not_applicable", &["answerNotApplicable"], BOOLEAN)
        .value("answer_recommendation", &["answerRecommendation"], BOOLEAN)
        .maybe("answer_value", &["answerValue"], TEXT)
        .maybe("answer_iso", &["answerIso"], TEXT)
        .maybe("correction_description", &["correctionDescription"], TEXT)
}

/// 4.8
pub fn audit_area_fields(name: &'static str) -> Form {
    Form::of(name, "AuditArea")
        .value("uuid", &["uuid"], UUID)
        .value("audit_type", &["auditType"], TEXT)
        .value("name", &["name"], TEXT)
        .value("description", &["descriptionText"], TEXT)
        .value("audit_threshold", &["auditThreshold"], INTEGER)
        .value("notify_audit_area_leader", &["notifyAuditAreaLeader"], BOOLEAN)
        .value("auto_corrective_action_plan", &["autoCorrectiveActionPlan"], BOOLEAN)
        .value("active", &["active"], BOOLEAN)
        .value("created_at", &["createdAt"], INSTANT)
        .value("updated_at", &["updatedAt"], INSTANT)
}

/// 4.9
pub fn template_fields(name: &'static str) -> Form {
    Form::of(name, "Template")
        .value("uuid", &["uuid"], UUID)
        .value("name", &["name"], TEXT)
        .maybe("symbol", &["symbol"], TEXT)
        .value("version", &["edition"], INTEGER)
        .value("created_at", &["createdAt"], INSTANT)
        .value("updated_at", &["updatedAt"], INSTANT)
}

/// A row of a list, which is also what stands inside of records.
fn row(fields: Form, links: Write) -> Form {
    fields.value("links", &["uuid"], links).doc("Where the record is.")
}

/// A person.
pub static USER: Made = LazyLock::new(|| row(user_fields("User"), SHOW_USER));
/// A worker.
pub static WORKER: Made = LazyLock::new(|| row(worker_fields("Worker"), SHOW_WORKER));
/// A unit.
pub static ORGCELL: Made = LazyLock::new(|| row(orgcell_fields("Orgcell"), SHOW_ORGCELL));
/// An action plan.
pub static ACTION_PLAN: Made = LazyLock::new(|| row(action_plan_fields("ActionPlan"), SHOW_ACTION_PLAN));
/// An activity.
pub static ACTIVITY: Made = LazyLock::new(|| row(activity_fields("Activity"), SHOW_ACTIVITY));
/// An activity inside an audit.
pub static AUDIT_ACTIVITY: Made = LazyLock::new(|| row(audit_activity_fields("AuditActivity"), SHOW_ACTIVITY));
/// An audit.
pub static AUDIT: Made = LazyLock::new(|| row(audit_fields("Audit"), SHOW_AUDIT));
/// An area.
pub static AUDIT_AREA: Made = LazyLock::new(|| row(audit_area_fields("AuditArea"), SHOW_AUDIT_AREA));
/// An idea.
pub static IDEA: Made = LazyLock::new(|| row(idea_fields("Idea"), SHOW_IDEA));
/// A template.
pub static TEMPLATE: Made = LazyLock::new(|| row(template_fields("Template"), SHOW_TEMPLATE));
/// The plan part of an audit, inside its activities.
pub static AUDIT_AS_PLAN: Made =
    LazyLock::new(|| row(plan_part(Form::of("AuditAsPlan", "Audit"), &AUDITED), SHOW_AUDIT));
/// The plan part of an idea, inside its activities.
pub static IDEA_AS_PLAN: Made = LazyLock::new(|| row(plan_part(Form::of("IdeaAsPlan", "Idea"), &PLANNED), SHOW_IDEA));
