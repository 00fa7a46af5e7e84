//! Persisted documents: a client sends the hash of a document it sent before (Apollo APQ), and an operator can allow
//! listed documents only.

use std::collections::HashMap;

use moka::sync::Cache;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Documents by the lower-case hexadecimal SHA-256 of their text.
pub struct Persisted {
    known: Cache<String, String>,
    trusted: Option<HashMap<String, String>>,
}

/// Why a persisted document cannot be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Not sent yet, or forgotten: the client sends the text with the hash.
    NotFound,
    /// The text has another hash.
    WrongHash,
    /// Neither a text nor a hash.
    Missing,
    /// Not among the documents the operator allows.
    NotTrusted,
}

impl Unknown {
    /// The code in `extensions.code`.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::WrongHash | Self::Missing => "BAD_USER_INPUT",
            Self::NotTrusted => "FORBIDDEN",
        }
    }

    /// The message. Clients know the first one by its words.
    pub fn message(self) -> &'static str {
        match self {
            Self::NotFound => "PersistedQueryNotFound",
            Self::WrongHash => "provided sha does not match query",
            Self::Missing => "query is required",
            Self::NotTrusted => "only trusted documents are run here",
        }
    }
}

/// The hash that names a document.
pub fn hash_of(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::with_capacity(64), |mut hash, byte| {
        hash.push_str(&format!("{byte:02x}"));
        hash
    })
}

impl Persisted {
    /// Keeps at most `capacity` bytes of documents that clients register; with `trusted` runs those only.
    pub fn new(capacity: u64, trusted: Option<Vec<String>>) -> Self {
        let weigh = |_: &String, text: &String| u32::try_from(text.len() + 64).unwrap_or(u32::MAX);
        Self {
            known: Cache::builder().max_capacity(capacity).weigher(weigh).build(),
            trusted: trusted.map(|texts| texts.into_iter().map(|text| (hash_of(&text), text)).collect()),
        }
    }

    /// The text that a request means.
    pub fn text(&self, query: String, extensions: &serde_json::Map<String, Value>) -> Result<String, Unknown> {
        let hash = extensions
            .get("persistedQuery")
            .and_then(|persisted| persisted.get("sha256Hash"))
            .and_then(Value::as_str)
            .map(str::to_ascii_lowercase);
        if let Some(trusted) = &self.trusted {
            let hash = hash.unwrap_or_else(|| hash_of(&query));
            return trusted.get(&hash).cloned().ok_or(Unknown::NotTrusted);
        }
        match (hash, query.is_empty()) {
            (None, false) => Ok(query),
            (None, true) => Err(Unknown::Missing),
            (Some(hash), true) => self.known.get(&hash).ok_or(Unknown::NotFound),
            (Some(hash), false) if hash_of(&query) == hash => {
                self.known.insert(hash, query.clone());
                Ok(query)
            }
            (Some(_), false) => Err(Unknown::WrongHash),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extension(hash: &str) -> serde_json::Map<String, Value> {
        let value = serde_json::json!({"persistedQuery": {"version": 1, "sha256Hash": hash}});
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn a_hash_is_known_after_its_text_was_sent_once() {
        let persisted = Persisted::new(10_000, None);
        let hash = hash_of("{__typename}");
        assert_eq!(persisted.text(String::new(), &extension(&hash)), Err(Unknown::NotFound));
        assert_eq!(persisted.text("{__typename}".into(), &extension(&hash)), Ok("{__typename}".into()));
        assert_eq!(persisted.text(String::new(), &extension(&hash)), Ok("{__typename}".into()));
    }

    #[test]
    fn a_text_with_another_hash_is_refused_and_not_kept() {
        let persisted = Persisted::new(10_000, None);
        let hash = hash_of("{a}");
        assert_eq!(persisted.text("{b}".into(), &extension(&hash)), Err(Unknown::WrongHash));
        assert_eq!(persisted.text(String::new(), &extension(&hash)), Err(Unknown::NotFound));
    }

    #[test]
    fn only_trusted_documents_run_where_they_are_listed() {
        let persisted = Persisted::new(10_000, Some(vec!["{a}".into()]));
        let none = serde_json::Map::new();
        assert_eq!(persisted.text("{a}".into(), &none), Ok("{a}".into()));
        assert_eq!(persisted.text(String::new(), &extension(&hash_of("{a}"))), Ok("{a}".into()));
        assert_eq!(persisted.text("{b}".into(), &none), Err(Unknown::NotTrusted));
    }
}
