//! The statements of a question: one for the rows of a level, one for their number where it is wanted.

use super::expr::write_path_link;
use super::leap::{Leap, is_tallied, write_total};
use super::select::{Ask, Asking, List, One, Question, Select};
use super::sql::{Sql, Wanted};
use super::window::{Side, write_order, write_side};
use crate::domain::access::{Sight, Visible, visible};
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Statement, Store};
use crate::domain::describe::{Field, Link, Noun, Scope, Source};
use crate::domain::identity::guard_sql;

/// A select with the aliases its tables have in one statement.
struct Named<'s> {
    alias: String,
    noun: &'static Noun,
    select: &'s Select,
    ones: Vec<(&'s One, Self)>,
    /// The column of the referring row that has all there is to say of a joined one, which then needs no join.
    told_by: Option<String>,
    /// Alias of a person's membership, where something of it is wanted.
    standing: Option<String>,
}

impl Named<'_> {
    /// Adds the row's id.
    fn write_id(&self, sql: &mut Sql) {
        match &self.told_by {
            Some(column) => sql.push(column),
            None => sql.column(&self.alias, "id"),
        };
    }
}

/// Whether of a referred row only the id is wanted, and everybody may see it: then its key says it all.
fn is_told_by_key(asking: &Asking, target: &Noun, select: &Select) -> bool {
    let is_id =
        |index: &usize| target.fields.get(*index).is_some_and(|field| matches!(field.source, Source::Column("id")));
    asking.as_of.is_none()
        && target.scope == Scope::Members
        && asking.viewer.sight == Sight::Organization
        && visible(&asking.viewer, target) == Visible::All
        && select.ones.is_empty()
        && select.fields.iter().all(is_id)
}

fn named<'s>(asking: &Asking, noun: &'static Noun, select: &'s Select, sql: &mut Sql) -> Named<'s> {
    let alias = sql.alias();
    let is_standing =
        |index: &usize| matches!(noun.fields.get(*index), Some(Field { source: Source::Standing(_), .. }));
    let standing = select.fields.iter().any(is_standing).then(|| sql.alias());
    let ones = select
        .ones
        .iter()
        .filter_map(|one| {
            let (relation, target) = asking.model.related(noun, one.relation)?;
            let mut named = named(asking, target, &one.select, sql);
            if let Link::ToOne(column) = relation.link
                && is_told_by_key(asking, target, &one.select)
            {
                named.told_by = Some(format!("{alias}.\"{column}\""));
            }
            Some((one, named))
        })
        .collect();
    Named { alias, noun, select, ones, told_by: None, standing }
}

fn write_columns(named: &Named<'_>, columns: &mut Vec<Kind>, sql: &mut Sql) {
    named.write_id(sql);
    columns.push(Kind::Long);
    for index in &named.select.fields {
        let Some(field) = named.noun.fields.get(*index) else { continue };
        sql.push(", ");
        match (field.source, &named.standing) {
            _ if named.told_by.is_some() => named.write_id(sql),
            (Source::Standing(column), Some(member)) => {
                sql.as_read(field, |sql| sql.column(member, column));
            }
            _ => {
                sql.selected(&named.alias, field);
            }
        }
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
    if let Some(member) = &named.standing {
        sql.push(" LEFT JOIN ").table("membership").push(" ").push(member).push(" ON ");
        sql.standing(member, &named.alias);
    }
    for (one, target) in &named.ones {
        if target.told_by.is_some() {
            continue;
        }
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
    sql.push(" FROM ");
    // Rows that are passed over are passed over by their ids: what is worked out of a row, and what it refers to, is read
    // for the page alone.
    let is_paged = question.ask.window.offset.is_some_and(|offset| offset > 0);
    if is_paged {
        let inner = sql.alias();
        sql.push("(SELECT ").column(&inner, "id").push(" AS id FROM ").sought_table(&question.noun.table);
        sql.push(" ").push(&inner).push(" WHERE ");
        write_part(asking, question, (&inner, leap.as_ref()), &mut sql);
        sql.push(") AS page CROSS JOIN ");
    }
    sql.sought_table(&question.noun.table).push(" ").push(&named.alias);
    write_joins(&named, &mut sql);
    sql.push(" WHERE ");
    if let Some((text, args)) = question.guard.as_ref().and_then(|caller| guard_sql(caller, sql.next_place())) {
        sql.embed(&text, args).push(" AND ");
    }
    if is_paged {
        sql.column(&named.alias, "id").push(" = page.id ORDER BY ");
        write_order(question.noun, &question.ask.order, question.ask.window.backward, &named.alias, &mut sql);
    } else {
        write_part(asking, question, (&named.alias, None), &mut sql);
    }
    let (text, args) = sql.finish();
    Statement::new(text, args, columns)
}

/// Writes which rows of a list a page has, from the condition to the end of the statement.
fn write_part(asking: &Asking, question: &Question, (alias, leap): (&str, Option<&Leap>), sql: &mut Sql) {
    write_condition(asking, question.noun, &question.ask, alias, sql);
    write_window(question.noun, &question.ask, alias, sql);
    match leap {
        Some(leap) => leap.write_condition(alias, sql),
        None => write_beginning(asking, question, alias, sql),
    }
    // Where the identifiers are named, an order of one row and a limit say nothing new; to PostgreSQL, however, a limit is
    // a hint that reading the whole table in order may be cheaper.
    let most = question.ask.expr.most(question.noun);
    if most != Some(1) {
        sql.push(" ORDER BY ");
        write_order(question.noun, &question.ask.order, question.ask.window.backward, alias, sql);
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
    if let Some(leap) = leap {
        sql.push(" OFFSET ");
        leap.write_offset(sql);
    } else if let Some(offset) = offset {
        let offset = i64::try_from(offset).unwrap_or(i64::MAX);
        sql.push(" OFFSET ").value(Kind::Long, Cell::Int(offset));
    }
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

/// Writes that the first value of the order is at least the least there is. To SQLite, which has no statistics, an index
/// that a condition uses is worth more than one that serves the first step of an order alone, and without it the rows of
/// the whole organization are read and sorted for a page.
fn write_beginning(asking: &Asking, question: &Question, alias: &str, sql: &mut Sql) {
    let ask = &question.ask;
    let is_part = ask.window.limit.is_some() && ask.expr.is_always() && ask.order.len() > 1;
    if asking.store != Store::Sqlite || !is_part || question.noun.scope != Scope::Tenant {
        return;
    }
    let Some(first) = ask.order.first().and_then(|step| question.noun.fields.get(step.field)) else { return };
    if let (Source::Column(column), false, Kind::Text | Kind::Time) = (first.source, first.nullable, first.kind) {
        sql.push(" AND ").column(alias, column).push(" >= ''");
    }
}

/// How the rows of a list are tied to their parents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tie {
    /// The parent is one of those that are named.
    Named,
    /// Parent by parent: without statistics SQLite takes an organization for small, and would sooner read all of its
    /// rows than look up those of many parents.
    Each,
}

/// Tables whose lists are found by an index of the parent alone (migration m0005). To SQLite the organization looks as
/// good there, so it is kept from it.
const BY_PARENT_ALONE: [&str; 1] = ["activity"];

impl Tie {
    fn of(asking: &Asking, link: Link) -> Self {
        if asking.store == Store::Sqlite && matches!(link, Link::ToMany(_)) { Self::Each } else { Self::Named }
    }

    /// Writes the source of the rows.
    fn write_source(self, from: &str, keys: &[i64], sql: &mut Sql) {
        if self == Self::Each {
            sql.keys("parent", keys.to_vec()).push(" CROSS JOIN ");
        }
        sql.push(from);
    }

    /// Writes the condition that ties them.
    fn write(self, key: &str, keys: Vec<i64>, sql: &mut Sql) {
        sql.push(key);
        match self {
            Self::Named => sql.one_of(Kind::Long, keys.into_iter().map(Cell::Int).collect(), Wanted::In),
            Self::Each => sql.push(" = parent.id"),
        };
    }

    /// Writes which of the rows are meant.
    fn write_condition(self, asking: &Asking, target: &Noun, ask: &Ask, alias: &str, sql: &mut Sql) {
        if self == Self::Each && BY_PARENT_ALONE.contains(&target.table.as_ref()) && ask.expr.most(target).is_none() {
            sql.push("+");
        }
        write_condition(asking, target, ask, alias, sql);
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
            if !named.ones.is_empty() || named.standing.is_some() {
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
            let tie = Tie::of(asking, link);
            tie.write_source(&from, &keys, &mut sql);
            sql.push(" WHERE ");
            tie.write(&key, keys, &mut sql);
            sql.push(&scope).push(" AND ");
            tie.write_condition(asking, target, &many.ask, &inner, &mut sql);
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
            sql.push(&key).push(" FROM ");
            let tie = Tie::of(asking, link);
            tie.write_source(&from, &keys, &mut sql);
            write_joins(&named, &mut sql);
            sql.push(" WHERE ");
            tie.write(&key, keys, &mut sql);
            sql.push(&scope).push(" AND ");
            tie.write_condition(asking, target, &many.ask, &alias, &mut sql);
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
    sql.push("SELECT ").push(&key).push(", COUNT(*) FROM ");
    let tie = Tie::of(asking, link);
    tie.write_source(&from, &keys, &mut sql);
    sql.push(" WHERE ");
    tie.write(&key, keys, &mut sql);
    sql.push(&scope).push(" AND ");
    tie.write_condition(asking, target, &list.many.ask, &alias, &mut sql);
    sql.push(" GROUP BY ").push(&key);
    let (text, args) = sql.finish();
    Statement::new(text, args, vec![Kind::Long, Kind::Long])
}

#[cfg(test)]
mod tests;
