//! The dialect of Ablebase: accessibility audits of products, planned, changed and read by pages with cookies and by
//! programs with tokens. The grounds stand in `docs/dialects/ablebase.md`.

mod body;
mod cookie;
mod document;
mod forms;
mod gate;
mod native;
mod origin;
mod read;
mod refusal;
mod route;
mod sign_in;
mod words;
mod write;

use std::sync::Arc;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LINK, LOCATION, VARY};
use axum::http::{Method, StatusCode};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use self::gate::{Admitted, Gate};
use self::read::{AUDITS, FUTURE_AUDITS, ISSUES, List, PRODUCT_AUDITS, Shown};
use self::refusal::{NOT_FOUND, Refusal};
use self::route::{Number, Organization, Ours, Place, Slug, place};
use self::write::Deed;
use crate::domain::ask::Level;
use crate::domain::cx::Surface;
use crate::domain::session::BrowserSessions;
use crate::rest::kit::native::alternate;
use crate::rest::kit::openapi::Document;
use crate::rest::kit::{Answer, Call, Dialect, Head, Pace, Refused, Terms};

const MEDIA_TYPE: &str = "application/json; charset=utf-8";
/// Longest body in bytes: every character of the longest text may be written as twelve bytes.
const BODY_MOST: u64 = 256 * 1_024;

/// The dialect.
pub struct Ablebase {
    gate: Gate,
    pace: Pace,
}

impl Ablebase {
    /// The dialect, letting in whom `sessions` knows, each so often a minute as `pace` says; browsers keep sessions under
    /// `cookie_name`, and pages of `trusted_origins` may use them as our own may.
    pub fn new(
        sessions: Arc<dyn BrowserSessions>,
        cookie_name: impl Into<String>,
        trusted_origins: Vec<String>,
        pace: Pace,
    ) -> Self {
        Self { gate: Gate { sessions, cookie_name: cookie_name.into(), trusted_origins }, pace }
    }

    /// Checks in the contract's order; the first that fails answers.
    async fn respond(&self, call: &Call) -> Result<Answer, Refusal> {
        let place = place(&call.path).ok_or(NOT_FOUND)?;
        if !place.allows(&call.method) {
            return Err(Refusal::method(place.allow()));
        }
        match place {
            Place::SignIn => sign_in::open(&self.gate, call).await,
            Place::Session => sign_in::show(&self.gate, call).await,
            Place::SignOut => sign_in::end(&self.gate, call).await,
            Place::Of(organization, ours) => {
                let admitted = self.gate.admit(call, organization).await?;
                self.pace.take(admitted.cx.caller()?, call.cx.now)?;
                let answer = match ours {
                    Ours::Audit(slug, number) => audit(call, &admitted, (&slug, number)).await,
                    Ours::ProductAudits(slug) if call.method == Method::POST => {
                        begin(call, &admitted, organization, &slug).await
                    }
                    ours => list(call, &admitted, &ours).await,
                };
                let answer = answer.unwrap_or_else(|refusal| refusal.answer());
                Ok(self.gate.dressed(answer, admitted.cookie))
            }
        }
    }
}

/// An answer.
fn written(status: StatusCode, body: Vec<u8>) -> Answer {
    Answer::new(status, MEDIA_TYPE, body)
}

fn terms(call: &Call) -> Terms {
    Terms { now: call.cx.now, base_url: call.base_url.clone(), separator: String::new() }
}

async fn list(call: &Call, Admitted { cx, .. }: &Admitted, ours: &Ours) -> Result<Answer, Refusal> {
    let (list, level, query): (&List, Arc<Level>, String) = match ours {
        Ours::Audits => (&AUDITS, read::audits(cx).await?, native::audits()),
        Ours::FutureAudits => (&FUTURE_AUDITS, read::future_audits(cx).await?, native::future_audits()),
        Ours::Issues(slug, number) => (&ISSUES, read::issues(cx, slug, *number).await?, native::issues(slug, *number)),
        Ours::ProductAudits(slug) | Ours::Audit(slug, _) => {
            (&PRODUCT_AUDITS, read::product_audits(cx, slug).await?, native::product_audits(slug))
        }
    };
    let body = list.write(&level, &terms(call));
    Ok(written(StatusCode::OK, body).with(LINK, &alternate(&query)))
}

/// The answer with an audit.
fn shown(status: StatusCode, shown: Shown, slug: &Slug) -> Answer {
    let query = native::audit(slug, Some(shown.number));
    written(status, shown.body).with(ETAG, &write::etag(shown.version)).with(LINK, &alternate(&query))
}

async fn begin(
    call: &Call,
    Admitted { cx, .. }: &Admitted,
    organization: Organization,
    slug: &Slug,
) -> Result<Answer, Refusal> {
    Deed::Begin.permit(cx)?;
    let product = read::find_product(cx, slug).await?;
    let uuid = write::begin(cx, call, product).await?;
    let audit = read::audit_of(cx, uuid, &terms(call)).await?;
    let organization = organization.unwrap_or_default();
    let segment = route::segment(slug.as_deref().unwrap_or_default());
    let location = format!("/v1/organizations/{organization}/products/{segment}/audits/{}", audit.number);
    Ok(shown(StatusCode::CREATED, audit, slug).with(LOCATION, &location))
}

async fn audit(
    call: &Call,
    Admitted { cx, .. }: &Admitted,
    (slug, number): (&Slug, Number),
) -> Result<Answer, Refusal> {
    let uuid = match call.method {
        Method::PATCH => {
            Deed::Amend.permit(cx)?;
            write::amend(cx, call, &read::find(cx, slug, number).await?).await?
        }
        Method::DELETE => {
            Deed::Remove.permit(cx)?;
            write::remove(cx, call, &read::find(cx, slug, number).await?).await?;
            let mut answer = written(StatusCode::NO_CONTENT, Vec::new());
            answer.headers.remove(CONTENT_TYPE);
            return Ok(answer);
        }
        _ => return Ok(shown(StatusCode::OK, read::audit(cx, (slug, number), &terms(call)).await?, slug)),
    };
    Ok(shown(StatusCode::OK, read::audit_of(cx, uuid, &terms(call)).await?, slug))
}

/// What every answer has: it is the caller's own.
fn private(answer: Answer) -> Answer {
    answer.with(CACHE_CONTROL, "no-store").with(VARY, "Authorization, Cookie, Origin")
}

impl Dialect for Ablebase {
    fn surface(&self) -> Surface {
        Surface::Ablebase
    }

    fn addresses(&self) -> Vec<String> {
        route::addresses()
    }

    fn body_limit(&self) -> u64 {
        BODY_MOST
    }

    fn answer(&self, call: Call) -> BoxFuture<'_, Answer> {
        async move { private(self.respond(&call).await.unwrap_or_else(|refusal| refusal.answer())) }.boxed()
    }

    fn document(&self) -> Option<(&'static str, Document)> {
        Some(("ablebase", document::document()))
    }

    fn refuse(&self, _: &Head, refused: Refused) -> Answer {
        private(Refusal::from(refused).answer())
    }
}
