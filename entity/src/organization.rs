//! A tenant: every other row belongs to one, and none is seen across the border.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::quantity::Quantity;

/// A row of `organization`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organization")]
pub struct Model {
    /// Internal identity; also the integer id of the AuditComply surface.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Public identifier, version 4.
    #[sea_orm(unique)]
    pub uuid: Uuid,
    /// Short name in addresses; unique over the deployment; the tenant of the FOLIO surface.
    #[sea_orm(unique)]
    pub slug: String,
    /// Name as shown.
    pub name: String,
    /// IANA time zone that decides which calendar day "today" is.
    pub time_zone: String,
    /// Standard of an audit whose asset has none.
    pub default_standard_id: Option<i64>,
    /// Conformance level of an audit whose asset has none.
    pub default_conformance_level_id: Option<i64>,
    /// Months between full audits of an asset without a frequency of its own; null or 0 = none.
    pub default_audit_frequency_months: Option<i32>,
    /// Counted difference above which a reason code is required; null = 0.
    pub discrepancy_threshold: Option<Quantity>,
    /// Whether the Action Audit data export may be used.
    pub data_api_enabled: bool,
    /// Whether it holds made-up data that may be thrown away.
    pub demonstration: bool,
    /// Last number given to an audit as `AUD-<n>`.
    pub audit_counter: i64,
    /// Last number given to an issue that stands on no asset.
    pub issue_counter: i32,
    /// Last number given to an action plan.
    pub action_plan_counter: i64,
    /// Last number given to an idea.
    pub idea_counter: i64,
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
    /// Standard of an audit whose asset has none.
    #[sea_orm(
        belongs_to = "super::standard::Entity",
        from = "Column::DefaultStandardId",
        to = "super::standard::Column::Id"
    )]
    DefaultStandard,
    /// Conformance level of an audit whose asset has none.
    #[sea_orm(
        belongs_to = "super::conformance_level::Entity",
        from = "Column::DefaultConformanceLevelId",
        to = "super::conformance_level::Column::Id"
    )]
    DefaultConformanceLevel,
}

impl ActiveModelBehavior for ActiveModel {}
