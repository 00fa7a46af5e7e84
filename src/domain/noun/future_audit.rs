//! A full audit that is to come: of a product in use, with a frequency, of which none is going on.

use crate::domain::cell::Kind;
use crate::domain::describe::{Link, Noun, Shape};

/// Describes the view `future_audit` as `FutureAudit` (contract ablebase 4.2).
pub fn describe() -> Noun {
    Noun::view(
        "FutureAudit",
        "futureAudits",
        "A full audit that is to come: of a product in use that has an audit frequency and no full audit going on.",
        "future_audit",
    )
    .order(&[("nextAuditDate", false), ("assetSlug", false)])
    .shown(
        "nextAuditDate",
        "next_audit_date",
        Kind::Time,
        "When it is due: so many calendar months after the last one was completed, else after the product was created.",
    )
    .always()
    .derived("overdue", Kind::Bool, super::derived::future_audit_overdue, "Whether that instant has passed.")
    .always()
    .asked()
    .shown(
        "auditFrequency",
        "audit_frequency",
        Kind::Int,
        "Months between full audits, the product's own or else the organization's.",
    )
    .always()
    .shown(
        "lastAuditDate",
        "last_audit_date",
        Kind::Time,
        "Instant the last full audit was completed; null when there was none.",
    )
    .shown("lastAuditNumber", "last_audit_number", Kind::Int, "Position of that audit among the audits of the product.")
    .shown(
        "assetSlug",
        "asset_slug",
        Kind::Text,
        "Short name of the product; orders those that are due at the same instant.",
    )
    .always()
    .relation("asset", "Asset", Link::ToOne("asset_id"), Shape::One, "Product to be audited.")
    .present()
    .relation(
        "lastAudit",
        "Audit",
        Link::ToOne("last_audit_id"),
        Shape::One,
        "Last full audit that was completed.",
    )
}
