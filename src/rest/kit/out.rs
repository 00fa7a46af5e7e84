//! JSON as it is written: members in their order, nothing in between.

use chrono::{DateTime, Utc};

use super::mask::Mask;
use crate::domain::cell::Cell;

/// What the writing of a request's values depends on beside the values.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The instant of the request.
    pub now: DateTime<Utc>,
    /// Scheme and authority that the client called.
    pub base_url: String,
    /// What stands between names that are written in a row.
    pub separator: String,
}

/// The cells a value is worked out of.
#[derive(Clone, Copy)]
pub struct Cells<'a> {
    row: &'a [Cell],
    at: &'a [usize],
}

impl<'a> Cells<'a> {
    /// The cells of a row at these columns.
    pub fn new(row: &'a [Cell], at: &'a [usize]) -> Self {
        Self { row, at }
    }

    /// One of them; null behind the last.
    pub fn get(&self, index: usize) -> &'a Cell {
        self.at.get(index).and_then(|column| self.row.get(*column)).unwrap_or(&Cell::Null)
    }

    /// Those from a place on.
    pub fn from(&self, index: usize) -> Self {
        Self { row: self.row, at: self.at.get(index..).unwrap_or_default() }
    }

    /// The first.
    pub fn first(&self) -> &'a Cell {
        self.get(0)
    }
}

/// JSON under way.
pub struct Out<'a> {
    /// The text so far.
    pub bytes: Vec<u8>,
    /// The terms of the request.
    pub terms: &'a Terms,
    /// What of JSON from outside is not shown.
    pub mask: Option<&'a Mask>,
}

impl<'a> Out<'a> {
    /// Nothing so far.
    pub fn new(terms: &'a Terms) -> Self {
        Self { bytes: Vec::with_capacity(4_096), terms, mask: None }
    }

    /// The same, not showing all of the JSON from outside.
    #[must_use]
    pub fn masked(self, mask: &'a Mask) -> Self {
        Self { mask: (!mask.is_empty()).then_some(mask), ..self }
    }

    /// JSON from outside, as it came in but for what is not shown.
    pub fn json(&mut self, text: &str) {
        match self.mask {
            Some(mask) => mask.write(text, &mut self.bytes),
            None => self.raw(text),
        }
    }

    /// The members of a JSON object from outside, among those of the object under way.
    pub fn members(&mut self, object: &str) {
        let inner = object.trim().strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or_default();
        if !inner.trim().is_empty() {
            self.comma();
            self.raw(inner);
        }
    }

    /// Text that is JSON already.
    pub fn raw(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// A string.
    pub fn text(&mut self, text: &str) {
        // Writing to memory does not fail.
        let _written = serde_json::to_writer(&mut self.bytes, text);
    }

    /// A value.
    pub fn value(&mut self, value: &impl serde::Serialize) {
        let _written = serde_json::to_writer(&mut self.bytes, value);
    }

    /// `null`.
    pub fn null(&mut self) {
        self.raw("null");
    }

    /// A whole number.
    pub fn number(&mut self, number: i64) {
        self.value(&number);
    }

    /// The comma between two members or elements, unless this is the first behind the opening bracket.
    pub fn comma(&mut self) {
        if !matches!(self.bytes.last(), Some(b'{' | b'[')) {
            self.raw(",");
        }
    }

    /// The name of a member, with what stands around it.
    pub fn key(&mut self, key: &str) {
        self.comma();
        self.text(key);
        self.raw(":");
    }
}
