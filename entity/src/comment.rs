//! A remark.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A row of `comment`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "comment")]
pub struct Model {
    /// Internal identity; also the integer id of the AuditComply surface.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Public identifier, version 4.
    #[sea_orm(unique)]
    pub uuid: Uuid,
    /// Organization it belongs to.
    pub organization_id: i64,
    /// Group it is part of.
    pub comment_group_id: i64,
    /// What was said.
    pub text: String,
    /// Person who said it.
    pub user_id: Option<i64>,
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
    /// Group it is part of.
    #[sea_orm(
        belongs_to = "super::comment_group::Entity",
        from = "Column::CommentGroupId",
        to = "super::comment_group::Column::Id"
    )]
    CommentGroup,
    /// Person who said it.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::UserId", to = "super::user::Column::Id")]
    User,
}

impl ActiveModelBehavior for ActiveModel {}
