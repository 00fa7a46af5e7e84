//! That an asset is to be audited by somebody at some time.

use entity::schedule::{Column as C, Entity};

use crate::domain::cell::Kind;
use crate::domain::describe::{Link, Noun, Shape};
use crate::enumeration;

/// Describes [`Entity`] as `Schedule`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("Schedule", "schedule", "schedules", "That an asset is to be audited by somebody at some time.")
        .order(&[("when", false)])
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .field("when", C::When, "Instant the audit is due.")
        .words("status", C::Status, enumeration!(ScheduleStatus), "Where it stands.")
        .derived(
            "overdue",
            Kind::Bool,
            super::derived::schedule_overdue,
            "Whether it is still pending after its day (UTC).",
        )
        .always()
        .asked()
        .derived("renderedStatus", Kind::Text, super::derived::schedule_status, "Where it stands, OVERDUE included.")
        .always()
        .dialect()
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field(
            "version",
            C::Version,
            "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
        )
        .one("template", "Template", C::TemplateId, "Template to audit by.")
        .one("who", "User", C::WhoId, "Person who is to audit.")
        .one("asset", "Asset", C::AssetId, "Asset to be audited.")
        .many("audits", "Audit", entity::audit::Column::ScheduleId, "Audits that fulfil it; normally one.")
        .relation(
            "history",
            "ChangeEvent",
            Link::History("schedule"),
            Shape::Connection,
            "What happened to it, newest first.",
        )
}
