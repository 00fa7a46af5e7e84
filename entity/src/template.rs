//! A pattern of audits or of action plans.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A row of `template`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "template")]
pub struct Model {
    /// Internal identity; also the integer id of the AuditComply surface.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Public identifier, version 4.
    #[sea_orm(unique)]
    pub uuid: Uuid,
    /// Organization it belongs to.
    pub organization_id: i64,
    /// What it is the pattern of: a word of `TemplateKind`.
    pub kind: String,
    /// Name as shown; shared by its editions.
    pub name: String,
    /// Short symbol.
    pub symbol: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Edition number, apart from the lock counter.
    pub edition: i32,
    /// Where the edition stands: a word of `EditionState`.
    pub state: String,
    /// Category it is filed under.
    pub category_id: Option<i64>,
    /// Array of tags; a tag contains no comma.
    pub tags: Json,
    /// Organizational unit that keeps it.
    pub org_unit_id: Option<i64>,
    /// Person who made it.
    pub creator_id: Option<i64>,
    /// Array of questions in order, each the beginnings of an activity.
    pub questions: Json,
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
    /// Category it is filed under.
    #[sea_orm(belongs_to = "super::category::Entity", from = "Column::CategoryId", to = "super::category::Column::Id")]
    Category,
    /// Organizational unit that keeps it.
    #[sea_orm(belongs_to = "super::org_unit::Entity", from = "Column::OrgUnitId", to = "super::org_unit::Column::Id")]
    OrgUnit,
    /// Person who made it.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::CreatorId", to = "super::user::Column::Id")]
    Creator,
}

impl ActiveModelBehavior for ActiveModel {}
