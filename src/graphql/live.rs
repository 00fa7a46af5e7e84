//! An operation that goes on: a subscription, answered event by event as the trail grows.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::plan::{LiveRoot, Payload, Plan, Root};
use super::run::Runner;
use super::write;
use crate::domain::ask::Level;
use crate::domain::cell::Cell;
use crate::domain::changes::{Changes, Follower, Happened};
use crate::domain::error::{Error, Result};
use crate::domain::trail::Action;

/// How long to wait before the store is asked again after it could not answer.
const PAUSE: Duration = Duration::from_millis(250);

/// A subscription under way. Gives its answers one at a time and reads no more before they are taken.
pub struct Live {
    runner: Runner,
    changes: Changes,
    plan: Arc<Plan>,
    follower: Follower,
    form: Form,
    /// Events that are wanted and not yet read.
    coming: VecDeque<Arc<Happened>>,
    /// None between events: an idle subscription holds no rows.
    page: Option<Page>,
}

/// Events that are read and not yet told. Each is written when it is taken, so of long answers there is only one.
struct Page {
    events: Arc<Level>,
    records: Arc<Level>,
    ready: VecDeque<Ready>,
}

/// One event, by its place among the events and its record's among the records.
struct Ready {
    sequence: i64,
    row: usize,
    record: Option<usize>,
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
        Ok(Self { runner, changes, plan, follower, form, coming: VecDeque::new(), page: None })
    }

    /// The next answer. Waits until there is one, also for a store that cannot answer now; an error ends the
    /// subscription.
    pub async fn next(&mut self) -> Result<Told> {
        loop {
            match self.try_next().await {
                // The place stands, so nothing is lost by asking again.
                Err(Error::Unavailable) => tokio::time::sleep(PAUSE).await,
                other => return other,
            }
        }
    }

    async fn try_next(&mut self) -> Result<Told> {
        loop {
            if let Some(told) = self.told()? {
                return Ok(told);
            }
            if self.coming.is_empty() {
                self.coming = self.follower.next().await?.into();
            }
            // Boxed, for an idle subscription is only its waiting.
            Box::pin(self.read()).await?;
        }
    }

    /// The next answer among the events that there were at the beginning; none once all have been given.
    pub async fn next_of_past(&mut self) -> Result<Option<Told>> {
        loop {
            if let Some(told) = self.told()? {
                return Ok(Some(told));
            }
            if self.coming.is_empty() {
                match self.follower.next_until_begun().await? {
                    Some(events) => self.coming = events.into(),
                    None => return Ok(None),
                }
            }
            Box::pin(self.read()).await?;
        }
    }

    /// Statements sent for this subscription so far.
    pub fn statement_count(&self) -> u64 {
        self.runner.cx.statement_count()
    }

    /// Reads what is asked about the next events, those of them that the caller may see.
    async fn read(&mut self) -> Result<()> {
        self.runner.cx.now = self.changes.now();
        let root = root(&self.plan)?;
        let wanted: Vec<&Arc<Happened>> = self.coming.iter().take(root.page).collect();
        let turn = self.changes.turn().await?;
        let (events, records) = self.runner.happened(root, &wanted).await?;
        drop(turn);
        let event_places = places(&events, Cell::as_int);
        let record_places = places(&records, Cell::as_uuid);
        let mut ready = VecDeque::with_capacity(wanted.len());
        for event in &wanted {
            let Some(row) = event_places.get(&event.sequence) else { continue };
            let record = match &root.payload {
                Payload::Event(_) => None,
                Payload::Record(payload) => {
                    let record = record_places.get(&payload.record.unwrap_or(event.entity_uuid)).copied();
                    // What is gone cannot pass a filter, and whoever follows must hear that it is gone.
                    if payload.passing_only && record.is_none() && event.action != Action::Delete {
                        continue;
                    }
                    record
                }
            };
            ready.push_back(Ready { sequence: event.sequence, row: *row, record });
        }
        let read = wanted.len();
        self.coming.drain(..read);
        self.page = Some(Page { events, records, ready });
        Ok(())
    }

    /// The next answer of those that are read.
    fn told(&mut self) -> Result<Option<Told>> {
        let Some(page) = &mut self.page else { return Ok(None) };
        let Some(Ready { sequence, row, record }) = page.ready.pop_front() else {
            self.page = None;
            return Ok(None);
        };
        let root = root(&self.plan)?;
        let record = record.map(|row| (&*page.records, row));
        let happening = write::Happening { event: (&*page.events, row), record, sequence };
        let body = match self.form {
            Form::Response => write::happening_response(&self.plan, root, &happening),
            Form::Value => write::happening(root, &happening),
        };
        Ok(Some(Told { sequence, body }))
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
