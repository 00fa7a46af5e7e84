//! Nonconformances and tasks.

use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use super::plan::ACTION;
use super::settings::CATEGORY;
use super::{N_ASSET, N_USER};
use crate::rest::auditcomply::write::{BOOL, DATE, DIGITS, INSTANT, INT, TEXT, elements, text_of};
use crate::rest::kit::{Form, Many, Write};

/// The words of an issue's status.
pub const STATES: &[&str] = &["DRAFT", "OPEN", "INPROGRESS", "INREVIEW", "CLOSED", "OVERDUE", "REOPENED"];

/// The status of an issue.
pub const STATUS: Write = Write { schema: || json!({ "type": "string", "enum": STATES }), run: TEXT.run };

static COMMENT: LazyLock<Form> = LazyLock::new(|| {
    Form::of("Comment", "Comment")
        .value("id", &["legacyId"], INT)
        .value("text", &["text"], TEXT)
        .value("created_at", &["createdAt"], INSTANT)
        .one("user", "user", &N_USER)
});

static COMMENT_GROUP: LazyLock<Form> = LazyLock::new(|| {
    Form::of("CommentGroup", "CommentGroup")
        .value("id", &["legacyId"], INT)
        .many("comments", Many { relation: "comments", order: &[("createdAt", false)], only: None, form: &COMMENT })
});

/// Pairs of label and value.
const CUSTOM_FIELDS: Write = Write {
    schema: || {
        json!({ "type": "array", "items": {
            "type": "object", "required": ["label", "value"],
            "properties": {
                "label": { "type": "string" },
                "value": { "type": ["string", "array", "null"], "items": { "type": "string" } },
            },
        } })
    },
    run: |out, cells| {
        out.raw("[");
        for field in elements(cells.first()) {
            out.comma();
            out.raw("{");
            out.key("label");
            out.text(&field.get("label").map(text_of).unwrap_or_default());
            out.key("value");
            match field.get("value") {
                None | Some(Json::Null) => out.null(),
                Some(Json::Array(values)) => out.value(&values.iter().map(text_of).collect::<Vec<_>>()),
                Some(value) => out.text(&text_of(value)),
            }
            out.raw("}");
        }
        out.raw("]");
    },
};

/// The members that both kinds have, from the actions on.
fn common(form: Form) -> Form {
    let group = |kind| Many {
        relation: "commentGroups",
        order: &[("legacyId", false)],
        only: Some(("kind", kind)),
        form: &COMMENT_GROUP,
    };
    form.maybe("complete_by", &["completeBy"], DATE)
        .maybe("approved_date", &["approvedDate"], INSTANT)
        .value("created_at", &["createdAt"], INSTANT)
        .maybe("assigned_to", &["assignee.legacyId"], INT)
        .maybe("assigned_by", &["assignedBy.legacyId"], INT)
        .maybe("approved_by", &["approvedBy.legacyId"], INT)
        .one("assigned_to_user", "assignee", &N_USER)
        .one("assigned_by_user", "assignedBy", &N_USER)
        .one("approved_by_user", "approvedBy", &N_USER)
        .sole("verification_comment_group", group("VERIFICATION"), "")
        .sole("rejection_comment_group", group("REJECTION"), "")
        .one("asset", "asset", &N_ASSET)
        .many("category", Many { relation: "categories", order: &[("legacyId", false)], only: None, form: &CATEGORY })
        .maybe("score_response", &["scoreResponse"], TEXT)
        .maybe("template_name", &["template.name"], TEXT)
}

fn origin(form: Form) -> Form {
    form.maybe("audit_id", &["audit.legacyId"], DIGITS)
        .maybe("parent_observation_id", &["activity.legacyId"], INT)
        .maybe("audit_completed_at", &["audit.completedAt"], INSTANT)
        .value("custom_fields", &["customFields"], CUSTOM_FIELDS)
        .value("updated_at", &["updatedAt"], INSTANT)
}

/// S-NonConformance.
pub static NONCONFORMANCE: LazyLock<Form> = LazyLock::new(|| {
    let form = Form::of("NonConformance", "Issue")
        .value("nonconformance_id", &["legacyId"], INT)
        .value("status", &["renderedStatus"], STATUS)
        .value("overdue", &["overdue"], BOOL)
        .value("non_conformance", &["title"], TEXT)
        .maybe("corrective_action", &["correctiveAction"], ACTION)
        .maybe("preventative_action", &["preventativeAction"], ACTION);
    origin(common(form).value("reopened_count", &["reopenedCount"], DIGITS))
});

/// S-Task.
pub static TASK: LazyLock<Form> = LazyLock::new(|| {
    let form = Form::of("Task", "Issue")
        .value("task_id", &["legacyId"], INT)
        .value("status", &["renderedStatus"], STATUS)
        .value("overdue", &["overdue"], BOOL)
        .value("task", &["title"], TEXT)
        .maybe("action", &["action"], TEXT);
    origin(common(form))
});
