//! The counting of one item at one layout, for an inventory audit.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::quantity::Quantity;

/// A row of `count_task`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "count_task")]
pub struct Model {
    /// Internal identity; also the integer id of the AuditComply surface.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Public identifier, version 4.
    #[sea_orm(unique)]
    pub uuid: Uuid,
    /// Organization it belongs to.
    pub organization_id: i64,
    /// Audit it is part of.
    pub audit_id: i64,
    /// Item to count.
    pub item_id: i64,
    /// Layout to count at.
    pub layout_id: i64,
    /// Quantity by the books, frozen on entering review.
    pub total_qty: Quantity,
    /// Quantity found; null = not counted.
    pub counted_qty: Option<Quantity>,
    /// Why the two differ.
    pub reason_code_id: Option<i64>,
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
    /// Audit it is part of.
    #[sea_orm(belongs_to = "super::audit::Entity", from = "Column::AuditId", to = "super::audit::Column::Id")]
    Audit,
    /// Item to count.
    #[sea_orm(belongs_to = "super::item::Entity", from = "Column::ItemId", to = "super::item::Column::Id")]
    Item,
    /// Layout to count at.
    #[sea_orm(belongs_to = "super::layout::Entity", from = "Column::LayoutId", to = "super::layout::Column::Id")]
    Layout,
    /// Why the two differ.
    #[sea_orm(
        belongs_to = "super::reason_code::Entity",
        from = "Column::ReasonCodeId",
        to = "super::reason_code::Column::Id"
    )]
    ReasonCode,
}

impl ActiveModelBehavior for ActiveModel {}
