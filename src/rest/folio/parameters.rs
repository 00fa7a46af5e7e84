//! The identifier and the four parameters, all checked before anything is refused (contract folio 3.1 and 5).

use uuid::Uuid;

use crate::rest::kit::Query;

/// The most rows, and the most rows passed over.
pub const MOST: u64 = 2_147_483_647;

/// The spellings of what events are ordered by, each with its field.
pub const SORT_BY: [(&str, &str); 4] = [
    ("action_date", "actionDate"),
    ("actionDate", "actionDate"),
    ("event_date", "eventDate"),
    ("eventDate", "eventDate"),
];

/// The ways, the one from the greatest down last.
pub const SORT_ORDER: [&str; 2] = ["asc", "desc"];

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The record.
    pub id: Uuid,
    /// The field that events are ordered by first.
    pub order: &'static str,
    /// From the latest down.
    pub descending: bool,
    /// At most so many; all without it.
    pub limit: Option<usize>,
    /// So many are passed over first.
    pub offset: u64,
}

/// What is wrong with a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Its name.
    pub parameter: &'static str,
    /// What it must be.
    pub message: String,
    /// As it was received.
    pub value: String,
}

/// Characters of a value that are repeated.
const QUOTED: usize = 255;

impl Violation {
    /// Of a parameter.
    pub fn of(parameter: &'static str, message: &str, value: &str) -> Self {
        let value = value.chars().take(QUOTED).collect();
        Self { parameter, message: format!("{parameter} must be {message}"), value }
    }
}

impl Request {
    /// Reads the identifier and the parameters; all that is wrong, in the contract's order.
    pub fn read(id: &str, query: &Query) -> Result<Self, Vec<Violation>> {
        let mut wrong = Vec::new();
        let uuid = identifier(id);
        if uuid.is_none() {
            wrong.push(Violation::of("id", "a UUID", id));
        }
        let order = one(query, "sortBy", &format!("one of {}", names(&SORT_BY)), &mut wrong, |text| {
            SORT_BY.iter().find(|(name, _)| *name == text).map(|(_, field)| *field)
        });
        let way = one(query, "sortOrder", "asc or desc", &mut wrong, |text| {
            SORT_ORDER.iter().position(|way| *way == text).map(|place| place > 0)
        });
        let number = format!("an integer from 0 to {MOST}");
        let limit = one(query, "limit", &number, &mut wrong, self::number);
        let offset = one(query, "offset", &number, &mut wrong, self::number);
        match uuid {
            Some(id) if wrong.is_empty() => Ok(Self {
                id,
                order: order.unwrap_or("actionDate"),
                descending: way.unwrap_or(true),
                limit: limit.filter(|limit| *limit < MOST).and_then(|limit| usize::try_from(limit).ok()),
                offset: offset.unwrap_or(0),
            }),
            _ => Err(wrong),
        }
    }
}

fn names(sort: &[(&str, &str)]) -> String {
    sort.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// A UUID of any version with its dashes, in any case of letters.
fn identifier(text: &str) -> Option<Uuid> {
    // Other spellings of a UUID are of other lengths.
    Some(text).filter(|text| text.len() == 36).and_then(|text| Uuid::try_parse(text).ok())
}

fn number(text: &str) -> Option<u64> {
    let digits = (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|value| digits && *value <= MOST)
}

/// A parameter that is given once or not at all.
fn one<T>(
    query: &Query,
    name: &'static str,
    message: &str,
    wrong: &mut Vec<Violation>,
    read: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let mut given = query.all(name);
    let first = given.next()?;
    if let Some(second) = given.next() {
        wrong.push(Violation::of(name, "given once", second));
        return None;
    }
    let value = read(first);
    if value.is_none() {
        wrong.push(Violation::of(name, message, first));
    }
    value
}
