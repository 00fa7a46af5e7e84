//! A finding to be resolved: a nonconformance, a task or a finding.

use entity::issue::{Column as C, Entity};

use crate::domain::cell::Kind;
use crate::domain::describe::{Link, Noun, Shape};
use crate::enumeration;

/// Describes [`Entity`] as `Issue`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("Issue", "issue", "issues", "A finding to be resolved: a nonconformance, a task or a finding.")
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .words("kind", C::Kind, enumeration!(IssueKind), "What sort of issue it is.")
        .field("number", C::Number, "Position among the issues of the asset: 1, 2, 3 and so on, never given twice.")
        .field("title", C::Title, "What was found, or what is to be done.")
        .field("description", C::Description, "Details.")
        .words("status", C::Status, enumeration!(IssueStatus), "Where it stands.")
        .words("severity", C::Severity, enumeration!(Severity), "How grave it is.")
        .words("impact", C::Impact, enumeration!(Level), "How much it affects.")
        .words("effort", C::Effort, enumeration!(Level), "How much work resolving it takes.")
        .words("priority", C::Priority, enumeration!(IssuePriority), "How urgent it is.")
        .field(
            "correctiveAction",
            C::CorrectiveAction,
            "Object that says how it is put right: description, root_cause, due_date and completed_at.",
        )
        .field(
            "preventativeAction",
            C::PreventativeAction,
            "Object that says how it is kept from coming back: description, root_cause, due_date and completed_at.",
        )
        .field("action", C::Action, "What is to be done, for a task.")
        .field("completeBy", C::CompleteBy, "Last day for resolving it.")
        .field("approvedDate", C::ApprovedDate, "Instant its resolution was approved.")
        .field("occurredOn", C::OccurredOn, "Day it occurred or was found.")
        .field("closedAt", C::ClosedAt, "Instant it was closed.")
        .field("scoreResponse", C::ScoreResponse, "Answer that raised it, as scored.")
        .field("reopenedCount", C::ReopenedCount, "How often it was reopened.")
        .field("customFields", C::CustomFields, "Array of the organization's own fields: label and value.")
        .derived(
            "overdue",
            Kind::Bool,
            super::derived::issue_overdue,
            "Whether the last day has passed and it is neither a draft nor closed.",
        )
        .always()
        .asked()
        .derived("renderedStatus", Kind::Text, super::derived::issue_status, "Where it stands, OVERDUE included.")
        .always()
        .dialect()
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field(
            "version",
            C::Version,
            "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
        )
        .one("assignee", "User", C::AssignedToId, "Person who is to resolve it.")
        .one("assignedBy", "User", C::AssignedById, "Person who assigned it.")
        .one("approvedBy", "User", C::ApprovedById, "Person who approved its resolution.")
        .one("audit", "Audit", C::AuditId, "Audit that found it.")
        .one("activity", "Activity", C::ActivityId, "Observation that raised it.")
        .one("asset", "Asset", C::AssetId, "Asset it concerns.")
        .one("template", "Template", C::TemplateId, "Template of the audit that found it.")
        .relation(
            "categories",
            "Category",
            Link::Through("issue_category", "issue_id", "category_id"),
            Shape::List,
            "Its categories.",
        )
        .list(
            "commentGroups",
            "CommentGroup",
            entity::comment_group::Column::IssueId,
            "Comments on its verification and rejection.",
        )
        .relation(
            "history",
            "ChangeEvent",
            Link::History("issue"),
            Shape::Connection,
            "What happened to it, newest first.",
        )
}
