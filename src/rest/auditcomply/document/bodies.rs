//! What a body may be, described from the members that read it (contract auditcomply 1.1, 2.8, 5.4): as JSON, and as the
//! fields of a form. Values that are taken for others, as a number for its text, are not told: clients need not send them.

use serde_json::{Map, Value as Json, json};

use crate::domain::command::{self, Check, Entry};
use crate::rest::auditcomply::create::{self, METADATA, PROFILE, Recipe};
use crate::rest::auditcomply::member::{Kind, Member};
use crate::rest::auditcomply::reference::Target;
use crate::rest::kit::openapi::or_null;
use crate::rest::kit::write::example as sample;

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// As JSON: objects stand within it, and null is said.
    Json,
    /// As fields of a form: members of objects have dotted names, and blank fields stand for nothing.
    Form,
}

/// Text without U+0000.
pub const ANY: &str = r"^[^\u0000]*$";
const USERNAME: &str = r"^[A-Za-z0-9_.@+\-]*$";
const ADDRESS: &str = concat!(
    r"^([Hh][Tt][Tt][Pp][Ss]?|[Ff][Tt][Pp][Ss]?)://([^\s/?#@\u0000-\u001f]*@)?",
    r"(localhost|((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])",
    r"|\[[0-9A-Fa-f:.]+\]|([A-Za-z0-9]([A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9\-]{0,61}[A-Za-z0-9]\.?)",
    r"(:[0-9]{1,5})?([/?#][^\s\u0000-\u001f]*)?$"
);

/// The pattern of text: without the characters that the command's check of it refuses, and not blank where it may not be.
fn pattern(check: Check, blank: bool) -> String {
    let refused = match check {
        Check::Line(_) => r"\u0000-\u001f\u007f-\u009f",
        Check::Prose(_) => r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f",
        _ => r"\u0000",
    };
    if blank { format!("^[^{refused}]*$") } else { format!(r"^[^{refused}]*[^\s{refused}][^{refused}]*$") }
}

/// The schema of an object with these members, which go into the entries of a command.
pub fn schema(members: &[Member], entries: &[Entry], written: Written) -> Json {
    let (mut properties, mut required, mut ways) = (Map::new(), Vec::new(), Vec::new());
    let any_of =
        |keys: &[String]| json!({ "anyOf": keys.iter().map(|key| json!({ "required": [key] })).collect::<Vec<_>>() });
    let mut depending = Map::new();
    for member in members {
        let named = match (member.kind, written) {
            (Kind::Nested(target) | Kind::Either(target, _), Written::Json) => {
                properties.insert(member.key.to_owned(), row(target));
                vec![member.key.to_owned()]
            }
            (Kind::Nested(target) | Kind::Either(target, _), Written::Form) => {
                let dotted = |name: &str| format!("{}.{name}", member.key);
                properties.extend(names(target).into_iter().map(|(name, schema)| (dotted(name), schema)));
                let named: Vec<String> = keys(target).iter().map(|name| dotted(name)).collect();
                // What is said of a row beside its name is said of none without it.
                for (name, _) in names(target).iter().filter(|(name, _)| !keys(target).contains(name)) {
                    depending.insert(dotted(name), any_of(&named));
                }
                named
            }
            _ => {
                let entry = entries.iter().find(|entry| entry.name == member.entry);
                let schema = value(member, entry.map_or(Check::Free, |entry| entry.check), written);
                let is_null = member.nullable && written == Written::Json;
                properties.insert(member.key.to_owned(), if is_null { or_null(schema) } else { schema });
                vec![member.key.to_owned()]
            }
        };
        let beside = match member.kind {
            Kind::Either(_, id_key) => Some(id_key.to_owned()),
            _ => None,
        };
        properties.extend(beside.iter().map(|key| (key.clone(), id())));
        let mut named: Vec<String> = named.into_iter().chain(beside).collect();
        match named.len() {
            _ if !member.required => {}
            1 => required.append(&mut named),
            // Of several ways to name a row one must be there.
            _ => ways.push(any_of(&named)),
        }
    }
    let mut schema = json!({ "type": "object", "properties": properties, "required": required });
    if let Some(schema) = schema.as_object_mut() {
        if !ways.is_empty() {
            schema.insert("allOf".to_owned(), ways.into());
        }
        if !depending.is_empty() {
            schema.insert("dependentSchemas".to_owned(), depending.into());
        }
    }
    schema
}

/// The schema of what a recipe takes, and an example of it.
pub fn creation(recipe: &Recipe, written: Written) -> (Json, Json) {
    let entries = command::find(recipe.act).map_or(&[][..], |act| &act.entries);
    let (mut schema, mut example) = (schema(recipe.members, entries, written), example(recipe.members, written));
    match (recipe.segment, written) {
        ("schedules", _) => {
            let items = json!({ "type": "array", "items": schema, "minItems": 1, "maxItems": create::SCHEDULES });
            let many = json!({ "type": "object", "properties": { "schedules": items }, "required": ["schedules"] });
            // Other members are not looked at where there are many; in a form many cannot stand.
            let one = json!({ "allOf": [{ "not": { "required": ["schedules"] } }, schema] });
            schema = if written == Written::Json { json!({ "anyOf": [one, many] }) } else { one };
        }
        ("asset", _) => {
            let values = if written == Written::Json { metadata() } else { as_text(&metadata()) };
            let given = json!([{ "field_id": 1, "value": "Multivac" }]);
            let given = if written == Written::Json { given } else { given.to_string().into() };
            let told = [(PROFILE.key, value(&PROFILE, Check::Free, written), json!(1)), (METADATA, values, given)];
            for (key, schema_of, given) in told {
                if let Some(properties) = schema.get_mut("properties").and_then(Json::as_object_mut) {
                    properties.insert(key.to_owned(), schema_of);
                }
                if let Some(example) = example.as_object_mut() {
                    example.insert(key.to_owned(), given);
                }
            }
        }
        _ => {}
    }
    (schema, example)
}

/// The values of an asset's fields.
pub fn metadata() -> Json {
    let pair = json!({
        "type": "object",
        "properties": {
            "field_id": { "type": "integer", "format": "int64", "minimum": i64::MIN, "maximum": i64::MAX },
            "value": { "description": "As the field of the profile takes it." },
        },
        "required": ["field_id", "value"],
    });
    let list = json!({ "type": "array", "items": pair, "maxItems": create::VALUES });
    json!({
        "description": "A list of values, around which an object may stand.",
        "anyOf": [
            list,
            { "type": "object", "properties": { METADATA: list }, "required": [METADATA], "additionalProperties": false },
        ],
    })
}

/// JSON that is written as text.
pub fn as_text(schema: &Json) -> Json {
    json!({ "type": "string", "contentMediaType": "application/json", "contentSchema": schema })
}

/// The schema of a value.
fn value(member: &Member, check: Check, written: Written) -> Json {
    // In a form a blank field is as if it were not there.
    let blank = member.blank || (written == Written::Form && !member.required);
    let text = |most: Option<usize>, pattern: &str, example: &str| {
        let mut schema = json!({ "type": "string", "pattern": pattern, "examples": [example] });
        if let (Some(schema), Some(most)) = (schema.as_object_mut(), most) {
            schema.insert("maxLength".to_owned(), most.into());
        }
        schema
    };
    let with = |mut schema: Json, key: &str, value: Json| {
        if let Some(schema) = schema.as_object_mut() {
            schema.insert(key.to_owned(), value);
        }
        schema
    };
    let words = |words: Vec<&str>| {
        let words: Vec<&str> = words.into_iter().chain(blank.then_some("")).collect();
        json!({ "type": "string", "enum": words })
    };
    match member.kind {
        Kind::Text(most) if member.verbatim => with(text(most, ANY, "demo-olivia-owner"), "minLength", json!(1)),
        Kind::Text(most) => {
            let also = match check {
                Check::Line(most) | Check::Prose(most) | Check::Verbatim(most) => Some(most),
                _ => None,
            };
            text(most.into_iter().chain(also).min(), &pattern(check, blank), "Packing line")
        }
        Kind::Uri(most) => {
            let given = text(Some(most), ADDRESS, "https://files.harbour-foods.example/report.pdf");
            json!({ "anyOf": [with(given, "format", json!("uri")), { "type": "string", "maxLength": 0 }] })
        }
        Kind::Email(most) => json!({
            "type": "string", "format": "email", "maxLength": most, "examples": ["kim.jansen@harbour-foods.example"],
        }),
        Kind::Username(most) => with(text(Some(most), USERNAME, "kim.jansen"), "minLength", json!(i32::from(!blank))),
        Kind::Password(most) => {
            let schema = with(text(Some(most), ANY, "correct horse battery"), "minLength", json!(8));
            with(schema, "format", json!("password"))
        }
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Double => {
            let number = json!({ "type": "number", "format": "double" });
            match check {
                Check::Between(least, most) => with(with(number, "minimum", json!(least)), "maximum", json!(most)),
                _ => number,
            }
        }
        Kind::Instant => json!({ "type": "string", "format": "date-time", "examples": ["2026-01-15T08:00:00Z"] }),
        Kind::Words(all) => words(all.to_vec()),
        Kind::Choice(all) => words(all.iter().map(|(word, _)| *word).collect()),
        Kind::Nested(target) | Kind::Either(target, _) => row(target),
        Kind::Id(_) => id(),
        Kind::Link(target) => {
            let pattern = format!(r"^((https?://[^/]*)?/{}/[0-9]+/([?#].*)?)?$", target.path);
            json!({ "type": "string", "pattern": pattern, "examples": [format!("/{}/1/", target.path)] })
        }
    }
}

fn id() -> Json {
    json!({ "type": "integer", "examples": [1] })
}

/// The members by which an object names a row.
fn names(target: &Target) -> Vec<(&'static str, Json)> {
    let text = |most: usize, example: &str| json!({ "type": "string", "pattern": pattern(Check::Free, false), "maxLength": most, "examples": [example] });
    match target.names {
        ["username", _] => vec![
            ("username", text(150, "olivia.owner")),
            (
                "email",
                json!({
                    "description": "If it is not blank, it must be that person's.",
                    "anyOf": [
                        { "type": "string", "format": "email", "maxLength": 254 },
                        { "type": "string", "maxLength": 0 },
                    ],
                }),
            ),
        ],
        [_, second] => {
            let mut names = vec![("id", id()), ("name", text(255, "Packing line"))];
            if second == "edition" {
                let version = json!({ "type": "integer", "format": "int64", "minimum": i64::MIN, "maximum": i64::MAX });
                names.push(("version", version));
            }
            names
        }
    }
}

/// Those of them any of which will do.
fn keys(target: &Target) -> &'static [&'static str] {
    if target.names[0] == "username" { &["username"] } else { &["id", "name"] }
}

/// An object that names a row.
fn row(target: &Target) -> Json {
    let mut properties: Map<String, Json> =
        names(target).into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    let described = "A record that there is.";
    let Some(id) = properties.shift_remove("id") else {
        return json!({
            "type": "object", "description": described, "properties": properties, "required": ["username"],
            "examples": [{ "username": "olivia.owner" }],
        });
    };
    if let Some(version) = properties.get_mut("version") {
        *version = or_null(version.take());
    }
    properties.insert("id".to_owned(), json!({ "type": "null" }));
    json!({
        "type": "object",
        "description": described,
        "anyOf": [
            { "properties": { "id": id }, "required": ["id"] },
            { "properties": properties, "required": ["name"] },
        ],
        "examples": [{ "id": 1 }],
    })
}

/// A body with what must be there.
pub fn example(members: &[Member], written: Written) -> Json {
    let mut body = Map::new();
    for member in members.iter().filter(|member| member.required) {
        match (member.kind, written) {
            (Kind::Nested(target) | Kind::Either(target, _), Written::Form) => {
                let key = keys(target).first().copied().unwrap_or_default();
                let given = names(target).into_iter().find(|(name, _)| *name == key);
                let given = given.map(|(_, schema)| sample(&schema)).unwrap_or_default();
                body.insert(format!("{}.{key}", member.key), given);
            }
            _ => drop(body.insert(member.key.to_owned(), sample(&value(member, Check::Free, written)))),
        }
    }
    Json::Object(body)
}
