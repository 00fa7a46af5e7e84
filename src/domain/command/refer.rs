//! The rows that a command's values refer to: found in one statement, among those of the organization.

use std::collections::HashMap;

use uuid::Uuid;

use super::desk::Desk;
use super::entry::{Entry, Slot};
use super::order::{Given, Values};
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Arg, Statement, Store};
use crate::domain::describe::{Noun, Scope};
use crate::domain::error::Result;

/// Ids of rows by the names of their nouns and their uuids.
#[derive(Clone, Debug, Default)]
pub struct Found(HashMap<(&'static str, Uuid), i64>);

impl Found {
    /// The id of a row; none where the organization has no such row.
    pub fn id(&self, noun: &Noun, uuid: Uuid) -> Option<i64> {
        self.0.get(&(noun.name, uuid)).copied()
    }
}

/// The condition that a row of `noun` belongs to the organization bound as `$1`.
pub fn belongs(noun: &Noun) -> &'static str {
    match noun.scope {
        Scope::Tenant => "organization_id = $1",
        Scope::TenantOrShared => "(organization_id = $1 OR organization_id IS NULL)",
        Scope::Members => "id IN (SELECT user_id FROM membership WHERE organization_id = $1)",
        Scope::Itself => "id = $1",
    }
}

fn gather(entries: &[Entry], values: &Values, wanted: &mut Vec<(&'static Noun, Vec<Cell>)>) {
    for entry in entries {
        let Some(given) = values.get(entry.name) else { continue };
        match (entry.slot, given) {
            (
                Slot::One(noun, _) | Slot::Many(noun, _) | Slot::Row(noun) | Slot::Rows(noun),
                Given::One(_) | Given::Many(_),
            ) => {
                let uuids = match given {
                    Given::One(uuid) => uuid.iter().copied().collect(),
                    Given::Many(uuids) => uuids.clone(),
                    _ => Vec::new(),
                };
                let cells = uuids.into_iter().map(Cell::Uuid);
                match wanted.iter_mut().find(|(known, _)| known.name == noun.name) {
                    Some((_, known)) => known.extend(cells),
                    None => wanted.push((noun, cells.collect())),
                }
            }
            (Slot::Items(_, entries), Given::Items(items)) => {
                items.iter().for_each(|item| gather(entries, item, wanted));
            }
            _ => {}
        }
    }
}

/// The condition that a row of the organization at `$1` has one of the uuids at `$place`.
pub fn named(store: Store, noun: &Noun, place: usize) -> String {
    let belongs = belongs(noun);
    match store {
        Store::Postgres => format!("{belongs} AND uuid = ANY(${place}::uuid[])"),
        // Without statistics SQLite would rather read all rows of the organization.
        Store::Sqlite => format!("+({belongs}) AND uuid IN (SELECT unhex(value) FROM json_each(${place}))"),
    }
}

/// Finds all rows that the values refer to.
pub async fn find(desk: &mut Desk<'_>, entries: &[Entry], values: &Values) -> Result<Found> {
    let mut wanted = Vec::new();
    gather(entries, values, &mut wanted);
    wanted.retain(|(_, uuids)| !uuids.is_empty());
    if wanted.is_empty() {
        return Ok(Found::default());
    }
    let mut args = vec![Arg::long(desk.organization_id)];
    let mut parts = Vec::with_capacity(wanted.len());
    for (position, (noun, uuids)) in wanted.iter().enumerate() {
        args.push(Arg::Many(Kind::Uuid, uuids.clone()));
        parts.push(format!(
            "SELECT CAST({position} AS BIGINT), id, uuid FROM \"{}\" WHERE {}",
            noun.table,
            named(desk.store(), noun, args.len())
        ));
    }
    let statement = Statement::new(parts.join(" UNION ALL "), args, vec![Kind::Long, Kind::Long, Kind::Uuid]);
    let rows = desk.fetch(&statement).await?;
    let mut found = HashMap::new();
    for row in rows.iter() {
        if let [Cell::Int(position), Cell::Int(id), Cell::Uuid(uuid)] = row
            && let Some((noun, _)) = usize::try_from(*position).ok().and_then(|position| wanted.get(position))
        {
            found.insert((noun.name, *uuid), *id);
        }
    }
    Ok(Found(found))
}
