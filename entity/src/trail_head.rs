//! Where an organization's trail ends.

use sea_orm::entity::prelude::*;

/// A row of `trail_head`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "trail_head")]
pub struct Model {
    /// Organization whose trail it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: i64,
    /// Sequence of the last event; 0 = none yet.
    pub last_sequence: i64,
    /// Number of leaves of its hash tree: all events, or 0 = not begun.
    pub tree_size: i64,
    /// Roots of the finished subtrees that the tree consists of, the largest first, in base64.
    pub frontier: String,
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
