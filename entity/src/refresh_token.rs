//! A token that is exchanged once for a new pair. Re-use of one ends its family.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A row of `refresh_token`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_token")]
pub struct Model {
    /// Internal identity.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Public identifier, version 4.
    #[sea_orm(unique)]
    pub uuid: Uuid,
    /// Person it was issued to.
    pub user_id: i64,
    /// Organization it was issued for; null = none chosen.
    pub organization_id: Option<i64>,
    /// SHA-256 of the token, lower-case hexadecimal; unique.
    #[sea_orm(unique)]
    pub token_hash: String,
    /// Chain of tokens that began with one sign-in.
    pub family: Uuid,
    /// Instant of issue.
    pub issued_at: DateTime<Utc>,
    /// Instant from which it is refused.
    pub expires_at: DateTime<Utc>,
    /// Instant from which its whole family is refused.
    pub absolute_expires_at: DateTime<Utc>,
    /// Instant of its exchange.
    pub used_at: Option<DateTime<Utc>>,
    /// Instant of its withdrawal.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// The rows it refers to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Person it was issued to.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::UserId", to = "super::user::Column::Id")]
    User,
    /// Organization it was issued for; null = none chosen.
    #[sea_orm(
        belongs_to = "super::organization::Entity",
        from = "Column::OrganizationId",
        to = "super::organization::Column::Id"
    )]
    Organization,
}

impl ActiveModelBehavior for ActiveModel {}
