//! Tables as they were at an instant: each record as its last event until then left it.
//!
//! A statement about the past names another source for each table that the trail tells of, and defines them all before
//! itself. Conditions, joins, orders and what is worked out stand on them as they stand on the tables.

use chrono::{DateTime, Utc};

use super::sql::Sql;
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{self, Store};
use crate::domain::describe::{Noun, Scope};
use crate::domain::model::model;

/// What a statement says of the past.
pub(super) struct Past {
    instant: DateTime<Utc>,
    instant_place: Option<usize>,
    sources: Vec<Source>,
}

/// Where a statement about the past has the rows of a noun from.
#[derive(Clone, Copy)]
struct Source {
    noun: &'static Noun,
    reach: Reach,
}

/// How the records of a source are come upon.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// By what the question says of them, mostly an identifier: read in place, so that it finds their own events.
    Sought,
    /// By what they refer to: read once, because nothing in the store finds snapshots by that.
    Listed,
    /// By what refers to them: the same, with those that no event tells of.
    Referred,
}

impl Source {
    fn name(self) -> String {
        let reach = match self.reach {
            Reach::Sought => "sought",
            Reach::Listed => "listed",
            Reach::Referred => "referred",
        };
        format!("{}_{reach}", self.noun.table)
    }
}

impl Past {
    /// The past at an instant, of no tables yet.
    pub(super) fn at(instant: DateTime<Utc>) -> Self {
        Self { instant, instant_place: None, sources: Vec::new() }
    }

    fn source(&mut self, table: &str, reach: Reach) -> Option<String> {
        let noun = model().nouns().iter().find(|noun| noun.table == table && noun.is_told())?;
        if self.sources.iter().all(|known| known.reach != reach || known.noun.name != noun.name) {
            self.sources.push(Source { noun, reach });
        }
        Some(Source { noun, reach }.name())
    }
}

impl Sql {
    /// Adds the source of a table's rows: in a statement about the past, what the trail tells of them.
    pub fn table(&mut self, table: &str) -> &mut Self {
        self.source(table, Reach::Listed)
    }

    /// The same for the rows that a question is about.
    pub(super) fn sought_table(&mut self, table: &str) -> &mut Self {
        self.source(table, Reach::Sought)
    }

    /// The same for rows that other rows refer to. A record that no event of the organization tells of, such as a person
    /// who came in elsewhere, is taken as it is now: that it was there is known from the reference.
    pub(super) fn referred_table(&mut self, table: &str) -> &mut Self {
        self.source(table, Reach::Referred)
    }

    fn source(&mut self, table: &str, reach: Reach) -> &mut Self {
        match self.past.as_mut().and_then(|past| past.source(table, reach)) {
            Some(source) => self.name(&source),
            None => self.name(table),
        }
    }

    /// In a statement about the past, adds the condition that an event had been recorded by then.
    pub(super) fn recorded_by_then(&mut self, alias: &str) -> &mut Self {
        if self.past.is_none() {
            return self;
        }
        self.push(" AND ").column(alias, "event_date").push(" <= ").instant()
    }

    /// Adds the instant that is asked about.
    fn instant(&mut self) -> &mut Self {
        let next = self.next_place();
        match self.past.as_mut().map(|past| (past.instant, *past.instant_place.get_or_insert(next))) {
            Some((_, place)) if place < next => self.push(&format!("${place}")),
            Some((instant, _)) => self.value(Kind::Time, Cell::Time(instant)),
            None => self.now(),
        }
    }

    /// The definitions of the sources that the statement names, to stand before it.
    pub(super) fn sources(&mut self) -> String {
        let sources = self.past.as_ref().map(|past| past.sources.clone()).unwrap_or_default();
        let (text, ()) = self.apart(|sql| {
            for (index, source) in sources.iter().enumerate() {
                sql.push(if index == 0 { "WITH " } else { ", " }).name(&source.name());
                sql.push(if source.reach == Reach::Sought { " AS NOT" } else { " AS" }).push(" MATERIALIZED (SELECT ");
                write_told(source.noun, source.reach, sql);
                if source.reach == Reach::Referred {
                    write_untold(source.noun, sql);
                }
                sql.push(") ");
            }
        });
        text
    }
}

/// The columns of a source, in their order.
fn columns(noun: &Noun) -> impl Iterator<Item = (&'static str, Kind)> + '_ {
    let is_there = |name: &str| name == ORGANIZATION || crate::domain::trail::tells(name);
    noun.columns.iter().copied().filter(move |(name, _)| is_there(name))
}

const ORGANIZATION: &str = "organization_id";

fn is_owned(noun: &Noun) -> bool {
    noun.columns.iter().any(|(name, _)| *name == ORGANIZATION)
}

fn write_told(noun: &Noun, reach: Reach, sql: &mut Sql) {
    let store = sql.store();
    for (index, (name, kind)) in columns(noun).enumerate() {
        sql.push(if index > 0 { ", " } else { "" });
        match (name, store) {
            (ORGANIZATION, _) => sql.column("e", ORGANIZATION),
            ("uuid", _) => sql.column("e", "entity_uuid").push(" AS ").name(name),
            (_, Store::Postgres) => sql.column("s", name),
            (_, Store::Sqlite) => sql.push(&sqlite_member(name, kind)).push(" AS ").name(name),
        };
    }
    sql.push(" FROM ");
    // The last is the one of the greatest sequence: events recorded at once have the same instant.
    if reach != Reach::Sought {
        sql.push("(SELECT max(l.\"sequence\") AS last FROM \"change_event\" l WHERE ");
        write_events("l", noun, sql);
        sql.push(" GROUP BY l.\"entity_uuid\") AS lasts JOIN ");
    }
    sql.push("\"change_event\" e");
    if reach != Reach::Sought {
        sql.push(" ON e.\"organization_id\" = ").organization().push(" AND e.\"sequence\" = lasts.last");
    }
    if store == Store::Postgres {
        let members = columns(noun).filter(|(name, _)| *name != ORGANIZATION && *name != "uuid");
        let members: Vec<String> = members.map(|(name, kind)| format!("\"{name}\" {}", postgres_type(kind))).collect();
        sql.push(" CROSS JOIN LATERAL json_to_record(e.\"snapshot_after\") AS s(").push(&members.join(", ")).push(")");
    }
    sql.push(" WHERE e.\"action\" <> 'Delete' AND e.\"snapshot_after\" IS NOT NULL");
    if reach == Reach::Sought {
        sql.push(" AND ");
        write_events("e", noun, sql);
        sql.push(" AND NOT EXISTS (SELECT 1 FROM \"change_event\" l WHERE ");
        write_events("l", noun, sql);
        sql.push(" AND l.\"entity_uuid\" = e.\"entity_uuid\" AND l.\"sequence\" > e.\"sequence\")");
    }
    // What is built in was always there.
    if noun.scope == Scope::TenantOrShared {
        sql.push(" UNION ALL SELECT ");
        write_own(noun, sql).push(" WHERE n.\"organization_id\" IS NULL");
    }
}

/// The condition that an event tells of a record of the noun and had been recorded by then.
fn write_events(alias: &str, noun: &Noun, sql: &mut Sql) {
    sql.column(alias, ORGANIZATION).push(" = ").organization().push(" AND ").column(alias, "entity_type");
    sql.push(" = '").push(&noun.table).push("'").recorded_by_then(alias);
}

/// Adds the records that no event tells of, as they are now.
fn write_untold(noun: &Noun, sql: &mut Sql) {
    sql.push(" UNION ALL SELECT ");
    write_own(noun, sql).push(" WHERE ");
    if is_owned(noun) {
        sql.push("n.\"organization_id\" = ").organization().push(" AND ");
    }
    sql.push("NOT EXISTS (SELECT 1 FROM \"change_event\" u WHERE u.\"organization_id\" = ").organization();
    sql.push(" AND u.\"entity_type\" = '").push(&noun.table).push("' AND u.\"entity_uuid\" = n.\"uuid\")");
}

/// The columns as the table has them now, and the table.
fn write_own<'s>(noun: &Noun, sql: &'s mut Sql) -> &'s mut Sql {
    let names: Vec<String> = columns(noun).map(|(name, _)| format!("n.\"{name}\"")).collect();
    sql.push(&names.join(", ")).push(" FROM ").name(&noun.table).push(" n")
}

/// The type of a table's column, which is more than that of a parameter: texts are ordered as the tables order them.
fn postgres_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text COLLATE \"C\"",
        Kind::Decimal => "numeric(18,6)",
        Kind::Json => "json",
        other => db::postgres_type(other),
    }
}

/// A member of the snapshot as the column of a table holds it.
fn sqlite_member(name: &str, kind: Kind) -> String {
    let value = format!("e.\"snapshot_after\" ->> '$.\"{name}\"'");
    let text = format!("NULLIF(e.\"snapshot_after\" -> '$.\"{name}\"', 'null')");
    match kind {
        Kind::Bool | Kind::Int | Kind::Long | Kind::Text | Kind::Date => value,
        Kind::Float => format!("CAST({value} AS REAL)"),
        Kind::Uuid => format!("unhex({value}, '-')"),
        Kind::Time => format!("replace({value}, 'Z', '+00:00')"),
        Kind::Json => text,
        // In millionths, digit by digit: a double would not hold them all.
        Kind::Decimal => {
            let (number, point) = (format!("{text} || '.'"), format!("instr({text} || '.', '.')"));
            format!(
                "CAST(substr({number}, 1, {point} - 1) || substr(replace(substr({number}, {point} + 1), '.', '') || \
                 '000000', 1, 6) AS INTEGER)"
            )
        }
    }
}
