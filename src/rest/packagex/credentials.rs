//! Who asks: three headers, of which the first that is there counts (contract packagex 1.2).

use std::sync::Arc;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName, Method};
use entity::enumeration::ApiKeyPurpose;

use super::refusal::Refusal;
use crate::domain::access;
use crate::domain::cx::Proof;
use crate::domain::session::{Grants, KeyRule};
use crate::rest::kit::Call;

/// What reading needs.
pub const READ: &str = "packagex:read";
/// What writing needs.
pub const WRITE: &str = "packagex:write";
/// The headers of this interface's own, in the order in which they count.
pub const KEY_HEADERS: [HeaderName; 2] = [HeaderName::from_static("px-api-key"), HeaderName::from_static("x-api-key")];

/// Keys for the data export are for nothing else. What a key may do here is looked at once it is known.
const KEYS: KeyRule = KeyRule { purposes: &[ApiKeyPurpose::General], scope: None };

/// The request with its caller.
pub async fn admit(grants: &dyn Grants, mut call: Call) -> Result<Call, Refusal> {
    let (token, is_key) = token(&call.headers)?;
    let granted = grants.granted(&call.cx, token, KEYS).await?;
    let caller = granted.caller.ok_or_else(Refusal::bad_key)?;
    // The headers for keys take nothing else.
    if is_key && !matches!(caller.proof, Proof::ApiKey { .. }) {
        return Err(Refusal::bad_key());
    }
    let scope = if [Method::GET, Method::HEAD].contains(&call.method) { READ } else { WRITE };
    if !access::has_scope(&caller, &[scope]) {
        return Err(Refusal::scope());
    }
    call.cx.caller = Some(Arc::new(caller));
    call.cx.zone = granted.zone;
    Ok(call)
}

/// What the client proves itself with, and whether it must be a key.
fn token(headers: &HeaderMap) -> Result<(&str, bool), Refusal> {
    let own = KEY_HEADERS.into_iter().filter_map(|name| headers.get(name)).map(|value| (value.as_bytes(), true));
    let bearer = headers.get(AUTHORIZATION).and_then(|value| bearer(value.as_bytes())).map(|token| (token, false));
    let mut found = own.chain(bearer).map(|(token, is_key)| (token.trim_ascii(), is_key));
    let (token, is_key) = found.find(|(token, _)| !token.is_empty()).ok_or_else(Refusal::no_key)?;
    std::str::from_utf8(token).map(|token| (token, is_key)).map_err(|_| Refusal::bad_key())
}

/// What follows the word; nothing where another scheme is named.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = value.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then_some(rest)
}
