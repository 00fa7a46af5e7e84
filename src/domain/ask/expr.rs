//! The one filter language behind every surface: a condition over a noun's fields and relations.
//!
//! A comparison with a missing value is never true, `NotEq` and `NotIn` included; `Not` gives exactly the rows its
//! operand does not (contract graphql, Filters).

use std::cmp::Ordering;

use super::sql::{Sql, Wanted};
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::Store;
use crate::domain::describe::{Field, Link, Noun, Source};
use crate::domain::model::Model;

/// A condition over the rows of one noun, its fields and relations named by position.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// All hold; true without operands.
    And(Vec<Self>),
    /// One holds; false without operands.
    Or(Vec<Self>),
    /// It does not hold.
    Not(Box<Self>),
    /// A field passes a test.
    Field {
        /// Position of the field in its noun.
        field: usize,
        /// The test.
        test: Test,
        /// Letters A to Z and a to z count as the same.
        fold: bool,
    },
    /// A related row exists that passes a condition.
    Related {
        /// Position of the relation in its noun.
        relation: usize,
        /// The condition on the related row.
        expr: Box<Self>,
    },
}

/// A test of one value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Equal.
    Eq(Cell),
    /// There, and not equal.
    NotEq(Cell),
    /// One of these.
    In(Vec<Cell>),
    /// There, and none of these.
    NotIn(Vec<Cell>),
    /// Less.
    Lt(Cell),
    /// Less or equal.
    Lte(Cell),
    /// Greater.
    Gt(Cell),
    /// Greater or equal.
    Gte(Cell),
    /// From the first to the second, both included.
    Between(Cell, Cell),
    /// Missing, or not.
    IsNull(bool),
    /// Text that contains this.
    Contains(String),
    /// Text that begins with this.
    StartsWith(String),
    /// Text that ends with this.
    EndsWith(String),
    /// A list that has this element.
    Has(String),
    /// A part of an instant, in UTC, that stands so to a number.
    Part(Part, Ordering, i64),
}

/// A part of an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Day of the month.
    Day,
    /// Month.
    Month,
    /// Year.
    Year,
}

impl Expr {
    /// The condition that always holds.
    pub fn always() -> Self {
        Self::And(Vec::new())
    }

    /// All of these hold. Nothing is asked where each of them always does.
    pub fn all(operands: impl IntoIterator<Item = Self>) -> Self {
        Self::And(operands.into_iter().filter(|operand| !operand.is_always()).collect())
    }

    /// The condition that never holds.
    pub fn never() -> Self {
        Self::Or(Vec::new())
    }

    /// Whether it always holds.
    pub fn is_always(&self) -> bool {
        matches!(self, Self::And(operands) if operands.is_empty())
    }

    /// A field passes a test, letter case counting.
    pub fn field(field: usize, test: Test) -> Self {
        Self::Field { field, test, fold: false }
    }

    /// How many rows can pass at most, where their identifiers are named.
    pub fn most(&self, noun: &Noun) -> Option<usize> {
        match self {
            Self::And(operands) => operands.iter().filter_map(|operand| operand.most(noun)).min(),
            Self::Field { field, test, .. } => {
                let field = noun.fields.get(*field).filter(|_| noun.identified)?;
                match (field.source, test) {
                    (Source::Column("uuid" | "id"), Test::Eq(_)) => Some(1),
                    (Source::Column("uuid" | "id"), Test::In(values)) => Some(values.len()),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The name of a field or relation in the condition that cannot be known of the past.
    pub fn untold(&self, model: &Model, noun: &Noun) -> Option<&'static str> {
        match self {
            Self::And(operands) | Self::Or(operands) => operands.iter().find_map(|operand| operand.untold(model, noun)),
            Self::Not(operand) => operand.untold(model, noun),
            Self::Field { field, .. } => noun.fields.get(*field).filter(|field| !field.is_told).map(|field| field.name),
            Self::Related { relation, expr } => {
                let (relation, target) = model.related(noun, *relation)?;
                if relation.is_told(target) { expr.untold(model, target) } else { Some(relation.name) }
            }
        }
    }

    /// Writes the condition over the row of `noun` at `alias`.
    pub fn write(&self, model: &Model, noun: &Noun, alias: &str, sql: &mut Sql) {
        match self {
            Self::And(operands) => junction(operands, " AND ", "(1 = 1)", model, noun, alias, sql),
            Self::Or(operands) => junction(operands, " OR ", "(1 = 0)", model, noun, alias, sql),
            Self::Not(operand) => {
                sql.push("((");
                operand.write(model, noun, alias, sql);
                sql.push(") IS NOT TRUE)");
            }
            Self::Field { field, test, fold } => {
                if let Some(field) = noun.fields.get(*field) {
                    write_test(field, test, *fold, alias, sql);
                } else {
                    sql.push("(1 = 0)");
                }
            }
            Self::Related { relation, expr } => {
                let Some((relation, target)) = model.related(noun, *relation) else {
                    sql.push("(1 = 0)");
                    return;
                };
                let other = sql.alias();
                sql.push("EXISTS (SELECT 1 FROM ");
                match relation.link {
                    Link::ToOne(column) => {
                        sql.referred_table(&target.table).push(" ").push(&other).push(" WHERE ");
                        sql.column(&other, "id").push(" = ").column(alias, column);
                    }
                    Link::ToOneByUuid(column) => {
                        sql.referred_table(&target.table).push(" ").push(&other).push(" WHERE ");
                        sql.column(&other, "uuid").push(" = ").column(alias, column);
                    }
                    Link::ToMany(column) => {
                        sql.table(&target.table).push(" ").push(&other).push(" WHERE ");
                        sql.column(&other, column).push(" = ").column(alias, "id");
                    }
                    Link::Through(table, own, there) => {
                        let join = sql.alias();
                        sql.name(table).push(" ").push(&join).push(" JOIN ");
                        sql.table(&target.table).push(" ").push(&other).push(" ON ");
                        sql.column(&other, "id").push(" = ").column(&join, there).push(" WHERE ");
                        sql.column(&join, own).push(" = ").column(alias, "id");
                    }
                    Link::Ancestors | Link::Descendants | Link::History(_) => {
                        sql.table(&target.table).push(" ").push(&other).push(" WHERE ");
                        write_path_link(relation.link, alias, &other, sql);
                    }
                }
                sql.push(" AND ");
                if matches!(relation.link, Link::ToOne(_) | Link::ToOneByUuid(_)) {
                    sql.visible_embedded(&other, target);
                } else {
                    sql.visible(&other, target);
                }
                sql.push(" AND (");
                expr.write(model, target, &other, sql);
                sql.push("))");
            }
        }
    }
}

/// Writes how a row at `child` belongs to the row at `parent` over the materialised path or the trail.
pub fn write_path_link(link: Link, parent: &str, child: &str, sql: &mut Sql) {
    match link {
        // A path is made of parts of equal length, so the path of an ancestor is a prefix of whole parts.
        Link::Ancestors => {
            sql.push("length(").column(child, "path").push(") < length(").column(parent, "path").push(") AND ");
            sql.column(child, "path").push(" = substr(").column(parent, "path");
            sql.push(", 1, length(").column(child, "path").push("))");
        }
        // ':' follows '9' and '/', the only characters of a path.
        Link::Descendants => {
            sql.column(child, "path").push(" > ").column(parent, "path").push(" AND ");
            sql.column(child, "path").push(" < ").column(parent, "path").push(" || ':'");
        }
        Link::History(entity_type) => {
            sql.column(child, "entity_type").push(" = '").push(entity_type).push("' AND ");
            sql.column(child, "entity_uuid").push(" = ").column(parent, "uuid");
        }
        Link::ToOne(_) | Link::ToOneByUuid(_) | Link::ToMany(_) | Link::Through(..) => {
            sql.push("1 = 0");
        }
    }
}

fn junction(operands: &[Expr], word: &str, empty: &str, model: &Model, noun: &Noun, alias: &str, sql: &mut Sql) {
    if operands.is_empty() {
        sql.push(empty);
        return;
    }
    sql.push("(");
    for (index, operand) in operands.iter().enumerate() {
        if index > 0 {
            sql.push(word);
        }
        operand.write(model, noun, alias, sql);
    }
    sql.push(")");
}

fn write_test(field: &Field, test: &Test, fold: bool, alias: &str, sql: &mut Sql) {
    let kind = field.kind;
    if !fold && let Some((words, wanted)) = own_words(field, test) {
        let list = format!("'{}'", words.join("', '"));
        sql.push("(").field(alias, field).push(match (words.len(), wanted) {
            (1, Wanted::In) => " = ",
            (1, Wanted::NotIn) => " <> ",
            (_, Wanted::In) => " IN (",
            (_, Wanted::NotIn) => " NOT IN (",
        });
        sql.push(&list).push(if words.len() == 1 { ")" } else { "))" });
        return;
    }
    let folded = |cell: &Cell| match (fold, cell) {
        (true, Cell::Text(text)) => Cell::Text(text.to_ascii_lowercase()),
        _ => cell.clone(),
    };
    let subject = |sql: &mut Sql| {
        if fold {
            sql.push("lower(").field(alias, field).push(")");
        } else {
            sql.field(alias, field);
        }
    };
    let mut compare = |operator: &str, cell: &Cell| {
        subject(sql);
        sql.push(operator).value(kind, folded(cell));
    };
    match test {
        Test::Eq(Cell::Null)
        | Test::NotEq(Cell::Null)
        | Test::Lt(Cell::Null)
        | Test::Lte(Cell::Null)
        | Test::Gt(Cell::Null)
        | Test::Gte(Cell::Null)
        | Test::Between(Cell::Null, _)
        | Test::Between(_, Cell::Null) => {
            sql.push("(1 = 0)");
        }
        Test::Eq(cell) => compare(" = ", cell),
        Test::NotEq(cell) => compare(" <> ", cell),
        Test::Lt(cell) => compare(" < ", cell),
        Test::Lte(cell) => compare(" <= ", cell),
        Test::Gt(cell) => compare(" > ", cell),
        Test::Gte(cell) => compare(" >= ", cell),
        Test::Between(low, high) => {
            sql.push("(");
            subject(sql);
            sql.push(" >= ").value(kind, folded(low)).push(" AND ");
            subject(sql);
            sql.push(" <= ").value(kind, folded(high)).push(")");
        }
        Test::In(cells) => {
            subject(sql);
            let cells = cells.iter().filter(|cell| !cell.is_null()).map(folded).collect();
            sql.one_of(kind, cells, Wanted::In);
        }
        // A null among the listed values is never equal to anything, so it excludes nothing.
        Test::NotIn(cells) => {
            sql.push("(");
            subject(sql);
            let cells = cells.iter().filter(|cell| !cell.is_null()).map(folded).collect();
            sql.one_of(kind, cells, Wanted::NotIn).push(" AND ");
            sql.field(alias, field).push(" IS NOT NULL)");
        }
        Test::IsNull(missing) => {
            sql.field(alias, field).push(if *missing { " IS NULL" } else { " IS NOT NULL" });
        }
        Test::Contains(text) => piece(subject, Piece::Middle, &folded(&Cell::Text(text.clone())), sql),
        Test::StartsWith(text) => piece(subject, Piece::Start, &folded(&Cell::Text(text.clone())), sql),
        Test::EndsWith(text) => piece(subject, Piece::End, &folded(&Cell::Text(text.clone())), sql),
        Test::Has(element) => {
            match sql.store() {
                Store::Postgres => {
                    sql.push("EXISTS (SELECT 1 FROM json_array_elements_text(").field(alias, field);
                    sql.push(") AS element(value) WHERE element.value = ");
                }
                Store::Sqlite => {
                    sql.push("EXISTS (SELECT 1 FROM json_each(").field(alias, field);
                    sql.push(") AS element WHERE element.value = ");
                }
            }
            sql.value(Kind::Text, Cell::Text(element.clone())).push(")");
        }
        Test::Part(part, ordering, value) => {
            let (name, format) = match part {
                Part::Day => ("DAY", "%d"),
                Part::Month => ("MONTH", "%m"),
                Part::Year => ("YEAR", "%Y"),
            };
            match sql.store() {
                Store::Postgres => {
                    sql.push("EXTRACT(").push(name).push(" FROM ").field(alias, field).push(" AT TIME ZONE 'UTC')");
                }
                Store::Sqlite => {
                    sql.push("CAST(strftime('").push(format).push("', ").field(alias, field).push(") AS INTEGER)");
                }
            }
            sql.push(match ordering {
                Ordering::Less => " < ",
                Ordering::Equal => " = ",
                Ordering::Greater => " > ",
            });
            sql.value(Kind::Long, Cell::Int(*value));
        }
    }
}

/// The words a test compares a field with, where all of them are of the field's own closed set or told by an index. They are
/// written into the statement (decision 0017).
fn own_words(field: &Field, test: &Test) -> Option<(Vec<&'static str>, Wanted)> {
    let set = field.words.filter(|_| !field.ordinal && !field.list).map_or(&[][..], |set| set.words);
    let own = || set.iter().map(|own| own.word).chain(field.indexed.iter().copied());
    let (cells, wanted) = match test {
        Test::Eq(cell) => (std::slice::from_ref(cell), Wanted::In),
        Test::NotEq(cell) => (std::slice::from_ref(cell), Wanted::NotIn),
        Test::In(cells) => (cells.as_slice(), Wanted::In),
        Test::NotIn(cells) => (cells.as_slice(), Wanted::NotIn),
        _ => return None,
    };
    let is_named = |word: &&str| cells.iter().any(|cell| cell.as_str() == Some(word));
    let is_own = |cell: &Cell| own().any(|word| cell.as_str() == Some(word));
    if cells.is_empty() || !cells.iter().all(is_own) {
        return None;
    }
    Some((own().filter(is_named).collect(), wanted))
}

enum Piece {
    Start,
    Middle,
    End,
}

/// Parts of texts are compared by position, never by LIKE, in which `%` and `_` of the input would mean something.
fn piece(subject: impl Fn(&mut Sql), piece: Piece, text: &Cell, sql: &mut Sql) {
    let length = i64::try_from(text.as_str().map_or(0, |text| text.chars().count())).unwrap_or(i64::MAX);
    match (piece, sql.store()) {
        (Piece::Middle, store) => {
            sql.push(if store == Store::Postgres { "strpos(" } else { "instr(" });
            subject(sql);
            sql.push(", ").value(Kind::Text, text.clone()).push(") > 0");
        }
        (Piece::Start, _) => {
            sql.push("substr(");
            subject(sql);
            sql.push(", 1, ").value(Kind::Int, Cell::Int(length)).push(") = ").value(Kind::Text, text.clone());
        }
        (Piece::End, Store::Postgres) => {
            sql.push("right(");
            subject(sql);
            sql.push(", ").value(Kind::Int, Cell::Int(length)).push(") = ").value(Kind::Text, text.clone());
        }
        // substr(x, -0) is the whole of x, and every text ends with the empty one.
        (Piece::End, Store::Sqlite) if length == 0 => {
            sql.push("(");
            subject(sql);
            sql.push(") IS NOT NULL");
        }
        (Piece::End, Store::Sqlite) => {
            sql.push("substr(");
            subject(sql);
            sql.push(", -").value(Kind::Int, Cell::Int(length)).push(") = ").value(Kind::Text, text.clone());
        }
    }
}
