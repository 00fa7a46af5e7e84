//! A command as a surface gives it, and what comes of it.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use uuid::Uuid;

use super::super::cell::Cell;
use super::super::error::Fault;
use super::record::Record;

/// One given value.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// A value; null to take it away.
    Cell(Cell),
    /// The row that is referred to; none to refer to none.
    One(Option<Uuid>),
    /// The rows that are referred to.
    Many(Vec<Uuid>),
    /// Objects.
    Items(Vec<Values>),
}

/// Given values by the names of their entries.
pub type Values = IndexMap<&'static str, Given>;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// The record that is changed.
    pub target: Option<Uuid>,
    /// The version of it that the client saw.
    pub expected_version: Option<i64>,
    /// The given values.
    pub values: Values,
    /// What was found wrong with them so far.
    pub faults: Vec<Fault>,
    /// A repetition of the same key is answered, not carried out.
    pub once: Option<Once>,
}

/// What makes a repetition known.
#[derive(Clone, Debug)]
pub struct Once {
    /// The client's key.
    pub key: String,
    /// Hash of the command and its input: another input under the same key is refused.
    pub fingerprint: String,
}

/// What came of a command.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Done {
    /// The records it gives, in order.
    pub rows: Vec<Uuid>,
    /// Proofs that its events stand in the trail: organization, sequence and leaf hash in base64.
    pub receipts: Vec<(Uuid, i64, String)>,
    /// Values it gives beside, by name.
    pub values: BTreeMap<String, serde_json::Value>,
    /// The only record it gives, where that stands in the store as it was written here.
    #[serde(skip)]
    pub record: Option<Record>,
}

impl Done {
    /// One record.
    pub fn row(uuid: Uuid) -> Self {
        Self { rows: vec![uuid], ..Self::default() }
    }
}

impl Order {
    /// The cell given under a name.
    pub fn cell(&self, name: &str) -> Option<&Cell> {
        match self.values.get(name) {
            Some(Given::Cell(cell)) => Some(cell),
            _ => None,
        }
    }

    /// The text given under a name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.cell(name).and_then(Cell::as_str)
    }
}
