//! Whether a request with a cookie comes from a page that may send it (contract ablebase 1.2 and 2.1).

use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, HeaderName, Uri};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Scheme and authority of an address, as browsers write origins.
pub fn of_url(url: &str) -> Option<String> {
    let url: Uri = url.parse().ok()?;
    let (scheme, authority) = (url.scheme_str()?.to_ascii_lowercase(), url.authority()?);
    let usual = match scheme.as_str() {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let host = authority.host().to_ascii_lowercase();
    Some(match authority.port_u16().filter(|port| *port != usual) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

/// What a request says of the page that sent it.
enum Sender<'h> {
    /// Its origin.
    Origin(&'h str),
    /// How it stands to us.
    Site(&'h str),
    /// Nothing.
    Unsaid,
}

fn sender(headers: &HeaderMap) -> Sender<'_> {
    // What is not text is nobody's origin.
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (text(ORIGIN), text(SEC_FETCH_SITE)) {
        (Some(origin), _) => Sender::Origin(origin),
        (None, Some(site)) => Sender::Site(site),
        (None, None) => Sender::Unsaid,
    }
}

fn is_trusted(origin: &str, own: &str, trusted: &[String]) -> bool {
    let named = of_url(origin);
    let known = |url: &str| of_url(url).is_some_and(|known| named.as_ref() == Some(&known));
    known(own) || trusted.iter().any(|url| known(url))
}

/// Whether a request that changes something with a cookie may do so.
pub fn may_change(headers: &HeaderMap, own: &str, trusted: &[String]) -> bool {
    match sender(headers) {
        Sender::Origin(origin) => is_trusted(origin, own, trusted),
        Sender::Site(site) => site == "same-origin",
        Sender::Unsaid => false,
    }
}

/// Whether a request may sign in: programs without a browser say nothing.
pub fn may_sign_in(headers: &HeaderMap, own: &str, trusted: &[String]) -> bool {
    match sender(headers) {
        Sender::Origin(origin) => is_trusted(origin, own, trusted),
        Sender::Site(site) => matches!(site, "same-origin" | "none"),
        Sender::Unsaid => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(origin: Option<&str>, site: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        origin.map(|origin| headers.insert(ORIGIN, origin.parse().unwrap()));
        site.map(|site| headers.insert(SEC_FETCH_SITE, site.parse().unwrap()));
        headers
    }

    #[test]
    fn item_7_a_change_needs_an_origin_that_is_ours_or_trusted() {
        let own = "https://gateway.example";
        let trusted = ["http://localhost:3000".to_owned()];
        for (origin, site, change, sign_in) in [
            (Some("https://gateway.example"), None, true, true),
            (Some("https://gateway.example:443"), None, true, true),
            (Some("HTTPS://Gateway.Example"), Some("cross-site"), true, true),
            (Some("http://localhost:3000"), None, true, true),
            (Some("http://localhost"), None, false, false),
            (Some("http://gateway.example"), Some("same-origin"), false, false),
            (Some("https://gateway.example.evil.example"), None, false, false),
            (Some("https://evil.example"), Some("same-origin"), false, false),
            (Some("null"), Some("same-origin"), false, false),
            (Some(""), None, false, false),
            (None, Some("same-origin"), true, true),
            (None, Some("same-site"), false, false),
            (None, Some("none"), false, true),
            (None, None, false, true),
        ] {
            let headers = headers(origin, site);
            let found = (may_change(&headers, own, &trusted), may_sign_in(&headers, own, &trusted));
            assert_eq!(found, (change, sign_in), "{origin:?} {site:?}");
        }
    }
}
