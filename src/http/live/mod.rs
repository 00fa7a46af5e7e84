//! Answers that go on: WebSockets, server-sent events and the feed of the trail. Here is what lets them stay open, and
//! what ends them.

pub mod events;
pub mod feed;
mod flow;
mod message;
pub mod socket;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::time::Instant;

use super::App;
use crate::domain::changes::Watched;
use crate::domain::cx::Cx;
use crate::domain::error::{Error, Result};

/// How many answers of each user are open.
#[derive(Default)]
pub struct Seats(Mutex<HashMap<i64, usize>>);

/// One of them.
struct Seat {
    seats: Arc<Seats>,
    user_id: i64,
}

impl Seats {
    fn take(self: &Arc<Self>, user_id: i64, most: usize) -> Option<Seat> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(user_id).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Seat { seats: Arc::clone(self), user_id })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.user_id) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.user_id);
            }
        }
    }
}

/// The right of a caller to stay: given up when dropped.
pub struct Stay {
    watched: Watched,
    until: Option<Instant>,
    stopping: watch::Receiver<bool>,
    _seat: Seat,
    /// The process does not end before this does.
    _underway: watch::Receiver<()>,
}

/// Why a stay is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The gateway is being stopped.
    Stopping,
    /// The session has ended, the token has expired, or the role is another.
    Ended,
}

/// How long before a user with too many open answers should try again.
const TRY_AGAIN_SECONDS: u64 = 5;

impl Stay {
    /// Lets the caller of `cx` stay until `expires_at`.
    pub fn begin(app: &App, cx: &Cx, expires_at: Option<DateTime<Utc>>) -> Result<Self> {
        let caller = cx.caller()?;
        let seat = app
            .seats
            .take(caller.user_id, app.settings.user_connections)
            .ok_or(Error::RateLimited { retry_after_seconds: TRY_AGAIN_SECONDS })?;
        let left = expires_at.map(|end| (end - app.clock.now()).to_std().unwrap_or_default());
        Ok(Self {
            watched: app.changes.watch(caller),
            until: left.and_then(|left| Instant::now().checked_add(left)),
            stopping: app.stopping.subscribe(),
            _seat: seat,
            _underway: app.underway.subscribe(),
        })
    }

    /// Completes when the stay is over. Can be asked again.
    pub async fn over(&mut self) -> Over {
        let expiry = async {
            match self.until {
                Some(until) => tokio::time::sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = self.stopping.wait_for(|stopping| *stopping) => Over::Stopping,
            () = self.watched.ended() => Over::Ended,
            () = expiry => Over::Ended,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_so_many_seats_and_no_more() {
        let seats = Arc::<Seats>::default();
        let mut held: Vec<_> = (0..3).filter_map(|_| seats.take(7, 3)).collect();
        assert_eq!(held.len(), 3);
        assert!(seats.take(7, 3).is_none());
        assert!(seats.take(8, 3).is_some(), "another user's are their own");
        held.pop();
        assert!(seats.take(7, 3).is_some());
        held.clear();
        assert!(seats.0.lock().unwrap().is_empty(), "nothing is kept of those who left");
    }
}
