//! Finding records by a part of what they are called: the same answers on both stores, a page at a time.
//!
//! A to Z and a to z count as the same, every other character as itself. A record is found by the best of its
//! fields: the whole field before its beginning, before the beginning of a word, before any other part.

pub mod number;
mod place;
mod statement;

use super::ask::Asking;
use super::cell::{Cell, Kind};
use super::db::Reader;
use super::describe::Noun;
use super::error::{Error, Result};
pub use place::Place;

/// Most characters of a text that is searched for.
pub const CHARACTERS: usize = 200;
/// Most records of a sort that are looked through: the newest. Those whose key is the text are found beside them.
pub const CANDIDATES: usize = 100_000;
/// Fields that the records of a sort have at most.
const FIELDS: usize = 3;
/// What begins a word, besides the beginning of the field.
const BEFORE_WORDS: [&str; 9] = [" ", "\n", "-", "/", "_", ".", ",", "(", "@"];

/// A sort of records that can be found.
#[derive(Debug)]
pub struct Sort {
    /// Its word in the API.
    pub word: &'static str,
    /// Description for the API's reader.
    pub doc: &'static str,
    /// The noun.
    pub noun: &'static str,
    /// The fields that are searched.
    pub fields: &'static [&'static str],
    /// The field that is looked up where the text is the whole of it, so that no record is too old to be found by it.
    key: Option<&'static str>,
    /// Positions of the fields that name a record; the first that is not empty does.
    title: &'static [usize],
}

/// Every sort, in the order of equally good hits.
pub const SORTS: &[Sort] = &[
    Sort {
        word: "AUDIT",
        doc: "Audits, by number, name and title.",
        noun: "Audit",
        fields: &["number", "name", "title"],
        key: Some("number"),
        title: &[2, 1, 0],
    },
    Sort {
        word: "ASSET",
        doc: "Assets, by name, slug and address.",
        noun: "Asset",
        fields: &["name", "slug", "address"],
        key: Some("slug"),
        title: &[0, 1],
    },
    Sort {
        word: "ISSUE",
        doc: "Issues, by title and description.",
        noun: "Issue",
        fields: &["title", "description"],
        key: None,
        title: &[0],
    },
    Sort {
        word: "USER",
        doc: "People, by name, username and mail address.",
        noun: "User",
        fields: &["name", "username", "email"],
        key: Some("username"),
        title: &[0, 1],
    },
];

/// What is searched for.
#[derive(Clone, Debug)]
pub struct Question {
    /// The text, trimmed.
    written: String,
    /// The same, its letters small.
    text: String,
    /// Positions in [`SORTS`], ascending.
    sorts: Vec<usize>,
    /// At most so many hits.
    first: usize,
    /// Only hits behind this place.
    after: Option<Place>,
}

/// One record that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Its sort.
    pub sort: &'static Sort,
    /// Its noun.
    pub noun: &'static Noun,
    /// Its id in the store.
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// Name of the field it was found by.
    pub field: &'static str,
    /// The text of that field.
    pub value: String,
    /// How well it fits.
    pub fit: Fit,
    /// Where it stands among all hits.
    pub place: Place,
}

/// How well a text fits what is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It is the text.
    Whole,
    /// It begins with the text.
    Start,
    /// One of its words begins with the text.
    Word,
    /// It contains the text.
    Part,
}

impl Fit {
    /// As a number: 1 for the best.
    pub fn score(self) -> f64 {
        match self {
            Self::Whole => 1.0,
            Self::Start => 0.75,
            Self::Word => 0.5,
            Self::Part => 0.25,
        }
    }

    /// How well `value` fits `text`, whose letters are small.
    fn of(value: &str, text: &str) -> Option<Self> {
        let value = value.to_ascii_lowercase();
        if value == text {
            return Some(Self::Whole);
        }
        if value.starts_with(text) {
            return Some(Self::Start);
        }
        if !value.contains(text) {
            return None;
        }
        let begins = BEFORE_WORDS.iter().any(|sign| value.contains(&format!("{sign}{text}")));
        Some(if begins { Self::Word } else { Self::Part })
    }
}

/// A page of hits.
#[derive(Clone, Debug)]
pub struct Found {
    /// The hits.
    pub hits: Vec<Hit>,
    /// There are more.
    pub more: bool,
}

impl Question {
    /// A question, or what is wrong with it. `sorts` are words; all without any.
    pub fn new(text: &str, sorts: Option<&[&str]>, first: usize, after: Option<&str>) -> Result<Self> {
        let written = text.trim().to_owned();
        let text = written.to_ascii_lowercase();
        if text.contains('\0') {
            return Err(Error::invalid("text", "must not contain U+0000"));
        }
        if text.is_empty() || text.chars().count() > CHARACTERS {
            return Err(Error::invalid("text", format!("must have 1 to {CHARACTERS} characters")));
        }
        let position = |word: &str| {
            let found = SORTS.iter().position(|sort| sort.word == word);
            found.ok_or_else(|| Error::invalid("types", "must be values of SearchType"))
        };
        let mut sorts: Vec<usize> = match sorts {
            Some(words) => words.iter().map(|word| position(word)).collect::<Result<_>>()?,
            None => (0..SORTS.len()).collect(),
        };
        sorts.sort_unstable();
        sorts.dedup();
        let mut question = Self { written, text, sorts, first, after: None };
        question.after = after.map(|after| Place::decode(after, &question)).transpose()?;
        Ok(question)
    }

    /// The text, trimmed, its letters small.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// At most so many hits.
    pub fn first(&self) -> usize {
        self.first
    }

    /// Whether hits before the page are left out.
    pub fn is_continued(&self) -> bool {
        self.after.is_some()
    }
}

/// Reads a page of hits with one statement.
pub async fn load(reader: &mut Reader, asking: &Asking, question: &Question) -> Result<Found> {
    if question.sorts.is_empty() {
        return Ok(Found { hits: Vec::new(), more: false });
    }
    let rows = reader.fetch(&statement::statement(asking, question)?).await?;
    let hits = rows.iter().take(question.first).map(|row| hit(asking, question, row).ok_or(Error::Internal));
    Ok(Found { hits: hits.collect::<Result<_>>()?, more: rows.len() > question.first })
}

fn hit(asking: &Asking, question: &Question, row: &[Cell]) -> Option<Hit> {
    let [sort_at, id, rank, created_at, values @ ..] = row else { return None };
    let (sort_at, id) = (sort_at.as_int()?, id.as_int()?);
    let place = Place { rank: rank.as_int()?, sort: sort_at, created_at: created_at.as_time()?, id };
    let sort = SORTS.get(usize::try_from(sort_at).ok()?)?;
    let value = |at: &usize| values.get(*at).and_then(Cell::as_str).filter(|value| !value.is_empty());
    let title = sort.title.iter().find_map(value).unwrap_or_default().to_owned();
    let fits = sort.fields.iter().zip(values).filter_map(|(field, cell)| {
        let value = cell.as_str()?;
        Some((Fit::of(value, &question.text)?, *field, value))
    });
    let (fit, field, value) = fits.min_by_key(|(fit, ..)| *fit)?;
    let noun = asking.model.noun(sort.noun)?;
    Some(Hit { sort, noun, id, title, field, value: value.to_owned(), fit, place })
}

/// Kinds of the statement's columns.
fn kinds() -> Vec<Kind> {
    let mut kinds = vec![Kind::Int, Kind::Long, Kind::Int, Kind::Time];
    kinds.extend([Kind::Text; FIELDS]);
    kinds
}
