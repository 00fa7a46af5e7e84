//! A named list of reference data and its current edition.

use entity::datastore_info::{Column as C, Entity};

use crate::domain::describe::Noun;

/// Describes [`Entity`] as `DatastoreInfo`.
pub fn describe() -> Noun {
    Noun::of::<Entity>(
        "DatastoreInfo",
        "datastoreInfo",
        "datastoreInfos",
        "A named list of reference data and its current edition.",
    )
    .order(&[("name", false)])
    .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
    .field("uuid", C::Uuid, "Identifier, the same on every surface.")
    .field("name", C::Name, "Name as shown.")
    .field("createdAt", C::CreatedAt, "Instant it was created.")
    .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
    .field("version", C::Version, "Counts the changes; send it back as `expectedVersion` to change only what you saw.")
    .one("currentDatastore", "Datastore", C::CurrentDatastoreId, "Datastore in use.")
}
