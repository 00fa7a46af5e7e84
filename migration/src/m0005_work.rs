//! Tables: audits, plans, their activities and what they find.

use sea_orm_migration::DbErr;
use sea_orm_migration::prelude::{DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

use crate::table::{self, Table, boolean, date, decimal, double, id, instant, int, json, small, text};

/// Makes these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![
        audit(),
        action_plan(),
        idea(),
        activity(),
        count_task(),
        issue(),
        issue_category(),
        comment_group(),
        comment(),
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

fn audit() -> Table {
    Table::tenant("audit")
        .column(text("number"))
        .column(text("number_norm"))
        .column(text("number_tail").default(""))
        .column(int("asset_sequence").null().at_least(1))
        .column(text("name"))
        .column(text("title").null())
        .column(text("description").null())
        .column(text("type").default("FULL").one_of(&["FULL", "RE_AUDIT", "SMALL_SCOPE"]))
        .column(text("audit_type").default("general"))
        .column(int("layer").null())
        .column(id("template_id").null().within("template"))
        .column(id("asset_id").null().within("asset"))
        .column(text("asset_kind").null().one_of(&[
            "SITE",
            "AREA",
            "EQUIPMENT",
            "PRODUCT",
            "LOCATION",
            "SUPPLIER",
            "OTHER",
        ]))
        .column(id("area_id").null().within("audit_area"))
        .column(id("org_unit_id").null().within("org_unit"))
        .column(id("standard_id").null().refers_to("standard"))
        .column(id("conformance_level_id").null().refers_to("conformance_level"))
        .column(id("program_id").null().within("program"))
        .column(id("schedule_id").null().within("schedule"))
        .column(id("auditor_id").null().refers_to("user"))
        .column(id("creator_id").null().refers_to("user"))
        .column(id("created_by_key_id").null().within("api_key"))
        .column(id("updated_by_user_id").null().refers_to("user"))
        .column(id("updated_by_key_id").null().within("api_key"))
        .column(id("ap_owner_id").null().refers_to("user"))
        .column(id("ap_assignee_id").null().refers_to("user"))
        .column(id("audited_worker_id").null().within("worker"))
        .column(id("closed_by_id").null().refers_to("user"))
        .column(date("start_date").null())
        .column(date("due_date").null())
        .column(date("finish_date").null())
        .column(boolean("floating_dates").default(false))
        .column(date("ap_start_date").null())
        .column(date("ap_due_date").null())
        .column(instant("started_at").null())
        .column(instant("completed_at").null())
        .column(instant("published_at").null())
        .column(instant("closed_at").null())
        .column(instant("complete_by").null())
        .column(instant("finished_at").null())
        .column(text("state").default("CREATED").one_of(&[
            "CREATED",
            "IN_PROGRESS",
            "GENERATING",
            "IN_REVIEW",
            "RECOUNT",
            "READY_TO_CLOSE",
            "CLOSED",
            "CANCELED",
        ]))
        .column(text("status").default(""))
        .column(text("status_color").default(""))
        .column(small("priority").default(2).between(1, 3))
        .column(boolean("compliant").default(false))
        .column(boolean("close_audit_enabled").default(false))
        .column(boolean("status_changed_on_close").default(false))
        .column(decimal("score_main").null())
        .column(decimal("score_alternative").null())
        .column(int("audit_threshold").null())
        .column(text("audit_result").default(""))
        .column(text("report_url").null())
        .column(text("signature_url").null())
        .column(text("signature_print").null())
        .column(text("signature_position").null())
        .column(text("additional_signature_url").null())
        .column(text("additional_signature_print").null())
        .column(text("additional_signature_position").null())
        .column(text("closed_by_signature_url").null())
        .column(text("closing_notes").null())
        .column(text("notes").default(""))
        .column(text("feedback").default(""))
        .column(text("device").null().one_of(&["", "IPAD", "IPHONE", "ANDROID", "WEB"]))
        .column(double("latitude").null().between(-90, 90))
        .column(double("longitude").null().between(-180, 180))
        .column(json("metadata").default("{}"))
        .column(json("tags").default("[]"))
        .column(boolean("update_inventory").default(true))
        .imported()
        .versioned()
        .check("audit_asset_with_kind_ck", "(asset_id IS NULL) = (asset_kind IS NULL)")
        .unique_where("audit_number_uq", &["organization_id", "asset_id", "number"], "asset_id IS NOT NULL")
        .unique_where("audit_number_without_asset_uq", &["organization_id", "number"], "asset_id IS NULL")
        .unique_where(
            "audit_asset_sequence_uq",
            &["organization_id", "asset_id", "asset_sequence"],
            "asset_id IS NOT NULL AND asset_sequence IS NOT NULL",
        )
        // Lists of the whole organization.
        .index(&["organization_id", "number", "id"])
        .index(&["organization_id", "name", "id"])
        .sorted_by("created_at")
        .sorted_by("updated_at")
        .sorted_by("started_at")
        .sorted_by("completed_at")
        .sorted_by("published_at")
        .sorted_by("due_date")
        .sorted_by("state")
        // Lists and searches among the audits of one kind of asset.
        .index(&["organization_id", "asset_kind", "created_at", "id"])
        .index(&["organization_id", "asset_kind", "updated_at", "id"])
        .index(&["organization_id", "asset_kind", "complete_by", "id"])
        .index(&["organization_id", "asset_kind", "finished_at", "id"])
        .index(&["organization_id", "asset_kind", "priority", "id"])
        .index(&["organization_id", "asset_kind", "number_norm"])
        .index(&["organization_id", "asset_kind", "number_tail"])
        // Audits that refer to a given row.
        .listed_by("asset_id")
        .listed_by("area_id")
        .listed_by("template_id")
        .listed_by("program_id")
        .listed_by("schedule_id")
        .listed_by("auditor_id")
        .listed_by("creator_id")
        .listed_by("created_by_key_id")
        .listed_by("updated_by_key_id")
        .listed_by("audited_worker_id")
        .listed_by("org_unit_id")
        .index_where(&["standard_id"], "standard_id IS NOT NULL")
        .index_where(&["conformance_level_id"], "conformance_level_id IS NOT NULL")
}

fn action_plan() -> Table {
    Table::tenant("action_plan")
        .column(text("number"))
        .column(text("subject"))
        .column(text("description").null())
        .column(date("start_date").null())
        .column(date("due_date").null())
        .column(date("finish_date").null())
        .column(boolean("floating_dates").default(false))
        .column(int("progress").default(0).between(0, 100))
        .column(text("status").default("active"))
        .column(text("stage").null())
        .column(id("org_unit_id").null().within("org_unit"))
        .column(id("creator_id").null().refers_to("user"))
        .column(id("assignee_id").null().refers_to("user"))
        .column(id("template_id").null().within("template"))
        .versioned()
        .unique(&["organization_id", "number"])
        .listed_by("org_unit_id")
        .listed_by("template_id")
        .listed_by("assignee_id")
}

fn idea() -> Table {
    Table::tenant("idea")
        .column(text("number"))
        .column(text("type").default("quick_kaizen"))
        .column(text("subject"))
        .column(text("description").null())
        .column(date("start_date").null())
        .column(date("due_date").null())
        .column(date("finish_date").null())
        .column(boolean("floating_dates").default(false))
        .column(int("progress").default(0).between(0, 100))
        .column(text("status").default("active"))
        .column(text("stage").null())
        .column(text("genesis").null())
        .column(decimal("total_points").null())
        .column(decimal("total_effective_points").null())
        .column(boolean("is_rewarded").default(false))
        .column(id("org_unit_id").null().within("org_unit"))
        .column(id("creator_id").null().refers_to("user"))
        .column(id("assignee_id").null().refers_to("user"))
        .column(id("template_id").null().within("template"))
        .column(id("originator_id").null().within("worker"))
        .column(id("worker_creator_id").null().within("worker"))
        .column(id("ap_owner_id").null().refers_to("user"))
        .column(id("ap_assignee_id").null().refers_to("user"))
        .column(date("ap_start_date").null())
        .column(date("ap_due_date").null())
        .versioned()
        .unique(&["organization_id", "number"])
        .listed_by("org_unit_id")
        .listed_by("template_id")
        .listed_by("originator_id")
        .listed_by("worker_creator_id")
        .listed_by("assignee_id")
}

fn activity() -> Table {
    Table::tenant("activity")
        .column(id("audit_id").null().within("audit"))
        .column(id("action_plan_id").null().within("action_plan"))
        .column(id("idea_id").null().within("idea"))
        .column(text("number"))
        .column(int("ordr").default(0))
        .column(text("friendly_ordr").default(""))
        .column(text("sequence").default(""))
        .column(text("subject"))
        .column(text("description").null())
        .column(text("resolution").null())
        .column(date("start_date").null())
        .column(date("due_date").null())
        .column(date("finish_date").null())
        .column(instant("started_at").null())
        .column(instant("finished_at").null())
        .column(text("workflow_state").default("accepted"))
        .column(int("progress").default(0).between(0, 100))
        .column(boolean("sensitive_content").default(false))
        .column(text("requirement_identifier").null())
        .column(text("recommendation").null())
        .column(text("observation").null())
        .column(id("observation_status_id").null().within("observation_status"))
        .column(json("responses").default("[]"))
        .column(json("custom_responses").default("[]"))
        .column(decimal("score").null())
        .column(decimal("weight").null())
        .column(boolean("answer_not_applicable").default(false))
        .column(boolean("answer_recommendation").default(false))
        .column(text("answer_value").null())
        .column(text("answer_iso").null())
        .column(text("correction_description").null())
        .column(date("new_due_date").null())
        .column(id("new_assignee_id").null().refers_to("user"))
        .column(id("org_unit_id").null().within("org_unit"))
        .column(id("creator_id").null().refers_to("user"))
        .column(id("assignee_id").null().refers_to("user"))
        .column(text("alternative_source_ref").null())
        .versioned()
        .check("activity_parent_ck", "CASE WHEN audit_id IS NULL THEN 0 ELSE 1 END + CASE WHEN action_plan_id IS NULL THEN 0 ELSE 1 END + CASE WHEN idea_id IS NULL THEN 0 ELSE 1 END = 1")
        // Without the organization: a parent has one, and this is by far the longest table.
        .index_where(&["audit_id", "ordr", "id"], "audit_id IS NOT NULL")
        .index_where(&["action_plan_id", "ordr", "id"], "action_plan_id IS NOT NULL")
        .index_where(&["idea_id", "ordr", "id"], "idea_id IS NOT NULL")
        .sorted_by("created_at")
        .listed_by("observation_status_id")
        .listed_by("org_unit_id")
}

fn count_task() -> Table {
    Table::tenant("count_task")
        .column(id("audit_id").within("audit"))
        .column(id("item_id").within("item"))
        .column(id("layout_id").within("layout"))
        .column(decimal("total_qty").default(0))
        .column(decimal("counted_qty").null())
        .column(id("reason_code_id").null().within("reason_code"))
        .versioned()
        .unique(&["organization_id", "audit_id", "layout_id", "item_id"])
        .listed_by("item_id")
        .listed_by("layout_id")
        .listed_by("reason_code_id")
}

fn issue() -> Table {
    Table::tenant("issue")
        .column(text("kind").default("NONCONFORMANCE").one_of(&["NONCONFORMANCE", "TASK", "FINDING"]))
        .column(int("number").at_least(1))
        .column(text("title"))
        .column(text("description").null())
        .column(text("status").default("OPEN").one_of(&[
            "DRAFT",
            "OPEN",
            "INPROGRESS",
            "INREVIEW",
            "CLOSED",
            "REOPENED",
        ]))
        .column(text("severity").null().one_of(&["HIGH", "MEDIUM", "LOW"]))
        .column(text("impact").null().one_of(&["HIGH", "MEDIUM", "LOW"]))
        .column(text("effort").null().one_of(&["HIGH", "MEDIUM", "LOW"]))
        .column(text("priority").null().one_of(&["CRITICAL", "HIGH", "MEDIUM", "LOW"]))
        .column(json("corrective_action").null())
        .column(json("preventative_action").null())
        .column(text("action").null())
        .column(date("complete_by").null())
        .column(instant("approved_date").null())
        .column(date("occurred_on").null())
        .column(instant("closed_at").null())
        .column(id("assigned_to_id").null().refers_to("user"))
        .column(id("assigned_by_id").null().refers_to("user"))
        .column(id("approved_by_id").null().refers_to("user"))
        .column(text("score_response").null())
        .column(int("reopened_count").default(0).at_least(0))
        .column(json("custom_fields").default("[]"))
        .column(id("audit_id").null().within("audit"))
        .column(id("activity_id").null().within("activity"))
        .column(id("asset_id").null().within("asset"))
        .column(id("template_id").null().within("template"))
        .imported()
        .versioned()
        .unique_where("issue_number_uq", &["organization_id", "asset_id", "number"], "asset_id IS NOT NULL")
        .unique_where("issue_number_without_asset_uq", &["organization_id", "number"], "asset_id IS NULL")
        .sorted_by("created_at")
        .sorted_by("updated_at")
        .sorted_by("complete_by")
        .sorted_by("kind")
        .sorted_by("status")
        .listed_by("audit_id")
        .listed_by("activity_id")
        .listed_by("asset_id")
        .listed_by("template_id")
        .listed_by("assigned_to_id")
        .listed_by("assigned_by_id")
        .listed_by("approved_by_id")
}

fn issue_category() -> Table {
    Table::bare("issue_category")
        .owned()
        .column(id("issue_id").within("issue"))
        .column(id("category_id").within("category"))
        .primary_key(&["issue_id", "category_id"])
        .index(&["organization_id", "category_id", "issue_id"])
}

fn comment_group() -> Table {
    Table::tenant("comment_group")
        .column(id("issue_id").within("issue"))
        .column(text("kind").one_of(&["VERIFICATION", "REJECTION"]))
        .stamped()
        .unique(&["organization_id", "issue_id", "kind"])
}

fn comment() -> Table {
    Table::tenant("comment")
        .column(id("comment_group_id").within("comment_group"))
        .column(text("text"))
        .column(id("user_id").null().refers_to("user"))
        .versioned()
        .listed_by("comment_group_id")
}
