//! Rows of many tables as they are made up, with their history, before any of them has an id.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::random::Random;
use super::sheet::{place, sheets};
use crate::domain::cell::Cell;
use crate::domain::error::{Error, Result};
use crate::domain::trail::Entry;

/// A row that was made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Position of its table among the sheets.
    pub table: usize,
    /// Position among the rows of the table.
    pub index: usize,
}

/// What only the ids tell.
pub type Late = Arc<dyn Fn(&Ids) -> Cell + Send + Sync>;

/// What stands in a column.
#[derive(Clone)]
pub enum Value {
    /// A value.
    Cell(Cell),
    /// The id of another row.
    Row(Key),
    /// Something made of ids.
    Late(Late),
}

impl Value {
    /// A value made of ids.
    pub fn late(made: impl Fn(&Ids) -> Cell + Send + Sync + 'static) -> Self {
        Self::Late(Arc::new(made))
    }
}

impl<T: Into<Cell>> From<T> for Value {
    fn from(value: T) -> Self {
        Self::Cell(value.into())
    }
}

impl From<Key> for Value {
    fn from(key: Key) -> Self {
        Self::Row(key)
    }
}

impl From<Option<Key>> for Value {
    fn from(key: Option<Key>) -> Self {
        key.map_or(Self::Cell(Cell::Null), Self::Row)
    }
}

impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        Self::Cell(crate::domain::cell::json(&value))
    }
}

impl From<Option<serde_json::Value>> for Value {
    fn from(value: Option<serde_json::Value>) -> Self {
        value.map_or(Self::Cell(Cell::Null), Self::from)
    }
}

/// The columns of a row by name. Those not named are empty.
pub type Fields = Vec<(&'static str, Value)>;

/// `fields!{ name: value, ... }`: the named columns of a row.
#[macro_export]
macro_rules! fields {
    ($($name:ident: $value:expr),* $(,)?) => {
        vec![$((stringify!($name).trim_start_matches("r#"), $crate::seed::draft::Value::from($value))),*]
    };
}

/// The ids that the store gave to the rows.
#[derive(Debug, Default)]
pub struct Ids(pub Vec<Vec<i64>>);

impl Ids {
    /// The id of a row.
    pub fn of(&self, key: Key) -> i64 {
        self.0.get(key.table).and_then(|ids| ids.get(key.index)).copied().unwrap_or_default()
    }

    /// The cell of a value.
    pub fn cell(&self, value: &Value) -> Cell {
        match value {
            Value::Cell(cell) => cell.clone(),
            Value::Row(key) => Cell::Int(self.of(*key)),
            Value::Late(made) => made(self),
        }
    }
}

/// Who did something, and when.
#[derive(Clone, Copy, Debug)]
pub struct Deed {
    /// The person; none for the program itself.
    pub by: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
}

/// One change of a row.
pub struct Edit {
    /// Who and when.
    pub deed: Deed,
    /// Positions of the changed columns, and what they are changed to.
    pub changes: Vec<(usize, Value)>,
}

/// A row with its history.
pub struct Row {
    /// Its identifier, where it has one.
    pub uuid: Option<Uuid>,
    /// The organization whose trail tells of it.
    pub organization: Option<Key>,
    /// As it came into being.
    pub first: Vec<Value>,
    /// Its creation.
    pub made: Deed,
    /// What happened to it since, oldest first.
    pub edits: Vec<Edit>,
    /// Its end; such a row stands in the trail only.
    pub removed: Option<Deed>,
}

impl Row {
    /// As it is now.
    pub fn last(&self) -> Vec<Value> {
        let mut values = self.first.clone();
        for (position, value) in self.edits.iter().flat_map(|edit| &edit.changes) {
            if let Some(place) = values.get_mut(*position) {
                *place = value.clone();
            }
        }
        values
    }
}

/// All rows that were made up so far.
pub struct Draft {
    /// The rows of each table.
    pub tables: Vec<Vec<Row>>,
    /// Events of records that live elsewhere, and whose trail they stand in.
    pub foreign: Vec<(Key, Entry)>,
    /// Chance.
    pub random: Random,
    organization: Option<Key>,
    fault: Option<String>,
}

impl Draft {
    /// Nothing yet.
    pub fn new(seed: u64) -> Self {
        Self {
            tables: sheets().iter().map(|_| Vec::new()).collect(),
            foreign: Vec::new(),
            random: Random::new(seed),
            organization: None,
            fault: None,
        }
    }

    /// The organization that all further rows belong to.
    pub fn enter(&mut self, organization: Key) {
        self.organization = Some(organization);
    }

    /// The organization that rows belong to now.
    pub fn organization(&self) -> Option<Key> {
        self.organization
    }

    /// Makes a row.
    pub fn add(&mut self, table: &'static str, deed: Deed, fields: Fields) -> Key {
        let Some((place, sheet)) = place(table).and_then(|place| Some((place, sheets().get(place)?))) else {
            return self.faulty(format!("no table {table}"));
        };
        let index = self.tables.get(place).map_or(0, Vec::len);
        let key = Key { table: place, index };
        let organization = if table == "organization" { Some(key) } else { self.organization };
        let mut given: Vec<Option<Value>> = vec![None; sheet.columns.len()];
        let mut uuid = None;
        let own = [
            ("organization_id", self.organization.map(Value::Row)),
            ("created_at", Some(deed.at.into())),
            ("updated_at", Some(deed.at.into())),
            ("uuid", {
                uuid = sheet.position("uuid").map(|_| self.random.uuid()).or(uuid);
                uuid.map(Value::from)
            }),
        ];
        for (name, value) in own {
            if let (Some(place), Some(value)) = (sheet.position(name).and_then(|at| given.get_mut(at)), value) {
                *place = Some(value);
            }
        }
        for (name, value) in fields {
            let Some(place) = sheet.position(name).and_then(|at| given.get_mut(at)) else {
                return self.faulty(format!("no column {table}.{name}"));
            };
            if let (true, Value::Cell(Cell::Uuid(chosen))) = (name == "uuid", &value) {
                uuid = Some(*chosen);
            }
            *place = Some(value);
        }
        let mut first = Vec::with_capacity(given.len());
        for (position, value) in given.into_iter().enumerate() {
            match value.or_else(|| sheet.empty(position).map(Value::Cell)) {
                Some(value) => first.push(value),
                None => {
                    let column = sheet.columns.get(position).map_or("?", |(name, _)| *name);
                    return self.faulty(format!("{table}.{column} is not filled"));
                }
            }
        }
        if let Some(rows) = self.tables.get_mut(place) {
            rows.push(Row { uuid, organization, first, made: deed, edits: Vec::new(), removed: None });
        }
        key
    }

    /// Changes a row. Its deeds come in the order of time.
    pub fn edit(&mut self, key: Key, deed: Deed, fields: Fields) {
        self.change(key, fields, Some(deed));
    }

    /// Sets columns of a row that the trail does not show, such as counters.
    pub fn set(&mut self, key: Key, fields: Fields) {
        self.change(key, fields, None);
    }

    fn change(&mut self, key: Key, fields: Fields, deed: Option<Deed>) {
        let Some(sheet) = sheets().get(key.table) else { return };
        let mut changes = Vec::with_capacity(fields.len() + 2);
        for (name, value) in fields {
            match sheet.position(name) {
                Some(position) => changes.push((position, value)),
                None => {
                    self.faulty(format!("no column {}.{name}", sheet.name));
                }
            }
        }
        let Some(row) = self.tables.get_mut(key.table).and_then(|rows| rows.get_mut(key.index)) else { return };
        let Some(deed) = deed else {
            for (position, value) in changes {
                if let Some(place) = row.first.get_mut(position) {
                    *place = value;
                }
            }
            return;
        };
        let version = i64::try_from(row.edits.len() + 2).unwrap_or(i64::MAX);
        for (name, value) in [("updated_at", Value::from(deed.at)), ("version", Value::from(version))] {
            changes.extend(sheet.position(name).map(|position| (position, value)));
        }
        let late = row.edits.last().map_or(row.made.at, |edit| edit.deed.at) > deed.at;
        row.edits.push(Edit { deed, changes });
        if late {
            self.faulty(format!("a deed on {} before the one it follows", sheet.name));
        }
    }

    /// Removes a row: only the trail still tells of it.
    pub fn remove(&mut self, key: Key, deed: Deed) {
        if let Some(row) = self.tables.get_mut(key.table).and_then(|rows| rows.get_mut(key.index)) {
            row.removed = Some(deed);
        }
    }

    /// The identifier of a row.
    pub fn uuid(&self, key: Key) -> Option<Uuid> {
        self.tables.get(key.table)?.get(key.index)?.uuid
    }

    /// Adds an event of a record that lives elsewhere.
    pub fn tell(&mut self, entry: Entry) {
        match self.organization {
            Some(organization) => self.foreign.push((organization, entry)),
            None => {
                self.faulty("an event of no organization".to_owned());
            }
        }
    }

    fn faulty(&mut self, fault: String) -> Key {
        self.fault.get_or_insert(fault);
        Key { table: 0, index: 0 }
    }

    /// The draft, unless something in it is wrong.
    pub fn finish(self) -> Result<Self> {
        match &self.fault {
            Some(fault) => Err(Error::internal("made-up data", fault)),
            None => Ok(self),
        }
    }
}
