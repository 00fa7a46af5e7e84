//! FOLIO's Acquisition Audit events API: the history of six kinds of acquisition records, read only (contract folio).

mod credentials;
mod document;
mod forms;
mod native;
mod operation;
mod parameters;
mod refusal;
mod words;

use std::sync::Arc;

use axum::http::header::{CACHE_CONTROL, LINK};
use axum::http::{HeaderName, Method, StatusCode};
use entity::enumeration::ApiKeyPurpose;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use self::credentials::{Presented, request_id};
use self::native::{Queries, alternate};
use self::operation::{OPERATIONS, Operation, route};
use self::parameters::Request;
use self::refusal::Refusal;
use crate::domain::access;
use crate::domain::acquisition::Kind;
use crate::domain::ask::{Expr, Test, Window, named_order};
use crate::domain::cell::Cell;
use crate::domain::cx::{Role, Surface};
use crate::domain::session::Guests;
use crate::rest::kit::openapi::Document;
use crate::rest::kit::{Answer, BadPointer, Call, Dialect, Head, Mask, Out, Refused, Shape, Terms, Wanted, at};

/// Where everything is below.
const BASE: &str = "/audit-data/acquisition";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The scope of a key that stands for all permissions to read.
const ALL: &str = "audit.all";
/// Bodies are not looked at.
const BODY_MOST: u64 = 64 * 1_024;

/// The dialect.
pub struct Folio {
    guests: Arc<dyn Guests>,
    masks: Masks,
    /// The operations, in the order of their table.
    reads: Vec<Read>,
}

/// What snapshots do not show, by the type of the record.
#[derive(Clone, Debug, Default)]
pub struct Masks(Vec<(Kind, Mask)>);

/// Why the list of what is not shown cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMask {
    /// It does not begin with a type.
    #[error("`{0}` does not begin with a type of records, as organization:/edi/ediFtp/password does")]
    Type(String),
    /// What is behind the type is no JSON pointer.
    #[error(transparent)]
    Pointer(#[from] BadPointer),
}

impl Masks {
    /// Of texts such as `organization:/edi/ediFtp/password`.
    pub fn of(texts: &[String]) -> Result<Self, BadMask> {
        let mut pointers: Vec<(Kind, Vec<&str>)> = Vec::new();
        for text in texts {
            let told = text.split_once(':').and_then(|(word, pointer)| Some((Kind::of(word)?, pointer)));
            let (kind, pointer) = told.ok_or_else(|| BadMask::Type(text.clone()))?;
            match pointers.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, pointers)) => pointers.push(pointer),
                None => pointers.push((kind, vec![pointer])),
            }
        }
        let masks = pointers.into_iter().map(|(kind, pointers)| Ok((kind, Mask::of(pointers)?)));
        Ok(Self(masks.collect::<Result<_, BadPointer>>()?))
    }

    fn of_kind(&self, kind: Kind) -> Option<&Mask> {
        self.0.iter().find(|(known, _)| *known == kind).map(|(_, mask)| mask)
    }
}

/// An operation, made ready.
struct Read {
    operation: &'static Operation,
    shape: Shape,
    queries: Queries,
}

impl Folio {
    /// The dialect, letting in whom `guests` knows; snapshots do not show what `masks` say.
    pub fn new(guests: Arc<dyn Guests>, masks: Masks) -> Self {
        let reads = OPERATIONS.iter().map(|operation| Read {
            operation,
            shape: Shape::of(operation.form),
            queries: Queries::of(operation),
        });
        Self { guests, masks, reads: reads.collect() }
    }

    /// Checks in the order of the contract's tables (1.1 and 5); the first that fails answers.
    async fn respond(&self, call: Call) -> Result<Answer, Refusal> {
        let (index, id) = route(&call.path).ok_or(Refusal::NotFound)?;
        let read = self.reads.get(index).ok_or(Refusal::NotFound)?;
        if ![Method::GET, Method::HEAD].contains(&call.method) {
            return Err(Refusal::Method);
        }
        let call = self.admit(call, read.operation).await?;
        let request = Request::read(&id, &call.query).map_err(Refusal::Parameters)?;
        self.events(&call, read, &request).await
    }

    /// Lets the caller in: the tenant and a token are named, the token is good, its holder is a member, and may read this.
    async fn admit(&self, mut call: Call, operation: &Operation) -> Result<Call, Refusal> {
        let Presented { tenant, token } = Presented::read(&call.headers)?;
        let guest = self.guests.guest(&call.cx, &token, &tenant, &[ApiKeyPurpose::General]).await?;
        let caller = guest.caller.ok_or(Refusal::Tenant)?;
        access::may_by_any(&caller, Role::Member, &[operation.permission, ALL]).map_err(|_| Refusal::Permission {
            username: guest.username,
            user: caller.user_uuid,
            permission: operation.permission,
        })?;
        call.cx.caller = Some(Arc::new(caller));
        Ok(call)
    }

    async fn events(&self, call: &Call, read: &Read, request: &Request) -> Result<Answer, Refusal> {
        let (operation, shape) = (read.operation, &read.shape);
        let descending = request.descending;
        let order = named_order(shape.noun, &[(request.order, descending), ("uuid", descending)]);
        let window = Window { limit: request.limit, offset: Some(request.offset), ..Window::default() };
        let wanted = Wanted { expr: told(shape, operation, request.id), order, window, total: true };
        let level = shape.read(&call.cx, wanted).await?;
        let total = level.group(0).total.unwrap_or_default();
        let terms = Terms { now: call.cx.now, base_url: String::new(), separator: String::new() };
        let mut out = Out::new(&terms);
        if let Some(mask) = self.masks.of_kind(operation.kind) {
            out = out.masked(mask);
        }
        out.raw("{");
        out.key(operation.kind.collection_key());
        shape.write_all(&level, &mut out);
        out.key("totalItems");
        out.number(total);
        out.raw("}");
        let answer = Answer::new(StatusCode::OK, "application/json", out.bytes).with(CACHE_CONTROL, "no-store");
        Ok(answer.with(LINK, &alternate(&read.queries.of_record(request))))
    }
}

/// Which events an operation shows of a record.
fn told(shape: &Shape, operation: &Operation, id: Uuid) -> Expr {
    let noun = shape.noun;
    let of = |entity_type: &str| Test::Eq(entity_type.into());
    let truth = |field| at(noun, field, Test::Eq(Cell::Bool(true)));
    let own = operation.kind.entity_type();
    let mut conditions = vec![at(noun, "entityUuid", Test::Eq(id.into()))];
    if operation.kind == Kind::Organization {
        // The gateway's own suppliers are vendors, too (4.1).
        conditions.push(at(noun, "entityType", Test::In(vec![own.into(), "asset".into()])));
        conditions.push(Expr::Or(vec![at(noun, "entityType", of(own)), truth("isOfSupplier")]));
    } else {
        conditions.push(at(noun, "entityType", of(own)));
    }
    if operation.history {
        conditions.push(truth("changesReceipt"));
    }
    Expr::And(conditions)
}

impl Dialect for Folio {
    fn surface(&self) -> Surface {
        Surface::Folio
    }

    fn addresses(&self) -> Vec<String> {
        vec![BASE.to_owned(), format!("{BASE}/"), format!("{BASE}/{{*path}}")]
    }

    fn body_limit(&self) -> u64 {
        BODY_MOST
    }

    fn answer(&self, call: Call) -> BoxFuture<'_, Answer> {
        let given = request_id(&call.headers);
        let shown = given.clone().unwrap_or_else(|| call.cx.request_id.to_string());
        async move {
            let answer = self.respond(call).await.unwrap_or_else(|refusal| refusal.answer(&shown));
            match given {
                Some(id) => answer.with(REQUEST_ID, &id),
                None => answer,
            }
        }
        .boxed()
    }

    fn document(&self) -> Option<(&'static str, Document)> {
        Some(("folio", document::document()))
    }

    fn refuse(&self, head: &Head, refused: Refused) -> Answer {
        Refusal::from(refused).answer(&head.request_id.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_name_a_type_and_a_part() {
        let masks = |text: &str| Masks::of(&[text.to_owned()]);
        assert!(masks("organization:/edi/ediFtp/password").unwrap().of_kind(Kind::Organization).is_some());
        assert!(masks("order-line:/cost").unwrap().of_kind(Kind::Order).is_none());
        assert_eq!(masks("vendor:/a").unwrap_err(), BadMask::Type("vendor:/a".to_owned()));
        assert!(matches!(masks("order:a").unwrap_err(), BadMask::Pointer(_)));
    }
}
