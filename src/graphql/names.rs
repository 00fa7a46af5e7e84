//! Names of the schema: types of values, global ids, enumeration values.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use crate::domain::cell::Kind;
use crate::domain::describe::{Enumeration, Field, Noun};
use crate::domain::model::model;

/// Greatest whole number that every JSON reader keeps exactly: 2^53 - 1.
pub const GREATEST_LONG: i64 = 9_007_199_254_740_991;

/// The named type of a field's value, or of its elements where it is a list.
pub fn type_of(field: &Field) -> &'static str {
    if let Some(words) = field.words {
        return words.name;
    }
    if field.list {
        return "String";
    }
    if field.kind == Kind::Text && field.name.ends_with("Url") { "URL" } else { scalar(field.kind) }
}

/// The scalar of a kind.
pub fn scalar(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "Boolean",
        Kind::Int => "Int",
        Kind::Long => "Long",
        Kind::Float => "Float",
        Kind::Text => "String",
        Kind::Uuid => "UUID",
        Kind::Time => "DateTime",
        Kind::Date => "Date",
        Kind::Decimal => "Decimal",
        Kind::Json => "JSON",
    }
}

/// `createdAt` as `CREATED_AT`.
pub fn screaming(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}

/// The value of a stored word in the schema.
pub fn value_of(word: &str) -> String {
    word.to_ascii_uppercase()
}

/// The stored word of a value in the schema.
pub fn word_of(words: &Enumeration, value: &str) -> Option<&'static str> {
    words.words.iter().map(|word| word.word).find(|word| word.eq_ignore_ascii_case(value) && value_of(word) == value)
}

/// The global id of a row (Relay, global object identification).
pub fn global_id(noun: &Noun, uuid: Uuid) -> String {
    STANDARD.encode(format!("{}:{}", noun.name, uuid.hyphenated()))
}

/// What a global id names; none when it is malformed or names no type of the schema.
pub fn read_global_id(id: &str) -> Option<(&'static Noun, Uuid)> {
    let text = String::from_utf8(STANDARD.decode(id).ok()?).ok()?;
    let (name, uuid) = text.split_once(':')?;
    let noun = model().noun(name)?;
    let uuid = Uuid::try_parse(uuid).ok()?;
    // One row, one id: the same bytes in another spelling are not an id.
    (global_id(noun, uuid) == id).then_some((noun, uuid))
}
