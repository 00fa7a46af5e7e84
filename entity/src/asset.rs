//! Something that is audited; a node of a tree.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A row of `asset`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "asset")]
pub struct Model {
    /// Internal identity; also the integer id of the AuditComply surface.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Public identifier, version 4.
    #[sea_orm(unique)]
    pub uuid: Uuid,
    /// Organization it belongs to.
    pub organization_id: i64,
    /// Asset above it; null = a root.
    pub parent_id: Option<i64>,
    /// Materialised path of ids from the root to this asset; its order is depth first.
    pub path: String,
    /// What sort of thing it is: a word of `AssetKind`.
    pub kind: String,
    /// Name as shown.
    pub name: String,
    /// Short name in addresses; unique per organization.
    pub slug: String,
    /// What it is.
    pub description: String,
    /// Profile whose fields its metadata fills.
    pub profile_id: Option<i64>,
    /// Array of pairs of field id and value, in profile order.
    pub metadata: Json,
    /// Standard it is audited against.
    pub standard_id: Option<i64>,
    /// Conformance level it has to reach.
    pub conformance_level_id: Option<i64>,
    /// Months between full audits; 0 = none, null = the organization's.
    pub audit_frequency_months: Option<i32>,
    /// Whether it is shown first.
    pub pinned: bool,
    /// Instant of archiving; covers the subtree.
    pub archived_at: Option<DateTime<Utc>>,
    /// Instant its last audit was finished.
    pub last_audited_at: Option<DateTime<Utc>>,
    /// Last sequence number given to one of its audits; never lowered.
    pub audit_counter: i32,
    /// Last number given to one of its issues; never lowered.
    pub issue_counter: i32,
    /// Street and house number.
    pub address: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// State, county or province.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Degrees north, -90 to 90.
    pub latitude: Option<f64>,
    /// Degrees east, -180 to 180.
    pub longitude: Option<f64>,
    /// Source it was imported from.
    pub external_source: Option<String>,
    /// Its identifier in that source.
    pub external_ref: Option<String>,
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
    /// Asset above it; null = a root.
    #[sea_orm(belongs_to = "Entity", from = "Column::ParentId", to = "Column::Id")]
    Parent,
    /// Profile whose fields its metadata fills.
    #[sea_orm(
        belongs_to = "super::asset_profile::Entity",
        from = "Column::ProfileId",
        to = "super::asset_profile::Column::Id"
    )]
    Profile,
    /// Standard it is audited against.
    #[sea_orm(belongs_to = "super::standard::Entity", from = "Column::StandardId", to = "super::standard::Column::Id")]
    Standard,
    /// Conformance level it has to reach.
    #[sea_orm(
        belongs_to = "super::conformance_level::Entity",
        from = "Column::ConformanceLevelId",
        to = "super::conformance_level::Column::Id"
    )]
    ConformanceLevel,
}

impl ActiveModelBehavior for ActiveModel {}
