//! What summaries and searches are asked for: their arguments as questions of the domain.

use async_graphql::Value;

use super::compile::Compiler;
use super::root::Part;
use super::value::{References, Within};
use crate::domain::ask::Expr;
use crate::domain::describe::Noun;
use crate::domain::error::{Error, Exceeded, Result};
use crate::domain::model::model;
use crate::domain::search::{self, SORTS};
use crate::domain::summary::{self, AUDITS, By, DIMENSIONS, Dimension, GROUPS, ISSUES, Order, Subject};
use crate::graphql::input::{self, Arguments, FilterLimits, word};
use crate::graphql::schema;

/// A question of the domain that is no list of rows.
#[derive(Debug)]
pub struct Report {
    /// The question.
    pub asked: Asked,
    /// Most rows that its answer can have in one place.
    rows: usize,
}

/// The question of a report.
#[derive(Clone, Debug)]
pub enum Asked {
    /// Counts by what rows have in common.
    Summary(summary::Question),
    /// Records found by a text.
    Search(search::Question),
}

/// The report that gives a composite's values, where one does.
pub fn report(described: &schema::Composite, arguments: &Arguments, compiler: &Compiler<'_>) -> Result<Option<Report>> {
    Ok(Some(match described.name {
        "auditSummary" => summary(&AUDITS, arguments, &compiler.limits.filter)?,
        "issueSummary" => summary(&ISSUES, arguments, &compiler.limits.filter)?,
        "search" => search(arguments, compiler)?,
        _ => return Ok(None),
    }))
}

fn words<'a>(arguments: &'a Arguments, name: &str) -> Result<Option<Vec<&'a str>>> {
    let refusal = || Error::invalid(name, "must be a list of words of its type");
    let read = |value: &'a Value| word(value).ok_or_else(refusal);
    Ok(Some(match arguments.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::List(values)) => values.iter().map(read).collect::<Result<_>>()?,
        Some(value) => vec![read(value)?],
    }))
}

fn one_word<'a>(arguments: &'a Arguments, name: &str) -> Option<&'a str> {
    arguments.get(name).and_then(word)
}

fn summary(subject: &'static Subject, arguments: &Arguments, limits: &FilterLimits) -> Result<Report> {
    let noun = model().noun(subject.noun).ok_or(Error::Internal)?;
    let expr = match arguments.get("filter") {
        Some(filter) => input::filter(noun, filter, limits)?,
        None => Expr::always(),
    };
    let mut by: Vec<&'static Dimension> = Vec::new();
    for word in words(arguments, "groupBy")?.unwrap_or_default() {
        let found = subject.dimensions.iter().find(|dimension| dimension.word == word);
        let dimension = found.ok_or_else(|| Error::invalid("groupBy", "names nothing to group by"))?;
        if by.iter().all(|known| known.word != dimension.word) {
            by.push(dimension);
        }
    }
    if by.len() > DIMENSIONS {
        let found = by.len() as u64;
        return Err(Error::TooLarge(Exceeded { limit: "summary dimensions", value: DIMENSIONS as u64, found }));
    }
    let order = match one_word(arguments, "orderBy") {
        None | Some("COUNT") => Order::Count,
        Some("OVERDUE") => Order::Overdue,
        Some("KEY") => Order::Key,
        Some("MEAN_SCORE") if subject.score.is_some() => Order::MeanScore,
        Some(_) => return Err(Error::invalid("orderBy", "names nothing to order by")),
    };
    let descending = match one_word(arguments, "direction") {
        None => matches!(order, Order::Count | Order::Overdue),
        Some(direction) => direction == "DESC",
    };
    let first = input::size(arguments, "first", GROUPS)?;
    let sizes = by.iter().map(|dimension| size(noun, dimension)).fold(1_usize, usize::saturating_mul);
    let rows = first.unwrap_or(GROUPS).min(sizes);
    let scored = order == Order::MeanScore;
    let asked = summary::Question { subject, expr, by, order, descending, first, scored };
    Ok(Report { asked: Asked::Summary(asked), rows })
}

/// How many groups a dimension can make.
fn size(noun: &Noun, dimension: &Dimension) -> usize {
    match dimension.by {
        By::Field(name) => match noun.find_field(name).and_then(|(_, field)| field.words) {
            Some(words) => words.words.len() + 1,
            None => 2,
        },
        _ => GROUPS,
    }
}

fn search(arguments: &Arguments, compiler: &Compiler<'_>) -> Result<Report> {
    let text = |name: &str| match arguments.get(name) {
        Some(Value::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let sizes = compiler.limits.root;
    let first = input::size(arguments, "first", sizes.most)?.unwrap_or(sizes.default);
    let types = words(arguments, "types")?;
    let asked = search::Question::new(text("text").unwrap_or_default(), types.as_deref(), first, text("after"))?;
    Ok(Report { asked: Asked::Search(asked), rows: first })
}

impl Report {
    /// What its values may refer to.
    pub fn references(&self) -> References {
        let any = match self.asked {
            Asked::Summary(_) => Vec::new(),
            Asked::Search(_) => SORTS.iter().filter_map(|sort| model().noun(sort.noun)).collect(),
        };
        References { rows: self.rows as u64, any, found: Vec::new() }
    }

    /// Takes in what is asked of the answer. Gives the number of rows it reads at most, those that its values refer to
    /// apart: groups are no rows.
    pub fn wants(&mut self, parts: &[(String, Part)]) -> u64 {
        let Asked::Summary(question) = &mut self.asked else { return self.rows as u64 };
        let values = || {
            parts.iter().filter_map(|(_, part)| match part {
                Part::Value(name, within) => Some((name.as_str(), within)),
                _ => None,
            })
        };
        question.scored |= values().any(|(name, within)| match within {
            Within::Value(shape) => shape.fields.iter().any(|field| field.name == "meanScore"),
            _ => name == "meanScore",
        });
        // Groups that nobody looks at are not made.
        if values().all(|(name, _)| name != "groups") {
            question.by.clear();
        }
        0
    }
}
