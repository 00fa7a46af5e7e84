//! That an issue is filed under a category.

use sea_orm::entity::prelude::*;

/// A row of `issue_category`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "issue_category")]
pub struct Model {
    /// Organization it belongs to.
    pub organization_id: i64,
    /// Issue.
    #[sea_orm(primary_key, auto_increment = false)]
    pub issue_id: i64,
    /// Category.
    #[sea_orm(primary_key, auto_increment = false)]
    pub category_id: i64,
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
    /// Issue.
    #[sea_orm(belongs_to = "super::issue::Entity", from = "Column::IssueId", to = "super::issue::Column::Id")]
    Issue,
    /// Category.
    #[sea_orm(belongs_to = "super::category::Entity", from = "Column::CategoryId", to = "super::category::Column::Id")]
    Category,
}

impl ActiveModelBehavior for ActiveModel {}
