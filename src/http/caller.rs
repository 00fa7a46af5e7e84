//! From a request's headers to the domain's context: who asks, in which organization, under which id.

use std::sync::Arc;

use axum::http::header::AUTHORIZATION;
use axum::http::{Extensions, HeaderMap, HeaderName};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::App;
use crate::domain::cx::{Caller, Cx, Surface, new_uuid};
use crate::domain::db::Errand;
use crate::domain::error::{Error, Result};

/// The organization a caller of several means, by slug or uuid.
pub const ORGANIZATION: HeaderName = HeaderName::from_static("x-organization");
/// The id under which a request stands in logs; a client's own is kept when it is a UUID.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a request says about its caller.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// The text of `Authorization`.
    pub authorization: Option<String>,
    /// The text of `X-Organization`.
    pub organization: Option<String>,
}

/// Decides who the caller is: none without credentials, an error for wrong ones.
pub type Door = Arc<dyn Fn(Errand, Credentials, DateTime<Utc>) -> BoxFuture<'static, Result<Option<Caller>>> + Send + Sync>;

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
    /// Reads the headers. Text that is not ASCII can be neither a token nor a slug.
    pub fn of(headers: &HeaderMap) -> Result<Self> {
        let text = |name| match headers.get(name).map(|value| value.to_str()) {
            None => Ok(None),
            Some(Ok(text)) => Ok(Some(text.to_owned())),
            Some(Err(_)) => Err(Error::Unauthenticated("the credentials cannot be read")),
        };
        Ok(Self { authorization: text(AUTHORIZATION)?, organization: text(ORGANIZATION)? })
    }
}

/// The context of the request that carried `credentials`.
pub async fn context(app: &App, extensions: &Extensions, credentials: Credentials) -> Result<Cx> {
    let now = app.clock.now();
    let mut cx = Cx::new(app.db.clone(), None, now, Surface::Graphql);
    if let Some(RequestId(id)) = extensions.get() {
        cx.request_id = *id;
    }
    if credentials.authorization.is_some() {
        let errand = Errand { organization_id: None, statements: Arc::clone(&cx.statements) };
        cx.caller = (app.door)(errand, credentials, now).await?.map(Arc::new);
    }
    Ok(cx)
}
