//! Questions and their answers.

mod edge;
mod every_field;
mod filter;
mod leap;
mod paging;
mod past;
mod reckon;
mod statements;
mod tenants;
mod world;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use audit_gateway::domain::access::Viewer;
use audit_gateway::domain::ask::{
    Ask, Asking, Expr, Level, Many, One, OrderBy, Question, Select, Window, load, order_of,
};
use audit_gateway::domain::db::{Db, Errand};
use audit_gateway::domain::describe::{Noun, Shape};
use audit_gateway::domain::error::Result;
use audit_gateway::domain::model::model;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::fixture::clock;

/// A noun by its name.
pub fn noun(name: &str) -> &'static Noun {
    model().noun(name).unwrap_or_else(|| panic!("no noun {name}"))
}

/// The position of a field.
pub fn field(noun: &Noun, name: &str) -> usize {
    noun.find_field(name).unwrap_or_else(|| panic!("no field {}.{name}", noun.name)).0
}

/// The position of a relation.
pub fn relation(noun: &Noun, name: &str) -> usize {
    noun.find_relation(name).unwrap_or_else(|| panic!("no relation {}.{name}", noun.name)).0
}

/// The ask for all rows that pass a condition, with all that can be asked beside them.
pub fn all(noun: &Noun, expr: Expr) -> Ask {
    Ask { expr, order: order_of(noun, &[]), window: Window::default(), rows: true, total: true, cursors: true }
}

/// The question for all rows that pass a condition, by their ids only.
pub fn ids_of(noun: &'static Noun, expr: Expr) -> Question {
    let ask = Ask { total: false, cursors: false, ..all(noun, expr) };
    Question { noun, ask, select: Select::default(), guard: None }
}

/// Every field of a noun, and nothing else.
pub fn every_field(noun: &Noun) -> Select {
    Select { fields: (0..noun.fields.len()).collect(), ..Select::default() }
}

/// Every field of a noun and every relation, with every field of the rows at its other end.
pub fn everything(noun: &Noun) -> Select {
    let mut select = every_field(noun);
    for (relation, described) in noun.relations.iter().enumerate() {
        let Some(target) = model().noun(described.target) else { continue };
        match described.shape {
            Shape::One => select.ones.push(One { relation, select: every_field(target) }),
            Shape::Connection | Shape::List => {
                let limit = (described.shape == Shape::Connection).then_some(10);
                let window = Window { limit, ..Window::default() };
                let ask = Ask { window, ..all(target, Expr::always()) };
                select.manys.push(Many { relation, ask, select: every_field(target) });
            }
        }
    }
    select
}

/// One step of an order.
pub fn by(noun: &Noun, name: &str, descending: bool) -> OrderBy {
    OrderBy::new(field(noun, name), descending)
}

/// The answer to a question, and how many statements it took.
pub async fn answer(db: &Db, viewer: Viewer, question: Question) -> Result<(Level, u64)> {
    answer_as_of(db, viewer, None, question).await
}

/// The same as of an instant.
pub async fn answer_as_of(
    db: &Db,
    viewer: Viewer,
    as_of: Option<DateTime<Utc>>,
    question: Question,
) -> Result<(Level, u64)> {
    let errand = Errand { organization_id: Some(viewer.organization_id), ..Errand::default() };
    let store = db.store();
    let question = Arc::new(question);
    let level = db
        .read(&errand, move |reader| {
            let question = Arc::clone(&question);
            Box::pin(async move {
                let now = as_of.unwrap_or_else(|| clock().now());
                let asking = Asking { model: model(), viewer, now, as_of, store, zone: Tz::UTC };
                load(reader, &asking, &question).await
            })
        })
        .await?;
    Ok((level, errand.statements.load(Ordering::Relaxed)))
}

/// The ids of the rows that a question gives, in their order.
pub async fn ids(db: &Db, viewer: Viewer, question: Question) -> Result<Vec<i64>> {
    let (level, _) = answer(db, viewer, question).await?;
    Ok(level.rows.iter().map(|row| row[0].as_int().expect("an id")).collect())
}
