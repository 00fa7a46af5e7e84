//! The phases that programs of one sort go through, in one edition.

use entity::program_template::{Column as C, Entity};

use crate::domain::cell::Kind;
use crate::domain::describe::Noun;
use crate::enumeration;

/// Describes [`Entity`] as `ProgramTemplate`.
pub fn describe() -> Noun {
    Noun::of::<Entity>(
        "ProgramTemplate",
        "programTemplate",
        "programTemplates",
        "The phases that programs of one sort go through, in one edition.",
    )
    .order(&[("name", false)])
    .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
    .field("uuid", C::Uuid, "Identifier, the same on every surface.")
    .field("name", C::Name, "Name as shown; shared by its editions.")
    .field("edition", C::Edition, "Edition number, apart from the lock counter.")
    .words("state", C::State, enumeration!(EditionState), "Where the edition stands.")
    .field("phases", C::Phases, "Phases in order: position, name and template_ids (legacyId of templates).")
    .derived("phaseTemplates", Kind::Json, super::derived::phase_templates, "The templates that its phases name.")
    .dialect()
    .derived("isLatestEdition", Kind::Bool, super::derived::latest_edition, "Whether no edition of the name is later.")
    .always()
    .dialect()
    .field("createdAt", C::CreatedAt, "Instant it was created.")
    .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
    .field("version", C::Version, "Counts the changes; send it back as `expectedVersion` to change only what you saw.")
    .many("programs", "Program", entity::program::Column::ProgramTemplateId, "Programs made from it.")
}
