//! Which organizations' trails have grown by commits of this process, until somebody asks.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

/// A trail that has grown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth {
    /// Whose trail.
    pub organization_id: i64,
    /// Sequence of its last event.
    pub last_sequence: i64,
}

/// What was committed and not yet asked for: one entry an organization, however many commits there were.
#[derive(Default)]
pub(super) struct Commits {
    grown: Mutex<HashMap<i64, i64>>,
    told: Notify,
}

impl Commits {
    /// Keeps what a commit has added.
    pub(super) fn tell(&self, growth: &[Growth]) {
        if growth.is_empty() {
            return;
        }
        let mut grown = self.grown.lock().unwrap_or_else(PoisonError::into_inner);
        for one in growth {
            let last = grown.entry(one.organization_id).or_default();
            *last = one.last_sequence.max(*last);
        }
        drop(grown);
        self.told.notify_one();
    }

    /// Waits for commits and gives what has grown by them. For one listener; nothing is lost when it stops waiting.
    pub(super) async fn next(&self) -> Vec<Growth> {
        loop {
            let grown = std::mem::take(&mut *self.grown.lock().unwrap_or_else(PoisonError::into_inner));
            if !grown.is_empty() {
                return grown
                    .into_iter()
                    .map(|(organization_id, last_sequence)| Growth { organization_id, last_sequence })
                    .collect();
            }
            self.told.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn many_commits_of_one_organization_are_told_once() {
        let commits = Commits::default();
        for sequence in [3, 5, 4] {
            commits.tell(&[Growth { organization_id: 7, last_sequence: sequence }]);
        }
        assert_eq!(commits.next().await, [Growth { organization_id: 7, last_sequence: 5 }]);
        let waits = tokio::time::timeout(std::time::Duration::from_millis(20), commits.next()).await;
        assert!(waits.is_err(), "nothing is told twice");
        commits.tell(&[Growth { organization_id: 8, last_sequence: 1 }]);
        assert_eq!(commits.next().await, [Growth { organization_id: 8, last_sequence: 1 }]);
    }
}
