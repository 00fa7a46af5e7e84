//! The headers that say who asks, in which tenant, and under which id (contract folio 1.1).

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName};

use super::refusal::Refusal;

const TENANT: HeaderName = HeaderName::from_static("x-okapi-tenant");
const TOKEN: HeaderName = HeaderName::from_static("x-okapi-token");
const OKAPI_REQUEST_ID: HeaderName = HeaderName::from_static("x-okapi-request-id");

/// The longest id of a request that is taken over.
const ID_MOST: usize = 64;

/// What a request says about its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// Slug of the organization.
    pub tenant: String,
    /// The token.
    pub token: String,
}

impl Presented {
    /// Reads the headers, in the order of the contract's checks.
    pub fn read(headers: &HeaderMap) -> Result<Self, Refusal> {
        let tenant = text(headers, &TENANT).filter(|tenant| !tenant.is_empty()).ok_or(Refusal::NoTenant)?;
        let okapi = text(headers, &TOKEN).map(|text| bearer(&text).unwrap_or(text));
        // Another scheme counts as none.
        let authorization = text(headers, &AUTHORIZATION).and_then(|text| bearer(&text));
        let token = |token: Option<String>| token.filter(|token| !token.is_empty());
        match (token(okapi), token(authorization)) {
            (Some(okapi), Some(other)) if okapi != other => Err(Refusal::TwoTokens),
            (Some(token), _) | (None, Some(token)) => Ok(Self { tenant, token }),
            (None, None) => Err(Refusal::NoToken),
        }
    }
}

/// The text of a header. What is no text is equal to nothing that is.
fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
}

/// What stands behind the word `Bearer`.
fn bearer(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| rest.trim().to_owned())
}

/// The client's own id of the request, where it is one that can be taken over.
pub fn request_id(headers: &HeaderMap) -> Option<String> {
    let printable = |byte: &u8| (b' '..=b'~').contains(byte);
    [OKAPI_REQUEST_ID, super::REQUEST_ID].iter().find_map(|name| {
        let bytes = headers.get(name)?.as_bytes();
        let fits = (1..=ID_MOST).contains(&bytes.len()) && bytes.iter().all(printable);
        fits.then(|| String::from_utf8_lossy(bytes).into_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[(&'static str, &str)]) -> Result<Presented, Refusal> {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.insert(*name, value.parse().unwrap());
        }
        Presented::read(&headers)
    }

    #[test]
    fn both_headers_must_agree_on_the_token() {
        let presented = Ok(Presented { tenant: "library".to_owned(), token: "t".to_owned() });
        let tenant = ("x-okapi-tenant", "library");
        for tokens in [
            &[("x-okapi-token", "t")][..],
            &[("authorization", "Bearer t")],
            &[("authorization", "bearer t"), ("x-okapi-token", "t")],
            &[("authorization", "Bearer t"), ("x-okapi-token", "Bearer t")],
            &[("authorization", "Basic bTpw"), ("x-okapi-token", "t")],
            &[("authorization", "Bearer t"), ("x-okapi-token", "")],
        ] {
            assert_eq!(read(&[&[tenant], tokens].concat()), presented, "{tokens:?}");
        }
        assert_eq!(read(&[tenant, ("x-okapi-token", "t"), ("authorization", "Bearer u")]), Err(Refusal::TwoTokens));
        assert_eq!(read(&[tenant, ("authorization", "Basic bTpw")]), Err(Refusal::NoToken));
        assert_eq!(read(&[tenant, ("x-okapi-token", " ")]), Err(Refusal::NoToken));
        assert_eq!(read(&[("x-okapi-tenant", ""), ("x-okapi-token", "t")]), Err(Refusal::NoTenant));
        assert_eq!(read(&[("x-okapi-token", "t"), ("authorization", "Bearer u")]), Err(Refusal::NoTenant));
    }

    #[test]
    fn an_id_of_the_request_is_taken_over_where_it_can_be_shown() {
        let id = |given: &[(&'static str, &[u8])]| {
            let mut headers = HeaderMap::new();
            for (name, value) in given {
                headers.insert(*name, axum::http::HeaderValue::from_bytes(value).unwrap());
            }
            request_id(&headers)
        };
        let long = [b'a'; 65];
        assert_eq!(id(&[("x-request-id", b"1/a"), ("x-okapi-request-id", b"2/b")]).as_deref(), Some("2/b"));
        assert_eq!(id(&[("x-request-id", b"1/a"), ("x-okapi-request-id", &long)]).as_deref(), Some("1/a"));
        assert_eq!(id(&[("x-request-id", "ä".as_bytes())]), None);
        assert_eq!(id(&[("x-request-id", b"")]), None);
        assert_eq!(id(&[("x-request-id", &long[1..])]).map(|id| id.len()), Some(64));
    }
}
