//! A series of audits of an asset under one lead.

use entity::program::{Column as C, Entity};

use crate::domain::cell::Kind;
use crate::domain::describe::{Link, Noun, Shape};
use crate::enumeration;

/// Describes [`Entity`] as `Program`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("Program", "program", "programs", "A series of audits of an asset under one lead.")
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .field("name", C::Name, "Name as shown.")
        .field("startDate", C::StartDate, "Instant it begins.")
        .field("started", C::Started, "Whether it has begun.")
        .words("status", C::Status, enumeration!(ProgramStatus), "Where it stands.")
        .field("completedAt", C::CompletedAt, "Instant it was completed.")
        .field(
            "phases",
            C::Phases,
            "Phases in order: position, name, status, start_date, end_date and template_ids (legacyId of templates).",
        )
        .derived("phaseTemplates", Kind::Json, super::derived::phase_templates, "The templates that its phases name.")
        .dialect()
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field(
            "version",
            C::Version,
            "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
        )
        .one("programTemplate", "ProgramTemplate", C::ProgramTemplateId, "Program template it was made from.")
        .one("asset", "Asset", C::AssetId, "Asset it covers.")
        .one("leadAuditor", "User", C::LeadAuditorId, "Person who leads it.")
        .one("executiveReport", "ExecutiveReport", C::ExecutiveReportId, "Report on its outcome.")
        .many("audits", "Audit", entity::audit::Column::ProgramId, "Audits of the program.")
        .relation(
            "history",
            "ChangeEvent",
            Link::History("program"),
            Shape::Connection,
            "What happened to it, newest first.",
        )
}
