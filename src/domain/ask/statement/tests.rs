use chrono::DateTime;

use super::*;
use crate::domain::access::{Sight, Viewer};
use crate::domain::acquisition::ENTITY_TYPES;
use crate::domain::ask::{Expr, Many, Test, Window};
use crate::domain::cell::Cell;
use crate::domain::cx::Role;
use crate::domain::db::testing::Scratch;
use crate::domain::model::model;

fn asking(store: Store) -> Asking {
    let viewer = Viewer { user_id: 1, organization_id: 1, role: Role::Owner, sight: Sight::Organization };
    Asking { model: model(), viewer, now: DateTime::UNIX_EPOCH, as_of: None, store, zone: chrono_tz::UTC }
}

/// Nobody has counted the rows of a new SQLite store, and nobody does later.
#[tokio::test]
async fn sqlite_looks_up_the_rows_of_every_list_by_their_parents() {
    let stores = Scratch::all().await;
    let scratch = stores.iter().find(|scratch| scratch.db.store() == Store::Sqlite).unwrap();
    let asking = asking(Store::Sqlite);
    let mut seen = 0;
    for noun in model().nouns() {
        for (relation, described) in noun.relations.iter().enumerate() {
            let Link::ToMany(column) = described.link else { continue };
            let (_, target) = model().related(noun, relation).unwrap();
            let mut ask = Ask {
                expr: Expr::always(),
                order: super::super::named_order(target, &target.order),
                window: Window::default(),
                rows: true,
                total: false,
                cursors: false,
            };
            let mut statements = Vec::new();
            for limit in [None, Some(10)] {
                ask.window.limit = limit;
                let many = Many { relation, ask: ask.clone(), select: Select::default() };
                let list = List { many: &many, noun, parent_at: 0 };
                statements.push(child_statement(&asking, &list, target, vec![1, 2, 3]));
                statements.push(child_count_statement(&asking, &list, target, vec![1, 2, 3]));
            }
            for statement in statements {
                let sql = statement.sql.clone();
                let plan = plan(scratch, statement).await;
                let by_parent = plan.contains(&format!("{column}=?"));
                assert!(by_parent, "{}.{}\n{sql}\n{plan}", noun.name, described.name);
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

async fn plan(scratch: &Scratch, statement: Statement) -> String {
    let columns = vec![Kind::Long, Kind::Long, Kind::Long, Kind::Text];
    let explain = Statement::new(format!("EXPLAIN QUERY PLAN {}", statement.sql), statement.args, columns);
    let rows = scratch.db.fetch(&Default::default(), explain).await.unwrap();
    let lines: Vec<&str> = rows.iter().filter_map(|row| row.get(3).and_then(Cell::as_str)).collect();
    lines.join("\n")
}

#[tokio::test]
async fn sqlite_reads_a_page_along_the_order_of_the_list() {
    let stores = Scratch::all().await;
    let scratch = stores.iter().find(|scratch| scratch.db.store() == Store::Sqlite).unwrap();
    let noun = model().noun("Audit").unwrap();
    for (name, column) in [("createdAt", "created_at"), ("number", "number"), ("updatedAt", "updated_at")] {
        for descending in [false, true] {
            for offset in [0, 900_000] {
                let mut question = listed(noun, &["name"], Vec::new(), offset);
                question.ask.order = super::super::named_order(noun, &[(name, descending), ("uuid", false)]);
                let plan = plan(scratch, root_statement(&asking(Store::Sqlite), &question)).await;
                assert!(plan.contains(&format!("INDEX audit_{column}_id_ix")), "{name} from {offset}:\n{plan}");
            }
        }
    }
}

fn listed(noun: &'static Noun, fields: &[&str], ones: Vec<One>, offset: u64) -> Question {
    let fields = fields.iter().map(|name| noun.find_field(name).unwrap().0).collect();
    let window = Window { limit: Some(25), offset: Some(offset), ..Window::default() };
    let ask = Ask { expr: Expr::always(), order: Vec::new(), window, rows: true, total: true, cursors: false };
    Question { noun, ask, select: Select { fields, ones, manys: Vec::new() }, guard: None }
}

#[test]
fn nothing_is_worked_out_of_rows_that_are_passed_over() {
    let noun = model().noun("Audit").unwrap();
    for store in [Store::Postgres, Store::Sqlite] {
        let near = root_statement(&asking(store), &listed(noun, &["nonconformanceCount"], Vec::new(), 0)).sql;
        assert!(!near.contains("AS page"), "{near}");
        let far = root_statement(&asking(store), &listed(noun, &["nonconformanceCount"], Vec::new(), 900_000)).sql;
        let (before, _) = far.split_once(") AS page").unwrap();
        let (_, page) = before.rsplit_once(" FROM (SELECT t").unwrap();
        assert!(page.contains("OFFSET") && !page.contains("issue") && far.contains("\"issue\""), "{far}");
    }
}

/// Whoever has an event's identifier need not know what it tells of.
#[tokio::test]
async fn sqlite_looks_an_event_up_by_its_identifier() {
    let stores = Scratch::all().await;
    let scratch = stores.iter().find(|scratch| scratch.db.store() == Store::Sqlite).unwrap();
    let noun = model().noun("ChangeEvent").unwrap();
    let uuid = noun.find_field("uuid").unwrap().0;
    for test in [Test::Eq(uuid::Uuid::nil().into()), Test::In(vec![uuid::Uuid::nil().into(), uuid::Uuid::max().into()])]
    {
        let mut question = listed(noun, &["legacyId"], Vec::new(), 0);
        question.ask.total = false;
        question.ask.expr = Expr::field(uuid, test);
        let plan = plan(scratch, root_statement(&asking(Store::Sqlite), &question)).await;
        assert!(plan.contains("INDEX change_event_uuid_ix (uuid=?"), "{plan}");
    }
}

#[test]
fn a_person_of_whom_only_the_id_is_wanted_is_not_read() {
    let noun = model().noun("Audit").unwrap();
    let (relation, _) = noun.find_relation("auditor").unwrap();
    let user = model().noun("User").unwrap();
    let statement = |fields: &[&str]| {
        let fields = fields.iter().map(|name| user.find_field(name).unwrap().0).collect();
        let one = One { relation, select: Select { fields, ..Select::default() } };
        root_statement(&asking(Store::Postgres), &listed(noun, &["name"], vec![one], 0))
    };
    let (id, more) = (statement(&["legacyId"]), statement(&["legacyId", "username"]));
    assert!(!id.sql.contains("\"user\"") && id.sql.contains("\"auditor_id\""), "{}", id.sql);
    assert!(more.sql.contains("LEFT JOIN \"user\""), "{}", more.sql);
    assert_eq!(id.columns.len() + 1, more.columns.len());
}

#[test]
fn words_of_a_closed_set_stand_in_the_text_and_nothing_that_a_client_made_up() {
    let noun = model().noun("Audit").unwrap();
    let state = noun.find_field("state").unwrap().0;
    let asked = |test| {
        let mut question = listed(noun, &["name"], Vec::new(), 0);
        question.ask.expr = Expr::field(state, test);
        root_statement(&asking(Store::Postgres), &question)
    };
    let cells = |words: &[&str]| words.iter().map(|word| Cell::from(*word)).collect::<Vec<_>>();
    for (test, told) in [
        (Test::Eq("CLOSED".into()), "\"state\" = 'CLOSED')"),
        (Test::NotEq("CLOSED".into()), "\"state\" <> 'CLOSED')"),
        (Test::In(cells(&["CLOSED", "CREATED", "CLOSED"])), "\"state\" IN ('CREATED', 'CLOSED'))"),
        (Test::NotIn(cells(&["CLOSED", "CREATED"])), "\"state\" NOT IN ('CREATED', 'CLOSED'))"),
    ] {
        let statement = asked(test);
        assert!(statement.sql.contains(told), "{}", statement.sql);
        assert!(!format!("{:?}", statement.args).contains("CLOSED"), "{:?}", statement.args);
    }
    for test in [Test::Eq("x' OR 'x".into()), Test::In(cells(&["CLOSED", "closed"])), Test::In(Vec::new())] {
        let statement = asked(test.clone());
        assert!(!statement.sql.contains("CLOSED") && !statement.sql.contains("OR 'x"), "{test:?}: {}", statement.sql);
    }
    // The words of the model need no quoting.
    let sets = model().nouns().iter().flat_map(|noun| &noun.fields);
    let words = sets.flat_map(|field| {
        let set = field.words.iter().flat_map(|set| set.words).map(|word| word.word);
        set.chain(field.indexed.iter().copied())
    });
    for word in words {
        assert!(word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte)), "{word}");
    }
}

/// The indexes by date have the events of acquisition alone; a statement must say that it asks for nothing else.
#[tokio::test]
async fn events_from_elsewhere_are_read_along_their_dates() {
    let noun = model().noun("ChangeEvent").unwrap();
    let at = |name: &str| noun.find_field(name).unwrap().0;
    for scratch in Scratch::all().await {
        let dates = [("actionDate", "action_date"), ("eventDate", "event_date")];
        for ((name, column), word) in dates.into_iter().flat_map(|date| ENTITY_TYPES.map(|word| (date, word))) {
            let mut question = listed(noun, &["legacyId"], Vec::new(), 0);
            question.ask.total = false;
            question.ask.order = super::super::named_order(noun, &[(name, true), ("uuid", true)]);
            question.ask.expr = Expr::And(vec![
                Expr::field(at("entityType"), Test::Eq(word.into())),
                Expr::field(at("entityUuid"), Test::Eq(uuid::Uuid::nil().into())),
            ]);
            let statement = root_statement(&asking(scratch.db.store()), &question);
            let plan = match scratch.db.store() {
                Store::Sqlite => plan(&scratch, statement).await,
                Store::Postgres => {
                    // Of an empty table any index is as good to the planner, and so is a sort.
                    let settings = "SELECT set_config('enable_sort', 'off', false)";
                    let settings = Statement::new(settings, Vec::new(), vec![Kind::Text]);
                    scratch.db.fetch(&Default::default(), settings).await.unwrap();
                    let explain =
                        Statement::new(format!("EXPLAIN {}", statement.sql), statement.args, vec![Kind::Text]);
                    let rows = scratch.db.fetch(&Default::default(), explain).await.unwrap();
                    rows.iter().filter_map(|row| row.first().and_then(Cell::as_str)).collect::<Vec<_>>().join("\n")
                }
            };
            let index = format!("change_event_entity_type_entity_uuid_{column}_uuid_ix");
            assert!(plan.contains(&index), "{word} by {name}:\n{plan}");
        }
    }
}
