//! The JSON form of a record, described: its members in order, where their values come from and how they are written.
//! From the description come the question to the store, the bytes of the answer and the schema in the OpenAPI document.

use serde_json::Value as Json;

use super::out::{Cells, Out};

/// How a value is written.
#[derive(Clone, Copy, Debug)]
pub struct Write {
    /// Its JSON Schema, without the null that a member may have instead.
    pub schema: fn() -> Json,
    /// Writes it.
    pub run: fn(&mut Out<'_>, Cells<'_>),
}

/// The JSON form of the records of a noun.
#[derive(Clone, Debug)]
pub struct Form {
    /// Name in the OpenAPI document.
    pub name: &'static str,
    /// Name of the noun in the model.
    pub noun: &'static str,
    /// Its members, in order.
    pub members: Vec<Member>,
    /// What is read of each record and not shown, by paths of fields.
    pub beside: &'static [&'static str],
}

/// One member.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name.
    pub key: &'static str,
    /// What it says; empty where the model's own description says it.
    pub doc: &'static str,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it is left out where it would be null.
    pub left_out: bool,
    /// What it is.
    pub is: Is,
}

/// What a member is.
#[derive(Clone, Debug)]
pub enum Is {
    /// A value worked out of fields, named by their paths from the record: `name`, `asset.name`.
    Value(&'static [&'static str], Write),
    /// The record that a path of relations leads to, or null. Of several paths, the first that leads to one.
    One(Vec<(&'static str, &'static Form)>),
    /// The first of the records that refer to this one, or what a path leads to from there; or null.
    Sole(Many, &'static str),
    /// The records that refer to this one by a relation.
    Many(Many),
    /// The members of the JSON object that a field holds, each a member of this record; none where it is null.
    Members(&'static str),
    /// The same as an object: under each value of a member of theirs, in the order in which it first comes, a list.
    Map(Many, &'static str),
}

/// A list in a record.
#[derive(Clone, Debug)]
pub struct Many {
    /// The relation's name.
    pub relation: &'static str,
    /// Its order, descending where true; the id ends it.
    pub order: &'static [(&'static str, bool)],
    /// Which of them: a field of the other noun, and its word.
    pub only: Option<(&'static str, &'static str)>,
    /// The form of each.
    pub form: &'static Form,
}

impl Form {
    /// A form without members.
    pub fn of(name: &'static str, noun: &'static str) -> Self {
        Self { name, noun, members: Vec::new(), beside: &[] }
    }

    fn member(mut self, key: &'static str, nullable: bool, is: Is) -> Self {
        self.members.push(Member { key, doc: "", nullable, left_out: false, is });
        self
    }

    /// A value of fields that is always there.
    pub fn value(self, key: &'static str, from: &'static [&'static str], write: Write) -> Self {
        self.member(key, false, Is::Value(from, write))
    }

    /// A value of fields, or null: the first field says whether it is there.
    pub fn maybe(self, key: &'static str, from: &'static [&'static str], write: Write) -> Self {
        self.member(key, true, Is::Value(from, write))
    }

    /// A value of fields that is left out where the first field has none.
    pub fn optional(mut self, key: &'static str, from: &'static [&'static str], write: Write) -> Self {
        let is = Is::Value(from, write);
        self.members.push(Member { key, doc: "", nullable: false, left_out: true, is });
        self
    }

    /// The members of the JSON object that a field holds.
    pub fn spread(mut self, field: &'static str) -> Self {
        self.members.push(Member { key: "", doc: "", nullable: false, left_out: true, is: Is::Members(field) });
        self
    }

    /// The record that a path leads to, or null.
    pub fn one(self, key: &'static str, path: &'static str, form: &'static Self) -> Self {
        self.member(key, true, Is::One(vec![(path, form)]))
    }

    /// The record that the first of these paths leads to at which there is one, or null.
    pub fn any(self, key: &'static str, ways: &[(&'static str, &'static Self)]) -> Self {
        self.member(key, true, Is::One(ways.to_vec()))
    }

    /// The first record that refers to this one, or what a path leads to from there, in the form of `many`; or null.
    pub fn sole(self, key: &'static str, many: Many, path: &'static str) -> Self {
        self.member(key, true, Is::Sole(many, path))
    }

    /// Records that refer to this one.
    pub fn many(self, key: &'static str, many: Many) -> Self {
        self.member(key, false, Is::Many(many))
    }

    /// These fields are read, too: see [`super::Shape::beside`].
    pub fn beside(self, beside: &'static [&'static str]) -> Self {
        Self { beside, ..self }
    }

    /// Records that refer to this one, by the value of a member of their form that is written as text.
    pub fn map(self, key: &'static str, many: Many, by: &'static str) -> Self {
        self.member(key, false, Is::Map(many, by))
    }

    /// The last member is never null.
    pub fn present(mut self) -> Self {
        if let Some(member) = self.members.last_mut() {
            member.nullable = false;
        }
        self
    }

    /// All members of another form of the same noun.
    pub fn with(mut self, other: &Self) -> Self {
        self.members.extend(other.members.iter().cloned());
        self
    }

    /// What the last member says, in place of the model's description.
    pub fn doc(mut self, doc: &'static str) -> Self {
        if let Some(member) = self.members.last_mut() {
            member.doc = doc;
        }
        self
    }

    /// The members that `wanted` keeps, in their order.
    pub fn only(&self, wanted: impl Fn(&Member) -> bool) -> Self {
        let members = self.members.iter().filter(|member| wanted(member)).cloned().collect();
        Self { members, ..*self }
    }
}
