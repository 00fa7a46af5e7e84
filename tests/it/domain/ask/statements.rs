//! How many statements an answer takes: as many as the question has lists, whatever the number of rows.

use audit_gateway::domain::access::{Sight, Viewer};
use audit_gateway::domain::ask::{Ask, Expr, Many, One, Question, Select, Test, Window};
use audit_gateway::domain::cx::Role;
use audit_gateway::domain::db::{Db, Store};
use audit_gateway::domain::describe::Noun;
use audit_gateway::domain::model::model;
use serde_json::json;

use super::{all, answer, every_field, everything, field, ids_of, noun, relation};
use crate::fixture::{Org, Row, insert_rows, path};
use crate::store::{TestStore, on_both_stores};

on_both_stores!(
    a_nested_question_takes_as_many_statements_as_it_has_lists,
    a_look_up_takes_one_statement,
    a_count_alone_takes_one_statement,
    no_relation_is_read_row_by_row,
    questions_at_once_take_no_more_statements,
);

/// An organization with so many assets, each with as many audits, issues and so on as fit a page.
async fn grown(db: &Db, org: i64, size: i64) -> Viewer {
    let base = org * 100_000;
    let slug = format!("grown-{org}");
    let mut rows = vec![Row::new("organization", json!({ "id": org, "slug": slug, "name": "Grown" }))];
    for n in 0..size {
        let id = base + n * 100;
        rows.push(Row::new(
            "asset",
            json!({
                "id": id, "organization_id": org, "path": path(&[id]), "name": "A", "slug": format!("a{id}")
            }),
        ));
        for m in 0..size.min(12) {
            let id = id + m;
            rows.push(Row::new(
                "audit",
                json!({
                    "id": id, "organization_id": org, "asset_id": base + n * 100, "asset_kind": "OTHER",
                    "number": format!("{id}"), "number_norm": format!("{id}"), "name": "B", "auditor_id": 1_003
                }),
            ));
            rows.push(Row::new(
                "activity",
                json!({
                    "id": id, "organization_id": org, "audit_id": id, "number": "1", "subject": "C"
                }),
            ));
            rows.push(Row::new(
                "issue",
                json!({
                    "id": id, "organization_id": org, "audit_id": id, "number": id, "title": "D",
                    "assigned_to_id": 1_003
                }),
            ));
        }
    }
    insert_rows(db, rows).await;
    Viewer { organization_id: org, user_id: 1_003, role: Role::Owner, sight: Sight::Organization }
}

fn list(noun: &'static Noun, name: &str, limit: usize, select: Select) -> Many {
    let relation = relation(noun, name);
    let (_, target) = model().related(noun, relation).expect("a relation");
    let window = Window { limit: Some(limit), ..Window::default() };
    Many { relation, ask: Ask { window, ..all(target, Expr::always()) }, select }
}

fn one(noun: &'static Noun, name: &str, select: Select) -> One {
    One { relation: relation(noun, name), select }
}

/// Assets with their audits, of these the auditor with his audits, the activities, and the issues with their assignees.
fn nested(first: usize) -> Question {
    let (asset, audit, issue, user) = (noun("Asset"), noun("Audit"), noun("Issue"), noun("User"));
    let assignee = one(issue, "assignee", every_field(user));
    let issues = list(audit, "issues", 10, Select { ones: vec![assignee], ..every_field(issue) });
    let activities = list(audit, "activities", 10, every_field(noun("Activity")));
    let auditor =
        one(audit, "auditor", Select { manys: vec![list(user, "audits", 5, Select::default())], ..every_field(user) });
    let audits = Select { ones: vec![auditor], manys: vec![activities, issues], ..every_field(audit) };
    let select = Select { manys: vec![list(asset, "audits", 10, audits)], ..every_field(asset) };
    let window = Window { limit: Some(first), ..Window::default() };
    Question { noun: asset, ask: Ask { window, ..all(asset, Expr::always()) }, select, guard: None }
}

async fn a_nested_question_takes_as_many_statements_as_it_has_lists(kind: Store) {
    let store = TestStore::seeded(kind).await;
    for (org, size) in [(21, 1), (22, 8), (23, 60)] {
        let viewer = grown(&store.db, org, size).await;
        for first in [10, 50, 200] {
            let (level, statements) = answer(&store.db, viewer, nested(first)).await.expect("an answer");
            assert_eq!(level.group(0).total, Some(size));
            // Five lists, each of them counted: assets, audits, activities, issues, audits of the auditor.
            assert_eq!(statements, 10, "{size} assets, the first {first}");
        }
    }
}

async fn a_look_up_takes_one_statement(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let audit = noun("Audit");
    let this = Expr::field(field(audit, "legacyId"), Test::Eq(1_001.into()));
    let mut question = Question { select: everything(audit), ..ids_of(audit, this) };
    question.select.manys.clear();
    let (level, statements) = answer(&store.db, Org::Harbour.viewer(Role::Member), question).await.expect("an audit");
    assert_eq!((level.rows.len(), statements), (1, 1));
}

async fn a_count_alone_takes_one_statement(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let mut question = ids_of(noun("Issue"), Expr::always());
    (question.ask.rows, question.ask.total) = (false, true);
    let (level, statements) = answer(&store.db, Org::Harbour.viewer(Role::Member), question).await.expect("a count");
    assert_eq!((level.rows.len(), level.group(0).total, statements), (0, Some(3), 1));
}

async fn no_relation_is_read_row_by_row(kind: Store) {
    let store = TestStore::seeded(kind).await;
    for noun in model().nouns() {
        let select = everything(noun);
        let lists = u64::try_from(select.manys.len()).expect("few");
        let question = Question { noun, ask: all(noun, Expr::always()), select, guard: None };
        let answer = answer(&store.db, Org::Harbour.viewer(Role::Owner), question).await;
        let (level, statements) = answer.unwrap_or_else(|error| panic!("{}: {error}", noun.name));
        assert_eq!(statements, 2 + 2 * lists, "{} with {} rows", noun.name, level.rows.len());
    }
}

async fn questions_at_once_take_no_more_statements(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let viewer = grown(&store.db, 21, 8).await;
    let before = store.db.statement_count();
    let questions: Vec<_> = (0..16)
        .map(|_| {
            let db = store.db.clone();
            tokio::spawn(async move { answer(&db, viewer, nested(50)).await.expect("an answer").1 })
        })
        .collect();
    for question in questions {
        assert_eq!(question.await.expect("no panic"), 10);
    }
    assert_eq!(store.db.statement_count() - before, 160);
}
