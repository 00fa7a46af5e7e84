//! A finding that has to be resolved.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A row of `issue`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "issue")]
pub struct Model {
    /// Internal identity; also the integer id of the AuditComply surface.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Public identifier, version 4.
    #[sea_orm(unique)]
    pub uuid: Uuid,
    /// Organization it belongs to.
    pub organization_id: i64,
    /// What sort of issue it is: a word of `IssueKind`.
    pub kind: String,
    /// Position among the issues of the asset: 1, 2, 3 and so on, never given twice.
    pub number: i32,
    /// What was found, or what is to be done.
    pub title: String,
    /// Details.
    pub description: Option<String>,
    /// Where it stands: a word of `IssueStatus`.
    pub status: String,
    /// How grave it is: a word of `Severity`.
    pub severity: Option<String>,
    /// How much it affects: a word of `Level`.
    pub impact: Option<String>,
    /// How much work resolving it takes: a word of `Level`.
    pub effort: Option<String>,
    /// How urgent it is: a word of `IssuePriority`.
    pub priority: Option<String>,
    /// Object that says how it is put right: description, root_cause, due_date and completed_at.
    pub corrective_action: Option<Json>,
    /// Object that says how it is kept from coming back: description, root_cause, due_date and completed_at.
    pub preventative_action: Option<Json>,
    /// What is to be done, for a task.
    pub action: Option<String>,
    /// Last day for resolving it.
    pub complete_by: Option<NaiveDate>,
    /// Instant its resolution was approved.
    pub approved_date: Option<DateTime<Utc>>,
    /// Day it occurred or was found.
    pub occurred_on: Option<NaiveDate>,
    /// Instant it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Person who is to resolve it.
    pub assigned_to_id: Option<i64>,
    /// Person who assigned it.
    pub assigned_by_id: Option<i64>,
    /// Person who approved its resolution.
    pub approved_by_id: Option<i64>,
    /// Answer that raised it, as scored.
    pub score_response: Option<String>,
    /// How often it was reopened.
    pub reopened_count: i32,
    /// Array of the organization's own fields: label and value.
    pub custom_fields: Json,
    /// Audit that found it.
    pub audit_id: Option<i64>,
    /// Observation that raised it.
    pub activity_id: Option<i64>,
    /// Asset it concerns.
    pub asset_id: Option<i64>,
    /// Template of the audit that found it.
    pub template_id: Option<i64>,
    /// Source it was imported from.
    pub external_source: Option<String>,
    /// Its identifier in that source.
    pub external_ref: Option<String>,
    /// Instant it was created.
    pub created_at: DateTime<Utc>,
    /// Instant of its last change.
    pub updated_at: DateTime<Utc>,
    /// Lock counter: 1, and one more with every change.
    pub version: i32,
}

/// The rows it refers to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Organization it belongs to.
    #[sea_orm(
        belongs_to = "super::organization::Entity",
        from = "Column::OrganizationId",
        to = "super::organization::Column::Id"
    )]
    Organization,
    /// Person who is to resolve it.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::AssignedToId", to = "super::user::Column::Id")]
    AssignedTo,
    /// Person who assigned it.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::AssignedById", to = "super::user::Column::Id")]
    AssignedBy,
    /// Person who approved its resolution.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::ApprovedById", to = "super::user::Column::Id")]
    ApprovedBy,
    /// Audit that found it.
    #[sea_orm(belongs_to = "super::audit::Entity", from = "Column::AuditId", to = "super::audit::Column::Id")]
    Audit,
    /// Observation that raised it.
    #[sea_orm(belongs_to = "super::activity::Entity", from = "Column::ActivityId", to = "super::activity::Column::Id")]
    Activity,
    /// Asset it concerns.
    #[sea_orm(belongs_to = "super::asset::Entity", from = "Column::AssetId", to = "super::asset::Column::Id")]
    Asset,
    /// Template of the audit that found it.
    #[sea_orm(belongs_to = "super::template::Entity", from = "Column::TemplateId", to = "super::template::Column::Id")]
    Template,
}

impl ActiveModelBehavior for ActiveModel {}
