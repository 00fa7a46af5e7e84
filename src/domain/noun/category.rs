//! A label that groups templates and issues.

use entity::category::{Column as C, Entity};

use crate::domain::describe::{Link, Noun, Shape};

/// Describes [`Entity`] as `Category`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("Category", "category", "categories", "A label that groups templates and issues.")
        .order(&[("label", false)])
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .field("label", C::Label, "Name as shown; not unique.")
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field(
            "version",
            C::Version,
            "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
        )
        .relation(
            "issues",
            "Issue",
            Link::Through("issue_category", "category_id", "issue_id"),
            Shape::Connection,
            "Issues of the category.",
        )
        .many("templates", "Template", entity::template::Column::CategoryId, "Templates of the category.")
}
