//! Every statement that the model admits is one that both stores run: every field read, filtered by every test that
//! suits it, ordered by, paged through; every relation loaded and filtered by.

use audit_gateway::domain::ask::{Ask, Expr, OrderBy, Question, Select, Test, Window};
use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::cx::Role;
use audit_gateway::domain::db::{Db, Store};
use audit_gateway::domain::describe::{Field, Noun, Source};
use audit_gateway::domain::error::Error;
use audit_gateway::domain::model::model;

use super::{all, answer, every_field, everything, ids_of};
use crate::fixture::Org;
use crate::store::{TestStore, on_both_stores};

on_both_stores!(
    every_field_can_be_read,
    every_relation_can_be_loaded,
    every_field_can_be_filtered_by_every_test,
    every_relation_can_be_filtered_by,
    every_sortable_field_can_be_ordered_by_and_paged_through,
    the_fixture_has_a_value_for_every_field,
);

/// Collects what went wrong, so that one run tells all of it.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn note<T>(&mut self, what: impl FnOnce() -> String, outcome: Result<T, Error>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(error) => {
                self.0.push(format!("{}: {error}", what()));
                None
            }
        }
    }

    fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(what());
        }
    }

    fn none(self) {
        assert!(self.0.is_empty(), "{} faults:\n{}", self.0.len(), self.0.join("\n"));
    }
}

async fn every_field_can_be_read(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let mut faults = Faults::default();
    for noun in model().nouns() {
        for index in 0..noun.fields.len() {
            let select = Select { fields: vec![index], ..Select::default() };
            let question = Question { noun, ask: all(noun, Expr::always()), select, guard: None };
            let answer = answer(&store.db, Org::Harbour.viewer(Role::Owner), question).await;
            let field = &noun.fields[index];
            let Some((level, _)) = faults.note(|| format!("{}.{}", noun.name, field.name), answer) else { continue };
            faults.expect(!level.rows.is_empty(), || format!("{}: no row", noun.name));
            for row in level.rows.iter() {
                faults.expect(suits(field, &row[1]), || format!("{}.{}: {:?}", noun.name, field.name, row[1]));
            }
        }
    }
    faults.none();
}

/// Whether a cell is a value of the field.
fn suits(field: &Field, cell: &Cell) -> bool {
    match (field.kind, cell) {
        (_, Cell::Null) => field.nullable,
        (Kind::Text, Cell::Text(word)) => {
            field.words.is_none_or(|words| words.words.iter().any(|known| known.word == word) || word.is_empty())
        }
        (Kind::Json, Cell::Json(text)) => {
            let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
            value.is_array() || (value.is_object() && !field.list)
        }
        (Kind::Bool, Cell::Bool(_))
        | (Kind::Int | Kind::Long, Cell::Int(_))
        | (Kind::Float, Cell::Float(_))
        | (Kind::Uuid, Cell::Uuid(_))
        | (Kind::Time, Cell::Time(_))
        | (Kind::Date, Cell::Date(_))
        | (Kind::Decimal, Cell::Decimal(_)) => true,
        _ => false,
    }
}

async fn every_relation_can_be_loaded(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let mut faults = Faults::default();
    for noun in model().nouns() {
        let every = everything(noun);
        let mut selects: Vec<(&str, Select)> = Vec::new();
        for one in &every.ones {
            selects.push((noun.relations[one.relation].name, Select { ones: vec![one.clone()], ..Select::default() }));
        }
        for many in &every.manys {
            let name = noun.relations[many.relation].name;
            for backward in [false, true] {
                for limit in [None, Some(1), Some(10)] {
                    let mut many = many.clone();
                    many.ask.window = Window { limit, backward: backward && limit.is_some(), ..Window::default() };
                    selects.push((name, Select { manys: vec![many], ..Select::default() }));
                }
            }
            let mut counted = many.clone();
            counted.ask = Ask { rows: false, ..counted.ask };
            selects.push((name, Select { manys: vec![counted], ..Select::default() }));
        }
        selects.push(("everything", every));
        for (name, select) in selects {
            let question = Question { noun, ask: all(noun, Expr::always()), select, guard: None };
            let answer = answer(&store.db, Org::Harbour.viewer(Role::Owner), question).await;
            faults.note(|| format!("{}.{name}", noun.name), answer);
        }
    }
    faults.none();
}

/// Values of a kind that a statement may have to bind.
pub fn samples(kind: Kind) -> Vec<Cell> {
    match kind {
        Kind::Bool => vec![true.into(), false.into()],
        Kind::Int => vec![2.into(), i32::MIN.into(), i32::MAX.into()],
        Kind::Long => vec![1_001_i64.into(), i64::MIN.into(), i64::MAX.into()],
        Kind::Float => vec![53.5438.into(), (-0.0).into(), f64::MAX.into()],
        Kind::Text | Kind::Json => vec!["Press 3".into(), "".into(), "%_\\'\"<mark>Ä😀".into()],
        Kind::Uuid => vec![crate::fixture::uuid("audit", 1_001).into()],
        Kind::Time => vec![crate::fixture::instant("2026-02-01T08:00:00.000001Z").into()],
        Kind::Date => vec![crate::fixture::clock().now().date_naive().into()],
        Kind::Decimal => ["87.5", "-999999999999.999999", "0.000001"]
            .map(|text| Cell::Decimal(text.parse().expect("a decimal")))
            .to_vec(),
    }
}

/// Every test that suits a field.
fn tests(field: &Field) -> Vec<Test> {
    let samples = samples(field.kind);
    let mut tests = vec![
        Test::IsNull(true),
        Test::IsNull(false),
        Test::In(samples.clone()),
        Test::NotIn(samples.clone()),
        Test::In(Vec::new()),
        Test::NotIn(Vec::new()),
        Test::In(vec![Cell::Null]),
        Test::NotIn(vec![Cell::Null]),
        Test::Eq(Cell::Null),
        Test::Between(samples[0].clone(), Cell::Null),
    ];
    for cell in &samples {
        tests.extend([Test::Eq(cell.clone()), Test::NotEq(cell.clone())]);
        tests.extend([Test::Lt(cell.clone()), Test::Lte(cell.clone())]);
        tests.extend([Test::Gt(cell.clone()), Test::Gte(cell.clone())]);
        tests.push(Test::Between(cell.clone(), samples[0].clone()));
        if let (Kind::Text, Cell::Text(text)) = (field.kind, cell) {
            tests.extend([Test::Contains(text.clone()), Test::StartsWith(text.clone()), Test::EndsWith(text.clone())]);
        }
    }
    tests
}

async fn every_field_can_be_filtered_by_every_test(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let mut faults = Faults::default();
    for noun in model().nouns() {
        for (index, field) in noun.fields.iter().enumerate() {
            let mut exprs = Vec::new();
            if field.filterable {
                for test in tests(field) {
                    if field.kind == Kind::Text {
                        exprs.push(Expr::Field { field: index, test: test.clone(), fold: true });
                    }
                    exprs.push(Expr::field(index, test));
                }
            }
            if field.list {
                exprs.extend(["press", "", "Ä\"😀"].map(|tag| Expr::field(index, Test::Has(tag.to_owned()))));
            }
            for expr in exprs {
                let told = format!("{}.{} {expr:?}", noun.name, field.name);
                complement(&store.db, noun, expr, &told, &mut faults).await;
            }
        }
    }
    faults.none();
}

/// A condition and its `not` share the rows out between them.
async fn complement(db: &Db, noun: &'static Noun, expr: Expr, told: &str, faults: &mut Faults) {
    let viewer = Org::Harbour.viewer(Role::Owner);
    let counted = |expr: Expr| {
        let mut question = ids_of(noun, expr);
        question.ask.rows = false;
        question.ask.total = true;
        answer(db, viewer, question)
    };
    let total = |level: &audit_gateway::domain::ask::Level| level.group(0).total.expect("a total");
    let Some((with, _)) = faults.note(|| told.to_owned(), counted(expr.clone()).await) else { return };
    let without = counted(Expr::Not(Box::new(expr))).await;
    let Some((without, _)) = faults.note(|| format!("not {told}"), without) else { return };
    let (every, _) = counted(Expr::always()).await.expect("all rows");
    faults.expect(total(&with) + total(&without) == total(&every), || format!("{told}: not is no complement"));
}

async fn every_relation_can_be_filtered_by(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let mut faults = Faults::default();
    for noun in model().nouns() {
        for (relation, described) in noun.relations.iter().enumerate() {
            let target = model().noun(described.target).expect("a target");
            let mut conditions = vec![Expr::always()];
            let filterable = target.fields.iter().enumerate().filter(|(_, field)| field.filterable);
            conditions.extend(filterable.map(|(index, _)| Expr::field(index, Test::IsNull(false))));
            // One relation further: aliases must not meet.
            conditions.extend((0..target.relations.len()).map(|relation| {
                let expr = Box::new(Expr::always());
                Expr::Related { relation, expr }
            }));
            for condition in conditions {
                let told = format!("{}.{} {condition:?}", noun.name, described.name);
                let expr = Expr::Related { relation, expr: Box::new(condition) };
                complement(&store.db, noun, expr, &told, &mut faults).await;
            }
        }
    }
    faults.none();
}

async fn every_sortable_field_can_be_ordered_by_and_paged_through(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let viewer = Org::Harbour.viewer(Role::Owner);
    let mut faults = Faults::default();
    for noun in model().nouns() {
        let (whole, _) = answer(&store.db, viewer, ids_of(noun, Expr::always())).await.expect("all rows");
        for (field, described) in noun.fields.iter().enumerate().filter(|(_, field)| field.sortable) {
            for descending in [false, true] {
                let order = vec![OrderBy::new(field, descending)];
                let told = format!("{}.{} descending {descending}", noun.name, described.name);
                let seen = walk(&store.db, noun, &order, whole.rows.len()).await;
                let Some(mut seen) = faults.note(|| told.clone(), seen) else { continue };
                let mut every: Vec<i64> = whole.rows.iter().map(|row| row[0].as_int().expect("an id")).collect();
                seen.sort_unstable();
                every.sort_unstable();
                faults.expect(seen == every, || format!("{told}: {seen:?} instead of {every:?}"));
            }
        }
    }
    faults.none();
}

/// The ids met in pages of two rows; stops where a page begins again.
async fn walk(db: &Db, noun: &'static Noun, order: &[OrderBy], most: usize) -> Result<Vec<i64>, Error> {
    let mut seen = Vec::new();
    let mut window = Window { limit: Some(2), ..Window::default() };
    while seen.len() <= most {
        let ask = Ask { order: order.to_vec(), window: window.clone(), ..all(noun, Expr::always()) };
        let question = Question { noun, ask, select: every_field(noun), guard: None };
        let (level, _) = answer(db, Org::Harbour.viewer(Role::Owner), question).await?;
        let group = level.group(0);
        seen.extend(level.rows.iter().map(|row| row[0].as_int().expect("an id")));
        if !group.more {
            break;
        }
        let cursor = level.cursor(group.len - 1, noun, order);
        window.after = Some(audit_gateway::domain::ask::Cursor::decode(&cursor, noun, order)?);
    }
    Ok(seen)
}

/// A field that is null in every row of the fixture is a field whose reading nobody has tried.
async fn the_fixture_has_a_value_for_every_field(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let mut faults = Faults::default();
    for noun in model().nouns() {
        let question = Question { select: every_field(noun), ..ids_of(noun, Expr::always()) };
        let (level, _) = answer(&store.db, Org::Harbour.viewer(Role::Owner), question).await.expect("all rows");
        for (index, field) in noun.fields.iter().enumerate() {
            let valued = level.rows.iter().any(|row| !row[index + 1].is_null());
            let origin =
                if matches!(field.source, Source::Derived(_) | Source::Standing(_)) { " (derived)" } else { "" };
            faults.expect(valued, || format!("{}.{}{origin}", noun.name, field.name));
        }
    }
    faults.none();
}
