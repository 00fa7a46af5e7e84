//! Corrective or preventive work that was decided on, in steps.

use entity::action_plan::{Column as C, Entity};

use crate::domain::cell::Kind;
use crate::domain::describe::{Link, Noun, Shape};

/// Describes [`Entity`] as `ActionPlan`.
pub fn describe() -> Noun {
    Noun::of::<Entity>(
        "ActionPlan",
        "actionPlan",
        "actionPlans",
        "Corrective or preventive work that was decided on, in steps.",
    )
    .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
    .field("uuid", C::Uuid, "Identifier, the same on every surface.")
    .field("number", C::Number, "Number as shown; unique per organization.")
    .field("subject", C::Subject, "What it is about.")
    .field("description", C::Description, "What is to be reached.")
    .field("startDate", C::StartDate, "First day planned.")
    .field("dueDate", C::DueDate, "Last day planned.")
    .field("finishDate", C::FinishDate, "Day it was finished.")
    .field("floatingDates", C::FloatingDates, "Whether the planned days move with the start.")
    .field("progress", C::Progress, "Work done, in percent.")
    .derived("timeProgress", Kind::Int, super::derived::time_progress, super::derived::TIME_PROGRESS)
    .always()
    .asked()
    .field("status", C::Status, "Whether it is in use, such as active or archived; an open set.")
    .field("stage", C::Stage, "Where it stands, such as planned, executing, executed or rejected; an open set.")
    .field("createdAt", C::CreatedAt, "Instant it was created.")
    .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
    .field("version", C::Version, "Counts the changes; send it back as `expectedVersion` to change only what you saw.")
    .one("orgUnit", "OrgUnit", C::OrgUnitId, "Organizational unit it belongs to.")
    .one("creator", "User", C::CreatorId, "Person who created it.")
    .one("assignee", "User", C::AssigneeId, "Person who answers for it.")
    .one("template", "Template", C::TemplateId, "Template it was made from.")
    .many("activities", "Activity", entity::activity::Column::ActionPlanId, "Its steps.")
    .relation(
        "history",
        "ChangeEvent",
        Link::History("action_plan"),
        Shape::Connection,
        "What happened to it, newest first.",
    )
}
