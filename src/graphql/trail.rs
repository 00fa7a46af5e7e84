//! Answers what is asked of the trail's hash tree.

use async_graphql::Value;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt;
use indexmap::IndexMap;

use super::names;
use super::plan::Composite;
use super::run::{Parts, Runner};
use crate::domain::ask::{Ask, Expr, Question, Select, Test, Window, order_of};
use crate::domain::cell::Cell;
use crate::domain::error::{Error, Result};
use crate::domain::trail;

fn parts<const N: usize>(values: [(&str, Value); N]) -> Parts {
    let values: IndexMap<String, Value> = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Parts { values, ..Parts::default() }
}

fn texts(hashes: &[trail::Hash]) -> Value {
    Value::List(hashes.iter().map(|hash| Value::from(hash.to_string())).collect())
}

impl Runner {
    /// The trail as it stands, signed.
    pub(super) async fn trail_checkpoint(&self) -> Result<Parts> {
        let signer = self.signer.clone().ok_or(Error::NotFound("key of the trail"))?;
        let viewer = self.viewer()?;
        let errand = self.errand(&viewer);
        let head =
            self.cx.db.read(&errand, move |reader| trail::read_head(reader, viewer.organization_id).boxed()).await?;
        let root = head.tree.root();
        Ok(parts([
            ("size", Value::from(head.last_sequence)),
            ("rootHash", Value::from(root.to_string())),
            ("note", Value::from(signer.note(head.organization, head.last_sequence, root))),
            ("publicKey", Value::from(signer.key().to_string())),
        ]))
    }

    /// The proof of an event that the caller may see.
    pub(super) async fn trail_proof(&self, composite: &Composite) -> Result<Parts> {
        let sequence = self.sequence(composite).await?;
        let size = number(composite, "size");
        let viewer = self.viewer()?;
        let errand = self.errand(&viewer);
        let read = self
            .cx
            .db
            .read(&errand, move |reader| trail::inclusion(reader, viewer.organization_id, sequence, size).boxed());
        let proof = read.await?;
        Ok(parts([
            ("sequence", Value::from(proof.sequence)),
            ("leafIndex", Value::from(proof.sequence - 1)),
            ("leaf", Value::from(STANDARD.encode(&proof.leaf))),
            ("leafHash", Value::from(proof.leaf_hash.to_string())),
            ("hashes", texts(&proof.hashes)),
            ("size", Value::from(proof.size)),
            ("rootHash", Value::from(proof.root.to_string())),
        ]))
    }

    /// The proof that one trail begins another.
    pub(super) async fn trail_consistency(&self, composite: &Composite) -> Result<Parts> {
        let asked = |name| number(composite, name).ok_or_else(|| Error::invalid(name, "is required"));
        let (from, to) = (asked("from")?, asked("to")?);
        let viewer = self.viewer()?;
        let errand = self.errand(&viewer);
        let read = self
            .cx
            .db
            .read(&errand, move |reader| trail::consistency(reader, viewer.organization_id, from, to).boxed());
        let proof = read.await?;
        Ok(parts([("hashes", texts(&proof.hashes))]))
    }

    /// The sequence of the event asked for, found as every list of events finds it.
    async fn sequence(&self, composite: &Composite) -> Result<i64> {
        let id = if let Some(Value::String(id)) = composite.arguments.get("event") { id.as_str() } else { "" };
        let named = names::read_global_id(id).filter(|(noun, _)| noun.name == "ChangeEvent");
        let (noun, uuid) = named.ok_or_else(|| Error::invalid("event", "is not the id of an event"))?;
        let (uuid_at, _) = noun.find_field("uuid").ok_or(Error::Internal)?;
        let (sequence_at, _) = noun.find_field("sequence").ok_or(Error::Internal)?;
        let ask = Ask {
            expr: Expr::field(uuid_at, Test::Eq(Cell::Uuid(uuid))),
            order: order_of(noun, &[]),
            window: Window { limit: Some(1), ..Window::default() },
            rows: true,
            total: false,
            cursors: false,
        };
        let select = Select { fields: vec![sequence_at], ..Select::default() };
        let level = self.ask_one(self.viewer()?, Question { noun, ask, select, guard: None }).await?;
        level.rows.row(0).get(1).and_then(Cell::as_int).ok_or(Error::NotFound("event"))
    }
}

fn number(composite: &Composite, name: &str) -> Option<i64> {
    if let Some(Value::Number(number)) = composite.arguments.get(name) { number.as_i64() } else { None }
}
