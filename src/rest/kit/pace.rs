//! How often one client may ask.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use moka::sync::Cache;

use crate::domain::cx::{Caller, Proof};
use crate::domain::error::{Error, Result};

/// Clients that are remembered. One that is forgotten begins anew.
const REMEMBERED: u64 = 100_000;
const MINUTE: i64 = 60;

/// So many requests a minute of each client. The minutes are those of the clock.
#[derive(Debug)]
pub struct Pace {
    most: Option<u32>,
    asked: Cache<Client, Arc<Mutex<Minute>>>,
}

/// A key, or a person in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Client {
    Key(i64),
    Person(i64, i64),
}

#[derive(Debug, Default)]
struct Minute {
    number: i64,
    requests: u32,
}

impl Pace {
    /// At most so many requests a minute; any number without it.
    pub fn new(most: Option<u32>) -> Self {
        Self { most, asked: Cache::new(REMEMBERED) }
    }

    /// Counts a request; refuses it where there were too many in this minute.
    pub fn take(&self, caller: &Caller, now: DateTime<Utc>) -> Result<()> {
        let Some(most) = self.most else { return Ok(()) };
        let client = match &caller.proof {
            Proof::ApiKey { key_id, .. } => Client::Key(*key_id),
            _ => Client::Person(caller.organization_id, caller.user_id),
        };
        let (number, second) = (now.timestamp().div_euclid(MINUTE), now.timestamp().rem_euclid(MINUTE));
        let minute = self.asked.get_with(client, Arc::default);
        let mut minute = minute.lock().unwrap_or_else(PoisonError::into_inner);
        if minute.number != number {
            *minute = Minute { number, requests: 0 };
        }
        if minute.requests >= most {
            let retry_after_seconds = u64::try_from(MINUTE - second).unwrap_or(1);
            return Err(Error::RateLimited { retry_after_seconds });
        }
        minute.requests += 1;
        Ok(())
    }
}
