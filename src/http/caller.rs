//! From a request's headers to the domain's context: who asks, in which organization, under which id.

use std::sync::Arc;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::App;
use crate::domain::cx::{Caller, Cx, Surface, new_uuid};
use crate::domain::error::{Error, Result};

/// The organization a caller of several means, by slug or uuid.
pub const ORGANIZATION: HeaderName = HeaderName::from_static("x-organization");
/// The id under which a request stands in logs; a client's own is kept when it is a UUID.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a request says about its caller.
#[derive(Clone, Default)]
pub struct Credentials {
    /// A token or an API key.
    pub bearer: Option<String>,
    /// The text of `X-Organization`.
    pub organization: Option<String>,
}

/// Decides who the caller is: none without credentials, an error for wrong ones.
pub type Door = Arc<dyn Fn(Cx, Credentials) -> BoxFuture<'static, Result<Option<Caller>>> + Send + Sync>;

/// A request's id, among its extensions.
#[derive(Clone, Copy, Debug)]
pub struct RequestId(pub Uuid);

impl RequestId {
    /// The client's own id, or a new one.
    pub fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(REQUEST_ID).and_then(|value| Uuid::try_parse_ascii(value.as_bytes()).ok());
        Self(given.unwrap_or_else(new_uuid))
    }
}

impl Credentials {
    /// Reads the headers. Text that is not ASCII can be neither a token nor the name of an organization.
    pub fn of(headers: &HeaderMap) -> Result<Self> {
        let text = |name| match headers.get(name).map(|value| value.to_str()) {
            None => Ok(None),
            Some(Ok(text)) => Ok(Some(text.trim())),
            Some(Err(_)) => Err(Error::Unauthenticated("the credentials cannot be read")),
        };
        let bearer = match text(AUTHORIZATION)? {
            None => None,
            Some(text) => match text.split_once(' ') {
                Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim().to_owned()),
                _ => return Err(Error::Unauthenticated("send a token or a key as `Authorization: Bearer ...`")),
            },
        };
        Ok(Self { bearer, organization: text(ORGANIZATION)?.map(ToOwned::to_owned) })
    }
}

/// The context of the request that carried `credentials`.
pub async fn context(app: &App, request_id: Option<RequestId>, credentials: Credentials) -> Result<Cx> {
    let mut cx = Cx::new(app.db.clone(), None, app.clock.now(), Surface::Graphql);
    if let Some(RequestId(id)) = request_id {
        cx.request_id = id;
    }
    if credentials.bearer.is_some() {
        cx.caller = (app.door)(cx.clone(), credentials).await?.map(Arc::new);
    }
    Ok(cx)
}
