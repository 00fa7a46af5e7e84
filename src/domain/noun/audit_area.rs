//! An area of work that is audited as one.

use entity::audit_area::{Column as C, Entity};

use crate::domain::cell::Kind;
use crate::domain::describe::{Link, Noun, Shape};

/// Describes [`Entity`] as `AuditArea`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("AuditArea", "auditArea", "auditAreas", "An area of work that is audited as one.")
        .order(&[("name", false)])
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .field("name", C::Name, "Name as shown.")
        .field("description", C::Description, "What it covers.")
        .field("auditType", C::AuditType, "Kind of audit held there, such as general, sixs or hse; an open set.")
        .field("auditThreshold", C::AuditThreshold, "Score below which an audit of it has failed.")
        .field("notifyAuditAreaLeader", C::NotifyAuditAreaLeader, "Whether its leader is told of every audit.")
        .field(
            "autoCorrectiveActionPlan",
            C::AutoCorrectiveActionPlan,
            "Whether a failed audit opens a corrective action plan.",
        )
        .field("active", C::Active, "Whether new audits may use it.")
        .derived(
            "descriptionText",
            Kind::Text,
            super::derived::description_or_empty,
            "What it covers, empty where nothing is said.",
        )
        .always()
        .dialect()
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field(
            "version",
            C::Version,
            "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
        )
        .one("orgUnit", "OrgUnit", C::OrgUnitId, "Organizational unit it belongs to.")
        .one("leader", "User", C::LeaderId, "Person who leads it.")
        .one("correctivePlanOwner", "User", C::ApOwnerId, "Owner of corrective action plans that begin here.")
        .one("correctivePlanAssignee", "User", C::ApAssigneeId, "Assignee of corrective action plans that begin here.")
        .one("asset", "Asset", C::AssetId, "Asset it stands on.")
        .many("audits", "Audit", entity::audit::Column::AreaId, "Audits of the area.")
        .relation(
            "history",
            "ChangeEvent",
            Link::History("audit_area"),
            Shape::Connection,
            "What happened to it, newest first.",
        )
}
