//! Who writes next: commands of one line are never at work at the same time, and whoever goes to work takes as many as
//! wait.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::write::Job;

/// Most commands of one transaction: it holds its locks while they run.
const MOST: usize = 32;

/// A line: an organization, or everybody.
pub(super) type Line = Option<i64>;
/// Commands in the order in which they came.
pub(super) type Jobs = Vec<Box<dyn Job>>;

/// Lines of waiting commands, and how many are at work for them.
pub(super) struct Turns {
    most: usize,
    /// After how long a transaction takes no further command.
    pub(super) long: Duration,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    /// Every line that is taken or has somebody waiting, with those who wait.
    waiting: HashMap<Line, Jobs>,
    /// Lines that nobody has taken, the one that waits longest first.
    free: VecDeque<Line>,
    at_work: usize,
}

impl Turns {
    /// At most so many are at work at the same time.
    pub(super) fn new(most: usize, long: Duration) -> Self {
        Self { most, long, queue: Mutex::default() }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stands in a line. True where the caller must go to work, and has taken the line.
    pub(super) fn join(&self, line: Line, job: Box<dyn Job>) -> bool {
        let mut queue = self.queue();
        if let Some(waiting) = queue.waiting.get_mut(&line) {
            waiting.push(job);
            return false;
        }
        queue.waiting.insert(line, vec![job]);
        if queue.at_work < self.most {
            queue.at_work += 1;
            return true;
        }
        queue.free.push_back(line);
        false
    }

    /// Those who wait in a line that the caller has taken.
    pub(super) fn of(&self, line: Line) -> Jobs {
        self.queue().taken(line, MOST)
    }

    /// Takes free lines, and of those who wait in them as many as go into one transaction.
    pub(super) fn next(&self) -> Option<(Vec<Line>, Jobs)> {
        let mut queue = self.queue();
        let (mut lines, mut jobs) = (Vec::new(), Jobs::new());
        while jobs.len() < MOST
            && let Some(line) = queue.free.pop_front()
        {
            jobs.extend(queue.taken(line, MOST - jobs.len()));
            lines.push(line);
        }
        (!lines.is_empty()).then_some((lines, jobs))
    }

    /// Gives lines back. Those in which somebody waits are free again.
    pub(super) fn release(&self, lines: &[Line]) {
        let mut queue = self.queue();
        for line in lines {
            if queue.waiting.get(line).is_none_or(Vec::is_empty) {
                queue.waiting.remove(line);
            } else {
                queue.free.push_back(*line);
            }
        }
    }

    /// Whether somebody must go on in the place of one who stops, who is not at work any more where nobody must.
    pub(super) fn must_go_on(&self) -> bool {
        let mut queue = self.queue();
        let must = !queue.free.is_empty();
        queue.at_work -= usize::from(!must);
        must
    }

    /// Whether one more must go to work, and then the caller has.
    pub(super) fn needs_one(&self) -> bool {
        let mut queue = self.queue();
        let needs = !queue.free.is_empty() && queue.at_work < self.most;
        queue.at_work += usize::from(needs);
        needs
    }
}

impl Queue {
    fn taken(&mut self, line: Line, most: usize) -> Jobs {
        self.waiting.get_mut(&line).map(|jobs| jobs.drain(..jobs.len().min(most)).collect()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::BoxFuture;

    use super::super::tx::Tx;
    use super::super::write::Left;
    use super::*;
    use crate::domain::error::Error;
    use crate::domain::trail::Opening;

    struct Waiting(Line);

    impl Job for Waiting {
        fn line(&self) -> Line {
            self.0
        }

        fn opening(&self) -> Option<&Opening> {
            None
        }

        fn run<'a>(&'a mut self, _: usize, _: &'a mut Tx) -> BoxFuture<'a, Left> {
            Box::pin(async { Left::Nothing })
        }

        fn tell(&mut self, _: Option<Error>) {}
    }

    fn join(turns: &Turns, line: i64) -> bool {
        turns.join(Some(line), Box::new(Waiting(Some(line))))
    }

    fn lines(jobs: &Jobs) -> Vec<i64> {
        jobs.iter().filter_map(|job| job.line()).collect()
    }

    #[test]
    fn no_more_go_to_work_than_may_and_the_others_lines_are_taken_together() {
        let turns = Turns::new(2, Duration::ZERO);
        assert_eq!([1, 2, 3, 4, 3, 1].map(|line| join(&turns, line)), [true, true, false, false, false, false]);
        assert_eq!(lines(&turns.of(Some(1))), [1, 1]);
        let (taken, jobs) = turns.next().expect("two lines");
        assert_eq!((taken, lines(&jobs)), (vec![Some(3), Some(4)], vec![3, 3, 4]));
        assert!(turns.next().is_none(), "the second line is taken");
    }

    #[test]
    fn a_line_is_not_taken_twice_and_free_when_it_is_given_back() {
        let turns = Turns::new(1, Duration::ZERO);
        assert!(join(&turns, 1));
        turns.of(Some(1));
        assert!(!join(&turns, 1));
        assert!(turns.next().is_none());
        assert!(!turns.needs_one());
        turns.release(&[Some(1)]);
        assert!(turns.must_go_on());
        assert_eq!(lines(&turns.next().expect("the line").1), [1]);
        turns.release(&[Some(1)]);
        assert!(!turns.must_go_on(), "nobody waits, and nobody is at work");
        assert!(join(&turns, 1));
    }

    #[test]
    fn somebody_is_needed_where_a_line_becomes_free_and_nobody_is_at_work() {
        let turns = Turns::new(1, Duration::ZERO);
        assert!(join(&turns, 1));
        turns.of(Some(1));
        assert!(!join(&turns, 1));
        assert!(!turns.must_go_on(), "the line is still taken");
        turns.release(&[Some(1)]);
        assert!(turns.needs_one());
        assert!(!turns.needs_one(), "one is");
    }

    #[test]
    fn a_transaction_has_an_end_and_the_rest_of_a_line_waits_for_its_turn() {
        let turns = Turns::new(1, Duration::ZERO);
        assert!(join(&turns, 9));
        for _ in 0..MOST + 3 {
            join(&turns, 1);
        }
        join(&turns, 2);
        let (taken, jobs) = turns.next().expect("one line");
        assert_eq!((taken.as_slice(), jobs.len()), ([Some(1)].as_slice(), MOST));
        turns.release(&taken);
        let (_, jobs) = turns.next().expect("both lines");
        assert_eq!(lines(&jobs), [2, 1, 1, 1], "each line in its turn");
    }
}
