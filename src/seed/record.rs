//! Putting a draft into the store, with the trail it would have left.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::draft::{Deed, Draft, Ids, Key, Row, Value};
use super::random::Random;
use super::sheet::{Sheet, sheets};
use crate::domain::bulk::{self, Table};
use crate::domain::cell::Cell;
use crate::domain::cx::Surface;
use crate::domain::db::Tx;
use crate::domain::error::{Error, Result};
use crate::domain::trail::{self, Action, Entry, Shape};

/// Writes all rows of a draft and appends their history to the trail. Gives the ids.
pub async fn record(tx: &mut Tx, draft: &Draft) -> Result<Ids> {
    let mut ids = Ids::default();
    for (sheet, rows) in sheets().iter().zip(&draft.tables) {
        let count = if sheet.identified { rows.len() } else { 0 };
        ids.0.push(bulk::reserve(tx, sheet.name, count).await?);
    }
    for (place, (sheet, rows)) in sheets().iter().zip(&draft.tables).enumerate() {
        let table = Table { name: sheet.name, columns: &sheet.columns };
        let there = rows.iter().enumerate().filter(|(_, row)| row.removed.is_none());
        let cells = there.clone().map(|(_, row)| row.last().iter().map(|value| ids.cell(value)).collect());
        if sheet.identified {
            let own: Vec<i64> = there.clone().map(|(index, _)| ids.of(Key { table: place, index })).collect();
            bulk::insert_with_ids(tx, &table, &own, cells.collect()).await?;
        } else {
            bulk::insert_rows(tx, &table, cells.collect()).await?;
        }
    }
    append(tx, draft, &ids).await?;
    Ok(ids)
}

async fn append(tx: &mut Tx, draft: &Draft, ids: &Ids) -> Result<()> {
    let mut random = draft.random.clone();
    let mut events: Vec<(Key, Entry)> = draft.foreign.clone();
    for (place, (sheet, rows)) in sheets().iter().zip(&draft.tables).enumerate() {
        let Some(shape) = &sheet.shape else { continue };
        let teller = Teller { sheet, shape, ids };
        for (index, row) in rows.iter().enumerate() {
            let (Some(organization), Some(uuid)) = (row.organization, row.uuid) else { continue };
            let told = teller.tell(row, uuid, ids.of(Key { table: place, index }), &mut random)?;
            events.extend(told.into_iter().map(|entry| (organization, entry)));
        }
    }
    // The order of the sequence is the order of time; what happened at once keeps the order of the tables.
    events.sort_by_key(|(_, entry)| entry.event_date);
    let mut organizations: Vec<Key> = events.iter().map(|(organization, _)| *organization).collect();
    organizations.sort_by_key(|key| key.index);
    organizations.dedup();
    for organization in organizations {
        let own = events.iter().filter(|(whose, _)| *whose == organization).map(|(_, entry)| entry.clone());
        trail::append(tx, ids.of(organization), own.collect()).await?;
    }
    Ok(())
}

struct Teller<'a> {
    sheet: &'static Sheet,
    shape: &'a Shape,
    ids: &'a Ids,
}

impl Teller<'_> {
    fn tell(&self, row: &Row, uuid: Uuid, id: i64, random: &mut Random) -> Result<Vec<Entry>> {
        let mut values = row.first.clone();
        let mut shown = self.snapshot(id, &values)?;
        let mut told = vec![self.entry(Action::Create, uuid, row.made, random).after(shown.as_str())];
        for edit in &row.edits {
            for (position, value) in &edit.changes {
                if let Some(place) = values.get_mut(*position) {
                    *place = value.clone();
                }
            }
            let after = self.snapshot(id, &values)?;
            let entry = self.entry(Action::Edit, uuid, edit.deed, random);
            told.push(entry.before(std::mem::replace(&mut shown, after.clone())).after(after));
        }
        if let Some(deed) = row.removed {
            told.push(self.entry(Action::Delete, uuid, deed, random).before(shown));
        }
        Ok(told)
    }

    fn snapshot(&self, id: i64, values: &[Value]) -> Result<String> {
        let cells = self.shape.names().map(|name| match (name, self.sheet.position(name)) {
            ("id", _) => Some(Cell::Int(id)),
            (_, position) => Some(self.ids.cell(values.get(position?)?)),
        });
        let cells: Option<Vec<Cell>> = cells.collect();
        Ok(self.shape.text(&cells.ok_or_else(|| Error::internal("made-up data", &"a column is missing"))?))
    }

    fn entry(&self, action: Action, entity_uuid: Uuid, deed: Deed, random: &mut Random) -> Entry {
        let mut entry = event(action, self.sheet.name, entity_uuid, deed.at);
        entry.uuid = random.uuid();
        entry.user_uuid = deed.by;
        entry.request_id = Some(random.uuid().to_string());
        entry
    }
}

/// An event of made-up data that happened and was recorded at the same instant.
pub fn event(action: Action, entity_type: &'static str, entity_uuid: Uuid, at: DateTime<Utc>) -> Entry {
    Entry {
        uuid: Uuid::nil(),
        entity_type,
        entity_uuid,
        parent_uuid: None,
        action,
        user_uuid: None,
        event_date: at,
        action_date: at,
        snapshot_after: None,
        snapshot_before: None,
        extra: None,
        surface: Surface::Seed,
        request_id: None,
    }
}
