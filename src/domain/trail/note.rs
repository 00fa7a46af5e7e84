//! Checkpoints as signed notes (c2sp.org/signed-note, c2sp.org/tlog-checkpoint): text that any tool of that format
//! reads, signed with Ed25519.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::tree::Hash;
use crate::domain::error::{Error, Result};

/// How long a trail is, and the root of its tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose trail: `<issuer>/<organization's uuid>`.
    pub origin: String,
    /// Number of events.
    pub size: i64,
    /// The root.
    pub root: Hash,
}

/// The kind of key in a note's key id.
const ED25519_KIND: u8 = 1;

/// A public key, 32 bytes. Shown as base64.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// The key that a text shows.
    pub fn parse(text: &str) -> Option<Self> {
        STANDARD.decode(text.trim()).ok()?.try_into().ok().map(Self)
    }

    fn id(&self, name: &str) -> [u8; 4] {
        let hash = Sha256::new().chain_update(name).chain_update(b"\n").chain_update([ED25519_KIND]);
        let bytes: [u8; Hash::BYTES] = hash.chain_update(self.0).finalize().into();
        let [a, b, c, d, ..] = bytes;
        [a, b, c, d]
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Signs checkpoints.
pub struct Signer {
    issuer: String,
    pair: Ed25519KeyPair,
    key: PublicKey,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.key)
    }
}

impl Signer {
    /// A signer in the name of `issuer`, whose key follows from a secret. Instances with the same secret are one signer.
    pub fn new(issuer: &str, secret: &[u8]) -> Result<Self> {
        if issuer.is_empty() || issuer.contains(|letter: char| letter.is_whitespace() || letter == '+') {
            return Err(Error::invalid("issuer", "must have neither white space nor `+`"));
        }
        let seed = Sha256::new().chain_update("audit-gateway checkpoint key\n").chain_update(secret).finalize();
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|error| Error::internal("key", &error))?;
        let key = pair.public_key().as_ref().try_into().map_err(|error| Error::internal("key", &error))?;
        Ok(Self { issuer: issuer.to_owned(), pair, key: PublicKey(key) })
    }

    /// The key that its notes are verified with.
    pub fn key(&self) -> PublicKey {
        self.key
    }

    /// What its notes call an organization's trail.
    pub fn origin(&self, organization: Uuid) -> String {
        format!("{}/{organization}", self.issuer)
    }

    /// The signed note that says how long an organization's trail is.
    pub fn note(&self, organization: Uuid, size: i64, root: Hash) -> String {
        let checkpoint = Checkpoint { origin: self.origin(organization), size, root };
        let text = checkpoint.text();
        let signature = self.pair.sign(text.as_bytes());
        let signed = [&self.key.id(&checkpoint.origin)[..], signature.as_ref()].concat();
        format!("{text}\n\u{2014} {} {}\n", checkpoint.origin, STANDARD.encode(signed))
    }
}

impl Checkpoint {
    fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }

    /// Whether it speaks of an organization's trail.
    pub fn is_of(&self, organization: Uuid) -> bool {
        self.origin.rsplit_once('/').is_some_and(|(_, name)| name == organization.to_string())
    }

    /// What a note says, if one of `keys` signed it.
    pub fn read(note: &str, keys: &[PublicKey]) -> Result<Self, &'static str> {
        let (body, signatures) = note.rsplit_once("\n\n").ok_or("it has no signature")?;
        let text = format!("{body}\n");
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err("it is no checkpoint");
        };
        let checkpoint = Self {
            origin: origin.to_owned(),
            size: size.parse().map_err(|_| "its size is no number")?,
            root: Hash::parse(root).ok_or("its root is no hash")?,
        };
        let mut known = false;
        for line in signatures.lines() {
            let parts = line.strip_prefix("\u{2014} ").and_then(|rest| rest.split_once(' '));
            let Some((name, signature)) = parts.filter(|(name, _)| *name == origin) else { continue };
            let Ok(signature) = STANDARD.decode(signature) else { continue };
            let Some((id, signature)) = signature.split_first_chunk::<4>() else { continue };
            for key in keys.iter().filter(|key| key.id(name) == *id) {
                let verified = UnparsedPublicKey::new(&ED25519, key.0).verify(text.as_bytes(), signature);
                verified.map_err(|_| "its signature does not hold")?;
                known = true;
            }
        }
        if known { Ok(checkpoint) } else { Err("it is not signed with the trail's key") }
    }
}

/// The notes of a text, which has an empty line after each.
pub fn split(text: &str) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = String::new();
    for line in text.lines() {
        let signed = note.contains("\n\u{2014} ");
        if signed && !line.starts_with('\u{2014}') {
            notes.push(std::mem::take(&mut note));
        }
        if line.is_empty() && note.is_empty() {
            continue;
        }
        note.push_str(line);
        note.push('\n');
    }
    if !note.is_empty() {
        notes.push(note);
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> Signer {
        Signer::new("audit.example", &[7; 32]).unwrap()
    }

    #[test]
    fn a_note_is_read_with_its_key_and_no_other() {
        let (signer, organization) = (signer(), Uuid::from_u128(1));
        let note = signer.note(organization, 5, Hash::of_nothing());
        let read = Checkpoint::read(&note, &[signer.key()]).unwrap();
        assert_eq!((read.size, read.root), (5, Hash::of_nothing()));
        assert_eq!(read.origin, "audit.example/00000000-0000-0000-0000-000000000001");
        let other = Signer::new("audit.example", &[8; 32]).unwrap();
        assert!(Checkpoint::read(&note, &[other.key()]).is_err());
        assert!(Checkpoint::read(&note, &[other.key(), signer.key()]).is_ok());
        assert!(Checkpoint::read(&note.replace("\n5\n", "\n6\n"), &[signer.key()]).is_err());
        for at in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            bytes[at] ^= 1;
            let spoilt = String::from_utf8(bytes).ok().and_then(|note| Checkpoint::read(&note, &[signer.key()]).ok());
            assert!(spoilt.is_none() || spoilt == Some(read.clone()), "byte {at}");
        }
    }

    /// The example of c2sp.org/tlog-checkpoint has this form; the key id is worked out as c2sp.org/signed-note says.
    #[test]
    fn a_note_has_the_form_of_the_standard() {
        let signer = signer();
        let note = signer.note(Uuid::from_u128(1), 20_852_163, Hash::of_nothing());
        let lines: Vec<&str> = note.split('\n').collect();
        assert_eq!(lines.len(), 6);
        assert_eq!(lines[1..4], ["20852163", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", ""]);
        let signature = lines[4].strip_prefix(&format!("\u{2014} {} ", lines[0])).unwrap();
        assert_eq!(STANDARD.decode(signature).unwrap().len(), 4 + 64);
        assert_eq!(lines[5], "");
    }

    #[test]
    fn notes_in_one_file_are_told_apart() {
        let signer = signer();
        let notes: Vec<String> = (1..4).map(|size| signer.note(Uuid::from_u128(1), size, Hash::of_nothing())).collect();
        assert_eq!(split(&notes.iter().map(|note| format!("{note}\n")).collect::<String>()), notes);
        assert_eq!(split(&notes.concat()), notes);
        assert!(split("\n\n").is_empty());
    }

    #[test]
    fn an_issuer_that_no_note_can_name_is_refused() {
        assert!(Signer::new("a b", &[1; 32]).is_err());
        assert!(Signer::new("a+b", &[1; 32]).is_err());
        assert!(Signer::new("", &[1; 32]).is_err());
    }
}
