//! Rows counted by what they have in common: what a dashboard needs, in one statement a summary.

mod statement;

use uuid::Uuid;

use self::statement::{Column, columns};
use super::ask::{Asking, Expr};
use super::cell::Cell;
use super::db::{Reader, Rows};
use super::describe::{Field, Noun};
use super::error::{Error, Exceeded, Result};

/// Most groups of one summary.
pub const GROUPS: usize = 1_000;
/// Most dimensions of one summary.
pub const DIMENSIONS: usize = 3;

/// A noun whose rows are summed up.
#[derive(Debug)]
pub struct Subject {
    /// The noun.
    pub noun: &'static str,
    /// The field that says whether a row is overdue.
    pub overdue: &'static str,
    /// The field whose mean is given.
    pub score: Option<&'static str>,
    /// By what its rows can be grouped.
    pub dimensions: &'static [Dimension],
}

/// One way to group the rows of a noun.
#[derive(Debug)]
pub struct Dimension {
    /// Its word in the API.
    pub word: &'static str,
    /// Description for the API's reader.
    pub doc: &'static str,
    /// What rows of one group have in common.
    pub by: By,
}

/// What the rows of one group have in common.
#[derive(Clone, Copy, Debug)]
pub enum By {
    /// The value of a field.
    Field(&'static str),
    /// The month of an instant, in UTC.
    Month(&'static str),
    /// The row that these relations lead to, one after the other.
    One(&'static [&'static str]),
    /// A row of a relation to several: a row counts in the group of each.
    Each(&'static str),
}

const fn dimension(word: &'static str, by: By, doc: &'static str) -> Dimension {
    Dimension { word, doc, by }
}

/// Audits.
pub const AUDITS: Subject = Subject {
    noun: "Audit",
    overdue: "overdue",
    score: Some("scoreMain"),
    dimensions: &[
        dimension("STATE", By::Field("state"), "Where it stands."),
        dimension(
            "MONTH",
            By::Month("completedAt"),
            "Month in UTC in which it was completed; missing while it is not.",
        ),
        dimension("ASSET", By::One(&["asset"]), "Asset it stands on."),
        dimension("AUDITOR", By::One(&["auditor"]), "Person who carries it out."),
        dimension("TEMPLATE", By::One(&["template"]), "Template its questions come from."),
        dimension("TYPE", By::Field("type"), "How much it covers."),
        dimension("PRIORITY", By::Field("priority"), "Urgency."),
        dimension("OVERDUE", By::Field("overdue"), "Whether it is overdue."),
    ],
};

/// Issues.
pub const ISSUES: Subject = Subject {
    noun: "Issue",
    overdue: "overdue",
    score: None,
    dimensions: &[
        dimension("STATUS", By::Field("status"), "Where it stands."),
        dimension("KIND", By::Field("kind"), "What sort of issue it is."),
        dimension("MONTH", By::Month("createdAt"), "Month in UTC in which it was created."),
        dimension("ASSET", By::One(&["asset"]), "Asset it concerns."),
        dimension("ASSIGNEE", By::One(&["assignee"]), "Person who is to resolve it."),
        dimension("CATEGORY", By::Each("categories"), "Category; an issue of several counts in the group of each."),
        dimension("SEVERITY", By::Field("severity"), "How grave it is."),
        dimension("OVERDUE", By::Field("overdue"), "Whether it is overdue."),
        dimension("AUDITOR", By::One(&["audit", "auditor"]), "Person who carries out the audit that found it."),
    ],
};

/// By what groups are ordered; those that are equal in it by their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Number of rows.
    Count,
    /// Number of overdue rows.
    Overdue,
    /// Mean of the score; groups without one come last.
    MeanScore,
    /// The keys: names, words and months. A missing one comes last.
    Key,
}

/// What is to be summed up.
#[derive(Clone, Debug)]
pub struct Question {
    /// Rows of which noun.
    pub subject: &'static Subject,
    /// Which of them.
    pub expr: Expr,
    /// By what to group them; without any, only the sums over all are given.
    pub by: Vec<&'static Dimension>,
    /// The order of the groups.
    pub order: Order,
    /// From the greatest down.
    pub descending: bool,
    /// At most so many groups.
    pub first: Option<usize>,
    /// Whether mean scores are wanted.
    pub scored: bool,
}

/// Sums over rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Sums {
    /// Number of rows.
    pub count: i64,
    /// Number of those that are overdue.
    pub overdue: i64,
    /// Mean of the scores, rounded half up to six digits; null where no row has one.
    pub mean_score: Cell,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Over all rows.
    pub all: Sums,
    /// Over those of each group.
    pub groups: Vec<Group>,
}

/// Rows that have something in common.
#[derive(Clone, Debug)]
pub struct Group {
    /// What they have in common: for each dimension, its value.
    pub keys: Vec<(&'static Dimension, Key)>,
    /// Sums over them.
    pub sums: Sums,
}

/// What the rows of a group have in common in one dimension.
#[derive(Clone, Debug)]
pub enum Key {
    /// That they have no value.
    Missing,
    /// The value of a field.
    Value(&'static Field, Cell),
    /// A month as `YYYY-MM`.
    Month(String),
    /// A row that they refer to.
    Row(RowKey),
}

/// A row that the rows of a group refer to.
#[derive(Clone, Debug)]
pub struct RowKey {
    /// Its noun.
    pub noun: &'static Noun,
    /// Its id in the store.
    pub id: i64,
    /// Its identifier.
    pub uuid: Uuid,
    /// Its name.
    pub label: Option<String>,
}

/// Sums rows up.
pub async fn load(reader: &mut Reader, asking: &Asking, question: &Question) -> Result<Summary> {
    let columns = columns(asking.model, question)?;
    let rows = reader.fetch(&statement::statement(asking, question, &columns)?).await?;
    let all = sums(&rows, 0, 0);
    let most = question.first.unwrap_or(GROUPS);
    // Without groups there is one row, whose group is missing.
    let found = (0..rows.len()).filter(|row| !rows.cell(*row, 3).is_null());
    let mut groups: Vec<Group> = found.map(|row| group(&rows, row, question, &columns)).collect();
    if question.first.is_none() && groups.len() > most {
        let found = u64::try_from(groups.len()).unwrap_or(u64::MAX);
        return Err(Error::TooLarge(Exceeded { limit: "summary groups", value: GROUPS as u64, found }));
    }
    groups.truncate(most);
    Ok(Summary { all, groups })
}

fn sums(rows: &Rows, row: usize, at: usize) -> Sums {
    let number = |column: usize| rows.cell(row, at + column).as_int().unwrap_or_default();
    Sums { count: number(0), overdue: number(1), mean_score: rows.cell(row, at + 2).clone() }
}

fn group(rows: &Rows, row: usize, question: &Question, columns: &[Column]) -> Group {
    let mut at = 6;
    let keys = question.by.iter().zip(columns).map(|(dimension, column)| {
        let cell = |offset: usize| rows.cell(row, at + offset);
        let key = match (column, cell(0)) {
            (_, Cell::Null) => Key::Missing,
            (Column::Field(field), value) => Key::Value(field, value.clone()),
            (Column::Month(_), value) => value.as_str().map_or(Key::Missing, |month| Key::Month(month.to_owned())),
            (Column::Row { noun, .. }, id) => match (id.as_int(), cell(1).as_uuid()) {
                (Some(id), Some(uuid)) => {
                    Key::Row(RowKey { noun, id, uuid, label: cell(2).as_str().map(str::to_owned) })
                }
                _ => Key::Missing,
            },
        };
        at += column.width();
        (*dimension, key)
    });
    Group { keys: keys.collect(), sums: sums(rows, row, 3) }
}
