//! The keys under which clients sent commands, with what came of them.

use sea_orm::entity::prelude::*;

/// A row of `idempotency_key`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// Organization in which the command was carried out.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: i64,
    /// Who sent it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: i64,
    /// The client's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Hash of the command and its input.
    pub fingerprint: String,
    /// What came of it, a JSON object.
    pub outcome: String,
    /// When it was carried out.
    pub created_at: DateTimeUtc,
}

/// The rows it refers to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Organization in which the command was carried out.
    #[sea_orm(
        belongs_to = "super::organization::Entity",
        from = "Column::OrganizationId",
        to = "super::organization::Column::Id"
    )]
    Organization,
}

impl ActiveModelBehavior for ActiveModel {}
