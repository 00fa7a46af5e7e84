//! A proposal for improvement.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::quantity::Quantity;

/// A row of `idea`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idea")]
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
    /// Kind of idea, such as quick_kaizen; an open set.
    #[sea_orm(column_name = "type")]
    pub r#type: String,
    /// What it is about.
    pub subject: String,
    /// What is proposed.
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
    /// How it came about.
    pub genesis: Option<String>,
    /// Points awarded.
    pub total_points: Option<Quantity>,
    /// Points that count towards rewards.
    pub total_effective_points: Option<Quantity>,
    /// Whether it was rewarded.
    pub is_rewarded: bool,
    /// Organizational unit it belongs to.
    pub org_unit_id: Option<i64>,
    /// Person who recorded it.
    pub creator_id: Option<i64>,
    /// Person who answers for it.
    pub assignee_id: Option<i64>,
    /// Template it was made from.
    pub template_id: Option<i64>,
    /// Worker whose idea it is.
    pub originator_id: Option<i64>,
    /// Worker who recorded it.
    pub worker_creator_id: Option<i64>,
    /// Owner of its action plan.
    pub ap_owner_id: Option<i64>,
    /// Assignee of its action plan.
    pub ap_assignee_id: Option<i64>,
    /// First day of its action plan.
    pub ap_start_date: Option<NaiveDate>,
    /// Last day of its action plan.
    pub ap_due_date: Option<NaiveDate>,
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
    /// Person who recorded it.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::CreatorId", to = "super::user::Column::Id")]
    Creator,
    /// Person who answers for it.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::AssigneeId", to = "super::user::Column::Id")]
    Assignee,
    /// Template it was made from.
    #[sea_orm(belongs_to = "super::template::Entity", from = "Column::TemplateId", to = "super::template::Column::Id")]
    Template,
    /// Worker whose idea it is.
    #[sea_orm(belongs_to = "super::worker::Entity", from = "Column::OriginatorId", to = "super::worker::Column::Id")]
    Originator,
    /// Worker who recorded it.
    #[sea_orm(belongs_to = "super::worker::Entity", from = "Column::WorkerCreatorId", to = "super::worker::Column::Id")]
    WorkerCreator,
    /// Owner of its action plan.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::ApOwnerId", to = "super::user::Column::Id")]
    ApOwner,
    /// Assignee of its action plan.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::ApAssigneeId", to = "super::user::Column::Id")]
    ApAssignee,
}

impl ActiveModelBehavior for ActiveModel {}
