//! Values that must not be shown.

use std::fmt;

use serde::{Serialize, Serializer};

use super::value::Value;

const MASK: &str = "***";

/// A secret: shown as `***` wherever it is printed, logged or serialized.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text` from being shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

/// Shorter ones could be guessed: HS256 wants as many bits as it gives.
const AT_LEAST: usize = 32;

impl Value for Vec<Secret> {
    const LIST: bool = true;

    fn read(words: &[String]) -> Result<Self, String> {
        let secrets: Vec<Secret> =
            words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()).map(Secret::new).collect();
        if secrets.iter().any(|secret| secret.0.len() < AT_LEAST) {
            return Err(format!("must be secrets of at least {AT_LEAST} bytes; `openssl rand -base64 48` makes one"));
        }
        Ok(secrets)
    }

    fn show(&self) -> String {
        vec![MASK; self.len()].join(",")
    }
}

/// The address of a store; its password is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The store at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The address with its password.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (address, options) = self.0.split_once('?').map_or((self.0.as_str(), None), |(a, o)| (a, Some(o)));
        let place = address.split_once("://").and_then(|(scheme, rest)| {
            let (who, host) = rest.rsplit_once('@')?;
            let user = who.split_once(':').map_or(who, |(user, _)| user);
            let mask = if who.contains(':') { ":***" } else { "" };
            Some(format!("{scheme}://{user}{mask}@{host}"))
        });
        f.write_str(place.as_deref().unwrap_or(address))?;
        // A password may also stand among the options.
        if options.is_some() { f.write_str("?***") } else { Ok(()) }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for DatabaseUrl {
    fn read(words: &[String]) -> Result<Self, String> {
        match words {
            [url] if ["postgres://", "postgresql://", "sqlite:"].iter().any(|scheme| url.starts_with(scheme)) => {
                Ok(Self(url.clone()))
            }
            _ => Err("must start with postgres:// or sqlite://".to_owned()),
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }
}
