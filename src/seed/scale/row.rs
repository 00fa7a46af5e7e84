//! What the trail tells of rows that were made in bulk: that each came into being as it stands.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::ground::Ground;
use crate::domain::bulk::Table;
use crate::domain::cell::Cell;
use crate::domain::db::Tx;
use crate::domain::error::{Error, Result};
use crate::domain::trail::{self, Action, Entry};
use crate::seed::random::Random;
use crate::seed::record::event;
use crate::seed::sheet::{place, sheets};

/// The events of one transaction.
pub struct Telling {
    organization: i64,
    /// None where the trail is not asked for.
    events: Option<Vec<Entry>>,
    by: Option<Uuid>,
}

impl Telling {
    /// Nothing told yet.
    pub fn new(ground: &Ground, with_trail: bool) -> Self {
        Self {
            organization: ground.organization,
            events: with_trail.then(Vec::new),
            by: ground.person_uuids.first().copied(),
        }
    }

    /// Tells of rows with their ids.
    pub fn tell(&mut self, table: &Table, (ids, rows): (&[i64], &[Vec<Cell>]), random: &mut Random) -> Result<()> {
        let Some(events) = &mut self.events else { return Ok(()) };
        let missing = || Error::internal("made-up data", &"a column is missing");
        let sheet = place(table.name).and_then(|place| sheets().get(place)).ok_or_else(missing)?;
        let shape = sheet.shape.as_ref().ok_or_else(missing)?;
        let position = |column: &str| table.columns.iter().position(|(name, _)| *name == column);
        // Where each column of a snapshot comes from: a cell of the row, or what an empty column holds.
        let sources: Vec<(&str, Option<usize>, Cell)> = shape
            .names()
            .map(|name| {
                let empty = sheet.position(name).and_then(|at| sheet.empty(at)).unwrap_or(Cell::Null);
                (name, position(name), empty)
            })
            .collect();
        let (uuid_at, made_at) = (position("uuid").ok_or_else(missing)?, position("created_at").ok_or_else(missing)?);
        for (id, row) in ids.iter().zip(rows) {
            let cells: Vec<Cell> = sources
                .iter()
                .map(|(name, at, empty)| match (*name, at.and_then(|at| row.get(at))) {
                    ("id", _) => Cell::Int(*id),
                    (_, Some(cell)) => cell.clone(),
                    (_, None) => empty.clone(),
                })
                .collect();
            let uuid = row.get(uuid_at).and_then(Cell::as_uuid).ok_or_else(missing)?;
            let made: DateTime<Utc> = row.get(made_at).and_then(Cell::as_time).ok_or_else(missing)?;
            let mut entry = event(Action::Create, sheet.name, uuid, made).after(shape.text(&cells));
            entry.uuid = random.uuid();
            entry.user_uuid = self.by;
            events.push(entry);
        }
        Ok(())
    }

    /// Appends what was told. Whether there was anything.
    pub async fn append(self, tx: &mut Tx) -> Result<()> {
        match self.events {
            Some(mut events) => {
                events.sort_by_key(|entry| entry.event_date);
                trail::append(tx, self.organization, events).await.map(|_| ())
            }
            None => Ok(()),
        }
    }
}
