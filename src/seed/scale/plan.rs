//! How many of everything there are, and which audit stands where: small enough to be kept in memory for millions of
//! audits, so that any of them can be made without the others.

use crate::domain::error::{Error, Result};
use crate::seed::random::Random;

/// Parts of the chance that are no audit's.
const OF_PLACES: u64 = u64::MAX;

/// Audits of one transaction.
pub const BATCH: usize = 1_000;

/// How many rows there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Audits.
    pub audits: usize,
    /// Assets.
    pub assets: usize,
    /// Those of them that are roots; they come first.
    pub roots: usize,
    /// Those of them that are below roots; they come next.
    pub areas: usize,
    /// People who audit and resolve.
    pub people: usize,
    /// Activities.
    pub activities: usize,
    /// Issues.
    pub issues: usize,
}

/// Where one audit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its asset.
    pub asset: u32,
    /// Its position among the audits of the asset, from 1.
    pub sequence: u32,
    /// Its first activity among all activities.
    pub activity: u32,
    /// Its first issue among all issues.
    pub issue: u32,
    /// Number of that issue among the issues of the asset, from 1.
    pub number: u32,
    /// How many activities it has.
    pub activities: u8,
    /// How many issues it has.
    pub issues: u8,
}

/// Where every audit stands.
#[derive(Debug)]
pub struct Plan {
    /// How many rows there are.
    pub counts: Counts,
    /// The audits, the oldest first.
    pub slots: Vec<Slot>,
    /// Audits of each asset.
    pub audits_of: Vec<u32>,
    /// Issues of each asset.
    pub issues_of: Vec<u32>,
}

/// Most audits of one order: where they stand is kept in memory.
pub const MOST: usize = 20_000_000;

impl Plan {
    /// The plan of so many audits.
    pub fn new(audits: usize, seed: u64) -> Result<Self> {
        if !(1..=MOST).contains(&audits) {
            return Err(Error::invalid("audits", format!("must be 1 to {MOST}")));
        }
        let assets = (audits / 50).max(1);
        let roots = (assets / 100).max(1);
        let areas = (assets / 10).min(assets - roots);
        let people = (audits / 2_000).clamp(5, 200);
        let mut plan = Self {
            counts: Counts { audits, assets, roots, areas, people, activities: 0, issues: 0 },
            slots: Vec::with_capacity(audits),
            audits_of: vec![0; assets],
            issues_of: vec![0; assets],
        };
        let mut random = Random::part(seed, OF_PLACES);
        for _ in 0..audits {
            plan.place(&mut random);
        }
        Ok(plan)
    }

    fn place(&mut self, random: &mut Random) {
        let counts = &mut self.counts;
        // The product of two draws: sites and the machines that come first are audited far more often than the rest.
        let ceiling = random.below(counts.assets) + 1;
        let asset = random.below(ceiling);
        let activities: u8 = [5, 6, 7, 8, 8, 8, 9, 10, 11].get(random.below(9)).copied().unwrap_or(8);
        let issues: u8 = [0, 1, 2, 2, 3, 3, 3, 4, 4, 5, 6].get(random.below(11)).copied().unwrap_or(3);
        // Each issue stands on an activity of its own.
        let issues = issues.min(activities);
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        if let (Some(sequence), Some(numbers)) = (self.audits_of.get_mut(asset), self.issues_of.get_mut(asset)) {
            *sequence += 1;
            self.slots.push(Slot {
                asset: narrow(asset),
                sequence: *sequence,
                activity: narrow(counts.activities),
                issue: narrow(counts.issues),
                number: *numbers + 1,
                activities,
                issues,
            });
            *numbers += u32::from(issues);
            counts.activities += usize::from(activities);
            counts.issues += usize::from(issues);
        }
    }

    /// How many transactions it takes.
    pub fn batches(&self) -> usize {
        self.slots.len().div_ceil(BATCH)
    }

    /// The audits of one transaction, with the position of the first.
    pub fn batch(&self, number: usize) -> (usize, &[Slot]) {
        let first = number * BATCH;
        let last = (first + BATCH).min(self.slots.len());
        (first, self.slots.get(first..last).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_three_issues_and_eight_activities_stand_on_an_audit() {
        let plan = Plan::new(10_000, 1).unwrap();
        let Counts { audits, assets, roots, areas, activities, issues, .. } = plan.counts;
        assert_eq!((audits, assets, roots, areas), (10_000, 200, 2, 20));
        assert!((75_000..85_000).contains(&activities) && (27_000..33_000).contains(&issues));
        assert_eq!(plan.slots, Plan::new(10_000, 1).unwrap().slots);
        assert_ne!(plan.slots, Plan::new(10_000, 2).unwrap().slots);
    }

    #[test]
    fn numbers_have_no_gaps() {
        let plan = Plan::new(3_000, 5).unwrap();
        for asset in 0..plan.counts.assets {
            let own: Vec<&Slot> = plan.slots.iter().filter(|slot| slot.asset as usize == asset).collect();
            assert!(own.iter().zip(1..).all(|(slot, sequence)| slot.sequence == sequence));
            assert_eq!(own.iter().map(|slot| u32::from(slot.issues)).sum::<u32>(), plan.issues_of[asset]);
        }
        assert!(plan.slots.iter().all(|slot| slot.issues <= slot.activities));
        let batches: usize = (0..plan.batches()).map(|number| plan.batch(number).1.len()).sum();
        assert_eq!(batches, 3_000);
    }

    #[test]
    fn no_audit_and_too_many_are_refused() {
        assert!(Plan::new(0, 1).is_err());
        assert!(Plan::new(MOST + 1, 1).is_err());
        assert_eq!(Plan::new(1, 1).unwrap().counts.assets, 1);
    }
}
