//! An operation that goes on: a subscription, answered event by event as the trail grows.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::plan::{LiveRoot, Payload, Plan, Root};
use super::run::Runner;
use super::write;
use crate::domain::ask::Level;
use crate::domain::cell::Cell;
use crate::domain::changes::{Changes, Follower, Happened};
use crate::domain::error::{Error, Result};
use crate::domain::trail::Action;

/// A subscription under way. Gives its answers one at a time and reads no more before they are taken.
pub struct Live {
    runner: Runner,
    changes: Changes,
    plan: Arc<Plan>,
    follower: Follower,
    form: Form,
    /// Events that are wanted and not yet read.
    coming: VecDeque<Arc<Happened>>,
    ready: VecDeque<Told>,
}

/// What one answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A GraphQL response.
    Response,
    /// The root field's value alone.
    Value,
}

/// One event's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The event's sequence: whoever has taken this resumes behind it.
    pub sequence: i64,
    /// JSON.
    pub body: Vec<u8>,
}

impl Live {
    /// A subscription to what `plan` asks for, behind `resume` where that is farther than the plan's own place.
    pub async fn begin(
        runner: Runner,
        changes: &Changes,
        plan: Arc<Plan>,
        (form, resume): (Form, Option<i64>),
    ) -> Result<Self> {
        let root = root(&plan)?;
        let organization_id = runner.viewer()?.organization_id;
        let follower = changes.follow(organization_id, root.wanted.clone(), root.after.max(resume)).await?;
        let changes = changes.clone();
        Ok(Self { runner, changes, plan, follower, form, coming: VecDeque::new(), ready: VecDeque::new() })
    }

    /// The next answer. Waits until there is one; an error ends the subscription.
    pub async fn next(&mut self) -> Result<Told> {
        loop {
            if let Some(told) = self.ready.pop_front() {
                return Ok(told);
            }
            if self.coming.is_empty() {
                self.coming = self.follower.next().await?.into();
            }
            self.answer().await?;
        }
    }

    /// The next answer among the events that there were at the beginning; none once all have been given.
    pub async fn next_of_past(&mut self) -> Result<Option<Told>> {
        loop {
            if let Some(told) = self.ready.pop_front() {
                return Ok(Some(told));
            }
            if self.coming.is_empty() {
                match self.follower.next_until_begun().await? {
                    Some(events) => self.coming = events.into(),
                    None => return Ok(None),
                }
            }
            self.answer().await?;
        }
    }

    /// Statements sent for this subscription so far.
    pub fn statement_count(&self) -> u64 {
        self.runner.cx.statement_count()
    }

    /// Answers the next page of events, those of them that the caller may see.
    async fn answer(&mut self) -> Result<()> {
        self.runner.cx.now = self.changes.now();
        let root = root(&self.plan)?;
        let page: Vec<&Arc<Happened>> = self.coming.iter().take(root.page).collect();
        let (events, records) = self.runner.happened(root, &page).await?;
        let event_places = places(&events, Cell::as_int);
        let record_places = places(&records, Cell::as_uuid);
        for event in &page {
            let Some(row) = event_places.get(&event.sequence) else { continue };
            let answer = write::Happening { event: (&*events, *row), record: None, sequence: event.sequence };
            let answer = match &root.payload {
                Payload::Event(_) => answer,
                Payload::Record(payload) => {
                    let place = record_places.get(&payload.record.unwrap_or(event.entity_uuid));
                    // What is gone cannot pass a filter, and whoever follows must hear that it is gone.
                    if payload.passing_only && place.is_none() && event.action != Action::Delete {
                        continue;
                    }
                    write::Happening { record: place.map(|row| (&*records, *row)), ..answer }
                }
            };
            let body = match self.form {
                Form::Response => write::happening_response(&self.plan, root, &answer),
                Form::Value => write::happening(root, &answer),
            };
            self.ready.push_back(Told { sequence: event.sequence, body });
        }
        let answered = page.len();
        self.coming.drain(..answered);
        Ok(())
    }
}

fn root(plan: &Plan) -> Result<&LiveRoot> {
    match plan.fields.first().map(|field| &field.root) {
        Some(Ok(Root::Live(root))) => Ok(root),
        Some(Err(error)) => Err(error.clone()),
        _ => Err(plan.refusal.clone().unwrap_or(Error::Internal)),
    }
}

/// Where each row of a level is by its first field.
fn places<K: std::hash::Hash + Eq>(level: &Level, key: impl Fn(&Cell) -> Option<K>) -> HashMap<K, usize> {
    let rows = level.rows.iter().enumerate();
    rows.filter_map(|(row, cells)| Some((key(cells.get(1)?)?, row))).collect()
}

impl Runner {
    /// Reads what is asked about a page of events, and makes sure that the caller's session still holds.
    async fn happened(&self, root: &LiveRoot, page: &[&Arc<Happened>]) -> Result<(Arc<Level>, Arc<Level>)> {
        let caller = Arc::clone(self.cx.caller()?);
        let sequences = page.iter().map(|event| event.sequence.into()).collect();
        let mut questions = vec![root.events.question(sequences, Some(caller))];
        if let (Some(records), Payload::Record(payload)) = (&root.records, &root.payload) {
            let mut uuids: Vec<_> = match payload.record {
                Some(uuid) => vec![uuid],
                None => page.iter().map(|event| event.entity_uuid).collect(),
            };
            uuids.sort_unstable();
            uuids.dedup();
            questions.push(records.question(uuids.into_iter().map(Cell::Uuid).collect(), None));
        }
        let mut levels = self.ask(self.viewer()?, questions).await?.into_iter();
        let (events, records) = (levels.next().unwrap_or_default(), levels.next().unwrap_or_default());
        // No rows: none that may be seen, or a session that has ended.
        if events.rows.is_empty() {
            self.verify().await?;
        }
        Ok((events, records))
    }
}
