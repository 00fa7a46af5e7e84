//! The past as the trail tells it: as of now it is the present, as of any instant it is what the events add up to.

use std::collections::HashMap;

use audit_gateway::domain::access::Viewer;
use audit_gateway::domain::ask::{Ask, Expr, Level, Many, One, Question, Select, Window};
use audit_gateway::domain::cell::{Cell, Kind, instant_text};
use audit_gateway::domain::db::{Db, Errand, Statement, Store};
use audit_gateway::domain::describe::{Noun, Scope, Shape, Source};
use audit_gateway::domain::model::model;
use chrono::{DateTime, Duration, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::{all, answer, answer_as_of};
use crate::fixture::clock;
use crate::graphql::{demonstrate, owner};
use crate::store::{TestStore, on_both_stores};

on_both_stores!(as_of_now_every_record_is_as_it_is, as_of_any_instant_every_record_is_what_its_last_event_says);

/// Every field and relation that the trail tells of.
fn told(noun: &Noun) -> Select {
    let fields = |noun: &Noun| {
        let told = noun.fields.iter().enumerate().filter(|(_, field)| field.is_told);
        Select { fields: told.map(|(index, _)| index).collect(), ..Select::default() }
    };
    let mut select = fields(noun);
    for (relation, described) in noun.relations.iter().enumerate() {
        let target = model().noun(described.target).expect("a target");
        if !described.is_told(target) {
            continue;
        }
        match described.shape {
            Shape::One => select.ones.push(One { relation, select: fields(target) }),
            Shape::Connection | Shape::List => {
                let limit = (described.shape == Shape::Connection).then_some(5);
                let ask = Ask { window: Window { limit, ..Window::default() }, ..all(target, Expr::always()) };
                select.manys.push(Many { relation, ask, select: fields(target) });
            }
        }
    }
    select
}

fn every_record(noun: &'static Noun, select: Select) -> Question {
    Question { noun, ask: all(noun, Expr::always()), select, guard: None }
}

/// A cell as it is compared: the stores keep the white space of JSON or do not.
fn compared(cell: &Cell) -> Cell {
    match cell {
        Cell::Json(text) => serde_json::from_str::<Json>(text).expect("JSON").to_string().into(),
        other => other.clone(),
    }
}

fn assert_same(now: &Level, then: &Level, told: &str) {
    assert_eq!(now.groups.len(), then.groups.len(), "{told}");
    for (parent, group) in &now.groups {
        let other = then.group(*parent);
        let told = format!("{told} of {parent}");
        assert_eq!((group.len, group.more, group.total), (other.len, other.more, other.total), "{told}");
        for row in 0..group.len {
            let cells = |level: &Level, start: usize| -> Vec<Cell> {
                level.rows.row(start + row).iter().map(compared).collect()
            };
            assert_eq!(cells(now, group.start), cells(then, other.start), "{told}, row {row}");
        }
    }
    for (index, (now, then)) in now.below.iter().zip(&then.below).enumerate() {
        assert_same(now, then, &format!("{told}, list {index}"));
    }
}

async fn as_of_now_every_record_is_as_it_is(kind: Store) {
    let store = TestStore::migrated(kind).await;
    demonstrate(&store.db).await;
    let mut records = 0;
    for slug in ["harbour-foods", "northwind-library"] {
        let viewer = Viewer::from(&owner(&store.db, slug).await);
        for noun in model().nouns().iter().filter(|noun| noun.is_told()) {
            // One person's account was made in the other organization, whose trail alone tells of it.
            if (slug, noun.name) == ("northwind-library", "User") {
                continue;
            }
            let (now, statements) = answer(&store.db, viewer, every_record(noun, told(noun))).await.expect("rows");
            let question = every_record(noun, told(noun));
            let then = answer_as_of(&store.db, viewer, Some(clock().now()), question).await;
            let (then, as_of) = then.unwrap_or_else(|error| panic!("{}: {error}", noun.name));
            assert_eq!(statements, as_of, "the past costs no more statements: {}", noun.name);
            assert_same(&now, &then, &format!("{slug} {}", noun.name));
            records += now.rows.len();
        }
    }
    assert!(records > 500, "the demonstration has more than {records} records");
}

struct Event {
    entity: (String, Uuid),
    deleted: bool,
    at: DateTime<Utc>,
    after: Option<Map<String, Json>>,
}

/// The events of an organization in the order of its trail.
async fn events(db: &Db, organization: i64) -> Vec<Event> {
    let json = if db.store() == Store::Postgres { "snapshot_after::text" } else { "snapshot_after" };
    let sql = format!(
        "SELECT entity_type, entity_uuid, action, event_date, {json} FROM change_event WHERE organization_id = \
         {organization} ORDER BY sequence"
    );
    let kinds = vec![Kind::Text, Kind::Uuid, Kind::Text, Kind::Time, Kind::Json];
    let rows = db.fetch(&Errand::default(), Statement::new(sql, Vec::new(), kinds)).await.expect("the trail");
    let read = |row: &[Cell]| match row {
        [Cell::Text(name), Cell::Uuid(uuid), Cell::Text(action), Cell::Time(at), after] => Event {
            entity: (name.clone(), *uuid),
            deleted: action == "Delete",
            at: *at,
            after: after.as_str().map(|text| serde_json::from_str(text).expect("an object")),
        },
        other => panic!("{other:?}"),
    };
    rows.iter().map(read).collect()
}

async fn as_of_any_instant_every_record_is_what_its_last_event_says(kind: Store) {
    let store = TestStore::migrated(kind).await;
    demonstrate(&store.db).await;
    let viewer = Viewer::from(&owner(&store.db, "harbour-foods").await);
    let events = events(&store.db, viewer.organization_id).await;
    let mut instants: Vec<DateTime<Utc>> = events.iter().map(|event| event.at).collect();
    instants.sort_unstable();
    let tenth = instants.len() / 10;
    let mut instants: Vec<_> = instants.into_iter().step_by(tenth).collect();
    instants.push(instants[4] - Duration::microseconds(1));
    let mut met = 0;
    for instant in instants {
        let mut records: HashMap<&(String, Uuid), &Event> = HashMap::new();
        records.extend(events.iter().filter(|event| event.at <= instant).map(|event| (&event.entity, event)));
        records.retain(|_, last| !last.deleted && last.after.is_some());
        for noun in model().nouns().iter().filter(|noun| noun.is_told()) {
            let fields = noun.fields.iter().enumerate();
            let columns: Vec<(usize, &str)> = fields
                .filter(|(_, field)| field.is_told)
                .filter_map(|(index, field)| match field.source {
                    Source::Column(column) => Some((index, column)),
                    Source::Derived(_) | Source::Standing(_) => None,
                })
                .collect();
            let select = Select { fields: columns.iter().map(|(index, _)| *index).collect(), ..Select::default() };
            let (then, _) =
                answer_as_of(&store.db, viewer, Some(instant), every_record(noun, select)).await.expect("rows");
            let uuid_at = columns.iter().position(|(_, column)| *column == "uuid").expect("an identifier") + 1;
            let mut found = 0;
            for row in then.rows.iter() {
                let uuid = row[uuid_at].as_uuid().expect("an identifier");
                let Some(last) = records.get(&(noun.table.clone(), uuid)) else {
                    assert_eq!(noun.scope, Scope::TenantOrShared, "{} {uuid} was not there at {instant}", noun.name);
                    continue;
                };
                found += 1;
                for ((_, column), cell) in columns.iter().zip(&row[1..]) {
                    let said = last.after.as_ref().and_then(|after| after.get(*column)).unwrap_or(&Json::Null);
                    assert!(says(said, cell), "{} {uuid}.{column} at {instant}: {said} is not {cell:?}", noun.name);
                }
            }
            if noun.scope != Scope::Members {
                let expected = records.keys().filter(|(name, _)| *name == noun.table).count();
                assert_eq!(found, expected, "{} at {instant}", noun.name);
            }
            met += found;
        }
    }
    assert!(met > 1_000, "only {met} records of the past");
}

/// Whether a member of a snapshot is the value of a cell.
fn says(said: &Json, cell: &Cell) -> bool {
    match cell {
        Cell::Null => said.is_null(),
        Cell::Bool(value) => said.as_bool() == Some(*value),
        Cell::Int(value) => said.as_i64() == Some(*value),
        Cell::Float(value) => said.as_f64() == Some(*value),
        Cell::Text(value) => said.as_str() == Some(value),
        Cell::Uuid(value) => said.as_str() == Some(&value.to_string()),
        Cell::Time(value) => said.as_str() == Some(&instant_text(value)),
        Cell::Date(value) => said.as_str() == Some(&value.to_string()),
        Cell::Decimal(value) => said.to_string().parse::<Decimal>().ok() == Some(*value),
        Cell::Json(text) => serde_json::from_str::<Json>(text).ok().as_ref() == Some(said),
    }
}
