//! What a command refuses, in the dialect's words: only what the members' own checks do not know.

use serde_json::{Map, Value as Json, json};

use crate::domain::error::{Error, Fault};
use crate::rest::auditcomply::member::{Kind, Member, NULL, REQUIRED};
use crate::rest::auditcomply::refusal::Refusal;

/// The key under which a client knows an entry.
pub fn key(members: &[Member], entry: &str) -> String {
    let found = members.iter().find(|member| member.entry == entry);
    found.map_or("non_field_errors", |member| member.key).to_owned()
}

/// A fault in words.
pub fn text(members: &[Member], fault: &Fault) -> String {
    let member = fault.path.last().and_then(|entry| members.iter().find(|member| member.entry == entry));
    let number = fault.message.split(' ').find(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    match (fault.code, number) {
        ("REQUIRED", _) if fault.message.contains("null") => NULL.to_owned(),
        ("REQUIRED", _) => REQUIRED.to_owned(),
        ("TOO_LONG", Some(most)) => format!("Ensure this field has no more than {most} characters."),
        ("OUT_OF_RANGE", _) => format!("Ensure this value {}.", fault.message.replacen("must be", "is", 1)),
        ("TAKEN", _) if member.is_some_and(|member| matches!(member.kind, Kind::Username(_))) => {
            "A user with that username already exists.".to_owned()
        }
        ("TAKEN", _) => "observation status with this name already exists.".to_owned(),
        ("NOT_FOUND" | "ARCHIVED", _) => "Object does not exist.".to_owned(),
        _ => {
            let mut letters = fault.message.chars();
            let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
            format!("{first}{}.", letters.as_str())
        }
    }
}

/// A refusal of a command.
pub fn worded(members: &[Member], error: Error) -> Refusal {
    let Error::Invalid(faults) = error else { return error.into() };
    let mut told: Map<String, Json> = Map::new();
    for fault in &faults {
        let key = key(members, fault.path.first().map_or("", String::as_str));
        let texts = told.entry(key).or_insert_with(|| json!([]));
        if let Some(texts) = texts.as_array_mut() {
            texts.push(text(members, fault).into());
        }
    }
    Refusal::Invalid(told)
}
