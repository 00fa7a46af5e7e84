//! One count of an inventory audit: an item on a layout.

use entity::count_task::{Column as C, Entity};

use crate::domain::cell::Kind;
use crate::domain::describe::{Link, Noun, Shape};

/// Describes [`Entity`] as `CountTask`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("CountTask", "countTask", "countTasks", "One count of an inventory audit: an item on a layout.")
        .order(&[("createdAt", false)])
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .field("totalQty", C::TotalQty, "Quantity by the books, frozen on entering review.")
        .field("countedQty", C::CountedQty, "Quantity found; null = not counted.")
        .derived(
            "discrepancy",
            Kind::Decimal,
            super::derived::discrepancy,
            "Absolute difference of count and stock; null while not counted.",
        )
        .asked()
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field(
            "version",
            C::Version,
            "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
        )
        .one("audit", "Audit", C::AuditId, "Audit it is part of.")
        .one("item", "Item", C::ItemId, "Item to count.")
        .one("layout", "Layout", C::LayoutId, "Layout to count at.")
        .one("reasonCode", "ReasonCode", C::ReasonCodeId, "Why the two differ.")
        .relation(
            "history",
            "ChangeEvent",
            Link::History("count_task"),
            Shape::Connection,
            "What happened to it, newest first.",
        )
}
