//! That a person belongs to an organization, and in which role.

use entity::membership::{Column as C, Entity};

use crate::domain::describe::Noun;
use crate::enumeration;

/// Describes [`Entity`] as `Membership`.
pub fn describe() -> Noun {
    Noun::of::<Entity>(
        "Membership",
        "membership",
        "memberships",
        "That a person belongs to an organization, and in which role.",
    )
    .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
    .field("uuid", C::Uuid, "Identifier, the same on every surface.")
    .words("role", C::Role, enumeration!(Role), "What they may do.")
    .words("jobRoles", C::JobRoles, enumeration!(JobRole), "Tasks in the audit process.")
    .field(
        "apiAccess",
        C::ApiAccess,
        "Whether an administrator granted access through the AuditComply and Action Audit surfaces.",
    )
    .field("createdAt", C::CreatedAt, "Instant it was created.")
    .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
    .field("version", C::Version, "Counts the changes; send it back as `expectedVersion` to change only what you saw.")
    .one("user", "User", C::UserId, "Person.")
    .one("orgUnit", "OrgUnit", C::OrgUnitId, "Organizational unit they work in.")
    .one("organization", "Organization", C::OrganizationId, "Organization the person belongs to.")
}
