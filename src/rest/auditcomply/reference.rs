//! Members that name rows: by id, by name, by address (contract auditcomply 2.8). All rows that a body names are looked
//! up with one statement for each kind.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::json::Value;
use super::member::{Got, Kind, Member, NULL, REQUIRED, is_mail, no_object, string_of};
use crate::domain::ask::{self, Ask, Expr, Level, Question, Select, Test, Window};
use crate::domain::cell::Cell;
use crate::domain::cx::Cx;
use crate::domain::describe::Noun;
use crate::domain::error::{Error, Result};
use crate::domain::model::model;
use crate::rest::kit::at;
use uuid::Uuid;

/// What can be named.
#[derive(Debug)]
pub struct Target {
    /// The noun.
    pub noun: &'static str,
    /// Which of its rows.
    pub rows: fn(&Noun) -> Expr,
    /// The fields by which a nested object names one: the name, and what tells those of one name apart.
    pub names: [&'static str; 2],
    /// The path of its addresses.
    pub path: &'static str,
}

/// A row by its id, as it was written and as a number.
pub type Pk = (String, i64);

/// A row that is wanted.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// None.
    Nothing,
    /// That of an id.
    Id(Pk),
    /// That of an id in a nested object.
    NestedId(Pk),
    /// That of an id in an address.
    Linked(i64),
    /// The person of a username, whose mail address must be the given one.
    Person(String, Option<String>),
    /// That of a name; of an edition, where one is given.
    Named(String, Option<i64>),
    /// Two ways to name one row.
    Both(Box<Self>, Pk),
}

/// An id: a whole number or its text.
pub fn pk(value: &Value) -> std::result::Result<Pk, String> {
    let digits = match value {
        Value::Int(digits) => Some(digits.as_str()),
        Value::Text(text) => Some(text.trim()),
        _ => None,
    };
    let is_whole = |text: &&str| {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    match digits.filter(is_whole) {
        // No row has an id of this size.
        Some(digits) => Ok((value.shown(), digits.parse().unwrap_or(-1))),
        None => Err(format!("Incorrect type. Expected pk value, received {}.", value.type_name())),
    }
}

/// What is said of an id that no row has.
pub fn no_pk(shown: &str) -> String {
    format!("Invalid pk \"{shown}\" - object does not exist.")
}

fn nobody(field: &str, value: &str) -> String {
    format!("Object with {field}={value} does not exist.")
}

fn said(text: impl Into<String>) -> Json {
    json!([text.into()])
}

fn within(key: &str, fault: Json) -> Json {
    let mut members = Map::new();
    members.insert(key.to_owned(), fault);
    Json::Object(members)
}

/// Reads a nested object.
pub fn nested(target: &Target, value: &Value) -> std::result::Result<Wanted, Json> {
    let Value::Object(_) = value else { return Err(within("non_field_errors", said(no_object(value)))) };
    if target.noun == "User" {
        return person(value);
    }
    if let Some(id) = value.get("id").filter(|id| **id != Value::Null) {
        return pk(id).map(Wanted::NestedId).map_err(|text| within("id", said(text)));
    }
    let name = name_in(value, "name", 255).map_err(|text| within("name", said(text)))?;
    let edition = match value.get("version").filter(|_| target.names[1] == "edition") {
        None | Some(Value::Null) => None,
        Some(version) => Some(integer(version).map_err(|text| within("version", said(text)))?),
    };
    Ok(Wanted::Named(name, edition))
}

/// Most characters of a text that may be a whole number.
const DIGITS: usize = 1_000;

/// A whole number: as one, without a fraction, or as text; else what is wrong with it (contract 5.4).
pub fn integer(value: &Value) -> std::result::Result<i64, &'static str> {
    let text = match value {
        Value::Int(digits) => digits.clone(),
        Value::Float(_) => value.shown(),
        Value::Text(text) if text.chars().count() > DIGITS => return Err("String value too large."),
        Value::Text(text) => text.clone(),
        _ => return Err(NO_INTEGER),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    if !fraction.bytes().all(|byte| byte == b'0') {
        return Err(NO_INTEGER);
    }
    whole.parse().map_err(|_| NO_INTEGER)
}

const NO_INTEGER: &str = "A valid integer is required.";

fn name_in(object: &Value, key: &str, most: usize) -> std::result::Result<String, String> {
    let name = match object.get(key) {
        None => return Err(REQUIRED.to_owned()),
        Some(Value::Null) => return Err(NULL.to_owned()),
        Some(value) => string_of(value)?,
    };
    let name = name.trim();
    if name.is_empty() {
        Err("This field may not be blank.".to_owned())
    } else if name.contains('\0') {
        Err("Null characters are not allowed.".to_owned())
    } else if name.chars().count() > most {
        Err(format!("Ensure this field has no more than {most} characters."))
    } else {
        Ok(name.to_owned())
    }
}

fn person(value: &Value) -> std::result::Result<Wanted, Json> {
    let mut faults = Map::new();
    let username = name_in(value, "username", 150).map_err(|text| faults.insert("username".to_owned(), said(text)));
    let email = match value.get("email") {
        None => Ok(String::new()),
        Some(Value::Null) => Err(NULL.to_owned()),
        Some(email) => string_of(email).map_err(str::to_owned).and_then(|email| {
            let email = email.trim();
            if email.chars().count() > 254 {
                Err("Ensure this field has no more than 254 characters.".to_owned())
            } else if email.is_empty() || is_mail(email) {
                Ok(email.to_owned())
            } else {
                Err("Enter a valid email address.".to_owned())
            }
        }),
    };
    let email = email.map_err(|text| faults.insert("email".to_owned(), said(text)));
    match (username, email) {
        (Ok(username), Ok(email)) => Ok(Wanted::Person(username, Some(email).filter(|email| !email.is_empty()))),
        _ => Err(Json::Object(faults)),
    }
}

/// Reads an address; none for an empty one.
pub fn linked(target: &Target, value: &Value) -> std::result::Result<Option<Wanted>, String> {
    let Value::Text(text) = value else {
        return Err(format!("Incorrect type. Expected URL string, received {}.", value.type_name()));
    };
    if text.is_empty() {
        return Ok(None);
    }
    let path = match text.split_once("://") {
        Some(("http" | "https", rest)) => rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or_default(),
        Some(_) => "",
        None => text.as_str(),
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut parts = path.split('/');
    let (Some(""), Some(segment), Some(id), Some(""), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("Invalid hyperlink - No URL match.".to_owned());
    };
    if super::resource::find(segment).is_none() {
        return Err("Invalid hyperlink - No URL match.".to_owned());
    }
    if segment != target.path {
        return Err("Invalid hyperlink - Incorrect URL match.".to_owned());
    }
    Ok(Some(Wanted::Linked(super::route::id(id).unwrap_or(-1))))
}

/// Reads a row that is named by a nested object or by an id beside it.
pub fn either(
    member: &Member,
    (target, id_key): (&'static Target, &'static str),
    (object, is_form): (&Value, bool),
) -> std::result::Result<Option<Got>, Vec<(&'static str, Json)>> {
    let mut faults = Vec::new();
    // A field of a form that was left empty is as if it were not there.
    let given = |key: &str| {
        object.get(key).filter(|value| !is_form || !matches!(value, Value::Text(text) if text.trim().is_empty()))
    };
    let nested = match given(member.key) {
        None => None,
        Some(Value::Null) => {
            faults.push((member.key, said(NULL)));
            None
        }
        Some(value) => nested(target, value).map_err(|fault| faults.push((member.key, fault))).ok(),
    };
    let id = match given(id_key) {
        None => None,
        Some(Value::Null) => {
            faults.push((id_key, said(NULL)));
            None
        }
        Some(value) => pk(value).map_err(|text| faults.push((id_key, said(text)))).ok(),
    };
    if !faults.is_empty() {
        return Err(faults);
    }
    match (nested, id) {
        (None, None) if member.required => Err(vec![(member.key, said(REQUIRED))]),
        (None, None) => Ok(None),
        (Some(nested), None) => Ok(Some(Got::Row(target, nested))),
        (None, Some(id)) => Ok(Some(Got::Row(target, Wanted::Id(id)))),
        (Some(nested), Some(id)) => Ok(Some(Got::Row(target, Wanted::Both(Box::new(nested), id)))),
    }
}

/// The rows of a target that were named.
#[derive(Debug)]
pub struct Known {
    target: &'static Target,
    rows: Arc<Level>,
}

/// Looks up the rows that are named, one statement for each target.
pub async fn look_up<'w>(cx: &Cx, wanted: impl Iterator<Item = (&'static Target, &'w Wanted)>) -> Result<Vec<Known>> {
    let mut sought: Vec<(&'static Target, Vec<Cell>, Vec<Cell>)> = Vec::new();
    for (target, wanted) in wanted {
        let place = sought.iter().position(|(known, ..)| std::ptr::eq(*known, target));
        let place = place.unwrap_or_else(|| {
            sought.push((target, Vec::new(), Vec::new()));
            sought.len() - 1
        });
        if let Some((_, ids, names)) = sought.get_mut(place) {
            gather(wanted, ids, names);
        }
    }
    let mut known = Vec::new();
    for (target, ids, names) in sought {
        let noun = model().noun(target.noun).ok_or(Error::Internal)?;
        let [name, second] = target.names;
        let named = Expr::Or(vec![at(noun, "legacyId", Test::In(ids)), at(noun, name, Test::In(names))]);
        let ask = Ask {
            expr: Expr::all([(target.rows)(noun), named]),
            order: Vec::new(),
            window: Window::default(),
            rows: true,
            total: false,
            cursors: false,
        };
        let fields = ["uuid", name, second];
        let fields = fields.iter().filter_map(|name| noun.find_field(name)).map(|(index, _)| index).collect();
        let select = Select { fields, ..Select::default() };
        let rows = ask::answer(cx, Question { noun, ask, select, guard: None }).await?;
        known.push(Known { target, rows });
    }
    Ok(known)
}

fn gather(wanted: &Wanted, ids: &mut Vec<Cell>, names: &mut Vec<Cell>) {
    match wanted {
        Wanted::Nothing => {}
        Wanted::Id((_, id)) | Wanted::NestedId((_, id)) | Wanted::Linked(id) => ids.push((*id).into()),
        Wanted::Person(name, _) | Wanted::Named(name, _) => names.push(name.as_str().into()),
        Wanted::Both(nested, (_, id)) => {
            ids.push((*id).into());
            gather(nested, ids, names);
        }
    }
}

/// The row that is wanted, or what is said of which key.
pub fn resolve(member: &Member, target: &Target, wanted: &Wanted, known: &[Known]) -> Resolved {
    let Some(known) = known.iter().find(|known| std::ptr::eq(known.target, target)) else { return Ok(None) };
    let by_id = |id: i64| known.rows.rows.iter().find(|row| row.first().and_then(Cell::as_int) == Some(id));
    let uuid = |row: &[Cell]| row.get(1).and_then(Cell::as_uuid);
    let key = member.key;
    let id_key = if let Kind::Either(_, id_key) = member.kind { id_key } else { key };
    match wanted {
        Wanted::Nothing => Ok(None),
        Wanted::Id((shown, id)) => by_id(*id).map(uuid).ok_or_else(|| (id_key.to_owned(), said(no_pk(shown)))),
        Wanted::NestedId((shown, id)) => {
            by_id(*id).map(uuid).ok_or_else(|| (key.to_owned(), within("id", said(no_pk(shown)))))
        }
        Wanted::Linked(id) => {
            by_id(*id).map(uuid).ok_or_else(|| (key.to_owned(), said("Invalid hyperlink - Object does not exist.")))
        }
        Wanted::Person(username, email) => {
            let row = named(known, username).next();
            let row = row.ok_or_else(|| (key.to_owned(), within("username", said(nobody("username", username)))))?;
            let own = row.get(3).and_then(Cell::as_str).unwrap_or_default().to_lowercase();
            match email {
                Some(email) if email.to_lowercase() != own => {
                    Err((key.to_owned(), within("email", said(nobody("email", email)))))
                }
                _ => Ok(uuid(row)),
            }
        }
        Wanted::Named(name, edition) => {
            let rows: Vec<&[Cell]> = named(known, name).collect();
            let found = if target.names[1] == "edition" {
                let number = |row: &&&[Cell]| row.get(3).and_then(Cell::as_int);
                rows.iter()
                    .filter(|row| edition.is_none_or(|edition| number(row) == Some(edition)))
                    .max_by_key(|row| number(row))
            } else if rows.len() > 1 {
                let text = format!("More than one object with name={name} exists; send id.");
                return Err((key.to_owned(), within("name", said(text))));
            } else {
                rows.first()
            };
            let row = found.ok_or_else(|| (key.to_owned(), within("name", said(nobody("name", name)))))?;
            Ok(uuid(row))
        }
        Wanted::Both(nested, id) => {
            let first = resolve(member, target, nested, std::slice::from_ref(known))?;
            let second = resolve(member, target, &Wanted::Id(id.clone()), std::slice::from_ref(known))?;
            if first == second {
                return Ok(first);
            }
            Err(("non_field_errors".to_owned(), said(format!("{key} and {id_key} name different objects."))))
        }
    }
}

/// The row's identifier, or the key and what is said of it.
pub type Resolved = std::result::Result<Option<Uuid>, (String, Json)>;

fn named<'k>(known: &'k Known, name: &'k str) -> impl Iterator<Item = &'k [Cell]> {
    known.rows.rows.iter().filter(move |row| row.get(2).and_then(Cell::as_str) == Some(name))
}

/// The second name of the row with an id, among those that were looked up.
pub fn second(known: &[Known], target: &'static Target, id: i64) -> Option<Cell> {
    let known = known.iter().find(|known| std::ptr::eq(known.target, target))?;
    let row = known.rows.rows.iter().find(|row| row.first().and_then(Cell::as_int) == Some(id))?;
    row.get(3).cloned()
}
