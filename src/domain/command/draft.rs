//! A record that is being made or changed.

use indexmap::IndexMap;
use uuid::Uuid;

use super::order::Order;
use super::record::Record;
use crate::domain::cell::Cell;
use crate::domain::describe::Noun;
use crate::domain::error::{Error, Fault, Result};

/// Rows of a joining table: its name, its columns for this record and the other, and the ids of the others.
pub type Links = ((&'static str, &'static str, &'static str), Vec<i64>);

/// A record that is being made or changed.
#[derive(Debug)]
pub struct Draft<'o> {
    /// What it is.
    pub noun: &'static Noun,
    /// The record as it stands; none for a new one.
    pub before: Option<Record>,
    /// What was asked for.
    pub order: &'o Order,
    /// The record it is a line of.
    pub parent: Option<Uuid>,
    /// What it is joined to.
    pub links: Vec<Links>,
    columns: IndexMap<&'static str, Cell>,
    faults: Vec<Fault>,
}

impl<'o> Draft<'o> {
    /// A draft without a value.
    pub fn new(noun: &'static Noun, before: Option<Record>, order: &'o Order) -> Self {
        let faults = order.faults.clone();
        Self { noun, before, order, parent: None, links: Vec::new(), columns: IndexMap::new(), faults }
    }

    /// The value of a column as it is going to be.
    pub fn cell(&self, column: &str) -> &Cell {
        self.columns
            .get(column)
            .or_else(|| self.before.as_ref().map(|record| record.cell(column)))
            .unwrap_or(&Cell::Null)
    }

    /// The whole number in a column as it is going to be.
    pub fn number(&self, column: &str) -> Option<i64> {
        self.cell(column).as_int()
    }

    /// The text in a column as it is going to be; empty where there is none.
    pub fn text(&self, column: &str) -> &str {
        self.cell(column).as_str().unwrap_or_default()
    }

    /// Whether it is a new record.
    pub fn is_new(&self) -> bool {
        self.before.is_none()
    }

    /// Whether a value was given for a column.
    pub fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// Whether a column gets another value than it has.
    pub fn changes(&self, column: &str) -> bool {
        let Some(cell) = self.columns.get(column) else { return false };
        self.before.as_ref().is_none_or(|record| record.cell(column) != cell)
    }

    /// Gives a column a value.
    pub fn set(&mut self, column: &'static str, cell: impl Into<Cell>) {
        self.columns.insert(column, cell.into());
    }

    /// Gives a column a value where none was given.
    pub fn default(&mut self, column: &'static str, cell: impl Into<Cell>) {
        if !self.has(column) {
            self.set(column, cell);
        }
    }

    /// Says what is wrong with a given value.
    pub fn fault(&mut self, field: &str, code: &'static str, message: impl Into<String>) {
        self.faults.push(Fault { code, ..Fault::field(field, message) });
    }

    /// Adds what was found wrong elsewhere.
    pub fn extend(&mut self, faults: impl IntoIterator<Item = Fault>) {
        self.faults.extend(faults);
    }

    /// Refuses it where anything is wrong with it: everything that is, at once.
    pub fn sound(&mut self) -> Result<()> {
        if self.faults.is_empty() { Ok(()) } else { Err(Error::Invalid(std::mem::take(&mut self.faults))) }
    }

    /// The columns whose values differ from those of the record.
    pub fn changed(&self) -> Vec<(&'static str, Cell)> {
        self.columns
            .iter()
            .filter(|(column, _)| self.changes(column))
            .map(|(column, cell)| (*column, cell.clone()))
            .collect()
    }
}
