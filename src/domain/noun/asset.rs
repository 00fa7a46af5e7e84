//! What is audited: a site, an area, equipment, a product, a location, a supplier. Assets form a tree.

use entity::asset::{Column as C, Entity};

use crate::domain::cell::Kind;
use crate::domain::describe::{Link, Noun, Shape};
use crate::enumeration;

/// Describes [`Entity`] as `Asset`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("Asset", "asset", "assets", "What is audited: a site, an area, equipment, a product, a location, a supplier. Assets form a tree.")
        .order(&[("name", false)])
        .keys(&["slug"])
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .words("kind", C::Kind, enumeration!(AssetKind), "What sort of thing it is.")
        .field("name", C::Name, "Name as shown.")
        .field("slug", C::Slug, "Short name in addresses; unique per organization.")
        .field("path", C::Path, "Place in the tree: the integer ids from the root down, as parts of equal length. In its order the tree is depth first.")
        .field("description", C::Description, "What it is.")
        .field("metadata", C::Metadata, "Array of pairs of field id and value, in profile order.")
        .field("auditFrequencyMonths", C::AuditFrequencyMonths, "Months between full audits; 0 = none, null = the organization's.")
        .field("pinned", C::Pinned, "Whether it is shown first.")
        .field("archivedAt", C::ArchivedAt, "Instant of archiving; covers the subtree.")
        .field("lastAuditedAt", C::LastAuditedAt, "Instant its last audit was finished.")
        .field("address", C::Address, "Street and house number.")
        .field("city", C::City, "Town.")
        .field("region", C::Region, "State, county or province.")
        .field("postalCode", C::PostalCode, "Postal code.")
        .field("country", C::Country, "Country.")
        .field("phone", C::Phone, "Telephone number.")
        .field("latitude", C::Latitude, "Degrees north, -90 to 90.")
        .field("longitude", C::Longitude, "Degrees east, -180 to 180.")
        .field("externalRef", C::ExternalRef, "Its identifier in the source it was imported from.")
        .field("externalSource", C::ExternalSource, "Source it was imported from, such as lives.")
        .derived("archived", Kind::Bool, super::derived::archived, "Whether it is out of use; it keeps its history.").always().asked()
        .derived("breadcrumb", Kind::Text, super::derived::breadcrumb, "Names from the root to the asset itself, joined with ` > `.").always()
        .derived("childCount", Kind::Long, super::derived::child_count, "Number of assets directly below.").always()
        .field("auditCount", C::AuditCounter, "Audits numbered so far, deleted ones included.")
        .field("issueCount", C::IssueCounter, "Issues numbered so far, deleted ones included.")
        .derived("nextAuditDate", Kind::Time, super::derived::next_audit, "When the next audit is due by its frequency: the latest completed full audit, else the creation, plus the effective frequency; null without a frequency.").untold()
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field("version", C::Version, "Counts the changes; send it back as `expectedVersion` to change only what you saw.")
        .one("parent", "Asset", C::ParentId, "Asset above it; null = a root.")
        .one("profile", "AssetProfile", C::ProfileId, "Profile whose fields its metadata fills.")
        .one("standard", "Standard", C::StandardId, "Standard it is audited against.")
        .one("conformanceLevel", "ConformanceLevel", C::ConformanceLevelId, "Conformance level it has to reach.")
        .many("children", "Asset", C::ParentId, "Assets directly below.")
        .relation("ancestors", "Asset", Link::Ancestors, Shape::List, "The way down from the root, without the asset itself (breadcrumb).")
        .relation("descendants", "Asset", Link::Descendants, Shape::Connection, "Everything below, depth first where no order is asked for.")
        .in_order(&[("path", false)])
        .many("audits", "Audit", entity::audit::Column::AssetId, "Audits of the asset.")
        // The view has a row for an asset under the asset's own id.
        .relation("nextAudit", "FutureAudit", Link::ToOne("id"), Shape::One, "Its full audit that is to come: of a product in use that has an audit frequency and no full audit going on.")
        .many("issues", "Issue", entity::issue::Column::AssetId, "Issues that concern the asset.")
        .many("schedules", "Schedule", entity::schedule::Column::AssetId, "Scheduled audits of the asset.")
        .many("programs", "Program", entity::program::Column::AssetId, "Programs that cover the asset.")
        .many("auditAreas", "AuditArea", entity::audit_area::Column::AssetId, "Audit areas that stand on it.")
        .many("layouts", "Layout", entity::layout::Column::AssetId, "Layouts of the location.")
        .many("stockLevels", "StockLevel", entity::stock_level::Column::AssetId, "Stock kept at the location.")
        .relation("history", "ChangeEvent", Link::History("asset"), Shape::Connection, "What happened to it, newest first.")
}
