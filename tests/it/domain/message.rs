//! The first statement of a transaction travels with what opens it, its values in the text, and nothing of that shows.

use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::db::{Arg, Db, Errand, Outcome, Statement, Store};
use audit_gateway::domain::error::Result;
use chrono::{DateTime, NaiveDate};
use uuid::Uuid;

use crate::store::{TestStore, on_both_stores};

on_both_stores!(
    a_first_statement_that_was_refused_can_be_sent_again,
    texts_come_through_as_they_are,
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

async fn texts_come_through_as_they_are(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let texts = [
        "OWNER",
        "O'Hara'); ROLLBACK; --",
        "$1",
        "back\\slash'",
        "\\",
        "E'\\x27",
        "''",
        "zwölf \u{1f600}",
        "\n\t\r",
        "",
    ];
    for text in texts.into_iter().chain(texts) {
        let statement = Statement::new("SELECT CAST($1 AS TEXT)", vec![Arg::text(text)], vec![Kind::Text]);
        let read = twice(&store.db, statement).await.expect("an answer");
        assert_eq!(read, [Cell::Text(text.to_owned()), Cell::Text(text.to_owned())]);
    }
}

async fn values_come_through_as_they_are(kind: Store) {
    let store = TestStore::seeded(kind).await;
    let instant = DateTime::from_timestamp(1_700_000_000, 123_456_000).expect("an instant");
    let day = NaiveDate::from_ymd_opt(1_066, 10, 14).expect("a day");
    let decimal = |text: &str| Cell::Decimal(text.parse().expect("a number"));
    for (kind, word, cell) in [
        (Kind::Bool, "boolean", Cell::Bool(true)),
        (Kind::Int, "integer", Cell::Int(i64::from(i32::MIN))),
        (Kind::Long, "bigint", Cell::Int(i64::MIN)),
        (Kind::Float, "double precision", Cell::Float(0.1 + 0.2)),
        (Kind::Uuid, "uuid", Cell::Uuid(Uuid::from_u128(7))),
        (Kind::Time, "timestamptz", Cell::Time(instant)),
        (Kind::Date, "date", Cell::Date(day)),
        (Kind::Decimal, "numeric", decimal("-1234567.000001")),
        (Kind::Text, "text", Cell::Null),
        (Kind::Json, "text", Cell::Json("{\"a\": \"'\\u00e9\\\\\"}".to_owned())),
    ] {
        let sql = match store.db.store() {
            Store::Postgres => format!("SELECT CAST($1 AS {word})"),
            Store::Sqlite => "SELECT $1".to_owned(),
        };
        let read = twice(&store.db, Statement::new(sql, vec![Arg::One(kind, cell.clone())], vec![kind])).await;
        assert_eq!(read.expect("an answer"), [cell.clone(), cell], "{kind:?}");
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
