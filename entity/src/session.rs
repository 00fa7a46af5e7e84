//! A sign-in by cookie.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A row of `session`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Internal identity.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Public identifier, version 4.
    #[sea_orm(unique)]
    pub uuid: Uuid,
    /// Person signed in.
    pub user_id: i64,
    /// SHA-256 of the session token, lower-case hexadecimal; unique.
    #[sea_orm(unique)]
    pub token_hash: String,
    /// Instant from which it is refused.
    pub expires_at: DateTime<Utc>,
    /// Whether it outlives the browser and is extended by use.
    pub remember_me: bool,
    /// Client address at sign-in.
    pub ip_address: Option<String>,
    /// Client program at sign-in.
    pub user_agent: Option<String>,
    /// Organization chosen in this session.
    pub active_organization_id: Option<i64>,
    /// Instant it was created.
    pub created_at: DateTime<Utc>,
    /// Instant of its last change.
    pub updated_at: DateTime<Utc>,
}

/// The rows it refers to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Person signed in.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::UserId", to = "super::user::Column::Id")]
    User,
    /// Organization chosen in this session.
    #[sea_orm(
        belongs_to = "super::organization::Entity",
        from = "Column::ActiveOrganizationId",
        to = "super::organization::Column::Id"
    )]
    ActiveOrganization,
}

impl ActiveModelBehavior for ActiveModel {}
