//! The place of a hit among all hits of a search, as an opaque text.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::Question;
use crate::domain::error::{Error, Result};

/// A place: by what hits are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// How well it fits, 1 for the best.
    pub(super) rank: i64,
    /// Position of its sort.
    pub(super) sort: i64,
    /// When the record was created.
    pub(super) created_at: DateTime<Utc>,
    /// The record.
    pub(super) id: i64,
}

const SEAL: usize = 6;

impl Place {
    /// As text, bound to the search it was made for.
    pub fn encode(&self, question: &Question) -> String {
        let Self { rank, sort, created_at, id } = self;
        let payload = format!("{rank} {sort} {} {id}", created_at.timestamp_micros());
        let mut bytes = seal(question, &payload).to_vec();
        bytes.extend_from_slice(payload.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a place of this search; anything else is refused.
    pub(super) fn decode(text: &str, question: &Question) -> Result<Self> {
        read(text, question).ok_or_else(|| Error::invalid("after", "is not a cursor of this search"))
    }
}

fn read(text: &str, question: &Question) -> Option<Place> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (found, payload) = bytes.split_at_checked(SEAL)?;
    let payload = std::str::from_utf8(payload).ok()?;
    if found != seal(question, payload) {
        return None;
    }
    let mut numbers = payload.split(' ').map(|number| number.parse::<i64>().ok());
    let mut next = || numbers.next().flatten();
    Some(Place { rank: next()?, sort: next()?, created_at: DateTime::from_timestamp_micros(next()?)?, id: next()? })
}

fn seal(question: &Question, payload: &str) -> [u8; SEAL] {
    let mut hash = Sha256::new();
    hash.update(format!("search {:?} {payload} ", question.sorts));
    hash.update(&question.text);
    let mut seal = [0; SEAL];
    for (to, from) in seal.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    seal
}
