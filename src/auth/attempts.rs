//! Failed sign-ins, counted by the name that was tried and the address it came from.
//!
//! Counted in the memory of each instance: behind `n` instances an attacker has `n` times the tries. The name as it
//! was typed counts, not the account behind it: counting accounts would tell which names belong together and exist. All
//! ways in count together; each has its own limit.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use crate::domain::error::{Error, Result};

/// Pairs of name and address that are remembered at most; beyond it the least used are forgotten.
const REMEMBERED: u64 = 50_000;

/// How many failures are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailureLimit {
    /// So many failures, and further tries are refused unseen.
    pub failures: usize,
    /// Within this time.
    pub window: TimeDelta,
}

impl Default for FailureLimit {
    fn default() -> Self {
        Self { failures: 10, window: TimeDelta::minutes(15) }
    }
}

impl FailureLimit {
    /// What the Ablebase interface documents.
    pub fn of_browsers() -> Self {
        Self { failures: 5, window: TimeDelta::minutes(10) }
    }
}

/// A name tried from an address, as a digest of fixed size: names may be long.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Origin([u8; 32]);

impl Origin {
    pub(super) fn new(name: &str, address: Option<IpAddr>) -> Self {
        let mut digest = Sha256::new();
        digest.update(name.to_lowercase());
        digest.update([0]);
        match address.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(address)) => digest.update(address.octets()),
            Some(IpAddr::V6(address)) => digest.update(network(address).octets()),
            None => {}
        }
        Self(digest.finalize().into())
    }
}

/// One customer has a whole network of 64 bits, so its addresses count as one.
fn network(address: Ipv6Addr) -> Ipv6Addr {
    Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))
}

type Failures = Arc<Mutex<Vec<DateTime<Utc>>>>;

/// The failures remembered.
#[derive(Debug)]
pub(super) struct Attempts {
    /// How long a failure is remembered.
    memory: TimeDelta,
    failures: Cache<Origin, Failures>,
}

impl std::fmt::Debug for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Origin")
    }
}

impl Attempts {
    /// Remembers failures for the longest of these windows.
    pub(super) fn new(limits: &[FailureLimit]) -> Self {
        let memory = limits.iter().map(|limit| limit.window).max().unwrap_or_default();
        let idle = memory.to_std().unwrap_or_default();
        Self { memory, failures: Cache::builder().max_capacity(REMEMBERED).time_to_idle(idle).build() }
    }

    /// Refuses where there were too many failures.
    pub(super) fn check(&self, origin: Origin, now: DateTime<Utc>, limit: FailureLimit) -> Result<()> {
        match self.failures.get(&origin) {
            Some(failures) => self.recent(&mut lock(&failures), now, limit),
            None => Ok(()),
        }
    }

    /// Counts a try as failed before it is made, so that tries at the same time cannot exceed the limit together.
    pub(super) fn begin(&self, origin: Origin, now: DateTime<Utc>, limit: FailureLimit) -> Result<()> {
        let failures = self.failures.get_with(origin, Failures::default);
        let mut failures = lock(&failures);
        self.recent(&mut failures, now, limit)?;
        failures.push(now);
        Ok(())
    }

    /// Takes back a try that came to no end.
    pub(super) fn withdraw(&self, origin: Origin) {
        if let Some(failures) = self.failures.get(&origin) {
            lock(&failures).pop();
        }
    }

    /// Forgets the failures: the right password came.
    pub(super) fn forgive(&self, origin: Origin) {
        self.failures.invalidate(&origin);
    }

    fn recent(&self, failures: &mut Vec<DateTime<Utc>>, now: DateTime<Utc>, limit: FailureLimit) -> Result<()> {
        failures.retain(|at| now - *at < self.memory);
        // The last that must pass before there is room for another.
        let last = failures.len().checked_sub(limit.failures.max(1)).and_then(|index| failures.get(index));
        match last {
            Some(last) if now - *last < limit.window => {
                let wait = (*last + limit.window - now).as_seconds_f64().ceil().max(1.0);
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, positive, small")]
                Err(Error::RateLimited { retry_after_seconds: wait as u64 })
            }
            _ => Ok(()),
        }
    }
}

fn lock(failures: &Failures) -> std::sync::MutexGuard<'_, Vec<DateTime<Utc>>> {
    failures.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::from_timestamp(1_800_000_000, 0).unwrap();

    const USUAL: FailureLimit = FailureLimit { failures: 10, window: TimeDelta::minutes(15) };

    fn origin(name: &str, address: &str) -> Origin {
        Origin::new(name, address.parse().ok())
    }

    fn waits(result: Result<()>) -> Option<u64> {
        match result {
            Ok(()) => None,
            Err(Error::RateLimited { retry_after_seconds }) => Some(retry_after_seconds),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn the_eleventh_failure_in_the_window_waits_for_the_first_to_pass() {
        let attempts = Attempts::new(&[USUAL]);
        let origin = origin("ada", "192.0.2.1");
        for second in 0..10 {
            assert_eq!(waits(attempts.check(origin, NOW + TimeDelta::seconds(second), USUAL)), None, "{second}");
            assert_eq!(waits(attempts.begin(origin, NOW + TimeDelta::seconds(second), USUAL)), None, "{second}");
        }
        assert_eq!(waits(attempts.begin(origin, NOW + TimeDelta::seconds(10), USUAL)), Some(890));
        assert_eq!(waits(attempts.check(origin, NOW + TimeDelta::milliseconds(899_500), USUAL)), Some(1));
        assert_eq!(waits(attempts.begin(origin, NOW + TimeDelta::seconds(900), USUAL)), None);
        assert_eq!(waits(attempts.begin(origin, NOW + TimeDelta::seconds(900), USUAL)), Some(1));
    }

    #[test]
    fn names_and_addresses_are_counted_apart() {
        let limit = FailureLimit { failures: 1, window: TimeDelta::minutes(1) };
        let attempts = Attempts::new(&[limit]);
        assert_eq!(waits(attempts.begin(origin("Ada", "192.0.2.1"), NOW, limit)), None);
        for (name, address, refused) in [
            ("ada", "192.0.2.1", true),
            ("ada", "::ffff:192.0.2.1", true),
            ("ada", "192.0.2.2", false),
            ("bob", "192.0.2.1", false),
            ("ada", "2001:db8::1", false),
        ] {
            assert_eq!(attempts.check(origin(name, address), NOW, limit).is_err(), refused, "{name} {address}");
        }
        assert!(origin("ada", "2001:db8::1") == origin("ada", "2001:db8::ffff:1"));
        assert!(origin("ada", "2001:db8::1") != origin("ada", "2001:db8:0:1::1"));
    }

    #[test]
    fn success_forgives_and_a_try_without_end_does_not_count() {
        let limit = FailureLimit { failures: 2, window: TimeDelta::minutes(1) };
        let attempts = Attempts::new(&[limit]);
        let origin = origin("ada", "192.0.2.1");
        for _ in 0..5 {
            attempts.begin(origin, NOW, limit).unwrap();
            attempts.withdraw(origin);
        }
        attempts.begin(origin, NOW, limit).unwrap();
        attempts.begin(origin, NOW, limit).unwrap();
        assert!(attempts.check(origin, NOW, limit).is_err());
        attempts.forgive(origin);
        assert!(attempts.check(origin, NOW, limit).is_ok());
    }

    #[test]
    fn a_stricter_way_in_counts_what_failed_at_the_others() {
        let strict = FailureLimit::of_browsers();
        let attempts = Attempts::new(&[USUAL, strict]);
        let origin = origin("ada", "192.0.2.1");
        for second in 0..7 {
            attempts.begin(origin, NOW + TimeDelta::seconds(second), USUAL).unwrap();
        }
        assert_eq!(waits(attempts.check(origin, NOW + TimeDelta::seconds(10), strict)), Some(592));
        assert_eq!(waits(attempts.check(origin, NOW + TimeDelta::seconds(602), strict)), None);
        assert_eq!(waits(attempts.begin(origin, NOW + TimeDelta::seconds(10), USUAL)), None);
    }
}
