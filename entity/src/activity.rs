//! One line of work: an observation of an audit, a step of an action plan or a step of an idea.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::quantity::Quantity;

/// A row of `activity`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "activity")]
pub struct Model {
    /// Internal identity; also the integer id of the AuditComply surface.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Public identifier, version 4.
    #[sea_orm(unique)]
    pub uuid: Uuid,
    /// Organization it belongs to.
    pub organization_id: i64,
    /// Audit it is part of; exactly one of the three parents is set.
    pub audit_id: Option<i64>,
    /// Action plan it is part of.
    pub action_plan_id: Option<i64>,
    /// Idea it is part of.
    pub idea_id: Option<i64>,
    /// Number as shown.
    pub number: String,
    /// Position in the parent.
    pub ordr: i32,
    /// Position as shown, such as 2 or 2.1.
    pub friendly_ordr: String,
    /// Sort key among activities, ten digits.
    pub sequence: String,
    /// Question or step.
    pub subject: String,
    /// What is meant by it.
    pub description: Option<String>,
    /// How it was resolved.
    pub resolution: Option<String>,
    /// First day planned.
    pub start_date: Option<NaiveDate>,
    /// Last day planned.
    pub due_date: Option<NaiveDate>,
    /// Day it was finished.
    pub finish_date: Option<NaiveDate>,
    /// Instant work began.
    pub started_at: Option<DateTime<Utc>>,
    /// Instant work ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Where it stands, such as accepted; an open set.
    pub workflow_state: String,
    /// Work done, in percent.
    pub progress: i32,
    /// Whether it holds content not meant for everybody.
    pub sensitive_content: bool,
    /// Requirement of the standard it examines, such as 1.4.3.
    pub requirement_identifier: Option<String>,
    /// What the auditor recommends.
    pub recommendation: Option<String>,
    /// What the auditor observed.
    pub observation: Option<String>,
    /// Verdict on it.
    pub observation_status_id: Option<i64>,
    /// Array of the chosen answers, texts.
    pub responses: Json,
    /// Array of further answers: custom_option_id, field_label and field_value.
    pub custom_responses: Json,
    /// Points reached; null = not scored.
    pub score: Option<Quantity>,
    /// Weight of the score in the audit's mean; null = 1.
    pub weight: Option<Quantity>,
    /// Whether the question did not apply.
    pub answer_not_applicable: bool,
    /// Whether the answer is a recommendation.
    pub answer_recommendation: bool,
    /// Answer as given.
    pub answer_value: Option<String>,
    /// Answer in the words of the ISO scale.
    pub answer_iso: Option<String>,
    /// Correction made on the spot.
    pub correction_description: Option<String>,
    /// Last day asked for in place of the planned one.
    pub new_due_date: Option<NaiveDate>,
    /// Person asked for in place of the assignee.
    pub new_assignee_id: Option<i64>,
    /// Organizational unit; null = the parent's.
    pub org_unit_id: Option<i64>,
    /// Person who created it; null = the parent's.
    pub creator_id: Option<i64>,
    /// Person who does it; null = the parent's.
    pub assignee_id: Option<i64>,
    /// Identifier of its counterpart in another source.
    pub alternative_source_ref: Option<String>,
    /// Instant it was created.
    pub created_at: DateTime<Utc>,
    /// Instant of its last change.
    pub updated_at: DateTime<Utc>,
    /// Lock counter: 1, and one more with every change.
    pub version: i32,
    /// Whether the audit cannot be closed without it.
    pub mandatory: bool,
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
    /// Audit it is part of; exactly one of the three parents is set.
    #[sea_orm(belongs_to = "super::audit::Entity", from = "Column::AuditId", to = "super::audit::Column::Id")]
    Audit,
    /// Action plan it is part of.
    #[sea_orm(
        belongs_to = "super::action_plan::Entity",
        from = "Column::ActionPlanId",
        to = "super::action_plan::Column::Id"
    )]
    ActionPlan,
    /// Idea it is part of.
    #[sea_orm(belongs_to = "super::idea::Entity", from = "Column::IdeaId", to = "super::idea::Column::Id")]
    Idea,
    /// Verdict on it.
    #[sea_orm(
        belongs_to = "super::observation_status::Entity",
        from = "Column::ObservationStatusId",
        to = "super::observation_status::Column::Id"
    )]
    ObservationStatus,
    /// Person asked for in place of the assignee.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::NewAssigneeId", to = "super::user::Column::Id")]
    NewAssignee,
    /// Organizational unit; null = the parent's.
    #[sea_orm(belongs_to = "super::org_unit::Entity", from = "Column::OrgUnitId", to = "super::org_unit::Column::Id")]
    OrgUnit,
    /// Person who created it; null = the parent's.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::CreatorId", to = "super::user::Column::Id")]
    Creator,
    /// Person who does it; null = the parent's.
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::AssigneeId", to = "super::user::Column::Id")]
    Assignee,
}

impl ActiveModelBehavior for ActiveModel {}
