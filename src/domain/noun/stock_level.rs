//! How much of an item is on a layout of a location.

use entity::stock_level::{Column as C, Entity};

use crate::domain::describe::Noun;

/// Describes [`Entity`] as `StockLevel`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("StockLevel", "stockLevel", "stockLevels", "How much of an item is on a layout of a location.")
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .field("availableQty", C::AvailableQty, "Quantity on hand, in the item's unit.")
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field(
            "version",
            C::Version,
            "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
        )
        .one("location", "Asset", C::AssetId, "Location.")
        .one("item", "Item", C::ItemId, "Item.")
        .one("layout", "Layout", C::LayoutId, "Layout.")
}
