//! Chance that falls the same way on every machine and in every version: splitmix64, written out.

use uuid::Uuid;

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A source of chance.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The source of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The source of one part of what a seed makes, so that parts can be made in any order.
    pub fn part(seed: u64, part: u64) -> Self {
        Self(mixed(seed.wrapping_add(mixed(part.wrapping_add(STEP)))))
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mixed(self.0)
    }

    /// A number from 0 to below `end`; 0 where that is nothing.
    pub fn below(&mut self, end: usize) -> usize {
        // The upper half of the product: even enough for made-up data, without a loop.
        let product = u128::from(self.next()) * u128::try_from(end).unwrap_or(0);
        usize::try_from(product >> 64).unwrap_or(0)
    }

    /// A number from `first` to `last`.
    pub fn between(&mut self, first: i64, last: i64) -> i64 {
        let width = usize::try_from(last - first + 1).unwrap_or(1);
        first + i64::try_from(self.below(width)).unwrap_or(0)
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `choices`.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        choices.get(self.below(choices.len()))
    }

    /// One of `words`; no word of none.
    pub fn word(&mut self, words: &[&'static str]) -> &'static str {
        self.pick(words).copied().unwrap_or_default()
    }

    /// A UUID in the form of version 4.
    pub fn uuid(&mut self) -> Uuid {
        let bits = (u128::from(self.next()) << 64) | u128::from(self.next());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}

fn mixed(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_falls_as_the_reference_has_it() {
        // First outputs of the published splitmix64 for the seed 1234567.
        let mut random = Random::new(1_234_567);
        assert_eq!([random.next(), random.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn numbers_stay_in_their_range_and_reach_its_ends() {
        let mut random = Random::new(7);
        let drawn: Vec<i64> = (0..1_000).map(|_| random.between(-2, 2)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&-2), Some(&2)));
        assert_eq!(random.below(0), 0);
        assert!(random.pick::<u8>(&[]).is_none());
    }

    #[test]
    fn uuids_are_of_version_four_and_differ() {
        let mut random = Random::part(1, 2);
        let (first, second) = (random.uuid(), random.uuid());
        assert_ne!(first, second);
        for uuid in [first, second] {
            assert_eq!((uuid.get_version_num(), uuid.get_variant()), (4, uuid::Variant::RFC4122));
        }
    }
}
