//! The root of a finished subtree of an organization's hash tree.

use sea_orm::entity::prelude::*;

/// A row of `trail_subtree`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "trail_subtree")]
pub struct Model {
    /// Organization whose trail it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: i64,
    /// Its level: it has 256 to the power of this many leaves.
    #[sea_orm(primary_key, auto_increment = false)]
    pub level: i16,
    /// How many of its level stand before it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    /// Its root, in base64.
    pub root_hash: String,
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
