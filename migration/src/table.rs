//! Tables described once and rendered for both stores.
//!
//! What SQLite lacks is made up for by checks, so that a value refused by one store is refused by the other. Text
//! orders by code point on both. Foreign keys are named and never act on rows themselves: a command removes or
//! nulls what refers to a row, because neither store can null one column of a key of two.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::{DbErr, SchemaManager, sea_orm::ConnectionTrait};

mod column;
mod render;

pub use column::{Column, big, boolean, date, decimal, double, id, instant, int, json, small, text, uuid};
pub use render::{bytes, quoted, text_literal};

/// A table: columns in order, keys, checks and indexes.
pub struct Table {
    name: &'static str,
    columns: Vec<Column>,
    primary_key: Vec<&'static str>,
    uniques: Vec<Vec<&'static str>>,
    checks: Vec<(&'static str, String)>,
    indexes: Vec<Index>,
}

struct Index {
    /// Its name, unless that follows from table and columns.
    name: Option<String>,
    columns: Vec<&'static str>,
    unique: bool,
    /// Goes by the lower-case form of its one column.
    folded: bool,
    only_where: Option<String>,
}

impl Table {
    /// A table without any column yet.
    pub fn bare(name: &'static str) -> Self {
        Self {
            name,
            columns: Vec::new(),
            primary_key: Vec::new(),
            uniques: Vec::new(),
            checks: Vec::new(),
            indexes: Vec::new(),
        }
    }

    /// A table with an identity and a public identifier.
    pub fn identified(name: &'static str) -> Self {
        Self::bare(name).column(Column::identity()).column(uuid("uuid")).unique(&["uuid"])
    }

    /// An identified table whose rows belong to one organization each, and can be referred to within it.
    pub fn tenant(name: &'static str) -> Self {
        Self::identified(name).owned().unique(&["organization_id", "id"])
    }

    /// Adds the organization that a row belongs to.
    pub fn owned(self) -> Self {
        self.column(id("organization_id").refers_to("organization"))
    }

    /// Adds a column.
    pub fn column(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// Adds the instants of creation and last change.
    pub fn stamped(self) -> Self {
        self.column(instant("created_at")).column(instant("updated_at"))
    }

    /// Adds the instants and the lock counter.
    pub fn versioned(self) -> Self {
        self.stamped().column(int("version").default(1))
    }

    /// Adds the origin of imported rows; a row of a source is there once.
    pub fn imported(self) -> Self {
        let name = format!("{}_external_ref_uq", self.name);
        self.column(text("external_source").null()).column(text("external_ref").null()).unique_where(
            &name,
            &["organization_id", "external_source", "external_ref"],
            "external_source IS NOT NULL AND external_ref IS NOT NULL",
        )
    }

    /// Sets a primary key of several columns.
    pub fn primary_key(mut self, columns: &[&'static str]) -> Self {
        self.primary_key = columns.to_vec();
        self
    }

    /// Allows each combination of values once.
    pub fn unique(mut self, columns: &[&'static str]) -> Self {
        self.uniques.push(columns.to_vec());
        self
    }

    /// Allows each combination of values once among some rows.
    pub fn unique_where(mut self, name: &str, columns: &[&'static str], condition: &str) -> Self {
        self.indexes.push(Index {
            name: Some(name.to_owned()),
            columns: columns.to_vec(),
            unique: true,
            folded: false,
            only_where: Some(condition.to_owned()),
        });
        self
    }

    /// Refuses rows that do not meet a condition.
    pub fn check(mut self, name: &'static str, condition: &str) -> Self {
        self.checks.push((name, condition.to_owned()));
        self
    }

    /// Adds an index.
    pub fn index(self, columns: &[&'static str]) -> Self {
        self.add_index(columns, None)
    }

    /// Adds an index over some rows.
    pub fn index_where(self, columns: &[&'static str], condition: &str) -> Self {
        self.add_index(columns, Some(condition.to_owned()))
    }

    /// Adds an index for looking a text up without regard to case.
    pub fn index_folded(mut self, column: &'static str) -> Self {
        self.indexes.push(Index { name: None, columns: vec![column], unique: false, folded: true, only_where: None });
        self
    }

    /// Adds an index for lists of an organization in the order of a column.
    pub fn sorted_by(self, column: &'static str) -> Self {
        self.index(&["organization_id", column, "id"])
    }

    /// Adds an index for the rows that refer to a given one; rows that refer to none are not in it.
    pub fn listed_by(self, column: &'static str) -> Self {
        let nullable = self.columns.iter().any(|other| other.is(column) && other.is_nullable());
        let condition = nullable.then(|| format!("{} IS NOT NULL", quoted(column)));
        self.add_index(&["organization_id", column, "id"], condition)
    }

    fn add_index(mut self, columns: &[&'static str], only_where: Option<String>) -> Self {
        self.indexes.push(Index { name: None, columns: columns.to_vec(), unique: false, folded: false, only_where });
        self
    }
}

/// Creates tables that may refer to each other in any direction.
pub async fn create(manager: &SchemaManager<'_>, tables: &[Table]) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let mut statements: Vec<String> = tables.iter().map(|table| table.create_statement(backend)).collect();
    if backend == DbBackend::Postgres {
        // SQLite takes a reference to a table that does not exist yet, PostgreSQL does not.
        statements.extend(tables.iter().flat_map(Table::reference_statements));
    }
    statements.extend(tables.iter().flat_map(Table::index_statements));
    for statement in statements {
        run(manager, &statement).await?;
    }
    Ok(())
}

/// Drops tables, the last one first.
pub async fn drop(manager: &SchemaManager<'_>, tables: &[Table]) -> Result<(), DbErr> {
    let cascade = if manager.get_database_backend() == DbBackend::Postgres { " CASCADE" } else { "" };
    for table in tables.iter().rev() {
        run(manager, &format!("DROP TABLE {}{cascade}", quoted(table.name))).await?;
    }
    Ok(())
}

/// Runs one statement.
pub async fn run(manager: &SchemaManager<'_>, statement: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(statement).await.map(|_| ())
}
