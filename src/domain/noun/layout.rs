//! A shelf, bin or zone of a location.

use entity::layout::{Column as C, Entity};

use crate::domain::describe::Noun;

/// Describes [`Entity`] as `Layout`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("Layout", "layout", "layouts", "A shelf, bin or zone of a location.")
        .order(&[("name", false)])
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .field("name", C::Name, "Name as shown.")
        .field("description", C::Description, "Where it is.")
        .field("lastAuditedAt", C::LastAuditedAt, "Instant its last count was approved.")
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field(
            "version",
            C::Version,
            "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
        )
        .one("location", "Asset", C::AssetId, "Location it is part of.")
        .many("stockLevels", "StockLevel", entity::stock_level::Column::LayoutId, "What is kept there.")
}
