//! The newest events of one organization, read once for all who follow it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::event::{self, Happened, PAGE, Wanted};
use super::{PAUSE, head};
use crate::domain::db::Db;
use crate::domain::error::Result;

/// Events that are kept for followers; one that is farther behind reads the store.
const KEPT: usize = 1_024;

/// The end of an organization's trail. Reads as long as somebody follows.
pub(super) struct Feed {
    organization_id: i64,
    recent: Mutex<VecDeque<Arc<Happened>>>,
    /// Sequence of the last event that was read; the first one is read when somebody wakes the feed.
    known: watch::Sender<i64>,
    wake: Arc<Wake>,
    reader: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Wake {
    told: AtomicI64,
    bell: Notify,
}

impl Feed {
    /// Begins to read behind the present end.
    pub(super) fn begin(db: Db, organization_id: i64) -> Arc<Self> {
        let feed = Arc::new(Self {
            organization_id,
            recent: Mutex::default(),
            known: watch::Sender::new(0),
            wake: Arc::default(),
            reader: Mutex::default(),
        });
        let (weak, wake) = (Arc::downgrade(&feed), Arc::clone(&feed.wake));
        let reader = tokio::spawn(follow(db, organization_id, wake, weak));
        *feed.reader.lock().unwrap_or_else(PoisonError::into_inner) = Some(reader);
        feed
    }

    pub(super) fn organization_id(&self) -> i64 {
        self.organization_id
    }

    /// The trail reaches at least to `last_sequence`.
    pub(super) fn wake(&self, last_sequence: i64) {
        if self.wake.told.fetch_max(last_sequence, Ordering::AcqRel) < last_sequence {
            self.wake.bell.notify_one();
        }
    }

    /// Tells each time the trail has become longer.
    pub(super) fn known(&self) -> watch::Receiver<i64> {
        self.known.subscribe()
    }

    /// The events behind a place, if they are kept; at most so many as are read at once.
    pub(super) fn recent(&self, after: i64) -> Option<Vec<Arc<Happened>>> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let first = recent.front()?.sequence;
        // Sequences have no gaps, so a place is a position.
        let position = usize::try_from((after + 1).checked_sub(first)?).ok()?;
        Some(recent.iter().skip(position).take(PAGE).cloned().collect())
    }

    fn keep(&self, events: Vec<Happened>, place: i64) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.extend(events.into_iter().map(Arc::new));
        let surplus = recent.len().saturating_sub(KEPT);
        recent.drain(..surplus);
        drop(recent);
        self.known.send_replace(place);
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.get_mut().unwrap_or_else(PoisonError::into_inner) {
            reader.abort();
        }
    }
}

async fn follow(db: Db, organization_id: i64, wake: Arc<Wake>, feed: Weak<Feed>) {
    let mut place = loop {
        match head(&db, organization_id).await {
            Ok(head) => break head,
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    };
    if let Some(feed) = feed.upgrade() {
        feed.known.send_replace(place);
    }
    loop {
        let told = wake.told.load(Ordering::Acquire);
        if told <= place {
            wake.bell.notified().await;
            continue;
        }
        let read: Result<_> = event::read(&db, organization_id, (place, told), &Wanted::default()).await;
        let Some(feed) = feed.upgrade() else { return };
        match read {
            Ok((events, until)) => {
                feed.keep(events, until);
                place = until;
            }
            Err(error) => {
                tracing::debug!(%error, organization_id, "the trail cannot be followed for now");
                drop(feed);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
