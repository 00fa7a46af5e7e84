//! The values of GraphQL as this interface shows them.

use std::collections::BTreeSet;

use chrono::{DateTime, SecondsFormat, Timelike, Utc};
use serde_json::{Value as Json, json};

use crate::rest::surfaces::word;

/// Where GraphQL has a member, from the record on.
fn way(key: &str) -> String {
    let told = match key {
        "id" | "nonconformance_id" | "task_id" | "question_id" => "legacyId",
        "version" => "edition",
        "metadata_template_id" => "profile/legacyId",
        "signature" => "signatureUrl",
        "additional_signature" => "additionalSignatureUrl",
        "closed_by_signature" => "closedBySignatureUrl",
        "report" => "reportUrl",
        "closed_notes" => "closingNotes",
        "published" => "publishedAt",
        "nc_count" => "nonconformanceCount",
        "template_tags" => "template/tags",
        "observations" => "activities/nodes",
        "question_text" => "subject",
        "nonconformances" => "issues/nodes",
        "observation_start_time" => "startedAt",
        "observation_end_time" => "finishedAt",
        "custom_dropdown" => "observationStatus/name",
        "non_conformance" | "task" => "title",
        "assigned_to" => "assignee/legacyId",
        "assigned_by" => "assignedBy/legacyId",
        "approved_by" => "approvedBy/legacyId",
        "assigned_to_user" => "assignee",
        "assigned_by_user" => "assignedBy",
        "approved_by_user" => "approvedBy",
        "parent_observation_id" => "activity/legacyId",
        "audit_completed_at" => "audit/completedAt",
        "category" => "categories",
        "exec_report" => "executiveReport",
        "obs_status_group" => "statuses",
        "is_active" => "status",
        "api_access" => "memberships/0/apiAccess",
        "current_datastore" => "currentDatastore/legacyId",
        "asset_name" => "asset/name",
        "template_name" => "template/name",
        "parent_id" | "asset_id" | "audit_id" | "auditor_id" | "closed_by_id" | "program_template_id" => {
            return format!("{}/legacyId", camel(key.trim_end_matches("_id")));
        }
        _ => return camel(key),
    };
    told.to_owned()
}

fn camel(key: &str) -> String {
    let mut words = key.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
}

/// Instants have six fraction digits or none; every other text stays.
fn instant(value: Json) -> Json {
    let Some(instant) = value.as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok()) else { return value };
    let digits = if instant.nanosecond() == 0 { SecondsFormat::Secs } else { SecondsFormat::Micros };
    instant.to_rfc3339_opts(digits, true).into()
}

/// A whole number as text.
fn digits(value: &Json) -> Json {
    value.as_i64().map(|number| number.to_string()).into()
}

/// The status of a finding or a schedule: late is a status of its own.
fn standing(node: &Json) -> Json {
    let late = node["overdue"] == true
        && ["OPEN", "INPROGRESS", "REOPENED", "PENDING"].contains(&node["status"].as_str().expect("a status"));
    if late { json!("OVERDUE") } else { node["status"].clone() }
}

/// The values of an asset's fields.
fn pairs(value: &Json) -> Json {
    let pairs = value.as_array().expect("pairs").iter().map(|pair| {
        let id = [&pair["field_id"], &pair["field"]].into_iter().find(|id| !id.is_null()).expect("an id");
        let id = id.as_i64().or_else(|| id.as_str()?.parse().ok()).expect("a number");
        json!({ "field_id": id, "value": pair["value"] })
    });
    pairs.collect()
}

/// Phases, each with the ids of its templates.
fn phases(value: &Json) -> Json {
    let phases = value.as_array().expect("phases");
    let items = (1..).zip(phases).map(|(position, phase): (i64, &Json)| {
        let ids = phase["template_ids"].as_array().cloned().unwrap_or_default();
        json!({
            "position": position, "name": phase["name"], "status": phase["status"], "start_date": phase["start_date"],
            "end_date": phase["end_date"], "templates": ids,
        })
    });
    let items: Vec<Json> = items.collect();
    let current = items.iter().position(|item| item["status"] == "INPROGRESS").map(|index| index + 1);
    json!({ "count": items.len(), "current": current, "items": items })
}

/// The same of what this interface shows.
fn with_ids(mut value: Json) -> Json {
    for item in value["items"].as_array_mut().expect("items") {
        let templates = item["templates"].as_array().expect("templates").iter();
        item["templates"] = templates.map(|template| template["id"].clone()).collect();
    }
    value
}

/// What is to be done about a finding.
fn action(value: &Json) -> Json {
    let Json::Object(action) = value else { return Json::Null };
    let get = |key: &str| action.get(key).cloned().unwrap_or_default();
    json!({
        "description": action.get("description").cloned().unwrap_or_else(|| json!("")), "root_cause": get("root_cause"),
        "due_date": get("due_date"), "completed_at": instant(get("completed_at")),
    })
}

/// A value of GraphQL as this interface shows it.
fn shown(list: &str, key: &str, node: &Json) -> Json {
    let way = way(key);
    let value = node.pointer(&format!("/{way}")).cloned().unwrap_or_default();
    match (list, key) {
        ("audits", "state") => word("auditcomply", value.as_str().expect("a state")).into(),
        ("audits", "status" | "status_color" | "notes" | "audit_result") | (_, "email") if value.is_null() => json!(""),
        ("audits", "metadata") => value.to_string().into(),
        ("asset", "metadata") => pairs(&value),
        ("nonconformances" | "tasks" | "schedules", "status") => standing(node),
        (_, "nc_count" | "reopened_count" | "audit_id") => digits(&value),
        (_, "template_tags") => {
            let tags = value.as_array().cloned().unwrap_or_default();
            tags.iter().map(|tag| tag.as_str().expect("a tag")).collect::<Vec<_>>().join(",").into()
        }
        (_, "is_active") => json!(value == "ACTIVE"),
        (_, "current_datastore") => value.as_i64().map(|id| format!("http://gw.example/datastores/{id}/")).into(),
        (_, "phases") => phases(&value),
        (_, "corrective_action" | "preventative_action") => action(&value),
        _ => instant(value),
    }
}

/// Compares all members of a record, and of the records within it; notes those that have a value.
pub fn same(list: &str, row: &Json, node: &Json, met: &mut BTreeSet<String>) {
    for (key, value) in row.as_object().expect("a record") {
        // Which edition is the latest is left to the clients of GraphQL, and so is which children are in use.
        if ["is_latest_state", "numchild"].contains(&key.as_str()) {
            continue;
        }
        if !value.is_null() && *value != json!("") && *value != json!([]) {
            met.insert(format!("{list} {key}"));
        }
        let told = |node: &Json| node.pointer(&format!("/{}", way(key))).cloned().unwrap_or_default();
        match (key.as_str(), value) {
            ("verification_comment_group" | "rejection_comment_group", _) => {
                let kind = key.split('_').next().expect("a kind").to_uppercase();
                let groups = node["commentGroups"].as_array().expect("groups");
                let group = groups.iter().find(|group| group["kind"] == kind.as_str());
                assert_eq!(value.is_null(), group.is_none(), "{list} {key}");
                group.into_iter().for_each(|group| same("groups", value, group, met));
            }
            (_, Json::Array(rows)) if rows.iter().all(Json::is_object) && is_record(key) => {
                let nodes = told(node).as_array().unwrap_or_else(|| panic!("{list} {key} of {node}")).clone();
                assert_eq!(rows.len(), nodes.len(), "{list} {key}: {rows:?} {nodes:?}");
                rows.iter().zip(&nodes).for_each(|(row, node)| same(key, row, node, met));
            }
            (_, Json::Object(_)) if is_record(key) => same(key, value, &told(node), met),
            // GraphQL knows a device or none; here none can also be an empty text.
            ("device", Json::String(device)) if device.is_empty() => assert!(told(node).is_null(), "{node}"),
            ("phases", _) => assert_eq!(with_ids(value.clone()), shown(list, key, node), "{list}"),
            _ => assert_eq!(*value, shown(list, key, node), "{list} {key} of {node}"),
        }
    }
}

/// Whether a member holds records, not a value that is an object or a list.
fn is_record(key: &str) -> bool {
    let records = [
        "observations",
        "nonconformances",
        "comments",
        "category",
        "obs_status_group",
        "auditor",
        "user",
        "asset",
        "who",
        "template",
        "lead_auditor",
        "exec_report",
        "assigned_to_user",
        "assigned_by_user",
        "approved_by_user",
    ];
    records.contains(&key)
}
