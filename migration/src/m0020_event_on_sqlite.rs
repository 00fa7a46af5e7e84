//! SQLite finds an event by its identifier alone: the unique index begins with the organization and the type, neither of
//! which somebody who holds an identifier has to know. Without it the whole trail was read.

use sea_orm_migration::DbErr;
use sea_orm_migration::prelude::{DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};
use sea_orm_migration::sea_orm::DbBackend;

use crate::table;

/// Adds the index.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_sqlite(manager, "CREATE INDEX change_event_uuid_ix ON change_event (uuid)").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_sqlite(manager, "DROP INDEX change_event_uuid_ix").await
    }
}

async fn on_sqlite(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Sqlite { table::run(manager, sql).await } else { Ok(()) }
}
