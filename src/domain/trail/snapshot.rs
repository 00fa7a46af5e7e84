//! A record as the trail keeps it: a JSON object of its columns, as the store has them.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityName, EntityTrait, IdenStatic, Iterable};

use crate::domain::cell::{Cell, Kind, instant_text};
use crate::domain::db::{Arg, Statement, Store, Tx};
use crate::domain::describe::{Noun, kind_of};
use crate::domain::error::Result;

/// Columns that the trail does not show: secret, worked out from others, or moving without an entry of their own.
const UNTOLD: &[&str] = &[
    "password_hash",
    "pincode_hash",
    "token_generation",
    "audit_counter",
    "issue_counter",
    "action_plan_counter",
    "idea_counter",
    "last_audited_at",
    "last_used_at",
    "number_norm",
    "number_tail",
];

/// Whether snapshots show a column of this name.
pub fn tells(column: &str) -> bool {
    !UNTOLD.contains(&column)
}

/// Which columns of a table stand in a snapshot.
#[derive(Clone, Debug)]
pub struct Shape {
    table: String,
    /// Whether a row belongs to an organization.
    owned: bool,
    columns: Vec<(&'static str, Kind)>,
}

impl Shape {
    /// All columns of entity `E` but the organization, which the event names, those that no snapshot shows, and those of
    /// `without`.
    pub fn of<E: EntityTrait + EntityName + Default>(without: &[&str]) -> Self
    where
        E::Column: ColumnTrait + IdenStatic,
    {
        let all = || E::Column::iter().map(|column| (column.as_str(), kind_of(column.def().get_column_type())));
        let told = |name: &str| name != "organization_id" && tells(name) && !without.contains(&name);
        Self {
            table: E::default().table_name().to_owned(),
            owned: all().any(|(name, _)| name == "organization_id"),
            columns: all().filter(|(name, _)| told(name)).collect(),
        }
    }

    /// The columns of a noun that the trail tells of.
    pub fn of_noun(noun: &Noun) -> Self {
        let told = |name: &str| name != "organization_id" && tells(name);
        Self {
            table: noun.table.clone(),
            owned: noun.columns.iter().any(|(name, _)| *name == "organization_id"),
            columns: noun.columns.iter().filter(|(name, _)| told(name)).copied().collect(),
        }
    }

    /// The columns as a statement picks them.
    pub(super) fn picked(&self, store: Store) -> String {
        let picked = self.columns.iter().map(|(name, kind)| match (store, kind) {
            (Store::Postgres, Kind::Json) => format!("\"{name}\"::text"),
            _ => format!("\"{name}\""),
        });
        picked.collect::<Vec<_>>().join(", ")
    }

    /// Their kinds.
    pub(super) fn kinds(&self) -> impl Iterator<Item = Kind> + '_ {
        self.columns.iter().map(|(_, kind)| *kind)
    }

    /// The snapshots of the rows with these ids, by id. One statement for any number of rows. Rows of tables that belong
    /// to no organization are taken whoever asks.
    pub async fn take(&self, tx: &mut Tx, organization_id: i64, ids: &[i64]) -> Result<HashMap<i64, String>> {
        let store = tx.store();
        let among = match store {
            Store::Postgres => "= ANY($1::bigint[])",
            Store::Sqlite => "IN (SELECT value FROM json_each($1))",
        };
        let mut sql = format!("SELECT \"id\", {} FROM \"{}\" WHERE \"id\" {among}", self.picked(store), self.table);
        let mut args = vec![Arg::longs(ids.iter().copied())];
        if self.owned {
            sql.push_str(" AND \"organization_id\" = $2");
            args.push(Arg::long(organization_id));
        }
        let kinds = std::iter::once(Kind::Long).chain(self.kinds()).collect();
        let rows = tx.fetch(&Statement::new(sql, args, kinds)).await?;
        Ok(rows
            .iter()
            .filter_map(|row| row.split_first())
            .filter_map(|(id, cells)| Some((id.as_int()?, self.text(cells))))
            .collect())
    }

    /// Names of the columns, in their order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.columns.iter().map(|(name, _)| *name)
    }

    /// The snapshot of a row whose cells stand in the order of [`Shape::names`].
    pub fn text(&self, cells: &[Cell]) -> String {
        let members: Vec<String> = self
            .columns
            .iter()
            .zip(cells)
            .map(|((name, _), cell)| format!("{}:{}", quoted(name), json_text(cell)))
            .collect();
        format!("{{{}}}", members.join(","))
    }
}

fn json_text(cell: &Cell) -> String {
    match cell {
        Cell::Null => "null".to_owned(),
        Cell::Bool(value) => value.to_string(),
        Cell::Int(value) => value.to_string(),
        Cell::Float(value) => serde_json::Value::from(*value).to_string(),
        Cell::Text(value) => quoted(value),
        Cell::Uuid(value) => quoted(&value.to_string()),
        Cell::Time(value) => quoted(&instant_text(value)),
        Cell::Date(value) => quoted(&value.to_string()),
        // As a number with its own digits: never through a double.
        Cell::Decimal(value) => value.normalize().to_string(),
        Cell::Json(value) => value.clone(),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_cell_becomes_json() {
        let shape = Shape::of::<entity::category::Entity>(&["version"]);
        let names: Vec<_> = shape.columns.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["id", "uuid", "label", "created_at", "updated_at"]);
        let cells = [
            Cell::Int(7),
            Cell::Uuid(uuid::Uuid::from_u128(1)),
            Cell::Text("a \"b\"\n".to_owned()),
            Cell::Decimal("12.50".parse().unwrap()),
            Cell::Json("{\"n\": 1.50}".to_owned()),
        ];
        assert_eq!(
            shape.text(&cells),
            "{\"id\":7,\"uuid\":\"00000000-0000-0000-0000-000000000001\",\"label\":\"a \\\"b\\\"\\n\",\
             \"created_at\":12.5,\"updated_at\":{\"n\": 1.50}}"
        );
    }
}
