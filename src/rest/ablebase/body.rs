//! Bodies, and the members that are taken from them (contract ablebase 4.3, 4.4 and 6).

use axum::http::header::CONTENT_TYPE;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Map, Value as Json};

use super::refusal::Refusal;
use super::words::{STATUSES, TYPES};
use crate::domain::cell::Cell;
use crate::domain::command::{Given, Order};
use crate::domain::cx::micros;
use crate::domain::error::Fault;
use crate::rest::kit::Call;

/// What a member holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What the audit covers.
    Type,
    /// Whether it is over.
    Status,
    /// Text of at most so many characters, or null.
    Text(usize),
    /// An instant, or null.
    Instant,
    /// A standard, or null.
    Standard,
    /// A conformance level, or null.
    Level,
}

/// One member.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its name.
    pub key: &'static str,
    /// The entry of the command that it goes into.
    pub entry: &'static str,
    /// What it holds.
    pub kind: Kind,
}

const fn member(key: &'static str, entry: &'static str, kind: Kind) -> Member {
    Member { key, entry, kind }
}

const WHAT: [Member; 4] = [
    member("type", "type", Kind::Type),
    member("title", "title", Kind::Text(200)),
    member("description", "description", Kind::Text(2_000)),
    member("status", "over", Kind::Status),
];

/// Members of a new audit (4.3).
pub const NEW: &[Member] = &WHAT;
/// Members of a changed audit (4.4).
pub const CHANGED: &[Member] = &[
    WHAT[0],
    WHAT[1],
    WHAT[2],
    WHAT[3],
    member("startedAt", "startedAt", Kind::Instant),
    member("completedAt", "completedAt", Kind::Instant),
    member("standardId", "standardId", Kind::Standard),
    member("conformanceLevel", "conformanceLevelId", Kind::Level),
];

/// What is said of a standard that there is not.
pub const NO_STANDARD: &str = "unknown standard";
/// What is said of a level that the standard does not have.
pub const NO_LEVEL: &str = "not valid for the given standard";

/// The object that was sent.
pub fn object(call: &Call) -> Result<Map<String, Json>, Refusal> {
    let refused = |rule| Err(Refusal::field("body", rule));
    let media_type = call.header(&CONTENT_TYPE).unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !call.body.is_empty() && !media_type.eq_ignore_ascii_case("application/json") {
        return refused("Content-Type must be application/json");
    }
    match serde_json::from_slice(&call.body) {
        Ok(Json::Object(members)) => Ok(members),
        Ok(_) => refused("must be an object"),
        Err(_) => refused("must be valid JSON"),
    }
}

fn one_of(words: &[&str]) -> String {
    format!("must be one of {}", words.join(", "))
}

/// What a member of this value says; the rule that it breaks, where it breaks one.
fn read(kind: Kind, value: &Json) -> Result<Cell, String> {
    match (kind, value) {
        (Kind::Type, Json::String(word)) if TYPES.contains(&word.as_str()) => Ok(word.to_ascii_uppercase().into()),
        (Kind::Type, _) => Err(one_of(&TYPES)),
        (Kind::Status, Json::String(word)) if STATUSES.contains(&word.as_str()) => Ok((*word == STATUSES[1]).into()),
        (Kind::Status, _) => Err(one_of(&STATUSES)),
        (_, Json::Null) => Ok(Cell::Null),
        (Kind::Instant, Json::String(text)) => instant(text).map(Cell::Time).ok_or_else(no_instant),
        (Kind::Instant, _) => Err(no_instant()),
        (_, Json::String(text)) => Ok(text.as_str().into()),
        _ => Err("must be a string or null".to_owned()),
    }
}

fn no_instant() -> String {
    "must be an ISO 8601 date-time or null".to_owned()
}

/// An instant with an offset, kept to the microsecond, or a day as its midnight in UTC. Years outside of 1 to 9999 cannot
/// be written here.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let day = text.get(..10)?;
    let parts: Vec<&str> = day.split('-').collect();
    let [year, month, date] = parts.as_slice() else { return None };
    if !(digits(year, 4) && digits(month, 2) && digits(date, 2)) || *year == "0000" {
        return None;
    }
    if text.len() == 10 {
        return day.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    }
    let fraction = text.get(19..).and_then(|rest| rest.strip_prefix('.'));
    let fraction = fraction.map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    let is_plain = text.as_bytes().get(10).is_some_and(|byte| byte.eq_ignore_ascii_case(&b'T')) && fraction <= 9;
    let is_leap = text.get(17..19) == Some("60");
    if !is_plain || is_leap {
        return None;
    }
    let instant = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    let (first, last) = (NaiveDate::from_ymd_opt(1, 1, 1)?, NaiveDate::from_ymd_opt(9_999, 12, 31)?);
    Some(micros(instant)).filter(|instant| (first..=last).contains(&instant.date_naive()))
}

/// What an object says, with everything that is wrong with it. Rows are not looked up yet: their entries hold texts.
pub fn order(members: &[Member], object: &Map<String, Json>) -> Order {
    let mut order = Order::default();
    for member in members {
        let Some(value) = object.get(member.key) else { continue };
        match read(member.kind, value) {
            Ok(cell) => {
                order.values.insert(member.entry, Given::Cell(cell));
            }
            Err(rule) => order.faults.push(Fault::field(member.entry, rule)),
        }
    }
    order
}

/// The first of these faults in the order of the members, in the dialect's words; none where none is of a member.
pub fn worded(members: &[Member], faults: &[Fault]) -> Option<Refusal> {
    members.iter().find_map(|member| {
        let fault = faults.iter().find(|fault| fault.path.first().is_some_and(|entry| entry == member.entry))?;
        let rule = match (member.kind, fault.code) {
            (_, "TOO_LONG") => fault.message.replacen("must have", "must be", 1),
            (Kind::Standard, "NOT_FOUND") => NO_STANDARD.to_owned(),
            (Kind::Level, "NOT_FOUND" | "OTHER_STANDARD") => NO_LEVEL.to_owned(),
            _ => fault.message.clone(),
        };
        Some(Refusal::field(member.key, &rule))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_31_instants_have_an_offset_and_days_begin_at_midnight() {
        for (text, meant) in [
            ("2025-03-04T05:06:07+02:00", Some("2025-03-04T03:06:07Z")),
            ("2025-03-04t05:06:07z", Some("2025-03-04T05:06:07Z")),
            ("2025-03-04", Some("2025-03-04T00:00:00Z")),
            ("2025-03-04T05:06:07.123456789Z", Some("2025-03-04T05:06:07.123456Z")),
            ("2025-03-04T05:06:07.1234567891Z", None),
            ("2025-03-04T05:06:07.Z", None),
            ("2025-03-04T05:06:07", None),
            ("2025-03-04T05:06Z", None),
            ("2025-03-04 05:06:07Z", None),
            ("2025-03-04T23:59:60Z", None),
            ("2025-02-29", None),
            ("2025-3-4", None),
            ("+025-03-04", None),
            ("0000-03-04", None),
            ("0001-01-01T00:00:00+01:00", None),
            ("9999-12-31T23:59:59-01:00", None),
            ("9999-12-31", Some("9999-12-31T00:00:00Z")),
            ("20250304", None),
            ("2025-03-04T05:06:07\u{e9}", None),
            ("\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}", None),
            ("", None),
        ] {
            let meant: Option<DateTime<Utc>> = meant.map(|text| text.parse().unwrap());
            assert_eq!(instant(text), meant, "{text}");
        }
    }
}
