//! Secrets: in memory, where they never show in a log, and on disk, where they are made once.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

use crate::domain::cx::new_uuid;
use crate::domain::error::{Error, Result};

/// A secret of fewer bytes could be guessed.
pub const SECRET_AT_LEAST: usize = 32;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes that nobody else may know. Shown as stars wherever it is printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// A new random secret of 32 bytes.
    pub fn random() -> Result<Self> {
        Ok(Self(Box::new(random_bytes()?)))
    }

    /// The secret of these bytes, at least 32 of them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        if bytes.len() < SECRET_AT_LEAST {
            return Err(Error::invalid("secret", format!("needs at least {SECRET_AT_LEAST} bytes")));
        }
        Ok(Self(bytes.into()))
    }

    /// A secret as an operator writes it: base64 of at least 32 bytes, of either alphabet, with or without padding;
    /// any other text of at least 32 bytes stands for itself.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let standard = text.replace('-', "+").replace('_', "/");
        let decoded = BASE64.decode(standard).ok().filter(|bytes| bytes.len() >= SECRET_AT_LEAST);
        Self::from_bytes(decoded.as_deref().unwrap_or(text.as_bytes()))
    }

    /// Another secret, which follows from this one and does not lead back to it.
    pub fn derive(&self, purpose: &str) -> Result<Self> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(|error| Error::internal("secret", &error))?;
        Self::from_bytes(&mac.chain_update(purpose).finalize().into_bytes())
    }

    /// The bytes themselves.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// 32 random bytes of the operating system.
pub(super) fn random_bytes() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal("random bytes", &error))?;
    Ok(bytes)
}

/// The secrets that a deployment without configured ones keeps in its data folder.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Signs access tokens.
    pub signing: Secret,
    /// Makes API keys.
    pub api_key: Secret,
    /// Signs checkpoints of the trail.
    pub trail: Secret,
}

/// The file that [`Kept::trail`] is in.
const TRAIL: &str = "trail.key";

/// The secrets kept in `folder`, made when they are missing. Processes that start at the same time agree on them.
pub fn load_or_create(folder: &Path) -> Result<Kept> {
    fs::create_dir_all(folder).map_err(|error| refusal("the folder cannot be made", &error))?;
    Ok(Kept {
        signing: kept(folder, "signing.key")?,
        api_key: kept(folder, "api-key.key")?,
        trail: kept(folder, TRAIL)?,
    })
}

/// The secret that signs checkpoints, if one is kept in `folder`. Makes nothing.
pub fn load_trail(folder: &Path) -> Result<Option<Secret>> {
    if folder.join(TRAIL).exists() { kept(folder, TRAIL).map(Some) } else { Ok(None) }
}

fn refusal(what: &str, error: &io::Error) -> Error {
    Error::invalid("data-dir", format!("{what}: {error}"))
}

fn kept(folder: &Path, name: &str) -> Result<Secret> {
    let path = folder.join(name);
    match fs::read_to_string(&path) {
        Ok(text) => return read(&path, name, &text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(refusal(&format!("{name} cannot be read"), &error)),
    }
    create(folder, &path, &Secret::random()?).map_err(|error| refusal(&format!("{name} cannot be made"), &error))?;
    // Another process may have been first: what stands on disk decides.
    let text = fs::read_to_string(&path).map_err(|error| refusal(&format!("{name} cannot be read"), &error))?;
    read(&path, name, &text)
}

fn read(path: &Path, name: &str, text: &str) -> Result<Secret> {
    warn_if_open(path);
    Secret::parse(text).map_err(|error| {
        Error::invalid("data-dir", format!("{name} holds no secret; remove it, and a new one is made ({error})"))
    })
}

/// A file is written under a name of its own and then linked: it is never seen half written, and linking fails where
/// another process was first.
fn create(folder: &Path, path: &Path, secret: &Secret) -> io::Result<()> {
    let draft = folder.join(format!(".{}.draft", new_uuid().simple()));
    let mut file = draft_file(&draft)?;
    let linked = writeln!(file, "{}", BASE64.encode(secret.expose()))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_folder(folder),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn draft_file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn draft_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(unix)]
fn warn_if_open(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0) {
        tracing::warn!(path = %path.display(), "others can read this secret; set its mode to 600");
    }
}

#[cfg(not(unix))]
fn warn_if_open(_: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show() {
        let secret = Secret::from_bytes(&[7; 32]).unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(***)");
        let kept = Kept { signing: secret.clone(), api_key: secret.clone(), trail: secret };
        assert!(!format!("{kept:?}").contains('7'));
    }

    #[test]
    fn a_derived_secret_is_the_same_every_time_and_another_for_every_purpose() {
        let secret = Secret::from_bytes(&[7; 32]).unwrap();
        assert_eq!(secret.derive("a").unwrap(), secret.derive("a").unwrap());
        assert_ne!(secret.derive("a").unwrap(), secret.derive("b").unwrap());
        assert_ne!(secret.derive("a").unwrap(), secret);
    }

    #[test]
    fn both_alphabets_are_read_with_and_without_padding() {
        let bytes = [0xfb; 32];
        let text = BASE64.encode(bytes);
        assert!(text.contains('+') && text.ends_with('='));
        let url = text.replace('+', "-").replace('/', "_");
        for form in [text.as_str(), text.trim_end_matches('='), &url, url.trim_end_matches('='), &format!("{text}\n")] {
            assert_eq!(Secret::parse(form).unwrap().expose(), bytes);
        }
    }

    #[test]
    fn other_text_stands_for_itself() {
        for text in ["correct horse battery staple, and more", &"A".repeat(32), &"A".repeat(42)] {
            assert_eq!(Secret::parse(text).unwrap().expose(), text.as_bytes());
        }
        assert_eq!(Secret::parse(&"A".repeat(43)).unwrap().expose(), [0; 32]);
    }

    #[test]
    fn a_short_or_malformed_secret_is_refused() {
        assert!(Secret::from_bytes(&[1; 31]).is_err());
        assert!(Secret::from_bytes(&[1; 32]).is_ok());
        for text in ["", "changeme", &"A".repeat(31), &"\u{e9}".repeat(15)] {
            assert!(matches!(Secret::parse(text), Err(Error::Invalid(_))), "{text}");
        }
    }

    #[test]
    fn kept_secrets_are_made_once_and_only_for_their_owner() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        assert_eq!(load_trail(&data).unwrap(), None);
        let first = load_or_create(&data).unwrap();
        let second = load_or_create(&data).unwrap();
        assert_eq!(first.signing, second.signing);
        assert_eq!(first.api_key, second.api_key);
        assert_ne!(first.signing, first.api_key);
        assert_eq!(load_trail(&data).unwrap(), Some(second.trail));
        let mut names: Vec<_> = fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["api-key.key", "signing.key", "trail.key"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(data.join("signing.key")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn processes_that_start_together_agree() {
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let kept: Vec<Kept> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| load_or_create(folder.path()).unwrap())).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert!(
                kept.windows(2).all(|pair| pair[0].signing == pair[1].signing && pair[0].api_key == pair[1].api_key)
            );
        }
    }

    #[test]
    fn a_spoilt_file_is_named_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("signing.key"), "").unwrap();
        let error = load_or_create(folder.path()).unwrap_err();
        assert!(error.to_string().contains("signing.key"), "{error}");
        assert_eq!(fs::read_to_string(folder.path().join("signing.key")).unwrap(), "");
    }
}
