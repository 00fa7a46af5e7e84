//! What differs between the two stores when a value is bound or read.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use entity::Quantity;
use rust_decimal::Decimal;
use sqlx::postgres::{PgArguments, PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteRow};
use sqlx::{Arguments, Column, Row, TypeInfo};
use uuid::Uuid;

use super::statement::Arg;
use crate::domain::cell::{Cell, Kind};
use crate::domain::error::{Error, Result};

/// A store that values can be bound to and read from.
pub trait Engine: sqlx::Database {
    /// Binds all values of a statement.
    fn bind(args: &[Arg]) -> Result<Self::Arguments>;
    /// Reads one column of a row.
    fn read(row: &Self::Row, index: usize, kind: Kind) -> Result<Cell, sqlx::Error>;
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn refuse(cause: sqlx::error::BoxDynError) -> Error {
    Error::internal("bind", &cause)
}

/// The type of a bound value on PostgreSQL.
pub(in crate::domain) fn postgres_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "boolean",
        Kind::Int => "integer",
        Kind::Long => "bigint",
        Kind::Float => "double precision",
        Kind::Text | Kind::Json => "text",
        Kind::Uuid => "uuid",
        Kind::Time => "timestamptz",
        Kind::Date => "date",
        Kind::Decimal => "numeric",
    }
}

/// An instant as SQLite keeps it: always six fraction digits, so that the order of the texts is the order of time.
pub fn sqlite_instant(instant: &DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Micros, false)
}

/// What SQLite keeps of an exact decimal; one of more than six fraction digits is cut, and a comparison with it can
/// then not be exact, so inputs are refused before they come here.
fn millionths(value: Decimal) -> i64 {
    Quantity(value.trunc_with_scale(6)).to_millionths().unwrap_or(if value.is_sign_negative() {
        i64::MIN
    } else {
        i64::MAX
    })
}

macro_rules! pick {
    ($cell:expr, $variant:ident => $value:expr) => {
        match $cell {
            Cell::$variant(value) => Some(($value)(value)),
            _ => None,
        }
    };
}

impl Engine for Postgres {
    fn bind(args: &[Arg]) -> Result<PgArguments> {
        let mut bound = PgArguments::default();
        for arg in args {
            match arg {
                Arg::One(kind, cell) => match kind {
                    Kind::Bool => bound.add(pick!(cell, Bool => |v: &bool| *v)),
                    Kind::Int => bound.add(pick!(cell, Int => |v: &i64| i32::try_from(*v).unwrap_or(i32::MAX))),
                    Kind::Long => bound.add(pick!(cell, Int => |v: &i64| *v)),
                    Kind::Float => bound.add(pick!(cell, Float => |v: &f64| *v)),
                    Kind::Text => bound.add(pick!(cell, Text => |v: &String| v.clone())),
                    Kind::Uuid => bound.add(pick!(cell, Uuid => |v: &Uuid| *v)),
                    Kind::Time => bound.add(pick!(cell, Time => |v: &DateTime<Utc>| *v)),
                    Kind::Date => bound.add(pick!(cell, Date => |v: &NaiveDate| *v)),
                    Kind::Decimal => bound.add(pick!(cell, Decimal => |v: &Decimal| *v)),
                    // Bound as text: the statement casts it, which keeps the text as it came in.
                    Kind::Json => bound.add(pick!(cell, Json => |v: &String| v.clone())),
                },
                Arg::Many(kind, cells) => {
                    let cells = cells.iter();
                    match kind {
                        Kind::Bool => bound.add(cells.map(|c| pick!(c, Bool => |v: &bool| *v)).collect::<Vec<_>>()),
                        Kind::Int => bound.add(
                            cells
                                .map(|c| pick!(c, Int => |v: &i64| i32::try_from(*v).unwrap_or(i32::MAX)))
                                .collect::<Vec<_>>(),
                        ),
                        Kind::Long => bound.add(cells.map(|c| pick!(c, Int => |v: &i64| *v)).collect::<Vec<_>>()),
                        Kind::Float => bound.add(cells.map(|c| pick!(c, Float => |v: &f64| *v)).collect::<Vec<_>>()),
                        Kind::Text => {
                            bound.add(cells.map(|c| pick!(c, Text => |v: &String| v.clone())).collect::<Vec<_>>())
                        }
                        Kind::Uuid => bound.add(cells.map(|c| pick!(c, Uuid => |v: &Uuid| *v)).collect::<Vec<_>>()),
                        Kind::Time => {
                            bound.add(cells.map(|c| pick!(c, Time => |v: &DateTime<Utc>| *v)).collect::<Vec<_>>())
                        }
                        Kind::Date => {
                            bound.add(cells.map(|c| pick!(c, Date => |v: &NaiveDate| *v)).collect::<Vec<_>>())
                        }
                        Kind::Decimal => {
                            bound.add(cells.map(|c| pick!(c, Decimal => |v: &Decimal| *v)).collect::<Vec<_>>())
                        }
                        Kind::Json => {
                            bound.add(cells.map(|c| pick!(c, Json => |v: &String| v.clone())).collect::<Vec<_>>())
                        }
                    }
                }
            }
            .map_err(refuse)?;
        }
        Ok(bound)
    }

    fn read(row: &PgRow, index: usize, kind: Kind) -> Result<Cell, sqlx::Error> {
        Ok(match kind {
            Kind::Bool => row.try_get::<Option<bool>, _>(index)?.into(),
            Kind::Int if row.column(index).type_info().name() == "INT2" => {
                row.try_get::<Option<i16>, _>(index)?.map(i32::from).into()
            }
            Kind::Int => row.try_get::<Option<i32>, _>(index)?.into(),
            Kind::Long => row.try_get::<Option<i64>, _>(index)?.into(),
            Kind::Float => row.try_get::<Option<f64>, _>(index)?.into(),
            Kind::Text => row.try_get::<Option<String>, _>(index)?.into(),
            Kind::Uuid => row.try_get::<Option<Uuid>, _>(index)?.into(),
            Kind::Time => row.try_get::<Option<DateTime<Utc>>, _>(index)?.into(),
            Kind::Date => row.try_get::<Option<NaiveDate>, _>(index)?.into(),
            Kind::Decimal => row.try_get::<Option<Decimal>, _>(index)?.map(|value| value.normalize()).into(),
            Kind::Json => row.try_get::<Option<String>, _>(index)?.map_or(Cell::Null, Cell::Json),
        })
    }
}

impl Engine for Sqlite {
    fn bind(args: &[Arg]) -> Result<SqliteArguments> {
        let mut bound = SqliteArguments::default();
        for arg in args {
            match arg {
                Arg::One(_, cell) => match cell {
                    Cell::Null => bound.add(None::<i64>),
                    Cell::Bool(value) => bound.add(*value),
                    Cell::Int(value) => bound.add(*value),
                    Cell::Float(value) => bound.add(*value),
                    Cell::Text(value) | Cell::Json(value) => bound.add(value.clone()),
                    Cell::Uuid(value) => bound.add(*value),
                    Cell::Time(value) => bound.add(sqlite_instant(value)),
                    Cell::Date(value) => bound.add(value.to_string()),
                    Cell::Decimal(value) => bound.add(millionths(*value)),
                },
                Arg::Many(_, cells) => {
                    let list: Vec<serde_json::Value> = cells
                        .iter()
                        .map(|cell| match cell {
                            Cell::Null => serde_json::Value::Null,
                            Cell::Bool(value) => i64::from(*value).into(),
                            Cell::Int(value) => (*value).into(),
                            Cell::Float(value) => (*value).into(),
                            Cell::Text(value) | Cell::Json(value) => value.clone().into(),
                            Cell::Uuid(value) => value.simple().to_string().into(),
                            Cell::Time(value) => sqlite_instant(value).into(),
                            Cell::Date(value) => value.to_string().into(),
                            Cell::Decimal(value) => millionths(*value).into(),
                        })
                        .collect();
                    bound.add(serde_json::Value::Array(list).to_string())
                }
            }
            .map_err(refuse)?;
        }
        Ok(bound)
    }

    fn read(row: &SqliteRow, index: usize, kind: Kind) -> Result<Cell, sqlx::Error> {
        Ok(match kind {
            Kind::Bool => row.try_get::<Option<bool>, _>(index)?.into(),
            Kind::Int | Kind::Long => row.try_get::<Option<i64>, _>(index)?.into(),
            Kind::Float => row.try_get::<Option<f64>, _>(index)?.into(),
            Kind::Text => row.try_get::<Option<String>, _>(index)?.into(),
            Kind::Uuid => row.try_get::<Option<Uuid>, _>(index)?.into(),
            Kind::Time => row.try_get::<Option<DateTime<Utc>>, _>(index)?.into(),
            Kind::Date => row.try_get::<Option<NaiveDate>, _>(index)?.into(),
            Kind::Decimal => {
                row.try_get::<Option<i64>, _>(index)?.map(|value| Quantity::from_millionths(value).0.normalize()).into()
            }
            Kind::Json => row.try_get::<Option<String>, _>(index)?.map_or(Cell::Null, Cell::Json),
        })
    }
}
