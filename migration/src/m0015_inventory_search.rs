//! Inventory audits by parts of their numbers, and by deadlines with those that have none at the end.
//!
//! PostgreSQL's row-level security does not let an index for parts of texts be used on a table that it guards, as what such
//! an index is asked could tell of hidden rows. The numbers are therefore kept once more, in a table that only says
//! which audits to look up; what of these may be seen, the guarded table says.

use sea_orm_migration::DbErr;
use sea_orm_migration::prelude::{DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};
use sea_orm_migration::sea_orm::DbBackend;

use crate::m0007_number_search::trigram_schema;
use crate::table;

/// Makes table and indexes.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// A statement that inserts or removes many audits does so here once. Numbers change seldom, one by one.
const TABLE: &[&str] = &[
    "CREATE TABLE audit_number (audit_id BIGINT PRIMARY KEY, organization_id BIGINT NOT NULL, number_norm TEXT COLLATE
    \"C\" NOT NULL)",
    "INSERT INTO audit_number (audit_id, organization_id, number_norm) SELECT id, organization_id, number_norm FROM audit",
    "CREATE FUNCTION audit_number_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO audit_number (audit_id, organization_id, number_norm)
        SELECT id, organization_id, number_norm FROM changed;
        RETURN NULL;
    END $$",
    "CREATE TRIGGER audit_number_insert AFTER INSERT ON audit REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
    EXECUTE FUNCTION audit_number_insert()",
    "CREATE FUNCTION audit_number_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        DELETE FROM audit_number USING changed WHERE audit_id = changed.id;
        RETURN NULL;
    END $$",
    "CREATE TRIGGER audit_number_delete AFTER DELETE ON audit REFERENCING OLD TABLE AS changed FOR EACH STATEMENT
    EXECUTE FUNCTION audit_number_delete()",
    "CREATE FUNCTION audit_number_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE audit_number SET audit_id = NEW.id, organization_id = NEW.organization_id, number_norm = NEW.number_norm
        WHERE audit_id = OLD.id;
        RETURN NULL;
    END $$",
    "CREATE TRIGGER audit_number_update AFTER UPDATE OF id, organization_id, number_norm ON audit FOR EACH ROW
    WHEN ((OLD.id, OLD.organization_id, OLD.number_norm) IS DISTINCT FROM (NEW.id, NEW.organization_id, NEW.number_norm))
    EXECUTE FUNCTION audit_number_update()",
];

/// Columns that an audit may be without, in whose order from the greatest down those without come last. SQLite reads the
/// index of the other direction backward for this.
const ABSENT_LAST: [&str; 2] = ["complete_by", "finished_at"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        table::run(manager, "DROP INDEX audit_number_trigram_ix").await?;
        for statement in TABLE {
            table::run(manager, statement).await?;
        }
        // A short list of what is new, which every search reads from end to end.
        let index = parts("audit_number", &trigram_schema(manager).await?);
        table::run(manager, &format!("{index} WITH (gin_pending_list_limit = 256)")).await?;
        for column in ABSENT_LAST {
            let index = format!(
                "CREATE INDEX audit_{column}_last_ix ON audit (organization_id, asset_kind, {column} DESC NULLS LAST, id DESC)"
            );
            table::run(manager, &index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        for column in ABSENT_LAST {
            table::run(manager, &format!("DROP INDEX audit_{column}_last_ix")).await?;
        }
        for verb in ["insert", "delete", "update"] {
            table::run(manager, &format!("DROP TRIGGER audit_number_{verb} ON audit")).await?;
            table::run(manager, &format!("DROP FUNCTION audit_number_{verb}()")).await?;
        }
        table::run(manager, "DROP TABLE audit_number").await?;
        table::run(manager, &parts("audit", &trigram_schema(manager).await?)).await
    }
}

/// The index of the runs of three characters.
fn parts(name: &str, schema: &str) -> String {
    let schema = table::quoted(schema);
    format!("CREATE INDEX audit_number_trigram_ix ON {name} USING gin (number_norm {schema}.gin_trgm_ops)")
}
