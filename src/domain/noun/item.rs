//! Something kept in stock and counted.

use entity::item::{Column as C, Entity};

use crate::domain::describe::Noun;

/// Describes [`Entity`] as `Item`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("Item", "item", "items", "Something kept in stock and counted.")
        .order(&[("name", false)])
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .field("name", C::Name, "Name as shown.")
        .field("sku", C::Sku, "Stock keeping unit; unique per organization.")
        .field("description", C::Description, "What it is.")
        .field("unit", C::Unit, "Unit its quantities are counted in.")
        .field("lastAuditedAt", C::LastAuditedAt, "Instant its last count was approved.")
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field(
            "version",
            C::Version,
            "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
        )
        .many("stockLevels", "StockLevel", entity::stock_level::Column::ItemId, "Where it is kept, and how much.")
        .many("countTasks", "CountTask", entity::count_task::Column::ItemId, "Counts of the item.")
}
