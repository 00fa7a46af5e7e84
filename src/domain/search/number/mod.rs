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
use crate::domain::db::{Errand, Reader, Rows, Statement};
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
pub const ENOUGH: usize = 1_000;
/// Most audits that are looked at for one term with typos.
pub const CANDIDATES: usize = 50_000;

/// As many audits are looked at before their numbers are looked up one by one.
const PROBES: usize = 2_000;

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

/// The statements of a search, to be explained: for a page of the store's own order, and for what is looked at for typos in
/// both ways.
#[doc(hidden)]
pub fn statements(asking: &Asking, noun: &'static Noun, sought: &Sought) -> Vec<Statement> {
    let filter = Expr::always();
    let among = Among { asking, noun, filter: &filter };
    let arms: Vec<Arm> = sought.possible().flat_map(strict).collect();
    let terms: Vec<Term> = sought.possible().cloned().collect();
    let paged = Paged { order: &[], limit: 25, offset: 0, terms: terms.len() };
    let near: Vec<&Term> = sought.possible().filter(|term| allows_typos(term)).collect();
    let tails: Vec<Vec<String>> = near.iter().map(|term| near_tails(term)).collect();
    let mut all = vec![among.count(&arms, &tails, CANDIDATES), among.page(&terms, paged)];
    let others: Vec<Arm> =
        terms.iter().filter_map(near_digits).chain(near.iter().map(|term| near_numbers(term))).collect();
    all.push(among.candidates(&[arms, others].concat(), None, CANDIDATES));
    all.extend(
        near.iter()
            .zip(&tails)
            .map(|(term, tails)| among.candidates(&[Arm::Tails(tails.clone())], Some(near_lengths(term)), CANDIDATES)),
    );
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

/// Whether numbers with typos may fit a term.
fn allows_typos(term: &Term) -> bool {
    allowed(term.length) >= 1 && is_plain(&term.text)
}

/// Whether numbers with two typos may.
fn allows_two(term: &Term) -> bool {
    allowed(term.length) == 2 && is_plain(&term.text)
}

/// The closing digits that are a typo away from a term.
fn near_digits(term: &Term) -> Option<Arm> {
    let may = allowed(term.digits_length) >= 1 && is_plain(&term.text);
    may.then(|| neighbour::of_tail(&term.digits)).filter(|tails| !tails.is_empty()).map(Arm::Tails)
}

/// The numbers that are a typo away from a term: more than a thousand.
fn near_numbers(term: &Term) -> Arm {
    Arm::Numbers(neighbour::of_number(&term.text))
}

/// The closing digits of what may fit a term with two typos: one of them at most is in the digits (contract packagex 4.4).
fn two_away(term: &Term) -> Vec<String> {
    let mut tails = neighbour::of_tail(&term.tail);
    tails.push(term.tail.clone());
    tails
}

/// The closing digits of all that may fit a term with typos: about a hundred.
fn near_tails(term: &Term) -> Vec<String> {
    let mut tails = neighbour::tails_of_number(&term.text);
    if allows_two(term) {
        tails.extend(two_away(term));
        tails.sort_unstable();
        tails.dedup();
    }
    tails
}

/// From how many characters to how many a number has that fits a term with typos.
fn near_lengths(term: &Term) -> (usize, usize) {
    let most = allowed(term.length);
    (term.length.saturating_sub(most), term.length + most)
}

/// How the numbers are looked up that fit a term with typos.
struct Near<'t> {
    term: &'t Term,
    /// Among the audits with these closing digits; the numbers one typo away are looked up each by itself without.
    tails: Option<Vec<String>>,
    two: bool,
}

impl Search<'_> {
    async fn run(&self, reader: &mut Reader) -> Result<Found> {
        let arms: Vec<Arm> = self.sought.possible().flat_map(strict).collect();
        let terms: Vec<&Term> = self.sought.possible().filter(|term| allows_typos(term)).collect();
        let tails: Vec<Vec<String>> = terms.iter().map(|term| near_tails(term)).collect();
        let counted = counts(&reader.fetch(&self.among.count(&arms, &tails, CANDIDATES)).await?, tails.len() + 1);
        let (total, found) = counted.split_first().ok_or(Error::Internal)?;
        if *total >= ENOUGH {
            return self.ordered_there(reader, *total).await;
        }
        let mut near = Vec::with_capacity(terms.len());
        for ((term, tails), found) in terms.into_iter().zip(tails).zip(found) {
            self.look_near(reader, (term, tails, *found), &mut near).await?;
        }
        self.ordered_here(reader, arms, &near).await
    }

    /// How a term is looked up with typos, by how many audits have closing digits like its own.
    async fn look_near<'t>(
        &self,
        reader: &mut Reader,
        (term, tails, found): (&'t Term, Vec<String>, usize),
        near: &mut Vec<Near<'t>>,
    ) -> Result<()> {
        // For one typo alone, looking up each number costs as much as to look at so many audits.
        if found <= if allows_two(term) { CANDIDATES } else { PROBES } {
            near.push(Near { term, tails: Some(tails), two: allows_two(term) });
            return Ok(());
        }
        near.push(Near { term, tails: None, two: false });
        if allows_two(term) {
            let two = two_away(term);
            let counted = reader.fetch(&self.among.count(&[], std::slice::from_ref(&two), CANDIDATES)).await?;
            if counts(&counted, 2).last().is_some_and(|found| *found <= CANDIDATES) {
                near.push(Near { term, tails: Some(two), two: true });
            }
        }
        Ok(())
    }

    /// Without typos, and in the store's own order.
    async fn ordered_there(&self, reader: &mut Reader, total: usize) -> Result<Found> {
        let terms: Vec<Term> = self.sought.possible().cloned().collect();
        let rows = reader.fetch(&self.among.page(&terms, self.paged())).await?;
        let none = |_: &Term| Typos::default();
        let hits = rows.iter().filter_map(|row| self.checked(row, none)).map(|found| found.hit).collect();
        Ok(Found { hits, total: total as u64 })
    }

    /// With typos: what may fit is read, a term at a time where there may be much of it, and only what fits is kept.
    async fn ordered_here(&self, reader: &mut Reader, strict: Vec<Arm>, near: &[Near<'_>]) -> Result<Found> {
        let typos = |term: &Term| Typos { one: true, two: near.iter().any(|near| near.term == term && near.two) };
        let mut found: HashMap<i64, Match> = HashMap::new();
        let probed = near.iter().filter(|near| near.tails.is_none()).map(|near| near_numbers(near.term));
        let first = strict.iter().cloned().chain(self.sought.possible().filter_map(near_digits)).chain(probed);
        let mut statements = vec![self.among.candidates(&first.collect::<Vec<_>>(), None, CANDIDATES)];
        statements.extend(near.iter().filter_map(|near| {
            let arm = Arm::Tails(near.tails.clone()?);
            Some(self.among.candidates(&[arm], Some(near_lengths(near.term)), CANDIDATES))
        }));
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

/// The first numbers of the first row.
fn counts(rows: &Rows, columns: usize) -> Vec<usize> {
    let number = |column| rows.cell(0, column).as_int().and_then(|count| usize::try_from(count).ok());
    (0..columns).map(|column| number(column).unwrap_or_default()).collect()
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
