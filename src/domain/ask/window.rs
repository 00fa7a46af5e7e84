//! Which part of an ordered list is asked for, and the cursor that names a place in it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::sql::Sql;
use crate::domain::cell::{Cell, Kind};
use crate::domain::describe::{Field, Noun};
use crate::domain::error::{Error, Result};

/// One step of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderBy {
    /// Position of the field in its noun.
    pub field: usize,
    /// From the greatest down. A missing value counts as the greatest.
    pub descending: bool,
    /// A missing value comes last whichever way the order goes. For numbered pages: no cursor is made of such an order.
    pub absent_last: bool,
}

impl OrderBy {
    /// A step that knows cursors.
    pub fn new(field: usize, descending: bool) -> Self {
        Self { field, descending, absent_last: false }
    }

    /// The same with missing values last.
    #[must_use]
    pub fn absent_last(self) -> Self {
        Self { absent_last: true, ..self }
    }
}

/// A part of an ordered list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Window {
    /// At most so many rows; all of them without it.
    pub limit: Option<usize>,
    /// Counted from the end of the list.
    pub backward: bool,
    /// Only rows behind this place.
    pub after: Option<Cursor>,
    /// Only rows before this place.
    pub before: Option<Cursor>,
    /// So many rows of the list are passed over first; what a surface with numbered pages asks for.
    pub offset: Option<u64>,
}

/// A place in an order: the values a row was ordered by, and its id.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    values: Vec<Cell>,
    id: i64,
}

/// An order by the names of fields, descending where true.
pub fn named_order(noun: &Noun, names: &[(&str, bool)]) -> Vec<OrderBy> {
    let step =
        |(name, descending): &(&str, bool)| noun.find_field(name).map(|(field, _)| OrderBy::new(field, *descending));
    names.iter().filter_map(step).collect()
}

/// The order of a list, the noun's own where none is asked for. The row's id always ends it, so no two rows are equal.
pub fn order_of(noun: &Noun, order: &[OrderBy]) -> Vec<OrderBy> {
    if order.is_empty() { named_order(noun, &noun.order) } else { order.to_vec() }
}

impl Cursor {
    /// The place of a row.
    pub fn new(values: Vec<Cell>, id: i64) -> Self {
        Self { values, id }
    }

    /// The cursor as text, bound to the order it was made for.
    pub fn encode(&self, noun: &Noun, order: &[OrderBy]) -> String {
        let mut payload = self.id.to_string();
        for value in &self.values {
            payload.push('\u{1f}');
            match value {
                Cell::Null => payload.push('-'),
                Cell::Bool(value) => payload.push_str(if *value { "+1" } else { "+0" }),
                Cell::Int(value) => payload.push_str(&format!("+{value}")),
                Cell::Float(value) => payload.push_str(&format!("+{}", value.to_bits())),
                Cell::Text(value) | Cell::Json(value) => payload.push_str(&format!("+{}", escape(value))),
                Cell::Uuid(value) => payload.push_str(&format!("+{value}")),
                Cell::Time(value) => payload.push_str(&format!("+{}", value.timestamp_micros())),
                Cell::Date(value) => payload.push_str(&format!("+{value}")),
                Cell::Decimal(value) => payload.push_str(&format!("+{value}")),
            }
        }
        let mut bytes = seal(noun, order, payload.as_bytes()).to_vec();
        bytes.extend_from_slice(payload.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor that was made for this order; anything else is refused.
    pub fn decode(text: &str, noun: &Noun, order: &[OrderBy]) -> Result<Self> {
        let refusal = || Error::invalid("cursor", "is not a cursor of this list in this order");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| refusal())?;
        let (found, payload) = bytes.split_at_checked(SEAL).ok_or_else(refusal)?;
        if found != seal(noun, order, payload) {
            return Err(refusal());
        }
        let payload = std::str::from_utf8(payload).map_err(|_| refusal())?;
        let mut parts = payload.split('\u{1f}');
        let id = parts.next().and_then(|id| id.parse().ok()).ok_or_else(refusal)?;
        let values = order
            .iter()
            .map(|step| {
                let field = noun.fields.get(step.field).ok_or_else(refusal)?;
                let part = parts.next().ok_or_else(refusal)?;
                match part.strip_prefix('+') {
                    None => Ok(Cell::Null),
                    Some(part) => parse(field.kind, part).ok_or_else(refusal),
                }
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { values, id })
    }
}

fn escape(text: &str) -> String {
    text.replace('\u{1e}', "\u{1e}e").replace('\u{1f}', "\u{1e}f")
}

fn unescape(text: &str) -> String {
    text.replace("\u{1e}f", "\u{1f}").replace("\u{1e}e", "\u{1e}")
}

const SEAL: usize = 6;

fn seal(noun: &Noun, order: &[OrderBy], payload: &[u8]) -> [u8; SEAL] {
    let mut hash = Sha256::new();
    hash.update(noun.name);
    for step in order {
        hash.update(noun.fields.get(step.field).map_or("", |field| field.name));
        hash.update([b'|', u8::from(step.descending)]);
    }
    hash.update(payload);
    let mut seal = [0; SEAL];
    for (to, from) in seal.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    seal
}

fn parse(kind: Kind, text: &str) -> Option<Cell> {
    Some(match kind {
        Kind::Bool => Cell::Bool(text == "1"),
        Kind::Int | Kind::Long => Cell::Int(text.parse().ok()?),
        Kind::Float => Cell::Float(f64::from_bits(text.parse().ok()?)),
        Kind::Text => Cell::Text(unescape(text)),
        Kind::Json => Cell::Json(unescape(text)),
        Kind::Uuid => Cell::Uuid(Uuid::parse_str(text).ok()?),
        Kind::Time => Cell::Time(DateTime::<Utc>::from_timestamp_micros(text.parse().ok()?)?),
        Kind::Date => Cell::Date(text.parse::<NaiveDate>().ok()?),
        Kind::Decimal => Cell::Decimal(text.parse::<Decimal>().ok()?),
    })
}

/// On which side of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Behind it in the list's order.
    After,
    /// Before it.
    Before,
}

/// Writes the condition that a row stands on one side of a place.
pub fn write_side(noun: &Noun, order: &[OrderBy], cursor: &Cursor, side: Side, alias: &str, sql: &mut Sql) {
    let descending_id = order.last().is_some_and(|step| step.descending);
    let steps: Vec<(&Field, bool, &Cell)> = order
        .iter()
        .zip(&cursor.values)
        .filter_map(|(step, value)| {
            let rising = step.descending == (side == Side::Before);
            noun.fields.get(step.field).map(|field| (field, rising, value))
        })
        .collect();
    let id_rising = descending_id == (side == Side::Before);
    // One comparison of rows uses an index on (field, id) as a whole.
    if let [(field, rising, value)] = steps.as_slice()
        && !field.nullable
        && *rising == id_rising
    {
        sql.push("(").field(alias, field).push(", ").column(alias, "id");
        sql.push(if id_rising { ") > (" } else { ") < (" });
        sql.value(field.kind, (*value).clone()).push(", ").value(Kind::Long, Cell::Int(cursor.id)).push(")");
        return;
    }
    for (field, rising, value) in &steps {
        sql.push("(");
        write_beyond(field, *rising, value, alias, sql);
        sql.push(" OR (");
        if value.is_null() {
            sql.field(alias, field).push(" IS NULL");
        } else {
            sql.field(alias, field).push(" = ").value(field.kind, (*value).clone());
        }
        sql.push(" AND ");
    }
    sql.column(alias, "id").push(if id_rising { " > " } else { " < " }).value(Kind::Long, Cell::Int(cursor.id));
    for _ in &steps {
        sql.push("))");
    }
}

fn write_beyond(field: &Field, rising: bool, value: &Cell, alias: &str, sql: &mut Sql) {
    match (rising, value.is_null()) {
        (true, true) => {
            sql.push("1 = 0");
        }
        (true, false) => {
            sql.push("(").field(alias, field).push(" > ").value(field.kind, value.clone());
            sql.push(" OR ").field(alias, field).push(" IS NULL)");
        }
        (false, true) => {
            sql.field(alias, field).push(" IS NOT NULL");
        }
        (false, false) => {
            sql.field(alias, field).push(" < ").value(field.kind, value.clone());
        }
    }
}

/// Writes `ORDER BY` without the words: the steps, then the id; turned around for a window counted from the end.
pub fn write_order(noun: &Noun, order: &[OrderBy], backward: bool, alias: &str, sql: &mut Sql) {
    for step in order {
        let Some(field) = noun.fields.get(step.field) else { continue };
        let descending = step.descending != backward;
        sql.field(alias, field);
        sql.push(match (descending, field.nullable) {
            (false, false) => " ASC, ",
            (true, false) => " DESC, ",
            (false, true) => " ASC NULLS LAST, ",
            (true, true) if step.absent_last => " DESC NULLS LAST, ",
            (true, true) => " DESC NULLS FIRST, ",
        });
    }
    let descending = order.last().is_some_and(|step| step.descending) != backward;
    sql.column(alias, "id").push(if descending { " DESC" } else { " ASC" });
}
