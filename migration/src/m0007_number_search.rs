//! Finding an audit by any part of its number.

use sea_orm_migration::DbErr;
use sea_orm_migration::prelude::{DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::table;

/// Makes the index of the runs of three characters.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            let schema = trigram_schema(manager).await?;
            let index = format!(
                "CREATE INDEX audit_number_trigram_ix ON audit USING gin (number_norm {}.gin_trgm_ops)",
                table::quoted(&schema)
            );
            return table::run(manager, &index).await;
        }
        for statement in SQLITE {
            table::run(manager, statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            // The extension stays: others may use it.
            return table::run(manager, "DROP INDEX audit_number_trigram_ix").await;
        }
        for name in ["insert", "update", "delete"] {
            table::run(manager, &format!("DROP TRIGGER audit_number_after_{name}")).await?;
        }
        table::run(manager, "DROP TABLE audit_number").await
    }
}

/// The index holds no text of its own, it reads that of `audit`.
///
/// SQLite keeps its lock after a write to `audit` that ran outside a transaction and was refused by a foreign key, until
/// the connection is used again. Writes to `audit` therefore belong in a transaction.
const SQLITE: &[&str] = &[
    "CREATE VIRTUAL TABLE audit_number USING fts5
    (number_norm, content = 'audit', content_rowid = 'id', tokenize = 'trigram case_sensitive 1')",
    "CREATE TRIGGER audit_number_after_insert AFTER INSERT ON audit BEGIN
        INSERT INTO audit_number (rowid, number_norm) VALUES (new.id, new.number_norm);
    END",
    "CREATE TRIGGER audit_number_after_update AFTER UPDATE OF id, number_norm ON audit
    WHEN old.id <> new.id OR old.number_norm <> new.number_norm BEGIN
        INSERT INTO audit_number (audit_number, rowid, number_norm) VALUES ('delete', old.id, old.number_norm);
        INSERT INTO audit_number (rowid, number_norm) VALUES (new.id, new.number_norm);
    END",
    "CREATE TRIGGER audit_number_after_delete AFTER DELETE ON audit BEGIN
        INSERT INTO audit_number (audit_number, rowid, number_norm) VALUES ('delete', old.id, old.number_norm);
    END",
    "INSERT INTO audit_number (audit_number) VALUES ('rebuild')",
];

/// The schema that pg_trgm is installed in, wherever that is; in `public` when it has to be installed here.
pub(crate) async fn trigram_schema(manager: &SchemaManager<'_>) -> Result<String, DbErr> {
    if let Some(schema) = installed(manager).await? {
        return Ok(schema);
    }
    table::run(manager, "CREATE EXTENSION pg_trgm WITH SCHEMA public").await.map_err(|cause| {
        DbErr::Migration(format!("the extension pg_trgm is missing and this role could not install it: {cause}"))
    })?;
    installed(manager).await?.ok_or_else(|| DbErr::Migration("the extension pg_trgm is not there".to_owned()))
}

async fn installed(manager: &SchemaManager<'_>) -> Result<Option<String>, DbErr> {
    let question = "SELECT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname = 'pg_trgm'";
    let row = manager.get_connection().query_one_raw(Statement::from_string(DbBackend::Postgres, question)).await?;
    row.map(|row| row.try_get_by_index(0)).transpose()
}
