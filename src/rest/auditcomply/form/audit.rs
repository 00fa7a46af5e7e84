//! Audits with their observations.

use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use super::N_USER;
use super::issue::STATUS;
use crate::rest::auditcomply::write::{
    BOOL, DATE, DIGITS, DOUBLE, INSTANT, INT, JOINED, OBJECT_TEXT, TEXT, TEXT_OR_EMPTY, TEXTS, URI, elements, text_of,
};
use crate::rest::kit::{Form, Many, Write};

/// The words of an audit's state, each with the states it stands for; the first is what is written.
pub const STATES: &[(&str, &[&str])] = &[
    ("INPROGRESS", &["CREATED", "IN_PROGRESS", "RECOUNT"]),
    ("GENERATING", &["GENERATING"]),
    ("INREVIEW", &["IN_REVIEW"]),
    ("READYTOCLOSE", &["READY_TO_CLOSE"]),
    ("CLOSED", &["CLOSED", "CANCELED"]),
];

/// The words of a device.
pub const DEVICES: &[&str] = &["IPAD", "IPHONE", "ANDROID", "WEB"];

const STATE: Write = Write {
    schema: || json!({ "type": "string", "enum": STATES.iter().map(|(word, _)| *word).collect::<Vec<_>>() }),
    run: |out, cells| {
        let stored = cells.first().as_str().unwrap_or_default();
        let word = STATES.iter().find(|(_, states)| states.contains(&stored)).map_or(stored, |(word, _)| word);
        out.text(word);
    },
};

const DEVICE: Write = Write {
    schema: || json!({ "type": "string", "enum": DEVICES.iter().copied().chain([""]).collect::<Vec<_>>() }),
    run: TEXT.run,
};

static FOUND: LazyLock<Form> = LazyLock::new(|| {
    Form::of("ObservedNonConformance", "Issue")
        .value("nonconformance_id", &["legacyId"], INT)
        .value("status", &["renderedStatus"], STATUS)
        .value("overdue", &["overdue"], BOOL)
        .value("non_conformance", &["title"], TEXT)
        .maybe("complete_by", &["completeBy"], DATE)
        .maybe("approved_date", &["approvedDate"], INSTANT)
        .value("created_at", &["createdAt"], INSTANT)
        .maybe("assigned_to", &["assignee.legacyId"], INT)
        .maybe("assigned_by", &["assignedBy.legacyId"], INT)
        .maybe("approved_by", &["approvedBy.legacyId"], INT)
});

/// N-CustomResponse.
const CUSTOM_RESPONSES: Write = Write {
    schema: || {
        let option = json!({
            "type": "object", "required": ["label", "value"],
            "properties": { "label": { "type": "string" }, "value": { "type": "string" } },
        });
        json!({ "type": "array", "items": {
            "type": "object", "required": ["custom_option_id", "field_label", "field_value"],
            "properties": {
                "custom_option_id": { "type": "integer" },
                "field_label": { "type": "string" },
                "field_value": { "type": ["string", "array"], "items": option },
            },
        } })
    },
    run: |out, cells| {
        out.raw("[");
        for response in elements(cells.first()) {
            let text = |value: &Json, key: &str| match value.get(key) {
                None | Some(Json::Null) => String::new(),
                Some(value) => text_of(value),
            };
            out.comma();
            out.raw("{");
            out.key("custom_option_id");
            out.number(response.get("custom_option_id").and_then(Json::as_i64).unwrap_or_default());
            out.key("field_label");
            out.text(&text(&response, "field_label"));
            out.key("field_value");
            match response.get("field_value") {
                Some(Json::Array(options)) => {
                    let options = options
                        .iter()
                        .map(|option| json!({ "label": text(option, "label"), "value": text(option, "value") }));
                    out.value(&options.collect::<Vec<_>>());
                }
                _ => out.text(&text(&response, "field_value")),
            }
            out.raw("}");
        }
        out.raw("]");
    },
};

static OBSERVATION: LazyLock<Form> = LazyLock::new(|| {
    Form::of("Observation", "Activity")
        .value("question_id", &["legacyId"], INT)
        .value("question_text", &["subject"], TEXT)
        .maybe("requirement_identifier", &["requirementIdentifier"], TEXT)
        .many(
            "nonconformances",
            Many {
                relation: "issues",
                order: &[("legacyId", false)],
                only: Some(("kind", "NONCONFORMANCE")),
                form: &FOUND,
            },
        )
        .value("custom_responses", &["customResponses"], CUSTOM_RESPONSES)
        .maybe("observation", &["observation"], TEXT)
        .maybe("recommendation", &["recommendation"], TEXT)
        .value("responses", &["responses"], TEXTS)
        .maybe("observation_start_time", &["startedAt"], INSTANT)
        .maybe("observation_end_time", &["finishedAt"], INSTANT)
        .maybe("custom_dropdown", &["observationStatus.name"], TEXT)
});

/// S-Audit.
pub static AUDIT: LazyLock<Form> = LazyLock::new(|| {
    Form::of("Audit", "Audit")
        .value("name", &["name"], TEXT)
        .value("id", &["legacyId"], INT)
        .value("status", &["status"], TEXT_OR_EMPTY)
        .maybe("additional_signature_print", &["additionalSignaturePrint"], TEXT)
        .maybe("additional_signature_position", &["additionalSignaturePosition"], TEXT)
        .maybe("signature", &["signatureUrl"], URI)
        .maybe("asset_id", &["asset.legacyId"], INT)
        .maybe("asset_name", &["asset.name"], TEXT)
        .value("updated_at", &["updatedAt"], INSTANT)
        .value("close_audit_enabled", &["closeAuditEnabled"], BOOL)
        .maybe("latitude", &["latitude"], DOUBLE)
        .maybe("signature_position", &["signaturePosition"], TEXT)
        .maybe("report", &["reportUrl"], URI)
        .maybe("closed_at", &["closedAt"], INSTANT)
        .maybe("closed_notes", &["closingNotes"], TEXT)
        .maybe("closed_by_signature", &["closedBySignatureUrl"], URI)
        .value("status_color", &["statusColor"], TEXT_OR_EMPTY)
        .maybe("completed_at", &["completedAt"], INSTANT)
        .maybe("closed_by_id", &["closedBy.legacyId"], INT)
        .value("created_at", &["createdAt"], INSTANT)
        .value("state", &["state"], STATE)
        .maybe("longitude", &["longitude"], DOUBLE)
        .maybe("signature_print", &["signaturePrint"], TEXT)
        .maybe("additional_signature", &["additionalSignatureUrl"], URI)
        .value("compliant", &["compliant"], BOOL)
        .value("status_changed_on_close", &["statusChangedOnClose"], BOOL)
        .maybe("device", &["device"], DEVICE)
        .maybe("published", &["publishedAt"], INSTANT)
        .maybe("auditor_id", &["auditor.legacyId"], INT)
        .value("notes", &["notes"], TEXT_OR_EMPTY)
        .many(
            "observations",
            Many { relation: "activities", order: &[("order", false)], only: None, form: &OBSERVATION },
        )
        .value("audit_result", &["auditResult"], TEXT_OR_EMPTY)
        .one("auditor", "auditor", &N_USER)
        .value("nc_count", &["nonconformanceCount"], DIGITS)
        .value("template_tags", &["template.tags"], JOINED)
        .value("metadata", &["metadata"], OBJECT_TEXT)
});
