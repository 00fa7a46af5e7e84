//! The transaction of one command: reads and writes rows of the caller's organization, and keeps the entries for the
//! trail, which are appended together when the command is done.

mod many;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::draft::Draft;
use super::order::Given;
use super::record::Record;
use super::refer::{Found, belongs};
use crate::domain::access::{Viewer, Visible, visible};
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::{Caller, Proof, new_uuid};
use crate::domain::db::{Arg, Rows, Statement, Store, Tx, postgres_type};
use crate::domain::describe::{Noun, Scope};
use crate::domain::error::{Error, Result};
use crate::domain::identity::{ended, held_sql};
use crate::domain::model::model;
use crate::domain::trail::{self, Action, Entry, Opening, Origin};

/// The transaction of one command.
pub struct Desk<'t> {
    tx: &'t mut Tx,
    /// Who acts.
    pub caller: Arc<Caller>,
    /// Who, when and where, for the trail.
    pub origin: Origin,
    /// The organization whose rows are written.
    pub organization_id: i64,
    /// The rows that the command's values refer to.
    pub found: Found,
    entries: Vec<Entry>,
}

impl<'t> Desk<'t> {
    /// What [`Desk::open`] is going to ask the store.
    pub fn opening(caller: &Caller, origin: &Origin) -> Opening {
        Opening::new(caller.organization_id, &|first| held_sql(caller, first, origin.at))
    }

    /// Locks the organization's trail: from here on nobody else changes anything in it. Refuses a caller whose session
    /// or key does not hold any more.
    pub async fn open(tx: &'t mut Tx, caller: Arc<Caller>, origin: Origin) -> Result<Self> {
        let organization_id = caller.organization_id;
        if !trail::lock_if(tx, organization_id, &|first| held_sql(&caller, first, origin.at)).await? {
            return Err(ended());
        }
        Ok(Self { tx, caller, origin, organization_id, found: Found::default(), entries: Vec::new() })
    }

    /// The instant of the command.
    pub fn now(&self) -> DateTime<Utc> {
        self.origin.at
    }

    /// Which store this is.
    pub fn store(&self) -> Store {
        self.tx.store()
    }

    /// The transaction itself, for commands of other rooms of the domain.
    pub fn tx(&mut self) -> &mut Tx {
        self.tx
    }

    /// Runs one statement.
    pub async fn fetch(&mut self, statement: &Statement) -> Result<Rows> {
        self.tx.fetch(statement).await
    }

    /// The whole number that a statement gives.
    pub async fn number(&mut self, sql: &str, args: Vec<Arg>) -> Result<Option<i64>> {
        Ok(self.fetch(&Statement::new(sql, args, vec![Kind::Long])).await?.cell(0, 0).as_int())
    }

    /// The record of a uuid that the caller may change.
    pub async fn load(&mut self, noun: &'static Noun, uuid: Uuid) -> Result<Record> {
        let record = self.load_where(noun, "uuid", Arg::one(Kind::Uuid, uuid)).await?;
        let record = record.into_iter().next().ok_or(Error::NotFound(noun.singular))?;
        match visible(&Viewer::from(self.caller.as_ref()), noun) {
            Visible::None => Err(Error::NotFound(noun.singular)),
            Visible::Own(column) if record.number(column) != Some(self.caller.user_id) => {
                Err(Error::NotFound(noun.singular))
            }
            _ => Ok(record),
        }
    }

    /// The record of an id, if there is one.
    pub async fn load_id(&mut self, noun: &str, id: Option<i64>) -> Result<Option<Record>> {
        let Some(id) = id else { return Ok(None) };
        let noun = model().noun(noun).ok_or(Error::Internal)?;
        Ok(self.load_where(noun, "id", Arg::long(id)).await?.into_iter().next())
    }

    /// The records of the organization with a value in a column, by id.
    pub async fn load_all(&mut self, noun: &str, column: &str, value: i64) -> Result<Vec<Record>> {
        let noun = model().noun(noun).ok_or(Error::Internal)?;
        self.load_where(noun, column, Arg::long(value)).await
    }

    async fn load_where(&mut self, noun: &'static Noun, column: &str, value: Arg) -> Result<Vec<Record>> {
        let sql = format!(
            "SELECT {} FROM \"{}\" WHERE {} AND \"{column}\" = $2 ORDER BY id",
            picked(self.store(), noun),
            noun.table,
            belongs(noun)
        );
        let args = vec![Arg::long(self.organization_id), value];
        let rows = self.fetch(&Statement::new(sql, args, kinds(noun))).await?;
        rows.iter().map(|row| Record::new(noun, row.to_vec())).collect()
    }

    /// Makes the record of a draft.
    pub async fn insert(&mut self, draft: &Draft<'_>) -> Result<Record> {
        let columns = draft.changed();
        let record = self.insert_row(draft.noun, columns, draft.parent).await?;
        self.link(draft, &record).await?;
        self.remark_links(draft);
        Ok(record)
    }

    /// Makes a record of these columns.
    pub async fn insert_row(
        &mut self,
        noun: &'static Noun,
        mut columns: Vec<(&'static str, Cell)>,
        parent: Option<Uuid>,
    ) -> Result<Record> {
        columns.push(("uuid", new_uuid().into()));
        if noun.scope == Scope::Tenant || noun.scope == Scope::TenantOrShared {
            columns.push(("organization_id", self.organization_id.into()));
        }
        for stamp in ["created_at", "updated_at"] {
            if kind(noun, stamp).is_some() && columns.iter().all(|(name, _)| *name != stamp) {
                columns.push((stamp, self.now().into()));
            }
        }
        let (mut names, mut places, mut args) = (Vec::new(), Vec::new(), Vec::new());
        for (name, cell) in columns {
            let kind = kind(noun, name).ok_or(Error::Internal)?;
            args.push(Arg::One(kind, cell));
            names.push(format!("\"{name}\""));
            places.push(place(self.store(), kind, args.len()));
        }
        let sql = format!(
            "INSERT INTO \"{}\" ({}) VALUES ({}) RETURNING {}",
            noun.table,
            names.join(", "),
            places.join(", "),
            picked(self.store(), noun)
        );
        let rows = self.fetch(&Statement::new(sql, args, kinds(noun))).await?;
        let record = Record::new(noun, rows.row(0).to_vec())?;
        self.tell(Action::Create, None, Some(&record), parent);
        Ok(record)
    }

    /// Changes the record of a draft; nothing happens where nothing differs.
    pub async fn update(&mut self, draft: &Draft<'_>) -> Result<Record> {
        let before = draft.before.as_ref().ok_or(Error::Internal)?;
        let relinked = self.relink(draft, before).await?;
        let columns = draft.changed();
        if columns.is_empty() && !relinked {
            return Ok(before.clone());
        }
        let record = self.update_row(before, columns, draft.parent).await?;
        self.remark_links(draft);
        Ok(record)
    }

    /// Tells what a record is joined to, which no column of it shows.
    fn remark_links(&mut self, draft: &Draft<'_>) {
        if draft.links.is_empty() {
            return;
        }
        let joined = draft.order.values.iter().filter_map(|(name, given)| match given {
            Given::Many(uuids) => Some(((*name).to_owned(), uuids.iter().map(ToString::to_string).collect())),
            _ => None,
        });
        self.remark(&serde_json::Value::Object(joined.collect()));
    }

    /// Gives columns of a record other values.
    pub async fn update_row(
        &mut self,
        before: &Record,
        mut columns: Vec<(&'static str, Cell)>,
        parent: Option<Uuid>,
    ) -> Result<Record> {
        let noun = before.noun;
        if kind(noun, "updated_at").is_some() {
            columns.push(("updated_at", self.now().into()));
        }
        let mut args = vec![Arg::long(self.organization_id), Arg::long(before.id)];
        let mut sets = Vec::new();
        for (name, cell) in columns {
            let kind = kind(noun, name).ok_or(Error::Internal)?;
            args.push(Arg::One(kind, cell));
            sets.push(format!("\"{name}\" = {}", place(self.store(), kind, args.len())));
        }
        if kind(noun, "version").is_some() {
            sets.push("version = version + 1".to_owned());
        }
        let sql = format!(
            "UPDATE \"{}\" SET {} WHERE {} AND id = $2 RETURNING {}",
            noun.table,
            sets.join(", "),
            belongs(noun),
            picked(self.store(), noun)
        );
        let rows = self.fetch(&Statement::new(sql, args, kinds(noun))).await?;
        let after = Record::new(noun, rows.row(0).to_vec())?;
        self.tell(Action::Edit, Some(before), Some(&after), parent);
        Ok(after)
    }

    /// Removes the records of the organization with a value in a column.
    pub async fn remove(
        &mut self,
        noun: &'static Noun,
        column: &str,
        value: i64,
        parent: Option<Uuid>,
    ) -> Result<usize> {
        let sql = format!(
            "DELETE FROM \"{}\" WHERE {} AND \"{column}\" = $2 RETURNING {}",
            noun.table,
            belongs(noun),
            picked(self.store(), noun)
        );
        let args = vec![Arg::long(self.organization_id), Arg::long(value)];
        let rows = self.fetch(&Statement::new(sql, args, kinds(noun))).await?;
        for row in rows.iter() {
            let record = Record::new(noun, row.to_vec())?;
            self.tell(Action::Delete, Some(&record), None, parent);
        }
        Ok(rows.len())
    }

    async fn link(&mut self, draft: &Draft<'_>, record: &Record) -> Result<()> {
        for (joining, ids) in &draft.links {
            self.join(*joining, record.id, ids).await?;
        }
        Ok(())
    }

    /// Replaces what a record is joined to. Gives whether that differs from what it was joined to.
    async fn relink(&mut self, draft: &Draft<'_>, before: &Record) -> Result<bool> {
        let mut differs = false;
        for ((table, here, there), ids) in &draft.links {
            let sql =
                format!("DELETE FROM \"{table}\" WHERE organization_id = $1 AND \"{here}\" = $2 RETURNING \"{there}\"");
            let args = vec![Arg::long(self.organization_id), Arg::long(before.id)];
            let rows = self.fetch(&Statement::new(sql, args, vec![Kind::Long])).await?;
            let mut known: Vec<i64> = rows.iter().filter_map(|row| row.first()?.as_int()).collect();
            let mut wanted = ids.clone();
            known.sort_unstable();
            wanted.sort_unstable();
            differs |= known != wanted;
        }
        self.link(draft, before).await?;
        Ok(differs)
    }

    /// Keeps an entry for the trail.
    pub fn tell(&mut self, action: Action, before: Option<&Record>, after: Option<&Record>, parent: Option<Uuid>) {
        let Some(record) = after.or(before) else { return };
        let mut entry = self.origin.entry(action, record.noun.table.as_str(), record.uuid);
        entry.snapshot_before = before.map(Record::snapshot);
        entry.snapshot_after = after.map(Record::snapshot);
        entry.parent_uuid = parent;
        self.entries.push(entry);
    }

    /// Adds further keys to the last entry.
    pub fn remark(&mut self, extra: &serde_json::Value) {
        if let Some(entry) = self.entries.last_mut() {
            entry.extra = Some(extra.to_string());
        }
    }

    /// Who changes a record now: the person, and the key they came with.
    pub fn actor(&self) -> [(&'static str, Cell); 2] {
        [("updated_by_user_id", self.caller.user_id.into()), ("updated_by_key_id", self.key_id().into())]
    }

    /// The key that the caller came with, if any.
    pub fn key_id(&self) -> Option<i64> {
        match self.caller.proof {
            Proof::ApiKey { key_id, .. } => Some(key_id),
            _ => None,
        }
    }

    /// Makes one entry of all that was kept of the changes of a record: a command may write one several times.
    pub fn fold(&mut self) {
        let mut folded: Vec<Entry> = Vec::with_capacity(self.entries.len());
        for entry in std::mem::take(&mut self.entries) {
            let known = folded.iter_mut().find(|known| {
                known.entity_uuid == entry.entity_uuid
                    && known.entity_type == entry.entity_type
                    && known.action != Action::Delete
            });
            match known {
                Some(known) if entry.action == Action::Edit => known.snapshot_after = entry.snapshot_after,
                _ => folded.push(entry),
            }
        }
        self.entries = folded;
    }

    /// Appends the kept entries. False where nothing has changed.
    pub async fn append(&mut self) -> Result<bool> {
        let entries = std::mem::take(&mut self.entries);
        if !entries.is_empty() {
            trail::append(self.tx, self.organization_id, entries).await?;
        }
        Ok(self.tx.is_recorded())
    }

    /// Proofs that the appended entries stand in the trail.
    pub fn receipts(&self) -> Vec<(Uuid, i64, String)> {
        let receipts = self.tx.receipts().iter();
        receipts.map(|receipt| (receipt.organization, receipt.sequence, receipt.leaf_hash.to_string())).collect()
    }
}

fn kind(noun: &Noun, column: &str) -> Option<Kind> {
    noun.columns.iter().find(|(name, _)| *name == column).map(|(_, kind)| *kind)
}

fn kinds(noun: &Noun) -> Vec<Kind> {
    noun.columns.iter().map(|(_, kind)| *kind).collect()
}

fn picked(store: Store, noun: &Noun) -> String {
    let columns = noun.columns.iter().map(|(name, kind)| match (store, kind) {
        (Store::Postgres, Kind::Json) => format!("\"{name}\"::text"),
        _ => format!("\"{name}\""),
    });
    columns.collect::<Vec<_>>().join(", ")
}

fn place(store: Store, kind: Kind, number: usize) -> String {
    match (store, kind) {
        (Store::Postgres, Kind::Json) => format!("${number}::text::json"),
        (Store::Postgres, kind) => format!("${number}::{}", postgres_type(kind)),
        (Store::Sqlite, _) => format!("${number}"),
    }
}
