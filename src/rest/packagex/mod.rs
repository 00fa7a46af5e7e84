//! The dialect of PackageX: inventory audits, their list and their records, typo-tolerant search, counting (contract
//! packagex). The grounds stand in `docs/dialects/packagex.md`.

mod body;
mod credentials;
mod date;
mod document;
mod envelope;
mod filter;
mod form;
pub mod ident;
mod input;
mod listing;
mod native;
mod operator;
mod pattern;
mod refusal;
mod relevance;
mod words;
mod write;

use std::sync::Arc;

use axum::http::header::{ALLOW, CONTENT_TYPE, LINK};
use axum::http::{Method, StatusCode};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use self::envelope::{Page, Success};
use self::form::{Grouping, Shapes};
use self::listing::{Listing, Takes};
use self::refusal::{METHODS, Refusal};
use crate::domain::ask::{Expr, Test, Window};
use crate::domain::cx::Surface;
use crate::domain::describe::Noun;
use crate::domain::session::Grants;
use crate::rest::kit::native::alternate;
use crate::rest::kit::openapi::Document;
use crate::rest::kit::{Answer, Call, Dialect, Head, Pace, Refused, Terms, Wanted, at};

/// Where everything is.
const BASE: &str = "/v1/audits";
/// Longest body in bytes.
const BODY_MOST: u64 = 1 << 20;

/// The dialect.
pub struct Packagex {
    grants: Arc<dyn Grants>,
    pace: Pace,
    shapes: Shapes,
}

/// The queries of GraphQL with the same data: of the list, and of a record.
pub fn queries() -> [String; 2] {
    [native::list(&Listing::default()), native::record(uuid::uuid!("3f0c1a52-9d7e-4b61-8c2f-5a4d1e6b7c80"))]
}

/// What a path names.
#[derive(Clone, Copy)]
enum Place<'p> {
    Audits,
    Audit(&'p str),
}

fn place(path: &str) -> Option<Place<'_>> {
    match envelope::endpoint(path).strip_prefix(BASE)? {
        "" => Some(Place::Audits),
        rest => rest.strip_prefix('/').filter(|id| !id.is_empty() && !id.contains('/')).map(Place::Audit),
    }
}

impl Packagex {
    /// The dialect, letting in whom `grants` knows, each client so often a minute as `pace` says.
    pub fn new(grants: Arc<dyn Grants>, pace: Pace) -> Self {
        Self { grants, pace, shapes: Shapes::new() }
    }

    /// Checks in the order of the contract (1.6); the first that fails answers.
    async fn respond(&self, call: Call) -> Result<Answer, Refusal> {
        let path = call.path.clone();
        let place = place(&path).ok_or_else(Refusal::no_route)?;
        match call.method {
            Method::GET | Method::HEAD | Method::POST => {}
            Method::OPTIONS => return Ok(options()),
            _ => return Err(Refusal::method()),
        }
        let call = credentials::admit(&*self.grants, call).await?;
        if let Some(caller) = &call.cx.caller {
            self.pace.take(caller, call.cx.now)?;
        }
        match (place, call.method == Method::POST) {
            (Place::Audits, false) => self.list(&call).await,
            (Place::Audits, true) => self.create(&call).await,
            (Place::Audit(id), false) => self.record(&call, id).await,
            (Place::Audit(id), true) => self.update(&call, id).await,
        }
    }

    fn noun(&self) -> &'static Noun {
        self.shapes.of(Grouping::None).noun
    }

    async fn list(&self, call: &Call) -> Result<Answer, Refusal> {
        let listing = Listing::read(&call.query, self.noun(), Takes::All)?;
        if let Some(sought) = listing.search.clone() {
            return self.search(call, &listing, sought).await;
        }
        let shape = self.shapes.of(listing.grouping);
        let window =
            Window { limit: usize::try_from(listing.limit).ok(), offset: Some(listing.offset()), ..Window::default() };
        let expr = Expr::all([inventory(shape.noun), listing.condition.clone()]);
        let wanted = Wanted { expr, order: listing.steps(shape.noun), window, total: true };
        let level = shape.read(&call.cx, wanted).await?;
        let total = level.group(0).total.and_then(|total| u64::try_from(total).ok()).unwrap_or_default();
        let answer = envelope::success(&terms(call), &call.path, retrieved(&listing, total), |out| {
            shape.write_all(&level, out);
        });
        // Filters are the client's; the query without them would be another list.
        let is_whole = listing.condition.is_always() && listing.page == 1;
        Ok(if is_whole { answer.with(LINK, &alternate(&native::list(&listing))) } else { answer })
    }

    async fn record(&self, call: &Call, id: &str) -> Result<Answer, Refusal> {
        let listing = Listing::read(&call.query, self.noun(), Takes::Grouping)?;
        let uuid = ident::read(ident::AUDIT, id).flatten().ok_or_else(Refusal::no_audit)?;
        self.show(
            call,
            uuid,
            listing.grouping,
            Success { status: StatusCode::OK, message: "Audit retrieved.", page: None, event: None },
        )
        .await
    }

    /// Answers with an audit as it is now.
    async fn show(&self, call: &Call, uuid: Uuid, grouping: Grouping, around: Success) -> Result<Answer, Refusal> {
        let shape = self.shapes.of(grouping);
        let level = shape.read_one(&call.cx, identified(shape.noun, uuid)).await?;
        let answer = envelope::success(&terms(call), &call.path, around, |out| shape.write(&level, 0, out));
        Ok(answer.with(LINK, &alternate(&native::record(uuid))))
    }
}

/// Audits of locations: those this interface knows (1.5).
fn inventory(noun: &Noun) -> Expr {
    at(noun, "assetKind", Test::Eq("LOCATION".into()))
}

fn identified(noun: &Noun, uuid: Uuid) -> Expr {
    Expr::all([at(noun, "uuid", Test::Eq(uuid.into())), inventory(noun)])
}

fn retrieved(listing: &Listing, total: u64) -> Success {
    let page = Some(Page { limit: listing.limit, page: listing.page, total });
    Success { status: StatusCode::OK, message: "Audits retrieved.", page, event: None }
}

fn options() -> Answer {
    let mut answer = Answer::new(StatusCode::NO_CONTENT, "application/json", Vec::new()).with(ALLOW, METHODS);
    answer.headers.remove(CONTENT_TYPE);
    answer
}

fn terms(call: &Call) -> Terms {
    Terms { now: call.cx.now, base_url: call.base_url.clone(), separator: String::new() }
}

fn refused(head: &Head, refusal: &Refusal) -> Answer {
    let terms = Terms { now: head.now, base_url: String::new(), separator: String::new() };
    envelope::refusal(&terms, &head.path, refusal)
}

impl Dialect for Packagex {
    fn surface(&self) -> Surface {
        Surface::Packagex
    }

    fn addresses(&self) -> Vec<String> {
        vec![BASE.to_owned(), format!("{BASE}/"), format!("{BASE}/{{*rest}}")]
    }

    fn body_limit(&self) -> u64 {
        BODY_MOST
    }

    fn answer(&self, call: Call) -> BoxFuture<'_, Answer> {
        let head = call.head();
        async move { self.respond(call).await.unwrap_or_else(|refusal| refused(&head, &refusal)) }.boxed()
    }

    fn document(&self) -> Option<(&'static str, Document)> {
        Some(("packagex", document::document()))
    }

    fn refuse(&self, head: &Head, refused: Refused) -> Answer {
        self::refused(head, &refused.into())
    }
}
