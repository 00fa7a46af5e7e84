//! The beginning of a transaction on PostgreSQL, which travels with its first statement: one trip to the store in place
//! of two, for every command.
//!
//! A message of several statements has no places for values. So the first statement is prepared under a name, and its
//! values stand in the text; only those that need no quoting whatever they say. Any other statement is sent the usual
//! way, after the beginning.

use std::collections::HashMap;
use std::fmt::Write;

use sqlx::Postgres;

use super::engine::postgres_type;
use super::lease::Lease;
use super::statement::{Arg, Rows, Statement};
use crate::domain::cell::Cell;

/// Most statements that a connection knows by name. A few texts are all there are to begin with; should there ever be
/// more, they go the usual way.
const MOST: u32 = 64;

/// Statements that a connection knows by name.
#[derive(Debug, Default)]
pub(super) struct Named {
    names: HashMap<String, u32>,
    last: u32,
}

impl Named {
    /// The text that carries out a statement by its name, and makes it known first where it is not. None for what is no
    /// question, and where a value does not fit in.
    fn text(&mut self, statement: &Statement) -> Option<(String, u32)> {
        // Not everything can be prepared, and not with an empty list of values.
        if !statement.sql.starts_with("SELECT") || statement.args.is_empty() {
            return None;
        }
        let values = statement.args.iter().map(plain).collect::<Option<Vec<_>>>()?.join(", ");
        let (mut text, name) = match self.names.get(&statement.sql) {
            Some(name) => (String::new(), *name),
            None if self.last == MOST => return None,
            None => {
                // Another name for each attempt: one that was refused may have made it known or not.
                self.last += 1;
                (preparing(statement, self.last)?, self.last)
            }
        };
        write!(text, "EXECUTE opening_{name} ({values})").ok()?;
        Some((text, name))
    }
}

fn preparing(statement: &Statement, name: u32) -> Option<String> {
    let kinds = statement.args.iter().map(|arg| match arg {
        Arg::One(kind, _) => Some(postgres_type(*kind)),
        Arg::Many(..) => None,
    });
    let kinds = kinds.collect::<Option<Vec<_>>>()?.join(", ");
    Some(format!("PREPARE opening_{name} ({kinds}) AS {}; ", statement.sql))
}

/// A value as it stands in the text; none for what might need quoting.
fn plain(arg: &Arg) -> Option<String> {
    let Arg::One(_, cell) = arg else { return None };
    match cell {
        Cell::Null => Some("NULL".to_owned()),
        Cell::Bool(value) => Some(value.to_string()),
        Cell::Int(value) => Some(value.to_string()),
        Cell::Uuid(value) => Some(format!("'{value}'")),
        Cell::Time(value) => Some(format!("'{}'", value.to_rfc3339())),
        Cell::Text(word) if word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => {
            Some(format!("'{word}'"))
        }
        _ => None,
    }
}

impl Lease<Postgres> {
    /// Runs the first statement of a transaction together with what opens it.
    pub(super) async fn fetch_opening(&mut self, opening: &str, statement: &Statement) -> Result<Rows, sqlx::Error> {
        let Some((text, name)) = self.named().and_then(|named| named.text(statement)) else {
            self.run(opening).await?;
            return self.fetch(statement).await;
        };
        let rows = self.fetch_text(&format!("{opening}; {text}"), &statement.columns).await?;
        if let Some(named) = self.named() {
            named.names.insert(statement.sql.clone(), name);
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::cell::Kind;

    fn statement(args: Vec<Arg>) -> Statement {
        Statement::new("SELECT $1", args, vec![Kind::Long])
    }

    #[test]
    fn a_statement_is_made_known_until_it_is_and_under_another_name_each_time() {
        let (mut named, statement) = (Named::default(), statement(vec![Arg::long(7), Arg::text("OWNER")]));
        let first = named.text(&statement);
        let prepared = "PREPARE opening_1 (bigint, text) AS SELECT $1; EXECUTE opening_1 (7, 'OWNER')";
        assert_eq!(first, Some((prepared.to_owned(), 1)));
        assert_eq!(named.text(&statement).map(|(_, name)| name), Some(2));
        named.names.insert(statement.sql.clone(), 2);
        assert_eq!(named.text(&statement), Some(("EXECUTE opening_2 (7, 'OWNER')".to_owned(), 2)));
    }

    #[test]
    fn values_stand_in_the_text_only_where_nothing_needs_quoting() {
        let fits = |arg| Named::default().text(&statement(vec![arg])).is_some();
        assert!(fits(Arg::one(Kind::Uuid, Uuid::nil())));
        assert!(fits(Arg::One(Kind::Text, Cell::Null)));
        for text in ["O'Hara", "back\\slash", "two words", "$1", "ä", "a;b", "--"] {
            assert!(!fits(Arg::text(text)), "{text}");
        }
        assert!(!fits(Arg::longs([1])));
        assert!(Named::default().text(&statement(Vec::new())).is_none());
    }
}
