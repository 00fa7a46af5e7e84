//! The filters of the lists: one grammar over the tables of [`table`] (contract auditcomply 4).

mod number;
mod table;

use std::cmp::Ordering;

use chrono::{DateTime, NaiveTime, Utc};
use serde_json::{Map, json};

pub use self::table::{AUDITS, NONCONFORMANCES, SCHEDULES, TASKS};
use super::instant;
use super::refusal::Refusal;
use crate::domain::ask::{Expr, Part, Test};
use crate::domain::cell::Cell;
use crate::domain::describe::Noun;
use crate::rest::kit::{Query, at};

/// A set of words, each with what is stored for it.
pub type Words = &'static [(&'static str, &'static [&'static str])];

/// What a parameter holds, and how it is compared.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Text, equal as a whole.
    Text,
    /// Texts between commas, one of which is equal.
    Texts,
    /// One of these words.
    Word(Words),
    /// Words between commas, one of which is equal.
    Words(Words),
    /// A number, equal when its fraction is cut off.
    Number,
    /// An instant: equal, or a bound that is included.
    Instant(Ordering),
    /// A number that a part of an instant is held against.
    Part(Part, Ordering),
}

/// One parameter.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// The path of the field that is compared.
    pub path: &'static str,
}

/// What the parameters of a query ask of the rows of a noun: all of them hold. Every one that cannot be read is told.
pub fn condition(filters: &[Filter], noun: &Noun, query: &Query) -> Result<Vec<Expr>, Refusal> {
    let (mut conditions, mut faults) = (Vec::new(), Map::new());
    for filter in filters {
        let Some(value) = query.last(filter.name) else { continue };
        // U+0000 is no blank and stays.
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        match test(filter.kind, value) {
            Ok(Some(test)) => conditions.push(at(noun, filter.path, test)),
            Ok(None) => conditions.push(Expr::never()),
            Err(text) => drop(faults.insert(filter.name.to_owned(), json!([text]))),
        }
    }
    if faults.is_empty() {
        return Ok(conditions);
    }
    faults.sort_keys();
    Err(Refusal::Invalid(faults))
}

fn stored(words: Words, word: &str) -> Vec<Cell> {
    let found = words.iter().find(|(known, _)| *known == word);
    found.into_iter().flat_map(|(_, stored)| stored.iter().map(|word| Cell::from(*word))).collect()
}

/// The test that a value asks for; none that no row can pass.
fn test(kind: Kind, value: &str) -> Result<Option<Test>, String> {
    let is_text = matches!(kind, Kind::Text | Kind::Texts | Kind::Word(_) | Kind::Words(_));
    if is_text && value.contains('\0') {
        return Err("Null characters are not allowed.".to_owned());
    }
    Ok(match kind {
        Kind::Text => Some(Test::Eq(value.into())),
        Kind::Texts => Some(Test::In(value.split(',').map(|item| item.trim().into()).collect())),
        Kind::Word(words) => {
            let cells = stored(words, value);
            if cells.is_empty() {
                return Err(format!("Select a valid choice. {value} is not one of the available choices."));
            }
            Some(Test::In(cells))
        }
        Kind::Words(words) => Some(Test::In(value.split(',').flat_map(|item| stored(words, item.trim())).collect())),
        Kind::Number => number::whole(value).ok_or("Enter a number.")?.map(|number| Test::Eq(number.into())),
        Kind::Part(part, ordering) => match number::whole(value).ok_or("Enter a number.")? {
            Some(number) => Some(Test::Part(part, ordering, number)),
            None => number::beyond(value, ordering).map(|number| Test::Part(part, ordering, number)),
        },
        Kind::Instant(ordering) => {
            let cell: Cell = read_instant(value).ok_or("Enter a valid date/time.")?.into();
            Some(match ordering {
                Ordering::Less => Test::Lte(cell),
                Ordering::Equal => Test::Eq(cell),
                Ordering::Greater => Test::Gte(cell),
            })
        }
    })
}

fn read_instant(text: &str) -> Option<DateTime<Utc>> {
    instant::instant(text).or_else(|| instant::day(text).map(|day| day.and_time(NaiveTime::MIN).and_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_20_the_four_lists_have_their_filters() {
        let names = |filters: &[Filter]| {
            let mut names: Vec<_> = filters.iter().map(|filter| filter.name).collect();
            names.sort_unstable();
            names.dedup();
            names.len()
        };
        assert_eq!([AUDITS, NONCONFORMANCES, TASKS, SCHEDULES].map(names), [36, 32, 32, 17]);
    }

    #[test]
    fn an_empty_item_between_commas_is_the_empty_text() {
        assert_eq!(test(Kind::Texts, ","), Ok(Some(Test::In(vec!["".into(), "".into()]))));
        assert_eq!(test(Kind::Texts, " a , b"), Ok(Some(Test::In(vec!["a".into(), "b".into()]))));
        assert_eq!(test(Kind::Text, "a\0"), Err("Null characters are not allowed.".to_owned()));
    }
}
