//! What goes wrong around the program: clients that leave, a store that is full, a lock that others hold. Whatever
//! happens, what was acknowledged is kept, and nothing is half done.

mod disconnect;
mod full;
mod proxy;
mod wait;

use audit_gateway::domain::db::{Db, Errand, Outcome, Settings, Statement};
use serde_json::{Value as Json, json};

use crate::command::House;
use crate::live::served::Answer;

/// Somebody's attempt to make an item, over HTTP.
async fn attempt(house: &House, username: &str, input: Json) -> (Answer, Json) {
    let document = crate::command::document("createItem", "item { sku }");
    let mut answer = house.post(username, &document, json!({ "input": input })).await;
    let body = answer.json().await;
    (answer, body)
}

/// The code that an answer refuses with; none where it acknowledges.
fn refusal(body: &Json) -> Option<&str> {
    let code = body["errors"][0]["extensions"]["code"].as_str();
    assert!(code.is_some() || body["data"]["done"]["userErrors"] == json!([]), "{body}");
    code
}

/// Events and items there are: what a refused attempt must not add to.
async fn traces(house: &House) -> (i64, i64) {
    let count = async |table: &str| house.number(&format!("SELECT CAST(count(*) AS BIGINT) FROM {table}")).await;
    (count("change_event").await, count("item").await)
}

/// A door of its own, with limits of its own.
async fn door(url: &str, change: impl FnOnce(&mut Settings)) -> Db {
    let mut settings = Settings::at(url);
    change(&mut settings);
    Db::connect(&settings).await.expect("a door")
}

/// Runs statements as the owner of the store may.
async fn execute(db: &Db, statements: &[&str]) {
    let statements: Vec<Statement> =
        statements.iter().map(|sql| Statement::new(*sql, Vec::new(), Vec::new())).collect();
    let errand = Errand::default();
    let done = db.write(&errand, move |tx| {
        let statements = statements.clone();
        Box::pin(async move {
            for statement in &statements {
                tx.fetch(statement).await?;
            }
            Ok(Outcome::Bookkeeping(()))
        })
    });
    done.await.expect("the statements");
}
