//! Whether the records are what their last events say: a record that was changed past the trail shows here.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::snapshot::Shape;
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Arg, Db, Errand, Statement, Store};
use crate::domain::error::{Error, Result};

/// Records of one statement.
const PAGE: i64 = 500;
/// Differences of one type of record that are told.
const TOLD: usize = 20;

/// How the records of an organization and its trail agree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Number of records that were compared.
    pub records: u64,
    /// What is not as the trail says; of each type of record the first twenty.
    pub differences: Vec<Difference>,
}

/// One record that is not as the trail says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Type of the record.
    pub entity_type: &'static str,
    /// The record.
    pub entity: Uuid,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.entity_type, self.entity, self.why)
    }
}

/// A type of record that the trail tells of.
struct Told {
    name: &'static str,
    shape: Shape,
    /// Which rows of its table are the organization's.
    own: &'static str,
    /// Whether every record has an event in the organization's own trail.
    always: bool,
}

macro_rules! told {
    ($($name:ident)*) => {
        vec![$(Told {
            name: stringify!($name),
            shape: Shape::of::<entity::$name::Entity>(&[]),
            own: "organization_id = $1",
            always: true,
        }),*]
    };
}

static TOLD_OF: LazyLock<Vec<Told>> = LazyLock::new(|| {
    let mut told = told! {
        membership org_unit worker api_key asset_profile asset audit_area item layout stock_level reason_code category
        template executive_report program_template program schedule status_group observation_status datastore
        datastore_info audit action_plan idea activity count_task issue comment_group comment standard conformance_level
    };
    told.push(Told {
        name: "organization",
        shape: Shape::of::<entity::organization::Entity>(&[]),
        own: "id = $1",
        always: true,
    });
    // A person may have been made in another organization, whose trail tells of that.
    told.push(Told {
        name: "user",
        shape: Shape::of::<entity::user::Entity>(&[]),
        own: "id IN (SELECT user_id FROM membership WHERE organization_id = $1)",
        always: false,
    });
    told
});

/// Compares every record of an organization with its last event.
pub async fn compare(db: &Db, organization_id: i64) -> Result<Compared> {
    // Without the tenant: people are no organization's.
    let errand = Errand::default();
    let mut compared = Compared::default();
    for told in TOLD_OF.iter() {
        let mut found = Vec::new();
        let mut after = 0;
        loop {
            let rows = db.fetch(&errand, records(db.store(), told, organization_id, after)).await?;
            let Some(last) = rows.iter().next_back().and_then(|row| row.first()?.as_int()) else { break };
            after = last;
            let uuids: Vec<Uuid> = rows.iter().filter_map(|row| row.get(1)?.as_uuid()).collect();
            let events = last_events(db, &errand, organization_id, (told.name, uuids)).await?;
            for row in rows.iter() {
                let [_, Cell::Uuid(uuid), cells @ ..] = row else { return Err(Error::Internal) };
                compared.records += 1;
                let why = match events.get(uuid) {
                    None if told.always => Some("no event tells of it".to_owned()),
                    None => None,
                    Some(event) => difference(event, &told.shape.text(cells)),
                };
                found.extend(why.map(|why| Difference { entity_type: told.name, entity: *uuid, why }));
            }
            found.truncate(TOLD);
        }
        found.extend(gone(db, &errand, organization_id, told).await?);
        compared.differences.extend(found);
    }
    Ok(compared)
}

fn records(store: Store, told: &Told, organization_id: i64, after: i64) -> Statement {
    let sql = format!(
        "SELECT \"id\", \"uuid\", {} FROM \"{}\" WHERE {} AND \"id\" > $2 ORDER BY \"id\" LIMIT {PAGE}",
        told.shape.picked(store),
        told.name,
        told.own
    );
    let kinds = [Kind::Long, Kind::Uuid].into_iter().chain(told.shape.kinds()).collect();
    Statement::new(sql, vec![Arg::long(organization_id), Arg::long(after)], kinds)
}

/// What the last event of a record says.
struct Last {
    action: String,
    after: Option<String>,
    erased: bool,
}

async fn last_events(
    db: &Db,
    errand: &Errand,
    organization_id: i64,
    (entity_type, uuids): (&'static str, Vec<Uuid>),
) -> Result<HashMap<Uuid, Last>> {
    let (among, json) = match db.store() {
        Store::Postgres => ("= ANY($3::uuid[])", "e.snapshot_after::text"),
        Store::Sqlite => ("IN (SELECT unhex(value) FROM json_each($3))", "e.snapshot_after"),
    };
    let sql = format!(
        "SELECT e.entity_uuid, e.action, {json}, e.erased_at FROM change_event e JOIN (SELECT max(sequence) AS last FROM \
         change_event WHERE organization_id = $1 AND entity_type = $2 AND entity_uuid {among} GROUP BY entity_uuid) l ON \
         e.sequence = l.last WHERE e.organization_id = $1"
    );
    let uuids = uuids.into_iter().map(Cell::Uuid).collect();
    let args = vec![Arg::long(organization_id), Arg::text(entity_type), Arg::Many(Kind::Uuid, uuids)];
    let kinds = vec![Kind::Uuid, Kind::Text, Kind::Json, Kind::Time];
    let rows = db.fetch(errand, Statement::new(sql, args, kinds)).await?;
    let read = |row: &[Cell]| match row {
        [Cell::Uuid(uuid), Cell::Text(action), after, erased] => {
            let after = after.as_str().map(str::to_owned);
            Some((*uuid, Last { action: action.clone(), after, erased: !erased.is_null() }))
        }
        _ => None,
    };
    Ok(rows.iter().filter_map(read).collect())
}

/// What the record has that its last event says otherwise. Keys that only one of them has are passed over: what a record
/// consists of may have grown since.
fn difference(last: &Last, record: &str) -> Option<String> {
    if last.action == "Delete" {
        return Some("its last event says that it was deleted".to_owned());
    }
    let Some(after) = &last.after else {
        return (!last.erased).then(|| "its last event does not say what it became".to_owned());
    };
    let read = |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
    let (said, is) = (read(after), read(record));
    let differs = |(key, value): &(&String, &Value)| is.get(*key).is_some_and(|own| !same(own, value));
    let keys: Vec<&str> = said.iter().filter(differs).map(|(key, _)| key.as_str()).collect();
    (!keys.is_empty()).then(|| format!("{} not as its last event says", keys.join(", ")))
}

/// Numbers are the same where their values are: a decimal may have been written with more digits.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || matches!((left.as_f64(), right.as_f64()), (Some(left), Some(right)) if left == right)
        }
        _ => left == right,
    }
}

/// Records that are gone although no event says that they were deleted.
async fn gone(db: &Db, errand: &Errand, organization_id: i64, told: &Told) -> Result<Vec<Difference>> {
    // Numbered and not compared with each other: what PostgreSQL makes of that depends on statistics that may be old.
    let sql = format!(
        "SELECT e.entity_uuid FROM (SELECT entity_uuid, action, sequence, ROW_NUMBER() OVER (PARTITION BY entity_uuid ORDER \
         BY sequence DESC) AS place FROM change_event WHERE organization_id = $1 AND entity_type = $2) e WHERE e.place = 1 \
         AND e.action <> 'Delete' AND NOT EXISTS (SELECT 1 FROM \"{}\" t WHERE t.uuid = e.entity_uuid) ORDER BY e.sequence \
         LIMIT {TOLD}",
        told.name
    );
    let args = vec![Arg::long(organization_id), Arg::text(told.name)];
    let rows = db.fetch(errand, Statement::new(sql, args, vec![Kind::Uuid])).await?;
    let gone = rows.iter().filter_map(|row| row.first()?.as_uuid());
    let why = "it is gone, and no event says that it was deleted";
    Ok(gone.map(|entity| Difference { entity_type: told.name, entity, why: why.to_owned() }).collect())
}
