//! The entities against the tables that the migrations make.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::db::{Arg, Errand, Statement, Store};
use audit_gateway::domain::describe::{Link, Source, kind_of};
use audit_gateway::domain::model::model;
use sea_orm::{ColumnTrait, EntityName, EntityTrait, IdenStatic, Iterable};

use crate::store::{TestStore, on_both_stores};

on_both_stores!(every_entity_is_its_table, every_field_and_relation_stands_on_columns);

/// A table as its entity says it is.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<Column>,
}

/// A column as its entity says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// Whether a row may be without it.
    pub nullable: bool,
}

impl Table {
    /// The column of a name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    fn of<E: EntityTrait + EntityName + Default>() -> Self {
        let columns = E::Column::iter().map(|column| {
            let definition = column.def();
            Column {
                name: IdenStatic::as_str(&column).to_owned(),
                kind: kind_of(definition.get_column_type()),
                nullable: definition.is_null(),
            }
        });
        Self { name: E::default().table_name().to_owned(), columns: columns.collect() }
    }
}

macro_rules! tables {
    ($($module:ident),+ $(,)?) => {
        vec![$(Table::of::<::entity::$module::Entity>()),+]
    };
}

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    // Each after those its rows refer to.
    tables![
        organization,
        standard,
        conformance_level,
        user,
        org_unit,
        membership,
        worker,
        api_key,
        session,
        refresh_token,
        asset_profile,
        asset,
        audit_area,
        item,
        layout,
        stock_level,
        reason_code,
        category,
        template,
        executive_report,
        program_template,
        program,
        schedule,
        status_group,
        observation_status,
        status_group_status,
        datastore,
        datastore_info,
        audit,
        action_plan,
        idea,
        activity,
        count_task,
        issue,
        issue_category,
        comment_group,
        comment,
        change_event,
        trail_head,
        idempotency_key,
        trail_subtree,
        trail_checkpoint,
    ]
});

/// All tables that have an entity.
pub fn tables() -> &'static [Table] {
    &TABLES
}

/// The table of a name.
pub fn table(name: &str) -> &'static Table {
    TABLES.iter().find(|table| table.name == name).unwrap_or_else(|| panic!("no entity for the table {name}"))
}

/// Tables that only the store itself and the migrations know.
fn has_no_entity(table: &str) -> bool {
    table.starts_with("audit_number") || ["seaql_migrations", "tally", "trail_erasure"].contains(&table)
}

/// What the store says: the columns of every table, or of every view, each with its type and whether it may be null.
async fn found(store: &TestStore, views: bool) -> BTreeMap<String, BTreeMap<String, (String, bool)>> {
    let question = match store.db.store() {
        Store::Postgres => {
            "SELECT table_name::text, column_name::text, data_type::text, is_nullable = 'YES'
            FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
            WHERE table_schema = current_schema() AND (table_type = 'VIEW') = $1"
        }
        Store::Sqlite => {
            "SELECT t.name, c.name, c.type, c.\"notnull\" = 0 AND c.pk = 0
            FROM sqlite_schema t JOIN pragma_table_info(t.name) c
            WHERE t.type IN ('table', 'view') AND (t.type = 'view') = $1 AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        }
    };
    let statement = Statement::new(
        question,
        vec![Arg::one(Kind::Bool, views)],
        vec![Kind::Text, Kind::Text, Kind::Text, Kind::Bool],
    );
    let rows = store.db.fetch(&Errand::default(), statement).await.expect("the tables");
    let mut tables: BTreeMap<String, BTreeMap<String, (String, bool)>> = BTreeMap::new();
    for row in rows.iter() {
        let [Cell::Text(table), Cell::Text(column), Cell::Text(kind), Cell::Bool(nullable)] = row else {
            panic!("not a column: {row:?}");
        };
        if !has_no_entity(table) {
            tables.entry(table.clone()).or_default().insert(column.clone(), (kind.to_lowercase(), *nullable));
        }
    }
    tables
}

/// The types that a column of a kind has.
fn types(store: Store, kind: Kind) -> &'static [&'static str] {
    match (store, kind) {
        (Store::Postgres, Kind::Bool) => &["boolean"],
        (Store::Postgres, Kind::Int) => &["integer", "smallint"],
        (Store::Postgres, Kind::Long) => &["bigint"],
        (Store::Postgres, Kind::Float) => &["double precision"],
        (Store::Postgres, Kind::Text) => &["text"],
        (Store::Postgres, Kind::Uuid) => &["uuid"],
        (Store::Postgres, Kind::Time) => &["timestamp with time zone"],
        (Store::Postgres, Kind::Date) => &["date"],
        (Store::Postgres, Kind::Decimal) => &["numeric"],
        (Store::Postgres, Kind::Json) => &["json"],
        (Store::Sqlite, Kind::Bool | Kind::Int | Kind::Long | Kind::Decimal) => &["integer"],
        (Store::Sqlite, Kind::Float) => &["real"],
        (Store::Sqlite, Kind::Text | Kind::Time | Kind::Date | Kind::Json) => &["text"],
        (Store::Sqlite, Kind::Uuid) => &["blob"],
    }
}

async fn every_entity_is_its_table(kind: Store) {
    let store = TestStore::migrated(kind).await;
    let found = found(&store, false).await;
    let mut faults = Vec::new();
    let (described, there): (BTreeSet<&str>, BTreeSet<&str>) =
        (tables().iter().map(|table| table.name.as_str()).collect(), found.keys().map(String::as_str).collect());
    for table in described.symmetric_difference(&there) {
        faults.push(format!("{table}: either no table or no entity"));
    }
    for table in tables() {
        let Some(columns) = found.get(&table.name) else { continue };
        for column in &table.columns {
            match columns.get(&column.name) {
                None => faults.push(format!("{}.{}: not in the table", table.name, column.name)),
                Some((found, _)) if !types(kind, column.kind).contains(&found.as_str()) => {
                    faults
                        .push(format!("{}.{}: {:?}, but the table has {found}", table.name, column.name, column.kind));
                }
                Some((_, nullable)) if *nullable != column.nullable => {
                    faults.push(format!("{}.{}: nullable is {} in the table", table.name, column.name, nullable));
                }
                Some(_) => {}
            }
        }
        let unknown = columns.keys().filter(|column| table.column(column).is_none());
        faults.extend(unknown.map(|column| format!("{}.{column}: not in the entity", table.name)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

async fn every_field_and_relation_stands_on_columns(kind: Store) {
    let store = TestStore::migrated(kind).await;
    let mut found = found(&store, false).await;
    let views = self::found(&store, true).await;
    found.extend(views.clone());
    let mut faults = Vec::new();
    let has = |table: &str, column: &str| found.get(table).is_some_and(|columns| columns.contains_key(column));
    for noun in model().nouns() {
        for field in &noun.fields {
            let Source::Column(name) = field.source else { continue };
            match found.get(&noun.table).and_then(|columns| columns.get(name)) {
                None => faults.push(format!("{}.{}: no column {name}", noun.name, field.name)),
                Some((kind_found, nullable)) => {
                    // SQLite does not tell the type of a column that is worked out, and neither store when it is null.
                    let is_view = views.contains_key(&noun.table);
                    let typed = types(kind, field.kind).contains(&kind_found.as_str());
                    let fits = typed || (is_view && kind_found.is_empty());
                    if !fits || (!is_view && *nullable != field.nullable) {
                        faults.push(format!("{}.{}: the column is {kind_found}, {nullable}", noun.name, field.name));
                    }
                }
            }
        }
        for relation in &noun.relations {
            let target = model().noun(relation.target).map_or("", |target| target.table.as_str());
            let stands = match relation.link {
                Link::ToOne(column) => has(&noun.table, column),
                Link::ToOneByUuid(column) => has(&noun.table, column) && has(target, "uuid"),
                Link::ToMany(column) => has(target, column),
                Link::Through(table, own, there) => has(table, own) && has(table, there),
                Link::Ancestors | Link::Descendants => has(&noun.table, "path") && noun.table == target,
                Link::History(_) => has(&noun.table, "uuid") && target == "change_event",
            };
            if !stands {
                faults.push(format!("{}.{}: {:?} without its columns", noun.name, relation.name, relation.link));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_entity_of_the_crate_is_compared() {
    let source = include_str!("../../entity/src/lib.rs");
    let modules = source.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let entities = modules.filter(|module| !["enumeration", "quantity"].contains(module));
    let missing: Vec<&str> = entities.filter(|name| !tables().iter().any(|table| table.name == *name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
