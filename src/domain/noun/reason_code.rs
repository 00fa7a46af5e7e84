//! Why a count differs from the stock.

use entity::reason_code::{Column as C, Entity};

use crate::domain::describe::Noun;

/// Describes [`Entity`] as `ReasonCode`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("ReasonCode", "reasonCode", "reasonCodes", "Why a count differs from the stock.")
        .order(&[("code", false)])
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .field("code", C::Code, "Short code; unique per organization.")
        .field("name", C::Name, "Name as shown.")
        .field("description", C::Description, "When to use it.")
        .field("active", C::Active, "Whether new counts may use it.")
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field(
            "version",
            C::Version,
            "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
        )
}
