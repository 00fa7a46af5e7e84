//! The comments on one step of an issue.

use entity::comment_group::{Column as C, Entity};

use crate::domain::describe::Noun;
use crate::enumeration;

/// Describes [`Entity`] as `CommentGroup`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("CommentGroup", "commentGroup", "", "The comments on one step of an issue.")
        .order(&[("createdAt", false)])
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .words("kind", C::Kind, enumeration!(CommentGroupKind), "What the comments are about.")
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .one("issue", "Issue", C::IssueId, "Issue.")
        .list("comments", "Comment", entity::comment::Column::CommentGroupId, "The comments, oldest first.")
}
