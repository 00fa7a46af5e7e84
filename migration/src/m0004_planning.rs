//! Tables: patterns and plans of audits.

use sea_orm_migration::DbErr;
use sea_orm_migration::prelude::{DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

use crate::table::{self, Table, boolean, id, instant, int, json, text};

/// Makes these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![
        category(),
        template(),
        executive_report(),
        program_template(),
        program(),
        schedule(),
        status_group(),
        observation_status(),
        status_group_status(),
        datastore(),
        datastore_info(),
    ]
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

fn category() -> Table {
    Table::tenant("category").column(text("label").null()).versioned().index(&["organization_id", "label", "id"])
}

fn template() -> Table {
    Table::tenant("template")
        .column(text("kind").one_of(&["AUDIT", "ACTION_PLAN"]))
        .column(text("name"))
        .column(text("symbol").null())
        .column(text("description").null())
        .column(int("edition").default(1))
        .column(text("state").default("CURRENT").one_of(&["DRAFT", "CURRENT", "SUPERSEDED"]))
        .column(id("category_id").null().within("category"))
        .column(json("tags").default("[]"))
        .column(id("org_unit_id").null().within("org_unit"))
        .column(id("creator_id").null().refers_to("user"))
        .column(json("questions").default("[]"))
        .versioned()
        .index(&["organization_id", "name", "edition"])
        .listed_by("category_id")
        .listed_by("org_unit_id")
}

fn executive_report() -> Table {
    Table::tenant("executive_report").column(text("name")).column(text("report_url").null()).versioned()
}

fn program_template() -> Table {
    Table::tenant("program_template")
        .column(text("name"))
        .column(int("edition").default(1))
        .column(text("state").default("CURRENT").one_of(&["DRAFT", "CURRENT", "SUPERSEDED"]))
        .column(json("phases").default("[]"))
        .versioned()
        .index(&["organization_id", "name", "edition"])
}

fn program() -> Table {
    Table::tenant("program")
        .column(text("name"))
        .column(id("program_template_id").null().within("program_template"))
        .column(id("asset_id").within("asset"))
        .column(id("lead_auditor_id").refers_to("user"))
        .column(id("executive_report_id").null().within("executive_report"))
        .column(instant("start_date"))
        .column(boolean("started").default(false))
        .column(text("status").default("PLANNING").one_of(&["PLANNING", "PENDING", "INPROGRESS", "COMPLETED"]))
        .column(instant("completed_at").null())
        .column(json("phases").default("[]"))
        .versioned()
        .listed_by("program_template_id")
        .listed_by("asset_id")
        .listed_by("lead_auditor_id")
        .listed_by("executive_report_id")
}

fn schedule() -> Table {
    Table::tenant("schedule")
        .column(id("template_id").within("template"))
        .column(instant("when"))
        .column(id("who_id").refers_to("user"))
        .column(id("asset_id").within("asset"))
        .column(text("status").default("PENDING").one_of(&["PENDING", "INPROGRESS", "COMPLETED", "CLOSED"]))
        .versioned()
        .sorted_by("when")
        .sorted_by("status")
        .listed_by("template_id")
        .listed_by("who_id")
        .listed_by("asset_id")
}

fn status_group() -> Table {
    Table::tenant("status_group")
        .column(text("name"))
        .column(text("state").default("CURRENT").one_of(&["DRAFT", "CURRENT", "SUPERSEDED"]))
        .column(int("edition").default(1))
        .versioned()
        .index(&["organization_id", "name", "edition"])
}

fn observation_status() -> Table {
    Table::tenant("observation_status")
        .column(text("name"))
        .column(text("color").default(""))
        .column(boolean("compliant").default(false))
        .versioned()
        .unique(&["organization_id", "name"])
}

fn status_group_status() -> Table {
    Table::bare("status_group_status")
        .owned()
        .column(id("status_group_id").within("status_group"))
        .column(id("observation_status_id").within("observation_status"))
        .column(int("position").default(0))
        .primary_key(&["status_group_id", "observation_status_id"])
        .index(&["organization_id", "observation_status_id"])
}

fn datastore() -> Table {
    Table::tenant("datastore")
        .column(text("name"))
        .column(int("edition").default(1))
        .column(json("metadata").default("{}"))
        .versioned()
        .index(&["organization_id", "name", "edition"])
}

fn datastore_info() -> Table {
    Table::tenant("datastore_info")
        .column(text("name"))
        .column(id("current_datastore_id").null().within("datastore"))
        .versioned()
        .listed_by("current_datastore_id")
}
