//! The rows of one transaction: audits with their activities, issues and categories. Every audit has chance of its own,
//! so the rows do not depend on who makes them when.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::json;

use super::ground::{Ground, id, kind};
use super::plan::Slot;
use crate::domain::cell::{Cell, json as json_cell};
use crate::seed::demonstration::{PATTERNS, Pattern, Question, VERDICTS};
use crate::seed::random::Random;

/// Rows with their ids.
#[derive(Debug, Default)]
pub struct Rows {
    /// Ids.
    pub ids: Vec<i64>,
    /// Cells in the order of the table's columns.
    pub cells: Vec<Vec<Cell>>,
}

/// The rows of some audits.
#[derive(Debug, Default)]
pub struct Work {
    /// Audits.
    pub audits: Rows,
    /// Their activities.
    pub activities: Rows,
    /// Their issues.
    pub issues: Rows,
    /// The categories of those.
    pub categories: Vec<Vec<Cell>>,
}

/// The first day that is told of.
const FIRST_DAY: i64 = -1_120;
/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// One audit while its rows are made.
pub(super) struct Audit<'a> {
    pub(super) ground: &'a Ground,
    pub(super) pattern: &'static Pattern,
    pub(super) template: usize,
    pub(super) id: i64,
    pub(super) number: usize,
    pub(super) auditor: i64,
    pub(super) state: &'static str,
    pub(super) due: i64,
    pub(super) made: DateTime<Utc>,
    pub(super) started: DateTime<Utc>,
    pub(super) completed: DateTime<Utc>,
    pub(super) closed: DateTime<Utc>,
    pub(super) passed: bool,
}

impl Ground {
    pub(super) fn day(&self, days: i64) -> NaiveDate {
        let distance = Days::new(days.unsigned_abs());
        let day = if days < 0 { self.today.checked_sub_days(distance) } else { self.today.checked_add_days(distance) };
        day.unwrap_or(self.today)
    }

    pub(super) fn at(&self, days: i64, minute: i64) -> DateTime<Utc> {
        self.day(days).and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::minutes(minute)
    }

    pub(super) fn person(&self, random: &mut Random) -> i64 {
        random.pick(&self.people).copied().unwrap_or_default()
    }
}

/// Makes the rows of the audits from position `first`.
pub fn work(ground: &Ground, (first, slots): (usize, &[Slot])) -> Work {
    let mut work = Work::default();
    for (position, slot) in (first..).zip(slots) {
        let mut random = Random::part(ground.seed, u64::try_from(position).unwrap_or(0));
        let audit = audit(ground, position, &mut random);
        work.audits.ids.push(audit.id);
        work.audits.cells.push(audit.row(slot, &mut random));
        // One after the other, each some minutes later.
        let mut raised = 0;
        for place in 0..usize::from(slot.activities) {
            let activity = id(ground.activity, slot.activity as usize + place);
            // The issues fall on the first activities, the others comply.
            let left = usize::from(slot.issues).saturating_sub(raised);
            let broken = left > 0 && (place % 2 == 0 || left + place >= usize::from(slot.activities));
            work.activities.ids.push(activity);
            work.activities.cells.push(audit.activity((place, broken), &mut random));
            if broken {
                let issue = id(ground.issue, slot.issue as usize + raised);
                let number = i64::from(slot.number) + i64::try_from(raised).unwrap_or(0);
                work.issues.ids.push(issue);
                work.issues.cells.push(audit.issue((slot, place), (activity, number), &mut random));
                if raised % 2 == 0 {
                    let category = ground.categories.get(audit.template).copied().unwrap_or_default();
                    work.categories.push(vec![ground.organization.into(), issue.into(), category.into()]);
                }
                raised += 1;
            }
        }
    }
    work
}

fn audit<'a>(ground: &'a Ground, position: usize, random: &mut Random) -> Audit<'a> {
    // The audits come in the order in which they were made, evenly over the days up to yesterday, each of them in the
    // morning, so that the work of the day comes after it.
    let share = |span: i64| {
        let spread = i128::from(span) * i128::try_from(position).unwrap_or(0);
        i64::try_from(spread / i128::try_from(ground.counts.audits).unwrap_or(1)).unwrap_or(0)
    };
    let (made_day, moment) = (FIRST_DAY + share(-FIRST_DAY), share(-FIRST_DAY * DAY) % DAY);
    let made = ground.at(made_day, 240) + TimeDelta::milliseconds(moment / 6);
    let ahead = if made_day > -60 && random.chance(35) { random.between(20, 110) } else { random.between(7, 28) };
    let due = made_day + ahead;
    let state = state(due, random);
    let started = (due + random.between(-3, 2)).clamp(made_day, -1);
    let completed = (started + random.between(0, 1)).min(-1);
    let closed = (completed + random.between(1, 9)).min(-1);
    let template = random.below(PATTERNS.len());
    let fallback = PATTERNS.first().unwrap_or(&EMPTY);
    Audit {
        ground,
        pattern: PATTERNS.get(template).unwrap_or(fallback),
        template,
        id: id(ground.audit, position),
        number: position + 1,
        auditor: ground.person(random),
        state,
        due,
        made,
        started: ground.at(started, 540 + random.between(0, 300)),
        completed: ground.at(completed, 940 + random.between(0, 120)),
        closed: ground.at(closed, 1_080 + random.between(0, 200)),
        passed: random.chance(78),
    }
}

const EMPTY: Pattern = Pattern {
    symbol: "",
    name: "",
    audit_type: "general",
    category: "",
    unit: "",
    questions: &[],
    issue: "TASK",
    threshold: 0,
    tags: &[],
};

fn state(due: i64, random: &mut Random) -> &'static str {
    let odds: &[(usize, &str)] = match due {
        4.. => &[(92, "CREATED"), (100, "IN_PROGRESS")],
        -30..=3 => &[
            (12, "CREATED"),
            (37, "IN_PROGRESS"),
            (41, "GENERATING"),
            (58, "IN_REVIEW"),
            (62, "RECOUNT"),
            (74, "READY_TO_CLOSE"),
            (97, "CLOSED"),
            (100, "CANCELED"),
        ],
        _ => &[(94, "CLOSED"), (98, "CANCELED"), (99, "IN_REVIEW"), (100, "IN_PROGRESS")],
    };
    let drawn = random.below(100);
    odds.iter().find(|(below, _)| drawn < *below).map_or("CLOSED", |(_, state)| state)
}

/// A value where something has happened.
pub(super) fn when<T: Into<Cell>>(happened: bool, value: T) -> Cell {
    if happened { value.into() } else { Cell::Null }
}

impl Audit<'_> {
    pub(super) fn has_begun(&self) -> bool {
        !matches!(self.state, "CREATED" | "CANCELED")
    }

    fn is_done(&self) -> bool {
        self.has_begun() && self.state != "IN_PROGRESS"
    }

    fn is_closed(&self) -> bool {
        self.state == "CLOSED"
    }

    /// Its last change.
    fn changed(&self) -> DateTime<Utc> {
        match self.state {
            "CREATED" => self.made,
            "IN_PROGRESS" => self.started,
            "CLOSED" | "CANCELED" => self.closed,
            _ => self.completed,
        }
    }

    /// In the order of [`super::table::AUDIT`].
    fn row(&self, slot: &Slot, random: &mut Random) -> Vec<Cell> {
        let (ground, asset) = (self.ground, slot.asset as usize);
        let (closed, done) = (self.is_closed(), self.is_done());
        let closer = ground.people.first().copied().unwrap_or_default();
        let (status, color) = match (self.state, self.passed) {
            ("CREATED", _) => ("Planned", "#1565c0"),
            ("CLOSED", true) => ("Passed", "#2e7d32"),
            ("CLOSED", false) => ("Failed", "#c62828"),
            ("CANCELED", _) => ("Canceled", "#757575"),
            _ => ("Running", "#f9a825"),
        };
        let result = match (done, self.passed) {
            (false, _) => "",
            (true, true) => "Passed",
            (true, false) => "Failed",
        };
        let ended = closed || self.state == "CANCELED";
        vec![
            random.uuid().into(),
            ground.organization.into(),
            format!("AUD-{}", self.number).into(),
            format!("aud-{}", self.number).into(),
            self.number.to_string().into(),
            Cell::Int(slot.sequence.into()),
            format!("{}: asset {}", self.pattern.name, asset + 1).into(),
            when(random.chance(30), random.word(REMARKS)),
            random.word(&["FULL", "FULL", "FULL", "SMALL_SCOPE", "RE_AUDIT"]).into(),
            self.pattern.audit_type.into(),
            ground.templates.get(self.template).copied().into(),
            id(ground.asset, asset).into(),
            kind(&ground.counts, asset).into(),
            self.auditor.into(),
            closer.into(),
            when(self.state != "CREATED", self.auditor),
            when(ended, closer),
            ground.day(self.due - 7).into(),
            ground.day(self.due).into(),
            when(done, self.completed.date_naive()),
            when(self.has_begun(), self.started),
            when(done, self.completed),
            when(closed, self.closed),
            when(ended, self.closed),
            ground.at(self.due, 1_020).into(),
            when(closed, self.closed),
            self.state.into(),
            status.into(),
            color.into(),
            Cell::Int(random.between(1, 3)),
            (done && self.passed).into(),
            true.into(),
            Cell::Int(self.pattern.threshold),
            result.into(),
            if done && random.chance(20) { random.word(REMARKS) } else { "" }.into(),
            when(self.has_begun(), random.word(&["IPAD", "ANDROID", "WEB", "IPHONE"])),
            json_cell(&json!({ "shift": random.word(&["early", "late", "night"]) })),
            json_cell(&json!(self.pattern.tags)),
            self.made.into(),
            self.changed().into(),
            Cell::Int(1),
        ]
    }

    pub(super) fn question(&self, place: usize) -> Option<&'static Question> {
        let questions: &'static [Question] = self.pattern.questions;
        questions.get(place % questions.len().max(1))
    }

    /// In the order of [`super::table::ACTIVITY`].
    fn activity(&self, (place, broken): (usize, bool), random: &mut Random) -> Vec<Cell> {
        let position = place + 1;
        let begun = self.started + TimeDelta::minutes(i64::try_from(place).unwrap_or(0) * 9);
        let ended = begun + TimeDelta::minutes(random.between(2, 8));
        let answered = self.is_done() || (self.state == "IN_PROGRESS" && (broken || place < 4));
        let verdict = match (broken, random.below(20)) {
            (true, 0..=11) => 1,
            (true, _) => 2,
            (false, 0) => 4,
            (false, 1 | 2) => 3,
            _ => 0,
        };
        let word = VERDICTS.get(verdict).map_or("", |(name, ..)| *name);
        let score = [Some(100), Some(50), Some(0), Some(100), None].get(verdict).copied().flatten();
        let question = self.question(place);
        vec![
            random.uuid().into(),
            self.ground.organization.into(),
            self.id.into(),
            format!("AUD-{}{position:02}", self.number).into(),
            Cell::Int(i64::try_from(position).unwrap_or(0)),
            position.to_string().into(),
            format!("{:08}{position:02}", self.number).into(),
            question.map_or("", |question| question.subject).into(),
            when(answered, ended.date_naive()),
            when(answered, begun),
            when(answered, ended),
            "accepted".into(),
            Cell::Int(if answered { 100 } else { 0 }),
            question.map(|question| question.requirement).into(),
            when(answered && broken, question.map_or("", |question| question.finding)),
            when(answered, self.ground.verdicts.get(verdict).copied()),
            if answered { Cell::Json(format!("[\"{word}\"]")) } else { Cell::Json("[]".to_owned()) },
            Cell::Json("[]".to_owned()),
            when(answered, score.map(Decimal::from)),
            Decimal::from(question.map_or(1, |question| question.weight)).into(),
            when(answered, word),
            self.made.into(),
            if answered { ended } else { self.made }.into(),
            Cell::Int(1),
        ]
    }
}

const REMARKS: &[&str] = &[
    "Carried out together with the shift lead.",
    "Line was running at two thirds of its speed.",
    "Follow-up of the last audit included.",
    "Part of the yearly program.",
    "Two questions could not be answered on the day.",
];
