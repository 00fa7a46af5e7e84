//! The hash tree over the trail: what each event contributes, where the tree ends, its finished subtrees, and the
//! signed checkpoints. Events that are there already get their leaves when the program next starts, or before the next
//! event of their organization: what a leaf is made of is not this history's to know.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::m0010_row_level_security::own_rows_only;
use crate::table::{self, Table, big, id, instant, small, text};

/// The step.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Columns that an event gets. Salt and snapshots can be erased; the leaf stays.
const EVENT: [&str; 4] = ["salt", "leaf", "leaf_hash", "erased_at"];

/// Columns of an event that sealing leaves as they are.
const SEALED: [&str; 17] = [
    "id",
    "organization_id",
    "sequence",
    "uuid",
    "entity_type",
    "entity_uuid",
    "parent_uuid",
    "action",
    "user_uuid",
    "event_date",
    "action_date",
    "snapshot_after",
    "snapshot_before",
    "extra",
    "surface",
    "request_id",
    "erased_at",
];

fn tables() -> Vec<Table> {
    vec![trail_subtree(), trail_checkpoint()]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let (words, moment) = match backend {
            DbBackend::Postgres => ("TEXT COLLATE \"C\"", "TIMESTAMPTZ(6)"),
            _ => ("TEXT", "TEXT"),
        };
        for column in EVENT {
            let kind = if column == "erased_at" { moment } else { words };
            table::run(manager, &format!("ALTER TABLE change_event ADD COLUMN {column} {kind}")).await?;
        }
        let number = if backend == DbBackend::Postgres { "BIGINT" } else { "INTEGER" };
        // The tree is over all events, or not begun.
        let size = format!(
            "ALTER TABLE trail_head ADD COLUMN tree_size {number} NOT NULL DEFAULT 0 CONSTRAINT \
             trail_head_tree_size_ck CHECK (tree_size IN (0, last_sequence))"
        );
        table::run(manager, &size).await?;
        let frontier = format!("ALTER TABLE trail_head ADD COLUMN frontier {words} NOT NULL DEFAULT ''");
        table::run(manager, &frontier).await?;
        table::create(manager, &tables()).await?;
        for statement in guards(backend, Guard::Sealing) {
            table::run(manager, &statement).await?;
        }
        if backend == DbBackend::Postgres {
            for name in ["trail_subtree", "trail_checkpoint"] {
                own_rows_only(manager, name, "").await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in guards(manager.get_database_backend(), Guard::Plain) {
            table::run(manager, &statement).await?;
        }
        table::drop(manager, &tables()).await?;
        for column in ["frontier", "tree_size"] {
            table::run(manager, &format!("ALTER TABLE trail_head DROP COLUMN {column}")).await?;
        }
        for column in EVENT {
            table::run(manager, &format!("ALTER TABLE change_event DROP COLUMN {column}")).await?;
        }
        Ok(())
    }
}

/// Roots of subtrees whose leaves are all there: one of level `n` stands over 256 of level `n - 1`, the leaves being
/// level 0. What a proof needs beside a few leaves.
fn trail_subtree() -> Table {
    Table::bare("trail_subtree")
        .column(id("organization_id").refers_to("organization"))
        .column(small("level").between(1, 7))
        .column(big("position").at_least(0))
        .column(text("root_hash"))
        .primary_key(&["organization_id", "level", "position"])
}

/// Signed statements of how long a trail was and which root its tree had.
fn trail_checkpoint() -> Table {
    Table::bare("trail_checkpoint")
        .column(id("organization_id").refers_to("organization"))
        .column(big("size").at_least(1))
        .column(text("note"))
        .column(instant("created_at"))
        .primary_key(&["organization_id", "size"])
}

/// What may happen to the past beside a marked erasure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Guard {
    /// Nothing.
    Plain,
    /// An event that has no leaf gets one.
    Sealing,
}

/// The rule of m0006, with or without sealing.
fn guards(backend: DbBackend, guard: Guard) -> Vec<String> {
    match backend {
        DbBackend::Postgres => {
            // JSON has no equality; its text is what counts.
            let row = |row: &str| {
                let cast = |name: &&str| ["snapshot_after", "snapshot_before", "extra"].contains(name);
                let column = |name: &&str| format!("{row}.{name}{}", if cast(name) { "::text" } else { "" });
                SEALED.iter().map(column).collect::<Vec<_>>().join(", ")
            };
            let sealing = format!(
                "IF TG_OP = 'UPDATE' THEN
                    IF OLD.leaf_hash IS NULL AND NEW.leaf_hash IS NOT NULL
                        AND ({}) IS NOT DISTINCT FROM ({}) THEN
                        RETURN NEW;
                    END IF;
                END IF;",
                row("NEW"),
                row("OLD")
            );
            vec![format!(
                "CREATE OR REPLACE FUNCTION change_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF current_setting('audit_gateway.erasure', true) = 'on' THEN
                        IF TG_OP = 'UPDATE' THEN
                            RETURN NEW;
                        END IF;
                        RETURN OLD;
                    END IF;
                    {}
                    RAISE EXCEPTION 'change_event is append only';
                END
                $$",
                if guard == Guard::Sealing { &sealing } else { "" }
            )]
        }
        _ => {
            let same: Vec<String> = SEALED.iter().map(|name| format!("NEW.{name} IS OLD.{name}")).collect();
            let sealing =
                format!(" AND NOT (OLD.leaf_hash IS NULL AND NEW.leaf_hash IS NOT NULL AND {})", same.join(" AND "));
            vec![
                "DROP TRIGGER change_event_refuse_update".to_owned(),
                format!(
                    "CREATE TRIGGER change_event_refuse_update BEFORE UPDATE ON change_event
                    WHEN NOT EXISTS (SELECT 1 FROM trail_erasure){}
                    BEGIN SELECT RAISE(ABORT, 'change_event is append only'); END",
                    if guard == Guard::Sealing { &sealing } else { "" }
                ),
            ]
        }
    }
}
