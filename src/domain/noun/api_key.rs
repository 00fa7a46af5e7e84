//! A key that acts as its user. The secret itself is never shown here.

use entity::api_key::{Column as C, Entity};

use crate::domain::cx::Role;
use crate::domain::describe::{Audience, Noun};
use crate::enumeration;

/// Describes [`Entity`] as `ApiKey`.
pub fn describe() -> Noun {
    Noun::of::<Entity>(
        "ApiKey",
        "apiKey",
        "apiKeys",
        "A key that acts as its user. The secret itself is never shown here.",
    )
    .audience(Audience::OwnOrAtLeast("user_id", Role::Admin))
    .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
    .field("uuid", C::Uuid, "Identifier, the same on every surface.")
    .words("purpose", C::Purpose, enumeration!(ApiKeyPurpose), "What it is for.")
    .field("label", C::Label, "Name its owner gave it.")
    .texts("scopes", C::Scopes, "What it is limited to; empty for everything its user may do.")
    .field("expiresAt", C::ExpiresAt, "Instant from which it is refused; null = never.")
    .field("lastUsedAt", C::LastUsedAt, "Last use, to the minute.")
    .field("revokedAt", C::RevokedAt, "Instant of its withdrawal.")
    .field("createdAt", C::CreatedAt, "Instant it was created.")
    .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
    .field("version", C::Version, "Counts the changes; send it back as `expectedVersion` to change only what you saw.")
    .one("user", "User", C::UserId, "Person it acts as.")
}
