//! What is audited against: a published standard, or one of the organization's own.

use entity::standard::{Column as C, Entity};

use crate::domain::describe::{Noun, Scope};
use crate::enumeration;

/// Describes [`Entity`] as `Standard`.
pub fn describe() -> Noun {
    Noun::of::<Entity>(
        "Standard",
        "standard",
        "standards",
        "What is audited against: a published standard, or one of the organization's own.",
    )
    .scope(Scope::TenantOrShared)
    .order(&[("slug", false)])
    .keys(&["slug"])
    .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
    .field("uuid", C::Uuid, "Identifier, the same on every surface.")
    .field("slug", C::Slug, "Short name in addresses, such as `wcag-2-2`.")
    .words("source", C::Source, enumeration!(StandardSource), "Who maintains it.")
    .field("name", C::Name, "Name as shown, such as WCAG 2.2.")
    .field("description", C::Description, "What it covers.")
    .field("createdAt", C::CreatedAt, "Instant it was created.")
    .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
    .field("version", C::Version, "Counts the changes; send it back as `expectedVersion` to change only what you saw.")
    .list(
        "conformanceLevels",
        "ConformanceLevel",
        entity::conformance_level::Column::StandardId,
        "Its levels, lowest first.",
    )
}
