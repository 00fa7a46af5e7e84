//! The answers and how rows become them. The members stand in the order in which the questions ask for them.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row};
use uuid::Uuid;

/// The envelope.
#[derive(Serialize)]
pub struct Answer<T> {
    /// The answer.
    pub data: T,
}

/// A page of audits.
#[derive(Serialize)]
pub struct Listed {
    audits: Page,
}

#[derive(Serialize)]
struct Page {
    nodes: Vec<Audit>,
    #[serde(rename = "pageInfo")]
    info: PageInfo,
}

#[derive(Serialize)]
struct PageInfo {
    #[serde(rename = "hasNextPage")]
    has_next: bool,
}

/// An audit in a page.
#[derive(Serialize)]
pub struct Audit {
    /// Its internal identity.
    #[serde(skip)]
    pub key: i64,
    id: GlobalId,
    number: String,
    name: String,
    state: String,
    priority: Priority,
    #[serde(rename = "createdAt")]
    created_at: Instant,
    asset: Option<Asset>,
    auditor: Option<Person>,
    issues: Issues,
}

#[derive(Serialize)]
struct Asset {
    id: GlobalId,
    name: String,
    kind: String,
    parent: Option<Parent>,
}

#[derive(Serialize)]
struct Parent {
    id: GlobalId,
    name: String,
}

#[derive(Serialize)]
struct Person {
    id: GlobalId,
    name: String,
}

#[derive(Serialize, Default)]
struct Issues {
    nodes: Vec<Issue>,
}

/// An issue below an audit.
#[derive(Serialize)]
pub struct Issue {
    /// The audit's internal identity.
    #[serde(skip)]
    audit: i64,
    id: GlobalId,
    title: String,
    status: String,
    severity: Option<String>,
    assignee: Option<Person>,
}

impl Listed {
    /// Puts a page together from one audit more than it holds, where there is one more, and the issues of its audits.
    pub fn new(mut audits: Vec<Audit>, has_next: bool, issues: Vec<Issue>) -> Self {
        let places: HashMap<i64, usize> = audits.iter().enumerate().map(|(at, audit)| (audit.key, at)).collect();
        for issue in issues {
            if let Some(audit) = places.get(&issue.audit).and_then(|at| audits.get_mut(*at)) {
                audit.issues.nodes.push(issue);
            }
        }
        Self { audits: Page { nodes: audits, info: PageInfo { has_next } } }
    }
}

/// The events of an order.
#[derive(Serialize)]
pub struct Told {
    #[serde(rename = "orderAuditEvents")]
    events: Vec<Event>,
    #[serde(rename = "totalItems")]
    total: usize,
}

impl Told {
    /// All of them.
    pub fn new(events: Vec<Event>) -> Self {
        Self { total: events.len(), events }
    }
}

/// An event of an order.
#[derive(Serialize)]
pub struct Event {
    id: Uuid,
    action: String,
    #[serde(rename = "orderId")]
    order: Uuid,
    #[serde(rename = "userId", skip_serializing_if = "Option::is_none")]
    user: Option<Uuid>,
    #[serde(rename = "eventDate")]
    event_date: Millis,
    #[serde(rename = "actionDate")]
    action_date: Millis,
    #[serde(rename = "orderSnapshot", skip_serializing_if = "Option::is_none")]
    snapshot: Option<Box<RawValue>>,
}

/// One audit, looked up.
#[derive(Serialize)]
pub struct Looked {
    /// The audit.
    pub audit: Option<Point>,
}

/// An audit by itself.
#[derive(Serialize)]
pub struct Point {
    id: GlobalId,
    number: String,
    name: String,
    state: String,
    priority: Priority,
    #[serde(rename = "createdAt")]
    created_at: Instant,
    #[serde(rename = "updatedAt")]
    updated_at: Instant,
    version: i32,
}

/// Audits by state.
#[derive(Serialize)]
pub struct Summed {
    #[serde(rename = "auditSummary")]
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    total: i64,
    overdue: i64,
    groups: Vec<State>,
}

/// The audits of one state.
#[derive(Serialize)]
pub struct State {
    key: String,
    count: i64,
    overdue: i64,
}

impl Summed {
    /// Adds the states up.
    pub fn new(groups: Vec<State>) -> Self {
        let total = groups.iter().map(|state| state.count).sum();
        let overdue = groups.iter().map(|state| state.overdue).sum();
        Self { summary: Summary { total, overdue, groups } }
    }
}

/// An article, made.
#[derive(Serialize)]
pub struct Made {
    #[serde(rename = "createItem")]
    payload: Payload,
}

#[derive(Serialize)]
struct Payload {
    #[serde(rename = "userErrors")]
    errors: [(); 0],
    item: Item,
}

#[derive(Serialize)]
struct Item {
    id: GlobalId,
}

impl Made {
    /// Under this identifier.
    pub fn new(uuid: Uuid) -> Self {
        Self { payload: Payload { errors: [], item: Item { id: GlobalId("Item", uuid) } } }
    }
}

struct GlobalId(&'static str, Uuid);

impl Serialize for GlobalId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(kind, uuid) = self;
        let mut plain = [0; 64];
        let end = kind.len() + 1 + uuid::fmt::Hyphenated::LENGTH;
        let (Some(name), rest) = (plain.get_mut(..kind.len()), kind.len() + 1..end) else {
            return Err(S::Error::custom("too long a name"));
        };
        name.copy_from_slice(kind.as_bytes());
        if let Some(colon) = plain.get_mut(kind.len()) {
            *colon = b':';
        }
        if let Some(text) = plain.get_mut(rest) {
            uuid.hyphenated().encode_lower(text);
        }
        let mut coded = [0; 96];
        let plain = plain.get(..end).unwrap_or_default();
        let length = STANDARD.encode_slice(plain, &mut coded).map_err(S::Error::custom)?;
        let text = std::str::from_utf8(coded.get(..length).unwrap_or_default()).map_err(S::Error::custom)?;
        serializer.serialize_str(text)
    }
}

struct Instant(DateTime<Utc>);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

struct Millis(DateTime<Utc>);

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, false))
    }
}

struct Priority(i16);

impl Serialize for Priority {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self.0 {
            1 => "LOW",
            2 => "MEDIUM",
            _ => "HIGH",
        })
    }
}

macro_rules! rows {
    ($($row:ty),*) => {$(
        impl FromRow<'_, $row> for Audit {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                Ok(Self {
                    key: row.try_get(0)?,
                    id: GlobalId("Audit", row.try_get(1)?),
                    number: row.try_get(2)?,
                    name: row.try_get(3)?,
                    state: row.try_get(4)?,
                    priority: Priority(row.try_get(5)?),
                    created_at: Instant(row.try_get(6)?),
                    asset: match row.try_get(7)? {
                        None => None,
                        Some(uuid) => Some(Asset {
                            id: GlobalId("Asset", uuid),
                            name: row.try_get(8)?,
                            kind: row.try_get(9)?,
                            parent: match row.try_get(10)? {
                                None => None,
                                Some(uuid) => Some(Parent { id: GlobalId("Asset", uuid), name: row.try_get(11)? }),
                            },
                        }),
                    },
                    auditor: match row.try_get(12)? {
                        None => None,
                        Some(uuid) => Some(Person { id: GlobalId("User", uuid), name: row.try_get(13)? }),
                    },
                    issues: Issues::default(),
                })
            }
        }

        impl FromRow<'_, $row> for Issue {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                Ok(Self {
                    audit: row.try_get(0)?,
                    id: GlobalId("Issue", row.try_get(1)?),
                    title: row.try_get(2)?,
                    status: row.try_get(3)?,
                    severity: row.try_get(4)?,
                    assignee: match row.try_get(5)? {
                        None => None,
                        Some(uuid) => Some(Person { id: GlobalId("User", uuid), name: row.try_get(6)? }),
                    },
                })
            }
        }

        impl FromRow<'_, $row> for Point {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                Ok(Self {
                    id: GlobalId("Audit", row.try_get(0)?),
                    number: row.try_get(1)?,
                    name: row.try_get(2)?,
                    state: row.try_get(3)?,
                    priority: Priority(row.try_get(4)?),
                    created_at: Instant(row.try_get(5)?),
                    updated_at: Instant(row.try_get(6)?),
                    version: row.try_get(7)?,
                })
            }
        }

        impl FromRow<'_, $row> for Event {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                let snapshot = row.try_get::<Option<String>, _>(6)?.map(RawValue::from_string).transpose();
                Ok(Self {
                    id: row.try_get(0)?,
                    action: row.try_get(1)?,
                    order: row.try_get(2)?,
                    user: row.try_get(3)?,
                    event_date: Millis(row.try_get(4)?),
                    action_date: Millis(row.try_get(5)?),
                    snapshot: snapshot.map_err(|error| sqlx::Error::Decode(error.into()))?,
                })
            }
        }

        impl FromRow<'_, $row> for State {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                Ok(Self { key: row.try_get(0)?, count: row.try_get(1)?, overdue: row.try_get(2)? })
            }
        }
    )*};
}

rows!(PgRow, SqliteRow);

/// A person's name as it is shown, of the table with this alias.
macro_rules! person {
    ($alias:literal) => {
        concat!(
            "COALESCE(NULLIF(trim(",
            $alias,
            ".first_name || ' ' || ",
            $alias,
            ".last_name), ''), ",
            $alias,
            ".username)"
        )
    };
}

/// The statement for a page, with a literal limit: with a bound one PostgreSQL guesses a tenth of the table.
macro_rules! audits {
    ($limit:literal) => {
        concat!(
            "SELECT a.id, a.uuid, a.number, a.name, a.state, a.priority, a.created_at, s.uuid, s.name, s.kind, p.uuid, \
             p.name, u.uuid, ",
            crate::yardstick::answer::person!("u"),
            " FROM audit a LEFT JOIN asset s ON s.id = a.asset_id LEFT JOIN asset p ON p.id = s.parent_id \
             LEFT JOIN \"user\" u ON u.id = a.auditor_id \
             WHERE a.organization_id = $1 ORDER BY a.created_at DESC, a.id DESC LIMIT ",
            $limit
        )
    };
}

/// The statement for a page of so many audits: one more, to see whether there are more.
pub fn audits(first: u32) -> anyhow::Result<&'static str> {
    match first {
        50 => Ok(audits!(51)),
        200 => Ok(audits!(201)),
        _ => anyhow::bail!("no page of {first}"),
    }
}

/// The statement for one audit.
pub const POINT: &str =
    "SELECT uuid, number, name, state, priority, created_at, updated_at, version FROM audit WHERE uuid = $1";

/// The statement for the events of an order.
pub const ORDER: &str = "SELECT uuid, action, entity_uuid, user_uuid, event_date, action_date, CAST(snapshot_after AS TEXT) \
    FROM change_event WHERE organization_id = $1 AND entity_type = 'acq.order' AND entity_uuid = $2 \
    ORDER BY event_date DESC, uuid DESC";

/// The statement for the audits by state, and how many of them are overdue at an instant.
pub const SUMMARY: &str = "SELECT state, COUNT(*), COUNT(*) FILTER (WHERE complete_by IS NOT NULL AND \
    state <> 'CANCELED' AND complete_by < COALESCE(finished_at, $2)) \
    FROM audit WHERE organization_id = $1 GROUP BY state ORDER BY state";

/// The statement that makes an article: organization, identifier, name and the instant.
pub const MAKE: &str =
    "INSERT INTO item (organization_id, uuid, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)";

/// The statement that changes another one: organization, identifier and the instant.
pub const CHANGE: &str = "UPDATE item SET description = 'changed', updated_at = $3, version = version + 1 \
    WHERE organization_id = $1 AND uuid = $2";

/// The statement for some audits to look up.
pub const POINTS: &str = "SELECT uuid FROM audit WHERE organization_id = $1 ORDER BY uuid LIMIT 1000";

/// The statement for the organization.
pub const ORGANIZATION: &str = "SELECT id FROM organization WHERE slug = $1";

pub(super) use person;
