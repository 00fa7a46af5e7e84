//! The first statement of a transaction travels with what opens it, and nothing of that shows.

use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::db::{Arg, Db, Errand, Outcome, Statement, Store};
use audit_gateway::domain::error::Result;

use crate::store::{TestStore, on_both_stores};

on_both_stores!(
    a_first_statement_that_was_refused_can_be_sent_again,
    values_come_through_as_they_are,
    a_command_without_a_statement_leaves_nothing_open,
);

/// What a transaction reads with its first statement, and once more with its second.
async fn twice(db: &Db, statement: Statement) -> Result<[Cell; 2]> {
    db.write(&Errand::default(), move |tx| {
        let statement = statement.clone();
        Box::pin(async move {
            let first = tx.fetch(&statement).await?.cell(0, 0).clone();
            let second = tx.fetch(&statement).await?.cell(0, 0).clone();
            Ok(Outcome::Unchanged([first, second]))
        })
    })
    .await
}

async fn a_first_statement_that_was_refused_can_be_sent_again(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let half = |of: i64| match store.db.store() {
        Store::Postgres => Statement::new("SELECT 6 / $1", vec![Arg::long(of)], vec![Kind::Long]),
        // It divides by zero without a word; a number that is too great it refuses.
        Store::Sqlite => {
            let number = if of == 0 { i64::MIN } else { -6 / of };
            Statement::new("SELECT abs($1)", vec![Arg::long(number)], vec![Kind::Long])
        }
    };
    for _ in 0..3 {
        assert!(twice(&store.db, half(0)).await.is_err());
        assert_eq!(twice(&store.db, half(2)).await.expect("an answer"), [Cell::Int(3), Cell::Int(3)]);
    }
}

async fn values_come_through_as_they_are(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let texts = ["OWNER", "O'Hara'); ROLLBACK; --", "$1", "back\\slash'", "zwölf", ""];
    for text in texts.into_iter().chain(texts) {
        let statement = Statement::new("SELECT CAST($1 AS TEXT)", vec![Arg::text(text)], vec![Kind::Text]);
        let read = twice(&store.db, statement).await.expect("an answer");
        assert_eq!(read, [Cell::Text(text.to_owned()), Cell::Text(text.to_owned())]);
    }
}

async fn a_command_without_a_statement_leaves_nothing_open(kind: Store) {
    let store = TestStore::seeded(kind).await;
    for _ in 0..3 {
        let nothing = store.db.write(&Errand::default(), |_| Box::pin(async { Ok(Outcome::Unchanged(())) })).await;
        nothing.expect("nothing to do");
        let one = Statement::new("SELECT $1 + 1", vec![Arg::long(1)], vec![Kind::Long]);
        assert_eq!(twice(&store.db, one).await.expect("an answer"), [Cell::Int(2), Cell::Int(2)]);
    }
}
