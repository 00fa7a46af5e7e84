//! From messages to events in the trail.

use std::collections::HashMap;
use std::io;

use super::Message;
use super::shelf::{Aside, Shelf};
use super::topic::Topic;
use crate::domain::acquisition::{self, Event, Refusal};
use crate::domain::cx::{Clock, Surface};
use crate::domain::db::Db;
use crate::domain::error::Error;
use crate::import::folio::LONGEST;
use crate::import::{Mode, Run, organization};

/// Takes messages in.
#[derive(Clone)]
pub struct Intake {
    /// The store.
    pub db: Db,
    /// Where what cannot be taken is set aside.
    pub shelf: Shelf,
    /// The clock.
    pub clock: Clock,
}

/// What became of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events that were new.
    pub inserted: u64,
    /// Events that were there already.
    pub duplicates: u64,
    /// Messages that were set aside.
    pub refused: u64,
}

/// Why messages are not stored yet.
#[derive(Debug)]
pub enum Unstored {
    /// The store does not take them.
    Store(Error),
    /// Some cannot be set aside.
    Shelf(io::Error),
}

impl From<Error> for Unstored {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// Messages on their way, of which some may have arrived.
pub struct Load {
    fresh: Vec<Message>,
    events: Vec<(i64, Vec<Event>)>,
    asides: Vec<Aside>,
    tally: Tally,
}

impl Load {
    /// Of messages, none of which has arrived.
    pub fn of(messages: Vec<Message>) -> Self {
        Self { fresh: messages, events: Vec::new(), asides: Vec::new(), tally: Tally::default() }
    }

    /// What became of those that have arrived.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }
}

impl Intake {
    /// Carries on with a load from where it stopped. What has arrived is not carried again.
    pub async fn carry(&self, load: &mut Load) -> Result<(), Unstored> {
        self.sort(load).await?;
        if !load.asides.is_empty() {
            self.shelf.put(load.asides.clone()).await.map_err(Unstored::Shelf)?;
            load.tally.refused += u64::try_from(load.asides.len()).unwrap_or(u64::MAX);
            load.asides.clear();
        }
        while let Some((organization, events)) = load.events.last() {
            let run = Run::into(*organization, Surface::Bus, Mode::Write, self.clock);
            let received = events.len();
            let inserted = run.record(&self.db, events.clone()).await?;
            load.tally.inserted += u64::try_from(inserted).unwrap_or(u64::MAX);
            load.tally.duplicates += u64::try_from(received.saturating_sub(inserted)).unwrap_or(u64::MAX);
            load.events.pop();
        }
        Ok(())
    }

    /// Finds out what the messages are and whose.
    async fn sort(&self, load: &mut Load) -> Result<(), Error> {
        if load.fresh.is_empty() {
            return Ok(());
        }
        let mut tenants: HashMap<String, Option<i64>> = HashMap::new();
        for tenant in load.fresh.iter().filter_map(tenant) {
            if !tenants.contains_key(tenant) {
                tenants.insert(tenant.to_owned(), organization(&self.db, tenant).await?);
            }
        }
        for message in std::mem::take(&mut load.fresh) {
            let organization = tenant(&message).and_then(|tenant| tenants.get(tenant).copied().flatten());
            let read = organization.ok_or_else(|| refusal("tenant", "is no organization here"));
            match read.and_then(|organization| Ok((organization, event(&message)?))) {
                Ok((organization, event)) => match load.events.iter_mut().find(|(known, _)| *known == organization) {
                    Some((_, events)) => events.push(event),
                    None => load.events.push((organization, vec![event])),
                },
                Err(refusal) => load.asides.push(Aside { message, refusal }),
            }
        }
        Ok(())
    }
}

/// The tenant in the header, else that of the topic.
fn tenant(message: &Message) -> Option<&str> {
    let header = message.tenant.as_deref().filter(|tenant| !tenant.is_empty());
    // What cannot be stored is nobody's slug.
    header.or_else(|| Topic::read(&message.place.topic).map(|topic| topic.tenant)).filter(|slug| !slug.contains('\0'))
}

fn event(message: &Message) -> Result<Event, Refusal> {
    let kind =
        Topic::read(&message.place.topic).map(|topic| topic.kind).ok_or_else(|| refusal("type", "cannot be told"))?;
    let bytes = message.value.as_deref().ok_or_else(|| refusal("", "must be a JSON object"))?;
    if bytes.len() > LONGEST {
        return Err(refusal("", "must be at most 1 MiB"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| refusal("", "must be valid JSON"))?;
    acquisition::read(text, Some(kind))
}

fn refusal(field: &str, message: &'static str) -> Refusal {
    Refusal { id: None, field: field.to_owned(), message }
}
