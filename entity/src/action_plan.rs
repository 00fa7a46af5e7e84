//! A plan of corrective or improving steps.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A row of `action_plan`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "action_plan")]
pub struct Model {
    /// Internal identity; also the integer id of the AuditComply surface.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Public identifier, version 4.
    #[sea_orm(unique)]
    pub uuid: Uuid,
    /// Organization it belongs to.
    pub organization_id: i64,
    /// Number as shown; unique per organization.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// What is to be reached.
    pub description: Option<String>,
    /// First day planned.
    pub start_date: Option<NaiveDate>,
    /// Last day planned.
    pub due_date: Option<NaiveDate>,
    /// Day it was finished.
    pub finish_date: Option<NaiveDate>,
    /// Whether the planned days move with the start.
    pub floating_dates: bool,
    /// Work done, in percent.
    pub progress: i32,
    /// Whether it is in use, such as active or archived; an open set.
    pub status: String,
    /// Where it stands, such as planned, executing, executed or rejected; an open set.
    pub stage: Option<String>,
    /// Organizational unit it belongs to.
    pub org_unit_id: Option<i64>,
    /// Person who created it.
    pub creator_id: Option<i64>,
    /// Person who answers for it.
    pub assignee_id: Option<i64>,
    /// Template it was made from.
    pub template_id: Option<i64>,
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
    /// Person who created it.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::CreatorId", to = "super::user::Column::Id")]
    Creator,
    /// Person who answers for it.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::AssigneeId", to = "super::user::Column::Id")]
    Assignee,
    /// Template it was made from.
    #[sea_orm(belongs_to = "super::template::Entity", from = "Column::TemplateId", to = "super::template::Column::Id")]
    Template,
}

impl ActiveModelBehavior for ActiveModel {}
