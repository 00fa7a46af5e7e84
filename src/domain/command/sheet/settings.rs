//! What an organization arranges its work by: units, workers, areas, standards, templates and words.

use futures_util::future::BoxFuture;

use super::super::act::Sheet;
use super::super::desk::Desk;
use super::super::draft::Draft;
use super::super::entry::Check;
use crate::domain::cell::Cell;
use crate::domain::cx::Role;
use crate::domain::db::Arg;
use crate::domain::error::Result;
use crate::domain::identity::{SLUG, is_slug};

/// Sheets of an organization's arrangements.
pub fn sheets() -> Vec<Sheet> {
    vec![
        Sheet::of("OrgUnit", Role::Admin)
            .fields(&["abbr", "cellType", "description", "remarks", "usersLimit", "requiredRateJustification"])
            .fields(&["photoContentType", "photoUrl"])
            .refers(&["parent"])
            .required(&["abbr"])
            .prose(&["description", "remarks"])
            .check(&["usersLimit"], Check::Between(0, 2_147_483_647))
            .fill(org_unit),
        Sheet::of("Worker", Role::Admin)
            .fields(&["number", "firstName", "lastName", "remarks"])
            .refers(&["orgUnit", "user"])
            .required(&["number"])
            .prose(&["remarks"])
            .unique(&["user_id"], "userId")
            .archived(Role::Admin, "status", Some(("ARCHIVED", "ACTIVE"))),
        Sheet::of("AssetProfile", Role::Admin)
            .fields(&["name", "profileFields", "active"])
            .required(&["name"])
            .check(&["profileFields"], Check::Object),
        Sheet::of("AuditArea", Role::Admin)
            .fields(&["name", "description", "auditType", "auditThreshold", "notifyAuditAreaLeader"])
            .fields(&["autoCorrectiveActionPlan", "active"])
            .refers(&["orgUnit", "leader", "correctivePlanOwner", "correctivePlanAssignee", "asset"])
            .required(&["name"])
            .prose(&["description"]),
        Sheet::of("Standard", Role::Admin)
            .fields(&["slug", "name", "description"])
            .required(&["slug", "name"])
            .fixed(&["slug"])
            .prose(&["description"])
            .unique(&["slug"], "slug")
            .owns("ConformanceLevel", "standard_id")
            .frees("Organization", &["default_standard_id", "default_conformance_level_id"])
            .frees("Asset", &["standard_id", "conformance_level_id"])
            .frees("Audit", &["standard_id", "conformance_level_id"])
            .fill(standard),
        Sheet::of("ConformanceLevel", Role::Admin)
            .fields(&["code", "name", "description", "sortOrder"])
            .refers(&["standard"])
            .required(&["code", "name", "standardId"])
            .fixed(&["standardId"])
            .prose(&["description"])
            .unique(&["standard_id", "code"], "code")
            .frees("Organization", &["default_conformance_level_id"])
            .frees("Asset", &["conformance_level_id"])
            .frees("Audit", &["conformance_level_id"])
            .fill(level),
        Sheet::of("Category", Role::Admin).fields(&["label"]),
        Sheet::of("Template", Role::Admin)
            .fields(&["kind", "name", "symbol", "description", "edition", "state", "tags", "questions"])
            .refers(&["category", "orgUnit"])
            .required(&["kind", "name"])
            .fixed(&["kind"])
            .prose(&["description"])
            .check(&["questions"], Check::Array)
            .check(&["edition"], Check::Between(1, 1_000_000))
            .fill(template),
        Sheet::of("StatusGroup", Role::Admin)
            .fields(&["name", "state", "edition"])
            .refers(&["statuses"])
            .required(&["name"])
            .check(&["edition"], Check::Between(1, 1_000_000)),
        Sheet::of("ObservationStatus", Role::Admin)
            .fields(&["name", "color", "compliant"])
            .required(&["name"])
            .check(&["color"], Check::Line(25))
            .unique(&["name"], "name"),
        Sheet::of("DatastoreInfo", Role::Admin).fields(&["name"]).refers(&["currentDatastore"]).required(&["name"]),
    ]
}

fn org_unit<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let Some(own) = draft.before.as_ref().map(|record| record.id) else { return Ok(()) };
        // Up from the new parent: who meets the unit itself would hang it below itself.
        let mut above = draft.number("parent_id");
        for _ in 0..100 {
            let Some(id) = above else { return Ok(()) };
            if id == own {
                draft.fault("parentId", "CYCLE", "would hang the unit below itself");
                return Ok(());
            }
            above = desk.load_id("OrgUnit", Some(id)).await?.and_then(|record| record.number("parent_id"));
        }
        draft.fault("parentId", "TOO_DEEP", "lies more than 100 units deep");
        Ok(())
    })
}

fn standard<'a>(_: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        if draft.is_new() {
            draft.set("source", "CUSTOM");
        }
        if draft.changes("slug") && !is_slug(draft.text("slug")) {
            draft.fault("slug", "INVALID", SLUG);
        }
        Ok(())
    })
}

fn level<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        if !draft.is_new() {
            return Ok(());
        }
        let standard = desk.load_id("Standard", draft.number("standard_id")).await?;
        if standard.is_some_and(|record| !record.has("organization_id")) {
            draft.fault("standardId", "BUILT_IN", "is built in and takes no levels of yours");
        }
        Ok(())
    })
}

fn template<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        if draft.is_new() {
            draft.set("creator_id", desk.caller.user_id);
        }
        if let Some(message) = wrong_questions(draft) {
            draft.fault("questions", "INVALID", message);
        }
        Ok(())
    })
}

/// What is wrong with a template's questions: each is an object with a subject.
fn wrong_questions(draft: &Draft<'_>) -> Option<String> {
    let Cell::Json(text) = draft.cell("questions") else { return None };
    if !draft.has("questions") {
        return None;
    }
    let questions: Vec<serde_json::Value> = serde_json::from_str(text).ok()?;
    if questions.len() > 500 {
        return Some("must have at most 500 questions".to_owned());
    }
    let without = questions.iter().position(|question| {
        question.get("subject").and_then(|subject| subject.as_str()).is_none_or(|subject| subject.trim().is_empty())
    });
    without.map(|position| format!("question {} has no subject", position + 1))
}

/// Faults a conformance level that does not belong to the standard beside it (contract ablebase 4.4).
pub async fn level_of_standard(
    desk: &mut Desk<'_>,
    draft: &mut Draft<'_>,
    (standard, level, entry): (&'static str, &'static str, &str),
) -> Result<()> {
    let (Some(level_id), true) = (draft.number(level), draft.changes(level) || draft.changes(standard)) else {
        return Ok(());
    };
    let sql = "SELECT standard_id FROM conformance_level WHERE id = $1";
    let own = desk.number(sql, vec![Arg::long(level_id)]).await?;
    if own != draft.number(standard) {
        draft.fault(entry, "OTHER_STANDARD", "does not belong to the standard");
    }
    Ok(())
}
