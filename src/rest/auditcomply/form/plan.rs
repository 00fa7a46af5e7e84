//! Programs, their templates, reports and schedules.

use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use super::settings::TEMPLATE;
use super::{N_ASSET, N_USER};
use crate::rest::auditcomply::write::{BOOL, INSTANT, INT, TEXT, URI, elements, parsed};
use crate::rest::kit::{Cells, Form, Out, Write};

/// The words of an edition's state.
const EDITION_STATES: &[&str] = &["CURRENT", "DRAFT", "SUPERSEDED"];
/// The words of a program's status.
pub const PROGRAM_STATES: &[&str] = &["PLANNING", "PENDING", "INPROGRESS", "COMPLETED"];
/// The words of a schedule's status.
const SCHEDULE_STATES: &[&str] = &["PENDING", "INPROGRESS", "COMPLETED", "CLOSED", "OVERDUE"];

/// The state of an edition.
pub const EDITION_STATE: Write =
    Write { schema: || json!({ "type": "string", "enum": EDITION_STATES }), run: TEXT.run };
const PROGRAM_STATUS: Write = Write { schema: || json!({ "type": "string", "enum": PROGRAM_STATES }), run: TEXT.run };
const SCHEDULE_STATUS: Write = Write { schema: || json!({ "type": "string", "enum": SCHEDULE_STATES }), run: TEXT.run };

/// N-Phases, of the phases and of the templates they name.
const PHASES: Write = Write {
    schema: || {
        let template = json!({
            "type": "object", "required": ["name", "id", "version"],
            "properties": {
                "name": { "type": "string" }, "id": { "type": "integer" }, "version": { "type": "integer" },
            },
        });
        json!({
            "type": "object", "required": ["count", "current", "items"],
            "examples": [{ "count": 0, "current": null, "items": [] }],
            "properties": {
                "count": { "type": "integer" },
                "current": { "type": ["integer", "null"] },
                "items": { "type": "array", "items": {
                    "type": "object",
                    "required": ["position", "name", "status", "start_date", "end_date", "templates"],
                    "properties": {
                        "position": { "type": "integer" },
                        "name": { "type": "string" },
                        "status": { "type": ["string", "null"], "enum": ["PENDING", "INPROGRESS", "COMPLETED", null] },
                        "start_date": { "type": ["string", "null"], "format": "date" },
                        "end_date": { "type": ["string", "null"], "format": "date" },
                        "templates": { "type": "array", "items": template },
                    },
                } },
            },
        })
    },
    run: phases,
};

fn phases(out: &mut Out<'_>, cells: Cells<'_>) {
    let (phases, templates) = (elements(cells.first()), elements(cells.get(1)));
    let text = |phase: &Json, key: &str| phase.get(key).filter(|value| value.is_string()).cloned().unwrap_or_default();
    let current = phases.iter().position(|phase| text(phase, "status") == "INPROGRESS");
    out.raw("{");
    out.key("count");
    out.value(&phases.len());
    out.key("current");
    out.value(&current.map(|index| index + 1));
    out.key("items");
    out.raw("[");
    for (number, phase) in (1..).zip(&phases) {
        out.comma();
        out.raw("{");
        out.key("position");
        out.number(number);
        out.key("name");
        out.text(phase.get("name").and_then(Json::as_str).unwrap_or_default());
        for key in ["status", "start_date", "end_date"] {
            out.key(key);
            out.value(&text(phase, key));
        }
        out.key("templates");
        out.raw("[");
        let named = phase.get("template_ids").and_then(Json::as_array);
        for id in named.into_iter().flatten() {
            let Some(template) = templates.iter().find(|template| template.get("id") == Some(id)) else { continue };
            out.comma();
            out.raw("{");
            for (key, from) in [("name", "name"), ("id", "id"), ("version", "edition")] {
                out.key(key);
                out.value(&template.get(from));
            }
            out.raw("}");
        }
        out.raw("]}");
    }
    out.raw("]}");
}

/// S-ExecutiveReport.
pub static EXECUTIVE_REPORT: LazyLock<Form> = LazyLock::new(|| {
    Form::of("ExecutiveReport", "ExecutiveReport")
        .value("id", &["legacyId"], INT)
        .value("name", &["name"], TEXT)
        .value("updated_at", &["updatedAt"], INSTANT)
        .maybe("report", &["reportUrl"], URI)
});

/// S-ProgramTemplate.
pub static PROGRAM_TEMPLATE: LazyLock<Form> = LazyLock::new(|| {
    Form::of("ProgramTemplate", "ProgramTemplate")
        .value("name", &["name"], TEXT)
        .value("id", &["legacyId"], INT)
        .value("version", &["edition"], INT)
        .value("state", &["state"], EDITION_STATE)
        .value("is_latest_state", &["isLatestEdition"], BOOL)
        .value("created_at", &["createdAt"], INSTANT)
        .value("phases", &["phases", "phaseTemplates"], PHASES)
});

/// S-Program.
pub static PROGRAM: LazyLock<Form> = LazyLock::new(|| {
    Form::of("Program", "Program")
        .value("name", &["name"], TEXT)
        .value("id", &["legacyId"], INT)
        .maybe("program_template_id", &["programTemplate.legacyId"], INT)
        .one("exec_report", "executiveReport", &EXECUTIVE_REPORT)
        .maybe("completed_at", &["completedAt"], INSTANT)
        .one("asset", "asset", &N_ASSET)
        .present()
        .one("lead_auditor", "leadAuditor", &N_USER)
        .present()
        .value("start_date", &["startDate"], INSTANT)
        .value("created_at", &["createdAt"], INSTANT)
        .value("started", &["started"], BOOL)
        .value("status", &["status"], PROGRAM_STATUS)
        .value("phases", &["phases", "phaseTemplates"], PHASES)
});

/// S-Schedule.
pub static SCHEDULE: LazyLock<Form> = LazyLock::new(|| {
    Form::of("Schedule", "Schedule")
        .value("id", &["legacyId"], INT)
        .one("template", "template", &TEMPLATE)
        .present()
        .value("when", &["when"], INSTANT)
        .value("status", &["renderedStatus"], SCHEDULE_STATUS)
        .doc("Where it stands, OVERDUE while it is pending after its day (UTC).")
        .one("who", "who", &N_USER)
        .present()
        .one("asset", "asset", &N_ASSET)
        .present()
});

/// N-Action: an object or null.
pub const ACTION: Write = Write {
    schema: || {
        json!({
            "type": "object", "required": ["description", "root_cause", "due_date", "completed_at"],
            "examples": [{ "description": "Replace the guard", "root_cause": null, "due_date": "2031-05-01", "completed_at": null }],
            "properties": {
                "description": { "type": "string" },
                "root_cause": { "type": ["string", "null"] },
                "due_date": { "type": ["string", "null"], "format": "date" },
                "completed_at": { "type": ["string", "null"], "format": "date-time" },
            },
        })
    },
    run: |out, cells| {
        let Some(Json::Object(action)) = parsed(cells.first()) else { return out.null() };
        let text = |key: &str| action.get(key).and_then(Json::as_str);
        out.raw("{");
        out.key("description");
        out.text(text("description").unwrap_or_default());
        for key in ["root_cause", "due_date"] {
            out.key(key);
            out.value(&text(key));
        }
        out.key("completed_at");
        let completed = text("completed_at").and_then(|text| text.parse::<chrono::DateTime<chrono::Utc>>().ok());
        out.value(&completed.map(|instant| crate::rest::auditcomply::write::instant_text(&instant)));
        out.raw("}");
    },
};
