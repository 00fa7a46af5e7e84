//! From an address to what stands there (contract auditcomply 1.2, 2.2).

use axum::http::Method;

use super::resource::{self, Ready};

/// What stands at an address.
#[derive(Clone, Copy)]
pub enum Place {
    /// Signing in.
    Login,
    /// Renewing.
    Refresh,
    /// A list.
    List(&'static Ready),
    /// A record; none where no record can have the id.
    Record(&'static Ready, Option<i64>),
}

/// First segments of the token operations.
pub const TOKENS: [&str; 2] = ["api-token-auth", "api-token-refresh"];

/// What stands at a path, with or without the slash at its end.
pub fn place(path: &str) -> Option<Place> {
    let path = path.strip_prefix('/')?;
    let path = path.strip_suffix('/').unwrap_or(path);
    let (segment, text) = match path.split_once('/') {
        None => (path, None),
        Some((segment, id)) => (segment, Some(id)),
    };
    match (segment, text) {
        ("api-token-auth", None) => Some(Place::Login),
        ("api-token-refresh", None) => Some(Place::Refresh),
        (segment, None) => resource::find(segment).map(Place::List),
        // As the framework's own pattern of an id has it.
        (_, Some(text)) if text.is_empty() || text.contains(['/', '.']) => None,
        (segment, Some(text)) => resource::find(segment).map(|ready| Place::Record(ready, id(text))),
    }
}

/// An id in an address.
pub fn id(text: &str) -> Option<i64> {
    let fits = (1..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| fits)
}

impl Place {
    /// Whether a method is answered there.
    pub fn allows(&self, method: &Method) -> bool {
        let name = method.as_str();
        self.allow().split(", ").any(|known| known == name)
    }

    /// The methods that are answered there.
    pub fn allow(&self) -> &'static str {
        match self {
            Self::Login | Self::Refresh => "POST, OPTIONS",
            Self::List(ready) if ready.resource.create.is_some() => "GET, POST, HEAD, OPTIONS",
            Self::Record(ready, _) if ready.resource.destroy.is_some() => "GET, DELETE, HEAD, OPTIONS",
            Self::List(_) | Self::Record(..) => "GET, HEAD, OPTIONS",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_6_ids_are_digits_that_a_row_can_have() {
        assert_eq!(["0", "007", "9223372036854775807"].map(id), [Some(0), Some(7), Some(i64::MAX)]);
        for text in ["", "abc", "-1", "+1", "1.0", "9223372036854775808", "00000000000000000001", "١"] {
            assert_eq!(id(text), None, "{text}");
        }
    }

    #[test]
    fn item_1_every_address_is_known_with_and_without_its_slash() {
        for path in ["/audits", "/audits/", "/audits/7", "/audits/7/", "/api-token-auth/", "/api-token-refresh"] {
            assert!(place(path).is_some(), "{path}");
        }
        for path in [
            "/",
            "/audit",
            "/audits//",
            "/audits/7/x",
            "/audits/7//",
            "/audits.json",
            "/audits/7.json",
            "/api-token-auth/1",
        ] {
            assert!(place(path).is_none(), "{path}");
        }
    }
}
