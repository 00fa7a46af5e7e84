//! Who writes next: commands of one line are taken together by whoever is at work for it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::write::Job;

/// Most commands of one transaction: it holds its locks while they run.
const MOST: usize = 32;

type Line = Vec<Box<dyn Job>>;

/// Lines of waiting commands.
#[derive(Default)]
pub(super) struct Turns {
    /// A line that is here has somebody at work for it.
    lines: Mutex<HashMap<Option<i64>, Line>>,
}

impl Turns {
    /// Stands in a line. True where nobody is at work for it, so the caller must be.
    pub(super) fn join(&self, line: Option<i64>, job: Box<dyn Job>) -> bool {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = !lines.contains_key(&line);
        lines.entry(line).or_default().push(job);
        is_new
    }

    /// Whether nobody waits in a line, and then nobody is at work for it any more.
    pub(super) fn ends(&self, line: Option<i64>) -> bool {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = lines.get(&line).is_none_or(Vec::is_empty);
        if ends {
            lines.remove(&line);
        }
        ends
    }

    /// The next ones of a line; none when it ends.
    pub(super) fn next(&self, line: Option<i64>) -> Option<Line> {
        if self.ends(line) {
            return None;
        }
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = lines.get_mut(&line)?;
        let few = waiting.len().min(MOST);
        Some(waiting.drain(..few).collect())
    }
}
