//! Whether the sessions behind connections that stay open still hold: all of them asked at once.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::guard::{held_key_sql, session_sql};
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::{Caller, Proof};
use crate::domain::db::{Arg, Db, Errand, Statement, Store};
use crate::domain::error::Result;

/// Which of these callers' sessions and keys hold no more, by their places in the list. At most two statements,
/// whatever the number.
pub async fn lapsed(db: &Db, callers: &[Arc<Caller>], now: DateTime<Utc>) -> Result<Vec<usize>> {
    let mut tokens = Vec::new();
    let mut keys = Vec::new();
    for (place, caller) in (0_i64..).zip(callers) {
        match &caller.proof {
            Proof::Token { family, .. } => tokens.push([place.into(), caller.user_id.into(), (*family).into()]),
            Proof::ApiKey { key_id, .. } => {
                keys.push([place.into(), (*key_id).into(), Cell::from(caller.role.word())]);
            }
            Proof::Looked | Proof::Operator => {}
        }
    }
    let mut found = Vec::new();
    if !tokens.is_empty() {
        let held = session_sql(["s.c1", "s.c2"]);
        let (source, args) = listed(db.store(), [Kind::Long, Kind::Long, Kind::Uuid], tokens);
        found.extend(failing(db, &source, &held, args).await?);
    }
    if !keys.is_empty() {
        let (source, mut args) = listed(db.store(), [Kind::Long, Kind::Long, Kind::Text], keys);
        args.push(Arg::one(Kind::Time, now));
        let held = held_key_sql(["s.c1", &format!("${}", args.len()), "s.c2"]);
        found.extend(failing(db, &source, &held, args).await?);
    }
    Ok(found)
}

async fn failing(db: &Db, source: &str, held: &str, args: Vec<Arg>) -> Result<Vec<usize>> {
    let sql = format!("SELECT s.c0 FROM {source} AS s WHERE NOT {held}");
    let rows = db.fetch(&Errand::default(), Statement::new(sql, args, vec![Kind::Long])).await?;
    Ok(rows.iter().filter_map(|row| usize::try_from(row.first()?.as_int()?).ok()).collect())
}

/// Rows as a source of SQL with the columns `c0`, `c1` and so on. Its text does not depend on their number.
fn listed<const N: usize>(store: Store, kinds: [Kind; N], rows: Vec<[Cell; N]>) -> (String, Vec<Arg>) {
    match store {
        Store::Postgres => {
            let mut lists = kinds.map(|_| Vec::with_capacity(rows.len()));
            for row in rows {
                for (list, cell) in lists.iter_mut().zip(row) {
                    list.push(cell);
                }
            }
            let arrays = (1..).zip(kinds).map(|(place, kind)| match kind {
                Kind::Uuid => format!("${place}::uuid[]"),
                Kind::Text => format!("${place}::text[]"),
                _ => format!("${place}::bigint[]"),
            });
            let names = (0..N).map(|column| format!("c{column}"));
            let (arrays, names): (Vec<String>, Vec<String>) = (arrays.collect(), names.collect());
            let source = format!("(SELECT * FROM unnest({}) AS u({}))", arrays.join(", "), names.join(", "));
            (source, kinds.into_iter().zip(lists).map(|(kind, list)| Arg::Many(kind, list)).collect())
        }
        Store::Sqlite => {
            let picked = (0..).zip(kinds).map(|(column, kind)| match kind {
                Kind::Uuid => format!("unhex(value ->> {column}) AS c{column}"),
                _ => format!("value ->> {column} AS c{column}"),
            });
            let source = format!("(SELECT {} FROM json_each($1))", picked.collect::<Vec<_>>().join(", "));
            let rows: Vec<Vec<serde_json::Value>> =
                rows.into_iter().map(|row| row.iter().map(json).collect()).collect();
            (source, vec![Arg::text(serde_json::Value::from(rows).to_string())])
        }
    }
}

fn json(cell: &Cell) -> serde_json::Value {
    match cell {
        Cell::Int(value) => (*value).into(),
        Cell::Uuid(value) => value.simple().to_string().into(),
        other => other.as_str().into(),
    }
}
