//! A form made ready: the question it is read with, and where its values stand in the rows of the answer.

use std::sync::Arc;

use indexmap::IndexMap;

use super::condition::at;
use super::form::{Form, Is, Many, Member};
use super::out::{Cells, Out};
use crate::domain::ask::{self, Ask, Expr, Level, One, OrderBy, Question, Select, Test, Window, named_order};
use crate::domain::cell::Cell;
use crate::domain::cx::Cx;
use crate::domain::describe::{Noun, Source};
use crate::domain::error::{Error, Result};
use crate::domain::model::model;

/// A form made ready.
#[derive(Debug)]
pub struct Shape {
    /// The noun.
    pub noun: &'static Noun,
    /// What is read of it.
    pub select: Select,
    steps: Vec<Step>,
    /// Columns of what is read and not shown.
    beside: Vec<usize>,
}

#[derive(Debug)]
enum Step {
    Value(&'static str, Vec<usize>, super::form::Write, Missing),
    One(&'static str, Vec<(usize, Vec<Step>)>),
    Sole(&'static str, List),
    Many(&'static str, List),
    Map(&'static str, List, &'static str),
    Members(usize),
}

/// What is written where a value is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    /// It never is.
    Never,
    /// Null.
    Null,
    /// Nothing, nor its key.
    Nothing,
}

impl Missing {
    fn of(member: &Member) -> Self {
        match (member.left_out, member.nullable) {
            (true, _) => Self::Nothing,
            (false, true) => Self::Null,
            (false, false) => Self::Never,
        }
    }
}

/// A list below a level.
#[derive(Debug)]
struct List {
    /// Which of them.
    place: usize,
    /// Column of the parent's id.
    parent: usize,
    shape: Shape,
}

/// Which rows of a shape's noun, and how many of them.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The condition.
    pub expr: Expr,
    /// The order.
    pub order: Vec<OrderBy>,
    /// The part of the list.
    pub window: Window,
    /// Whether the number of all rows is wanted.
    pub total: bool,
}

/// What is read of a record and of the records it refers to, before the columns are known.
#[derive(Default)]
struct Tree {
    fields: Vec<usize>,
    ones: Vec<(usize, Tree)>,
    manys: Vec<(ask::Many, Shape)>,
}

/// A value of a record: the path to the record, and the value's place among its fields. Without a place it is the id, which
/// is read of every record anyway.
type Picked = (Vec<usize>, Option<usize>);

/// A member whose columns are not known yet. A path says which joined record it is of.
enum Draft {
    Value(&'static str, Vec<Picked>, super::form::Write, Missing),
    One(&'static str, Vec<(Vec<usize>, Vec<Draft>)>),
    Sole(&'static str, Vec<usize>, usize),
    Many(&'static str, Vec<usize>, usize),
    Members(Picked),
    Map(&'static str, Vec<usize>, usize, &'static str),
}

impl Tree {
    /// The joined record at a path from here, and the noun it is of.
    fn joined(&mut self, noun: &'static Noun, path: &str) -> (Vec<usize>, &'static Noun, &mut Self) {
        let (mut at, mut noun, mut tree) = (Vec::new(), noun, self);
        for name in path.split('.').filter(|name| !name.is_empty()) {
            let (relation, target) = related(noun, name);
            let known = tree.ones.iter().position(|(known, _)| *known == relation);
            let index = known.unwrap_or_else(|| {
                tree.ones.push((relation, Self::default()));
                tree.ones.len() - 1
            });
            at.push(index);
            noun = target;
            // The place was found or made just now.
            let Some((_, next)) = tree.ones.get_mut(index) else { unreachable!("a joined record") };
            tree = next;
        }
        (at, noun, tree)
    }

    /// Takes a field in.
    fn picked(&mut self, root: &'static Noun, name: &str) -> Picked {
        let (path, field) = name.rsplit_once('.').unwrap_or(("", name));
        let (at, noun, tree) = self.joined(root, path);
        let field = field_of(noun, field);
        if noun.fields.get(field).is_some_and(|field| matches!(field.source, Source::Column("id"))) {
            return (at, None);
        }
        let known = tree.fields.iter().position(|known| *known == field);
        let index = known.unwrap_or_else(|| {
            tree.fields.push(field);
            tree.fields.len() - 1
        });
        (at, Some(index))
    }

    fn drafts(&mut self, root: &'static Noun, path: &str, form: &Form) -> Vec<Draft> {
        let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let mut drafts = Vec::with_capacity(form.members.len());
        for member in &form.members {
            drafts.push(match &member.is {
                Is::Value(from, write) => {
                    let cells = from.iter().map(|name| self.picked(root, &below(name)));
                    Draft::Value(member.key, cells.collect(), *write, Missing::of(member))
                }
                Is::Members(field) => Draft::Members(self.picked(root, &below(field))),
                Is::One(ways) => {
                    let ways = ways.iter().map(|(name, form)| {
                        let path = below(name);
                        let at = self.joined(root, &path).0;
                        (at, self.drafts(root, &path, form))
                    });
                    Draft::One(member.key, ways.collect())
                }
                Is::Sole(many, then) => {
                    let (at, index) = self.listed(root, path, many, then);
                    Draft::Sole(member.key, at, index)
                }
                Is::Many(many) => {
                    let (at, index) = self.listed(root, path, many, "");
                    Draft::Many(member.key, at, index)
                }
                Is::Map(many, by) => {
                    let (at, index) = self.listed(root, path, many, "");
                    Draft::Map(member.key, at, index, by)
                }
            });
        }
        drafts
    }

    /// Takes a list in; gives its record's path and its place there.
    fn listed(&mut self, root: &'static Noun, path: &str, many: &Many, then: &'static str) -> (Vec<usize>, usize) {
        let (at, noun, tree) = self.joined(root, path);
        tree.manys.push(list(noun, many, then));
        (at, tree.manys.len() - 1)
    }

    fn select(&self) -> Select {
        Select {
            fields: self.fields.clone(),
            ones: self.ones.iter().map(|(relation, tree)| One { relation: *relation, select: tree.select() }).collect(),
            manys: self.manys.iter().map(|(many, _)| many.clone()).collect(),
        }
    }

    /// The shapes of the lists, in the order of [`Select::lists`].
    fn shapes(self, path: &[usize], shapes: &mut Vec<(Vec<usize>, usize, Shape)>) {
        for (index, (_, shape)) in self.manys.into_iter().enumerate() {
            shapes.push((path.to_vec(), index, shape));
        }
        for (index, (_, tree)) in self.ones.into_iter().enumerate() {
            let mut path = path.to_vec();
            path.push(index);
            tree.shapes(&path, shapes);
        }
    }
}

fn related(noun: &'static Noun, name: &str) -> (usize, &'static Noun) {
    let found =
        noun.find_relation(name).and_then(|(index, _)| model().related(noun, index).map(|(_, noun)| (index, noun)));
    debug_assert!(found.is_some(), "{name} is no relation of {}", noun.name);
    found.unwrap_or((0, noun))
}

fn field_of(noun: &'static Noun, name: &str) -> usize {
    let found = noun.find_field(name);
    debug_assert!(found.is_some(), "{name} is no field of {}", noun.name);
    found.map_or(0, |(index, _)| index)
}

/// A list, each of its rows in the list's form, or holding only what a path leads to in that form.
fn list(noun: &'static Noun, many: &Many, then: &'static str) -> (ask::Many, Shape) {
    let (relation, target) = related(noun, many.relation);
    let shape = if then.is_empty() {
        Shape::of(many.form)
    } else {
        let is = Is::One(vec![(then, many.form)]);
        let members = vec![Member { key: "", doc: "", nullable: true, left_out: false, is }];
        Shape::of(&Form { members, ..Form::of(many.form.name, target.name) })
    };
    let ask = Ask {
        expr: many.only.map_or_else(Expr::always, |(field, word)| at(target, field, Test::Eq(word.into()))),
        order: named_order(target, many.order),
        window: Window::default(),
        rows: true,
        total: false,
        cursors: false,
    };
    (ask::Many { relation, ask, select: shape.select.clone() }, shape)
}

/// Where the record at a path begins in a row.
fn start(select: &Select, path: &[usize]) -> usize {
    let (mut select, mut offset) = (select, 0);
    for index in path {
        offset = select.one_at(offset, *index);
        let Some(one) = select.ones.get(*index) else { break };
        select = &one.select;
    }
    offset
}

/// Column of a value.
fn column(select: &Select, (path, index): &Picked) -> usize {
    let begin = start(select, path);
    index.map_or(begin, |index| select.field_at(begin, index))
}

fn steps(drafts: Vec<Draft>, select: &Select, shapes: &mut [(Vec<usize>, usize, Option<Shape>)]) -> Vec<Step> {
    let mut steps = Vec::with_capacity(drafts.len());
    for draft in drafts {
        match draft {
            Draft::Value(key, cells, write, missing) => {
                let at = cells.iter().map(|picked| column(select, picked)).collect();
                steps.push(Step::Value(key, at, write, missing));
            }
            Draft::Members(picked) => steps.push(Step::Members(column(select, &picked))),
            Draft::One(key, ways) => {
                let ways =
                    ways.into_iter().map(|(path, drafts)| (start(select, &path), self::steps(drafts, select, shapes)));
                let ways = ways.collect();
                steps.push(Step::One(key, ways));
            }
            Draft::Sole(key, path, index) => {
                steps.extend(place(&path, index, select, shapes).map(|list| Step::Sole(key, list)));
            }
            Draft::Many(key, path, index) => {
                steps.extend(place(&path, index, select, shapes).map(|list| Step::Many(key, list)));
            }
            Draft::Map(key, path, index, by) => {
                steps.extend(place(&path, index, select, shapes).map(|list| Step::Map(key, list, by)));
            }
        }
    }
    steps
}

/// Where a list stands among all lists of the level.
fn place(
    path: &[usize],
    index: usize,
    select: &Select,
    shapes: &mut [(Vec<usize>, usize, Option<Shape>)],
) -> Option<List> {
    let found = shapes.iter_mut().enumerate().find(|(_, (at, known, _))| at == path && *known == index);
    let (place, (_, _, shape)) = found?;
    Some(List { place, parent: start(select, path), shape: shape.take()? })
}

impl Shape {
    /// Makes a form ready. A name that the model does not know is a defect, which stops a debug build.
    pub fn of(form: &Form) -> Self {
        let found = model().noun(form.noun);
        debug_assert!(found.is_some(), "{} is no noun", form.noun);
        let Some(noun) = found.or_else(|| model().nouns().first()) else { unreachable!("the model has nouns") };
        let mut tree = Tree::default();
        let drafts = tree.drafts(noun, "", form);
        let beside: Vec<_> = form.beside.iter().map(|name| tree.picked(noun, name)).collect();
        let select = tree.select();
        let beside = beside.iter().map(|picked| column(&select, picked)).collect();
        let mut shapes = Vec::new();
        tree.shapes(&[], &mut shapes);
        let mut shapes: Vec<_> = shapes.into_iter().map(|(path, index, shape)| (path, index, Some(shape))).collect();
        let steps = steps(drafts, &select, &mut shapes);
        Self { noun, select, steps, beside }
    }

    /// Reads rows of the noun: one statement, and one more for each list in the form.
    pub async fn read(&self, cx: &Cx, wanted: Wanted) -> Result<Arc<Level>> {
        let Wanted { expr, order, window, total } = wanted;
        // Of a page without rows only the total is left.
        let rows = window.limit != Some(0);
        let ask = Ask { expr, order, window, rows, total, cursors: false };
        ask::answer(cx, Question { noun: self.noun, ask, select: self.select.clone(), guard: None }).await
    }

    /// How many rows of the noun pass the condition.
    pub async fn count(&self, cx: &Cx, expr: Expr) -> Result<u64> {
        let ask = Ask { expr, order: Vec::new(), window: Window::default(), rows: false, total: true, cursors: false };
        let select = Select::default();
        let level = ask::answer(cx, Question { noun: self.noun, ask, select, guard: None }).await?;
        Ok(level.group(0).total.and_then(|total| u64::try_from(total).ok()).unwrap_or_default())
    }

    /// Reads the one row that passes the condition.
    pub async fn read_one(&self, cx: &Cx, expr: Expr) -> Result<Arc<Level>> {
        let window = Window { limit: Some(1), ..Window::default() };
        let wanted = Wanted { expr, order: named_order(self.noun, &self.noun.order), window, total: false };
        let level = self.read(cx, wanted).await?;
        if level.rows.is_empty() { Err(Error::NotFound("record")) } else { Ok(level) }
    }

    /// What was read of a row beside its members, by its place in [`Form::beside`].
    pub fn beside<'l>(&self, level: &'l Level, row: usize, index: usize) -> &'l Cell {
        let column = self.beside.get(index).copied();
        column.and_then(|column| level.rows.row(row).get(column)).unwrap_or(&Cell::Null)
    }

    /// Writes a row.
    pub fn write(&self, level: &Level, row: usize, out: &mut Out<'_>) {
        write(&self.steps, level, row, out);
    }

    /// Writes the rows of a list, as an array.
    pub fn write_all(&self, level: &Level, out: &mut Out<'_>) {
        self.write_group(level, 0, out);
    }

    /// Writes the first row of a parent, or what stands alone in it.
    fn write_sole(&self, level: &Level, parent: i64, out: &mut Out<'_>) {
        let group = level.group(parent);
        match self.steps.as_slice() {
            _ if group.len == 0 => out.null(),
            [Step::One("", ways)] => write_one(ways, level, group.start, out),
            steps => write(steps, level, group.start, out),
        }
    }

    /// Writes the rows of a parent as an object of lists, by what is written under a key of theirs.
    fn write_map(&self, level: &Level, parent: i64, by: &str, out: &mut Out<'_>) {
        let group = level.group(parent);
        let mut lists: IndexMap<Vec<u8>, Vec<usize>> = IndexMap::new();
        for row in group.start..group.start + group.len {
            let mut name = Out::new(out.terms);
            for step in &self.steps {
                if let Step::Value(key, at, write, _) = step
                    && *key == by
                {
                    (write.run)(&mut name, Cells::new(level.rows.row(row), at));
                }
            }
            lists.entry(name.bytes).or_default().push(row);
        }
        out.raw("{");
        for (name, rows) in lists {
            out.comma();
            out.bytes.extend_from_slice(&name);
            out.raw(":[");
            for row in rows {
                out.comma();
                self.write(level, row, out);
            }
            out.raw("]");
        }
        out.raw("}");
    }

    fn write_group(&self, level: &Level, parent: i64, out: &mut Out<'_>) {
        let group = level.group(parent);
        out.raw("[");
        for row in group.start..group.start + group.len {
            out.comma();
            self.write(level, row, out);
        }
        out.raw("]");
    }
}

fn write(steps: &[Step], level: &Level, row: usize, out: &mut Out<'_>) {
    let cells = level.rows.row(row);
    out.raw("{");
    for step in steps {
        match step {
            Step::Value(key, at, write, missing) => {
                let cells = Cells::new(cells, at);
                match (missing, cells.first().is_null()) {
                    (Missing::Nothing, true) => {}
                    (Missing::Null, true) => {
                        out.key(key);
                        out.null();
                    }
                    _ => {
                        out.key(key);
                        (write.run)(out, cells);
                    }
                }
            }
            Step::Members(at) => out.members(cells.get(*at).and_then(Cell::as_str).unwrap_or_default()),
            Step::One(key, ways) => {
                out.key(key);
                write_one(ways, level, row, out);
            }
            Step::Sole(key, list) => {
                out.key(key);
                match list.of(level, cells) {
                    Some((below, parent)) => list.shape.write_sole(below, parent, out),
                    None => out.null(),
                }
            }
            Step::Many(key, list) => {
                out.key(key);
                match list.of(level, cells) {
                    Some((below, parent)) => list.shape.write_group(below, parent, out),
                    None => out.raw("[]"),
                }
            }
            Step::Map(key, list, by) => {
                out.key(key);
                match list.of(level, cells) {
                    Some((below, parent)) => list.shape.write_map(below, parent, by, out),
                    None => out.raw("{}"),
                }
            }
        }
    }
    out.raw("}");
}

fn write_one(ways: &[(usize, Vec<Step>)], level: &Level, row: usize, out: &mut Out<'_>) {
    let cells = level.rows.row(row);
    match ways.iter().find(|(start, _)| cells.get(*start).is_some_and(|id| !id.is_null())) {
        Some((_, steps)) => write(steps, level, row, out),
        None => out.null(),
    }
}

impl List {
    /// The level of the list's rows, and the parent's id.
    fn of<'l>(&self, level: &'l Level, cells: &[Cell]) -> Option<(&'l Level, i64)> {
        let parent = cells.get(self.parent).and_then(Cell::as_int)?;
        level.below.get(self.place).map(|below| (below.as_ref(), parent))
    }
}
