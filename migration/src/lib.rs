//! The history of the tables, one step a file, there and back, on both stores. Knows the stores and nothing else of
//! this project: a step stays as it was written, whatever becomes of the rows' types.
//!
//! Any number of instances may start at once: one migrates, the others wait for it and find nothing left to do. A
//! run is one transaction, so that it is done wholly or not at all.

mod lock;
mod m0001_people;
mod m0002_access;
mod m0003_assets;
mod m0004_planning;
mod m0005_work;
mod m0006_trail;
mod m0007_number_search;
mod m0008_built_in_standards;
mod m0009_future_audit;
mod m0010_row_level_security;
mod m0011_trail_tree;
mod m0012_commands;
mod m0013_tally;
mod m0015_inventory_search;
mod m0016_event_reference;
mod m0017_end_of_sessions;
mod m0018_event_date_order;
mod m0019_event_by_identifier;
mod m0020_event_on_sqlite;
mod table;

use sea_orm_migration::sea_orm::DatabaseConnection;
use sea_orm_migration::{DbErr, MigrationStatus, MigrationTrait, MigratorTrait, async_trait};

/// The steps, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_people::Migration),
            Box::new(m0002_access::Migration),
            Box::new(m0003_assets::Migration),
            Box::new(m0004_planning::Migration),
            Box::new(m0005_work::Migration),
            Box::new(m0006_trail::Migration),
            Box::new(m0007_number_search::Migration),
            Box::new(m0008_built_in_standards::Migration),
            Box::new(m0009_future_audit::Migration),
            Box::new(m0010_row_level_security::Migration),
            Box::new(m0011_trail_tree::Migration),
            Box::new(m0012_commands::Migration),
            Box::new(m0013_tally::Migration),
            Box::new(m0015_inventory_search::Migration),
            Box::new(m0016_event_reference::Migration),
            Box::new(m0017_end_of_sessions::Migration),
            Box::new(m0018_event_date_order::Migration),
            Box::new(m0019_event_by_identifier::Migration),
            Box::new(m0020_event_on_sqlite::Migration),
        ]
    }
}

/// Whether a step has been taken on a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Name of the step.
    pub name: String,
    /// Whether the store has it.
    pub applied: bool,
}

/// Takes every step the store does not have yet.
pub async fn up(db: &DatabaseConnection) -> Result<(), DbErr> {
    let transaction = lock::begin(db).await?;
    Migrator::up(&transaction, None).await?;
    transaction.commit().await
}

/// Takes back the last steps, with the data in them.
pub async fn down(db: &DatabaseConnection, steps: u32) -> Result<(), DbErr> {
    let transaction = lock::begin(db).await?;
    Migrator::down(&transaction, Some(steps)).await?;
    transaction.commit().await
}

/// Every step, oldest first. Changes nothing, not even an empty store.
pub async fn status(db: &DatabaseConnection) -> Result<Vec<Step>, DbErr> {
    let steps = Migrator::get_migration_with_status_read_only(db).await?;
    Ok(steps
        .iter()
        .map(|step| Step { name: step.name().to_owned(), applied: step.status() == MigrationStatus::Applied })
        .collect())
}
