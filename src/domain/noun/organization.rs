//! A tenant: the company or authority whose audits these are. Nothing of one organization is visible to another.

use entity::organization::{Column as C, Entity};

use crate::domain::describe::{Noun, Scope};

/// Describes [`Entity`] as `Organization`.
pub fn describe() -> Noun {
    Noun::of::<Entity>(
        "Organization",
        "organization",
        "",
        "A tenant: the company or authority whose audits these are. Nothing of one organization is visible to another.",
    )
    .scope(Scope::Itself)
    .order(&[("slug", false)])
    .keys(&["slug"])
    .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
    .field("uuid", C::Uuid, "Identifier, the same on every surface.")
    .field("slug", C::Slug, "Short name in addresses; unique over the deployment; the tenant of the FOLIO surface.")
    .field("name", C::Name, "Name as shown.")
    .field("timeZone", C::TimeZone, "IANA time zone that decides which calendar day `today` is.")
    .field(
        "defaultAuditFrequencyMonths",
        C::DefaultAuditFrequencyMonths,
        "Months between full audits of an asset without a frequency of its own; null or 0 = none.",
    )
    .field(
        "discrepancyThreshold",
        C::DiscrepancyThreshold,
        "Counted difference above which a reason code is required; null = 0.",
    )
    .field("dataApiEnabled", C::DataApiEnabled, "Whether the Action Audit data export may be used.")
    .field("createdAt", C::CreatedAt, "Instant it was created.")
    .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
    .field("version", C::Version, "Counts the changes; send it back as `expectedVersion` to change only what you saw.")
    .one("defaultStandard", "Standard", C::DefaultStandardId, "Standard of an audit whose asset has none.")
    .one(
        "defaultConformanceLevel",
        "ConformanceLevel",
        C::DefaultConformanceLevelId,
        "Conformance level of an audit whose asset has none.",
    )
    .many(
        "memberships",
        "Membership",
        entity::membership::Column::OrganizationId,
        "Who belongs to it, in which role.",
    )
}
