//! Tables: what is audited, and the inventory that is counted.

use sea_orm_migration::DbErr;
use sea_orm_migration::prelude::{DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

use crate::table::{self, Table, boolean, decimal, double, id, instant, int, json, text};

/// Makes these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![asset_profile(), asset(), audit_area(), item(), layout(), stock_level(), reason_code()]
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

fn asset_profile() -> Table {
    Table::tenant("asset_profile")
        .column(text("name"))
        .column(json("profile_fields").default("{}"))
        .column(boolean("active").default(true))
        .versioned()
}

fn asset() -> Table {
    Table::tenant("asset")
        .column(id("parent_id").null().within("asset"))
        .column(text("path"))
        .column(text("kind").default("OTHER").one_of(&[
            "SITE",
            "AREA",
            "EQUIPMENT",
            "PRODUCT",
            "LOCATION",
            "SUPPLIER",
            "OTHER",
        ]))
        .column(text("name"))
        .column(text("slug"))
        .column(text("description").default(""))
        .column(id("profile_id").null().within("asset_profile"))
        .column(json("metadata").default("[]"))
        .column(id("standard_id").null().refers_to("standard"))
        .column(id("conformance_level_id").null().refers_to("conformance_level"))
        .column(int("audit_frequency_months").null().at_least(0))
        .column(boolean("pinned").default(false))
        .column(instant("archived_at").null())
        .column(instant("last_audited_at").null())
        .column(int("audit_counter").default(0).at_least(0))
        .column(int("issue_counter").default(0).at_least(0))
        .column(text("address").null())
        .column(text("city").null())
        .column(text("region").null())
        .column(text("postal_code").null())
        .column(text("country").null())
        .column(text("phone").null())
        .column(double("latitude").null().between(-90, 90))
        .column(double("longitude").null().between(-180, 180))
        .imported()
        .versioned()
        .unique(&["organization_id", "slug"])
        .index(&["organization_id", "kind", "name", "id"])
        .index(&["organization_id", "name", "id"])
        .index(&["organization_id", "path"])
        .sorted_by("created_at")
        .sorted_by("updated_at")
        .listed_by("parent_id")
        .listed_by("profile_id")
        .index_where(&["standard_id"], "standard_id IS NOT NULL")
        .index_where(&["conformance_level_id"], "conformance_level_id IS NOT NULL")
}

fn audit_area() -> Table {
    Table::tenant("audit_area")
        .column(text("name"))
        .column(text("description").null())
        .column(text("audit_type").default("general"))
        .column(int("audit_threshold").default(0))
        .column(boolean("notify_audit_area_leader").default(false))
        .column(boolean("auto_corrective_action_plan").default(false))
        .column(boolean("active").default(true))
        .column(id("org_unit_id").null().within("org_unit"))
        .column(id("leader_id").null().refers_to("user"))
        .column(id("ap_owner_id").null().refers_to("user"))
        .column(id("ap_assignee_id").null().refers_to("user"))
        .column(id("asset_id").null().within("asset"))
        .versioned()
        .listed_by("org_unit_id")
        .listed_by("asset_id")
}

fn item() -> Table {
    Table::tenant("item")
        .column(text("name"))
        .column(text("sku").null())
        .column(text("description").default(""))
        .column(text("unit").null())
        .column(instant("last_audited_at").null())
        .versioned()
        .unique_where("item_sku_uq", &["organization_id", "sku"], "sku IS NOT NULL")
}

fn layout() -> Table {
    Table::tenant("layout")
        .column(id("asset_id").within("asset"))
        .column(text("name"))
        .column(text("description").default(""))
        .column(instant("last_audited_at").null())
        .versioned()
        .listed_by("asset_id")
}

fn stock_level() -> Table {
    Table::tenant("stock_level")
        .column(id("asset_id").within("asset"))
        .column(id("item_id").within("item"))
        .column(id("layout_id").within("layout"))
        .column(decimal("available_qty").default(0))
        .versioned()
        .unique(&["organization_id", "asset_id", "layout_id", "item_id"])
        .listed_by("item_id")
        .listed_by("layout_id")
}

fn reason_code() -> Table {
    Table::tenant("reason_code")
        .column(text("code"))
        .column(text("name"))
        .column(text("description").default(""))
        .column(boolean("active").default(true))
        .versioned()
        .unique(&["organization_id", "code"])
}
