//! The message bus: events of acquisition records arrive as messages (contract folio, 4.5). At least once in, exactly once
//! stored: what was stored is told to the bus afterwards, and what comes again is a duplicate.
//!
//! Apart from [`Courier`] nothing here knows which bus it is.

mod intake;
#[cfg(feature = "kafka")]
pub mod kafka;
mod shelf;
mod topic;

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::watch;

pub use self::intake::{Intake, Tally};
use self::intake::{Load, Unstored};
pub use self::shelf::Shelf;

/// Messages that are taken at once.
const BATCH: usize = 1_000;
/// Bytes of messages after which no further one is taken at once.
const BATCH_BYTES: usize = 16 * 1024 * 1024;

/// How the bus is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Addresses of brokers, each a host and a port.
    pub brokers: Vec<String>,
    /// First part of the names of topics.
    pub environment: String,
    /// The instances with this name share the messages.
    pub group: String,
}

/// Where a message stands on the bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The topic.
    pub topic: String,
    /// The part of the topic whose messages stand in one order.
    pub partition: i32,
    /// Position in that order.
    pub offset: i64,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where it stands.
    pub place: Place,
    /// What the header says of the tenant.
    pub tenant: Option<String>,
    /// The event; none in a message without a body.
    pub value: Option<Vec<u8>>,
}

/// Why the bus does not answer, in its own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Lost(pub String);

/// Brings messages.
pub trait Courier: Send {
    /// The next messages, at most `most` of them and about `bytes` in all; waits for the first. Giving up the wait loses
    /// nothing.
    fn next(&mut self, most: usize, bytes: usize) -> BoxFuture<'_, Result<Vec<Message>, Lost>>;
    /// Everything up to these places is done with.
    fn done(&mut self, places: Vec<Place>) -> BoxFuture<'_, Result<(), Lost>>;
}

/// How long is waited before something is tried again: longer each time.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// The first time.
    pub first: Duration,
    /// At most.
    pub most: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { first: Duration::from_millis(250), most: Duration::from_secs(10) }
    }
}

/// The signal to stop.
pub type Stop = watch::Receiver<bool>;

/// Takes messages until the signal to stop. Neither a bus that does not answer nor a store that does not is an end to it.
pub async fn consume(courier: &mut dyn Courier, intake: &Intake, patience: Patience, mut stop: Stop) {
    let mut bus = Wait::new(patience);
    // Done with, but the bus did not hear it.
    let mut untold: Vec<Place> = Vec::new();
    loop {
        let next = tokio::select! {
            () = stopped(&mut stop) => {
                tell_bus(courier, untold).await;
                return;
            }
            next = courier.next(BATCH, BATCH_BYTES) => Some(next),
            () = tokio::time::sleep(patience.first), if !untold.is_empty() => None,
        };
        let messages = match next {
            Some(Ok(messages)) => messages,
            Some(Err(lost)) => {
                tracing::warn!(reason = %lost, again_in_ms = bus.millis(), "the message bus does not answer");
                if bus.is_over(&mut stop).await {
                    return;
                }
                continue;
            }
            None => Vec::new(),
        };
        bus = Wait::new(patience);
        untold.extend(messages.iter().map(|message| message.place.clone()));
        let mut load = Load::of(messages);
        let mut store = Wait::new(patience);
        while let Err(reason) = intake.carry(&mut load).await {
            let reason = match reason {
                Unstored::Store(error) => error.to_string(),
                Unstored::Shelf(error) => format!("what is set aside cannot be written: {error}"),
            };
            tracing::error!(reason, again_in_ms = store.millis(), "messages cannot be stored; none are lost");
            if store.is_over(&mut stop).await {
                return;
            }
        }
        count(load.tally());
        untold = tell_bus(courier, untold).await;
    }
}

/// Tells the bus what is done with; gives what it did not hear. If it never does, it comes again, and is a duplicate then.
async fn tell_bus(courier: &mut dyn Courier, places: Vec<Place>) -> Vec<Place> {
    let places = last_places(places);
    if places.is_empty() {
        return places;
    }
    match courier.done(places.clone()).await {
        Ok(()) => Vec::new(),
        Err(lost) => {
            tracing::warn!(reason = %lost, "the message bus does not hear what is stored");
            places
        }
    }
}

/// The last place of every part of every topic.
fn last_places(places: Vec<Place>) -> Vec<Place> {
    let mut last: Vec<Place> = Vec::new();
    for place in places {
        let known = last.iter_mut().find(|known| known.topic == place.topic && known.partition == place.partition);
        match known {
            Some(known) => known.offset = known.offset.max(place.offset),
            None => last.push(place),
        }
    }
    last
}

fn count(tally: &Tally) {
    let Tally { inserted, duplicates, refused } = *tally;
    for (outcome, count) in [("inserted", inserted), ("duplicate", duplicates), ("refused", refused)] {
        metrics::counter!("audit_gateway_bus_messages_total", "outcome" => outcome).increment(count);
    }
    tracing::debug!(inserted, duplicates, refused, "messages");
}

/// Completes when it is time to stop, also when nobody is left to say so.
async fn stopped(stop: &mut Stop) {
    drop(stop.wait_for(|stop| *stop).await);
}

/// A wait that grows.
struct Wait {
    next: Duration,
    most: Duration,
}

impl Wait {
    fn new(patience: Patience) -> Self {
        Self { next: patience.first, most: patience.most }
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.next.as_millis()).unwrap_or(u64::MAX)
    }

    /// Waits; true when it is time to stop.
    async fn is_over(&mut self, stop: &mut Stop) -> bool {
        let wait = self.next;
        self.next = (wait * 2).min(self.most);
        tokio::select! {
            () = stopped(stop) => true,
            () = tokio::time::sleep(wait) => false,
        }
    }
}

#[cfg(test)]
mod tests;
