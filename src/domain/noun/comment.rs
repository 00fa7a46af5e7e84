//! A remark on an issue.

use entity::comment::{Column as C, Entity};

use crate::domain::describe::Noun;

/// Describes [`Entity`] as `Comment`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("Comment", "comment", "", "A remark on an issue.")
        .order(&[("createdAt", false)])
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .field("text", C::Text, "What was said.")
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field(
            "version",
            C::Version,
            "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
        )
        .one("commentGroup", "CommentGroup", C::CommentGroupId, "Group it is part of.")
        .one("user", "User", C::UserId, "Person who said it.")
}
