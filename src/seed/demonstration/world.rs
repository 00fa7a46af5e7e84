//! What all parts of the demonstration share: the draft, the day it is for, and names for rows.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use super::stock::Level;
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Db, Errand, Statement};
use crate::domain::error::{Error, Result};
use crate::seed::draft::{Deed, Draft, Fields, Key};

/// Ids of the standards that come with the service and of their levels.
#[derive(Clone, Debug, Default)]
pub struct BuiltIn(HashMap<(String, String), i64>);

impl BuiltIn {
    /// Reads them.
    pub async fn read(db: &Db) -> Result<Self> {
        let sql = "SELECT slug, '', id FROM standard WHERE organization_id IS NULL UNION ALL SELECT s.slug, l.code, \
                   l.id FROM conformance_level l JOIN standard s ON s.id = l.standard_id WHERE l.organization_id IS \
                   NULL";
        let kinds = vec![Kind::Text, Kind::Text, Kind::Long];
        let rows = db.fetch(&Errand::default(), Statement::new(sql, Vec::new(), kinds)).await?;
        let entry = |row: &[Cell]| match row {
            [slug, code, id] => Some(((slug.as_str()?.to_owned(), code.as_str()?.to_owned()), id.as_int()?)),
            _ => None,
        };
        Ok(Self(rows.iter().filter_map(entry).collect()))
    }

    /// A standard.
    pub fn standard(&self, slug: &str) -> Option<i64> {
        self.level(slug, "")
    }

    /// A level of a standard.
    pub fn level(&self, slug: &str, code: &str) -> Option<i64> {
        self.0.get(&(slug.to_owned(), code.to_owned())).copied()
    }
}

/// The demonstration while it is made up.
pub struct World {
    /// The rows.
    pub draft: Draft,
    /// The day that everything is told from.
    pub today: NaiveDate,
    /// Standards that are there already.
    pub built_in: BuiltIn,
    /// Hashes of the passwords, by username.
    pub hashes: HashMap<&'static str, String>,
    /// What lies in the warehouses.
    pub levels: Vec<Level>,
    /// Articles that were counted, and when.
    pub counted: Vec<(Key, Deed)>,
    names: HashMap<(&'static str, &'static str), Key>,
    missing: Option<String>,
}

impl World {
    /// Nothing yet.
    pub fn new(now: DateTime<Utc>, built_in: BuiltIn, hashes: HashMap<&'static str, String>) -> Self {
        Self {
            draft: Draft::new(0x4a7b_0f00_d5ee),
            today: now.date_naive(),
            built_in,
            hashes,
            levels: Vec::new(),
            counted: Vec::new(),
            names: HashMap::new(),
            missing: None,
        }
    }

    /// The draft, unless something in it is wrong.
    pub fn finish(self) -> Result<Draft> {
        match &self.missing {
            Some(name) => Err(Error::internal("made-up data", &format!("{name} is not there"))),
            None => self.draft.finish(),
        }
    }

    /// So many days after today, or before it where negative.
    pub fn day(&self, days: i64) -> NaiveDate {
        let distance = Days::new(days.unsigned_abs());
        let day = if days < 0 { self.today.checked_sub_days(distance) } else { self.today.checked_add_days(distance) };
        day.unwrap_or(self.today)
    }

    /// A minute of such a day.
    pub fn at(&self, days: i64, minute: i64) -> DateTime<Utc> {
        self.day(days).and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::minutes(minute)
    }

    /// Makes a row that others find by name.
    pub fn add(&mut self, table: &'static str, name: &'static str, deed: Deed, fields: Fields) -> Key {
        let key = self.draft.add(table, deed, fields);
        self.names.insert((table, name), key);
        key
    }

    /// The row of a name.
    pub fn key(&mut self, table: &'static str, name: &str) -> Key {
        let found = self.names.iter().find(|((of, called), _)| *of == table && *called == name).map(|(_, key)| *key);
        found.unwrap_or_else(|| {
            self.missing.get_or_insert_with(|| format!("{table} {name}"));
            Key { table: 0, index: 0 }
        })
    }

    /// The row of a name, where there is a name.
    pub fn key_of(&mut self, table: &'static str, name: &str) -> Option<Key> {
        (!name.is_empty()).then(|| self.key(table, name))
    }

    /// A person.
    pub fn person(&mut self, username: &str) -> Key {
        self.key("user", username)
    }

    /// The identifier of a person.
    pub fn uuid(&mut self, username: &str) -> Option<Uuid> {
        let key = self.person(username);
        self.draft.uuid(key)
    }

    /// What a person does at a minute of a day.
    pub fn deed(&mut self, username: &str, days: i64, minute: i64) -> Deed {
        Deed { by: self.uuid(username), at: self.at(days, minute) }
    }
}
