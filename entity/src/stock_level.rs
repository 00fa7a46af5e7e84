//! How much of an item a layout holds.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::quantity::Quantity;

/// A row of `stock_level`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_level")]
pub struct Model {
    /// Internal identity; also the integer id of the AuditComply surface.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Public identifier, version 4.
    #[sea_orm(unique)]
    pub uuid: Uuid,
    /// Organization it belongs to.
    pub organization_id: i64,
    /// Location.
    pub asset_id: i64,
    /// Item.
    pub item_id: i64,
    /// Layout.
    pub layout_id: i64,
    /// Quantity on hand, in the item's unit.
    pub available_qty: Quantity,
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
    /// Location.
    #[sea_orm(belongs_to = "super::asset::Entity", from = "Column::AssetId", to = "super::asset::Column::Id")]
    Asset,
    /// Item.
    #[sea_orm(belongs_to = "super::item::Entity", from = "Column::ItemId", to = "super::item::Column::Id")]
    Item,
    /// Layout.
    #[sea_orm(belongs_to = "super::layout::Entity", from = "Column::LayoutId", to = "super::layout::Column::Id")]
    Layout,
}

impl ActiveModelBehavior for ActiveModel {}
