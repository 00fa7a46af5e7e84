//! A series of audits in phases, under one lead.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A row of `program`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "program")]
pub struct Model {
    /// Internal identity; also the integer id of the AuditComply surface.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Public identifier, version 4.
    #[sea_orm(unique)]
    pub uuid: Uuid,
    /// Organization it belongs to.
    pub organization_id: i64,
    /// Name as shown.
    pub name: String,
    /// Program template it was made from.
    pub program_template_id: Option<i64>,
    /// Asset it covers.
    pub asset_id: i64,
    /// Person who leads it.
    pub lead_auditor_id: i64,
    /// Report on its outcome.
    pub executive_report_id: Option<i64>,
    /// Instant it begins.
    pub start_date: DateTime<Utc>,
    /// Whether it has begun.
    pub started: bool,
    /// Where it stands: a word of `ProgramStatus`.
    pub status: String,
    /// Instant it was completed.
    pub completed_at: Option<DateTime<Utc>>,
    /// Array of phases: position, name, status (a word of `PhaseStatus`), start_date, end_date and template ids.
    pub phases: Json,
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
    /// Program template it was made from.
    #[sea_orm(
        belongs_to = "super::program_template::Entity",
        from = "Column::ProgramTemplateId",
        to = "super::program_template::Column::Id"
    )]
    ProgramTemplate,
    /// Asset it covers.
    #[sea_orm(belongs_to = "super::asset::Entity", from = "Column::AssetId", to = "super::asset::Column::Id")]
    Asset,
    /// Person who leads it.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::LeadAuditorId", to = "super::user::Column::Id")]
    LeadAuditor,
    /// Report on its outcome.
    #[sea_orm(
        belongs_to = "super::executive_report::Entity",
        from = "Column::ExecutiveReportId",
        to = "super::executive_report::Column::Id"
    )]
    ExecutiveReport,
}

impl ActiveModelBehavior for ActiveModel {}
