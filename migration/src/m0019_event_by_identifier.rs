//! PostgreSQL finds events by their identifiers first.
//!
//! Whether an event is there already is asked event by event. As long as the identifier stood last in the index, a store
//! that had not counted an organization's rows yet took every index of the organization for as good, and read all events
//! of a type for each. SQLite goes by the columns of an index, and keeps its order.

use sea_orm_migration::DbErr;
use sea_orm_migration::prelude::{DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};
use sea_orm_migration::sea_orm::DbBackend;

use crate::table;

/// Turns the columns of the unique index around.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, "uuid, entity_type, organization_id").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, "organization_id, entity_type, uuid").await
    }
}

async fn on_postgres(manager: &SchemaManager<'_>, columns: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let name = "change_event_entity_type_uuid_uq";
    let change = format!("DROP CONSTRAINT {name}, ADD CONSTRAINT {name} UNIQUE ({columns})");
    table::run(manager, &format!("ALTER TABLE change_event {change}")).await
}
