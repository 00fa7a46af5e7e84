//! Carries a mutation out and reads what it gives.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Name, Value};
use indexmap::IndexMap;
use uuid::Uuid;

use super::input::order;
use crate::domain::access::Viewer;
use crate::domain::ask::{Ask, Expr, Level, OrderBy, Question, Test, order_of};
use crate::domain::cell::Cell;
use crate::domain::command::{self, Act, Done, Given, Gives, Slot};
use crate::domain::describe::Noun;
use crate::domain::error::{Error, Fault, Result};
use crate::graphql::names;
use crate::graphql::plan::{Composite, Part, part_question};
use crate::graphql::run::{Parts, Runner};

/// How often what a command gives is asked for again while the store is busy; each wait is twice the last.
const READ_BACK: u32 = 4;

fn user_error(field: Value, code: &str, message: &str) -> Value {
    Value::Object(IndexMap::from([
        (Name::new("field"), field),
        (Name::new("code"), Value::from(code)),
        (Name::new("message"), Value::from(message)),
    ]))
}

fn fault(fault: &Fault) -> Value {
    let path = match fault.path.as_slice() {
        [] => Value::Null,
        path => Value::List(path.iter().map(|part| Value::from(part.as_str())).collect()),
    };
    user_error(path, fault.code, &fault.message)
}

/// A proof as clients get it.
fn receipt((organization, sequence, hash): &(Uuid, i64, String)) -> Value {
    Value::Object(IndexMap::from([
        (Name::new("organization"), Value::from(organization.to_string())),
        (Name::new("sequence"), Value::from(*sequence)),
        (Name::new("leafHash"), Value::from(hash.as_str())),
    ]))
}

impl Runner {
    /// Carries out the command of a root field.
    pub(in crate::graphql) async fn mutate(&self, composite: &Composite) -> Result<Parts> {
        let act = command::acts().iter().find(|act| act.name == composite.name).ok_or(Error::Internal)?;
        let Some(Value::Object(input)) = composite.arguments.get("input") else {
            return Err(Error::invalid("input", "is required"));
        };
        let mut parts = Parts::default();
        let client = match input.get("clientMutationId") {
            Some(Value::String(text)) => Value::from(text.as_str()),
            _ => Value::Null,
        };
        parts.values.insert("clientMutationId".to_owned(), client);
        let errors = match self.carry_out(act, input).await {
            Ok(done) => {
                self.given(act, (composite, &done), &mut parts).await?;
                Vec::new()
            }
            Err(Error::Invalid(faults)) => faults.iter().map(fault).collect(),
            Err(Error::Rule(code, rule)) => vec![user_error(Value::Null, code, &rule)],
            Err(error) => return Err(error),
        };
        parts.values.insert("userErrors".to_owned(), Value::List(errors));
        Ok(parts)
    }

    async fn carry_out(&self, act: &'static Act, input: &crate::graphql::input::Arguments) -> Result<Done> {
        let mut order = order(act, input)?;
        for entry in act.entries.iter().filter(|entry| matches!(entry.slot, Slot::Password)) {
            if let Some(Given::Cell(Cell::Text(password))) = order.values.get(entry.name) {
                let hash = self.sessions.password_hash(password.clone()).await?;
                order.values.insert(entry.name, Given::Cell(Cell::Text(hash)));
            }
        }
        let done = command::execute(&self.cx, act, order).await?;
        if let Ok(mut receipts) = self.receipts.lock() {
            receipts.extend(done.receipts.iter().map(receipt));
        }
        Ok(done)
    }

    async fn given(&self, act: &Act, (composite, done): (&Composite, &Done), parts: &mut Parts) -> Result<()> {
        let viewer = match act.gives {
            // The one that was just made is not the active one.
            Gives::One(noun) if noun.name == "Organization" => self.viewer()?.of_own_memberships(),
            _ => self.viewer()?,
        };
        match act.gives {
            Gives::Id(noun) => {
                let id = done.rows.first().map(|uuid| Value::from(names::global_id(noun, *uuid)));
                parts.values.insert("deletedId".to_owned(), id.unwrap_or(Value::Null));
            }
            Gives::Token(_) => {
                let token = done.rows.first().map(|uuid| Value::from(self.sessions.api_token(*uuid)));
                parts.values.insert("token".to_owned(), token.unwrap_or(Value::Null));
            }
            Gives::Values(_) => {
                for (name, value) in &done.values {
                    let value = Value::from_json(value.clone()).map_err(|error| Error::internal("payload", &error))?;
                    parts.values.insert(name.clone(), value);
                }
            }
            Gives::One(_) | Gives::Many(_) => {}
        }
        self.rows(viewer, (composite, done), parts).await
    }

    async fn rows(&self, viewer: Viewer, (composite, done): (&Composite, &Done), parts: &mut Parts) -> Result<()> {
        for (key, part) in &composite.parts {
            let Part::Rows(rows) = part else { continue };
            let mut question = part_question(rows, uuids(rows.noun, done)?);
            question.ask = in_order_made(rows.noun, question.ask)?;
            let at_hand = done.record.as_ref().filter(|record| record.noun.name == rows.noun.name);
            let level = match at_hand.and_then(|record| Level::of_row(&viewer, &question, |name| record.cell(name))) {
                Some(level) => Arc::new(level),
                None => self.read_back(viewer, question).await?,
            };
            parts.rows.insert(key.clone(), level);
        }
        Ok(())
    }

    /// Reads what a command gives. The command is committed: that the store is busy now must not read as if it were not,
    /// so it is asked again for a while.
    async fn read_back(&self, viewer: Viewer, question: Question) -> Result<Arc<Level>> {
        for attempt in 0..READ_BACK {
            match self.ask_one(viewer, question.clone()).await {
                Err(Error::Unavailable) => tokio::time::sleep(Duration::from_millis(50 << attempt)).await,
                other => return other,
            }
        }
        self.ask_one(viewer, question).await
    }
}

fn uuids(noun: &Noun, done: &Done) -> Result<Expr> {
    let (at, _) = noun.find_field("uuid").ok_or(Error::Internal)?;
    Ok(Expr::field(
        at,
        match done.rows.as_slice() {
            [uuid] => Test::Eq(Cell::Uuid(*uuid)),
            uuids => Test::In(uuids.iter().map(|uuid| Cell::Uuid(*uuid)).collect()),
        },
    ))
}

fn in_order_made(noun: &Noun, ask: Ask) -> Result<Ask> {
    let (field, _) = noun.find_field("legacyId").ok_or(Error::Internal)?;
    Ok(Ask { order: order_of(noun, &[OrderBy::new(field, false)]), ..ask })
}
