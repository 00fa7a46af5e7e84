//! Table: keys under which clients sent commands. Column: which activities an audit cannot close without.

use sea_orm_migration::prelude::{DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};
use sea_orm_migration::{DbErr, sea_orm::DbBackend};

use crate::table::{self, Table, id, instant, text};

/// Makes them.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn idempotency_key() -> Table {
    Table::bare("idempotency_key")
        .owned()
        .column(id("user_id"))
        .column(text("key"))
        .column(text("fingerprint"))
        .column(text("outcome"))
        .column(instant("created_at"))
        .primary_key(&["organization_id", "user_id", "key"])
        .index(&["organization_id", "created_at"])
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::create(manager, &[idempotency_key()]).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            table::run(manager, "ALTER TABLE activity ADD COLUMN mandatory BOOLEAN NOT NULL DEFAULT FALSE").await?;
            for statement in POSTGRES_OWN {
                table::run(manager, statement).await?;
            }
            return Ok(());
        }
        let column = "ALTER TABLE activity ADD COLUMN mandatory INTEGER NOT NULL DEFAULT 0 CHECK (mandatory IN (0, 1))";
        table::run(manager, column).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::run(manager, "ALTER TABLE activity DROP COLUMN mandatory").await?;
        table::drop(manager, &[idempotency_key()]).await
    }
}

/// A key of another organization is not there, as with all rows of organizations.
const POSTGRES_OWN: &[&str] = &[
    "ALTER TABLE idempotency_key ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE idempotency_key FORCE ROW LEVEL SECURITY",
    "CREATE POLICY own_organization ON idempotency_key USING (organization_id = (SELECT
    NULLIF(current_setting('audit_gateway.organization', true), '*')::bigint) OR (SELECT
    current_setting('audit_gateway.organization', true)) = '*')",
];
