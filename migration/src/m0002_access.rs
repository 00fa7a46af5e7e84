//! Tables: keys, sign-ins and refresh tokens.

use sea_orm_migration::DbErr;
use sea_orm_migration::prelude::{DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

use crate::table::{self, Table, boolean, id, instant, json, text, uuid};

/// Makes these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![api_key(), session(), refresh_token()]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::create(manager, &tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, &tables()).await
    }
}

fn api_key() -> Table {
    Table::tenant("api_key")
        .column(id("user_id").refers_to("user"))
        .column(text("purpose").default("GENERAL").one_of(&["GENERAL", "DATA_API"]))
        .column(text("label").default(""))
        .column(json("scopes").default("[]"))
        .column(instant("expires_at").null())
        .column(instant("last_used_at").null())
        .column(instant("revoked_at").null())
        .versioned()
        .listed_by("user_id")
        .unique_where(
            "api_key_data_api_uq",
            &["organization_id", "user_id"],
            "purpose = 'DATA_API' AND revoked_at IS NULL",
        )
}

fn session() -> Table {
    Table::identified("session")
        .column(id("user_id").refers_to("user"))
        .column(text("token_hash"))
        .column(instant("expires_at"))
        .column(boolean("remember_me").default(true))
        .column(text("ip_address").null())
        .column(text("user_agent").null())
        .column(id("active_organization_id").null().refers_to("organization"))
        .stamped()
        .unique(&["token_hash"])
        .index(&["user_id"])
        .index(&["expires_at"])
}

fn refresh_token() -> Table {
    Table::identified("refresh_token")
        .column(id("user_id").refers_to("user"))
        .column(id("organization_id").null().refers_to("organization"))
        .column(text("token_hash"))
        .column(uuid("family"))
        .column(instant("issued_at"))
        .column(instant("expires_at"))
        .column(instant("absolute_expires_at"))
        .column(instant("used_at").null())
        .column(instant("revoked_at").null())
        .unique(&["token_hash"])
        .index(&["user_id"])
        .index(&["family"])
        .index(&["absolute_expires_at"])
}
