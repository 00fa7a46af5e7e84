//! One statement on its way to the store, and the rows that come back.

use crate::domain::cell::{Cell, Kind};

/// A bound value: one cell, or a list that is sent as one array so that a statement's text does not depend on its length.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// One value.
    One(Kind, Cell),
    /// Many values of one kind.
    Many(Kind, Vec<Cell>),
}

impl Arg {
    /// A whole number of 64 bits.
    pub fn long(value: i64) -> Self {
        Self::One(Kind::Long, Cell::Int(value))
    }

    /// Text.
    pub fn text(value: impl Into<String>) -> Self {
        Self::One(Kind::Text, Cell::Text(value.into()))
    }

    /// A list of ids.
    pub fn longs(values: impl IntoIterator<Item = i64>) -> Self {
        Self::Many(Kind::Long, values.into_iter().map(Cell::Int).collect())
    }

    /// One value of `kind`.
    pub fn one(kind: Kind, cell: impl Into<Cell>) -> Self {
        Self::One(kind, cell.into())
    }
}

/// Text with numbered places `$1`, `$2`, ... on both stores, what stands in them, and the kinds of the columns it gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statement {
    /// The SQL.
    pub sql: String,
    /// The bound values, in the order of their places.
    pub args: Vec<Arg>,
    /// Kinds of the result's columns; empty for a statement that gives none.
    pub columns: Vec<Kind>,
}

impl Statement {
    /// A statement from its parts.
    pub fn new(sql: impl Into<String>, args: Vec<Arg>, columns: Vec<Kind>) -> Self {
        Self { sql: sql.into(), args, columns }
    }
}

/// The rows of one answer, their cells in one run of memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    width: usize,
    cells: Vec<Cell>,
}

impl Rows {
    /// An empty answer of `width` columns.
    pub fn new(width: usize) -> Self {
        Self { width, cells: Vec::new() }
    }

    /// Makes room for `rows` more rows.
    pub fn reserve(&mut self, rows: usize) {
        self.cells.reserve(rows * self.width);
    }

    /// Adds the next cell of the row that is being filled.
    pub fn push(&mut self, cell: Cell) {
        self.cells.push(cell);
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.cells.len().checked_div(self.width).unwrap_or_default()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// One row, or none past the end.
    pub fn row(&self, index: usize) -> &[Cell] {
        self.cells.get(index * self.width..(index + 1) * self.width).unwrap_or_default()
    }

    /// One cell; null past the end.
    pub fn cell(&self, row: usize, column: usize) -> &Cell {
        self.cells.get(row * self.width + column).unwrap_or(&Cell::Null)
    }

    /// Moves a row's cells to the end of another answer of the same width, and leaves null behind.
    pub fn give(&mut self, index: usize, to: &mut Self) {
        let cells = self.cells.get_mut(index * self.width..(index + 1) * self.width).unwrap_or_default();
        to.cells.extend(cells.iter_mut().map(|cell| std::mem::replace(cell, Cell::Null)));
    }

    /// All rows in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &[Cell]> + ExactSizeIterator {
        self.cells.chunks(self.width.max(1))
    }

    /// Adds the rows of another answer of the same width.
    pub fn append(&mut self, mut other: Self) {
        self.cells.append(&mut other.cells);
    }

    /// Turns the order of the rows around.
    pub fn reverse(&mut self) {
        let reversed: Vec<Cell> = self.iter().rev().flatten().cloned().collect();
        self.cells = reversed;
    }

    /// Keeps the first `rows` rows.
    pub fn truncate(&mut self, rows: usize) {
        self.cells.truncate(rows * self.width);
    }
}
