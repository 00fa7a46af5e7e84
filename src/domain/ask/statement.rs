//! The statements of a question: one for the rows of a level, one for their number where it is wanted.

use super::expr::write_path_link;
use super::leap::{Leap, is_tallied, write_total};
use super::select::{Ask, Asking, List, One, Question, Select};
use super::sql::{Sql, Wanted};
use super::window::{Side, write_order, write_side};
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Statement, Store};
use crate::domain::describe::{Link, Noun, Scope};
use crate::domain::identity::guard_sql;

/// A select with the aliases its tables have in one statement.
struct Named<'s> {
    alias: String,
    noun: &'static Noun,
    select: &'s Select,
    ones: Vec<(&'s One, Self)>,
}

fn named<'s>(asking: &Asking, noun: &'static Noun, select: &'s Select, sql: &mut Sql) -> Named<'s> {
    let alias = sql.alias();
    let ones = select
        .ones
        .iter()
        .filter_map(|one| {
            let (_, target) = asking.model.related(noun, one.relation)?;
            Some((one, named(asking, target, &one.select, sql)))
        })
        .collect();
    Named { alias, noun, select, ones }
}

fn write_columns(named: &Named<'_>, columns: &mut Vec<Kind>, sql: &mut Sql) {
    sql.column(&named.alias, "id");
    columns.push(Kind::Long);
    for index in &named.select.fields {
        let Some(field) = named.noun.fields.get(*index) else { continue };
        sql.push(", ").selected(&named.alias, field);
        columns.push(field.kind);
    }
    for (_, one) in &named.ones {
        sql.push(", ");
        write_columns(one, columns, sql);
    }
}

fn write_order_values(named: &Named<'_>, ask: &Ask, columns: &mut Vec<Kind>, sql: &mut Sql) {
    if !ask.cursors {
        return;
    }
    for step in &ask.order {
        if let Some(field) = named.noun.fields.get(step.field) {
            sql.push(", ").selected(&named.alias, field);
            columns.push(field.kind);
        }
    }
}

fn write_joins(named: &Named<'_>, sql: &mut Sql) {
    for (one, target) in &named.ones {
        let (there, here) = match named.noun.relations.get(one.relation).map(|relation| relation.link) {
            Some(Link::ToOne(column)) => ("id", column),
            Some(Link::ToOneByUuid(column)) => ("uuid", column),
            _ => continue,
        };
        sql.push(" LEFT JOIN ").referred_table(&target.noun.table).push(" ").push(&target.alias).push(" ON ");
        sql.column(&target.alias, there).push(" = ").column(&named.alias, here).push(" AND ");
        sql.visible_embedded(&target.alias, target.noun);
        write_joins(target, sql);
    }
}

fn write_condition(asking: &Asking, noun: &Noun, ask: &Ask, alias: &str, sql: &mut Sql) {
    // Without statistics SQLite prefers the index of the organization to that of the identifiers, and reads all its rows.
    if asking.store == Store::Sqlite && noun.scope == Scope::Tenant && ask.expr.most(noun).is_some() {
        sql.push("+");
    }
    sql.visible(alias, noun);
    if !ask.expr.is_always() {
        sql.push(" AND ");
        ask.expr.write(asking.model, noun, alias, sql);
    }
}

fn write_window(noun: &Noun, ask: &Ask, alias: &str, sql: &mut Sql) {
    for (cursor, side) in [(&ask.window.after, Side::After), (&ask.window.before, Side::Before)] {
        if let Some(cursor) = cursor {
            sql.push(" AND ");
            write_side(noun, &ask.order, cursor, side, alias, sql);
        }
    }
}

/// One row more than the page, to see whether there is more; rounded up to a few sizes, because the text of a
/// statement is what the store keeps its plan by, and a bound limit makes PostgreSQL guess a tenth of the table.
pub(in crate::domain) fn literal_limit(limit: usize) -> usize {
    const SIZES: [usize; 12] = [2, 4, 6, 11, 16, 21, 26, 51, 76, 101, 151, 201];
    SIZES.into_iter().find(|size| *size > limit).unwrap_or(limit + 1)
}

pub(super) fn root_statement(asking: &Asking, question: &Question) -> Statement {
    let mut sql = asking.sql();
    let mut columns = Vec::new();
    let named = named(asking, question.noun, &question.select, &mut sql);
    let leap = Leap::of(asking, question);
    if let Some(leap) = &leap {
        leap.write_with(question.noun, &mut sql);
    }
    sql.push("SELECT ");
    write_columns(&named, &mut columns, &mut sql);
    write_order_values(&named, &question.ask, &mut columns, &mut sql);
    if question.ask.counts_within() {
        sql.push(", (");
        write_count(asking, question, &mut sql);
        sql.push(")");
        columns.push(Kind::Long);
    }
    sql.push(" FROM ").sought_table(&question.noun.table).push(" ").push(&named.alias);
    write_joins(&named, &mut sql);
    sql.push(" WHERE ");
    if let Some((text, args)) = question.guard.as_ref().and_then(|caller| guard_sql(caller, sql.next_place())) {
        sql.embed(&text, args).push(" AND ");
    }
    write_condition(asking, question.noun, &question.ask, &named.alias, &mut sql);
    write_window(question.noun, &question.ask, &named.alias, &mut sql);
    if let Some(leap) = &leap {
        leap.write_condition(&named.alias, &mut sql);
    }
    // Where the identifiers are named, an order of one row and a limit say nothing new; to PostgreSQL, however, a limit is
    // a hint that reading the whole table in order may be cheaper.
    let most = question.ask.expr.most(question.noun);
    if most != Some(1) {
        sql.push(" ORDER BY ");
        write_order(question.noun, &question.ask.order, question.ask.window.backward, &named.alias, &mut sql);
    }
    let limit = question.ask.window.limit.filter(|limit| most.is_none_or(|most| most > *limit));
    let offset = question.ask.window.offset.filter(|offset| *offset > 0);
    match limit {
        Some(limit) => {
            sql.push(" LIMIT ").push(&literal_limit(limit).to_string());
        }
        // SQLite knows an offset only behind a limit.
        None if offset.is_some() && asking.store == Store::Sqlite => {
            sql.push(" LIMIT -1");
        }
        None => {}
    }
    if let Some(leap) = &leap {
        sql.push(" OFFSET ");
        leap.write_offset(&mut sql);
    } else if let Some(offset) = offset {
        let offset = i64::try_from(offset).unwrap_or(i64::MAX);
        sql.push(" OFFSET ").value(Kind::Long, Cell::Int(offset));
    }
    let (text, args) = sql.finish();
    Statement::new(text, args, columns)
}

/// The rows with these ids, which visible rows refer to.
pub(super) fn referred_statement(asking: &Asking, noun: &'static Noun, select: &Select, ids: &[i64]) -> Statement {
    let mut sql = asking.sql();
    let mut columns = Vec::new();
    let named = named(asking, noun, select, &mut sql);
    sql.push("SELECT ");
    write_columns(&named, &mut columns, &mut sql);
    sql.push(" FROM ").table(&noun.table).push(" ").push(&named.alias);
    write_joins(&named, &mut sql);
    sql.push(" WHERE ").column(&named.alias, "id");
    sql.one_of(Kind::Long, ids.iter().copied().map(Cell::Int).collect(), Wanted::In);
    sql.push(" AND ").visible_embedded(&named.alias, noun);
    let (text, args) = sql.finish();
    Statement::new(text, args, columns)
}

fn write_count(asking: &Asking, question: &Question, sql: &mut Sql) {
    if is_tallied(asking, question) {
        write_total(question.noun, sql);
        return;
    }
    let alias = sql.alias();
    sql.push("SELECT COUNT(*) FROM ").sought_table(&question.noun.table).push(" ").push(&alias).push(" WHERE ");
    write_condition(asking, question.noun, &question.ask, &alias, sql);
}

pub(super) fn count_statement(asking: &Asking, question: &Question) -> Statement {
    let mut sql = asking.sql();
    write_count(asking, question, &mut sql);
    let (text, args) = sql.finish();
    Statement::new(text, args, vec![Kind::Long])
}

/// Writes the source of the rows of `target` at `child`: `FROM` without the word, up to and with the condition that
/// ties them to the parent whose id `key` gives. Gives the SQL of the parent's id.
fn write_link(link: Link, parent: &Noun, target: &Noun, child: &str, sql: &mut Sql) -> (String, String) {
    match link {
        Link::ToOne(_) | Link::ToOneByUuid(_) | Link::ToMany(_) => {
            sql.table(&target.table).push(" ").push(child);
            let column = if let Link::ToMany(column) = link { column } else { "id" };
            (format!("{child}.\"{column}\""), String::new())
        }
        Link::Through(table, own, there) => {
            let join = sql.alias();
            sql.name(table).push(" ").push(&join).push(" JOIN ").table(&target.table).push(" ").push(child);
            sql.push(" ON ").column(child, "id").push(" = ").column(&join, there);
            (format!("{join}.\"{own}\""), String::new())
        }
        Link::Ancestors | Link::Descendants | Link::History(_) => {
            let above = sql.alias();
            sql.table(&parent.table).push(" ").push(&above).push(" JOIN ").table(&target.table).push(" ").push(child);
            sql.push(" ON ");
            write_path_link(link, &above, child, sql);
            let scope = if parent.scope == Scope::Tenant && !matches!(link, Link::History(_)) {
                format!(" AND {above}.\"organization_id\" = {child}.\"organization_id\"")
            } else {
                String::new()
            };
            (format!("{above}.\"id\""), scope)
        }
    }
}

/// The place of a row in a joining table that keeps an order: what a list is in for which none is asked. `key` is the
/// SQL of the parent's id there.
fn own_order(link: Link, key: &str) -> Option<String> {
    let Link::Through("status_group_status", ..) = link else { return None };
    key.split_once('.').map(|(join, _)| format!("{join}.\"position\""))
}

/// The way down from the root has an order of its own, which no field tells.
fn write_child_order(link: Link, target: &Noun, ask: &Ask, alias: &str, sql: &mut Sql) {
    let backward = ask.window.backward && ask.window.limit.is_some();
    if link == Link::Ancestors {
        sql.column(alias, "path").push(if backward { " DESC" } else { " ASC" });
    } else {
        write_order(target, &ask.order, backward, alias, sql);
    }
}

pub(super) fn child_statement(asking: &Asking, list: &List<'_>, target: &'static Noun, keys: Vec<i64>) -> Statement {
    let mut sql = asking.sql();
    let mut columns = Vec::new();
    let many = list.many;
    let link = list.noun.relations.get(many.relation).map_or(Link::ToMany("id"), |relation| relation.link);
    let named = named(asking, target, &many.select, &mut sql);
    let alias = named.alias.clone();
    let limit = many.ask.window.limit.map(literal_limit);
    match (asking.store, limit) {
        // The page of each parent has the child's own columns and the name of the child, and what is joined stands
        // outside: within, PostgreSQL may choose to read the whole joined table for every parent.
        (Store::Postgres, Some(limit)) => {
            let inner = sql.alias();
            sql.push("SELECT ");
            write_columns(&named, &mut columns, &mut sql);
            write_order_values(&named, &many.ask, &mut columns, &mut sql);
            sql.push(", parent.id FROM ").keys("parent", keys);
            sql.push(" CROSS JOIN LATERAL (SELECT ").push(&inner).push(".* FROM ");
            let (key, scope) = write_link(link, list.noun, target, &inner, &mut sql);
            sql.push(" WHERE ").push(&key).push(" = parent.id").push(&scope).push(" AND ");
            write_condition(asking, target, &many.ask, &inner, &mut sql);
            write_window(target, &many.ask, &inner, &mut sql);
            sql.push(" ORDER BY ");
            write_child_order(link, target, &many.ask, &inner, &mut sql);
            sql.push(" LIMIT ").push(&limit.to_string()).push(") AS ").push(&alias);
            // Without a join nothing takes the rows out of the order of their page.
            if !named.ones.is_empty() {
                write_joins(&named, &mut sql);
                sql.push(" ORDER BY parent.id, ");
                write_child_order(link, target, &many.ask, &alias, &mut sql);
            }
        }
        // SQLite has no LATERAL: the ids of each parent's page are numbered first, then only their rows are read.
        (Store::Sqlite, Some(limit)) => {
            let inner = sql.alias();
            sql.push("SELECT ");
            write_columns(&named, &mut columns, &mut sql);
            write_order_values(&named, &many.ask, &mut columns, &mut sql);
            sql.push(", page.parent FROM (SELECT ").column(&inner, "id").push(" AS id, ");
            let (from, (key, scope)) = sql.apart(|sql| write_link(link, list.noun, target, &inner, sql));
            sql.push(&key).push(" AS parent, ROW_NUMBER() OVER (PARTITION BY ").push(&key).push(" ORDER BY ");
            write_child_order(link, target, &many.ask, &inner, &mut sql);
            sql.push(") AS position FROM ");
            sql.push(&from).push(" WHERE ").push(&key);
            sql.one_of(Kind::Long, keys.into_iter().map(Cell::Int).collect(), Wanted::In);
            sql.push(&scope).push(" AND ");
            write_condition(asking, target, &many.ask, &inner, &mut sql);
            write_window(target, &many.ask, &inner, &mut sql);
            sql.push(") AS page JOIN ").table(&target.table).push(" ").push(&alias);
            sql.push(" ON ").column(&alias, "id").push(" = page.id");
            write_joins(&named, &mut sql);
            sql.push(" WHERE page.position <= ").push(&limit.to_string());
            sql.push(" ORDER BY page.parent, page.position");
        }
        (_, None) => {
            sql.push("SELECT ");
            write_columns(&named, &mut columns, &mut sql);
            write_order_values(&named, &many.ask, &mut columns, &mut sql);
            sql.push(", ");
            let (from, (key, scope)) = sql.apart(|sql| write_link(link, list.noun, target, &alias, sql));
            sql.push(&key).push(" FROM ").push(&from);
            write_joins(&named, &mut sql);
            sql.push(" WHERE ").push(&key);
            sql.one_of(Kind::Long, keys.into_iter().map(Cell::Int).collect(), Wanted::In);
            sql.push(&scope).push(" AND ");
            write_condition(asking, target, &many.ask, &alias, &mut sql);
            sql.push(" ORDER BY ");
            if let Some(place) = own_order(link, &key).filter(|_| many.ask.order.is_empty()) {
                sql.push(&place).push(", ");
            }
            write_child_order(link, target, &many.ask, &alias, &mut sql);
        }
    }
    columns.push(Kind::Long);
    let (text, args) = sql.finish();
    Statement::new(text, args, columns)
}

pub(super) fn child_count_statement(
    asking: &Asking,
    list: &List<'_>,
    target: &'static Noun,
    keys: Vec<i64>,
) -> Statement {
    let mut sql = asking.sql();
    let link = list.noun.relations.get(list.many.relation).map_or(Link::ToMany("id"), |relation| relation.link);
    let alias = sql.alias();
    let (from, (key, scope)) = sql.apart(|sql| write_link(link, list.noun, target, &alias, sql));
    sql.push("SELECT ").push(&key).push(", COUNT(*) FROM ").push(&from).push(" WHERE ").push(&key);
    sql.one_of(Kind::Long, keys.into_iter().map(Cell::Int).collect(), Wanted::In);
    sql.push(&scope).push(" AND ");
    write_condition(asking, target, &list.many.ask, &alias, &mut sql);
    sql.push(" GROUP BY ").push(&key);
    let (text, args) = sql.finish();
    Statement::new(text, args, vec![Kind::Long, Kind::Long])
}
