//! Many records of one noun in few statements, each with its own entry in the trail.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Desk, kind, kinds, picked};
use crate::domain::bulk;
use crate::domain::cell::{Cell, Kind};
use crate::domain::command::record::Record;
use crate::domain::command::refer::named;
use crate::domain::cx::new_uuid;
use crate::domain::db::{Arg, Statement, Store, postgres_type};
use crate::domain::describe::Noun;
use crate::domain::error::{Error, Result};
use crate::domain::trail::Action;

impl Desk<'_> {
    /// Makes records of the organization with values for these columns, in order.
    pub async fn insert_rows(
        &mut self,
        noun: &'static Noun,
        names: &[&'static str],
        rows: Vec<Vec<Cell>>,
        parent: Option<Uuid>,
    ) -> Result<Vec<Record>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let stamps = ["created_at", "updated_at"].into_iter().filter(|stamp| kind(noun, stamp).is_some());
        let stamps: Vec<&str> = stamps.collect();
        let names = names.iter().copied().chain(["uuid", "organization_id"]).chain(stamps.iter().copied());
        let columns = names.map(|name| Ok((name, kind(noun, name).ok_or(Error::Internal)?)));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let mut uuids = Vec::with_capacity(rows.len());
        let complete = |mut row: Vec<Cell>| {
            let uuid = new_uuid();
            uuids.push(Cell::from(uuid));
            row.extend([uuid.into(), self.organization_id.into()]);
            row.extend(stamps.iter().map(|_| Cell::from(self.origin.at)));
            row
        };
        let rows = rows.into_iter().map(complete).collect();
        bulk::write(self.tx, &noun.table, &columns, rows).await?;
        let sql = format!(
            "SELECT {} FROM \"{}\" WHERE {}",
            picked(self.store(), noun),
            noun.table,
            named(self.store(), noun, 2)
        );
        let args = vec![Arg::long(self.organization_id), Arg::Many(Kind::Uuid, uuids.clone())];
        let mut made: HashMap<Uuid, Record> = self.records(noun, sql, args).await?;
        let in_order = uuids.iter().filter_map(Cell::as_uuid).filter_map(|uuid| made.remove(&uuid));
        let records: Vec<Record> = in_order.collect();
        for record in &records {
            self.tell(Action::Create, None, Some(record), parent);
        }
        Ok(records)
    }

    /// Gives one column of each of these records another value. The records are of one noun.
    pub async fn update_each(
        &mut self,
        column: &str,
        changes: Vec<(Record, Cell)>,
        parent: Option<Uuid>,
    ) -> Result<Vec<Record>> {
        let Some((Record { noun, .. }, _)) = changes.first() else { return Ok(Vec::new()) };
        let (noun, of) = (*noun, kind(noun, column).ok_or(Error::Internal)?);
        let (befores, cells): (Vec<Record>, Vec<Cell>) = changes.into_iter().unzip();
        let ids: Vec<i64> = befores.iter().map(|record| record.id).collect();
        let new = match self.store() {
            Store::Postgres => format!("unnest($3::bigint[], $4::{}[]) AS new(id, value)", postgres_type(of)),
            Store::Sqlite => "(SELECT i.value AS id, v.value AS value FROM json_each($3) AS i JOIN json_each($4) AS v \
                              ON v.key = i.key) AS new"
                .to_owned(),
        };
        let table = &noun.table;
        let returned = noun.columns.iter().map(|(name, kind)| match (self.store(), kind) {
            (Store::Postgres, Kind::Json) => format!("\"{table}\".\"{name}\"::text"),
            (Store::Postgres, _) => format!("\"{table}\".\"{name}\""),
            (Store::Sqlite, _) => format!("\"{name}\""),
        });
        let sql = format!(
            "UPDATE \"{table}\" SET \"{column}\" = new.value, updated_at = $2, version = version + 1 FROM {new} WHERE \
             \"{table}\".organization_id = $1 AND \"{table}\".id = new.id RETURNING {}",
            returned.collect::<Vec<_>>().join(", ")
        );
        let args = vec![
            Arg::long(self.organization_id),
            Arg::one(Kind::Time, self.now()),
            Arg::longs(ids),
            Arg::Many(of, cells),
        ];
        let mut changed = self.records(noun, sql, args).await?;
        let mut records = Vec::with_capacity(befores.len());
        for before in &befores {
            let after = changed.remove(&before.uuid).ok_or(Error::Internal)?;
            self.tell(Action::Edit, Some(before), Some(&after), parent);
            records.push(after);
        }
        Ok(records)
    }

    /// Joins a record to others, in their order.
    pub(super) async fn join(
        &mut self,
        (table, here, there): (&str, &str, &str),
        id: i64,
        others: &[i64],
    ) -> Result<()> {
        if others.is_empty() {
            return Ok(());
        }
        let mut columns = vec![("organization_id", Kind::Long), (here, Kind::Long), (there, Kind::Long)];
        // What comes first in the input comes first in the list, where the table keeps an order.
        let ordered = table == "status_group_status";
        columns.extend(ordered.then_some(("position", Kind::Int)));
        let row = |(position, other): (i64, &i64)| {
            let mut row = vec![self.organization_id.into(), id.into(), (*other).into()];
            row.extend(ordered.then_some(Cell::Int(position)));
            row
        };
        let rows = (0_i64..).zip(others).map(row).collect();
        bulk::write(self.tx, table, &columns, rows).await
    }

    async fn records(&mut self, noun: &'static Noun, sql: String, args: Vec<Arg>) -> Result<HashMap<Uuid, Record>> {
        let rows = self.fetch(&Statement::new(sql, args, kinds(noun))).await?;
        let records = rows.iter().map(|row| Record::new(noun, row.to_vec()).map(|record| (record.uuid, record)));
        records.collect()
    }
}
