//! From a request's headers to the domain's context: who asks, in which organization, under which id.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::App;
use crate::auth::{self, Admission};
use crate::domain::cx::{Cx, Surface, new_uuid};
use crate::domain::error::{Error, Result};

/// The organization a caller of several means, by slug or uuid.
pub const ORGANIZATION: HeaderName = HeaderName::from_static("x-organization");
/// The id under which a request stands in logs; a client's own is kept when it is a UUID.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// What a request says about its caller.
#[derive(Clone, Default)]
pub struct Credentials {
    /// What the client proves itself with.
    pub proof: auth::Credentials,
    /// The text of `X-Organization`.
    pub organization: Option<String>,
}

/// Decides who the caller is, and until when: none without credentials, an error for wrong ones.
pub type Door = Arc<dyn Fn(Cx, Credentials) -> BoxFuture<'static, Result<Option<Admission>>> + Send + Sync>;

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
            Some(Ok(text)) => Ok(Some(text)),
            Some(Err(_)) => Err(Error::Unauthenticated("the credentials cannot be read")),
        };
        let proof = auth::Credentials::of_authorization(text(AUTHORIZATION)?);
        Ok(Self { proof, organization: text(ORGANIZATION)?.map(ToOwned::to_owned) })
    }
}

/// Where a connection comes from, among its requests' extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// What is known of a request before its credentials are looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arrival {
    request_id: Option<RequestId>,
    client: Option<IpAddr>,
}

impl Arrival {
    /// Where the client is.
    pub fn client(self) -> Option<IpAddr> {
        self.client
    }

    /// Reads what the layers and the connection left. Of the addresses in `X-Forwarded-For`, only as many are worth
    /// anything as there are proxies of our own, which append to it.
    pub fn of(head: &Parts, proxies: usize) -> Self {
        let peer = head.extensions.get::<Peer>().map(|Peer(address)| *address);
        let told = head.headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
        let told: Vec<&str> = told.flat_map(|text| text.split(',')).map(str::trim).collect();
        let client = match proxies {
            0 => peer,
            proxies => told.iter().rev().nth(proxies - 1).and_then(|text| text.parse().ok()).or(peer),
        };
        Self { request_id: head.extensions.get().copied(), client }
    }
}

/// The context of the request that carried `credentials`.
pub async fn context(app: &App, arrival: Arrival, credentials: Credentials) -> Result<Cx> {
    admit(app, arrival, credentials).await.map(|(cx, _)| cx)
}

/// The same, with the end of what the caller proved it by; none where it has no end.
pub async fn admit(app: &App, arrival: Arrival, credentials: Credentials) -> Result<(Cx, Option<DateTime<Utc>>)> {
    let mut cx = Cx::new(app.db.clone(), None, app.clock.now(), Surface::Graphql);
    cx.client = arrival.client;
    if let Some(RequestId(id)) = arrival.request_id {
        cx.request_id = id;
    }
    let mut expires_at = None;
    if credentials.proof != auth::Credentials::None
        && let Some(admission) = (app.door)(cx.clone(), credentials).await?
    {
        cx.caller = Some(Arc::new(admission.caller));
        expires_at = admission.expires_at;
    }
    Ok((cx, expires_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_proxies_are_believed() {
        let peer = IpAddr::from([192, 0, 2, 1]);
        let client = |proxies, forwarded: &[&str]| {
            let builder = axum::http::Request::builder().extension(Peer(peer));
            let request = forwarded.iter().fold(builder, |builder, text| builder.header("x-forwarded-for", *text));
            Arrival::of(&request.body(()).unwrap().into_parts().0, proxies).client.unwrap().to_string()
        };
        assert_eq!(client(0, &["203.0.113.9"]), "192.0.2.1");
        assert_eq!(client(1, &["10.0.0.1, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(client(2, &["10.0.0.1", "203.0.113.9 , 198.51.100.7"]), "203.0.113.9");
        assert_eq!(client(1, &[]), "192.0.2.1");
        assert_eq!(client(1, &["unknown"]), "192.0.2.1");
    }
}
