//! A verdict an observation can get.

use entity::observation_status::{Column as C, Entity};

use crate::domain::describe::Noun;

/// Describes [`Entity`] as `ObservationStatus`.
pub fn describe() -> Noun {
    Noun::of::<Entity>(
        "ObservationStatus",
        "observationStatus",
        "observationStatuses",
        "A verdict an observation can get.",
    )
    .order(&[("name", false)])
    .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
    .field("uuid", C::Uuid, "Identifier, the same on every surface.")
    .field("name", C::Name, "Name as shown; unique per organization.")
    .field("color", C::Color, "Colour, as a CSS colour.")
    .field("compliant", C::Compliant, "Whether it counts as compliance.")
    .field("createdAt", C::CreatedAt, "Instant it was created.")
    .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
    .field(
        "version",
        C::Version,
        "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
    )
}
