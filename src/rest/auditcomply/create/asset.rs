//! Assets, with the values of their profile's fields, from the query or from the body (contract auditcomply R3).

use serde_json::{Map, Value as Json, json};

use super::table::PROFILES;
use super::{Made, Recipe, execute, look_up, sorted, values};
use crate::domain::cell::{Cell, json as json_cell};
use crate::domain::command::Given;
use crate::domain::cx::Cx;
use crate::rest::auditcomply::body::Sent;
use crate::rest::auditcomply::form::position;
use crate::rest::auditcomply::json::{self, Value};
use crate::rest::auditcomply::member::{self, Checked, Got, Kind, Member, NULL, REQUIRED, member};
use crate::rest::auditcomply::reference::{self, Known, integer};
use crate::rest::auditcomply::refusal::Refusal;
use crate::rest::auditcomply::{instant, write};
use crate::rest::kit::Call;

const PROFILE_KEY: &str = "metadata_template_id";
/// The member that holds the values.
pub const METADATA: &str = "metadata";
/// Most values of one asset.
pub const MOST: usize = 200;

/// The profile of an asset.
pub const PROFILE: Member = member(PROFILE_KEY, "profileId", Kind::Id(&PROFILES)).required();

/// A field of a profile.
struct Field<'p> {
    id: i64,
    kind: &'p str,
    required: bool,
    choices: Vec<&'p str>,
}

/// A value that was given for a field, with the field's id as it was written.
type Pair = (i64, Value);

/// Makes an asset.
pub async fn run(cx: &Cx, call: &Call, recipe: &Recipe, sent: Sent) -> Result<Made, Refusal> {
    let mut checked = member::check_object(recipe.members, &sent.value, sent.is_form);
    profile(call, &sent, &mut checked);
    let pairs = match pairs(call, &sent) {
        Ok(pairs) => pairs,
        Err(fault) => {
            checked.faults.insert(METADATA.to_owned(), fault);
            Vec::new()
        }
    };
    let known = look_up(cx, [&checked]).await?;
    let stored = match fields_of(&checked, &known) {
        Some(fields) if !checked.faults.contains_key(METADATA) => given(&fields, &pairs, &mut checked),
        _ => Json::Array(Vec::new()),
    };
    let mut values = values(recipe.members, checked, &known)?;
    values.insert("metadata", Given::Cell(json_cell(&stored)));
    let done = execute(cx, recipe, values).await?;
    Ok(Made::of(&done, false))
}

/// Reads which profile it is of; the body wins over the query.
fn profile(call: &Call, sent: &Sent, checked: &mut Checked) {
    let object;
    let object = match (sent.value.get(PROFILE_KEY), call.query.last(PROFILE_KEY)) {
        (None, Some(text)) => {
            let value = Value::Text(text.to_owned());
            if let Err(text) = integer(&value) {
                checked.fault(PROFILE_KEY, text);
                return;
            }
            object = Value::Object(vec![(PROFILE_KEY.to_owned(), value)]);
            &object
        }
        _ => &sent.value,
    };
    let found = member::check_object(&[PROFILE], object, sent.is_form);
    checked.given.extend(found.given);
    checked.faults.extend(found.faults);
}

/// Reads the values; the body wins over the query.
fn pairs(call: &Call, sent: &Sent) -> Result<Vec<Pair>, Json> {
    let no_json = || json!(["Value must be valid JSON."]);
    let text = match sent.value.get(METADATA) {
        Some(Value::Text(text)) if sent.is_form => Some(text.as_str()),
        Some(_) => None,
        None => call.query.last(METADATA),
    };
    let value = match (text, sent.value.get(METADATA)) {
        (Some(text), _) => json::read(text.as_bytes()).map_err(|_| no_json())?,
        (None, Some(value)) => value.clone(),
        (None, None) => return Ok(Vec::new()),
    };
    // An object may be put around the list.
    let value = match &value {
        Value::Object(members) if members.len() == 1 => value.get(METADATA).cloned().unwrap_or(value),
        _ => value,
    };
    let Value::List(items) = value else {
        return Err(json!([format!("Expected a list of items but got type \"{}\".", value.type_name())]));
    };
    if items.len() > MOST {
        return Err(json!([format!("Ensure this field has no more than {MOST} elements.")]));
    }
    let read: Vec<Result<Pair, Json>> = items.iter().map(pair).collect();
    if read.iter().all(Result::is_ok) {
        return Ok(read.into_iter().filter_map(Result::ok).collect());
    }
    Err(read.into_iter().map(|pair| pair.err().unwrap_or_else(|| json!({}))).collect())
}

fn pair(item: &Value) -> Result<Pair, Json> {
    if !matches!(item, Value::Object(_)) {
        return Err(json!({ "non_field_errors": [member::no_object(item)] }));
    }
    let mut faults = Map::new();
    let id = match item.get("field_id") {
        None => Err(REQUIRED),
        Some(Value::Null) => Err(NULL),
        Some(value) => integer(value),
    };
    let id = id.map_err(|text| faults.insert("field_id".to_owned(), json!([text])));
    if item.get("value").is_none() {
        faults.insert("value".to_owned(), json!([REQUIRED]));
    }
    match (id, item.get("value")) {
        (Ok(id), Some(value)) => Ok((id, value.clone())),
        _ => Err(Json::Object(faults)),
    }
}

/// The fields of the profile that was named, as the profile's text; none where there is no such profile.
fn fields_of(checked: &Checked, known: &[Known]) -> Option<Json> {
    let (_, got) = checked.given.iter().find(|(member, _)| member.key == PROFILE_KEY)?;
    let Got::Row(_, reference::Wanted::Id((_, id))) = got else { return None };
    reference::second(known, &PROFILES, *id).map(|cell| write::parsed(&cell).unwrap_or_else(|| json!({})))
}

/// The fields in their order.
fn fields(profile: &Json) -> Vec<Field<'_>> {
    let Json::Object(members) = profile else { return Vec::new() };
    let mut fields: Vec<(i64, Field<'_>)> = members
        .iter()
        .filter_map(|(id, field)| {
            let choices = field.get("choices").and_then(Json::as_array);
            let field_read = Field {
                id: id.parse().ok()?,
                kind: field.get("type").and_then(Json::as_str).unwrap_or("TEXT"),
                required: field.get("required") == Some(&Json::Bool(true)),
                choices: choices.into_iter().flatten().filter_map(Json::as_str).collect(),
            };
            Some((position(field), field_read))
        })
        .collect();
    fields.sort_by_key(|(position, field)| (*position, field.id));
    fields.into_iter().map(|(_, field)| field).collect()
}

/// The values in the profile's order, and the asset's name after the first text among them where none was given.
fn given(profile: &Json, pairs: &[Pair], checked: &mut Checked) -> Json {
    let fields = fields(profile);
    let mut faults = Map::new();
    for (id, _) in pairs {
        if !fields.iter().any(|field| field.id == *id) {
            faults.insert(id.to_string(), json!([reference::no_pk(&id.to_string())]));
        }
    }
    let (mut stored, mut name) = (Vec::new(), None);
    for field in &fields {
        let mut given = pairs.iter().filter(|(id, _)| *id == field.id).map(|(_, value)| value);
        let text = match (given.next(), given.next()) {
            (_, Some(_)) => Err("This field may be given only once.".to_owned()),
            (None | Some(Value::Null), None) if field.required => Err(REQUIRED.to_owned()),
            (None | Some(Value::Null), None) => continue,
            (Some(value), None) => value_of(field, value).map(|value| {
                if field.kind == "TEXT" && name.is_none() {
                    name = value.as_str().map(str::to_owned);
                }
                stored.push(json!({ "field_id": field.id, "value": value }));
            }),
        };
        if let Err(text) = text {
            faults.insert(field.id.to_string(), json!([text]));
        }
    }
    if !faults.is_empty() {
        let place = |key: &str| fields.iter().position(|field| field.id.to_string() == key).unwrap_or(fields.len());
        let faults = sorted(faults, place);
        checked.faults.insert(METADATA.to_owned(), Json::Object(faults));
    }
    let is_named = checked.given.iter().any(|(member, _)| member.key == "name") || checked.faults.contains_key("name");
    match name {
        _ if is_named => {}
        Some(name) => {
            let named = member::string("name", "name", 255);
            let name = name.chars().take(255).collect::<String>();
            checked.given.push((named, Got::Cell(Cell::from(name))));
        }
        None => checked.fault("name", REQUIRED),
    }
    Json::Array(stored)
}

/// What is stored for a value of a field.
fn value_of(field: &Field<'_>, value: &Value) -> Result<Json, String> {
    let as_member = |kind: Kind| {
        let object = Value::Object(vec![("value".to_owned(), value.clone())]);
        let checked = member::check_object(&[member("value", "value", kind)], &object, false);
        let fault = checked.faults.get("value").and_then(|texts| texts.get(0)).and_then(Json::as_str);
        match fault {
            Some(text) => Err(text.to_owned()),
            None => Ok(checked.given.into_iter().next().map(|(_, got)| got)),
        }
    };
    let text = |kind: Kind| {
        Ok(as_member(kind)?
            .and_then(|got| if let Got::Cell(Cell::Text(text)) = got { Some(text) } else { None })
            .unwrap_or_default())
    };
    match field.kind {
        "INTEGER" => integer(value).map(Json::from).map_err(str::to_owned),
        "DECIMAL" => decimal(value).map(Json::from).ok_or_else(|| "A valid number is required.".to_owned()),
        "BOOLEAN" => match as_member(Kind::Boolean)? {
            Some(Got::Cell(Cell::Bool(value))) => Ok(value.into()),
            _ => Err("Must be a valid boolean.".to_owned()),
        },
        "DATE" => match value {
            Value::Text(text) => instant::day(text).map(|day| day.to_string().into()),
            _ => None,
        }
        .ok_or_else(|| "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.".to_owned()),
        "DATETIME" => match as_member(Kind::Instant)? {
            Some(Got::Cell(Cell::Time(instant))) => Ok(write::instant_text(&instant).into()),
            _ => Err(REQUIRED.to_owned()),
        },
        "CHOICE" => choice(field, value),
        "MULTICHOICE" => match value {
            Value::List(values) => {
                let mut chosen = Vec::new();
                for value in values {
                    let value = choice(field, value)?;
                    if !chosen.contains(&value) {
                        chosen.push(value);
                    }
                }
                Ok(Json::Array(chosen))
            }
            other => Err(format!("Expected a list of items but got type \"{}\".", other.type_name())),
        },
        "URL" => text(Kind::Uri(1_000)).map(Json::from),
        _ => text(Kind::Text(Some(1_000))).map(Json::from),
    }
}

fn choice(field: &Field<'_>, value: &Value) -> Result<Json, String> {
    match value {
        Value::Text(text) if field.choices.contains(&text.as_str()) => Ok(text.as_str().into()),
        _ => Err(member::no_choice(value)),
    }
}

/// A decimal number as text, in its own digits.
fn decimal(value: &Value) -> Option<String> {
    let text = match value {
        Value::Int(text) | Value::Text(text) => text.trim().to_owned(),
        Value::Float(_) => value.shown(),
        _ => return None,
    };
    text.parse::<rust_decimal::Decimal>().ok().map(|number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Json {
        json!({
            "11": { "label": "Serial", "type": "TEXT", "required": true, "choices": null, "position": 2 },
            "12": { "label": "Maker", "type": "TEXT", "required": false, "choices": null, "position": 1 },
            "13": { "label": "Count", "type": "INTEGER", "required": false, "choices": null, "position": 3 },
            "14": { "label": "Load", "type": "DECIMAL", "required": false, "choices": null, "position": 4 },
            "15": { "label": "Food", "type": "BOOLEAN", "required": false, "choices": null, "position": 5 },
            "16": { "label": "Day", "type": "DATE", "required": false, "choices": null, "position": 6 },
            "17": { "label": "At", "type": "DATETIME", "required": false, "choices": null, "position": 7 },
            "18": { "label": "One", "type": "CHOICE", "required": false, "choices": ["a", "b"], "position": 8 },
            "19": { "label": "Some", "type": "MULTICHOICE", "required": false, "choices": ["a", "b"], "position": 9 },
            "20": { "label": "Page", "type": "URL", "required": false, "choices": null, "position": 10 },
        })
    }

    fn read(text: &str) -> (Json, Map<String, Json>, Option<String>) {
        let Value::List(items) = json::read(text.as_bytes()).unwrap() else { panic!("a list") };
        let pairs: Vec<Pair> = items.iter().map(|item| pair(item).unwrap()).collect();
        let mut checked = Checked::default();
        let stored = given(&profile(), &pairs, &mut checked);
        let name = checked.text("name").map(str::to_owned);
        (stored, checked.faults, name)
    }

    #[test]
    fn item_44_values_are_stored_in_the_profiles_order() {
        let text = r#"[{"field_id":13,"value":"7"},{"field_id":11,"value":" S-1 "},{"field_id":14,"value":1.50},
            {"field_id":15,"value":true},{"field_id":16,"value":"2031-4-2"},{"field_id":17,"value":"2031-04-02T01:00+01:00"},
            {"field_id":18,"value":"a"},{"field_id":19,"value":["b","a"]},{"field_id":20,"value":"https://x.example"},
            {"field_id":12,"value":null}]"#;
        let (stored, faults, name) = read(text);
        assert_eq!(faults, Map::new());
        let values: Vec<String> = stored.as_array().unwrap().iter().map(|pair| pair["value"].to_string()).collect();
        let meant = [
            "\"S-1\"",
            "7",
            "\"1.5\"",
            "true",
            "\"2031-04-02\"",
            "\"2031-04-02T00:00:00Z\"",
            "\"a\"",
            "[\"b\",\"a\"]",
            "\"https://x.example\"",
        ];
        assert_eq!(values, meant);
        assert_eq!(name.as_deref(), Some("S-1"), "the first text there is");
    }

    #[test]
    fn item_44_every_fault_is_keyed_by_its_field() {
        let text = r#"[{"field_id":99,"value":1},{"field_id":13,"value":"x"},{"field_id":14,"value":"x"},
            {"field_id":15,"value":"x"},{"field_id":16,"value":"x"},{"field_id":17,"value":"x"},{"field_id":18,"value":"X"},
            {"field_id":19,"value":"a"},{"field_id":20,"value":"x"},{"field_id":12,"value":"a"},{"field_id":12,"value":"b"}]"#;
        let (_, faults, _) = read(text);
        let texts: Map<String, Json> = faults["metadata"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, texts)| (key.clone(), texts[0].clone()))
            .collect();
        let meant = json!({
            "12": "This field may be given only once.",
            "11": "This field is required.",
            "13": "A valid integer is required.",
            "14": "A valid number is required.",
            "15": "Must be a valid boolean.",
            "16": "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
            "17": "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
            "18": "\"X\" is not a valid choice.",
            "19": "Expected a list of items but got type \"str\".",
            "20": "Enter a valid URL.",
            "99": "Invalid pk \"99\" - object does not exist.",
        });
        assert_eq!(Json::Object(texts), meant);
        assert_eq!(
            pair(&Value::Object(Vec::new())).unwrap_err(),
            json!({ "field_id": [REQUIRED], "value": [REQUIRED] })
        );
    }
}
