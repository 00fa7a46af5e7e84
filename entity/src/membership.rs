//! That a person belongs to an organization, and what they may do there.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A row of `membership`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    /// Internal identity; also the integer id of the AuditComply surface.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Public identifier, version 4.
    #[sea_orm(unique)]
    pub uuid: Uuid,
    /// Organization it belongs to.
    pub organization_id: i64,
    /// Person.
    pub user_id: i64,
    /// What they may do: a word of `Role`.
    pub role: String,
    /// Array of words of `JobRole`.
    pub job_roles: Json,
    /// Organizational unit they work in.
    pub org_unit_id: Option<i64>,
    /// Whether an administrator granted access through the AuditComply and Action Audit surfaces.
    pub api_access: bool,
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
    /// Person.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::UserId", to = "super::user::Column::Id")]
    User,
    /// Organizational unit they work in.
    #[sea_orm(belongs_to = "super::org_unit::Entity", from = "Column::OrgUnitId", to = "super::org_unit::Column::Id")]
    OrgUnit,
}

impl ActiveModelBehavior for ActiveModel {}
