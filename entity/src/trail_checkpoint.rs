//! A signed statement of how long an organization's trail was and which root its hash tree had.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// A row of `trail_checkpoint`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "trail_checkpoint")]
pub struct Model {
    /// Organization whose trail it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: i64,
    /// Number of events it speaks of.
    #[sea_orm(primary_key, auto_increment = false)]
    pub size: i64,
    /// The statement, a signed note.
    pub note: String,
    /// Instant it was made.
    pub created_at: DateTime<Utc>,
}

/// The rows it refers to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Organization whose trail it is.
    #[sea_orm(
        belongs_to = "super::organization::Entity",
        from = "Column::OrganizationId",
        to = "super::organization::Column::Id"
    )]
    Organization,
}

impl ActiveModelBehavior for ActiveModel {}
