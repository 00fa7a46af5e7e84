//! The second line of defence on PostgreSQL: a row of another organization is not there, whatever a statement asks.
//! SQLite has no such thing; there the composite keys keep tenants apart.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::table;

/// The step.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Tables whose rows belong to one organization. Those of sign-in (organization, user, membership, api_key, session,
/// refresh_token) are read before it is known which organization a request acts in.
const TENANT: &[&str] = &[
    "action_plan",
    "activity",
    "asset",
    "asset_profile",
    "audit",
    "audit_area",
    "category",
    "change_event",
    "comment",
    "comment_group",
    "count_task",
    "datastore",
    "datastore_info",
    "executive_report",
    "idea",
    "issue",
    "issue_category",
    "item",
    "layout",
    "observation_status",
    "org_unit",
    "program",
    "program_template",
    "reason_code",
    "schedule",
    "status_group",
    "status_group_status",
    "stock_level",
    "template",
    "trail_head",
    "worker",
];

/// Tables that also have rows of no organization, which everybody sees.
const SHARED: &[&str] = &["conformance_level", "standard"];

/// The organization a connection was last set to; `*` for the operator, nothing where it was never set. Asked for in a
/// subquery, which is run once a statement and not once a row.
const OWN: &str = "organization_id = (SELECT NULLIF(current_setting('audit_gateway.organization', true), '*')::bigint)";
const OPERATOR: &str = "(SELECT current_setting('audit_gateway.organization', true)) = '*'";

/// Hides rows of other organizations, on PostgreSQL; `shared` is a condition for rows that everybody sees, with its `OR`.
pub(crate) async fn own_rows_only(manager: &SchemaManager<'_>, name: &str, shared: &str) -> Result<(), DbErr> {
    table::run(manager, &format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")).await?;
    table::run(manager, &format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY")).await?;
    let policy = format!("CREATE POLICY own_organization ON {name} USING ({shared}{OWN} OR {OPERATOR})");
    table::run(manager, &policy).await
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        for (tables, shared) in [(TENANT, ""), (SHARED, "organization_id IS NULL OR ")] {
            for name in tables {
                own_rows_only(manager, name, shared).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        for name in TENANT.iter().chain(SHARED) {
            table::run(manager, &format!("DROP POLICY own_organization ON {name}")).await?;
            table::run(manager, &format!("ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")).await?;
            table::run(manager, &format!("ALTER TABLE {name} DISABLE ROW LEVEL SECURITY")).await?;
        }
        Ok(())
    }
}
