//! A list of reference data in one edition.

use entity::datastore::{Column as C, Entity};

use crate::domain::describe::Noun;

/// Describes [`Entity`] as `Datastore`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("Datastore", "datastore", "datastores", "A list of reference data in one edition.")
        .order(&[("name", false)])
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .field("name", C::Name, "Name as shown; shared by its editions.")
        .field("edition", C::Edition, "Edition number, apart from the lock counter.")
        .field("metadata", C::Metadata, "Object that describes its contents.")
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field(
            "version",
            C::Version,
            "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
        )
}
