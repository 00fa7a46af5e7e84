//! A condition gives on both stores exactly the rows that it means.

use audit_gateway::domain::ask::{Expr, Question, Select, Test};
use audit_gateway::domain::cx::Role;
use audit_gateway::domain::db::Store;
use audit_gateway::domain::describe::Noun;
use proptest::collection::vec;
use proptest::prelude::*;

use super::world::{NOUNS, World, check, condition, viewer, world};
use super::{answer, every_field, ids, ids_of, noun, reckon};
use crate::fixture::{Org, Row, insert_rows};
use crate::store::{TestStore, on_both_stores};

on_both_stores!(
    a_random_condition_gives_the_rows_it_means,
    every_field_of_random_rows_reads_as_it_is_worked_out,
    the_audits_to_come_are_those_that_are_worked_out,
    parts_of_texts_are_found_by_letter_and_not_by_pattern,
);

fn any_condition() -> impl Strategy<Value = (&'static Noun, Expr)> {
    let each = NOUNS.map(|name| {
        let noun = noun(name);
        condition(noun, 2).prop_map(move |expr| (noun, expr)).boxed()
    });
    proptest::strategy::Union::new(each)
}

fn meant(world: &World, noun: &Noun, expr: &Expr) -> Vec<i64> {
    let rows = world.listed(noun).into_iter().filter(|row| world.passes(noun, row, expr));
    rows.map(|row| row.get("id").as_int().expect("an id")).collect()
}

async fn a_random_condition_gives_the_rows_it_means(kind: Store) {
    let store = TestStore::seeded(kind).await;
    check(60, &(world(), vec(any_condition(), 1..12)), async |(world, conditions)| {
        world.put(&store.db).await;
        for (noun, expr) in conditions {
            let told = || format!("{} {expr:?}", noun.name);
            let found = ids(&store.db, viewer(), ids_of(noun, expr.clone())).await;
            let mut found = found.map_err(|error| format!("{}: {error}", told()))?;
            found.sort_unstable();
            let meant = meant(&world, noun, &expr);
            if found != meant {
                return Err(format!("{}\nfound {found:?}\nmeant {meant:?}", told()));
            }
        }
        Ok(())
    });
}

async fn every_field_of_random_rows_reads_as_it_is_worked_out(kind: Store) {
    let store = TestStore::seeded(kind).await;
    check(60, &world(), async |world| {
        world.put(&store.db).await;
        for name in NOUNS {
            let noun = noun(name);
            let question = Question { select: every_field(noun), ..ids_of(noun, Expr::always()) };
            let (level, _) = answer(&store.db, viewer(), question).await.map_err(|error| format!("{name}: {error}"))?;
            for row in world.listed(noun) {
                let found = level.rows.iter().find(|found| found[0] == *row.get("id"));
                let found = found.ok_or_else(|| format!("{name}: no row {:?}", row.get("id")))?;
                for (index, field) in noun.fields.iter().enumerate() {
                    let worked_out = reckon::stored(world.value(noun, row, index), field.kind);
                    if found[index + 1] != worked_out {
                        return Err(format!("{name}.{}: {:?}, but {worked_out:?}", field.name, found[index + 1]));
                    }
                }
            }
        }
        Ok(())
    });
}

async fn the_audits_to_come_are_those_that_are_worked_out(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let future = noun("FutureAudit");
    check(60, &world(), async |world| {
        world.put(&store.db).await;
        let question = Question { select: every_field(future), ..ids_of(future, Expr::always()) };
        let (level, _) = answer(&store.db, viewer(), question).await.map_err(|error| error.to_string())?;
        let mut meant = reckon::future_audits(&world);
        meant.sort_by_key(|fields| (fields[0].1.as_time(), fields[5].1.as_str().map(ToOwned::to_owned)));
        if level.rows.len() != meant.len() {
            return Err(format!("{} rows, but {meant:?}", level.rows.len()));
        }
        for (row, meant) in level.rows.iter().zip(meant) {
            for (name, worked_out) in meant {
                let found = &row[1 + super::field(future, name)];
                if *found != worked_out {
                    return Err(format!("{name}: {found:?}, but {worked_out:?}"));
                }
            }
        }
        Ok(())
    });
}

async fn parts_of_texts_are_found_by_letter_and_not_by_pattern(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let labels = ["", "a", "A", "ab", "a%b", "a_b", "axb", "Äb", "äb", "e\u{301}", "é", "😀b", "\\", "'"];
    let rows = labels.iter().zip(7_001..).map(|(label, id): (_, i64)| {
        Row::new("category", serde_json::json!({ "id": id, "organization_id": 2, "label": label }))
    });
    insert_rows(&store.db, rows.collect()).await;
    let parts =
        ["", "a", "A", "b", "B", "%", "_", "Ä", "ä", "e", "\u{301}", "é", "😀", "\\", "'", "a%b", "longer than any"];
    let category = noun("Category");
    let field = super::field(category, "label");
    for part in parts {
        let tests =
            [Test::Contains(part.to_owned()), Test::StartsWith(part.to_owned()), Test::EndsWith(part.to_owned())];
        for (test, fold) in tests.iter().flat_map(|test| [(test, false), (test, true)]) {
            let expr = Expr::Field { field, test: test.clone(), fold };
            let mut question =
                Question { select: Select { fields: vec![field], ..Select::default() }, ..ids_of(category, expr) };
            question.ask.order = vec![super::by(category, "legacyId", false)];
            let (level, _) = answer(&store.db, Org::Nordic.viewer(Role::Member), question).await.expect("an answer");
            let found: Vec<&str> = level.rows.iter().filter_map(|row| row[1].as_str()).collect();
            let every = std::iter::once("Safety").chain(labels);
            let meant: Vec<&str> = every.filter(|label| reckon::passes(&(*label).into(), test, fold)).collect();
            assert_eq!(found, meant, "{test:?}, fold {fold}");
        }
    }
}
