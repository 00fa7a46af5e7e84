//! Addresses, and what can be done at each (contract ablebase 1.1, 2 and 4).

use axum::http::Method;
use uuid::Uuid;

/// Below it are the organizations.
const ORGANIZATIONS: &str = "/v1/organizations";
/// Below it is the sign-in.
const AUTH: &str = "/api/auth";

/// Everything that is answered here, also where nothing is.
pub fn addresses() -> Vec<String> {
    [ORGANIZATIONS, AUTH]
        .iter()
        .flat_map(|at| [(*at).to_owned(), format!("{at}/"), format!("{at}/{{*rest}}")])
        .collect()
}

/// What an address names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Where sessions begin.
    SignIn,
    /// The session of the caller.
    Session,
    /// Where sessions end.
    SignOut,
    /// What belongs to an organization.
    Of(Organization, Ours),
}

/// An organization as it is named; none where the name cannot be one.
pub type Organization = Option<Uuid>;

/// A product's short name; none where no product can have it.
pub type Slug = Option<String>;

/// An audit's number among those of the product; none where no audit can have it.
pub type Number = Option<i64>;

/// What of an organization an address names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ours {
    /// The audits of all products in use.
    Audits,
    /// The full audits that are to come.
    FutureAudits,
    /// The audits of a product.
    ProductAudits(Slug),
    /// An audit of a product.
    Audit(Slug, Number),
    /// What an audit found.
    Issues(Slug, Number),
}

/// What a path names.
pub fn place(path: &str) -> Option<Place> {
    if let Some(rest) = path.strip_prefix(AUTH) {
        return match rest {
            "/sign-in/email" => Some(Place::SignIn),
            "/get-session" => Some(Place::Session),
            "/sign-out" => Some(Place::SignOut),
            _ => None,
        };
    }
    let rest = path.strip_prefix(ORGANIZATIONS)?.strip_prefix('/')?;
    let segments: Vec<&str> = rest.split('/').collect();
    let (organization, ours) = match *segments.as_slice() {
        [organization, "audits"] => (organization, Ours::Audits),
        [organization, "future-audits"] => (organization, Ours::FutureAudits),
        [organization, "products", product, "audits"] => (organization, Ours::ProductAudits(slug(product))),
        // A path that ends in a slash is none.
        [organization, "products", product, "audits", audit] if !audit.is_empty() => {
            (organization, Ours::Audit(slug(product), number(audit)))
        }
        [organization, "products", product, "audits", audit, "issues"] => {
            (organization, Ours::Issues(slug(product), number(audit)))
        }
        _ => return None,
    };
    Some(Place::Of(identifier(organization), ours))
}

/// A UUID in its usual spelling; other spellings are of other lengths.
fn identifier(segment: &str) -> Organization {
    Some(segment).filter(|text| text.len() == 36).and_then(|text| Uuid::try_parse(text).ok())
}

/// A segment as it is meant. U+0000 cannot be stored, so nothing has it.
fn slug(segment: &str) -> Slug {
    let decoded = percent_decode(segment)?;
    String::from_utf8(decoded).ok().filter(|text| !text.is_empty() && !text.contains('\0'))
}

fn percent_decode(segment: &str) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(segment.len());
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        decoded.push(digit(bytes.next())? * 16 + digit(bytes.next())?);
    }
    Some(decoded)
}

/// A short name as a segment.
pub fn segment(slug: &str) -> String {
    let mut segment = String::with_capacity(slug.len());
    for byte in slug.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            segment.push(char::from(byte));
        } else {
            segment.push_str(&format!("%{byte:02X}"));
        }
    }
    segment
}

/// `[1-9][0-9]{0,9}`, at most 2147483647.
fn number(segment: &str) -> Number {
    let is_plain = segment.len() <= 10 && segment.bytes().all(|byte| byte.is_ascii_digit());
    let number = segment.parse::<i32>().ok().filter(|_| is_plain && !segment.starts_with('0'));
    number.map(i64::from)
}

impl Place {
    /// The methods, as `Allow` has them.
    pub fn allow(&self) -> &'static str {
        match self {
            Self::SignIn | Self::SignOut => "POST",
            Self::Of(_, Ours::ProductAudits(_)) => "GET, HEAD, POST",
            Self::Of(_, Ours::Audit(..)) => "GET, HEAD, PATCH, DELETE",
            Self::Session | Self::Of(..) => "GET, HEAD",
        }
    }

    /// Whether the method is one of them.
    pub fn allows(&self, method: &Method) -> bool {
        self.allow().split(", ").any(|allowed| allowed == method.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_12_only_a_plain_whole_number_names_an_audit() {
        for (segment, meant) in [
            ("1", Some(1)),
            ("10", Some(10)),
            ("2147483647", Some(2_147_483_647)),
            ("2147483648", None),
            ("99999999999", None),
            ("0", None),
            ("-1", None),
            ("+1", None),
            ("1.0", None),
            ("01", None),
            ("abc", None),
            ("", None),
            ("%31", None),
            ("6e0f2d94-83b1-4c7a-9d5e-1a2b3c4d5e6f", None),
        ] {
            assert_eq!(number(segment), meant, "{segment}");
        }
    }

    #[test]
    fn short_names_are_decoded_and_encoded() {
        for (sent, meant) in [
            ("ticket-shop", Some("ticket-shop")),
            ("a%2Fb%20c", Some("a/b c")),
            ("caf%C3%A9", Some("caf\u{e9}")),
            ("%00", None),
            ("%zz", None),
            ("%4", None),
            ("%FF", None),
            ("", None),
        ] {
            assert_eq!(slug(sent).as_deref(), meant, "{sent}");
            if let Some(meant) = meant {
                assert_eq!(segment(meant), sent);
            }
        }
    }

    #[test]
    fn only_documented_addresses_are_known() {
        let organization = "6E0F2D94-83B1-4C7A-9D5E-1A2B3C4D5E6F";
        let uuid = Uuid::try_parse(organization).ok();
        let at = |rest: &str| place(&format!("/v1/organizations/{rest}"));
        assert_eq!(at(&format!("{organization}/audits")), Some(Place::Of(uuid, Ours::Audits)));
        assert_eq!(at("x/future-audits"), Some(Place::Of(None, Ours::FutureAudits)));
        assert_eq!(at("{6e0f2d94-83b1-4c7a-9d5e-1a2b3c4d5e6f}/audits"), Some(Place::Of(None, Ours::Audits)));
        let product = Some("a b".to_owned());
        let issues = Place::Of(None, Ours::Issues(product.clone(), Some(4)));
        assert_eq!(at("x/products/a%20b/audits/4/issues"), Some(issues));
        assert_eq!(at("x/products/a%20b/audits/04"), Some(Place::Of(None, Ours::Audit(product, None))));
        for unknown in [
            "",
            "x",
            "x/audits/",
            "x/products/a",
            "x/products/a/audits/",
            "x/products/a/audits/4/",
            "x/products/a/audits/4/issues/1",
        ] {
            assert_eq!(at(unknown), None, "{unknown}");
        }
        for unknown in ["/api/auth", "/api/auth/", "/api/auth/sign-up/email", "/api/auth/get-session/"] {
            assert_eq!(place(unknown), None, "{unknown}");
        }
    }
}
