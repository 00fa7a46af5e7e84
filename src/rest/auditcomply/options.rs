//! Answers to OPTIONS, told from the same tables as everything else (contract auditcomply 2.9).

use axum::http::StatusCode;
use serde_json::{Map, Value as Json, json};

use super::body::TYPES;
use super::create::{self, PROFILE, Recipe};
use super::member::{Kind, Member};
use super::resource::Ready;
use super::route::Place;
use super::token::{LOGIN, REFRESH};
use crate::domain::cx::Cx;
use crate::rest::kit::{Answer, Form, Is};

fn answer(name: &str, actions: Option<Map<String, Json>>) -> Answer {
    let mut body = json!({ "name": name, "description": "", "renders": [TYPES[0]], "parses": TYPES });
    if let (Some(actions), Some(members)) = (actions, body.as_object_mut()) {
        members.insert("actions".to_owned(), json!({ "POST": actions }));
    }
    Answer::new(StatusCode::OK, "application/json", body.to_string().into_bytes())
}

/// Of a token operation.
pub fn tokens(place: Place) -> Answer {
    let (name, members) = match place {
        Place::Login => ("Obtain Json Web Token", LOGIN),
        _ => ("Refresh Json Web Token", REFRESH),
    };
    answer(name, Some(members.iter().flat_map(infos).collect()))
}

/// Of a record.
pub fn record(ready: &Ready) -> Answer {
    answer(&format!("{} Instance", ready.resource.title), None)
}

/// Of a list, with what making one takes for those who may.
pub fn list(ready: &Ready, cx: &Cx) -> Answer {
    let recipe = create::recipe(ready).filter(|_| create::making(ready).is_some_and(|act| create::may(cx, act)));
    answer(&format!("{} List", ready.resource.title), recipe.map(|recipe| actions(ready.resource.form, recipe)))
}

/// Members in the order of the answer, those that are only sent last.
fn actions(form: &Form, recipe: &Recipe) -> Map<String, Json> {
    let mut taken: Vec<(String, Json)> = recipe.members.iter().flat_map(infos).collect();
    if recipe.segment == "asset" {
        taken.extend(infos(&PROFILE));
        let metadata = info("field", false, "metadata", Vec::new());
        taken.push(("metadata".to_owned(), metadata));
    }
    let mut members = Map::new();
    for member in &form.members {
        let place = taken.iter().position(|(key, _)| key == member.key);
        let told = place.map_or_else(|| shown(member), |place| taken.remove(place).1);
        members.insert(member.key.to_owned(), told);
    }
    members.extend(taken);
    members
}

fn info(kind: &str, required: bool, key: &str, more: Vec<(&str, Json)>) -> Json {
    let mut members = Map::new();
    members.insert("type".to_owned(), kind.into());
    members.insert("required".to_owned(), required.into());
    members.insert("read_only".to_owned(), false.into());
    members.insert("label".to_owned(), label(key).into());
    members.extend(more.into_iter().map(|(key, value)| (key.to_owned(), value)));
    Json::Object(members)
}

fn label(key: &str) -> String {
    if key == "id" {
        return "ID".to_owned();
    }
    let mut letters = key.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase()).into_iter();
    first.chain(letters).map(|letter| if letter == '_' { ' ' } else { letter }).collect()
}

fn choices(words: impl Iterator<Item = String>) -> Json {
    words.map(|word| json!({ "value": word, "display_name": word })).collect()
}

/// What is said of a member that is taken: one entry, or two where there are two ways to name a row.
fn infos(member: &Member) -> Vec<(String, Json)> {
    let most = |most: usize| vec![("max_length", Json::from(most))];
    let mut second = None;
    let (kind, more) = match member.kind {
        Kind::Text(most_of) => ("string", most_of.map(most).unwrap_or_default()),
        Kind::Username(length) | Kind::Password(length) => ("string", most(length)),
        Kind::Uri(length) => ("url", most(length)),
        Kind::Email(length) => ("email", most(length)),
        Kind::Boolean => ("boolean", Vec::new()),
        Kind::Double => ("float", Vec::new()),
        Kind::Instant => ("datetime", Vec::new()),
        Kind::Words(words) => ("choice", vec![("choices", choices(words.iter().map(|word| (*word).to_owned())))]),
        Kind::Choice(words) => ("choice", vec![("choices", choices(words.iter().map(|(word, _)| (*word).to_owned())))]),
        Kind::Nested(target) => ("nested object", vec![("children", children(target.names))]),
        Kind::Either(target, id_key) => {
            second = Some((id_key.to_owned(), info("field", false, id_key, Vec::new())));
            ("nested object", vec![("children", children(target.names))])
        }
        Kind::Id(_) | Kind::Link(_) => ("field", Vec::new()),
    };
    let first = (member.key.to_owned(), info(kind, member.required, member.key, more));
    std::iter::once(first).chain(second).collect()
}

/// The members of a nested object that names a row.
fn children(names: [&str; 2]) -> Json {
    let told: Vec<(&str, Json)> = match names[1] {
        "email" => vec![
            ("username", info("string", true, "username", vec![("max_length", 150.into())])),
            ("email", info("email", false, "email", vec![("max_length", 254.into())])),
        ],
        "edition" => vec![
            ("name", info("string", false, "name", Vec::new())),
            ("id", info("field", false, "id", Vec::new())),
            ("version", info("integer", false, "version", Vec::new())),
        ],
        _ => vec![("id", info("field", false, "id", Vec::new())), ("name", info("string", false, "name", Vec::new()))],
    };
    Json::Object(told.into_iter().map(|(key, told)| (key.to_owned(), told)).collect())
}

/// What is said of a member that is only shown.
fn shown(member: &crate::rest::kit::Member) -> Json {
    let (kind, more) = match &member.is {
        Is::Value(_, write) => of_schema(&(write.schema)()),
        Is::One(ways) => {
            let members = ways.first().into_iter().flat_map(|(_, form)| &form.members);
            let members: Map<String, Json> = members.map(|member| (member.key.to_owned(), shown(member))).collect();
            ("nested object", vec![("children", Json::Object(members))])
        }
        Is::Many(_) | Is::Map(..) | Is::Sole(..) | Is::Members(_) => ("field", Vec::new()),
    };
    let mut told = info(kind, false, member.key, more);
    if let Some(told) = told.as_object_mut() {
        told.insert("read_only".to_owned(), true.into());
    }
    told
}

fn of_schema(schema: &Json) -> (&'static str, Vec<(&'static str, Json)>) {
    if let Some(words) = schema.get("enum").and_then(Json::as_array) {
        let words = words.iter().filter_map(Json::as_str).map(str::to_owned);
        return ("choice", vec![("choices", choices(words))]);
    }
    let text = |key: &str| schema.get(key).and_then(Json::as_str).unwrap_or_default();
    let kind = match (text("type"), text("format")) {
        ("string", "date-time") => "datetime",
        ("string", "date") => "date",
        ("string", "uri") => "url",
        ("string", "email") => "email",
        ("string", _) => "string",
        ("integer", _) => "integer",
        ("number", _) => "float",
        ("boolean", _) => "boolean",
        ("array", _) => "list",
        _ => "field",
    };
    (kind, Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_the_names_as_words() {
        assert_eq!(["id", "asset_id", "name"].map(label), ["ID", "Asset id", "Name"]);
    }
}
