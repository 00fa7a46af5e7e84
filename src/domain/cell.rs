//! One value of one column, as it travels between the store and the surfaces.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

/// The type of a column, which decides how a cell is bound, read, compared and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// True or false.
    Bool,
    /// A whole number of 32 bits: counts, months, ordinals.
    Int,
    /// A whole number of 64 bits: ids and sequences.
    Long,
    /// A double: latitude and longitude.
    Float,
    /// Text, compared by code point.
    Text,
    /// A UUID.
    Uuid,
    /// An instant in UTC with microseconds.
    Time,
    /// A calendar day.
    Date,
    /// An exact decimal with six fraction digits.
    Decimal,
    /// JSON, kept as the text that came in.
    Json,
}

/// One value. `Null` stands for the missing value of every kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// No value.
    Null,
    /// [`Kind::Bool`].
    Bool(bool),
    /// [`Kind::Int`] and [`Kind::Long`].
    Int(i64),
    /// [`Kind::Float`].
    Float(f64),
    /// [`Kind::Text`].
    Text(String),
    /// [`Kind::Uuid`].
    Uuid(Uuid),
    /// [`Kind::Time`].
    Time(DateTime<Utc>),
    /// [`Kind::Date`].
    Date(NaiveDate),
    /// [`Kind::Decimal`].
    Decimal(Decimal),
    /// [`Kind::Json`], as text.
    Json(String),
}

impl Cell {
    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The number of a whole-number cell.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The text of a text or JSON cell.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(value) | Self::Json(value) => Some(value),
            _ => None,
        }
    }

    /// The UUID of a UUID cell.
    pub fn as_uuid(&self) -> Option<Uuid> {
        match self {
            Self::Uuid(value) => Some(*value),
            _ => None,
        }
    }

    /// The instant of a time cell.
    pub fn as_time(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Time(value) => Some(*value),
            _ => None,
        }
    }

    /// The truth of a boolean cell.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }
}

/// RFC 3339 with six fraction digits and `Z`: the text of an instant wherever no contract says otherwise.
pub fn instant_text(instant: &DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Micros, true)
}

macro_rules! cell_from {
    ($($from:ty => $variant:ident),* $(,)?) => {$(
        impl From<$from> for Cell {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

cell_from!(bool => Bool, i64 => Int, i32 => Int, u32 => Int, f64 => Float, String => Text, &str => Text, Uuid => Uuid,
    DateTime<Utc> => Time, NaiveDate => Date, Decimal => Decimal);

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A JSON cell of a value.
pub fn json(value: &serde_json::Value) -> Cell {
    Cell::Json(value.to_string())
}
