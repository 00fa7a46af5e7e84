//! The Data API of Action Audit: nine resources, a list and a record each, read only (contract action_audit).

mod document;
mod envelope;
mod forms;
mod links;
mod native;
mod parameters;
mod records;
mod refusal;
mod resource;
mod words;

use std::sync::Arc;

use axum::http::header::{AUTHORIZATION, HeaderName, LINK};
use axum::http::{HeaderMap, Method};
use entity::enumeration::ApiKeyPurpose;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use self::envelope::Envelope;
use self::native::{Queries, alternate};
use self::parameters::{Listing, OF_RECORD, columns, once};
use self::refusal::Refusal;
use self::resource::{LINKS, RESOURCES, Resource, Target, is_field, route};
use crate::domain::ask::{Expr, Test, Window, named_order};
use crate::domain::cx::Surface;
use crate::domain::session::{Grants, KeyRule};
use crate::rest::kit::openapi::Document;
use crate::rest::kit::{Answer, Call, Dialect, Form, Head, Refused, Shape, Terms, Wanted};

/// Where everything is below.
const BASE: &str = "/xapi/v1";
/// The documentation that answers name where no other is configured.
pub const DOCS: &str = "https://action-audit.com/docs/pl/technical_documentation/data_api_v1";

const TOTAL: HeaderName = HeaderName::from_static("x-total-count");
const KEYS: KeyRule =
    KeyRule { purposes: &[ApiKeyPurpose::General, ApiKeyPurpose::DataApi], scope: Some("action_audit:read") };
/// Bodies are not looked at.
const BODY_MOST: u64 = 64 * 1_024;

/// The dialect.
pub struct ActionAudit {
    grants: Arc<dyn Grants>,
    docs: String,
    /// The resources, in the order of their table.
    exports: Vec<Export>,
}

/// A resource, made ready to be read.
struct Export {
    resource: &'static Resource,
    row: Shape,
    record: Shape,
    queries: Queries,
}

impl ActionAudit {
    /// The dialect, letting in whom `grants` knows; answers name `docs` as their documentation.
    pub fn new(grants: Arc<dyn Grants>, docs: impl Into<String>) -> Self {
        let exports = RESOURCES.iter().map(|resource| Export {
            resource,
            row: Shape::of(resource.row),
            record: Shape::of(resource.record),
            queries: Queries::of(resource),
        });
        Self { grants, docs: docs.into(), exports: exports.collect() }
    }

    fn envelope(&self, head: &Head) -> Envelope<'_> {
        Envelope { docs: &self.docs, now: head.now, request_id: head.request_id }
    }

    /// Checks in the order of the contract's table of errors; the first that fails answers.
    async fn respond(&self, call: Call) -> Result<Answer, Refusal> {
        let head = call.head();
        let (index, target) = route(&head.path).ok_or_else(Refusal::not_found)?;
        let export = self.exports.get(index).ok_or_else(Refusal::not_found)?;
        if ![Method::GET, Method::HEAD].contains(&call.method) {
            return Err(Refusal::read_only());
        }
        let call = self.admit(call).await?;
        match target {
            Target::List => self.list(&call, export).await,
            Target::Record(uuid) => self.record(&call, export, uuid).await,
        }
    }

    /// Lets the caller in: a good token, then the organization's licence, then the person's access.
    async fn admit(&self, mut call: Call) -> Result<Call, Refusal> {
        let token = token(&call.headers)?;
        let granted = self.grants.granted(&call.cx, token, KEYS).await?;
        if !granted.data_api {
            return Err(Refusal::no_licence());
        }
        match granted.caller {
            Some(caller) if granted.api_access => call.cx.caller = Some(Arc::new(caller)),
            _ => return Err(Refusal::no_access()),
        }
        call.cx.zone = granted.zone;
        Ok(call)
    }

    async fn list(&self, call: &Call, export: &Export) -> Result<Answer, Refusal> {
        let resource = export.resource;
        let listing = Listing::read(&call.query, resource.row)?;
        let part = listing.columns.as_ref().map(|columns| Shape::of(&kept(resource.row, columns)));
        let shape = part.as_ref().unwrap_or(&export.row);
        let order = named_order(shape.noun, &[(listing.order, listing.is_descending()), ("uuid", false)]);
        let limit = usize::try_from(listing.limit).unwrap_or(usize::MAX);
        let window = Window { limit: Some(limit), offset: Some(listing.offset), ..Window::default() };
        let wanted = Wanted { expr: resource.exported(shape.noun), order, window, total: true };
        let level = shape.read(&call.cx, wanted).await?;
        let group = level.group(0);
        let total = group.total.and_then(|total| u64::try_from(total).ok()).unwrap_or_default();
        let envelope = self.envelope(&call.head());
        let answer = envelope.list(&terms(call), &listing, group.len, |out| shape.write_all(&level, out));
        let answer = answer.with(TOTAL, &total.to_string());
        Ok(match links::pages(resource.name, &listing, group.len, total) {
            // The contract has no `Link` where there is no other page, and this one first.
            Some(pages) => answer.with(LINK, &pages).with(LINK, &alternate(&export.queries.list(&listing))),
            None => answer,
        })
    }

    async fn record(&self, call: &Call, export: &Export, uuid: &str) -> Result<Answer, Refusal> {
        let resource = export.resource;
        once(&call.query, OF_RECORD)?;
        let columns = columns(&call.query, resource.record)?;
        // Other spellings of a UUID are of other lengths.
        let uuid = Some(uuid).filter(|text| text.len() == 36).and_then(|text| Uuid::try_parse(text).ok());
        let uuid = uuid.ok_or_else(Refusal::not_found)?;
        let part = columns.map(|columns| Shape::of(&kept(resource.record, &columns)));
        let shape = part.as_ref().unwrap_or(&export.record);
        let level = shape.read_one(&call.cx, identified(resource, shape, uuid)?).await?;
        let envelope = self.envelope(&call.head());
        let answer = envelope.record(&terms(call), |out| shape.write(&level, 0, out));
        Ok(answer.with(LINK, &alternate(&export.queries.record(uuid))))
    }
}

/// The condition of one record among what is exported.
fn identified(resource: &Resource, shape: &Shape, uuid: Uuid) -> Result<Expr, Refusal> {
    let (field, _) = shape.noun.find_field("uuid").ok_or_else(Refusal::not_found)?;
    Ok(Expr::And(vec![Expr::field(field, Test::Eq(uuid.into())), resource.exported(shape.noun)]))
}

/// A form with the named fields, and what cannot be left out.
fn kept(form: &Form, columns: &[String]) -> Form {
    form.only(|member| {
        ["uuid", LINKS].contains(&member.key) || !is_field(member) || columns.iter().any(|name| name == member.key)
    })
}

fn terms(call: &Call) -> Terms {
    Terms { now: call.cx.now, base_url: call.base_url.clone(), separator: String::new() }
}

/// The token in `Authorization`. Another scheme counts as none; one that is not text is not good.
fn token(headers: &HeaderMap) -> Result<&str, Refusal> {
    let value = headers.get(AUTHORIZATION).ok_or_else(Refusal::no_token)?;
    let (scheme, token) = value.as_bytes().split_at_checked(6).ok_or_else(Refusal::no_token)?;
    if !scheme.eq_ignore_ascii_case(b"Bearer") || token.first() != Some(&b' ') || token.trim_ascii().is_empty() {
        return Err(Refusal::no_token());
    }
    std::str::from_utf8(token).map(str::trim_ascii).map_err(|_| Refusal::bad_token())
}

impl Dialect for ActionAudit {
    fn surface(&self) -> Surface {
        Surface::ActionAudit
    }

    fn addresses(&self) -> Vec<String> {
        vec![BASE.to_owned(), format!("{BASE}/"), format!("{BASE}/{{*path}}")]
    }

    fn body_limit(&self) -> u64 {
        BODY_MOST
    }

    fn answer(&self, call: Call) -> BoxFuture<'_, Answer> {
        let head = call.head();
        async move { self.respond(call).await.unwrap_or_else(|refusal| self.envelope(&head).refusal(refusal)) }.boxed()
    }

    fn document(&self) -> Option<(&'static str, Document)> {
        Some(("action-audit", document::document()))
    }

    fn refuse(&self, head: &Head, refused: Refused) -> Answer {
        self.envelope(head).refusal(refused.into())
    }
}
