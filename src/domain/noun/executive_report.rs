//! A report on a program's outcome.

use entity::executive_report::{Column as C, Entity};

use crate::domain::describe::Noun;

/// Describes [`Entity`] as `ExecutiveReport`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("ExecutiveReport", "executiveReport", "executiveReports", "A report on a program's outcome.")
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .field("name", C::Name, "Name as shown.")
        .field("reportUrl", C::ReportUrl, "Absolute address of the document.")
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field(
            "version",
            C::Version,
            "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
        )
        .many("programs", "Program", entity::program::Column::ExecutiveReportId, "Programs it reports on.")
}
