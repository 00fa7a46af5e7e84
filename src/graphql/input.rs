//! From the values of a document to cells, filters, orders and windows of the domain.

use async_graphql::Value;
use chrono::{DateTime, NaiveDate, Timelike, Utc};
use entity::Quantity;
use indexmap::IndexMap;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::names::{self, GREATEST_LONG};
use crate::domain::ask::{Cursor, Expr, OrderBy, Test, Window};
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::micros;
use crate::domain::describe::{Field, Noun, Shape};
use crate::domain::error::{Error, Exceeded, Fault, Result};
use crate::domain::model::model;

/// What one filter may hold.
#[derive(Clone, Copy, Debug)]
pub struct FilterLimits {
    /// Conditions, all levels together.
    pub conditions: u64,
    /// Values of one `in` or `notIn`.
    pub values: usize,
}

impl Default for FilterLimits {
    fn default() -> Self {
        Self { conditions: 200, values: 1_000 }
    }
}

/// Values of a field's arguments, variables put in.
pub type Arguments = IndexMap<async_graphql::Name, Value>;

fn fault(path: &[String], message: impl Into<String>) -> Error {
    Error::Invalid(vec![Fault { path: path.to_vec(), code: "INVALID", message: message.into() }])
}

/// One value of a field's kind.
pub fn cell(field: &Field, value: &Value, path: &[String]) -> Result<Cell> {
    if matches!(value, Value::Null) {
        return Ok(Cell::Null);
    }
    if let Some(words) = &field.words {
        let (Value::Enum(_) | Value::String(_)) = value else {
            return Err(fault(path, format!("must be a value of {}", words.name)));
        };
        let text = if let Value::Enum(name) = value { name.as_str() } else { text_of(value).unwrap_or_default() };
        let word =
            names::word_of(words, text).ok_or_else(|| fault(path, format!("must be a value of {}", words.name)))?;
        return Ok(if field.ordinal {
            let position = words.words.iter().position(|candidate| candidate.word == word).unwrap_or_default();
            Cell::Int(i64::try_from(position).unwrap_or_default() + 1)
        } else {
            Cell::Text(word.to_owned())
        });
    }
    scalar(field.kind, value).map_err(|message| fault(path, message))
}

fn text_of(value: &Value) -> Option<&str> {
    if let Value::String(text) = value { Some(text) } else { None }
}

/// One value of a kind, or why it is none.
pub fn scalar(kind: Kind, value: &Value) -> std::result::Result<Cell, &'static str> {
    let text = text_of(value);
    match kind {
        Kind::Bool => match value {
            Value::Boolean(value) => Ok(Cell::Bool(*value)),
            _ => Err("must be true or false"),
        },
        Kind::Int => match value {
            Value::Number(number) => number
                .as_i64()
                .filter(|number| i32::try_from(*number).is_ok())
                .map(Cell::Int)
                .ok_or("must be a whole number of 32 bits"),
            _ => Err("must be a whole number of 32 bits"),
        },
        Kind::Long => match value {
            Value::Number(number) => number
                .as_i64()
                .filter(|number| (-GREATEST_LONG..=GREATEST_LONG).contains(number))
                .map(Cell::Int)
                .ok_or("must be a whole number up to 2^53 - 1"),
            _ => Err("must be a whole number up to 2^53 - 1"),
        },
        Kind::Float => match value {
            Value::Number(number) => {
                number.as_f64().filter(|number| number.is_finite()).map(Cell::Float).ok_or("must be a number")
            }
            _ => Err("must be a number"),
        },
        Kind::Text => match text {
            Some(text) if text.contains('\0') => Err("must not contain U+0000"),
            Some(text) => Ok(Cell::Text(text.to_owned())),
            None => Err("must be text"),
        },
        Kind::Uuid => text
            .filter(|text| text.len() == 36)
            .and_then(|text| Uuid::try_parse(text).ok())
            .map(Cell::Uuid)
            .ok_or("must be a UUID"),
        Kind::Time => text.and_then(instant).map(Cell::Time).ok_or("must be a date and time with an offset (RFC 3339)"),
        Kind::Date => text
            .filter(|text| text.len() == 10)
            .and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
            .map(Cell::Date)
            .ok_or("must be a day as YYYY-MM-DD"),
        Kind::Decimal => text
            .filter(|text| text.len() <= 32)
            .and_then(|text| Decimal::from_str_exact(text).ok())
            .filter(|value| Quantity(*value).to_millionths().is_some())
            .map(Cell::Decimal)
            .ok_or("must be a decimal number as text, with at most 12 digits before and 6 after the point"),
        Kind::Json => serde_json::to_string(value).map(Cell::Json).map_err(|_| "must be JSON"),
    }
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    let parsed = DateTime::parse_from_rfc3339(text).ok()?;
    // A leap second has no place on the store's time line.
    (parsed.nanosecond() < 1_000_000_000 && text.is_ascii()).then(|| micros(parsed.with_timezone(&Utc)))
}

/// A filter input as a condition.
pub fn filter(noun: &'static Noun, value: &Value, limits: &FilterLimits) -> Result<Expr> {
    let mut reader = FilterReader { limits: *limits, conditions: 0, path: vec!["filter".to_owned()] };
    reader.object(noun, value)
}

impl FilterLimits {
    fn listed(&self, values: &[Value]) -> Result<()> {
        let (value, found) = (self.values as u64, values.len() as u64);
        if found > value {
            return Err(Error::TooLarge(Exceeded { limit: "filter list values", value, found }));
        }
        Ok(())
    }
}

struct FilterReader {
    limits: FilterLimits,
    conditions: u64,
    path: Vec<String>,
}

impl FilterReader {
    fn within<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.path.push(name.to_owned());
        let result = read(self);
        self.path.pop();
        result
    }

    fn count(&mut self) -> Result<()> {
        self.conditions += 1;
        if self.conditions > self.limits.conditions {
            return Err(Error::TooLarge(Exceeded {
                limit: "filter conditions",
                value: self.limits.conditions,
                found: self.conditions,
            }));
        }
        Ok(())
    }

    fn object(&mut self, noun: &'static Noun, value: &Value) -> Result<Expr> {
        self.count()?;
        let Value::Object(entries) = value else {
            return match value {
                Value::Null => Ok(Expr::always()),
                _ => Err(fault(&self.path, "must be a filter object")),
            };
        };
        let mut all = Vec::with_capacity(entries.len());
        for (name, value) in entries {
            let part = self.within(name, |reader| reader.entry(noun, name, value))?;
            all.extend(part);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Expr::And(all) })
    }

    fn entry(&mut self, noun: &'static Noun, name: &str, value: &Value) -> Result<Option<Expr>> {
        if matches!(value, Value::Null) {
            return Ok(None);
        }
        match name {
            "and" | "or" => {
                let operands = self.operands(noun, value)?;
                return Ok(Some(if name == "and" { Expr::And(operands) } else { Expr::Or(operands) }));
            }
            "not" => return Ok(Some(Expr::Not(Box::new(self.object(noun, value)?)))),
            "id" if noun.identified => return self.id(noun, value).map(Some),
            _ => {}
        }
        if let Some((index, field)) = noun.find_field(name).filter(|(_, field)| field.filterable || field.list) {
            return self.operators(index, field, value).map(Some);
        }
        let Some((relation, described)) = noun.find_relation(name) else {
            return Err(fault(&self.path, "is not a field to filter by"));
        };
        let target = model().noun(described.target).ok_or(Error::Internal)?;
        if described.shape == Shape::One {
            let expr = Box::new(self.object(target, value)?);
            return Ok(Some(Expr::Related { relation, expr }));
        }
        let Value::Object(entries) = value else { return Err(fault(&self.path, "must have `some` or `none`")) };
        let mut all = Vec::new();
        for (quantifier, value) in entries {
            if matches!(value, Value::Null) {
                continue;
            }
            let expr = self.within(quantifier, |reader| reader.object(target, value))?;
            let related = Expr::Related { relation, expr: Box::new(expr) };
            all.push(match quantifier.as_str() {
                "some" => related,
                "none" => Expr::Not(Box::new(related)),
                _ => return Err(fault(&self.path, "must have `some` or `none`")),
            });
        }
        Ok(Some(Expr::And(all)))
    }

    fn operands(&mut self, noun: &'static Noun, value: &Value) -> Result<Vec<Expr>> {
        match value {
            Value::List(values) => values.iter().map(|value| self.object(noun, value)).collect(),
            single => Ok(vec![self.object(noun, single)?]),
        }
    }

    fn id(&mut self, noun: &'static Noun, value: &Value) -> Result<Expr> {
        let (index, _) = noun.find_field("uuid").ok_or(Error::Internal)?;
        let path = self.path.clone();
        let read = |value: &Value| {
            let (named, uuid) = text_of(value)
                .and_then(names::read_global_id)
                .ok_or_else(|| fault(&path, "is not an id of this service"))?;
            // An id of another type names no row of this one.
            Ok(if named.name == noun.name { Cell::Uuid(uuid) } else { Cell::Null })
        };
        let Value::Object(entries) = value else { return Err(fault(&self.path, "must have `eq` or `in`")) };
        let mut all = Vec::new();
        for (operator, value) in entries {
            self.count()?;
            all.push(match (operator.as_str(), value) {
                ("eq", value) => Expr::field(index, Test::Eq(read(value)?)),
                ("in", Value::List(values)) => {
                    self.limits.listed(values)?;
                    Expr::field(index, Test::In(values.iter().map(read).collect::<Result<_>>()?))
                }
                (_, Value::Null) => Expr::always(),
                _ => return Err(fault(&self.path, "must have `eq` or `in`")),
            });
        }
        Ok(Expr::And(all))
    }

    fn operators(&mut self, index: usize, field: &Field, value: &Value) -> Result<Expr> {
        let Value::Object(entries) = value else { return Err(fault(&self.path, "must be an object of operators")) };
        let fold = matches!(entries.get("mode"), Some(mode) if word(mode) == Some("CASE_INSENSITIVE"));
        let mut all = Vec::with_capacity(entries.len());
        for (operator, value) in entries {
            if operator == "mode" {
                continue;
            }
            self.count()?;
            let test = self.within(operator, |reader| reader.operator(field, operator, value))?;
            all.push(Expr::Field { field: index, test, fold });
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Expr::And(all) })
    }

    fn operator(&mut self, field: &Field, operator: &str, value: &Value) -> Result<Test> {
        let path = self.path.clone();
        let limits = self.limits;
        let one = || cell(field, value, &path);
        let text = || match scalar(Kind::Text, value) {
            Ok(Cell::Text(text)) => Ok(text),
            Ok(_) => Err(fault(&path, "must be text")),
            Err(message) => Err(fault(&path, message)),
        };
        let many = || -> Result<Vec<Cell>> {
            match value {
                Value::List(values) => {
                    limits.listed(values)?;
                    values.iter().map(|value| cell(field, value, &path)).collect()
                }
                single => Ok(vec![cell(field, single, &path)?]),
            }
        };
        Ok(match operator {
            "has" => Test::Has(match &field.words {
                Some(_) => match cell(&Field { list: false, ordinal: false, ..field.clone() }, value, &path)? {
                    Cell::Text(word) => word,
                    _ => return Err(fault(&path, "must have a value")),
                },
                None => text()?,
            }),
            "isNull" => match value {
                Value::Boolean(missing) => Test::IsNull(*missing),
                _ => return Err(fault(&path, "must be true or false")),
            },
            "eq" => Test::Eq(one()?),
            "notEq" => Test::NotEq(one()?),
            "lt" => Test::Lt(one()?),
            "lte" => Test::Lte(one()?),
            "gt" => Test::Gt(one()?),
            "gte" => Test::Gte(one()?),
            "in" => Test::In(many()?),
            "notIn" => Test::NotIn(many()?),
            "between" => match many()?.as_slice() {
                [low, high] => Test::Between(low.clone(), high.clone()),
                _ => return Err(fault(&path, "must be a list of two values")),
            },
            "contains" => Test::Contains(text()?),
            "startsWith" => Test::StartsWith(text()?),
            "endsWith" => Test::EndsWith(text()?),
            _ => return Err(fault(&path, "is not an operator of this field")),
        })
    }
}

/// The word of an enumeration value, which a document writes bare and a variable as text.
pub fn word(value: &Value) -> Option<&str> {
    match value {
        Value::Enum(name) => Some(name.as_str()),
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// The steps of an `orderBy` input; none without one.
pub fn order(noun: &Noun, value: Option<&Value>, most: usize) -> Result<Vec<OrderBy>> {
    let path = ["orderBy".to_owned()];
    let steps: Vec<&Value> = match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::List(steps)) => steps.iter().collect(),
        Some(step) => vec![step],
    };
    if steps.len() > most {
        let found = steps.len() as u64;
        return Err(Error::TooLarge(Exceeded { limit: "order fields", value: most as u64, found }));
    }
    let mut order: Vec<OrderBy> = Vec::with_capacity(steps.len());
    for step in steps {
        let Value::Object(entries) = step else { return Err(fault(&path, "must be a list of {field, direction}")) };
        let name = entries.get("field").and_then(word).unwrap_or_default();
        let (field, _) = noun
            .fields
            .iter()
            .enumerate()
            .find(|(_, field)| field.sortable && names::screaming(field.name) == name)
            .ok_or_else(|| fault(&path, "names no field to order by"))?;
        let descending = match entries.get("direction").map(word) {
            None | Some(Some("ASC")) => false,
            Some(Some("DESC")) => true,
            Some(_) => return Err(fault(&path, "direction must be ASC or DESC")),
        };
        if order.iter().all(|known| known.field != field) {
            order.push(OrderBy::new(field, descending));
        }
    }
    Ok(order)
}

/// Page sizes of a connection: what it gives when none is asked for, and the most it gives.
#[derive(Clone, Copy, Debug)]
pub struct PageSizes {
    /// Without `first` and `last`.
    pub default: usize,
    /// At most.
    pub most: usize,
}

/// A number of rows asked for. A size outside the limits is refused, never cut.
pub fn size(arguments: &Arguments, name: &str, most: usize) -> Result<Option<usize>> {
    match arguments.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => match number.as_i64() {
            Some(size) if size < 0 => Err(Error::invalid(name, "must not be negative")),
            Some(size) if size.unsigned_abs() > most as u64 => {
                Err(Error::TooLarge(Exceeded { limit: "page size", value: most as u64, found: size.unsigned_abs() }))
            }
            Some(size) => Ok(usize::try_from(size).ok()),
            None => Err(Error::invalid(name, "must be a whole number")),
        },
        Some(_) => Err(Error::invalid(name, "must be a whole number")),
    }
}

/// A connection's paging arguments. A size outside the limits is refused, never cut.
pub fn window(noun: &Noun, order: &[OrderBy], arguments: &Arguments, sizes: PageSizes) -> Result<Window> {
    let place = |name: &str| -> Result<Option<Cursor>> {
        match arguments.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Cursor::decode(text, noun, order)
                .map(Some)
                .map_err(|_| Error::invalid(name, "is not a cursor of this list in this order")),
            Some(_) => Err(Error::invalid(name, "must be a cursor")),
        }
    };
    let (first, last) = (size(arguments, "first", sizes.most)?, size(arguments, "last", sizes.most)?);
    if first.is_some() && last.is_some() {
        return Err(Error::invalid("last", "cannot be given together with first"));
    }
    Ok(Window {
        limit: Some(first.or(last).unwrap_or(sizes.default)),
        backward: last.is_some(),
        after: place("after")?,
        before: place("before")?,
        offset: None,
    })
}
