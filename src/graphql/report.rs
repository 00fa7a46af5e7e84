//! Answers summaries and searches: the values of their answers, and the rows that these refer to.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Name, Value};
use futures_util::FutureExt;
use indexmap::IndexMap;

use super::highlight::highlight;
use super::names;
use super::plan::{Asked, Composite, ObjectShape, Reference, Report};
use super::run::{Parts, Runner};
use super::value::cell_value;
use crate::domain::ask::{Asking, Level, Select, referred};
use crate::domain::cell::Cell;
use crate::domain::db::Reader;
use crate::domain::describe::{Field, Noun};
use crate::domain::error::Result;
use crate::domain::search::{self, Hit};
use crate::domain::summary::{self, Group, Key, Summary, Sums};

/// Rows that values refer to in one place, read.
#[derive(Debug)]
pub struct Referred {
    /// The type of the place is an interface, so a row must say what it is.
    pub is_interface: bool,
    /// The rows of each noun, a group for each id, with the shape they are to get.
    pub nouns: Vec<(&'static Noun, Arc<Level>, Arc<ObjectShape>)>,
}

impl Referred {
    /// The row that a value names: its level, its place in it and its shape.
    pub fn row(&self, value: &Value) -> Option<(&'static Noun, &Arc<Level>, usize, &Arc<ObjectShape>)> {
        let Value::Object(named) = value else { return None };
        let (name, id) = named.iter().next()?;
        let (noun, level, shape) = self.nouns.iter().find(|(noun, ..)| noun.name == name.as_str())?;
        let group = level.group(number(id)?);
        (group.len > 0).then_some((*noun, level, group.start, shape))
    }
}

fn number(value: &Value) -> Option<i64> {
    if let Value::Number(number) = value { number.as_i64() } else { None }
}

/// A value that stands for a row.
fn reference(noun: &Noun, id: i64) -> Value {
    Value::Object(IndexMap::from([(Name::new(noun.name), Value::from(id))]))
}

fn object<const N: usize>(members: [(&'static str, Value); N]) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (Name::new(name), value)).collect())
}

type Wanted = Vec<Vec<(&'static Noun, Select)>>;
type Ids = HashMap<&'static str, Vec<i64>>;

async fn levels(reader: &mut Reader, asking: &Asking, wanted: &Wanted, ids: &Ids) -> Result<Vec<Vec<Arc<Level>>>> {
    let mut places = Vec::with_capacity(wanted.len());
    for nouns in wanted {
        let mut levels = Vec::with_capacity(nouns.len());
        for (noun, select) in nouns {
            let ids = ids.get(noun.name).map_or(&[][..], Vec::as_slice);
            levels.push(Arc::new(referred(reader, asking, (*noun, select), ids).await?));
        }
        places.push(levels);
    }
    Ok(places)
}

fn placed(references: &[Reference], levels: Vec<Vec<Arc<Level>>>) -> Vec<Referred> {
    let place = |(reference, levels): (&Reference, Vec<Arc<Level>>)| {
        let nouns = reference.nouns.iter().zip(levels);
        let nouns = nouns.map(|((noun, _, shape), level)| (*noun, level, Arc::clone(shape))).collect();
        Referred { is_interface: reference.is_interface, nouns }
    };
    references.iter().zip(levels).map(place).collect()
}

enum Found {
    Summary(Summary),
    Search(search::Found),
}

impl Found {
    /// Ids of the rows that the answer refers to.
    fn ids(&self) -> Ids {
        let mut ids = Ids::new();
        let mut add = |noun: &'static Noun, id: i64| ids.entry(noun.name).or_default().push(id);
        match self {
            Self::Summary(summary) => {
                for (_, key) in summary.groups.iter().flat_map(|group| &group.keys) {
                    if let Key::Row(row) = key {
                        add(row.noun, row.id);
                    }
                }
            }
            Self::Search(found) => found.hits.iter().for_each(|hit| add(hit.noun, hit.id)),
        }
        for ids in ids.values_mut() {
            ids.sort_unstable();
            ids.dedup();
        }
        ids
    }
}

impl Runner {
    /// Answers a composite whose values a report gives.
    pub(super) async fn report(&self, composite: &Composite, report: &Report) -> Result<Parts> {
        let viewer = self.viewer()?;
        let wanted: Wanted = composite
            .references
            .iter()
            .map(|reference| reference.nouns.iter().map(|(noun, select, _)| (*noun, select.clone())).collect())
            .collect();
        let given = Arc::new((report.asked.clone(), wanted, self.asking(viewer)));
        let errand = self.errand(&viewer);
        let read = self.cx.db.read(&errand, move |reader| {
            let given = Arc::clone(&given);
            async move {
                let (asked, wanted, asking) = given.as_ref();
                let found = match asked {
                    Asked::Summary(question) => Found::Summary(summary::load(reader, asking, question).await?),
                    Asked::Search(question) => Found::Search(search::load(reader, asking, question).await?),
                };
                let levels = levels(reader, asking, wanted, &found.ids()).await?;
                Ok((found, levels))
            }
            .boxed()
        });
        let (found, levels) = read.await?;
        let references = placed(&composite.references, levels);
        let values = match (found, &report.asked) {
            (Found::Summary(summary), _) => summary_values(&summary),
            (Found::Search(found), Asked::Search(question)) => search_values(&found, question, &references),
            (Found::Search(_), Asked::Summary(_)) => IndexMap::new(),
        };
        Ok(Parts { values, references: Arc::new(references), ..Parts::default() })
    }
}

fn summary_values(summary: &Summary) -> IndexMap<String, Value> {
    let Sums { count, overdue, mean_score } = &summary.all;
    IndexMap::from([
        ("total".to_owned(), Value::from(*count)),
        ("overdue".to_owned(), Value::from(*overdue)),
        ("meanScore".to_owned(), decimal(mean_score)),
        ("groups".to_owned(), Value::List(summary.groups.iter().map(group_value).collect())),
    ])
}

fn decimal(cell: &Cell) -> Value {
    if let Cell::Decimal(value) = cell { Value::from(value.to_string()) } else { Value::Null }
}

fn group_value(group: &Group) -> Value {
    let mut keys = Vec::with_capacity(group.keys.len());
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for (dimension, key) in &group.keys {
        let (value, label) = key_texts(key);
        values.push(value.clone().unwrap_or_default());
        labels.push(label.clone().unwrap_or_else(|| "(none)".to_owned()));
        keys.push(object([
            ("by", Value::from(dimension.word)),
            ("value", value.map_or(Value::Null, Value::from)),
            ("label", label.map_or(Value::Null, Value::from)),
        ]));
    }
    let row = |name: &str| {
        let found = group.keys.iter().find_map(|(_, key)| match key {
            Key::Row(row) if row.noun.name == name => Some(reference(row.noun, row.id)),
            _ => None,
        });
        found.unwrap_or(Value::Null)
    };
    object([
        ("keys", Value::List(keys)),
        ("key", Value::from(values.join("|"))),
        ("label", Value::from(labels.join(" / "))),
        ("count", Value::from(group.sums.count)),
        ("overdue", Value::from(group.sums.overdue)),
        ("meanScore", decimal(&group.sums.mean_score)),
        ("asset", row("Asset")),
        ("person", row("User")),
    ])
}

/// The value of a key and its name.
fn key_texts(key: &Key) -> (Option<String>, Option<String>) {
    match key {
        Key::Missing => (None, None),
        Key::Month(month) => (Some(month.clone()), Some(month.clone())),
        Key::Row(row) => (Some(names::global_id(row.noun, row.uuid)), row.label.clone()),
        Key::Value(field, cell) => (value_text(field, cell), value_label(field, cell)),
    }
}

fn value_text(field: &Field, cell: &Cell) -> Option<String> {
    match cell_value(field, cell) {
        Value::Boolean(truth) => Some(truth.to_string()),
        Value::String(word) => Some(word),
        _ => None,
    }
}

/// `IN_PROGRESS` as `In progress`, and the truth of a field by the field's name.
fn value_label(field: &Field, cell: &Cell) -> Option<String> {
    let text = match cell_value(field, cell) {
        Value::Boolean(true) => field.name.to_owned(),
        Value::Boolean(false) => format!("not {}", field.name),
        // The two words of one enumeration that hide where one ends and the next begins.
        Value::String(word) if word == "INPROGRESS" => "in progress".to_owned(),
        Value::String(word) if word == "INREVIEW" => "in review".to_owned(),
        Value::String(word) => word.replace('_', " ").to_ascii_lowercase(),
        _ => return None,
    };
    let mut letters = text.chars();
    let first = letters.next()?;
    Some(first.to_ascii_uppercase().to_string() + letters.as_str())
}

fn search_values(
    found: &search::Found,
    question: &search::Question,
    references: &[Referred],
) -> IndexMap<String, Value> {
    let cursor = |hit: Option<&Hit>| hit.map_or(Value::Null, |hit| Value::from(hit.place.encode(question)));
    let page = object([
        ("hasNextPage", Value::Boolean(found.more)),
        ("hasPreviousPage", Value::Boolean(question.is_continued())),
        ("startCursor", cursor(found.hits.first())),
        ("endCursor", cursor(found.hits.last())),
    ]);
    let (mut edges, mut nodes) = (Vec::new(), Vec::new());
    for hit in &found.hits {
        let row = reference(hit.noun, hit.id);
        // A record that went away since it was found.
        if references.iter().any(|place| place.row(&row).is_none()) {
            continue;
        }
        let node = object([
            ("node", row),
            ("type", Value::from(hit.sort.word)),
            ("title", Value::from(hit.title.as_str())),
            ("highlight", Value::from(highlight(&hit.value, question.text()))),
            ("field", Value::from(hit.field)),
            ("score", Value::from(hit.fit.score())),
        ]);
        nodes.push(node.clone());
        edges.push(object([("cursor", cursor(Some(hit))), ("node", node)]));
    }
    IndexMap::from([
        ("edges".to_owned(), Value::List(edges)),
        ("nodes".to_owned(), Value::List(nodes)),
        ("pageInfo".to_owned(), page),
    ])
}
