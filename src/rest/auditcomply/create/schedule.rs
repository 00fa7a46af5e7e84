//! Schedules, one or many: all of them or none (contract auditcomply R9).

use serde_json::{Map, Value as Json, json};

use super::{Made, Recipe, faults_or_values, look_up, refused};
use crate::domain::command::{self, Given, Order, Values};
use crate::domain::cx::Cx;
use crate::domain::error::Error;
use crate::rest::auditcomply::body::Sent;
use crate::rest::auditcomply::json::Value;
use crate::rest::auditcomply::member::{self, Checked};
use crate::rest::auditcomply::refusal::Refusal;

/// The member that holds many.
const MANY: &str = "schedules";
/// At most so many.
pub const MOST: usize = 100;

/// Makes what was sent.
pub async fn run(cx: &Cx, recipe: &Recipe, sent: Sent) -> Result<Made, Refusal> {
    let (objects, is_list) = match sent.value.get(MANY) {
        None => (std::slice::from_ref(&sent.value), false),
        Some(value) => (items(value)?, true),
    };
    let check = |object: &Value| match object {
        Value::Object(_) => member::check_object(recipe.members, object, sent.is_form),
        other => {
            let mut checked = Checked::default();
            checked.fault("non_field_errors", member::no_object(other));
            checked
        }
    };
    let checked: Vec<Checked> = objects.iter().map(check).collect();
    let known = look_up(cx, &checked).await?;
    let (mut values, mut faults) = (Vec::new(), Vec::new());
    for checked in checked {
        match faults_or_values(recipe.members, checked, &known) {
            Ok(found) => {
                values.push(found);
                faults.push(Map::new());
            }
            Err(found) => faults.push(found),
        }
    }
    aligned(faults, is_list)?;
    let count = values.len();
    let order = Order { values: Values::from_iter([(MANY, Given::Items(values))]), ..Order::default() };
    let act = command::find(recipe.act).ok_or(Refusal::Defect)?;
    match command::execute(cx, act, order).await {
        Ok(done) => Ok(Made::of(&done, is_list)),
        Err(Error::Invalid(found)) => {
            let mut faults = vec![Map::new(); count];
            for fault in &found {
                let mut path = fault.path.iter().skip(1);
                let at = path.next().and_then(|position| position.parse::<usize>().ok()).unwrap_or_default();
                let key = refused::key(recipe.members, path.next().map_or("", String::as_str));
                if let Some(faults) = faults.get_mut(at) {
                    faults.insert(key, json!([refused::text(recipe.members, fault)]));
                }
            }
            aligned(faults, is_list)?;
            Err(Refusal::Defect)
        }
        Err(error) => Err(error.into()),
    }
}

/// The objects of a list.
fn items(value: &Value) -> Result<&[Value], Refusal> {
    let whole = |text: &str| {
        let mut members = Map::new();
        members.insert(MANY.to_owned(), json!({ "non_field_errors": [text] }));
        Err(Refusal::Invalid(members))
    };
    match value {
        Value::Null => {
            let mut members = Map::new();
            members.insert(MANY.to_owned(), json!([member::NULL]));
            Err(Refusal::Invalid(members))
        }
        Value::List(items) if items.is_empty() => whole("This list may not be empty."),
        Value::List(items) if items.len() > MOST => {
            whole(&format!("Ensure this field has no more than {MOST} elements."))
        }
        Value::List(items) => Ok(items),
        other => whole(&format!("Expected a list of items but got type \"{}\".", other.type_name())),
    }
}

/// Refuses where anything is wrong with any: faults aligned with the items.
fn aligned(faults: Vec<Map<String, Json>>, is_list: bool) -> Result<(), Refusal> {
    if faults.iter().all(Map::is_empty) {
        return Ok(());
    }
    if !is_list {
        return Err(Refusal::Invalid(faults.into_iter().next().unwrap_or_default()));
    }
    let mut members = Map::new();
    members.insert(MANY.to_owned(), faults.into_iter().map(Json::Object).collect());
    Err(Refusal::Invalid(members))
}
