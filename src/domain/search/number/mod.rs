//! Finding inventory audits by their numbers, typos allowed (contract packagex 4.4): the same audits, with the same
//! relevance and in the same order, on both stores.
//!
//! Where a thousand audits fit without typos, the store orders them and gives a page. Where fewer do, those that may fit
//! with typos are looked up by what lies a typo away from the terms, checked here, and ordered here.

mod distance;
mod neighbour;
mod statement;
mod term;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::FutureExt;

use self::statement::{Among, Arm, Paged, strict};
use self::term::{Fit, Number, Term, Typos, allowed, is_plain, relevance, spans};
use crate::domain::access::Viewer;
use crate::domain::ask::{Asking, Expr, OrderBy};
use crate::domain::cell::Cell;
use crate::domain::cx::Cx;
use crate::domain::db::{Errand, Reader, Statement};
use crate::domain::describe::Noun;
use crate::domain::error::{Error, Result};
use crate::domain::model::model;

/// Most characters of what is searched for.
pub const CHARACTERS: usize = 100;
/// Most terms.
pub const TERMS: usize = 8;
/// Fewest characters of a term.
pub const LEAST: usize = 2;
/// From so many audits that fit without typos, none with typos are looked for.
pub const ENOUGH: i64 = 1_000;
/// Most audits that are looked at for one term with typos.
pub const CANDIDATES: usize = 50_000;

/// What is searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    terms: Vec<Term>,
}

/// Why a text cannot be searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// More than [`CHARACTERS`].
    TooLong,
    /// More than [`TERMS`].
    TooMany,
    /// A term of fewer than [`LEAST`].
    TooShort,
}

/// Which of the found audits are wanted.
#[derive(Clone, Debug)]
pub struct Part {
    /// An order in place of the relevance; empty for that.
    pub order: Vec<OrderBy>,
    /// At most so many.
    pub limit: u64,
    /// So many before them are passed over.
    pub offset: u64,
}

/// One audit that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Its id in the store.
    pub id: i64,
    /// Its number as it is shown.
    pub number: String,
    /// How well it fits, in ten-thousandths.
    pub relevance: u64,
    /// What of the number fits: spans of characters, from and to.
    pub spans: Vec<(usize, usize)>,
}

/// A part of what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The audits.
    pub hits: Vec<Hit>,
    /// How many there are in all.
    pub total: u64,
}

/// The last run of digits of a number, without leading zeros: what closing digits are compared by.
pub fn tail(number: &str) -> String {
    let run = number.split(|letter: char| !letter.is_ascii_digit()).rfind(|run| !run.is_empty()).unwrap_or_default();
    let significant = run.trim_start_matches('0');
    if significant.is_empty() && !run.is_empty() { "0".to_owned() } else { significant.to_owned() }
}

impl Sought {
    /// Reads a text: terms with blanks between them. Nothing is searched for without a term.
    pub fn read(text: &str) -> Result<Option<Self>, Vec<Wrong>> {
        let mut terms: Vec<Term> = Vec::new();
        for term in text.split_whitespace().map(Term::new) {
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        let mut wrong = Vec::new();
        if text.chars().count() > CHARACTERS {
            wrong.push(Wrong::TooLong);
        }
        if terms.len() > TERMS {
            wrong.push(Wrong::TooMany);
        }
        if terms.iter().any(|term| term.length < LEAST) {
            wrong.push(Wrong::TooShort);
        }
        match wrong.is_empty() {
            true => Ok(Some(Self { terms }).filter(|sought| !sought.terms.is_empty())),
            false => Err(wrong),
        }
    }

    /// The terms that a number can have: the stores keep no U+0000.
    fn possible(&self) -> impl Iterator<Item = &Term> {
        self.terms.iter().filter(|term| !term.text.contains('\0'))
    }
}

/// Finds audits among those that pass `filter`.
pub async fn find(cx: &Cx, sought: Sought, filter: Expr, part: Part) -> Result<Found> {
    let viewer = Viewer::from(cx.caller()?.as_ref());
    let errand = Errand { organization_id: Some(viewer.organization_id), statements: Arc::clone(&cx.statements) };
    let asking = Asking { model: model(), viewer, now: cx.now, as_of: None, store: cx.db.store(), zone: cx.zone };
    let noun = model().noun("Audit").ok_or(Error::Internal)?;
    let shared = Arc::new((asking, noun, sought, filter, part));
    cx.db
        .read(&errand, move |reader| {
            let shared = Arc::clone(&shared);
            async move {
                let (asking, noun, sought, filter, part) = shared.as_ref();
                let among = Among { asking, noun, filter };
                Search { among, sought, part }.run(reader).await
            }
            .boxed()
        })
        .await
}

/// The statements that a search begins with, to be explained: the count, a page, and what is looked at for typos.
#[doc(hidden)]
pub fn statements(asking: &Asking, noun: &'static Noun, sought: &Sought) -> Vec<Statement> {
    let filter = Expr::always();
    let among = Among { asking, noun, filter: &filter };
    let arms: Vec<Arm> = sought.possible().flat_map(strict).collect();
    let terms: Vec<Term> = sought.possible().cloned().collect();
    let paged = Paged { order: &[], limit: 25, offset: 0, terms: terms.len() };
    let mut all = vec![
        among.count(&arms, &terms.iter().map(two_away).collect::<Vec<_>>(), CANDIDATES),
        among.page(&terms, paged),
    ];
    let near: Vec<Arm> = terms.iter().flat_map(one_away).collect();
    all.push(among.candidates(&[arms, near].concat(), None, CANDIDATES));
    all.extend(terms.iter().map(|term| {
        let lengths = Some((term.length.saturating_sub(2), term.length + 2));
        among.candidates(&[Arm::Tails(two_away(term))], lengths, CANDIDATES)
    }));
    all
}

struct Search<'a> {
    among: Among<'a>,
    sought: &'a Sought,
    part: &'a Part,
}

/// An audit that was looked at and fits.
struct Match {
    hit: Hit,
    created_at: DateTime<Utc>,
}

/// What may fit a term with one typo.
fn one_away(term: &Term) -> Vec<Arm> {
    if !is_plain(&term.text) {
        return Vec::new();
    }
    let numbers = (allowed(term.length) >= 1).then(|| Arm::Numbers(neighbour::of_number(&term.text)));
    let tails = (allowed(term.digits_length) >= 1).then(|| neighbour::of_tail(&term.digits));
    let tails = tails.filter(|tails| !tails.is_empty()).map(Arm::Tails);
    numbers.into_iter().chain(tails).collect()
}

/// The closing digits of what may fit a term with two typos.
fn two_away(term: &Term) -> Vec<String> {
    let mut tails = neighbour::of_tail(&term.tail);
    tails.push(term.tail.clone());
    tails
}

fn allows_two(term: &Term) -> bool {
    allowed(term.length) == 2 && is_plain(&term.text)
}

impl Search<'_> {
    async fn run(&self, reader: &mut Reader) -> Result<Found> {
        let arms: Vec<Arm> = self.sought.possible().flat_map(strict).collect();
        let twice: Vec<&Term> = self.sought.possible().filter(|term| allows_two(term)).collect();
        let tails: Vec<Vec<String>> = twice.iter().map(|term| two_away(term)).collect();
        let counted = reader.fetch(&self.among.count(&arms, &tails, CANDIDATES)).await?;
        let number = |column| counted.cell(0, column).as_int().unwrap_or_default();
        let total = number(0);
        if total >= ENOUGH {
            return self.ordered_there(reader, total).await;
        }
        let few = |index: usize| usize::try_from(number(index + 1)).is_ok_and(|found| found <= CANDIDATES);
        let twice: Vec<&Term> =
            twice.into_iter().enumerate().filter(|(index, _)| few(*index)).map(|(_, term)| term).collect();
        self.ordered_here(reader, arms, &twice).await
    }

    /// Without typos, and in the store's own order.
    async fn ordered_there(&self, reader: &mut Reader, total: i64) -> Result<Found> {
        let terms: Vec<Term> = self.sought.possible().cloned().collect();
        let rows = reader.fetch(&self.among.page(&terms, self.paged())).await?;
        let none = |_: &Term| Typos::default();
        let hits = rows.iter().filter_map(|row| self.checked(row, none)).map(|found| found.hit).collect();
        Ok(Found { hits, total: u64::try_from(total).unwrap_or_default() })
    }

    /// With typos: what may fit is read, a term at a time where there may be much of it, and only what fits is kept.
    async fn ordered_here(&self, reader: &mut Reader, strict: Vec<Arm>, twice: &[&Term]) -> Result<Found> {
        let near: Vec<Arm> = self.sought.possible().flat_map(one_away).collect();
        let both = [strict.clone(), near].concat();
        let mut statements = vec![self.among.candidates(&both, None, CANDIDATES)];
        statements.extend(twice.iter().map(|term| {
            let lengths = Some((term.length.saturating_sub(2), term.length + 2));
            self.among.candidates(&[Arm::Tails(two_away(term))], lengths, CANDIDATES)
        }));
        let typos = |term: &Term| Typos { one: true, two: twice.contains(&term) };
        let mut found: HashMap<i64, Match> = HashMap::new();
        for statement in statements {
            let mut rows = reader.fetch(&statement).await?;
            if rows.len() > CANDIDATES {
                // More audits than are looked at have the same numbers, at other locations: without typos, then.
                rows = reader.fetch(&self.among.candidates(&strict, None, CANDIDATES)).await?;
                found = rows.iter().filter_map(|row| self.checked(row, |_| Typos::default())).map(by_id).collect();
                break;
            }
            found.extend(rows.iter().filter_map(|row| self.checked(row, typos)).map(by_id));
        }
        self.cut(reader, found).await
    }

    async fn cut(&self, reader: &mut Reader, mut found: HashMap<i64, Match>) -> Result<Found> {
        let total = found.len() as u64;
        let hits = if self.part.order.is_empty() {
            let mut found: Vec<Match> = found.into_values().collect();
            let key = |found: &Match| std::cmp::Reverse((found.hit.relevance, found.created_at, found.hit.id));
            found.sort_unstable_by_key(key);
            let skipped = usize::try_from(self.part.offset).unwrap_or(usize::MAX);
            let most = usize::try_from(self.part.limit).unwrap_or(usize::MAX);
            found.into_iter().skip(skipped).take(most).map(|found| found.hit).collect()
        } else {
            let ids = found.keys().copied().collect();
            let rows = reader.fetch(&self.among.sorted(ids, self.paged())).await?;
            let ids = rows.iter().filter_map(|row| row.first()?.as_int());
            ids.filter_map(|id| found.remove(&id)).map(|found| found.hit).collect()
        };
        Ok(Found { hits, total })
    }

    fn paged(&self) -> Paged<'_> {
        let Part { order, limit, offset } = self.part;
        Paged { order, limit: *limit, offset: *offset, terms: self.sought.terms.len() }
    }

    /// The audit of a row, if it fits.
    fn checked(&self, row: &[Cell], typos: impl Fn(&Term) -> Typos) -> Option<Match> {
        let [id, shown, text, tail, created_at] = row else { return None };
        let number = Number { text: text.as_str()?, tail: tail.as_str()? };
        let fits: Vec<Fit> = self.sought.possible().filter_map(|term| term.fit(number, typos(term))).collect();
        if fits.is_empty() {
            return None;
        }
        let hit = Hit {
            id: id.as_int()?,
            number: shown.as_str()?.to_owned(),
            relevance: relevance(fits.iter().copied(), number, self.sought.terms.len()),
            spans: spans(fits.iter().map(|fit| fit.part), number),
        };
        Some(Match { hit, created_at: created_at.as_time()? })
    }
}

fn by_id(found: Match) -> (i64, Match) {
    (found.hit.id, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, number: &str) -> Option<(u64, Vec<(usize, usize)>)> {
        let sought = Sought::read(text).unwrap().unwrap();
        let normal = number.to_ascii_lowercase();
        let tail = tail(&normal);
        let number = Number { text: &normal, tail: &tail };
        let typos = Typos { one: true, two: true };
        let fits: Vec<Fit> = sought.terms.iter().filter_map(|term| term.fit(number, typos)).collect();
        if fits.is_empty() {
            return None;
        }
        let score = relevance(fits.iter().copied(), number, sought.terms.len());
        Some((score, spans(fits.iter().map(|fit| fit.part), number)))
    }

    #[test]
    fn item_25_the_table_of_the_contract_holds() {
        for (search, number, score, spans) in [
            ("AUD-1042", "AUD-1042", 10_000, vec![(0, 8)]),
            ("1042", "AUD-1042", 9_500, vec![(4, 8)]),
            ("0042", "AUD-42", 9_500, vec![(4, 6)]),
            ("AUD-10", "AUD-1042", 8_750, vec![(0, 6)]),
            ("12", "AUD-120", 8_667, vec![(4, 6)]),
            ("D-10", "AUD-1042", 6_500, vec![(2, 6)]),
            ("AUD-1942", "AUD-1042", 5_000, vec![(0, 8)]),
            ("1O42", "AUD-1042", 5_000, vec![(4, 8)]),
            ("UAD-1024", "AUD-1042", 3_000, vec![(0, 8)]),
            ("aud 1042", "AUD-1042", 8_938, vec![(0, 3), (4, 8)]),
        ] {
            assert_eq!(told(search, number), Some((score, spans)), "{search} in {number}");
        }
        assert_eq!(told("AUD-8842", "AUD-1042"), None);
    }

    #[test]
    fn spans_that_touch_are_one() {
        assert_eq!(told("aud -10", "AUD-1042").unwrap().1, [(0, 6)]);
        assert_eq!(told("00", "A-000").unwrap(), (9_500, vec![(4, 5)]));
        assert_eq!(told("42", "2026/0042-X").unwrap().1, [(7, 9)]);
    }

    #[test]
    fn item_29_terms_have_bounds() {
        assert_eq!(Sought::read(" \t"), Ok(None));
        assert_eq!(Sought::read("a"), Err(vec![Wrong::TooShort]));
        assert_eq!(Sought::read("aa AA aa").unwrap().unwrap().terms.len(), 1);
        let nine: Vec<String> = (10..19).map(|number| number.to_string()).collect();
        assert_eq!(Sought::read(&nine.join(" ")), Err(vec![Wrong::TooMany]));
        assert!(Sought::read(&nine[..8].join(" ")).is_ok());
        assert_eq!(Sought::read(&"é".repeat(101)), Err(vec![Wrong::TooLong]));
        assert!(Sought::read(&"é".repeat(100)).is_ok());
    }
}
