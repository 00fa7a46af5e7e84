//! The filtered page of audits of AuditComply, by hand.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, SecondsFormat, Timelike, Utc};
use serde::ser::Error;
use serde::{Deserialize, Serialize, Serializer};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row};

/// Which page is asked for: always the first, of 25 audits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum State {
    /// Those that are over.
    #[serde(rename = "CLOSED")]
    Closed,
    /// Those that are looked through.
    #[serde(rename = "INREVIEW")]
    InReview,
}

/// A page.
#[derive(Serialize)]
pub struct Listing {
    count: i64,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<Audit>,
}

/// An audit.
#[derive(Serialize)]
pub struct Audit {
    name: String,
    /// Its number, by which what belongs to it is read.
    pub id: i64,
    status: String,
    additional_signature_print: Option<String>,
    additional_signature_position: Option<String>,
    signature: Option<String>,
    asset_id: Option<i64>,
    asset_name: Option<String>,
    updated_at: Instant,
    close_audit_enabled: bool,
    latitude: Option<f64>,
    signature_position: Option<String>,
    report: Option<String>,
    closed_at: Option<Instant>,
    closed_notes: Option<String>,
    closed_by_signature: Option<String>,
    status_color: String,
    completed_at: Option<Instant>,
    closed_by_id: Option<i64>,
    created_at: Instant,
    state: &'static str,
    longitude: Option<f64>,
    signature_print: Option<String>,
    additional_signature: Option<String>,
    compliant: bool,
    status_changed_on_close: bool,
    device: Option<String>,
    published: Option<Instant>,
    auditor_id: Option<i64>,
    notes: String,
    observations: Vec<Observation>,
    audit_result: String,
    auditor: Option<Auditor>,
    nc_count: Digits,
    template_tags: Joined,
    metadata: String,
    #[serde(skip)]
    total: i64,
}

#[derive(Serialize)]
struct Auditor {
    username: String,
    email: String,
}

/// An observation of an audit.
#[derive(Serialize)]
pub struct Observation {
    #[serde(skip)]
    audit: i64,
    question_id: i64,
    question_text: String,
    requirement_identifier: Option<String>,
    nonconformances: Vec<NonConformance>,
    custom_responses: Vec<CustomResponse>,
    observation: Option<String>,
    recommendation: Option<String>,
    responses: Vec<String>,
    observation_start_time: Option<Instant>,
    observation_end_time: Option<Instant>,
    custom_dropdown: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct CustomResponse {
    custom_option_id: i64,
    field_label: String,
    field_value: FieldValue,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum FieldValue {
    Text(String),
    Options(Vec<FieldOption>),
}

#[derive(Serialize, Deserialize)]
struct FieldOption {
    label: String,
    value: String,
}

/// A nonconformance of an audit, at one of its observations or at none.
#[derive(Serialize)]
pub struct NonConformance {
    #[serde(skip)]
    audit: i64,
    #[serde(skip)]
    observation: Option<i64>,
    nonconformance_id: i64,
    status: String,
    overdue: bool,
    non_conformance: String,
    complete_by: Option<NaiveDate>,
    approved_date: Option<Instant>,
    created_at: Instant,
    assigned_to: Option<i64>,
    assigned_by: Option<i64>,
    approved_by: Option<i64>,
}

impl NonConformance {
    /// Says what waits too long. The days are those of UTC, the zone of the organization that is measured on.
    fn judge(&mut self, today: NaiveDate) {
        self.overdue =
            self.complete_by.is_some_and(|day| day < today) && !["DRAFT", "CLOSED"].contains(&self.status.as_str());
        if self.overdue && ["OPEN", "INPROGRESS", "REOPENED"].contains(&self.status.as_str()) {
            "OVERDUE".clone_into(&mut self.status);
        }
    }
}

impl Listing {
    /// Puts the page together. `host` is where the client found it.
    #[expect(clippy::disallowed_methods, reason = "the yardstick knows no request that has a clock")]
    pub fn new(
        mut audits: Vec<Audit>,
        observations: Vec<Observation>,
        findings: Vec<NonConformance>,
        (state, host): (State, &str),
    ) -> Self {
        let today = Utc::now().date_naive();
        let places: HashMap<i64, usize> = audits.iter().enumerate().map(|(at, audit)| (audit.id, at)).collect();
        let mut seats = HashMap::with_capacity(observations.len());
        for observation in observations {
            if let Some((at, audit)) = places.get(&observation.audit).and_then(|at| Some((*at, audits.get_mut(*at)?))) {
                seats.insert(observation.question_id, (at, audit.observations.len()));
                audit.observations.push(observation);
            }
        }
        for mut finding in findings {
            finding.judge(today);
            let Some(audit) = places.get(&finding.audit).and_then(|at| audits.get_mut(*at)) else { continue };
            audit.nc_count.0 += 1;
            let seat = finding.observation.and_then(|id| seats.get(&id));
            if let Some(observation) = seat.and_then(|(at, index)| audits.get_mut(*at)?.observations.get_mut(*index)) {
                observation.nonconformances.push(finding);
            }
        }
        let count = audits.first().map_or(0, |audit| audit.total);
        let word = match state {
            State::Closed => "CLOSED",
            State::InReview => "INREVIEW",
        };
        let next = (count > 25).then(|| format!("http://{host}/audits/?page=2&page_size=25&state={word}"));
        Self { count, next, previous: None, results: audits }
    }
}

struct Instant(DateTime<Utc>);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = if self.0.nanosecond() == 0 { SecondsFormat::Secs } else { SecondsFormat::Micros };
        serializer.serialize_str(&self.0.to_rfc3339_opts(digits, true))
    }
}

struct Digits(u32);

impl Serialize for Digits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A list of texts as JSON, which is written with commas between them.
struct Joined(Option<String>);

impl Serialize for Joined {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let texts: Vec<String> = match &self.0 {
            Some(text) => serde_json::from_str(text).map_err(S::Error::custom)?,
            None => Vec::new(),
        };
        serializer.serialize_str(&texts.join(","))
    }
}

fn instant(instant: Option<DateTime<Utc>>) -> Option<Instant> {
    instant.map(Instant)
}

fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> sqlx::Result<T> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()))
}

fn word(state: &str) -> &'static str {
    match state {
        "CREATED" | "IN_PROGRESS" | "RECOUNT" => "INPROGRESS",
        "GENERATING" => "GENERATING",
        "IN_REVIEW" => "INREVIEW",
        "READY_TO_CLOSE" => "READYTOCLOSE",
        _ => "CLOSED",
    }
}

macro_rules! rows {
    ($($row:ty),*) => {$(
        impl FromRow<'_, $row> for Audit {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                let username: Option<String> = row.try_get(31)?;
                Ok(Self {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    status: row.try_get(2)?,
                    additional_signature_print: row.try_get(3)?,
                    additional_signature_position: row.try_get(4)?,
                    signature: row.try_get(5)?,
                    asset_id: row.try_get(6)?,
                    asset_name: row.try_get(7)?,
                    updated_at: Instant(row.try_get(8)?),
                    close_audit_enabled: row.try_get(9)?,
                    latitude: row.try_get(10)?,
                    signature_position: row.try_get(11)?,
                    report: row.try_get(12)?,
                    closed_at: instant(row.try_get(13)?),
                    closed_notes: row.try_get(14)?,
                    closed_by_signature: row.try_get(15)?,
                    status_color: row.try_get(16)?,
                    completed_at: instant(row.try_get(17)?),
                    closed_by_id: row.try_get(18)?,
                    created_at: Instant(row.try_get(19)?),
                    state: word(row.try_get(20)?),
                    longitude: row.try_get(21)?,
                    signature_print: row.try_get(22)?,
                    additional_signature: row.try_get(23)?,
                    compliant: row.try_get(24)?,
                    status_changed_on_close: row.try_get(25)?,
                    device: row.try_get(26)?,
                    published: instant(row.try_get(27)?),
                    auditor_id: row.try_get(28)?,
                    notes: row.try_get(29)?,
                    audit_result: row.try_get(30)?,
                    auditor: match username {
                        None => None,
                        Some(username) => {
                            Some(Auditor { username, email: row.try_get::<Option<String>, _>(32)?.unwrap_or_default() })
                        }
                    },
                    template_tags: Joined(row.try_get(33)?),
                    metadata: row.try_get(34)?,
                    total: row.try_get(35)?,
                    observations: Vec::new(),
                    nc_count: Digits(0),
                })
            }
        }

        impl FromRow<'_, $row> for Observation {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                Ok(Self {
                    audit: row.try_get(0)?,
                    question_id: row.try_get(1)?,
                    question_text: row.try_get(2)?,
                    requirement_identifier: row.try_get(3)?,
                    custom_responses: parsed(row.try_get(4)?)?,
                    observation: row.try_get(5)?,
                    recommendation: row.try_get(6)?,
                    responses: parsed(row.try_get(7)?)?,
                    observation_start_time: instant(row.try_get(8)?),
                    observation_end_time: instant(row.try_get(9)?),
                    custom_dropdown: row.try_get(10)?,
                    nonconformances: Vec::new(),
                })
            }
        }

        impl FromRow<'_, $row> for NonConformance {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                Ok(Self {
                    audit: row.try_get(0)?,
                    observation: row.try_get(1)?,
                    nonconformance_id: row.try_get(2)?,
                    status: row.try_get(3)?,
                    overdue: false,
                    non_conformance: row.try_get(4)?,
                    complete_by: row.try_get(5)?,
                    approved_date: instant(row.try_get(6)?),
                    created_at: Instant(row.try_get(7)?),
                    assigned_to: row.try_get(8)?,
                    assigned_by: row.try_get(9)?,
                    approved_by: row.try_get(10)?,
                })
            }
        }
    )*};
}

rows!(PgRow, SqliteRow);

macro_rules! page {
    ($states:literal) => {
        concat!(
            "SELECT a.id, a.name, a.status, a.additional_signature_print, a.additional_signature_position, \
             a.signature_url, s.id, s.name, a.updated_at, a.close_audit_enabled, a.latitude, a.signature_position, \
             a.report_url, a.closed_at, a.closing_notes, a.closed_by_signature_url, a.status_color, a.completed_at, \
             a.closed_by_id, a.created_at, a.state, a.longitude, a.signature_print, a.additional_signature_url, \
             a.compliant, a.status_changed_on_close, a.device, a.published_at, a.auditor_id, a.notes, a.audit_result, \
             u.username, u.email, CAST(t.tags AS TEXT), CAST(a.metadata AS TEXT), \
             (SELECT COUNT(*) FROM audit WHERE organization_id = $1 AND state IN (",
            $states,
            ")) FROM audit a LEFT JOIN asset s ON s.id = a.asset_id LEFT JOIN \"user\" u ON u.id = a.auditor_id \
             LEFT JOIN template t ON t.id = a.template_id WHERE a.organization_id = $1 AND a.state IN (",
            $states,
            ") ORDER BY a.id LIMIT 25"
        )
    };
}

/// The statement for the first 25 audits of a state, with how many there are.
pub fn audits(state: State) -> &'static str {
    match state {
        State::Closed => page!("'CLOSED', 'CANCELED'"),
        State::InReview => page!("'IN_REVIEW'"),
    }
}

/// The statement for the observations of audits that a condition names.
macro_rules! observations {
    ($named:literal) => {
        concat!(
            "SELECT c.audit_id, c.id, c.subject, c.requirement_identifier, CAST(c.custom_responses AS TEXT), \
             c.observation, c.recommendation, CAST(c.responses AS TEXT), c.started_at, c.finished_at, o.name \
             FROM activity c LEFT JOIN observation_status o ON o.id = c.observation_status_id WHERE c.audit_id ",
            $named,
            " ORDER BY c.audit_id, c.ordr, c.id"
        )
    };
}

/// The same for their nonconformances. Those of an observation are of its audit.
macro_rules! findings {
    ($from:literal, $named:literal) => {
        concat!(
            "SELECT i.audit_id, i.activity_id, i.id, i.status, i.title, i.complete_by, i.approved_date, i.created_at, \
             i.assigned_to_id, i.assigned_by_id, i.approved_by_id FROM ",
            $from,
            " WHERE i.organization_id = $1 AND i.kind = 'NONCONFORMANCE' AND i.audit_id = ",
            $named,
            " ORDER BY i.id"
        )
    };
}

pub(super) use {findings, observations};
