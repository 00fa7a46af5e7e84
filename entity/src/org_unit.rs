//! A node of the organization chart.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A row of `org_unit`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "org_unit")]
pub struct Model {
    /// Internal identity; also the integer id of the AuditComply surface.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Public identifier, version 4.
    #[sea_orm(unique)]
    pub uuid: Uuid,
    /// Organization it belongs to.
    pub organization_id: i64,
    /// Unit above it; null = a root.
    pub parent_id: Option<i64>,
    /// Abbreviation it is known by.
    pub abbr: String,
    /// Its level: a word of `OrgUnitType`.
    pub cell_type: String,
    /// Full name or purpose.
    pub description: Option<String>,
    /// Internal remarks.
    pub remarks: Option<String>,
    /// Greatest number of people; 0 = no limit.
    pub users_limit: i32,
    /// Whether every rating has to be justified.
    pub required_rate_justification: bool,
    /// Media type of the picture.
    pub photo_content_type: Option<String>,
    /// Absolute address of the picture.
    pub photo_url: Option<String>,
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
    /// Unit above it; null = a root.
    #[sea_orm(belongs_to = "Entity", from = "Column::ParentId", to = "Column::Id")]
    Parent,
}

impl ActiveModelBehavior for ActiveModel {}
