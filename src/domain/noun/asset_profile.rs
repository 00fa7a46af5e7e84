//! The set of typed fields that assets of one sort carry.

use entity::asset_profile::{Column as C, Entity};

use crate::domain::describe::Noun;

/// Describes [`Entity`] as `AssetProfile`.
pub fn describe() -> Noun {
    Noun::of::<Entity>(
        "AssetProfile",
        "assetProfile",
        "assetProfiles",
        "The set of typed fields that assets of one sort carry.",
    )
    .order(&[("name", false)])
    .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
    .field("uuid", C::Uuid, "Identifier, the same on every surface.")
    .field("name", C::Name, "Name as shown.")
    .field(
        "profileFields",
        C::ProfileFields,
        "Object from field id (digits) to label, type, required, choices and position.",
    )
    .field("active", C::Active, "Whether new assets may use it.")
    .field("createdAt", C::CreatedAt, "Instant it was created.")
    .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
    .field("version", C::Version, "Counts the changes; send it back as `expectedVersion` to change only what you saw.")
    .many("assets", "Asset", entity::asset::Column::ProfileId, "Assets with this profile.")
}
