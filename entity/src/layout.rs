//! A bin, shelf or zone of a location.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A row of `layout`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "layout")]
pub struct Model {
    /// Internal identity; also the integer id of the AuditComply surface.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Public identifier, version 4.
    #[sea_orm(unique)]
    pub uuid: Uuid,
    /// Organization it belongs to.
    pub organization_id: i64,
    /// Location it is part of.
    pub asset_id: i64,
    /// Name as shown.
    pub name: String,
    /// Where it is.
    pub description: String,
    /// Instant its last count was approved.
    pub last_audited_at: Option<DateTime<Utc>>,
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
    /// Location it is part of.
    #[sea_orm(belongs_to = "super::asset::Entity", from = "Column::AssetId", to = "super::asset::Column::Id")]
    Asset,
}

impl ActiveModelBehavior for ActiveModel {}
