//! The columns that the rows of an order fill. The others take their defaults.

use crate::domain::bulk::Table;
use crate::domain::cell::Kind;

macro_rules! tables {
    ($($(#[$about:meta])* $name:ident $table:literal { $($kind:ident: $($column:literal)+;)+ })+) => {$(
        $(#[$about])*
        pub const $name: Table = Table { name: $table, columns: &[$($(($column, Kind::$kind),)+)+] };
    )+};
}

tables! {
    /// Assets.
    ASSET "asset" {
        Uuid: "uuid";
        Long: "organization_id" "parent_id";
        Text: "path" "kind" "name" "slug" "description";
        Json: "metadata";
        Int: "audit_frequency_months";
        Bool: "pinned";
        Int: "audit_counter" "issue_counter";
        Time: "created_at" "updated_at";
        Int: "version";
    }
    /// Audits.
    AUDIT "audit" {
        Uuid: "uuid";
        Long: "organization_id";
        Text: "number" "number_norm" "number_tail";
        Int: "asset_sequence";
        Text: "name" "description" "type" "audit_type";
        Long: "template_id" "asset_id";
        Text: "asset_kind";
        Long: "auditor_id" "creator_id" "updated_by_user_id" "closed_by_id";
        Date: "start_date" "due_date" "finish_date";
        Time: "started_at" "completed_at" "published_at" "closed_at" "complete_by" "finished_at";
        Text: "state" "status" "status_color";
        Int: "priority";
        Bool: "compliant" "update_inventory";
        Int: "audit_threshold";
        Text: "audit_result" "notes" "device";
        Json: "metadata" "tags";
        Time: "created_at" "updated_at";
        Int: "version";
    }
    /// Activities.
    ACTIVITY "activity" {
        Uuid: "uuid";
        Long: "organization_id" "audit_id";
        Text: "number";
        Int: "ordr";
        Text: "friendly_ordr" "sequence" "subject";
        Date: "finish_date";
        Time: "started_at" "finished_at";
        Text: "workflow_state";
        Int: "progress";
        Text: "requirement_identifier" "observation";
        Long: "observation_status_id";
        Json: "responses" "custom_responses";
        Decimal: "score" "weight";
        Text: "answer_value";
        Time: "created_at" "updated_at";
        Int: "version";
    }
    /// Issues.
    ISSUE "issue" {
        Uuid: "uuid";
        Long: "organization_id";
        Text: "kind";
        Int: "number";
        Text: "title" "description" "status" "severity" "impact" "effort" "priority";
        Json: "corrective_action";
        Text: "action";
        Date: "complete_by";
        Time: "approved_date";
        Date: "occurred_on";
        Time: "closed_at";
        Long: "assigned_to_id" "assigned_by_id" "approved_by_id";
        Text: "score_response";
        Int: "reopened_count";
        Json: "custom_fields";
        Long: "audit_id" "activity_id" "asset_id" "template_id";
        Time: "created_at" "updated_at";
        Int: "version";
    }
    /// Categories of issues.
    ISSUE_CATEGORY "issue_category" {
        Long: "organization_id" "issue_id" "category_id";
    }
}
