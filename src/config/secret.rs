//! Values that must not be shown.

use std::fmt;

use super::value::Value;
use crate::auth::Secret;
use crate::auth::secrets::SECRET_AT_LEAST;

const MASK: &str = "***";

impl Value for Vec<Secret> {
    const LIST: bool = true;

    fn read(words: &[String]) -> Result<Self, String> {
        let secrets = words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()).map(Secret::parse);
        secrets.collect::<Result<_, _>>().map_err(|_| {
            format!(
                "must be secrets of at least {SECRET_AT_LEAST} bytes in base64; `openssl rand -base64 48` makes one"
            )
        })
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
