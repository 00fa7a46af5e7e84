//! One value that a command takes.

use crate::domain::cell::Kind;
use crate::domain::describe::{Enumeration, Field, Link, Noun, Source};
use crate::domain::model::model;

/// Where a value goes.
#[derive(Clone, Copy, Debug)]
pub enum Slot {
    /// Into a column of the record, as a value of this field.
    Field(&'static Field, &'static str),
    /// Into a column of the record, as the row of another noun that it refers to.
    One(&'static Noun, &'static str),
    /// Into a joining table: its name, its column for this record and the one for the other.
    Many(&'static Noun, (&'static str, &'static str, &'static str)),
    /// To the command itself, as a value of a kind.
    Extra(Kind),
    /// To the command itself, as a word of a set.
    Word(Enumeration),
    /// To the command itself, as a row of another noun.
    Row(&'static Noun),
    /// To the command itself, as rows of another noun.
    Rows(&'static Noun),
    /// To the command itself, as a list of objects that take these values.
    Items(&'static str, &'static [Entry]),
    /// To the command itself, as a word that is hashed before it gets here.
    Password,
}

/// What is asked of a value beside its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Text of one line, with at most so many characters and no blanks around.
    Line(usize),
    /// Text of any lines, with at most so many characters.
    Prose(usize),
    /// Text of any characters that can be stored, at most so many.
    Verbatim(usize),
    /// A number between these, both included.
    Between(i64, i64),
    /// A JSON object.
    Object,
    /// A JSON array.
    Array,
    /// An absolute address of http or https.
    Address,
    /// Nothing.
    Free,
}

/// One value that a command takes.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Public name.
    pub name: &'static str,
    /// Description for the API's reader.
    pub doc: &'static str,
    /// Where it goes.
    pub slot: Slot,
    /// What is asked of it.
    pub check: Check,
    /// A new record must have it.
    pub required: bool,
    /// It may be taken away: null is a value.
    pub nullable: bool,
    /// It can be given for a new record.
    pub on_create: bool,
    /// It can be changed.
    pub on_update: bool,
}

/// Longest JSON value in bytes.
pub const JSON_BYTES: usize = 65_536;

impl Entry {
    fn new(name: &'static str, doc: &'static str, slot: Slot) -> Self {
        Self { name, doc, slot, check: Check::Free, required: false, nullable: true, on_create: true, on_update: true }
    }

    /// The value of a field of `noun`.
    pub fn field(noun: &'static Noun, name: &str) -> Option<Self> {
        let (_, field) = noun.find_field(name)?;
        let Source::Column(column) = field.source else { return None };
        let check = match field.kind {
            _ if field.words.is_some() || field.list => Check::Free,
            Kind::Text if field.name.ends_with("Url") => Check::Address,
            Kind::Text => Check::Line(255),
            _ => Check::Free,
        };
        Some(Self { check, nullable: field.nullable, ..Self::new(field.name, field.doc, Slot::Field(field, column)) })
    }

    /// The row that a relation of `noun` leads to, or the rows.
    pub fn relation(noun: &'static Noun, name: &str) -> Option<Self> {
        let (_, relation) = noun.find_relation(name)?;
        let target = model().noun(relation.target)?;
        let (slot, ending) = match relation.link {
            Link::ToOne(column) => (Slot::One(target, column), "Id"),
            Link::Through(table, here, there) => (Slot::Many(target, (table, here, there)), "Ids"),
            _ => return None,
        };
        let singular = if ending == "Ids" { singular_of(name) } else { name.to_owned() };
        let name: &'static str = Box::leak(format!("{singular}{ending}").into_boxed_str());
        Some(Self { nullable: relation.nullable && ending == "Id", ..Self::new(name, relation.doc, slot) })
    }

    /// A value that is no column.
    pub fn extra(name: &'static str, doc: &'static str, slot: Slot) -> Self {
        let check = if let Slot::Extra(Kind::Text) = slot { Check::Line(255) } else { Check::Free };
        Self { check, ..Self::new(name, doc, slot) }
    }
}

fn singular_of(name: &str) -> String {
    match name.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => name
            .strip_suffix("es")
            .filter(|stem| stem.ends_with('s'))
            .or(name.strip_suffix('s'))
            .unwrap_or(name)
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::singular_of;

    #[test]
    fn a_list_of_ids_is_named_for_one() {
        assert_eq!(["categories", "statuses", "items"].map(singular_of), ["category", "status", "item"]);
    }
}
