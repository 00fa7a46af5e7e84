//! Arguments that stand for a filter which many ask for.

use async_graphql::Value;
use chrono::{DateTime, Datelike, Duration, Utc};

use crate::domain::ask::{Expr, Test};
use crate::domain::cell::Cell;
use crate::domain::describe::Noun;
use crate::domain::error::{Error, Result};
use crate::graphql::input::Arguments;

/// The condition that such arguments of a root connection stand for.
pub fn condition(noun: &Noun, arguments: &Arguments, now: DateTime<Utc>) -> Result<Option<Expr>> {
    match (noun.name, arguments.get("withinDays")) {
        ("FutureAudit", Some(Value::Number(days))) => {
            let days = days.as_i64().filter(|days| *days >= 0);
            let days = days.ok_or_else(|| Error::invalid("withinDays", "must be a whole number, not negative"))?;
            let (field, _) = noun.find_field("nextAuditDate").ok_or(Error::Internal)?;
            let until = Duration::try_days(days).and_then(|days| now.checked_add_signed(days));
            // Nothing is due after the year 9999, so a later end leaves nothing out.
            let until = until.filter(|until| until.year() <= 9999);
            Ok(until.map(|until| Expr::field(field, Test::Lte(Cell::Time(until)))))
        }
        ("FutureAudit", Some(value)) if !matches!(value, Value::Null) => {
            Err(Error::invalid("withinDays", "must be a whole number"))
        }
        _ => Ok(None),
    }
}
