//! One row as it stands in the store, with all its columns.

use uuid::Uuid;

use super::super::cell::Cell;
use super::super::describe::Noun;
use super::super::error::{Error, Result};
use super::super::trail::Shape;

/// One row.
#[derive(Clone, Debug)]
pub struct Record {
    /// What it is a row of.
    pub noun: &'static Noun,
    /// `id`.
    pub id: i64,
    /// `uuid`.
    pub uuid: Uuid,
    cells: Vec<Cell>,
}

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        self.noun.name == other.noun.name && self.cells == other.cells
    }
}

impl Record {
    /// A row whose cells stand in the order of the noun's columns.
    pub fn new(noun: &'static Noun, cells: Vec<Cell>) -> Result<Self> {
        let mut record = Self { noun, id: 0, uuid: Uuid::nil(), cells };
        record.id = record.number("id").ok_or(Error::Internal)?;
        record.uuid = record.cell("uuid").as_uuid().ok_or(Error::Internal)?;
        Ok(record)
    }

    /// The value of a column; null for one that it does not have.
    pub fn cell(&self, column: &str) -> &Cell {
        let at = self.noun.columns.iter().position(|(name, _)| *name == column);
        at.and_then(|at| self.cells.get(at)).unwrap_or(&Cell::Null)
    }

    /// The whole number in a column.
    pub fn number(&self, column: &str) -> Option<i64> {
        self.cell(column).as_int()
    }

    /// The text in a column; empty where there is none.
    pub fn text(&self, column: &str) -> &str {
        self.cell(column).as_str().unwrap_or_default()
    }

    /// Whether a column has a value.
    pub fn has(&self, column: &str) -> bool {
        !self.cell(column).is_null()
    }

    /// The row as the trail keeps it.
    pub fn snapshot(&self) -> String {
        let shape = Shape::of_noun(self.noun);
        let cells: Vec<Cell> = shape.names().map(|name| self.cell(name).clone()).collect();
        shape.text(&cells)
    }
}
