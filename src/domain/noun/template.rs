//! The questions of an audit, or the steps of an action plan, in one edition.

use entity::template::{Column as C, Entity};

use crate::domain::describe::Noun;
use crate::enumeration;

/// Describes [`Entity`] as `Template`.
pub fn describe() -> Noun {
    Noun::of::<Entity>(
        "Template",
        "template",
        "templates",
        "The questions of an audit, or the steps of an action plan, in one edition.",
    )
    .order(&[("name", false)])
    .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
    .field("uuid", C::Uuid, "Identifier, the same on every surface.")
    .words("kind", C::Kind, enumeration!(TemplateKind), "What it is the pattern of.")
    .field("name", C::Name, "Name as shown; shared by its editions.")
    .field("symbol", C::Symbol, "Short symbol.")
    .field("description", C::Description, "What it is for.")
    .field("edition", C::Edition, "Edition number, apart from the lock counter.")
    .words("state", C::State, enumeration!(EditionState), "Where the edition stands.")
    .texts("tags", C::Tags, "Array of tags; a tag contains no comma.")
    .field("questions", C::Questions, "Array of questions in order, each the beginnings of an activity.")
    .field("createdAt", C::CreatedAt, "Instant it was created.")
    .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
    .field("version", C::Version, "Counts the changes; send it back as `expectedVersion` to change only what you saw.")
    .one("category", "Category", C::CategoryId, "Category it is filed under.")
    .one("orgUnit", "OrgUnit", C::OrgUnitId, "Organizational unit that keeps it.")
    .one("creator", "User", C::CreatorId, "Person who made it.")
    .many("audits", "Audit", entity::audit::Column::TemplateId, "Audits made from it.")
    .many("schedules", "Schedule", entity::schedule::Column::TemplateId, "Audits scheduled by it.")
}
