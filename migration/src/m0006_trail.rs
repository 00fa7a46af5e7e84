//! The trail: every change of every record, and a lock on the past.

use sea_orm_migration::prelude::{DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};
use sea_orm_migration::{DbErr, sea_orm::DbBackend};

use crate::table::{self, Column, Table, big, id, instant, json, text, uuid};

/// Makes the trail.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![change_event(), trail_head()]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::create(manager, &tables()).await?;
        for statement in guards(manager.get_database_backend()) {
            table::run(manager, statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, &tables()).await?;
        let rest = match manager.get_database_backend() {
            DbBackend::Postgres => "DROP FUNCTION change_event_refuse()",
            _ => "DROP TABLE trail_erasure",
        };
        table::run(manager, rest).await
    }
}

fn change_event() -> Table {
    Table::bare("change_event")
        .column(Column::identity())
        .owned()
        .column(big("sequence").at_least(1))
        .column(uuid("uuid"))
        .column(text("entity_type"))
        .column(uuid("entity_uuid"))
        .column(uuid("parent_uuid").null())
        .column(text("action").one_of(&["Create", "Edit", "Delete"]))
        .column(uuid("user_uuid").null())
        .column(instant("event_date"))
        .column(instant("action_date"))
        .column(json("snapshot_after").null())
        .column(json("snapshot_before").null())
        .column(json("extra").null())
        .column(text("surface"))
        .column(text("request_id").null())
        .unique(&["organization_id", "sequence"])
        .unique(&["organization_id", "entity_type", "uuid"])
        .index(&["organization_id", "entity_type", "entity_uuid", "sequence"])
        // The orders of the FOLIO surface, whose events may come in late.
        .index(&["organization_id", "entity_type", "entity_uuid", "action_date", "uuid"])
        .index(&["organization_id", "entity_type", "entity_uuid", "event_date", "uuid"])
}

fn trail_head() -> Table {
    Table::bare("trail_head")
        .column(id("organization_id").refers_to("organization"))
        .column(big("last_sequence").default(0).at_least(0))
        .primary_key(&["organization_id"])
}

/// What refuses to change the past, unless an erasure is marked: on PostgreSQL by a setting of the transaction, on
/// SQLite by the one row of a table, which the erasing transaction puts in and takes out.
fn guards(backend: DbBackend) -> &'static [&'static str] {
    match backend {
        DbBackend::Postgres => &[
            "CREATE FUNCTION change_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF current_setting('audit_gateway.erasure', true) = 'on' THEN
                    IF TG_OP = 'UPDATE' THEN
                        RETURN NEW;
                    END IF;
                    RETURN OLD;
                END IF;
                RAISE EXCEPTION 'change_event is append only';
            END
            $$",
            "CREATE TRIGGER change_event_refuse_change BEFORE UPDATE OR DELETE ON change_event
            FOR EACH ROW EXECUTE FUNCTION change_event_refuse()",
            "CREATE TRIGGER change_event_refuse_truncate BEFORE TRUNCATE ON change_event
            FOR EACH STATEMENT EXECUTE FUNCTION change_event_refuse()",
        ],
        _ => &[
            "CREATE TABLE trail_erasure (id INTEGER PRIMARY KEY CHECK (id = 1)) STRICT",
            "CREATE TRIGGER change_event_refuse_update BEFORE UPDATE ON change_event
            WHEN NOT EXISTS (SELECT 1 FROM trail_erasure)
            BEGIN SELECT RAISE(ABORT, 'change_event is append only'); END",
            "CREATE TRIGGER change_event_refuse_delete BEFORE DELETE ON change_event
            WHEN NOT EXISTS (SELECT 1 FROM trail_erasure)
            BEGIN SELECT RAISE(ABORT, 'change_event is append only'); END",
        ],
    }
}
