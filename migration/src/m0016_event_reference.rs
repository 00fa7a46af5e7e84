//! PostgreSQL asks for the organization of a new event no more, which it did row by row.
//!
//! Whoever inserts an event has locked the head of its organization's trail and moves it on in the same statement; the
//! head refers to the organization, which can therefore not be gone. On SQLite a reference costs next to nothing and
//! cannot be taken away from a table, so there it stays.

use sea_orm_migration::DbErr;
use sea_orm_migration::prelude::{DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};
use sea_orm_migration::sea_orm::DbBackend;

use crate::table;

/// Takes the reference away.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, "DROP CONSTRAINT change_event_organization_id_fk").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let reference = "FOREIGN KEY (organization_id) REFERENCES organization (id)";
        on_postgres(manager, &format!("ADD CONSTRAINT change_event_organization_id_fk {reference}")).await
    }
}

async fn on_postgres(manager: &SchemaManager<'_>, change: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    table::run(manager, &format!("ALTER TABLE change_event {change}")).await
}
