//! A degree to which a standard can be met.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A row of `conformance_level`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "conformance_level")]
pub struct Model {
    /// Internal identity; also the integer id of the AuditComply surface.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Public identifier, version 4.
    #[sea_orm(unique)]
    pub uuid: Uuid,
    /// Organization that keeps it; null = built in.
    pub organization_id: Option<i64>,
    /// Standard it grades.
    pub standard_id: i64,
    /// Short code, such as `aa`.
    pub code: String,
    /// Name as shown, such as Level AA.
    pub name: String,
    /// What meeting it means.
    pub description: Option<String>,
    /// Position among the levels of the standard, least demanding first.
    pub sort_order: i32,
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
    /// Organization that keeps it; null = built in.
    #[sea_orm(
        belongs_to = "super::organization::Entity",
        from = "Column::OrganizationId",
        to = "super::organization::Column::Id"
    )]
    Organization,
    /// Standard it grades.
    #[sea_orm(belongs_to = "super::standard::Entity", from = "Column::StandardId", to = "super::standard::Column::Id")]
    Standard,
}

impl ActiveModelBehavior for ActiveModel {}
