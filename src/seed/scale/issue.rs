//! What an audit found, and what became of it.

use chrono::TimeDelta;
use serde_json::json;

use super::ground::id;
use super::plan::Slot;
use super::work::{Audit, when};
use crate::domain::cell::{Cell, json as json_cell};
use crate::seed::random::Random;

impl Audit<'_> {
    /// In the order of [`super::table::ISSUE`].
    pub(super) fn issue(
        &self,
        (slot, place): (&Slot, usize),
        (activity, number): (i64, i64),
        random: &mut Random,
    ) -> Vec<Cell> {
        let ground = self.ground;
        let found = if self.has_begun() { self.started + TimeDelta::minutes(10) } else { self.made };
        let found_day = (found.date_naive() - ground.today).num_days();
        let (severity, allowed) = match random.below(10) {
            0 | 1 => ("HIGH", 14),
            2..=5 => ("MEDIUM", 30),
            _ => ("LOW", 60),
        };
        let old = found_day < -allowed - 20;
        let status = match (old, random.below(100)) {
            (true, 0..=93) | (false, 0..=19) => "CLOSED",
            (true, 94..=95) | (false, 20..=59) => "OPEN",
            (true, 96..=97) | (false, 60..=79) => "INPROGRESS",
            (true, 98) | (false, 80..=89) => "INREVIEW",
            (true, _) | (false, 90..=93) => "REOPENED",
            (false, _) => "DRAFT",
        };
        let closed = status == "CLOSED";
        let resolved = (found + TimeDelta::days(random.between(1, allowed + 8))).min(ground.at(0, -30)).max(found);
        let question = self.question(place);
        let task = self.pattern.issue == "TASK";
        let remedy = question.map_or("", |question| question.remedy);
        let corrective = || {
            json!({
                "description": remedy, "root_cause": question.map(|question| question.cause), "due_date": null,
                "completed_at": null,
            })
        };
        let approver = ground.people.first().copied().unwrap_or_default();
        let broad = ["HIGH", "MEDIUM", "LOW"];
        vec![
            random.uuid().into(),
            ground.organization.into(),
            self.pattern.issue.into(),
            Cell::Int(number),
            question.map_or("", |question| question.finding).into(),
            when(random.chance(40), question.map_or("", |question| question.cause)),
            status.into(),
            severity.into(),
            random.word(&broad).into(),
            random.word(&broad).into(),
            random.word(&["CRITICAL", "HIGH", "MEDIUM", "MEDIUM", "LOW"]).into(),
            if task { Cell::Null } else { json_cell(&corrective()) },
            when(task, remedy),
            ground.day(found_day + allowed).into(),
            when(closed, resolved),
            found.date_naive().into(),
            when(closed, resolved),
            ground.person(random).into(),
            self.auditor.into(),
            when(closed, approver),
            random.word(&["no", "partly"]).into(),
            Cell::Int(i64::from(status == "REOPENED")),
            Cell::Json("[]".to_owned()),
            self.id.into(),
            activity.into(),
            id(ground.asset, slot.asset as usize).into(),
            ground.templates.get(self.template).copied().into(),
            found.into(),
            if closed { resolved } else { found }.into(),
            Cell::Int(1),
        ]
    }
}
