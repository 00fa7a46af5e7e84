//! Answers against the schemas of an OpenAPI document.

use serde_json::Value as Json;

/// A whole number is a number.
fn is(wanted: &str, kind: &str) -> bool {
    wanted == kind || wanted == "number" && kind == "integer"
}

/// Where a value is not as a schema says; as much of JSON Schema as the document uses.
pub fn check(root: &Json, schema: &Json, value: &Json, at: &str, faults: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let found = root.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name} is not there"));
        return check(root, found, value, at, faults);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let fits = any.iter().any(|schema| {
            let mut faults = Vec::new();
            check(root, schema, value, at, &mut faults);
            faults.is_empty()
        });
        if !fits {
            faults.push(format!("{at}: {value} fits none of {schema}"));
        }
        return;
    }
    let kind = match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "integer",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    };
    let allowed = match &schema["type"] {
        Json::String(one) => is(one, kind),
        Json::Array(many) => many.iter().filter_map(Json::as_str).any(|one| is(one, kind)),
        _ => true,
    };
    let constant = schema.get("const").is_none_or(|constant| constant == value || value.is_null());
    let listed = schema["enum"].as_array().is_none_or(|words| words.contains(value));
    if !allowed || !constant || !listed {
        faults.push(format!("{at}: {value} is not {schema}"));
    }
    if let (Some(object), Some(properties)) = (value.as_object(), schema["properties"].as_object()) {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str) {
            if !object.contains_key(name) {
                faults.push(format!("{at}: no {name}"));
            }
        }
        for (name, value) in object {
            match properties.get(name) {
                Some(schema) => check(root, schema, value, &format!("{at}.{name}"), faults),
                None if schema["additionalProperties"] == true => {}
                None => faults.push(format!("{at}: {name} is not described")),
            }
        }
    }
    if let (Some(values), Some(items)) = (value.as_array(), schema.get("items")) {
        values.iter().for_each(|value| check(root, items, value, &format!("{at}[]"), faults));
    }
}
