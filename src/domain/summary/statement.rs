//! The statement of a summary: rows, their groups, the sums over all of them, and the names of what groups stand for.

use super::{By, GROUPS, Order, Question};
use crate::domain::ask::{Asking, Sql, literal_limit};
use crate::domain::cell::Kind;
use crate::domain::db::{Statement, Store};
use crate::domain::describe::{Field, Link, Noun};
use crate::domain::error::{Error, Result};
use crate::domain::model::Model;

/// Where the values of a dimension come from.
pub enum Column {
    /// A field of the rows.
    Field(&'static Field),
    /// The month of a field.
    Month(&'static Field),
    /// A row that they refer to.
    Row {
        /// Columns of reference: each to a row of the noun beside it, the last one to the key itself.
        path: Vec<(&'static str, &'static Noun)>,
        /// The table that joins the rows with several, and its column for them.
        through: Option<(&'static str, &'static str)>,
        /// The noun of the row.
        noun: &'static Noun,
        /// The field that names it.
        label: &'static Field,
    },
}

impl Column {
    /// Columns it takes in the answer.
    pub fn width(&self) -> usize {
        if matches!(self, Self::Row { .. }) { 3 } else { 1 }
    }
}

/// The columns of a question's dimensions.
pub fn columns(model: &'static Model, question: &Question) -> Result<Vec<Column>> {
    let noun = model.noun(question.subject.noun).ok_or(Error::Internal)?;
    question.by.iter().map(|dimension| column(model, noun, dimension.by).ok_or(Error::Internal)).collect()
}

fn column(model: &'static Model, noun: &'static Noun, by: By) -> Option<Column> {
    let names: &[&str] = match &by {
        By::Field(name) => return noun.find_field(name).map(|(_, field)| Column::Field(field)),
        By::Month(name) => return noun.find_field(name).map(|(_, field)| Column::Month(field)),
        By::One(names) => names,
        By::Each(name) => std::slice::from_ref(name),
    };
    let (mut path, mut through, mut at) = (Vec::new(), None, noun);
    for name in names {
        let (index, _) = at.find_relation(name)?;
        let (relation, target) = model.related(at, index)?;
        match relation.link {
            Link::ToOne(column) => path.push((column, target)),
            Link::Through(table, own, there) => {
                through = Some((table, own));
                path.push((there, target));
            }
            _ => return None,
        }
        at = target;
    }
    let (_, label) = at.find_field("name").or_else(|| at.find_field("label"))?;
    Some(Column::Row { path, through, noun: at, label })
}

/// The statement. Its answer: count, overdue and mean of all rows, the same of the group, then the dimensions' columns.
pub fn statement(asking: &Asking, question: &Question, columns: &[Column]) -> Result<Statement> {
    let mut sql = asking.sql();
    let mut kinds = vec![Kind::Long, Kind::Long, Kind::Decimal];
    let scored = question.scored && question.subject.score.is_some();
    if columns.is_empty() {
        sql.push("WITH summed AS (");
        write_sums(asking, question, scored, &mut sql)?;
        sql.push(") SELECT t.n, t.late, ");
        write_mean(scored, "t", &mut sql);
        sql.push(", NULL, NULL, NULL FROM summed AS t");
        kinds.extend([Kind::Text; 3]);
        let (text, args) = sql.finish();
        return Ok(Statement::new(text, args, kinds));
    }
    sql.push("WITH grouped AS MATERIALIZED (SELECT ");
    for place in 0..columns.len() {
        sql.push(&format!("one.k{place}, "));
    }
    write_counts(scored, &mut sql);
    sql.push(" FROM (");
    write_rows(asking, question, columns, scored, &mut sql)?;
    sql.push(") AS one GROUP BY ").push(&places(columns.len()));
    sql.push("), summed AS (");
    // A row that counts in several groups counts once in all of them together.
    if columns.iter().any(|column| matches!(column, Column::Row { through: Some(_), .. })) {
        write_sums(asking, question, scored, &mut sql)?;
    } else {
        write_sums_of_groups(scored, &mut sql);
    }
    sql.push(") SELECT t.n, t.late, ");
    write_mean(scored, "t", &mut sql);
    sql.push(", g.n, g.late, g.mean");
    kinds.extend([Kind::Long, Kind::Long, Kind::Decimal]);
    for (place, column) in columns.iter().enumerate() {
        sql.push(&format!(", g.k{place}"));
        match column {
            Column::Field(field) => kinds.push(field.kind),
            Column::Month(_) => kinds.push(Kind::Text),
            Column::Row { .. } => {
                sql.push(&format!(", g.u{place}, g.l{place}"));
                kinds.extend([Kind::Long, Kind::Uuid, Kind::Text]);
            }
        }
    }
    sql.push(" FROM summed AS t LEFT JOIN (");
    write_named_groups(question, columns, scored, &mut sql);
    sql.push(") AS g ON 1 = 1 ORDER BY ");
    write_order(question, columns, "g.", &mut sql);
    let (text, args) = sql.finish();
    Ok(Statement::new(text, args, kinds))
}

fn places(count: usize) -> String {
    (1..=count).map(|place| place.to_string()).collect::<Vec<_>>().join(", ")
}

/// Each row that passes: its keys, whether it is overdue, its score.
fn write_rows(asking: &Asking, question: &Question, columns: &[Column], scored: bool, sql: &mut Sql) -> Result<()> {
    let subject = question.subject;
    let noun = asking.model.noun(subject.noun).ok_or(Error::Internal)?;
    let field = |name: &str| noun.find_field(name).map(|(_, field)| field).ok_or(Error::Internal);
    let alias = sql.alias();
    let (joins, keys) =
        sql.apart(|sql| columns.iter().map(|column| write_path(column, &alias, sql)).collect::<Vec<_>>());
    sql.push("SELECT ");
    for (place, (column, key)) in columns.iter().zip(&keys).enumerate() {
        match column {
            Column::Field(field) => sql.field(&alias, field),
            Column::Month(field) if sql.store() == Store::Postgres => {
                sql.push("to_char(").field(&alias, field).push(" AT TIME ZONE 'UTC', 'YYYY-MM') COLLATE \"C\"")
            }
            Column::Month(field) => sql.push("substr(").field(&alias, field).push(", 1, 7)"),
            Column::Row { .. } => sql.push(key),
        };
        sql.push(&format!(" AS k{place}, "));
    }
    sql.field(&alias, field(subject.overdue)?).push(" AS late");
    if let Some(score) = subject.score.filter(|_| scored) {
        sql.push(", ").field(&alias, field(score)?).push(" AS score");
    }
    sql.push(" FROM ").name(&noun.table).push(" ").push(&alias).push(&joins).push(" WHERE ").visible(&alias, noun);
    if !question.expr.is_always() {
        sql.push(" AND ");
        question.expr.write(asking.model, noun, &alias, sql);
    }
    if scored {
        // Keeps the store from working the score out once for the sum and once for the number of scores.
        sql.push(if sql.store() == Store::Postgres { " OFFSET 0" } else { " LIMIT -1" });
    }
    Ok(())
}

/// Writes the joins on the way to a key. Gives the SQL of its id.
fn write_path(column: &Column, alias: &str, sql: &mut Sql) -> String {
    let Column::Row { path, through, .. } = column else { return String::new() };
    let mut at = alias.to_owned();
    if let Some((table, own)) = through {
        let join = sql.alias();
        sql.push(" LEFT JOIN ").name(table).push(" ").push(&join).push(" ON ");
        sql.column(&join, own).push(" = ").column(&at, "id");
        at = join;
    }
    for (index, (column, target)) in path.iter().enumerate() {
        if index + 1 == path.len() {
            return format!("{at}.\"{column}\"");
        }
        let next = sql.alias();
        sql.push(" LEFT JOIN ").name(&target.table).push(" ").push(&next).push(" ON ");
        sql.column(&next, "id").push(" = ").column(&at, column).push(" AND ").visible_embedded(&next, target);
        at = next;
    }
    String::new()
}

/// Counts over `one`. SQLite keeps scores in millionths, whose sum is kept in two parts lest it run over.
fn write_counts(scored: bool, sql: &mut Sql) {
    sql.push("count(*) AS n, count(*) FILTER (WHERE one.late) AS late");
    if scored {
        sql.push(", count(one.score) AS scored");
        sql.push(match sql.store() {
            Store::Postgres => ", sum(one.score) AS points",
            Store::Sqlite => ", sum(one.score / 1000000) AS units, sum(one.score % 1000000) AS rest",
        });
    }
}

fn write_sums(asking: &Asking, question: &Question, scored: bool, sql: &mut Sql) -> Result<()> {
    sql.push("SELECT ");
    write_counts(scored, sql);
    sql.push(" FROM (");
    write_rows(asking, question, &[], scored, sql)?;
    sql.push(") AS one");
    Ok(())
}

fn write_sums_of_groups(scored: bool, sql: &mut Sql) {
    sql.push("SELECT CAST(COALESCE(sum(n), 0) AS BIGINT) AS n, CAST(COALESCE(sum(late), 0) AS BIGINT) AS late");
    if scored {
        sql.push(", CAST(COALESCE(sum(scored), 0) AS BIGINT) AS scored");
        sql.push(match sql.store() {
            Store::Postgres => ", sum(points) AS points",
            Store::Sqlite => ", sum(units) AS units, sum(rest) AS rest",
        });
    }
    sql.push(" FROM grouped");
}

/// The mean of the scores summed at `alias`, exact to the last digit and rounded half up, alike on both stores.
fn write_mean(scored: bool, alias: &str, sql: &mut Sql) {
    if !scored {
        sql.push("CAST(NULL AS NUMERIC)");
        return;
    }
    let text = match sql.store() {
        Store::Postgres => {
            let whole = format!("({alias}.points * 2000000 + {alias}.scored)");
            let part = format!("NULLIF(2 * {alias}.scored, 0)");
            format!("(div({whole}, {part}) - CASE WHEN mod({whole}, {part}) < 0 THEN 1 ELSE 0 END) * 0.000001")
        }
        Store::Sqlite => {
            let whole = format!("(2 * ({alias}.units % {alias}.scored * 1000000 + {alias}.rest) + {alias}.scored)");
            let part = format!("(2 * {alias}.scored)");
            format!("{alias}.units / {alias}.scored * 1000000 + {whole} / {part} - ({whole} % {part} < 0)")
        }
    };
    sql.push(&text);
}

/// The groups with their names, in order, cut to as many as are wanted.
fn write_named_groups(question: &Question, columns: &[Column], scored: bool, sql: &mut Sql) {
    sql.push("SELECT grouped.n, grouped.late, ");
    write_mean(scored, "grouped", sql);
    sql.push(" AS mean");
    let mut joins = String::new();
    for (place, column) in columns.iter().enumerate() {
        sql.push(&format!(", grouped.k{place}"));
        if let Column::Row { noun, label, .. } = column {
            let named = sql.alias();
            sql.push(", ").column(&named, "uuid").push(&format!(" AS u{place}, "));
            sql.field(&named, label).push(&format!(" AS l{place}"));
            let (join, ()) = sql.apart(|sql| {
                sql.push(" LEFT JOIN ").name(&noun.table).push(" ").push(&named).push(" ON ");
                sql.column(&named, "id").push(&format!(" = grouped.k{place} AND ")).visible_embedded(&named, noun);
            });
            joins.push_str(&join);
        }
    }
    sql.push(" FROM grouped").push(&joins).push(" ORDER BY ");
    write_order(question, columns, "", sql);
    let limit = question.first.map_or(GROUPS + 1, literal_limit);
    sql.push(&format!(" LIMIT {limit}"));
}

fn write_order(question: &Question, columns: &[Column], prefix: &str, sql: &mut Sql) {
    let direction = |descending: bool| if descending { " DESC NULLS LAST" } else { " ASC NULLS LAST" };
    let first = match question.order {
        Order::Count => "n",
        Order::Overdue => "late",
        Order::MeanScore => "mean",
        Order::Key => "",
    };
    if !first.is_empty() {
        sql.push(&format!("{prefix}{first}{}, ", direction(question.descending)));
    }
    let by_key = direction(question.descending && question.order == Order::Key);
    for (place, column) in columns.iter().enumerate() {
        if place > 0 {
            sql.push(", ");
        }
        if matches!(column, Column::Row { .. }) {
            sql.push(&format!("{prefix}l{place}{by_key}, "));
        }
        sql.push(&format!("{prefix}k{place}{by_key}"));
    }
}
