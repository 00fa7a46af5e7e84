//! Who is not any more who they were when they signed in is signed out, whatever changed it.
//!
//! Commands end the sign-ins of a user whose password, status, role or membership they change. What changes status, role
//! or membership by other ways, such as an operator with a console of the store, ends them by these triggers. So every
//! request needs to ask for the sign-in only.

use sea_orm_migration::DbErr;
use sea_orm_migration::prelude::{DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};
use sea_orm_migration::sea_orm::DbBackend;

use crate::table;

/// Makes the triggers.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Name of a trigger, its table, when it acts on a row, and whose sign-ins it ends.
const TRIGGERS: [[&str; 4]; 3] = [
    [
        "user_end_of_sessions",
        "\"user\"",
        "UPDATE OF status, token_generation ON {table} FOR EACH ROW WHEN (OLD.status <> NEW.status OR \
         OLD.token_generation <> NEW.token_generation)",
        "id",
    ],
    [
        "membership_end_of_sessions",
        "membership",
        "UPDATE OF role, user_id, organization_id ON {table} FOR EACH ROW WHEN (OLD.role <> NEW.role OR OLD.user_id <> \
         NEW.user_id OR OLD.organization_id <> NEW.organization_id)",
        "user_id",
    ],
    ["membership_lost_end_of_sessions", "membership", "DELETE ON {table} FOR EACH ROW", "user_id"],
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for [name, table, event, user] in TRIGGERS {
            let event = event.replace("{table}", table);
            let end = |now: &str| {
                format!(
                    "UPDATE refresh_token SET revoked_at = {now} WHERE user_id = OLD.{user} AND revoked_at IS NULL;"
                )
            };
            if manager.get_database_backend() == DbBackend::Postgres {
                let body = format!("BEGIN {} RETURN NULL; END", end("CURRENT_TIMESTAMP"));
                let function = format!("CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$");
                table::run(manager, &function).await?;
                table::run(manager, &format!("CREATE TRIGGER {name} AFTER {event} EXECUTE FUNCTION {name}()")).await?;
            } else {
                // As all instants are kept there.
                let now = end("strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00'");
                table::run(manager, &format!("CREATE TRIGGER {name} AFTER {event} BEGIN {now} END")).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for [name, table, ..] in TRIGGERS {
            if manager.get_database_backend() == DbBackend::Postgres {
                table::run(manager, &format!("DROP TRIGGER {name} ON {table}")).await?;
                table::run(manager, &format!("DROP FUNCTION {name}()")).await?;
            } else {
                table::run(manager, &format!("DROP TRIGGER {name}")).await?;
            }
        }
        Ok(())
    }
}
