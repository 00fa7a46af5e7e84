//! What the three kinds of record ask of the store alike.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::SOURCE;
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Arg, Statement, Store, Tx, sqlite_instant};
use crate::domain::error::Result;
use crate::domain::trail::{self, Action, Entry, Shape};
use crate::import::Run;

/// The records of a table that came from here, by their key in the source.
pub async fn find(tx: &mut Tx, run: &Run, table: &str, references: Vec<&str>) -> Result<HashMap<String, i64>> {
    let from_here = format!("external_source = '{SOURCE}'");
    by_texts(tx, run, (table, "external_ref", &from_here), references).await
}

/// The ids of the rows whose text column holds one of some texts; of one row where several do.
pub async fn by_texts(
    tx: &mut Tx,
    run: &Run,
    (table, column, condition): (&str, &str, &str),
    texts: Vec<&str>,
) -> Result<HashMap<String, i64>> {
    // Each text is looked up by itself: while a table is being filled, nothing is known of what its columns hold, and
    // a look-up of all at once would read the whole of it.
    let one = format!("FROM \"{table}\" WHERE organization_id = $1 AND {condition} AND {column} =");
    let sql = match tx.store() {
        Store::Postgres => format!(
            "SELECT asked.text, found.id FROM unnest($2::text[]) AS asked(text) CROSS JOIN LATERAL (SELECT id {one} \
             asked.text LIMIT 1) AS found"
        ),
        Store::Sqlite => format!(
            "SELECT text, id FROM (SELECT value AS text, (SELECT id {one} value LIMIT 1) AS id FROM json_each($2)) \
             WHERE id IS NOT NULL"
        ),
    };
    let asked = texts.into_iter().map(Cell::from).collect();
    let args = vec![Arg::long(run.organization_id), Arg::Many(Kind::Text, asked)];
    let rows = tx.fetch(&Statement::new(sql, args, vec![Kind::Text, Kind::Long])).await?;
    Ok(rows
        .iter()
        .filter_map(|row| match row {
            [Cell::Text(text), Cell::Int(id)] => Some((text.clone(), *id)),
            _ => None,
        })
        .collect())
}

/// What is added to a site's counters.
#[derive(Clone, Copy, Debug, Default)]
pub struct Addition {
    /// Records that take a number.
    pub count: i64,
    /// The latest audit.
    pub audited_at: Option<DateTime<Utc>>,
}

/// A site after its counter was moved on.
#[derive(Clone, Debug)]
pub struct Counter {
    /// What sort of asset it is.
    pub kind: String,
    /// The last number that is free to give now.
    pub last: i64,
}

/// Moves a counter of sites on, which locks them.
pub async fn count_on(
    tx: &mut Tx,
    run: &Run,
    counter: &str,
    additions: &BTreeMap<i64, Addition>,
) -> Result<HashMap<i64, Counter>> {
    let (from, later, args) = match tx.store() {
        Store::Postgres => (
            "SELECT * FROM unnest($2::bigint[], $3::integer[], $4::timestamptz[]) AS v(id, count, at)",
            "greatest(last_audited_at, v.at)",
            vec![
                Arg::long(run.organization_id),
                Arg::longs(additions.keys().copied()),
                Arg::Many(Kind::Int, additions.values().map(|addition| addition.count.into()).collect()),
                Arg::Many(Kind::Time, additions.values().map(|addition| addition.audited_at.into()).collect()),
            ],
        ),
        Store::Sqlite => (
            "SELECT value ->> 0 AS id, value ->> 1 AS count, value ->> 2 AS at FROM json_each($2)",
            "coalesce(max(last_audited_at, v.at), last_audited_at, v.at)",
            vec![Arg::long(run.organization_id), Arg::text(table_of(additions))],
        ),
    };
    // Not materialized, SQLite would read the JSON again for every site.
    let sql = format!(
        "WITH v AS MATERIALIZED ({from}) UPDATE asset SET {counter} = {counter} + v.count, last_audited_at = {later} FROM v \
         WHERE asset.organization_id = $1 AND asset.id = v.id RETURNING asset.id, asset.kind, asset.{counter}"
    );
    let rows = tx.fetch(&Statement::new(sql, args, vec![Kind::Long, Kind::Text, Kind::Int])).await?;
    Ok(rows
        .iter()
        .filter_map(|row| match row {
            [Cell::Int(id), Cell::Text(kind), Cell::Int(last)] => {
                Some((*id, Counter { kind: kind.clone(), last: *last }))
            }
            _ => None,
        })
        .collect())
}

/// Rows of three values as one JSON text: SQLite reads several arrays side by side only by trying all pairs.
fn table_of(additions: &BTreeMap<i64, Addition>) -> String {
    let rows: Vec<serde_json::Value> = additions
        .iter()
        .map(|(id, addition)| serde_json::json!([id, addition.count, addition.audited_at.as_ref().map(sqlite_instant)]))
        .collect();
    serde_json::Value::from(rows).to_string()
}

/// New rows of a table, as the trail tells them: ids and public identifiers.
pub struct Created<'a> {
    /// What the trail calls such a record.
    pub entity_type: &'static str,
    /// What of it the trail keeps.
    pub shape: Shape,
    /// Ids and public identifiers.
    pub rows: Vec<(i64, Uuid)>,
    /// What else a snapshot tells, by id: a member of the object, with its key.
    pub also: &'a HashMap<i64, String>,
}

/// Appends that rows were created.
pub async fn record(tx: &mut Tx, run: &Run, created: Created<'_>) -> Result<()> {
    let ids: Vec<i64> = created.rows.iter().map(|(id, _)| *id).collect();
    let mut snapshots = created.shape.take(tx, run.organization_id, &ids).await?;
    let entries = created.rows.into_iter().map(|(id, uuid)| Entry {
        snapshot_after: snapshots.remove(&id).map(|snapshot| match created.also.get(&id) {
            Some(member) => format!("{},{member}}}", snapshot.strip_suffix('}').unwrap_or_default()),
            None => snapshot,
        }),
        ..run.origin.entry(Action::Create, created.entity_type, uuid)
    });
    trail::append(tx, run.organization_id, entries.collect()).await.map(drop)
}
