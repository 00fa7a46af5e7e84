//! The list of people of the Action Audit Data API, by hand.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::ser::Error;
use serde::{Serialize, Serializer};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row};
use uuid::Uuid;

/// The body of an answer.
#[derive(Serialize)]
pub struct Export {
    specification: Specification,
    request: Request,
    response: Response,
    data: Vec<User>,
}

#[derive(Serialize)]
struct Specification {
    version: &'static str,
    docs: &'static str,
}

#[derive(Serialize)]
struct Request {
    requested_at: Seconds,
    uuid: Uuid,
    sort_by: Option<&'static str>,
    sort_dir: Option<&'static str>,
    offset: u32,
    limit: u32,
    columns: Option<&'static str>,
}

#[derive(Serialize)]
struct Response {
    r#type: &'static str,
    count: usize,
}

/// A person.
#[derive(Serialize)]
pub struct User {
    uuid: Uuid,
    last_name: String,
    first_name: String,
    username: String,
    email: String,
    mobile: String,
    position: Option<String>,
    roles: Words,
    status: String,
    gender: Option<String>,
    locale: String,
    is_representative: bool,
    is_restricted: bool,
    created_at: Millis,
    updated_at: Millis,
    avatar_content_type: Option<String>,
    avatar_file_url: Option<String>,
    links: Links,
    #[serde(skip)]
    total: i64,
}

#[derive(Serialize)]
struct Links {
    show: Show,
}

impl Export {
    /// A page of people, and how many there are on all pages.
    pub fn new(people: Vec<User>, now: DateTime<Utc>, uuid: Uuid) -> (Self, i64) {
        let total = people.first().map_or(0, |user| user.total);
        let export = Self {
            specification: Specification {
                version: "1.2509",
                docs: "https://action-audit.com/docs/pl/technical_documentation/data_api_v1",
            },
            request: Request {
                requested_at: Seconds(now),
                uuid,
                sort_by: None,
                sort_dir: None,
                offset: 0,
                limit: 100,
                columns: None,
            },
            response: Response { r#type: "list", count: people.len() },
            data: people,
        };
        (export, total)
    }
}

struct Seconds(DateTime<Utc>);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

struct Millis(DateTime<Utc>);

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

struct Show(Uuid);

impl Serialize for Show {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("/xapi/v1/users/{}.json", self.0))
    }
}

/// A list of words in capitals, as JSON, which is written in small letters.
struct Words(String);

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let words: Vec<Cow<'_, str>> = serde_json::from_str(&self.0).map_err(S::Error::custom)?;
        serializer.collect_seq(words.iter().map(|word| word.to_ascii_lowercase()))
    }
}

macro_rules! rows {
    ($($row:ty),*) => {$(
        impl FromRow<'_, $row> for User {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                let uuid = row.try_get(0)?;
                let mut status: String = row.try_get(8)?;
                status.make_ascii_lowercase();
                let (kind, url): (Option<String>, Option<String>) = (row.try_get(15)?, row.try_get(16)?);
                let (kind, url) = kind.zip(url).unzip();
                Ok(Self {
                    uuid,
                    last_name: row.try_get(1)?,
                    first_name: row.try_get(2)?,
                    username: row.try_get(3)?,
                    email: row.try_get::<Option<String>, _>(4)?.unwrap_or_default(),
                    mobile: row.try_get(5)?,
                    position: row.try_get(6)?,
                    roles: Words(row.try_get(7)?),
                    status,
                    gender: row.try_get(9)?,
                    locale: row.try_get(10)?,
                    is_representative: row.try_get(11)?,
                    is_restricted: row.try_get(12)?,
                    created_at: Millis(row.try_get(13)?),
                    updated_at: Millis(row.try_get(14)?),
                    avatar_content_type: kind,
                    avatar_file_url: url,
                    links: Links { show: Show(uuid) },
                    total: row.try_get(17)?,
                })
            }
        }
    )*};
}

rows!(PgRow, SqliteRow);

/// The statement for the first 100 people of an organization, with how many there are.
pub const USERS: &str = "SELECT u.uuid, u.last_name, u.first_name, u.username, u.email, u.mobile, u.position, \
    CAST(m.job_roles AS TEXT), u.status, u.gender, u.locale, u.is_representative, u.is_restricted, u.created_at, \
    u.updated_at, u.avatar_content_type, u.avatar_url, COUNT(*) OVER () \
    FROM membership m JOIN \"user\" u ON u.id = m.user_id WHERE m.organization_id = $1 \
    ORDER BY u.created_at, u.uuid LIMIT 100";
