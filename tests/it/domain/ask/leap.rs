//! Pages far from the first are the same rows, found by the store's tally.

use std::sync::Arc;

use audit_gateway::domain::access::Viewer;
use audit_gateway::domain::ask::{Ask, Expr, OrderBy, Question, Window};
use audit_gateway::domain::db::{Arg, Db, Errand, Outcome, Statement, Store};
use audit_gateway::domain::describe::Noun;
use audit_gateway::seed::scale;
use chrono::NaiveDate;

use super::{answer, by, ids, ids_of, noun};
use crate::graphql::owner;
use crate::store::{TestStore, on_both_stores};

on_both_stores!(a_page_far_from_the_first_is_the_same_part_of_the_list);

const PAGE: usize = 25;

async fn remove(db: &Db, organization_id: i64, table: &'static str, condition: &'static str) {
    let errand = Errand { organization_id: Some(organization_id), ..Errand::default() };
    let removed = db.write(&errand, move |tx| {
        Box::pin(async move {
            let sql = format!("DELETE FROM {table} WHERE organization_id = $1 AND {condition}");
            tx.fetch(&Statement::new(sql, vec![Arg::long(organization_id)], Vec::new())).await?;
            Ok(Outcome::Bookkeeping(()))
        })
    });
    removed.await.expect("rows are removed");
}

async fn assert_pages(db: &Db, viewer: Viewer, noun: &'static Noun, order: &[OrderBy]) {
    let list = Question {
        ask: Ask { order: order.to_vec(), ..ids_of(noun, Expr::always()).ask },
        ..ids_of(noun, Expr::always())
    };
    let listed = ids(db, viewer, list.clone()).await.expect("the list");
    let length = listed.len();
    for offset in [0, 1, 25, 511, 512, 513, 1_300, length / 2, length - 26, length - 1, length, length + 700] {
        let window = Window { limit: Some(PAGE), offset: Some(offset as u64), ..Window::default() };
        let ask = Ask { window, total: true, ..list.ask.clone() };
        let (level, statements) = answer(db, viewer, Question { ask, ..list.clone() }).await.expect("a page");
        let found: Vec<i64> = level.rows.iter().map(|row| row[0].as_int().expect("an id")).collect();
        let meant: Vec<i64> = listed.iter().copied().skip(offset).take(PAGE).collect();
        assert_eq!(found, meant, "{} from {offset}, {order:?}", noun.name);
        assert_eq!(level.group(0).total, Some(length as i64), "{} from {offset}", noun.name);
        assert_eq!(statements, if offset < length { 1 } else { 2 }, "{} from {offset}", noun.name);
    }
}

async fn a_page_far_from_the_first_is_the_same_part_of_the_list(kind: Store) {
    let store = TestStore::migrated(kind).await;
    let day = NaiveDate::from_ymd_opt(2026, 1, 15).expect("a day");
    for (organization, audits) in [("long", 1_500), ("other", 30)] {
        let order = scale::Order { audits, seed: 7, organization: organization.to_owned(), day, with_trail: false };
        scale::fill(&store.db, &order, Arc::new(|_| {})).await.expect("audits");
    }
    let viewer = Viewer::from(&owner(&store.db, "long").await);
    for pass in 0..2 {
        for noun in [noun("Audit"), noun("Activity")] {
            let (created, uuid) = (|descending| by(noun, "createdAt", descending), by(noun, "uuid", false));
            for order in
                [vec![], vec![by(noun, "legacyId", false)], vec![created(false), uuid], vec![created(true), uuid]]
            {
                assert_pages(&store.db, viewer, noun, &order).await;
            }
        }
        if pass == 0 {
            for table in ["comment", "comment_group", "issue_category", "issue"] {
                remove(&store.db, viewer.organization_id, table, "1 = 1").await;
            }
            remove(&store.db, viewer.organization_id, "activity", "(id % 7 = 0 OR audit_id % 5 = 0)").await;
            remove(&store.db, viewer.organization_id, "audit", "id % 5 = 0").await;
        }
    }
}
