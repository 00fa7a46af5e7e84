//! A set of verdicts that observations choose from, in one edition.

use entity::status_group::{Column as C, Entity};

use crate::domain::describe::{Link, Noun, Shape};
use crate::enumeration;

/// Describes [`Entity`] as `StatusGroup`.
pub fn describe() -> Noun {
    Noun::of::<Entity>(
        "StatusGroup",
        "statusGroup",
        "statusGroups",
        "A set of verdicts that observations choose from, in one edition.",
    )
    .order(&[("name", false)])
    .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
    .field("uuid", C::Uuid, "Identifier, the same on every surface.")
    .field("name", C::Name, "Name as shown; shared by its editions.")
    .words("state", C::State, enumeration!(EditionState), "Where the edition stands.")
    .field("edition", C::Edition, "Edition number, apart from the lock counter.")
    .field("createdAt", C::CreatedAt, "Instant it was created.")
    .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
    .field("version", C::Version, "Counts the changes; send it back as `expectedVersion` to change only what you saw.")
    .relation(
        "statuses",
        "ObservationStatus",
        Link::Through("status_group_status", "status_group_id", "observation_status_id"),
        Shape::List,
        "The verdicts of the group.",
    )
}
