//! The objects, each list of members in the contract's order (ablebase 3).

use std::sync::LazyLock;

use super::words::{AREA_FIELDS, AREAS, DEGREE, PRIORITY, SOURCE, STATE, STATUS, TYPE};
use crate::rest::kit::Form;
use crate::rest::kit::write::{BOOLEAN, INTEGER, MILLISECOND, TEXT, UUID};

/// A form that is made when it is first used.
pub type Made = LazyLock<Form>;

fn audit(name: &'static str) -> Form {
    Form::of(name, "Audit")
        .value("id", &["uuid"], UUID)
        .value("number", &["assetSequence"], INTEGER)
        .value("productId", &["asset.uuid"], UUID)
        .doc("Identifier of the product.")
        .value("type", &["type"], TYPE)
        .value("status", &["state"], STATUS)
        .maybe("title", &["title"], TEXT)
        .maybe("description", &["description"], TEXT)
        .maybe("standardId", &["standard.slug"], TEXT)
        .doc("Short name of the standard it audits against.")
        .maybe("conformanceLevel", &["conformanceLevel.code"], TEXT)
        .doc("Code of the conformance level to be reached.")
        .maybe("startedAt", &["startedAt"], MILLISECOND)
        .maybe("completedAt", &["completedAt"], MILLISECOND)
        .value("createdAt", &["createdAt"], MILLISECOND)
        .value("updatedAt", &["updatedAt"], MILLISECOND)
}

/// 3.1
pub static AUDIT: Made = LazyLock::new(|| audit("Audit").beside(&["version", "assetSequence"]));

/// 3.1, in the list of the organization
pub static LISTED_AUDIT: Made = LazyLock::new(|| {
    audit("ListedAudit")
        .value("productName", &["asset.name"], TEXT)
        .doc("Name of the product.")
        .value("productSlug", &["asset.slug"], TEXT)
        .doc("Short name of the product.")
});

/// 3.2
pub static FUTURE_AUDIT: Made = LazyLock::new(|| {
    Form::of("FutureAudit", "FutureAudit")
        .value("productId", &["asset.uuid"], UUID)
        .doc("Identifier of the product.")
        .value("productName", &["asset.name"], TEXT)
        .doc("Name of the product.")
        .value("productSlug", &["assetSlug"], TEXT)
        .value("nextAuditDate", &["nextAuditDate"], MILLISECOND)
        .value("isOverdue", &["overdue"], BOOLEAN)
        .value("auditFrequency", &["auditFrequency"], INTEGER)
        .maybe("lastAuditDate", &["lastAuditDate"], MILLISECOND)
        .maybe("lastAuditNumber", &["lastAuditNumber"], INTEGER)
});

/// 3.3
pub static ISSUE: Made = LazyLock::new(|| {
    Form::of("Issue", "Issue")
        .value("id", &["uuid"], UUID)
        .value("number", &["number"], INTEGER)
        .value("productId", &["audit.asset.uuid"], UUID)
        .doc("Identifier of the product that was audited.")
        .value("auditId", &["audit.uuid"], UUID)
        .doc("Identifier of the audit.")
        .value("title", &["title"], TEXT)
        .maybe("description", &["description"], TEXT)
        .value("state", &["status"], STATE)
        .maybe("severity", &["severity"], DEGREE)
        .maybe("impact", &["impact"], DEGREE)
        .maybe("effort", &["effort"], DEGREE)
        .maybe("priority", &["priority"], PRIORITY)
        .value("source", &["uuid"], SOURCE)
        .doc("Where it comes from.")
        .value("areas", AREA_FIELDS, AREAS)
        .doc("The area it concerns, if it concerns one.")
        .value("createdAt", &["createdAt"], MILLISECOND)
        .value("updatedAt", &["updatedAt"], MILLISECOND)
});

/// An audit that is to be changed: which, in which version, by which standard.
pub static TARGET: Made = LazyLock::new(|| Form::of("Target", "Audit").beside(&["uuid", "version", "standard.uuid"]));

/// A product: which.
pub static PRODUCT: Made = LazyLock::new(|| Form::of("Product", "Asset").beside(&["uuid"]));

/// A standard: which, its short name, and whether it is built in.
pub static STANDARD: Made = LazyLock::new(|| Form::of("Standard", "Standard").beside(&["uuid", "slug", "source"]));

/// A conformance level: which.
pub static LEVEL: Made = LazyLock::new(|| Form::of("Level", "ConformanceLevel").beside(&["uuid"]));
