//! A cell of the organization: the whole, or a division of it.

use entity::org_unit::{Column as C, Entity};

use crate::domain::cell::Kind;
use crate::domain::describe::{Link, Noun, Shape};
use crate::enumeration;

/// Describes [`Entity`] as `OrgUnit`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("OrgUnit", "orgUnit", "orgUnits", "A cell of the organization: the whole, or a division of it.")
        .order(&[("abbr", false)])
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .field("abbr", C::Abbr, "Abbreviation it is known by.")
        .words("cellType", C::CellType, enumeration!(OrgUnitType), "Its level.")
        .field("description", C::Description, "Full name or purpose.")
        .field("remarks", C::Remarks, "Internal remarks.")
        .field("usersLimit", C::UsersLimit, "Greatest number of people; 0 = no limit.")
        .field("requiredRateJustification", C::RequiredRateJustification, "Whether every rating has to be justified.")
        .field("photoContentType", C::PhotoContentType, "Media type of the picture.")
        .field("photoUrl", C::PhotoUrl, "Absolute address of the picture.")
        .derived(
            "pictureType",
            Kind::Text,
            super::derived::picture_type,
            "Media type of a picture that has an address.",
        )
        .dialect()
        .derived(
            "pictureUrl",
            Kind::Text,
            super::derived::picture_url,
            "Absolute address of a picture that has a media type.",
        )
        .dialect()
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field(
            "version",
            C::Version,
            "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
        )
        .one("parent", "OrgUnit", C::ParentId, "Unit above it; null = a root.")
        .many("children", "OrgUnit", C::ParentId, "Units directly below.")
        .many(
            "members",
            "Membership",
            entity::membership::Column::OrgUnitId,
            "Memberships of the people who work in it.",
        )
        .many("workers", "Worker", entity::worker::Column::OrgUnitId, "Workers of the unit.")
        .many("auditAreas", "AuditArea", entity::audit_area::Column::OrgUnitId, "Areas the unit answers for.")
        .many("actionPlans", "ActionPlan", entity::action_plan::Column::OrgUnitId, "Action plans of the unit.")
        .many("ideas", "Idea", entity::idea::Column::OrgUnitId, "Ideas of the unit.")
        .relation(
            "history",
            "ChangeEvent",
            Link::History("org_unit"),
            Shape::Connection,
            "What happened to it, newest first.",
        )
}
