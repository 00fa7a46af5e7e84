//! Numbered pages far from the first: the store's own tally (migration m0013) says how many rows lie before a stretch of
//! the list, so that a statement begins there instead of reading everything before.

use super::select::{Asking, Question};
use super::sql::Sql;
use crate::domain::access::Sight;
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::Store;
use crate::domain::describe::{Noun, Source};

/// Ids in a stretch, as the migration says.
const STRETCH: i64 = 512;

/// Along what a list is leapt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Along {
    /// Stretches of ids.
    Id,
    /// Days in which rows were created.
    Days { descending: bool },
}

/// A leap over the rows before a page.
pub(super) struct Leap {
    along: Along,
    offset: i64,
}

/// Whether the tally tells the number of all rows of a question.
pub(super) fn is_tallied(asking: &Asking, question: &Question) -> bool {
    question.noun.tallied
        && question.ask.expr.is_always()
        && asking.as_of.is_none()
        && asking.viewer.sight == Sight::Organization
}

/// Writes the number of all rows.
pub(super) fn write_total(noun: &Noun, sql: &mut Sql) {
    sql.push("SELECT CAST(coalesce(sum(\"rows\"), 0) AS BIGINT) FROM \"tally\" WHERE \"organization_id\" = ")
        .organization();
    sql.push(" AND \"source\" = '").push(&noun.table).push("'");
}

impl Leap {
    /// The leap to a question's page, where the tally knows the way.
    pub fn of(asking: &Asking, question: &Question) -> Option<Self> {
        let offset = question.ask.window.offset.filter(|offset| *offset > 0)?;
        if !is_tallied(asking, question) || question.ask.window.backward {
            return None;
        }
        let first = question.ask.order.first().map(|step| (question.noun.fields.get(step.field), step.descending));
        let along = match first {
            None => Along::Id,
            Some((Some(field), descending)) => match field.source {
                Source::Column("id") if !descending => Along::Id,
                Source::Column("created_at") => Along::Days { descending },
                _ => return None,
            },
            Some((None, _)) => return None,
        };
        Some(Self { along, offset: i64::try_from(offset).unwrap_or(i64::MAX) })
    }

    /// Writes what stands before the statement.
    pub fn write_with(&self, noun: &Noun, sql: &mut Sql) {
        let (ending, direction) = match self.along {
            Along::Id => ("", ""),
            Along::Days { descending: false } => (".created_at", ""),
            Along::Days { descending: true } => (".created_at", " DESC"),
        };
        let offset = |sql: &mut Sql| _ = sql.value(Kind::Long, Cell::Int(self.offset));
        let tallied = |sql: &mut Sql| {
            sql.push(" FROM \"tally\" WHERE \"organization_id\" = ").organization();
            sql.push(" AND \"source\" = '").push(&noun.table).push(ending).push("'");
        };
        // Running sums cost more than sums, so they are made of a few wide spans first, and then within one.
        sql.push("WITH span AS (SELECT first, upto - n AS before FROM (SELECT (block >> 6) << 6 AS first, sum(\"rows\") AS n, ");
        sql.push("sum(sum(\"rows\")) OVER (ORDER BY (block >> 6) << 6").push(direction).push(") AS upto");
        tallied(sql);
        sql.push(" GROUP BY (block >> 6) << 6) AS spans WHERE upto > ");
        offset(sql);
        sql.push(" ORDER BY first").push(direction).push(" LIMIT 1), ");
        sql.push("leap AS (SELECT block, (SELECT before FROM span) + upto - n AS before FROM (SELECT block, ");
        sql.push("sum(\"rows\") AS n, sum(sum(\"rows\")) OVER (ORDER BY block").push(direction).push(") AS upto");
        tallied(sql);
        sql.push(" AND block >= (SELECT first FROM span) AND block < (SELECT first + 64 FROM span) GROUP BY block) AS blocks ");
        sql.push("WHERE upto > ");
        offset(sql);
        sql.push(" - (SELECT before FROM span) ORDER BY block").push(direction).push(" LIMIT 1) ");
    }

    /// Writes the condition that a row is not before the stretch.
    pub fn write_condition(&self, alias: &str, sql: &mut Sql) {
        sql.push(" AND ");
        match self.along {
            Along::Id => {
                sql.column(alias, "id").push(" >= (SELECT block * ").push(&STRETCH.to_string()).push(" FROM leap)");
            }
            Along::Days { descending } => {
                let (sign, day) = if descending { (" < ", "(block + 1)") } else { (" >= ", "block") };
                let instant = match sql.store() {
                    Store::Postgres => format!("to_timestamp({day} * 86400)"),
                    Store::Sqlite => format!("strftime('%Y-%m-%dT00:00:00.000000+00:00', {day} * 86400, 'unixepoch')"),
                };
                sql.column(alias, "created_at").push(sign).push("(SELECT ").push(&instant).push(" FROM leap)");
            }
        }
    }

    /// Writes how many rows of the stretch are passed over.
    pub fn write_offset(&self, sql: &mut Sql) {
        sql.push("coalesce(CAST(").value(Kind::Long, Cell::Int(self.offset));
        sql.push(" - (SELECT before FROM leap) AS BIGINT), 0)");
    }
}
