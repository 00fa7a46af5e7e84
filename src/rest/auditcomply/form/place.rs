//! Assets and their profiles.

use std::sync::LazyLock;

use serde_json::{Map, Value as Json, json};

use crate::rest::auditcomply::write::{INSTANT, INT, TEXT, elements, parsed};
use crate::rest::kit::{Form, Write};

/// The words of an asset's kind.
pub const KINDS: &[&str] = &["SITE", "AREA", "EQUIPMENT", "PRODUCT", "LOCATION", "SUPPLIER", "OTHER"];

const KIND: Write = Write { schema: || json!({ "type": "string", "enum": KINDS }), run: TEXT.run };

/// The values of an asset's fields: ids as numbers, whatever the store has.
const METADATA: Write = Write {
    schema: || {
        json!({ "type": "array", "items": {
            "type": "object",
            "required": ["field_id", "value"],
            "properties": { "field_id": { "type": "integer" }, "value": {} },
        } })
    },
    run: |out, cells| {
        out.raw("[");
        for pair in elements(cells.first()) {
            let id = pair.get("field_id").or_else(|| pair.get("field"));
            let id = id.and_then(|id| id.as_i64().or_else(|| id.as_str()?.parse().ok()));
            let Some(id) = id else { continue };
            out.comma();
            out.raw("{");
            out.key("field_id");
            out.number(id);
            out.key("value");
            out.value(pair.get("value").unwrap_or(&Json::Null));
            out.raw("}");
        }
        out.raw("]");
    },
};

/// S-Asset.
pub static ASSET: LazyLock<Form> = LazyLock::new(|| {
    Form::of("Asset", "Asset")
        .value("id", &["legacyId"], INT)
        .value("name", &["name"], TEXT)
        .value("kind", &["kind"], KIND)
        .value("description", &["description"], TEXT)
        .maybe("parent_id", &["parent.legacyId"], INT)
        .maybe("metadata_template_id", &["profile.legacyId"], INT)
        .value("metadata", &["metadata"], METADATA)
        .maybe("last_audited_at", &["lastAuditedAt"], INSTANT)
        .value("created_at", &["createdAt"], INSTANT)
        .value("updated_at", &["updatedAt"], INSTANT)
});

const BREADCRUMB_TEXT: Write = Write {
    schema: TEXT.schema,
    run: |out, cells| {
        let names = cells.first().as_str().unwrap_or_default().replace('\u{1f}', &out.terms.separator);
        out.text(&names);
    },
};

/// S-Breadcrumb.
pub static BREADCRUMB: LazyLock<Form> = LazyLock::new(|| {
    Form::of("Breadcrumb", "Asset")
        .value("id", &["legacyId"], INT)
        .value("name", &["name"], TEXT)
        .value("breadcrumb", &["namesDown"], BREADCRUMB_TEXT)
        .doc("Names from the root to the asset itself.")
});

/// S-TreeNode.
pub static TREE_NODE: LazyLock<Form> = LazyLock::new(|| {
    Form::of("TreeNode", "Asset")
        .value("id", &["legacyId"], INT)
        .value("name", &["name"], TEXT)
        .maybe("parent_id", &["parent.legacyId"], INT)
        .value("numchild", &["usedChildCount"], INT)
});

/// The types of a profile's fields.
pub const FIELD_TYPES: &[&str] =
    &["TEXT", "INTEGER", "DECIMAL", "BOOLEAN", "DATE", "DATETIME", "CHOICE", "MULTICHOICE", "URL"];

const FIELDS: Write = Write {
    schema: || {
        json!({ "type": "object", "examples": [{}], "additionalProperties": {
            "type": "object",
            "required": ["label", "type", "required", "choices", "position"],
            "properties": {
                "label": { "type": "string" },
                "type": { "type": "string", "enum": FIELD_TYPES },
                "required": { "type": "boolean" },
                "choices": { "type": ["array", "null"], "items": { "type": "string" } },
                "position": { "type": "integer" },
            },
        } })
    },
    run: |out, cells| {
        let fields = match parsed(cells.first()) {
            Some(Json::Object(fields)) => fields,
            _ => Map::new(),
        };
        let mut fields: Vec<(i64, i64, &Json)> =
            fields.iter().filter_map(|(id, field)| Some((position(field), id.parse().ok()?, field))).collect();
        fields.sort_by_key(|(position, id, _)| (*position, *id));
        out.raw("{");
        for (position, id, field) in fields {
            out.key(&id.to_string());
            out.raw("{");
            out.key("label");
            out.text(field.get("label").and_then(Json::as_str).unwrap_or_default());
            out.key("type");
            out.text(field.get("type").and_then(Json::as_str).unwrap_or("TEXT"));
            out.key("required");
            out.value(&(field.get("required") == Some(&Json::Bool(true))));
            out.key("choices");
            out.value(field.get("choices").filter(|choices| choices.is_array()).unwrap_or(&Json::Null));
            out.key("position");
            out.number(position);
            out.raw("}");
        }
        out.raw("}");
    },
};

/// Where a profile's field stands among the others.
pub fn position(field: &Json) -> i64 {
    field.get("position").and_then(Json::as_i64).unwrap_or_default()
}

/// S-Profile.
pub static PROFILE: LazyLock<Form> = LazyLock::new(|| {
    Form::of("AssetProfile", "AssetProfile").value("name", &["name"], TEXT).value("id", &["legacyId"], INT).value(
        "profile_fields",
        &["profileFields"],
        FIELDS,
    )
});
