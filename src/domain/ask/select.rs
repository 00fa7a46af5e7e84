//! A question with everything nested in it, answered with one statement a level.
//!
//! Rows that a row refers to (an audit's asset) are joined into its statement. Rows that refer to it (an asset's
//! audits) are read for all parents of a level at once. The number of statements is the number of such lists in the
//! question, whatever the number of rows.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::expr::Expr;
use super::sql::Sql;
use super::statement::{child_count_statement, child_statement, count_statement, root_statement};
use super::window::{Cursor, OrderBy, Window};
use crate::domain::access::{Viewer, Visible, visible};
use crate::domain::cell::Cell;
use crate::domain::cx::Caller;
use crate::domain::db::{Reader, Rows, Store};
use crate::domain::describe::{Noun, Scope, Source};
use crate::domain::error::Result;
use crate::domain::model::Model;

/// What of a noun's rows is wanted. In a level's row: the id, the fields, then each joined row in the same form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Select {
    /// Positions of the fields.
    pub fields: Vec<usize>,
    /// Rows referred to.
    pub ones: Vec<One>,
    /// Lists of rows that refer to this one.
    pub manys: Vec<Many>,
}

/// A row referred to.
#[derive(Clone, Debug, PartialEq)]
pub struct One {
    /// Position of the relation.
    pub relation: usize,
    /// What is wanted of it.
    pub select: Select,
}

/// Rows that refer to a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Many {
    /// Position of the relation.
    pub relation: usize,
    /// Which of them.
    pub ask: Ask,
    /// What is wanted of each.
    pub select: Select,
}

/// Which rows of a noun, in which order, and what is wanted beside them.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// The condition.
    pub expr: Expr,
    /// The order, without the id that always ends it.
    pub order: Vec<OrderBy>,
    /// The part of the list.
    pub window: Window,
    /// Whether the rows are wanted.
    pub rows: bool,
    /// Whether the number of all rows that pass the condition is wanted.
    pub total: bool,
    /// Whether the rows' places in the order are wanted.
    pub cursors: bool,
}

impl Ask {
    /// Numbered pages show the number of all rows beside the rows, so both must be of one instant.
    pub(super) fn counts_within(&self) -> bool {
        self.rows && self.total && self.window.offset.is_some()
    }
}

/// A question about the rows of one noun.
#[derive(Clone, Debug)]
pub struct Question {
    /// The noun.
    pub noun: &'static Noun,
    /// Which rows.
    pub ask: Ask,
    /// What of them.
    pub select: Select,
    /// The caller whose session must still hold: written into the condition, so that it costs no statement of its own.
    /// No rows are given where it does not hold.
    pub guard: Option<Arc<Caller>>,
}

/// The rows of one level of the answer.
#[derive(Debug, Default)]
pub struct Level {
    /// Rows of all parents.
    pub rows: Rows,
    /// Where each parent's rows are; key 0 at the root.
    pub groups: HashMap<i64, Group>,
    /// The levels below, in the order of [`Select::lists`].
    pub below: Vec<Arc<Level>>,
    /// Column of the first order value, where cursors were wanted.
    order_at: usize,
}

/// The rows of one parent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// First row in the level.
    pub start: usize,
    /// Number of rows.
    pub len: usize,
    /// There are more in the direction of the window.
    pub more: bool,
    /// Number of all rows that pass the condition, where it was wanted.
    pub total: Option<i64>,
}

impl Level {
    /// The rows of a parent.
    pub fn group(&self, parent: i64) -> Group {
        self.groups.get(&parent).copied().unwrap_or_default()
    }

    /// The cursor of a row.
    pub fn cursor(&self, row: usize, noun: &Noun, order: &[OrderBy]) -> String {
        let values = (0..order.len()).map(|index| self.rows.cell(row, self.order_at + index).clone()).collect();
        let id = self.rows.cell(row, 0).as_int().unwrap_or_default();
        Cursor::new(values, id).encode(noun, order)
    }
}

impl Level {
    /// The answer to a question about one row that is at hand as it stands in the store, `cell` giving its columns. None
    /// where more is asked than these columns say, or where not everybody may see every row: then the store is asked.
    pub fn of_row<'c>(viewer: &Viewer, question: &Question, cell: impl Fn(&str) -> &'c Cell) -> Option<Self> {
        let Question { noun, ask, select, .. } = question;
        let is_plain = select.ones.is_empty() && select.manys.is_empty() && ask.rows && !ask.total && !ask.cursors;
        if !is_plain || noun.scope != Scope::Tenant || visible(viewer, noun) != Visible::All {
            return None;
        }
        let mut rows = Rows::new(select.width());
        rows.push(cell("id").clone());
        for field in &select.fields {
            let field = noun.fields.get(*field)?;
            let Source::Column(column) = field.source else { return None };
            if !noun.columns.contains(&(column, field.kind)) {
                return None;
            }
            rows.push(cell(column).clone());
        }
        let groups = HashMap::from([(0, Group { len: 1, ..Group::default() })]);
        Some(Self { rows, groups, ..Self::default() })
    }
}

impl Select {
    /// Columns this takes in a row.
    pub fn width(&self) -> usize {
        1 + self.fields.len() + self.ones.iter().map(|one| one.select.width()).sum::<usize>()
    }

    /// Column of a field's value, for a select that begins at `offset`.
    pub fn field_at(&self, offset: usize, index: usize) -> usize {
        offset + 1 + index
    }

    /// Column where a joined row begins, for a select that begins at `offset`.
    pub fn one_at(&self, offset: usize, index: usize) -> usize {
        offset + 1 + self.fields.len() + self.ones.iter().take(index).map(|one| one.select.width()).sum::<usize>()
    }

    /// All lists of this and of the joined rows, each with the noun it hangs on and the column of its parent's id.
    pub fn lists<'s>(&'s self, model: &'static Model, noun: &'static Noun, offset: usize) -> Vec<List<'s>> {
        let mut lists: Vec<List<'s>> = self.manys.iter().map(|many| List { many, noun, parent_at: offset }).collect();
        for (index, one) in self.ones.iter().enumerate() {
            if let Some((_, target)) = model.related(noun, one.relation) {
                lists.extend(one.select.lists(model, target, self.one_at(offset, index)));
            }
        }
        lists
    }
}

/// One list of a level.
pub struct List<'s> {
    /// What is asked.
    pub many: &'s Many,
    /// The noun of the parents.
    pub noun: &'static Noun,
    /// Column of the parent's id.
    pub parent_at: usize,
}

/// What every statement of one answer shares.
pub struct Asking {
    /// The model.
    pub model: &'static Model,
    /// Through whose eyes.
    pub viewer: Viewer,
    /// The instant of the request, or that which is asked about.
    pub now: DateTime<Utc>,
    /// The instant whose records are asked for; those of now without it.
    pub as_of: Option<DateTime<Utc>>,
    /// The store.
    pub store: Store,
    /// Time zone of the active organization, as far as it is known.
    pub zone: Tz,
}

impl Asking {
    /// An empty statement.
    pub fn sql(&self) -> Sql {
        Sql::new(self.store, self.viewer, self.now).as_of(self.as_of).at_home(self.zone)
    }
}

/// Answers a question with everything nested in it.
pub async fn load(reader: &mut Reader, asking: &Asking, question: &Question) -> Result<Level> {
    let mut level = Level::default();
    let mut group = Group::default();
    if question.ask.rows {
        let mut rows = reader.fetch(&root_statement(asking, question)).await?;
        if let Some(limit) = question.ask.window.limit {
            group.more = rows.len() > limit;
            rows.truncate(limit);
        }
        if question.ask.window.backward {
            rows.reverse();
        }
        group.len = rows.len();
        level.rows = rows;
        level.order_at = question.select.width();
        if question.ask.counts_within() {
            group.total = level.rows.row(0).last().and_then(Cell::as_int);
            // A first page without rows is the whole list.
            if group.len == 0 && question.ask.window.offset == Some(0) && question.ask.window.limit != Some(0) {
                group.total = Some(0);
            }
        }
    }
    // Behind the end no row says how many there are.
    if question.ask.total && group.total.is_none() {
        let counted = reader.fetch(&count_statement(asking, question)).await?;
        // What was added since the rows were read is not counted: a page without rows lies behind the end.
        let end = question.ask.window.offset.filter(|_| question.ask.rows && group.len == 0);
        let end = end.and_then(|offset| i64::try_from(offset).ok()).unwrap_or(i64::MAX);
        group.total = counted.cell(0, 0).as_int().map(|total| total.min(end));
    }
    level.groups.insert(0, group);
    below(reader, asking, question.noun, &question.select, &mut level).await?;
    Ok(level)
}

pub(super) fn below<'f>(
    reader: &'f mut Reader,
    asking: &'f Asking,
    noun: &'static Noun,
    select: &'f Select,
    level: &'f mut Level,
) -> BoxFuture<'f, Result<()>> {
    async move {
        for list in select.lists(asking.model, noun, 0) {
            let mut keys: Vec<i64> =
                level.rows.iter().filter_map(|row| row.get(list.parent_at).and_then(Cell::as_int)).collect();
            keys.sort_unstable();
            keys.dedup();
            let child = children(reader, asking, &list, keys).await?;
            level.below.push(Arc::new(child));
        }
        Ok(())
    }
    .boxed()
}

async fn children(reader: &mut Reader, asking: &Asking, list: &List<'_>, keys: Vec<i64>) -> Result<Level> {
    let mut level = Level::default();
    let many = list.many;
    let Some((_, target)) = asking.model.related(list.noun, many.relation) else { return Ok(level) };
    if keys.is_empty() {
        below(reader, asking, target, &many.select, &mut level).await?;
        return Ok(level);
    }
    if many.ask.rows {
        let found = reader.fetch(&child_statement(asking, list, target, keys.clone())).await?;
        group_rows(found, many, &mut level);
        level.order_at = many.select.width();
    }
    if many.ask.total {
        for key in &keys {
            level.groups.entry(*key).or_default().total = Some(0);
        }
        let counted = reader.fetch(&child_count_statement(asking, list, target, keys)).await?;
        for row in counted.iter() {
            if let [Cell::Int(key), Cell::Int(total)] = row {
                level.groups.entry(*key).or_default().total = Some(*total);
            }
        }
    }
    below(reader, asking, target, &many.select, &mut level).await?;
    Ok(level)
}

/// Sorts the rows of all parents into runs, one a parent, and cuts what was read to see whether there is more.
fn group_rows(mut found: Rows, many: &Many, level: &mut Level) {
    let width = many.select.width() + if many.ask.cursors { many.ask.order.len() } else { 0 };
    let limit = many.ask.window.limit.unwrap_or(usize::MAX);
    let mut runs: Vec<(i64, Vec<usize>)> = Vec::new();
    let mut place: HashMap<i64, usize> = HashMap::new();
    for index in 0..found.len() {
        let key = found.cell(index, width).as_int().unwrap_or_default();
        let at = *place.entry(key).or_insert_with(|| {
            runs.push((key, Vec::new()));
            runs.len() - 1
        });
        if let Some((_, run)) = runs.get_mut(at) {
            run.push(index);
        }
    }
    let mut rows = Rows::new(width + 1);
    rows.reserve(found.len());
    for (key, mut run) in runs {
        let more = run.len() > limit;
        run.truncate(limit);
        if many.ask.window.backward {
            run.reverse();
        }
        let group = Group { start: rows.len(), len: run.len(), more, total: None };
        for index in run {
            found.give(index, &mut rows);
        }
        level.groups.insert(key, group);
    }
    level.rows = rows;
}
