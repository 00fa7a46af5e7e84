//! The bytes of an event that are hashed into the tree (docs/trail.md, The leaf).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::tree::Hash;
use crate::domain::cell::instant_text;
use crate::domain::error::{Error, Result};

/// What the bytes begin with: their form, and its version.
pub const FORM: &str = "audit-gateway/event/1";

/// Length of a salt.
const SALT_BYTES: usize = 16;

/// Random bytes that keep what an event's snapshots were from being guessed once they are erased.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt([u8; SALT_BYTES]);

impl Salt {
    /// New salts.
    pub fn random(count: usize) -> Result<Vec<Self>> {
        let mut bytes = vec![0; count * SALT_BYTES];
        getrandom::fill(&mut bytes).map_err(|error| Error::internal("random bytes", &error))?;
        Ok(bytes.chunks_exact(SALT_BYTES).filter_map(|salt| salt.try_into().ok().map(Self)).collect())
    }

    /// The salt that a text shows.
    pub fn parse(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// As base64.
    pub fn text(&self) -> String {
        STANDARD.encode(self.0)
    }
}

/// What of an event can be erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Content<'a> {
    /// The record as it was afterwards.
    pub after: Option<&'a str>,
    /// The record as it was before.
    pub before: Option<&'a str>,
    /// Further keys.
    pub extra: Option<&'a str>,
}

impl Content<'_> {
    /// What stands for the content in the leaf: its hash, which tells nothing without the salt.
    pub fn commitment(&self, salt: &Salt) -> Hash {
        let mut hash = Sha256::new().chain_update(salt.0);
        for part in [self.after, self.before, self.extra] {
            match part {
                None => hash.update([0]),
                Some(text) => {
                    hash.update([1]);
                    hash.update((text.len() as u64).to_be_bytes());
                    hash.update(text);
                }
            }
        }
        let bytes: [u8; Hash::BYTES] = hash.finalize().into();
        bytes.into()
    }
}

/// What of an event stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf<'a> {
    /// Whose trail it is in.
    pub organization: Uuid,
    /// Its position there, from 1.
    pub sequence: i64,
    /// Its own identifier.
    pub event: Uuid,
    /// What happened.
    pub action: &'a str,
    /// Who did it.
    pub actor: Option<Uuid>,
    /// Type of the record.
    pub entity_type: &'a str,
    /// The record.
    pub entity: Uuid,
    /// The record it is a line of.
    pub parent: Option<Uuid>,
    /// When it was recorded.
    pub recorded: DateTime<Utc>,
    /// When it occurred.
    pub occurred: DateTime<Utc>,
    /// Where it came in.
    pub surface: &'a str,
    /// The request.
    pub request: Option<&'a str>,
}

impl Leaf<'_> {
    /// The bytes that are hashed: a JSON array in the canonical form of RFC 8785.
    pub fn text(&self, commitment: &Hash) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let named = |uuid: Option<Uuid>| uuid.map_or_else(|| "null".to_owned(), |uuid| format!("\"{uuid}\""));
        format!(
            "[\"{FORM}\",\"{}\",{},\"{}\",{},{},{},\"{}\",{},\"{}\",\"{}\",{},{},\"{commitment}\"]",
            self.organization,
            self.sequence,
            self.event,
            quoted(self.action),
            named(self.actor),
            quoted(self.entity_type),
            self.entity,
            named(self.parent),
            instant_text(&self.recorded),
            instant_text(&self.occurred),
            quoted(self.surface),
            self.request.map_or_else(|| "null".to_owned(), quoted),
        )
    }
}

/// An instant as both stores keep it. A leap second becomes the one after it.
pub fn kept_instant(instant: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(instant.timestamp_micros()).unwrap_or(instant)
}

/// What a leaf's bytes say of themselves, for events whose columns say something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The sequence it was hashed with.
    pub sequence: i64,
    /// The event it was hashed for.
    pub event: Uuid,
    /// The commitment to its content.
    pub commitment: Hash,
}

impl Said {
    /// Reads a leaf. None where it is none.
    pub fn of(leaf: &str) -> Option<Self> {
        let parts: Vec<serde_json::Value> = serde_json::from_str(leaf).ok()?;
        let sequence = parts.get(2)?.as_i64()?;
        let event = Uuid::try_parse(parts.get(3)?.as_str()?).ok()?;
        let commitment = Hash::parse(parts.get(13)?.as_str()?)?;
        (parts.len() == 14 && parts.first()?.as_str()? == FORM).then_some(Self { sequence, event, commitment })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf<'a>() -> Leaf<'a> {
        Leaf {
            organization: Uuid::from_u128(1),
            sequence: 7,
            event: Uuid::from_u128(2),
            action: "Edit",
            actor: Some(Uuid::from_u128(3)),
            entity_type: "audit",
            entity: Uuid::from_u128(4),
            parent: None,
            recorded: "2026-02-03T04:05:06.5Z".parse().unwrap(),
            occurred: "2026-02-03T04:05:06.123456789Z".parse().unwrap(),
            surface: "graphql",
            request: Some("a \"b\"\n\u{1f}\u{7f}\u{e9}"),
        }
    }

    #[test]
    fn a_leaf_is_what_the_documentation_says() {
        let text = leaf().text(&Hash::of_nothing());
        assert_eq!(
            text,
            "[\"audit-gateway/event/1\",\"00000000-0000-0000-0000-000000000001\",7,\
             \"00000000-0000-0000-0000-000000000002\",\"Edit\",\"00000000-0000-0000-0000-000000000003\",\"audit\",\
             \"00000000-0000-0000-0000-000000000004\",null,\"2026-02-03T04:05:06.500000Z\",\
             \"2026-02-03T04:05:06.123456Z\",\"graphql\",\"a \\\"b\\\"\\n\\u001f\u{7f}\u{e9}\",\
             \"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"]"
        );
        let said = Said::of(&text).unwrap();
        assert_eq!((said.sequence, said.commitment), (7, Hash::of_nothing()));
        assert_eq!(Said::of("[1,2]"), None);
    }

    #[test]
    fn what_stands_where_makes_a_difference() {
        let salt = Salt([5; SALT_BYTES]);
        let contents = [
            Content::default(),
            Content { after: Some("{}"), ..Content::default() },
            Content { before: Some("{}"), ..Content::default() },
            Content { extra: Some("{}"), ..Content::default() },
            Content { after: Some("{ }"), ..Content::default() },
            Content { after: Some(""), ..Content::default() },
        ];
        let mut hashes: Vec<Hash> = contents.iter().map(|content| content.commitment(&salt)).collect();
        hashes.push(contents[0].commitment(&Salt([6; SALT_BYTES])));
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), contents.len() + 1);
    }

    #[test]
    fn salts_are_read_back_and_never_the_same() {
        let salts = Salt::random(100).unwrap();
        let mut texts: Vec<String> = salts.iter().map(Salt::text).collect();
        assert!(salts.iter().zip(&texts).all(|(salt, text)| Salt::parse(text) == Some(*salt)));
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), 100);
        assert!(Salt::parse("AAAA").is_none());
    }
}
