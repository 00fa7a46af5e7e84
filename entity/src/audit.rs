//! An audit: the planned, documented examination of an asset or area.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::quantity::Quantity;

/// A row of `audit`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// Internal identity; also the integer id of the AuditComply surface.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Public identifier, version 4.
    #[sea_orm(unique)]
    pub uuid: Uuid,
    /// Organization it belongs to.
    pub organization_id: i64,
    /// Number as shown; unique per organization and asset.
    pub number: String,
    /// Number with A to Z in lower case, for search; written with it.
    pub number_norm: String,
    /// Last run of digits of the number without leading zeros, for search; written with it.
    pub number_tail: String,
    /// Position among the audits of the asset: 1, 2, 3 and so on, never given twice.
    pub asset_sequence: Option<i32>,
    /// Name as shown.
    pub name: String,
    /// Title in place of the name.
    pub title: Option<String>,
    /// What is audited, and why.
    pub description: Option<String>,
    /// How much it covers: a word of `AuditType`.
    #[sea_orm(column_name = "type")]
    pub r#type: String,
    /// Kind of audit, such as general, sixs or hse; an open set.
    pub audit_type: String,
    /// Layer of a layered process audit.
    pub layer: Option<i32>,
    /// Template its questions come from.
    pub template_id: Option<i64>,
    /// Asset it stands on.
    pub asset_id: Option<i64>,
    /// Kind of that asset, kept in step: a word of `AssetKind`.
    pub asset_kind: Option<String>,
    /// Audit area it stands on.
    pub area_id: Option<i64>,
    /// Organizational unit; null = the area's.
    pub org_unit_id: Option<i64>,
    /// Standard it audits against.
    pub standard_id: Option<i64>,
    /// Conformance level to be reached.
    pub conformance_level_id: Option<i64>,
    /// Program it is part of.
    pub program_id: Option<i64>,
    /// Schedule it fulfils.
    pub schedule_id: Option<i64>,
    /// Person who carries it out.
    pub auditor_id: Option<i64>,
    /// Person who created it.
    pub creator_id: Option<i64>,
    /// API key it was created with, if any.
    pub created_by_key_id: Option<i64>,
    /// Person who changed it last.
    pub updated_by_user_id: Option<i64>,
    /// API key it was last changed with, if any.
    pub updated_by_key_id: Option<i64>,
    /// Owner of its corrective action plan.
    pub ap_owner_id: Option<i64>,
    /// Assignee of its corrective action plan.
    pub ap_assignee_id: Option<i64>,
    /// Worker who is audited.
    pub audited_worker_id: Option<i64>,
    /// Person who closed it.
    pub closed_by_id: Option<i64>,
    /// First day planned.
    pub start_date: Option<NaiveDate>,
    /// Last day planned.
    pub due_date: Option<NaiveDate>,
    /// Day it was finished.
    pub finish_date: Option<NaiveDate>,
    /// Whether the planned days move with the start.
    pub floating_dates: bool,
    /// First day of its corrective action plan.
    pub ap_start_date: Option<NaiveDate>,
    /// Last day of its corrective action plan.
    pub ap_due_date: Option<NaiveDate>,
    /// Instant work began.
    pub started_at: Option<DateTime<Utc>>,
    /// Instant work was completed; null for a canceled audit.
    pub completed_at: Option<DateTime<Utc>>,
    /// Instant the result was published.
    pub published_at: Option<DateTime<Utc>>,
    /// Instant it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Deadline.
    pub complete_by: Option<DateTime<Utc>>,
    /// Instant it was approved.
    pub finished_at: Option<DateTime<Utc>>,
    /// Where it stands: a word of `AuditState`.
    pub state: String,
    /// Status in the organization's own words.
    pub status: String,
    /// Colour of that status, as a CSS colour.
    pub status_color: String,
    /// Urgency: 1 low, 2 medium, 3 high.
    pub priority: i16,
    /// Whether the asset was found to comply.
    pub compliant: bool,
    /// Whether it may be closed on the device.
    pub close_audit_enabled: bool,
    /// Whether closing changed the status.
    pub status_changed_on_close: bool,
    /// Score that was set; null = the weighted mean of its activities.
    pub score_main: Option<Quantity>,
    /// Second score, by another scale.
    pub score_alternative: Option<Quantity>,
    /// Score below which it has failed.
    pub audit_threshold: Option<i32>,
    /// Result in words.
    pub audit_result: String,
    /// Absolute address of the report.
    pub report_url: Option<String>,
    /// Absolute address of the auditor's signature.
    pub signature_url: Option<String>,
    /// Auditor's name in print.
    pub signature_print: Option<String>,
    /// Auditor's position.
    pub signature_position: Option<String>,
    /// Absolute address of the second signature.
    pub additional_signature_url: Option<String>,
    /// Second signer's name in print.
    pub additional_signature_print: Option<String>,
    /// Second signer's position.
    pub additional_signature_position: Option<String>,
    /// Absolute address of the closer's signature.
    pub closed_by_signature_url: Option<String>,
    /// Notes on closing.
    pub closing_notes: Option<String>,
    /// Notes of the auditor.
    pub notes: String,
    /// Feedback of the reviewer.
    pub feedback: String,
    /// Device it was carried out with: a word of `Device`, or empty.
    pub device: Option<String>,
    /// Degrees north where it was carried out, -90 to 90.
    pub latitude: Option<f64>,
    /// Degrees east where it was carried out, -180 to 180.
    pub longitude: Option<f64>,
    /// Object of the organization's own keys and values.
    pub metadata: Json,
    /// Array of tags; a tag contains no comma.
    pub tags: Json,
    /// Whether approval writes the counts to the stock levels.
    pub update_inventory: bool,
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
    /// Template its questions come from.
    #[sea_orm(belongs_to = "super::template::Entity", from = "Column::TemplateId", to = "super::template::Column::Id")]
    Template,
    /// Asset it stands on.
    #[sea_orm(belongs_to = "super::asset::Entity", from = "Column::AssetId", to = "super::asset::Column::Id")]
    Asset,
    /// Audit area it stands on.
    #[sea_orm(belongs_to = "super::audit_area::Entity", from = "Column::AreaId", to = "super::audit_area::Column::Id")]
    Area,
    /// Organizational unit; null = the area's.
    #[sea_orm(belongs_to = "super::org_unit::Entity", from = "Column::OrgUnitId", to = "super::org_unit::Column::Id")]
    OrgUnit,
    /// Standard it audits against.
    #[sea_orm(belongs_to = "super::standard::Entity", from = "Column::StandardId", to = "super::standard::Column::Id")]
    Standard,
    /// Conformance level to be reached.
    #[sea_orm(
        belongs_to = "super::conformance_level::Entity",
        from = "Column::ConformanceLevelId",
        to = "super::conformance_level::Column::Id"
    )]
    ConformanceLevel,
    /// Program it is part of.
    #[sea_orm(belongs_to = "super::program::Entity", from = "Column::ProgramId", to = "super::program::Column::Id")]
    Program,
    /// Schedule it fulfils.
    #[sea_orm(belongs_to = "super::schedule::Entity", from = "Column::ScheduleId", to = "super::schedule::Column::Id")]
    Schedule,
    /// Person who carries it out.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::AuditorId", to = "super::user::Column::Id")]
    Auditor,
    /// Person who created it.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::CreatorId", to = "super::user::Column::Id")]
    Creator,
    /// API key it was created with, if any.
    #[sea_orm(
        belongs_to = "super::api_key::Entity",
        from = "Column::CreatedByKeyId",
        to = "super::api_key::Column::Id"
    )]
    CreatedByKey,
    /// Person who changed it last.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::UpdatedByUserId", to = "super::user::Column::Id")]
    UpdatedByUser,
    /// API key it was last changed with, if any.
    #[sea_orm(
        belongs_to = "super::api_key::Entity",
        from = "Column::UpdatedByKeyId",
        to = "super::api_key::Column::Id"
    )]
    UpdatedByKey,
    /// Owner of its corrective action plan.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::ApOwnerId", to = "super::user::Column::Id")]
    ApOwner,
    /// Assignee of its corrective action plan.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::ApAssigneeId", to = "super::user::Column::Id")]
    ApAssignee,
    /// Worker who is audited.
    #[sea_orm(belongs_to = "super::worker::Entity", from = "Column::AuditedWorkerId", to = "super::worker::Column::Id")]
    AuditedWorker,
    /// Person who closed it.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::ClosedById", to = "super::user::Column::Id")]
    ClosedBy,
}

impl ActiveModelBehavior for ActiveModel {}
