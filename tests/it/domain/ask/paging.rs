//! Walking a list in pages gives the list: no gap, no repeat, whatever the order, the direction and the size.

use audit_gateway::domain::ask::{Ask, Cursor, Expr, Many, OrderBy, Question, Select, Test, Window, order_of};
use audit_gateway::domain::cell::Cell;
use audit_gateway::domain::cx::Role;
use audit_gateway::domain::db::{Db, Store};
use audit_gateway::domain::describe::{Link, Noun, Shape};
use audit_gateway::domain::error::Error;
use audit_gateway::domain::model::model;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::world::{NOUNS, World, check, condition, text, value, viewer, world};
use super::{all, answer, by, ids_of, noun, reckon};
use crate::fixture::{Org, Row, insert_rows};
use crate::store::{TestStore, on_both_stores};

on_both_stores!(
    pages_in_a_random_order_are_the_whole_list,
    a_page_between_two_places_is_the_part_between_them,
    pages_of_nested_lists_are_each_parents_first_rows,
    a_nested_list_is_walked_like_any_other,
    the_way_down_to_an_asset_begins_at_the_root,
    texts_are_ordered_by_code_point,
    a_limit_of_nothing_tells_whether_there_is_something,
    the_total_does_not_depend_on_the_page,
);

fn any_noun() -> impl Strategy<Value = &'static Noun> {
    proptest::sample::select(NOUNS.to_vec()).prop_map(noun)
}

/// One to three steps over sortable fields, or none for the noun's own order.
fn order(noun: &'static Noun) -> impl Strategy<Value = Vec<OrderBy>> {
    let sortable: Vec<usize> = (0..noun.fields.len()).filter(|index| noun.fields[*index].sortable).collect();
    let step = (proptest::sample::select(sortable), any::<bool>());
    vec(step.prop_map(|(field, descending)| OrderBy::new(field, descending)), 0..4)
        .prop_map(move |order| order_of(noun, &order))
}

/// The ids of the listed rows that pass, in the order asked for.
fn meant(world: &World, noun: &Noun, order: &[OrderBy], expr: &Expr) -> Vec<i64> {
    let passing = world.listed(noun).into_iter().filter(|row| world.passes(noun, row, expr));
    in_order(world, noun, order, passing.collect())
}

fn in_order(world: &World, noun: &Noun, order: &[OrderBy], mut rows: Vec<&Row>) -> Vec<i64> {
    let turned =
        |ordering: std::cmp::Ordering, descending: bool| if descending { ordering.reverse() } else { ordering };
    rows.sort_by(|one, other| {
        let mut steps = order.iter().map(|step| {
            let values = (world.value(noun, one, step.field), world.value(noun, other, step.field));
            turned(reckon::in_order(&values.0, &values.1), step.descending)
        });
        let last = order.last().is_some_and(|step| step.descending);
        let by_id = || turned(one.get("id").as_int().cmp(&other.get("id").as_int()), last);
        steps.find(|ordering| ordering.is_ne()).unwrap_or_else(by_id)
    });
    rows.into_iter().map(|row| row.get("id").as_int().expect("an id")).collect()
}

/// The order of the way down to a row.
fn from_the_root(mut rows: Vec<&Row>) -> Vec<i64> {
    rows.sort_by_key(|row| row.get("path").as_str().map(str::len));
    rows.into_iter().map(|row| row.get("id").as_int().expect("an id")).collect()
}

/// A list to walk through.
struct Walk<'w> {
    db: &'w Db,
    noun: &'static Noun,
    order: &'w [OrderBy],
    expr: &'w Expr,
}

impl Walk<'_> {
    /// One page: its ids, the cursors of its first and last row, and whether there is more.
    async fn page(&self, window: Window) -> Result<(Vec<i64>, Vec<Cursor>, bool), String> {
        let ask = Ask {
            expr: self.expr.clone(),
            order: self.order.to_vec(),
            window,
            rows: true,
            total: false,
            cursors: true,
        };
        let question = Question { noun: self.noun, ask, select: Select::default(), guard: None };
        let told = |error: Error| format!("{}: {error}", self.noun.name);
        let (level, _) = answer(self.db, viewer(), question).await.map_err(told)?;
        let group = level.group(0);
        let mut cursors = Vec::new();
        for row in 0..group.len {
            let text = level.cursor(row, self.noun, self.order);
            let cursor = Cursor::decode(&text, self.noun, self.order).map_err(told)?;
            if cursor.encode(self.noun, self.order) != text {
                return Err(format!("{}: {cursor:?} is not read as it was written", self.noun.name));
            }
            cursors.push(cursor);
        }
        let ids = level.rows.iter().map(|row| row[0].as_int().expect("an id")).collect();
        Ok((ids, cursors, group.more))
    }

    /// All pages, from the front or from the back, put together in the order of the list.
    async fn walk(&self, sizes: &[usize], backward: bool) -> Result<Vec<i64>, String> {
        let (mut seen, mut place): (Vec<Vec<i64>>, Option<Cursor>) = (Vec::new(), None);
        for size in sizes.iter().cycle().take(100) {
            let window = Window {
                limit: Some(*size),
                backward,
                after: place.clone().filter(|_| !backward),
                before: place.clone().filter(|_| backward),
                offset: None,
            };
            let (ids, cursors, more) = self.page(window).await?;
            if ids.len() > *size || (more && ids.len() < *size) {
                return Err(format!("{}: {} rows in a page of {size}", self.noun.name, ids.len()));
            }
            seen.push(ids);
            place = if backward { cursors.first().cloned() } else { cursors.last().cloned() };
            if !more {
                if backward {
                    seen.reverse();
                }
                return Ok(seen.concat());
            }
        }
        Err(format!("{}: no end after {seen:?}", self.noun.name))
    }
}

async fn pages_in_a_random_order_are_the_whole_list(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let list = any_noun().prop_flat_map(|noun| {
        let expr = prop_oneof![3 => Just(Expr::always()), 1 => condition(noun, 1)];
        (Just(noun), order(noun), expr)
    });
    let lists = vec((list, vec(1..5_usize, 1..4)), 1..6);
    check(60, &(world(), lists), async |(world, lists)| {
        world.put(&store.db).await;
        for ((noun, order, expr), sizes) in lists {
            let meant = meant(&world, noun, &order, &expr);
            let walk = Walk { db: &store.db, noun, order: &order, expr: &expr };
            for backward in [false, true] {
                let found = walk.walk(&sizes, backward).await?;
                if found != meant {
                    let told = format!("{} {order:?} in pages of {sizes:?}, backward {backward}", noun.name);
                    return Err(format!("{told}\nfound {found:?}\nmeant {meant:?}"));
                }
            }
        }
        Ok(())
    });
}

async fn a_page_between_two_places_is_the_part_between_them(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let list = any_noun().prop_flat_map(|noun| (Just(noun), order(noun)));
    let places = (any::<Index>(), any::<Index>(), 1..6_usize, any::<bool>());
    check(60, &(world(), list, vec(places, 1..4)), async |(world, (noun, order), places)| {
        world.put(&store.db).await;
        let expr = Expr::always();
        let walk = Walk { db: &store.db, noun, order: &order, expr: &expr };
        let (every, cursors, _) = walk.page(Window { limit: Some(200), ..Window::default() }).await?;
        for (after, before, limit, backward) in places {
            if every.is_empty() {
                break;
            }
            let (after, before) = (after.index(every.len()), before.index(every.len()));
            let between = every.get(after + 1..before).unwrap_or_default();
            let cut = between.len().saturating_sub(limit);
            let meant = if backward { &between[cut..] } else { &between[..between.len() - cut] };
            let (after, before) = (Some(cursors[after].clone()), Some(cursors[before].clone()));
            let (found, _, more) =
                walk.page(Window { limit: Some(limit), backward, after, before, offset: None }).await?;
            if found != meant || more != (cut > 0) {
                return Err(format!("{} {order:?}\nfound {found:?}, more {more}\nmeant {meant:?}", noun.name));
            }
        }
        Ok(())
    });
}

async fn pages_of_nested_lists_are_each_parents_first_rows(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let list = any_noun().prop_flat_map(|noun| {
        let lists: Vec<usize> = (0..noun.relations.len())
            .filter(|relation| {
                let relation = &noun.relations[*relation];
                !matches!(relation.link, Link::ToOne(_)) && NOUNS.contains(&relation.target)
            })
            .collect();
        proptest::sample::select(lists).prop_flat_map(move |relation| {
            let (_, target) = model().related(noun, relation).expect("a relation");
            let expr = prop_oneof![2 => Just(Expr::always()), 1 => condition(target, 1)];
            (Just(noun), Just(relation), order(target), expr)
        })
    });
    let windows = (proptest::option::of(1..4_usize), any::<bool>());
    check(60, &(world(), vec((list, windows), 1..5)), async |(world, lists)| {
        world.put(&store.db).await;
        for ((noun, relation, order, expr), (limit, backward)) in lists {
            let (_, target) = model().related(noun, relation).expect("a relation");
            let window = Window { limit, backward: backward && limit.is_some(), ..Window::default() };
            let ask = Ask { expr: expr.clone(), order: order.clone(), window: window.clone(), ..all(target, expr) };
            let many = Many { relation, ask, select: Select::default() };
            let select = Select { manys: vec![many.clone()], ..Select::default() };
            let question = Question { select, ..ids_of(noun, Expr::always()) };
            let told = || format!("{}.{} {many:?}", noun.name, noun.relations[relation].name);
            let (level, _) =
                answer(&store.db, viewer(), question).await.map_err(|error| format!("{}: {error}", told()))?;
            for row in world.listed(noun) {
                let children = world.related(noun, row, relation).into_iter();
                let passing = children.filter(|child| world.passes(target, child, &many.ask.expr)).collect();
                let mut meant = match noun.relations[relation].link {
                    Link::Ancestors => from_the_root(passing),
                    _ => in_order(&world, target, &order, passing),
                };
                let total = meant.len();
                let cut = window.limit.map_or(0, |limit| total.saturating_sub(limit));
                meant = if window.backward { meant[cut..].to_vec() } else { meant[..total - cut].to_vec() };
                let group = level.below[0].group(row.get("id").as_int().expect("an id"));
                let rows = (group.start..group.start + group.len).map(|row| level.below[0].rows.cell(row, 0).as_int());
                let found: Vec<i64> = rows.map(|id| id.expect("an id")).collect();
                if (found.as_slice(), group.more) != (meant.as_slice(), cut > 0) {
                    let told = told();
                    return Err(format!("{told} of {:?}\nfound {found:?}\nmeant {meant:?}", row.get("id")));
                }
                if group.total != i64::try_from(total).ok() {
                    return Err(format!("{} of {:?}: {:?} in all, not {total}", told(), row.get("id"), group.total));
                }
            }
        }
        Ok(())
    });
}

/// The pages of one parent's list, which begin behind a cursor, make up the list.
async fn a_nested_list_is_walked_like_any_other(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let list = any_noun().prop_flat_map(|noun| {
        let connections: Vec<usize> = (0..noun.relations.len())
            .filter(|relation| {
                let relation = &noun.relations[*relation];
                relation.shape == Shape::Connection && NOUNS.contains(&relation.target)
            })
            .collect();
        let connections = if connections.is_empty() { vec![usize::MAX] } else { connections };
        (Just(noun), proptest::sample::select(connections))
    });
    let list = list.prop_filter("a connection", |(_, relation)| *relation != usize::MAX);
    let list = list.prop_flat_map(|(noun, relation)| {
        let (_, target) = model().related(noun, relation).expect("a relation");
        (Just(noun), Just(relation), order(target))
    });
    check(40, &(world(), vec((list, 1..4_usize, any::<bool>()), 1..4)), async |(world, lists)| {
        world.put(&store.db).await;
        for ((noun, relation, order), size, backward) in lists {
            let (_, target) = model().related(noun, relation).expect("a relation");
            for row in world.listed(noun) {
                let meant = in_order(&world, target, &order, world.related(noun, row, relation));
                let parent = row.get("id").as_int().expect("an id");
                let walk = Nested { db: &store.db, noun, relation, order: &order, parent };
                let found = walk.walk(size, backward).await?;
                if found != meant {
                    let told = format!("{}.{} {order:?}", noun.name, noun.relations[relation].name);
                    return Err(format!("{told} in pages of {size}\nfound {found:?}\nmeant {meant:?}"));
                }
            }
        }
        Ok(())
    });
}

/// A list of one parent to walk through.
struct Nested<'w> {
    db: &'w Db,
    noun: &'static Noun,
    relation: usize,
    order: &'w [OrderBy],
    parent: i64,
}

impl Nested<'_> {
    async fn walk(&self, size: usize, backward: bool) -> Result<Vec<i64>, String> {
        let (_, target) = model().related(self.noun, self.relation).expect("a relation");
        let (mut seen, mut place): (Vec<Vec<i64>>, Option<Cursor>) = (Vec::new(), None);
        for _ in 0..20 {
            let window = Window {
                limit: Some(size),
                backward,
                after: place.clone().filter(|_| !backward),
                before: place.clone().filter(|_| backward),
                offset: None,
            };
            let ask = Ask { order: self.order.to_vec(), window, ..all(target, Expr::always()) };
            let many = Many { relation: self.relation, ask, select: Select::default() };
            let this = Expr::field(super::field(self.noun, "legacyId"), Test::Eq(self.parent.into()));
            let select = Select { manys: vec![many], ..Select::default() };
            let question = Question { select, ..ids_of(self.noun, this) };
            let (level, _) = answer(self.db, viewer(), question).await.map_err(|error| error.to_string())?;
            let (below, group) = (&level.below[0], level.below[0].group(self.parent));
            let rows = group.start..group.start + group.len;
            seen.push(rows.clone().map(|row| below.rows.cell(row, 0).as_int().expect("an id")).collect());
            let end = if backward { rows.start } else { rows.end.saturating_sub(1) };
            if !group.more {
                if backward {
                    seen.reverse();
                }
                return Ok(seen.concat());
            }
            let text = below.cursor(end, target, self.order);
            place = Some(Cursor::decode(&text, target, self.order).map_err(|error| error.to_string())?);
        }
        Err(format!("no end after {seen:?}"))
    }
}

async fn the_way_down_to_an_asset_begins_at_the_root(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let asset = noun("Asset");
    let press = Expr::field(super::field(asset, "slug"), Test::Eq("press-3".into()));
    let ancestors = super::relation(asset, "ancestors");
    let ask = Ask { cursors: false, total: false, ..all(asset, Expr::always()) };
    let many = Many { relation: ancestors, ask, select: Select::default() };
    let select = Select { manys: vec![many], ..Select::default() };
    let question = Question { select, ..ids_of(asset, press) };
    let (level, _) = answer(&store.db, Org::Harbour.viewer(Role::Member), question).await.expect("the press");
    let found: Vec<Option<i64>> = level.below[0].rows.iter().map(|row| row[0].as_int()).collect();
    assert_eq!(found, [Some(1_001), Some(1_002)], "by name they would stand the other way round");
}

async fn texts_are_ordered_by_code_point(kind: Store) {
    let store = TestStore::seeded(kind).await;
    // By language, or by UTF-16, these would stand in another order.
    let labels = ["", " ", "10", "9", "A", "B", "Z", "_", "a", "b", "z", "Ä", "ß", "ä", "é", "İ", "\u{ffff}", "😀"];
    let rows = labels.iter().rev().zip(1..).map(|(label, id): (_, i64)| {
        Row::new("category", serde_json::json!({ "id": 7_000 + id, "organization_id": 1, "label": label }))
    });
    insert_rows(&store.db, rows.collect()).await;
    let category = noun("Category");
    let mut question = ids_of(category, Expr::always());
    question.ask.order = vec![by(category, "label", false)];
    question.select.fields = vec![super::field(category, "label")];
    let (level, _) = answer(&store.db, Org::Harbour.viewer(Role::Member), question).await.expect("the categories");
    let found: Vec<&str> =
        level.rows.iter().filter_map(|row| row[1].as_str()).filter(|label| *label != "Safety").collect();
    assert_eq!(found, labels);
}

async fn a_limit_of_nothing_tells_whether_there_is_something(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let issue = noun("Issue");
    let viewer = Org::Harbour.viewer(Role::Member);
    for (expr, some) in [(Expr::always(), true), (Expr::Or(Vec::new()), false)] {
        let mut question = ids_of(issue, expr);
        question.ask.window.limit = Some(0);
        let (level, _) = answer(&store.db, viewer, question).await.expect("no rows");
        assert_eq!((level.rows.len(), level.group(0).more), (0, some));
    }
}

async fn the_total_does_not_depend_on_the_page(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let audit = noun("Audit");
    let viewer = Org::Harbour.viewer(Role::Member);
    let order = vec![by(audit, "number", false)];
    let mut question = Question { select: Select::default(), ..ids_of(audit, Expr::always()) };
    question.ask = Ask { order: order.clone(), ..all(audit, Expr::always()) };
    let (whole, _) = answer(&store.db, viewer, question.clone()).await.expect("all");
    let last = Cursor::decode(&whole.cursor(4, audit, &order), audit, &order).expect("a cursor");
    question.ask.window = Window { limit: Some(2), after: Some(last), ..Window::default() };
    let (past, _) = answer(&store.db, viewer, question).await.expect("nothing");
    assert_eq!((past.rows.len(), past.group(0).total), (0, Some(5)), "a page past the end keeps its total");
}

/// A cursor is bound to its list and its order, and to every letter of it.
#[test]
fn a_cursor_of_another_list_or_order_is_refused() {
    let (audit, issue) = (noun("Audit"), noun("Issue"));
    let rising = vec![by(audit, "createdAt", false)];
    let text = Cursor::new(vec![Cell::Time(crate::fixture::clock().now())], 7).encode(audit, &rising);
    assert!(Cursor::decode(&text, audit, &rising).is_ok());
    let others = [
        (audit, vec![by(audit, "createdAt", true)]),
        (audit, vec![by(audit, "updatedAt", false)]),
        (audit, vec![by(audit, "createdAt", false), by(audit, "name", false)]),
        (audit, Vec::new()),
        (issue, vec![by(issue, "createdAt", false)]),
    ];
    for (noun, order) in others {
        assert!(matches!(Cursor::decode(&text, noun, &order), Err(Error::Invalid(_))), "{} {order:?}", noun.name);
    }
    for strange in ["", "a", "====", "not a cursor", "💥", &"A".repeat(100_000)] {
        assert!(matches!(Cursor::decode(strange, audit, &rising), Err(Error::Invalid(_))), "{strange:.20}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn a_cursor_is_read_as_it_was_written(order in order_and_values(), id in any::<i64>()) {
        let (noun, order, values) = order;
        let cursor = Cursor::new(values, id);
        let text = cursor.encode(noun, &order);
        prop_assert_eq!(Cursor::decode(&text, noun, &order).expect("a cursor"), cursor);
        prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }

    #[test]
    fn a_cursor_with_one_letter_changed_is_refused(order in order_and_values(), at in any::<Index>(), letter in "[A-Za-z0-9_-]") {
        let (noun, order, values) = order;
        let text = Cursor::new(values, 7).encode(noun, &order);
        let at = at.index(text.len());
        prop_assume!(text[at..=at] != letter);
        let changed = format!("{}{letter}{}", &text[..at], &text[at + 1..]);
        prop_assert!(matches!(Cursor::decode(&changed, noun, &order), Err(Error::Invalid(_))));
    }
}

fn order_and_values() -> impl Strategy<Value = (&'static Noun, Vec<OrderBy>, Vec<Cell>)> {
    any_noun().prop_flat_map(|noun| (Just(noun), order(noun))).prop_flat_map(|(noun, order)| {
        let values: Vec<BoxedStrategy<Cell>> = order
            .iter()
            .map(|step| {
                let kind = noun.fields[step.field].kind;
                prop_oneof![1 => Just(Cell::Null), 3 => value(kind), 1 => text().prop_map(move |text| match kind {
                    audit_gateway::domain::cell::Kind::Text => Cell::Text(text),
                    _ => Cell::Null,
                })]
                .boxed()
            })
            .collect();
        (Just(noun), Just(order), values)
    })
}
