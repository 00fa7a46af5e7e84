//! A degree to which a standard can be met.

use entity::conformance_level::{Column as C, Entity};

use crate::domain::describe::{Noun, Scope};

/// Describes [`Entity`] as `ConformanceLevel`.
pub fn describe() -> Noun {
    Noun::of::<Entity>(
        "ConformanceLevel",
        "conformanceLevel",
        "conformanceLevels",
        "A degree to which a standard can be met.",
    )
    .scope(Scope::TenantOrShared)
    .order(&[("sortOrder", false)])
    .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
    .field("uuid", C::Uuid, "Identifier, the same on every surface.")
    .field("code", C::Code, "Short code, such as `aa`.")
    .field("name", C::Name, "Name as shown, such as Level AA.")
    .field("description", C::Description, "What meeting it means.")
    .field("sortOrder", C::SortOrder, "Position among the levels of the standard, least demanding first.")
    .field("createdAt", C::CreatedAt, "Instant it was created.")
    .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
    .field("version", C::Version, "Counts the changes; send it back as `expectedVersion` to change only what you saw.")
    .one("standard", "Standard", C::StandardId, "Standard it grades.")
}
