//! A planned, documented examination of an asset or an area.

use entity::audit::{Column as C, Entity};

use crate::domain::cell::Kind;
use crate::domain::describe::{Link, Noun, Shape};
use crate::enumeration;

/// Describes [`Entity`] as `Audit`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("Audit", "audit", "audits", "A planned, documented examination of an asset or an area.")
        .keys(&["number"])
        .tallied()
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .field("number", C::Number, "Number as shown; unique per organization and asset.")
        .field(
            "assetSequence",
            C::AssetSequence,
            "Position among the audits of the asset: 1, 2, 3 and so on, never given twice.",
        )
        .field("name", C::Name, "Name as shown.")
        .field("title", C::Title, "Title in place of the name.")
        .field("description", C::Description, "What is audited, and why.")
        .words("type", C::Type, enumeration!(AuditType), "How much it covers.")
        .field("auditType", C::AuditType, "Kind of audit, such as general, sixs or hse; an open set.")
        .field("layer", C::Layer, "Layer of a layered process audit.")
        .field("startDate", C::StartDate, "First day planned.")
        .field("dueDate", C::DueDate, "Last day planned.")
        .field("finishDate", C::FinishDate, "Day it was finished.")
        .field("floatingDates", C::FloatingDates, "Whether the planned days move with the start.")
        .field("correctivePlanStartDate", C::ApStartDate, "First day of its corrective action plan.")
        .field("correctivePlanDueDate", C::ApDueDate, "Last day of its corrective action plan.")
        .field("startedAt", C::StartedAt, "Instant work began.")
        .field("completedAt", C::CompletedAt, "Instant work was completed; null for a canceled audit.")
        .field("publishedAt", C::PublishedAt, "Instant the result was published.")
        .field("closedAt", C::ClosedAt, "Instant it was closed.")
        .field("completeBy", C::CompleteBy, "Deadline.")
        .field("finishedAt", C::FinishedAt, "Instant it was approved.")
        .words("state", C::State, enumeration!(AuditState), "Where it stands.")
        .field("status", C::Status, "Status in the organization's own words.")
        .field("statusColor", C::StatusColor, "Colour of that status, as a CSS colour.")
        .words("priority", C::Priority, enumeration!(AuditPriority), "Urgency.")
        .field("compliant", C::Compliant, "Whether the asset was found to comply.")
        .field("closeAuditEnabled", C::CloseAuditEnabled, "Whether it may be closed on the device.")
        .field("statusChangedOnClose", C::StatusChangedOnClose, "Whether closing changed the status.")
        .field("scoreAlternative", C::ScoreAlternative, "Second score, by another scale.")
        .field("auditThreshold", C::AuditThreshold, "Score below which it has failed.")
        .field("auditResult", C::AuditResult, "Result in words.")
        .field("reportUrl", C::ReportUrl, "Absolute address of the report.")
        .field("signatureUrl", C::SignatureUrl, "Absolute address of the auditor's signature.")
        .field("signaturePrint", C::SignaturePrint, "Auditor's name in print.")
        .field("signaturePosition", C::SignaturePosition, "Auditor's position.")
        .field("additionalSignatureUrl", C::AdditionalSignatureUrl, "Absolute address of the second signature.")
        .field("additionalSignaturePrint", C::AdditionalSignaturePrint, "Second signer's name in print.")
        .field("additionalSignaturePosition", C::AdditionalSignaturePosition, "Second signer's position.")
        .field("closedBySignatureUrl", C::ClosedBySignatureUrl, "Absolute address of the closer's signature.")
        .field("closingNotes", C::ClosingNotes, "Notes on closing.")
        .field("notes", C::Notes, "Notes of the auditor.")
        .field("feedback", C::Feedback, "Feedback of the reviewer.")
        .words("device", C::Device, enumeration!(Device), "Device it was carried out with.")
        .field("latitude", C::Latitude, "Degrees north where it was carried out, -90 to 90.")
        .field("longitude", C::Longitude, "Degrees east where it was carried out, -180 to 180.")
        .field("metadata", C::Metadata, "Object of the organization's own keys and values.")
        .texts("tags", C::Tags, "Array of tags; a tag contains no comma.")
        .field("updateInventory", C::UpdateInventory, "Whether approval writes the counts to the stock levels.")
        .derived(
            "scoreMain",
            Kind::Decimal,
            super::derived::audit_score,
            "Score: as set, else the weighted mean of its scored activities.",
        )
        .asked()
        .derived(
            "overdue",
            Kind::Bool,
            super::derived::audit_overdue,
            "Whether the deadline passed before it was approved, or has passed; never for a canceled one.",
        )
        .always()
        .asked()
        .derived(
            "nonconformanceCount",
            Kind::Long,
            super::derived::nonconformance_count,
            "Number of its nonconformances, whatever their status.",
        )
        .always()
        .derived(
            "workProgress",
            Kind::Long,
            super::derived::audit_progress,
            "Mean progress of its activities in percent; without activities 100 when it is over, else 0.",
        )
        .always()
        .derived("timeProgress", Kind::Int, super::derived::time_progress, super::derived::TIME_PROGRESS)
        .always()
        .asked()
        .derived("subject", Kind::Text, super::derived::audit_subject, "Title, else the name.")
        .always()
        .dialect()
        .derived(
            "stage",
            Kind::Text,
            super::derived::audit_stage,
            "Where it stands: planned, executing, in_review, executed or rejected.",
        )
        .always()
        .dialect()
        .derived("standing", Kind::Text, super::derived::audit_standing, "Whether it is in use: always active.")
        .always()
        .dialect()
        .derived("wholeScore", Kind::Long, super::derived::rounded_audit_score, "Score, rounded to a whole number.")
        .dialect()
        .derived(
            "wholeScoreAlternative",
            Kind::Long,
            super::derived::rounded_alternative,
            "Second score, rounded to a whole number.",
        )
        .dialect()
        .derived("assetSlug", Kind::Text, super::derived::asset_slug, "Short name of the asset it stands on.")
        .dialect()
        .derived(
            "organizationUuid",
            Kind::Uuid,
            super::derived::own_organization,
            "Identifier of the organization it is shown to.",
        )
        .always()
        .dialect()
        .derived("createdByKeyUuid", Kind::Uuid, super::derived::created_by_key, "API key it was created with.")
        .dialect()
        .derived("updatedByKeyUuid", Kind::Uuid, super::derived::updated_by_key, "API key it was last changed with.")
        .dialect()
        .field("assetKind", C::AssetKind, "What sort of thing the asset is; null without an asset.")
        .dialect()
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field(
            "version",
            C::Version,
            "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
        )
        .one("template", "Template", C::TemplateId, "Template its questions come from.")
        .one("asset", "Asset", C::AssetId, "Asset it stands on.")
        .one("area", "AuditArea", C::AreaId, "Audit area it stands on.")
        .one("orgUnit", "OrgUnit", C::OrgUnitId, "Organizational unit; null = the area's.")
        .one("standard", "Standard", C::StandardId, "Standard it audits against.")
        .one("conformanceLevel", "ConformanceLevel", C::ConformanceLevelId, "Conformance level to be reached.")
        .one("program", "Program", C::ProgramId, "Program it is part of.")
        .one("schedule", "Schedule", C::ScheduleId, "Schedule it fulfils.")
        .one("auditor", "User", C::AuditorId, "Person who carries it out.")
        .one("creator", "User", C::CreatorId, "Person who created it.")
        .one("createdByKey", "ApiKey", C::CreatedByKeyId, "API key it was created with, if any.")
        .one("updatedByUser", "User", C::UpdatedByUserId, "Person who changed it last.")
        .one("updatedByKey", "ApiKey", C::UpdatedByKeyId, "API key it was last changed with, if any.")
        .one("correctivePlanOwner", "User", C::ApOwnerId, "Owner of its corrective action plan.")
        .one("correctivePlanAssignee", "User", C::ApAssigneeId, "Assignee of its corrective action plan.")
        .one("auditedWorker", "Worker", C::AuditedWorkerId, "Worker who is audited.")
        .one("closedBy", "User", C::ClosedById, "Person who closed it.")
        .many("activities", "Activity", entity::activity::Column::AuditId, "Its questions and answers.")
        .many("countTasks", "CountTask", entity::count_task::Column::AuditId, "Its counts, for an inventory audit.")
        .many("issues", "Issue", entity::issue::Column::AuditId, "What it found.")
        .relation(
            "history",
            "ChangeEvent",
            Link::History("audit"),
            Shape::Connection,
            "What happened to it, newest first.",
        )
}
