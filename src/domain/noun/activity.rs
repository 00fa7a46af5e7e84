//! One line of work: a question of an audit, a step of an action plan or of an idea.

use entity::activity::{Column as C, Entity};

use crate::domain::cell::Kind;
use crate::domain::describe::{Link, Noun, Shape};

/// Describes [`Entity`] as `Activity`.
pub fn describe() -> Noun {
    Noun::of::<Entity>(
        "Activity",
        "activity",
        "activities",
        "One line of work: a question of an audit, a step of an action plan or of an idea.",
    )
    .order(&[("order", false)])
    .tallied()
    .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
    .field("uuid", C::Uuid, "Identifier, the same on every surface.")
    .field("number", C::Number, "Number as shown.")
    .field("order", C::Ordr, "Position in the parent.")
    .field("friendlyOrder", C::FriendlyOrdr, "Position as shown, such as 2 or 2.1.")
    .field("sequence", C::Sequence, "Sort key among activities, ten digits.")
    .field("subject", C::Subject, "Question or step.")
    .field("description", C::Description, "What is meant by it.")
    .field("resolution", C::Resolution, "How it was resolved.")
    .field("startDate", C::StartDate, "First day planned.")
    .field("dueDate", C::DueDate, "Last day planned.")
    .field("finishDate", C::FinishDate, "Day it was finished.")
    .field("startedAt", C::StartedAt, "Instant work began.")
    .field("finishedAt", C::FinishedAt, "Instant work ended.")
    .field("workflowState", C::WorkflowState, "Where it stands, such as accepted; an open set.")
    .field("progress", C::Progress, "Work done, in percent.")
    .field("sensitiveContent", C::SensitiveContent, "Whether it holds content not meant for everybody.")
    .field("requirementIdentifier", C::RequirementIdentifier, "Requirement of the standard it examines, such as 1.4.3.")
    .field("recommendation", C::Recommendation, "What the auditor recommends.")
    .field("observation", C::Observation, "What the auditor observed.")
    .texts("responses", C::Responses, "The chosen answers.")
    .field(
        "customResponses",
        C::CustomResponses,
        "Array of further answers: custom_option_id, field_label and field_value.",
    )
    .field("mandatory", C::Mandatory, "Whether the audit cannot be closed without it.")
    .field("score", C::Score, "Points reached; null = not scored.")
    .field("weight", C::Weight, "Weight of the score in the audit's mean; null = 1.")
    .field("answerNotApplicable", C::AnswerNotApplicable, "Whether the question did not apply.")
    .field("answerRecommendation", C::AnswerRecommendation, "Whether the answer is a recommendation.")
    .field("answerValue", C::AnswerValue, "Answer as given.")
    .field("answerIso", C::AnswerIso, "Answer in the words of the ISO scale.")
    .field("correctionDescription", C::CorrectionDescription, "Correction made on the spot.")
    .field("newDueDate", C::NewDueDate, "Last day asked for in place of the planned one.")
    .field("alternativeSourceRef", C::AlternativeSourceRef, "Identifier of its counterpart in another source.")
    .derived(
        "timeProgress",
        Kind::Int,
        super::derived::activity_time_progress,
        "Planned days that have passed, in percent; for finished work those until its last change.",
    )
    .always()
    .dialect()
    .derived("wholeScore", Kind::Long, super::derived::rounded_score, "Points reached, rounded to a whole number.")
    .dialect()
    .derived(
        "wholeWeight",
        Kind::Long,
        super::derived::rounded_weight,
        "Weight of the score, rounded to a whole number.",
    )
    .dialect()
    .field("createdAt", C::CreatedAt, "Instant it was created.")
    .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
    .field("version", C::Version, "Counts the changes; send it back as `expectedVersion` to change only what you saw.")
    .one("audit", "Audit", C::AuditId, "Audit it is part of; exactly one of the three parents is set.")
    .one("actionPlan", "ActionPlan", C::ActionPlanId, "Action plan it is part of.")
    .one("idea", "Idea", C::IdeaId, "Idea it is part of.")
    .one("observationStatus", "ObservationStatus", C::ObservationStatusId, "Verdict on it.")
    .one("newAssignee", "User", C::NewAssigneeId, "Person asked for in place of the assignee.")
    .one("orgUnit", "OrgUnit", C::OrgUnitId, "Organizational unit; null = the parent's.")
    .one("creator", "User", C::CreatorId, "Person who created it; null = the parent's.")
    .one("assignee", "User", C::AssigneeId, "Person who does it; null = the parent's.")
    .many("issues", "Issue", entity::issue::Column::ActivityId, "Issues it raised.")
    .relation(
        "history",
        "ChangeEvent",
        Link::History("activity"),
        Shape::Connection,
        "What happened to it, newest first.",
    )
}
