//! A part of the work place that is audited regularly.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A row of `audit_area`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_area")]
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
    /// What it covers.
    pub description: Option<String>,
    /// Kind of audit held there, such as general, sixs or hse; an open set.
    pub audit_type: String,
    /// Score below which an audit of it has failed.
    pub audit_threshold: i32,
    /// Whether its leader is told of every audit.
    pub notify_audit_area_leader: bool,
    /// Whether a failed audit opens a corrective action plan.
    pub auto_corrective_action_plan: bool,
    /// Whether new audits may use it.
    pub active: bool,
    /// Organizational unit it belongs to.
    pub org_unit_id: Option<i64>,
    /// Person who leads it.
    pub leader_id: Option<i64>,
    /// Owner of corrective action plans that begin here.
    pub ap_owner_id: Option<i64>,
    /// Assignee of corrective action plans that begin here.
    pub ap_assignee_id: Option<i64>,
    /// Asset it stands on.
    pub asset_id: Option<i64>,
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
    /// Organizational unit it belongs to.
    #[sea_orm(belongs_to = "super::org_unit::Entity", from = "Column::OrgUnitId", to = "super::org_unit::Column::Id")]
    OrgUnit,
    /// Person who leads it.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::LeaderId", to = "super::user::Column::Id")]
    Leader,
    /// Owner of corrective action plans that begin here.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::ApOwnerId", to = "super::user::Column::Id")]
    ApOwner,
    /// Assignee of corrective action plans that begin here.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::ApAssigneeId", to = "super::user::Column::Id")]
    ApAssignee,
    /// Asset it stands on.
    #[sea_orm(belongs_to = "super::asset::Entity", from = "Column::AssetId", to = "super::asset::Column::Id")]
    Asset,
}

impl ActiveModelBehavior for ActiveModel {}
