//! Messages of several statements on PostgreSQL: the beginning of a transaction travels with its first statement, and
//! its last ones with the commit. Each saves a trip to the store, for every command.
//!
//! Such a message has no places for values. So a statement is prepared under a name, and its values stand in the text,
//! quoted. What cannot be written so is sent the usual way, in its turn.

use std::collections::HashMap;

use sqlx::Postgres;

use super::engine::postgres_type;
use super::lease::Lease;
use super::statement::{Arg, Rows, Statement};
use crate::domain::cell::{Cell, Kind};

/// Most statements that a connection knows by name. There are about as many texts as kinds of commands to begin with;
/// should there ever be more, they go the usual way.
const MOST: u32 = 128;
/// Longest values, in bytes: where more has to be copied and quoted than a trip costs, the trip is cheaper.
const LONGEST: usize = 64 * 1024;

/// Statements that a connection knows by name.
#[derive(Debug, Default)]
pub(super) struct Named {
    names: HashMap<String, u32>,
    last: u32,
}

/// A message in the making.
#[derive(Debug, Default)]
struct Message {
    text: String,
    /// Names that are good once it went through.
    prepared: HashMap<String, u32>,
}

impl Message {
    /// Adds what has no values.
    fn say(&mut self, sql: &str) {
        if !self.text.is_empty() {
            self.text.push_str("; ");
        }
        self.text.push_str(sql);
    }

    /// Adds a statement by its name, and makes it known first where it is not. False, and nothing added, where that
    /// cannot be.
    fn carry_out(&mut self, statement: &Statement, named: &mut Named) -> bool {
        // Not with an empty list of values.
        if statement.args.is_empty() {
            return false;
        }
        let Some(values) = statement.args.iter().map(value).collect::<Option<Vec<_>>>() else { return false };
        if values.iter().map(String::len).sum::<usize>() > LONGEST {
            return false;
        }
        let name = match named.names.get(&statement.sql).or_else(|| self.prepared.get(&statement.sql)) {
            Some(name) => *name,
            None if named.last == MOST => return false,
            None => {
                // Another name for each attempt: one that was refused may have made it known or not.
                named.last += 1;
                self.say(&preparing(statement, named.last));
                self.prepared.insert(statement.sql.clone(), named.last);
                named.last
            }
        };
        self.say(&format!("EXECUTE named_{name} ({})", values.join(", ")));
        true
    }
}

fn preparing(statement: &Statement, name: u32) -> String {
    let kinds = statement.args.iter().map(|arg| match arg {
        Arg::One(kind, _) => postgres_type(*kind).to_owned(),
        Arg::Many(kind, _) => format!("{}[]", postgres_type(*kind)),
    });
    format!("PREPARE named_{name} ({}) AS {}", kinds.collect::<Vec<_>>().join(", "), statement.sql)
}

/// A value as it stands in the text; none for what only a place can hold.
fn value(arg: &Arg) -> Option<String> {
    match arg {
        Arg::One(kind, cell) => literal(*kind, cell),
        Arg::Many(kind, cells) => {
            let cells = cells.iter().map(|cell| literal(*kind, cell)).collect::<Option<Vec<_>>>()?;
            Some(format!("ARRAY[{}]::{}[]", cells.join(", "), postgres_type(*kind)))
        }
    }
}

fn literal(kind: Kind, cell: &Cell) -> Option<String> {
    Some(match (kind, cell) {
        (_, Cell::Null) => "NULL".to_owned(),
        (Kind::Bool, Cell::Bool(value)) => value.to_string(),
        (Kind::Int, Cell::Int(value)) => i32::try_from(*value).ok()?.to_string(),
        (Kind::Long, Cell::Int(value)) => value.to_string(),
        (Kind::Uuid, Cell::Uuid(value)) => format!("'{value}'"),
        (Kind::Time, Cell::Time(value)) => format!("'{}'", value.to_rfc3339()),
        (Kind::Date, Cell::Date(value)) => format!("'{value}'"),
        (Kind::Decimal, Cell::Decimal(value)) => value.to_string(),
        (Kind::Text, Cell::Text(value)) | (Kind::Json, Cell::Json(value)) => quoted(value)?,
        _ => return None,
    })
}

/// A text in quotes, whatever the server's setting for backslashes is; none for one that the server would take to end
/// the message.
fn quoted(text: &str) -> Option<String> {
    if text.contains('\0') {
        return None;
    }
    let quoted = text.replace('\'', "''");
    Some(if text.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") })
}

impl Lease<Postgres> {
    /// Runs statements, each with what comes before it, and what comes after the last one: in one message where that can
    /// be. Gives all rows, which have the columns of the first statement. After a refusal nothing of what follows has
    /// been run.
    pub(super) async fn fetch_all(
        &mut self,
        steps: &[(Option<String>, Statement)],
        after: Option<&str>,
    ) -> Result<Rows, sqlx::Error> {
        let columns = steps.first().map(|(_, statement)| statement.columns.as_slice()).unwrap_or_default();
        let (mut rows, mut message) = (Rows::new(columns.len()), Message::default());
        for (before, statement) in steps {
            if let Some(before) = before {
                message.say(before);
            }
            if self.named().is_none_or(|named| !message.carry_out(statement, named)) {
                rows.append(self.send(std::mem::take(&mut message), columns).await?);
                rows.append(self.fetch(statement).await?);
            }
        }
        if let Some(after) = after {
            message.say(after);
        }
        rows.append(self.send(message, columns).await?);
        Ok(rows)
    }

    async fn send(&mut self, message: Message, columns: &[Kind]) -> Result<Rows, sqlx::Error> {
        if message.text.is_empty() {
            return Ok(Rows::new(columns.len()));
        }
        let rows = self.fetch_text(&message.text, columns).await?;
        if let Some(named) = self.named() {
            named.names.extend(message.prepared);
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate};
    use uuid::Uuid;

    use super::*;

    fn statement(args: Vec<Arg>) -> Statement {
        Statement::new("SELECT $1", args, vec![Kind::Long])
    }

    fn told(named: &mut Named, statement: &Statement) -> Option<Message> {
        let mut message = Message::default();
        message.carry_out(statement, named).then_some(message)
    }

    #[test]
    fn a_statement_is_made_known_until_it_is_and_under_another_name_each_time() {
        let (mut named, statement) = (Named::default(), statement(vec![Arg::long(7), Arg::text("OWNER")]));
        let first = told(&mut named, &statement).expect("a message");
        let prepared = "PREPARE named_1 (bigint, text) AS SELECT $1; EXECUTE named_1 (7, 'OWNER')";
        assert_eq!(first.text, prepared);
        let second = told(&mut named, &statement).expect("a message");
        assert_eq!(second.prepared.get(&statement.sql), Some(&2));
        named.names.extend(second.prepared);
        let third = told(&mut named, &statement).expect("a message");
        assert_eq!(third.text, "EXECUTE named_2 (7, 'OWNER')");
    }

    #[test]
    fn a_statement_is_made_known_once_in_a_message() {
        let (mut named, mut message) = (Named::default(), Message::default());
        message.say("BEGIN");
        for number in [7, 8] {
            assert!(message.carry_out(&statement(vec![Arg::long(number)]), &mut named));
        }
        let text = "BEGIN; PREPARE named_1 (bigint) AS SELECT $1; EXECUTE named_1 (7); EXECUTE named_1 (8)";
        assert_eq!(message.text, text);
    }

    #[test]
    fn every_value_stands_in_the_text_so_that_it_cannot_end_there() {
        let time = DateTime::from_timestamp(1_700_000_000, 5_000).expect("an instant");
        let day = NaiveDate::from_ymd_opt(2026, 2, 3).expect("a day");
        for (arg, text) in [
            (Arg::one(Kind::Uuid, Uuid::nil()), "'00000000-0000-0000-0000-000000000000'"),
            (Arg::One(Kind::Text, Cell::Null), "NULL"),
            (Arg::text("O'Hara'); DROP TABLE audit; --"), "'O''Hara''); DROP TABLE audit; --'"),
            (Arg::text("a\\'b"), "E'a\\\\''b'"),
            (Arg::text("$1 ä \n"), "'$1 ä \n'"),
            (Arg::One(Kind::Json, Cell::Json("{\"a\":\"\\u0041\"}".to_owned())), "E'{\"a\":\"\\\\u0041\"}'"),
            (Arg::One(Kind::Time, Cell::Time(time)), "'2023-11-14T22:13:20.000005+00:00'"),
            (Arg::One(Kind::Date, Cell::Date(day)), "'2026-02-03'"),
            (Arg::One(Kind::Decimal, Cell::Decimal("1.50".parse().expect("a number"))), "1.50"),
            (Arg::longs([1, -2]), "ARRAY[1, -2]::bigint[]"),
            (Arg::Many(Kind::Text, vec![Cell::Text("'".to_owned()), Cell::Null]), "ARRAY['''', NULL]::text[]"),
            (Arg::Many(Kind::Uuid, Vec::new()), "ARRAY[]::uuid[]"),
        ] {
            assert_eq!(value(&arg).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_cannot_stand_in_the_text_is_left_to_the_usual_way() {
        let fits = |args| told(&mut Named::default(), &statement(args)).is_some();
        assert!(!fits(vec![Arg::text("nothing\0behind")]));
        assert!(!fits(vec![Arg::one(Kind::Float, Cell::Float(0.1))]));
        assert!(!fits(vec![Arg::one(Kind::Int, Cell::Int(1 << 40))]));
        assert!(!fits(vec![Arg::one(Kind::Text, Cell::Int(1))]), "a value of another kind");
        assert!(!fits(vec![Arg::text("a".repeat(LONGEST))]));
        assert!(!fits(Vec::new()));
        let mut full = Named { last: MOST, ..Named::default() };
        assert!(told(&mut full, &statement(vec![Arg::long(1)])).is_none());
    }
}
