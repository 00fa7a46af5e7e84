//! One who follows a trail: a place in it, and what is wanted from there on.

use std::sync::Arc;

use tokio::sync::watch;

use super::event::{self, Happened, Wanted};
use super::feed::Feed;
use crate::domain::db::Db;
use crate::domain::error::{Error, Result};

/// A place in an organization's trail that moves on with it.
pub struct Follower {
    db: Db,
    feed: Arc<Feed>,
    known: watch::Receiver<i64>,
    wanted: Wanted,
    place: i64,
    /// The end of the trail when the following began.
    begun_at: i64,
}

impl Follower {
    pub(super) fn new(db: Db, feed: Arc<Feed>, wanted: Wanted, place: i64, begun_at: i64) -> Self {
        let known = feed.known();
        Self { db, feed, known, wanted, place, begun_at }
    }

    /// The sequence up to which everything wanted has been given.
    pub fn place(&self) -> i64 {
        self.place
    }

    /// The end of the trail when the following began.
    pub fn begun_at(&self) -> i64 {
        self.begun_at
    }

    /// The next events that are wanted, never none. Waits until there are some.
    pub async fn next(&mut self) -> Result<Vec<Arc<Happened>>> {
        loop {
            if self.place < self.begun_at {
                let found = self.step(self.begun_at).await?;
                if !found.is_empty() {
                    return Ok(found);
                }
                continue;
            }
            let place = self.place;
            let known = *self.known.wait_for(|known| *known > place).await.map_err(|_| Error::Unavailable)?;
            let found = self.step(known).await?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
    }

    /// The events that are wanted of those there were when the following began; none once all have been given.
    pub async fn next_until_begun(&mut self) -> Result<Option<Vec<Arc<Happened>>>> {
        while self.place < self.begun_at {
            let found = self.step(self.begun_at).await?;
            if !found.is_empty() {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Moves on towards `head`, which is known to be there.
    async fn step(&mut self, head: i64) -> Result<Vec<Arc<Happened>>> {
        if let Some(events) = self.feed.recent(self.place)
            && let Some(last) =
                events.iter().map(|event| event.sequence).take_while(|sequence| *sequence <= head).last()
        {
            let found = events.into_iter().filter(|event| event.sequence <= last && self.wanted.takes(event)).collect();
            self.place = last;
            return Ok(found);
        }
        let organization_id = self.feed.organization_id();
        // Boxed, for most of the time one waits.
        let reading = Box::pin(event::read(&self.db, organization_id, (self.place, head), &self.wanted));
        let (events, place) = reading.await?;
        self.place = place;
        Ok(events.into_iter().map(Arc::new).collect())
    }
}
