//! The orders by date are those of events that come in from elsewhere, late and in any order. Events of commands are read in
//! the order of the trail, and need not be kept in two more indexes.

use sea_orm_migration::DbErr;
use sea_orm_migration::prelude::{DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

use crate::table;

/// Keeps the indexes by date for the types of acquisition alone.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// As one comparison each, because SQLite recognizes such a condition only by one of them.
const COMES_IN: &str = "entity_type = 'acq.order' OR entity_type = 'acq.order_line' OR entity_type = 'acq.piece' OR \
                        entity_type = 'acq.invoice' OR entity_type = 'acq.invoice_line' OR \
                        entity_type = 'acq.organization'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        make(manager, &format!(" WHERE {COMES_IN}")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        make(manager, "").await
    }
}

async fn make(manager: &SchemaManager<'_>, condition: &str) -> Result<(), DbErr> {
    for date in ["action_date", "event_date"] {
        let name = format!("change_event_entity_type_entity_uuid_{date}_uuid_ix");
        table::run(manager, &format!("DROP INDEX {name}")).await?;
        let columns = format!("organization_id, entity_type, entity_uuid, {date}, uuid");
        table::run(manager, &format!("CREATE INDEX {name} ON change_event ({columns}){condition}")).await?;
    }
    Ok(())
}
