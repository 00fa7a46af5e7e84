//! One entry of the trail: that a record was created, edited or deleted. Append only.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A row of `change_event`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "change_event")]
pub struct Model {
    /// Internal identity.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Organization it belongs to.
    pub organization_id: i64,
    /// Position in the organization's trail: 1, 2, 3 and so on without gaps, in order of commit.
    pub sequence: i64,
    /// Identifier of the event; version 4 when made here, versions 1 to 5 when imported. Unique per organization and entity type.
    pub uuid: Uuid,
    /// Type of the record, such as audit or acq.order.
    pub entity_type: String,
    /// Identifier of the record.
    pub entity_uuid: Uuid,
    /// Identifier of the record it is a line of.
    pub parent_uuid: Option<Uuid>,
    /// What happened: a word of `EventAction`.
    pub action: String,
    /// Identifier of the person who did it; need not exist any more, or here.
    pub user_uuid: Option<Uuid>,
    /// Instant it was recorded.
    pub event_date: DateTime<Utc>,
    /// Instant it occurred.
    pub action_date: DateTime<Utc>,
    /// Record as it was afterwards.
    pub snapshot_after: Option<Json>,
    /// Record as it was before.
    pub snapshot_before: Option<Json>,
    /// Object of further keys that came with the event.
    pub extra: Option<Json>,
    /// Surface it came in by, such as graphql or packagex.
    pub surface: String,
    /// Identifier of the request that caused it.
    pub request_id: Option<String>,
    /// Salt of the hash of the snapshots, in base64; none before the event was sealed and after it was erased.
    pub salt: Option<String>,
    /// The bytes that stand for the event in its organization's hash tree; none before it was sealed.
    pub leaf: Option<String>,
    /// Hash of the leaf, in base64.
    pub leaf_hash: Option<String>,
    /// Instant its snapshots were erased.
    pub erased_at: Option<DateTime<Utc>>,
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
}

impl ActiveModelBehavior for ActiveModel {}
