//! Tables: organizations, the standards they audit against, and people.

use sea_orm_migration::prelude::{DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};
use sea_orm_migration::{DbErr, sea_orm::DbBackend};

use crate::table::{self, Table, big, boolean, decimal, id, int, json, text};

/// Makes these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![organization(), standard(), conformance_level(), user(), org_unit(), membership(), worker()]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::create(manager, &tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Sqlite {
            // The one circle of references; without this neither end of it could be dropped first.
            let circle = "UPDATE organization SET default_standard_id = NULL, default_conformance_level_id = NULL";
            table::run(manager, circle).await?;
        }
        table::drop(manager, &tables()).await
    }
}

fn organization() -> Table {
    Table::identified("organization")
        .column(text("slug"))
        .column(text("name"))
        .column(text("time_zone").default("UTC"))
        .column(id("default_standard_id").null().refers_to("standard"))
        .column(id("default_conformance_level_id").null().refers_to("conformance_level"))
        .column(int("default_audit_frequency_months").null().at_least(0))
        .column(decimal("discrepancy_threshold").null().at_least(0))
        .column(boolean("data_api_enabled").default(false))
        .column(boolean("demonstration").default(false))
        .column(big("audit_counter").default(0).at_least(0))
        .column(int("issue_counter").default(0).at_least(0))
        .column(big("action_plan_counter").default(0).at_least(0))
        .column(big("idea_counter").default(0).at_least(0))
        .versioned()
        .unique(&["slug"])
}

fn standard() -> Table {
    Table::identified("standard")
        .column(id("organization_id").null().refers_to("organization"))
        .column(text("slug"))
        .column(text("source").one_of(&["BUILT_IN", "CUSTOM"]))
        .column(text("name"))
        .column(text("description").null())
        .versioned()
        .unique_where("standard_slug_uq", &["organization_id", "slug"], "organization_id IS NOT NULL")
        .unique_where("standard_built_in_slug_uq", &["slug"], "organization_id IS NULL")
        .check("standard_source_tenant_ck", "(source = 'BUILT_IN') = (organization_id IS NULL)")
}

fn conformance_level() -> Table {
    Table::identified("conformance_level")
        .column(id("organization_id").null().refers_to("organization"))
        .column(id("standard_id").refers_to("standard"))
        .column(text("code"))
        .column(text("name"))
        .column(text("description").null())
        .column(int("sort_order").default(0))
        .versioned()
        .unique(&["standard_id", "code"])
        .index(&["organization_id", "id"])
}

fn user() -> Table {
    Table::identified("user")
        .column(text("username"))
        .column(text("email").null())
        .column(text("password_hash").null())
        .column(text("first_name").default(""))
        .column(text("last_name").default(""))
        .column(text("mobile").default(""))
        .column(text("position").null())
        .column(text("gender").null())
        .column(text("locale").default("en"))
        .column(text("status").default("ACTIVE").one_of(&["ACTIVE", "INACTIVE", "ARCHIVED", "SYSTEM"]))
        .column(boolean("is_representative").default(false))
        .column(boolean("is_restricted").default(false))
        .column(text("avatar_content_type").null())
        .column(text("avatar_url").null())
        .column(int("token_generation").default(0).at_least(0))
        .column(boolean("demonstration").default(false))
        .versioned()
        .unique(&["username"])
        .index_folded("email")
}

fn org_unit() -> Table {
    Table::tenant("org_unit")
        .column(id("parent_id").null().within("org_unit"))
        .column(text("abbr"))
        .column(text("cell_type").default("DIVISION").one_of(&["ORGANISATION", "DIVISION"]))
        .column(text("description").null())
        .column(text("remarks").null())
        .column(int("users_limit").default(0).at_least(0))
        .column(boolean("required_rate_justification").default(false))
        .column(text("photo_content_type").null())
        .column(text("photo_url").null())
        .versioned()
        .listed_by("parent_id")
}

fn membership() -> Table {
    Table::tenant("membership")
        .column(id("user_id").refers_to("user"))
        .column(text("role").default("MEMBER").one_of(&["OWNER", "ADMIN", "MEMBER"]))
        .column(json("job_roles").default("[]"))
        .column(id("org_unit_id").null().within("org_unit"))
        .column(boolean("api_access").default(false))
        .versioned()
        .unique(&["organization_id", "user_id"])
        .index(&["user_id"])
        .listed_by("org_unit_id")
}

fn worker() -> Table {
    Table::tenant("worker")
        .column(text("number"))
        .column(text("pincode_hash").null())
        .column(text("remarks").null())
        .column(text("status").default("ACTIVE").one_of(&["ACTIVE", "INACTIVE", "ARCHIVED"]))
        .column(text("first_name").default(""))
        .column(text("last_name").default(""))
        .column(id("org_unit_id").null().within("org_unit"))
        .column(id("user_id").null().refers_to("user"))
        .versioned()
        .index(&["organization_id", "number", "id"])
        .listed_by("org_unit_id")
        .unique_where("worker_user_uq", &["organization_id", "user_id"], "user_id IS NOT NULL")
}
