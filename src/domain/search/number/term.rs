//! One term of a search, and how well a number fits it (contract packagex 4.4).

use super::distance::within;
use super::tail;

/// A term in its normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The term, its letters small.
    pub text: String,
    /// What closing digits are compared with: the term, without leading zeros where it is all digits.
    pub digits: String,
    /// The term's own closing digits.
    pub tail: String,
    /// Characters of the term.
    pub length: usize,
    /// Characters of what closing digits are compared with.
    pub digits_length: usize,
}

/// A number in its normal form, with its closing digits.
#[derive(Clone, Copy, Debug)]
pub struct Number<'n> {
    /// The number, its letters small.
    pub text: &'n str,
    /// Its closing digits.
    pub tail: &'n str,
}

/// Where a number fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The whole of it.
    Whole,
    /// Its closing digits.
    Tail,
    /// So many characters from its beginning.
    Start(usize),
    /// So many of its closing digits.
    TailStart(usize),
    /// So many characters from a place on.
    Middle(usize, usize),
}

/// How well a number fits: hundredths, and what is added to them in tenths of a share of the number's length, or of that
/// of its closing digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    /// Hundredths.
    pub base: u64,
    /// Characters, out of those of the number.
    pub of_number: u64,
    /// Characters, out of the closing digits.
    pub of_tail: u64,
    /// Where.
    pub part: Part,
}

/// Which of the classes for typos are looked at for a term.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Typos {
    /// One.
    pub one: bool,
    /// Two.
    pub two: bool,
}

/// How many typos are allowed in so many characters.
pub fn allowed(length: usize) -> usize {
    match length {
        4..=7 => 1,
        8..=32 => 2,
        _ => 0,
    }
}

/// Whether a text is of printable ASCII only.
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// The least length of a term that is looked for within numbers.
pub const INFIX: usize = 3;

impl Term {
    /// A term.
    pub fn new(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        let own = tail(&text);
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let digits = if is_number { own.clone() } else { text.clone() };
        let (length, digits_length) = (text.chars().count(), digits.chars().count());
        Self { text, digits, tail: own, length, digits_length }
    }

    /// How well a number fits in the four classes without typos.
    pub fn strict(&self, number: Number<'_>) -> Option<Fit> {
        let Number { text, tail } = number;
        let fit = |base, part| Some(Fit { base, of_number: 0, of_tail: 0, part });
        if text == self.text {
            return fit(100, Part::Whole);
        }
        if tail == self.digits {
            return fit(95, Part::Tail);
        }
        let (size, tail_size) = (text.chars().count(), tail.chars().count());
        let start = text.starts_with(&self.text);
        let tail_start = !tail.is_empty() && tail.starts_with(&self.digits);
        let start_wins = self.length * tail_size >= self.digits_length * size;
        if start && (!tail_start || start_wins) {
            let part = Part::Start(self.length);
            return Some(Fit { base: 80, of_number: self.length as u64, of_tail: 0, part });
        }
        if tail_start {
            let part = Part::TailStart(self.digits_length);
            return Some(Fit { base: 80, of_number: 0, of_tail: self.digits_length as u64, part });
        }
        let found = text.find(&self.text).filter(|_| self.length >= INFIX)?;
        let before = text.get(..found).map_or(0, |before| before.chars().count());
        let part = Part::Middle(before, self.length);
        Some(Fit { base: 60, of_number: self.length as u64, of_tail: 0, part })
    }

    /// How well a number fits, typos allowed.
    pub fn fit(&self, number: Number<'_>, typos: Typos) -> Option<Fit> {
        self.strict(number).or_else(|| self.near(number, typos))
    }

    fn near(&self, Number { text, tail }: Number<'_>, typos: Typos) -> Option<Fit> {
        if !typos.one || !is_plain(&self.text) || !is_plain(text) {
            return None;
        }
        let fit = |base, part| Some(Fit { base, of_number: 0, of_tail: 0, part });
        let most = allowed(self.length);
        let found = within(self.text.as_bytes(), text.as_bytes(), most);
        if found == Some(1) {
            return fit(50, Part::Whole);
        }
        let is_tail_near = || within(self.digits.as_bytes(), tail.as_bytes(), 1) == Some(1);
        if allowed(self.digits_length) >= 1 && is_tail_near() {
            return fit(50, Part::Tail);
        }
        let in_digits = || within(self.tail.as_bytes(), tail.as_bytes(), 1).is_some();
        if typos.two && found == Some(2) && in_digits() { fit(30, Part::Whole) } else { None }
    }
}

/// The relevance of a number in ten-thousandths, rounded half up: the sum of its fits, out of all terms.
pub fn relevance(fits: impl IntoIterator<Item = Fit>, number: Number<'_>, terms: usize) -> u64 {
    let (mut base, mut of_number, mut of_tail) = (0, 0, 0);
    for fit in fits {
        base += fit.base;
        of_number += fit.of_number;
        of_tail += fit.of_tail;
    }
    let (size, tail) = (number.text.chars().count().max(1) as u64, number.tail.chars().count().max(1) as u64);
    let all = size * tail * terms.max(1) as u64;
    (20_000 * (base * size * tail + 10 * (of_number * tail + of_tail * size)) + 100 * all) / (200 * all)
}

/// The parts of a number that fit, as spans of characters: none touch one another.
pub fn spans(parts: impl IntoIterator<Item = Part>, number: Number<'_>) -> Vec<(usize, usize)> {
    let letters: Vec<char> = number.text.chars().collect();
    let digits = number.tail.chars().count();
    // Behind the closing digits there are none.
    let end = letters.iter().rposition(char::is_ascii_digit).map_or(0, |last| last + 1);
    let start = end.saturating_sub(digits);
    let span = |part| match part {
        Part::Whole => (0, letters.len()),
        Part::Tail => (start, end),
        Part::Start(length) => (0, length),
        Part::TailStart(length) => (start, start + length),
        Part::Middle(from, length) => (from, from + length),
    };
    let mut found: Vec<(usize, usize)> = parts.into_iter().map(span).collect();
    found.sort_unstable();
    let mut joined: Vec<(usize, usize)> = Vec::with_capacity(found.len());
    for (from, to) in found {
        match joined.last_mut() {
            Some((_, end)) if *end >= from => *end = to.max(*end),
            _ => joined.push((from, to)),
        }
    }
    joined
}
