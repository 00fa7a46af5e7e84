//! Table: how many rows each organization has in each stretch of a long table, kept by the store itself. Numbered pages
//! far from the first, and the number of all rows, are found with it without reading what lies before.

use sea_orm_migration::prelude::{DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};
use sea_orm_migration::{DbErr, sea_orm::DbBackend};

use crate::m0010_row_level_security::own_rows_only;
use crate::table::{self, Table, id, text};

/// Makes it.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The tables that grow long.
const LONG: &[&str] = &["activity", "audit"];

/// Rows are counted twice: by stretches of 512 ids, and, under the table's name with `.created_at`, by days in UTC since
/// 1970 in which they were created. Connections count in shards of their own, so that writers of one organization do
/// not wait for each other; the number is the sum over all shards.
fn tally() -> Table {
    let key = ["organization_id", "source", "block", "shard"];
    let table = Table::bare("tally").owned().column(text("source")).column(id("block")).column(id("shard"));
    table.column(id("rows")).primary_key(&key)
}

/// The two blocks of the row at `alias`.
fn blocks(backend: DbBackend, alias: &str, name: &str) -> [(String, String); 2] {
    let day = match backend {
        DbBackend::Postgres => format!("(({alias}.created_at AT TIME ZONE 'UTC')::date - DATE '1970-01-01')::bigint"),
        _ => format!("CAST(julianday(substr({alias}.created_at, 1, 10)) - 2440587.5 AS INTEGER)"),
    };
    [(name.to_owned(), format!("{alias}.id / 512")), (format!("{name}.created_at"), day)]
}

const COUNTED: &str = "INSERT INTO tally (organization_id, source, block, shard, rows)";
const ADDED: &str =
    "ON CONFLICT (organization_id, source, block, shard) DO UPDATE SET rows = tally.rows + excluded.rows";

fn counted(backend: DbBackend, from: &str, name: &str) -> Vec<String> {
    let shard = if backend == DbBackend::Postgres { "pg_backend_pid() % 4" } else { "0" };
    let each = blocks(backend, "t", name).map(|(source, block)| {
        format!(
            "{COUNTED} SELECT t.organization_id, '{source}', {block}, {shard}, count(*) FROM {from} t WHERE true GROUP \
             BY 1, 3 ORDER BY 1, 3 {ADDED}"
        )
    });
    each.into()
}

/// A statement that inserts many rows counts them once; one that takes rows away counts them back.
fn postgres(name: &str) -> Vec<String> {
    let mut statements = Vec::new();
    for (verb, rows, sign) in [("insert", "NEW", "1"), ("delete", "OLD", "-1")] {
        let each =
            counted(DbBackend::Postgres, "changed", name).join("; ").replace("count(*)", &format!("{sign} * count(*)"));
        statements.push(format!(
            "CREATE FUNCTION {name}_tally_{verb}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {each}; RETURN NULL; END $$"
        ));
        statements.push(format!(
            "CREATE TRIGGER {name}_tally_{verb} AFTER {verb} ON {name} REFERENCING {rows} TABLE AS changed FOR EACH \
             STATEMENT EXECUTE FUNCTION {name}_tally_{verb}()"
        ));
    }
    statements
}

fn sqlite(name: &str) -> Vec<String> {
    let trigger = |(verb, alias, sign): (&str, &str, &str)| {
        let each = blocks(DbBackend::Sqlite, alias, name).map(|(source, block)| {
            format!("{COUNTED} VALUES ({alias}.organization_id, '{source}', {block}, 0, {sign}) {ADDED};")
        });
        format!("CREATE TRIGGER {name}_tally_{verb} AFTER {verb} ON {name} BEGIN {} END", each.join(" "))
    };
    [("insert", "NEW", "1"), ("delete", "OLD", "-1")].map(trigger).into()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        table::create(manager, &[tally()]).await?;
        if backend == DbBackend::Postgres {
            own_rows_only(manager, "tally", "").await?;
        }
        for name in LONG {
            let triggers = if backend == DbBackend::Postgres { postgres(name) } else { sqlite(name) };
            for statement in counted(backend, name, name).into_iter().chain(triggers) {
                table::run(manager, &statement).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in LONG {
            for verb in ["insert", "delete"] {
                if manager.get_database_backend() == DbBackend::Postgres {
                    table::run(manager, &format!("DROP TRIGGER {name}_tally_{verb} ON {name}")).await?;
                    table::run(manager, &format!("DROP FUNCTION {name}_tally_{verb}()")).await?;
                } else {
                    table::run(manager, &format!("DROP TRIGGER {name}_tally_{verb}")).await?;
                }
            }
        }
        table::drop(manager, &[tally()]).await
    }
}
