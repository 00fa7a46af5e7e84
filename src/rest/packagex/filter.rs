//! The fourteen filters (contract packagex 4.2).

use uuid::Uuid;

use super::date::{self, Field};
use super::ident;
use super::operator::{self, Operator};
use super::words::{PRIORITIES, STATES};
use crate::domain::ask::{Expr, Test};
use crate::domain::cell::Cell;
use crate::domain::describe::Noun;
use crate::rest::kit::at;

/// What a filter compares.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A row that is referred to: prefix of the identifier, and the way to the row's own.
    Row(&'static str, &'static str),
    /// Who did something: field of the key, field that says whether there is one, and the way to the person.
    Actor([&'static str; 2]),
    /// The state.
    Status,
    /// The priority.
    Priority,
    /// Whether it is late.
    Overdue,
    /// An instant.
    Date(&'static str),
}

/// The filters, in document order.
pub const FILTERS: [(&str, Kind); 14] = [
    ("location_id", Kind::Row(ident::LOCATION, "asset.uuid")),
    ("item_id", Kind::Row(ident::ITEM, "countTasks.item.uuid")),
    ("layout_id", Kind::Row(ident::LAYOUT, "countTasks.layout.uuid")),
    ("reason_code_id", Kind::Row(ident::REASON, "countTasks.reasonCode.uuid")),
    ("assignee", Kind::Row(ident::CONTACT, "auditor.uuid")),
    ("status", Kind::Status),
    ("priority", Kind::Priority),
    ("overdue", Kind::Overdue),
    ("complete_at", Kind::Date("completeBy")),
    ("finished_at", Kind::Date("finishedAt")),
    ("created_at", Kind::Date("createdAt")),
    ("updated_at", Kind::Date("updatedAt")),
    ("created_by", Kind::Actor(["createdByKeyUuid", "creator.uuid"])),
    ("updated_by", Kind::Actor(["updatedByKeyUuid", "updatedByUser.uuid"])),
];

/// The operators of `status`.
pub const OF_STATUS: [Operator; 4] = [Operator::Eq, Operator::NotEq, Operator::In, Operator::NotIn];
/// The operators of dates.
pub const OF_DATES: [Operator; 10] = [
    Operator::Eq,
    Operator::NotEq,
    Operator::Gt,
    Operator::Gte,
    Operator::Lt,
    Operator::Lte,
    Operator::Bwi,
    Operator::Bwe,
    Operator::In,
    Operator::NotIn,
];

type Read = Result<Expr, Vec<String>>;

/// A word that is none of a set.
pub fn no_word(word: &str, words: impl IntoIterator<Item = &'static str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    format!("\"{word}\" is not one of {}", words.join(", "))
}

/// The condition of a filter's value, or what is wrong with it.
pub fn condition(noun: &Noun, kind: Kind, value: &str) -> Read {
    let takes_operators = matches!(kind, Kind::Status | Kind::Date(_));
    if !takes_operators && operator::split(value).0.is_some() {
        return Err(vec!["does not support operators".to_owned()]);
    }
    match kind {
        Kind::Row(prefix, path) => {
            let found = ident::read(prefix, value).ok_or_else(|| vec![no_prefix(&[prefix])])?;
            Ok(found.map_or_else(Expr::never, |uuid| at(noun, path, Test::Eq(uuid.into()))))
        }
        Kind::Actor(fields) => actor(noun, fields, value),
        Kind::Status => status(noun, value),
        Kind::Priority => {
            let found = PRIORITIES.iter().position(|word| *word == value);
            let rank = found.ok_or_else(|| vec![no_word(value, PRIORITIES)])?;
            let rank = i64::try_from(rank + 1).unwrap_or_default();
            Ok(at(noun, "priority", Test::Eq(Cell::Int(rank))))
        }
        Kind::Overdue => match value {
            "true" => Ok(at(noun, "overdue", Test::Eq(true.into()))),
            "false" => Ok(at(noun, "overdue", Test::Eq(false.into()))),
            _ => Err(vec!["must be true or false".to_owned()]),
        },
        Kind::Date(name) => instant(noun, name, value),
    }
}

/// Why an identifier is not taken.
pub fn no_prefix(prefixes: &[&str]) -> String {
    format!("must be an id prefixed with {}", prefixes.join(" or "))
}

fn actor(noun: &Noun, [key, user]: [&str; 2], value: &str) -> Read {
    let equals = |path: &str, uuid: Uuid| at(noun, path, Test::Eq(uuid.into()));
    if let Some(found) = ident::read(ident::USER, value) {
        // Where there is a key, the key did it.
        let alone = at(noun, key, Test::IsNull(true));
        return Ok(found.map_or_else(Expr::never, |uuid| Expr::all([alone, equals(user, uuid)])));
    }
    let found = ident::read(ident::KEY, value).ok_or_else(|| vec![no_prefix(&[ident::USER, ident::KEY])])?;
    Ok(found.map_or_else(Expr::never, |uuid| equals(key, uuid)))
}

fn status(noun: &Noun, value: &str) -> Read {
    let asked = operator::read(value, &OF_STATUS).map_err(|fault| vec![fault])?;
    let (mut states, mut faults) = (Vec::new(), Vec::new());
    for word in asked.items {
        match STATES.iter().find(|(known, _)| *known == word) {
            Some((_, of)) => states.extend(of.iter().map(|state| Cell::from(*state))),
            None => faults.push(no_word(word, STATES.map(|(word, _)| word))),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let test = match asked.operator {
        Operator::NotEq | Operator::NotIn => Test::NotIn(states),
        _ => Test::In(states),
    };
    Ok(at(noun, "state", test))
}

fn instant(noun: &Noun, name: &str, value: &str) -> Read {
    let asked = operator::read(value, &OF_DATES).map_err(|fault| vec![fault])?;
    let (mut seconds, mut faults) = (Vec::new(), Vec::new());
    for item in asked.items {
        match date::read(item) {
            Some(second) => seconds.push(second),
            None => faults.push(format!("\"{item}\" is not a date")),
        }
    }
    if let (Operator::Bwi | Operator::Bwe, [first, second]) = (asked.operator, seconds.as_slice())
        && first >= second
    {
        faults.push("first value must be less than second".to_owned());
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let field = noun.find_field(name).map(|(at, _)| Field(at)).ok_or_else(Vec::new)?;
    let within = || seconds.iter().map(|second| field.within(*second)).collect();
    let without = || seconds.iter().map(|second| field.without(*second));
    Ok(match (asked.operator, seconds.as_slice()) {
        (Operator::Gt, [a, ..]) => field.from(a + SECOND),
        (Operator::Gte, [a, ..]) => field.from(*a),
        (Operator::Lt, [a, ..]) => field.before(*a),
        (Operator::Lte, [a, ..]) => field.before(a + SECOND),
        (Operator::Bwi, [a, b]) => Expr::all([field.from(*a), field.before(b + SECOND)]),
        (Operator::Bwe, [a, b]) => Expr::all([field.from(a + SECOND), field.before(*b)]),
        (Operator::NotEq | Operator::NotIn, _) => Expr::all(without()),
        _ => Expr::Or(within()),
    })
}

/// Comparisons are of whole seconds.
const SECOND: i64 = 1;
