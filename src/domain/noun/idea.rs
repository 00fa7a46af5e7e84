//! A suggestion for improvement and its way into practice.

use entity::idea::{Column as C, Entity};

use crate::domain::cell::Kind;
use crate::domain::describe::{Link, Noun, Shape};

/// Describes [`Entity`] as `Idea`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("Idea", "idea", "ideas", "A suggestion for improvement and its way into practice.")
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .field("number", C::Number, "Number as shown; unique per organization.")
        .field("type", C::Type, "Kind of idea, such as quick_kaizen; an open set.")
        .field("subject", C::Subject, "What it is about.")
        .field("description", C::Description, "What is proposed.")
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
        .field("genesis", C::Genesis, "How it came about.")
        .field("totalPoints", C::TotalPoints, "Points awarded.")
        .field("totalEffectivePoints", C::TotalEffectivePoints, "Points that count towards rewards.")
        .field("isRewarded", C::IsRewarded, "Whether it was rewarded.")
        .field("correctivePlanStartDate", C::ApStartDate, "First day of its action plan.")
        .field("correctivePlanDueDate", C::ApDueDate, "Last day of its action plan.")
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field(
            "version",
            C::Version,
            "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
        )
        .one("orgUnit", "OrgUnit", C::OrgUnitId, "Organizational unit it belongs to.")
        .one("creator", "User", C::CreatorId, "Person who recorded it.")
        .one("assignee", "User", C::AssigneeId, "Person who answers for it.")
        .one("template", "Template", C::TemplateId, "Template it was made from.")
        .one("originator", "Worker", C::OriginatorId, "Worker whose idea it is.")
        .one("workerCreator", "Worker", C::WorkerCreatorId, "Worker who recorded it.")
        .one("correctivePlanOwner", "User", C::ApOwnerId, "Owner of its action plan.")
        .one("correctivePlanAssignee", "User", C::ApAssigneeId, "Assignee of its action plan.")
        .many("activities", "Activity", entity::activity::Column::IdeaId, "Its steps.")
        .relation(
            "history",
            "ChangeEvent",
            Link::History("idea"),
            Shape::Connection,
            "What happened to it, newest first.",
        )
}
