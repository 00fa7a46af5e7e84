//! An event as the feeds know it: enough to tell who wants it. Everything else is read for those who do.

use uuid::Uuid;

use super::errand;
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Arg, Db, Statement, Store};
use crate::domain::error::Result;
use crate::domain::trail::Action;

/// Most types of record that one follower names.
pub const MOST_ENTITIES: usize = 100;
/// Most records that one follower names.
pub const MOST_IDS: usize = 1_000;
/// Most events that are read at once.
pub(super) const PAGE: usize = 500;
/// Most sequences that are looked through at once, where few events are wanted.
const SPAN: i64 = 20_000;

/// An event of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// Position in the trail.
    pub sequence: i64,
    /// Type of the record.
    pub entity_type: Box<str>,
    /// Identifier of the record.
    pub entity_uuid: Uuid,
    /// Identifier of the record it is a line of.
    pub parent_uuid: Option<Uuid>,
    /// What happened.
    pub action: Action,
}

/// A record that a follower names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its type; any without one.
    pub entity_type: Option<String>,
    /// Its identifier.
    pub uuid: Uuid,
}

/// Which events a follower wants: all conditions that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Of records of these types.
    pub entities: Option<Vec<String>>,
    /// Of these records.
    pub records: Option<Vec<Record>>,
    /// Also of lines of those records.
    pub lines: bool,
    /// Of these sorts.
    pub actions: Option<Vec<Action>>,
}

impl Wanted {
    /// Whether an event is wanted.
    pub fn takes(&self, event: &Happened) -> bool {
        let entity = |entities: &Vec<String>| entities.iter().any(|entity| **entity == *event.entity_type);
        let action = |actions: &Vec<Action>| actions.contains(&event.action);
        let record = |records: &Vec<Record>| {
            records.iter().any(|record| {
                let is_it = event.entity_uuid == record.uuid
                    && record.entity_type.as_ref().is_none_or(|entity| **entity == *event.entity_type);
                is_it || (self.lines && event.parent_uuid == Some(record.uuid))
            })
        };
        self.entities.as_ref().is_none_or(entity)
            && self.actions.as_ref().is_none_or(action)
            && self.records.as_ref().is_none_or(record)
    }

    fn is_everything(&self) -> bool {
        self.entities.is_none() && self.records.is_none() && self.actions.is_none()
    }
}

/// Reads the events behind a place in a trail: those wanted among the next ones, and the place up to which that is all.
/// `head` is a sequence that is known to be there.
pub(super) async fn read(
    db: &Db,
    organization_id: i64,
    (after, head): (i64, i64),
    wanted: &Wanted,
) -> Result<(Vec<Happened>, i64)> {
    let until = if wanted.is_everything() { head } else { head.min(after.saturating_add(SPAN)) };
    let statement = statement(db.store(), organization_id, (after, until), wanted);
    let rows = db.fetch(&errand(organization_id), statement).await?;
    let mut events: Vec<Happened> = rows.iter().filter_map(event).collect();
    let place = if rows.len() < PAGE { until } else { events.last().map_or(until, |event| event.sequence) };
    // A condition of SQL is about uuids alone; which type a record has is told here.
    events.retain(|event| wanted.takes(event));
    Ok((events, place))
}

fn statement(store: Store, organization_id: i64, (after, until): (i64, i64), wanted: &Wanted) -> Statement {
    let mut sql = "SELECT sequence, entity_type, entity_uuid, parent_uuid, action FROM change_event WHERE \
                   organization_id = $1 AND sequence > $2 AND sequence <= $3"
        .to_owned();
    let mut args = vec![Arg::long(organization_id), Arg::long(after), Arg::long(until)];
    let mut among = |kind: Kind, cells: Vec<Cell>| {
        args.push(Arg::Many(kind, cells));
        let place = args.len();
        match (store, kind) {
            (Store::Postgres, _) => format!("= ANY(${place})"),
            (Store::Sqlite, Kind::Uuid) => format!("IN (SELECT unhex(value) FROM json_each(${place}))"),
            (Store::Sqlite, _) => format!("IN (SELECT value FROM json_each(${place}))"),
        }
    };
    if let Some(entities) = &wanted.entities {
        let list = among(Kind::Text, entities.iter().map(|entity| entity.as_str().into()).collect());
        sql.push_str(&format!(" AND entity_type {list}"));
    }
    if let Some(actions) = &wanted.actions {
        let list = among(Kind::Text, actions.iter().map(|action| action.word().into()).collect());
        sql.push_str(&format!(" AND action {list}"));
    }
    if let Some(records) = &wanted.records {
        let list = among(Kind::Uuid, records.iter().map(|record| record.uuid.into()).collect());
        let lines = if wanted.lines { format!(" OR parent_uuid {list}") } else { String::new() };
        sql.push_str(&format!(" AND (entity_uuid {list}{lines})"));
    }
    sql.push_str(&format!(" ORDER BY sequence LIMIT {PAGE}"));
    Statement::new(sql, args, vec![Kind::Long, Kind::Text, Kind::Uuid, Kind::Uuid, Kind::Text])
}

fn event(row: &[Cell]) -> Option<Happened> {
    let [sequence, entity_type, entity_uuid, parent_uuid, action] = row else { return None };
    Some(Happened {
        sequence: sequence.as_int()?,
        entity_type: entity_type.as_str()?.into(),
        entity_uuid: entity_uuid.as_uuid()?,
        parent_uuid: parent_uuid.as_uuid(),
        action: action.as_str()?.parse().ok()?,
    })
}
