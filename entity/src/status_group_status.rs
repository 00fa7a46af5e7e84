//! That a status belongs to a group, and where.

use sea_orm::entity::prelude::*;

/// A row of `status_group_status`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "status_group_status")]
pub struct Model {
    /// Organization it belongs to.
    pub organization_id: i64,
    /// Group.
    #[sea_orm(primary_key, auto_increment = false)]
    pub status_group_id: i64,
    /// Status.
    #[sea_orm(primary_key, auto_increment = false)]
    pub observation_status_id: i64,
    /// Position in the group, from 1.
    pub position: i32,
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
    /// Group.
    #[sea_orm(
        belongs_to = "super::status_group::Entity",
        from = "Column::StatusGroupId",
        to = "super::status_group::Column::Id"
    )]
    StatusGroup,
    /// Status.
    #[sea_orm(
        belongs_to = "super::observation_status::Entity",
        from = "Column::ObservationStatusId",
        to = "super::observation_status::Column::Id"
    )]
    ObservationStatus,
}

impl ActiveModelBehavior for ActiveModel {}
