//! The dialect of AuditComply: 50 operations in the manner of Django's REST framework. Its words, grammar, shapes and
//! refusals, and nothing else; what is asked and done is the domain's. The grounds stand in `docs/dialects/auditcomply.md`.

mod body;
mod create;
mod document;
mod filter;
mod form;
mod instant;
mod json;
mod member;
mod native;
mod options;
mod page;
mod reference;
mod refusal;
mod resource;
mod route;
mod token;
mod write;

use std::sync::Arc;

use axum::http::header::{ACCEPT, ALLOW, CONTENT_TYPE, LINK, VARY};
use axum::http::{Method, StatusCode};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

pub use self::native::queries;
use self::page::{Page, Wanted as WantedPage};
use self::refusal::Refusal;
use self::resource::Ready;
use self::route::Place;
pub use self::token::Lives;
use crate::domain::ask::{Expr, Test, Window};
use crate::domain::command::Act;
use crate::domain::cx::{Cx, Surface};
use crate::domain::session::{Sessions, UserTokens};
use crate::rest::kit::native::alternate;
use crate::rest::kit::openapi::Document;
use crate::rest::kit::{Answer, Call, Dialect, Head, Out, Refused, Terms, Wanted, at};

/// Longest body in bytes (1.1).
const BODY: u64 = 2_621_440;

/// The dialect.
pub struct Auditcomply {
    /// Makes and reads tokens.
    pub tokens: Arc<dyn UserTokens>,
    /// Hashes passwords of new users.
    pub sessions: Arc<dyn Sessions>,
    /// How long tokens live.
    pub lives: Lives,
    /// What stands between the names of a breadcrumb.
    pub separator: String,
}

impl Dialect for Auditcomply {
    fn surface(&self) -> Surface {
        Surface::Auditcomply
    }

    fn addresses(&self) -> Vec<String> {
        let segments = resource::RESOURCES.iter().map(|resource| resource.segment).chain(route::TOKENS);
        segments.flat_map(|name| [format!("/{name}"), format!("/{name}/"), format!("/{name}/{{*rest}}")]).collect()
    }

    fn body_limit(&self) -> u64 {
        BODY
    }

    fn answer(&self, call: Call) -> BoxFuture<'_, Answer> {
        async move {
            let Some(place) = route::place(&call.path) else { return Refusal::NotFound.answer() };
            let answer = self.at(place, &call).await.unwrap_or_else(|refusal| refusal.answer());
            dressed(answer, place)
        }
        .boxed()
    }

    fn document(&self) -> Option<(&'static str, Document)> {
        Some(("auditcomply", document::document()))
    }

    fn refuse(&self, head: &Head, refused: Refused) -> Answer {
        let refusal = match refused {
            Refused::BodyTooLong => Refusal::TooLarge,
            Refused::BodyBroken => Refusal::Parse("the body did not arrive whole".to_owned()),
            Refused::Error(error) => error.into(),
        };
        match route::place(&head.path) {
            Some(place) => dressed(refusal.answer(), place),
            None => Refusal::NotFound.answer(),
        }
    }
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name.
    pub id: &'static str,
    /// The method.
    pub method: Method,
    /// The address, with `{id}` where an id stands.
    pub path: String,
}

/// Every operation, in the order of the contract's table.
pub fn operations() -> Vec<Operation> {
    let operation = |id, method, path| Operation { id, method, path };
    let mut all = vec![
        operation("api_token_auth_create", Method::POST, "/api-token-auth/".to_owned()),
        operation("api_token_refresh_create", Method::POST, "/api-token-refresh/".to_owned()),
    ];
    for resource in &resource::RESOURCES {
        let [list, record] = resource.reads;
        let (many, one) = (format!("/{}/", resource.segment), format!("/{}/{{id}}/", resource.segment));
        all.push(operation(list, Method::GET, many.clone()));
        all.extend(resource.create.map(|making| operation(making, Method::POST, many)));
        all.push(operation(record, Method::GET, one.clone()));
        all.extend(resource.destroy.map(|id| operation(id, Method::DELETE, one)));
    }
    all
}

/// With what every answer of a known route has.
fn dressed(mut answer: Answer, place: Place) -> Answer {
    answer.body = without_separators(answer.body);
    answer.with(ALLOW, place.allow()).with(VARY, "Accept")
}

/// U+2028 and U+2029, which end lines in JavaScript, are escaped (6.1); they stand in strings only.
fn without_separators(body: Vec<u8>) -> Vec<u8> {
    if !body.windows(2).any(|pair| pair == b"\xe2\x80") {
        return body;
    }
    match String::from_utf8(body) {
        Ok(text) => text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029").into_bytes(),
        Err(error) => error.into_bytes(),
    }
}

impl Auditcomply {
    /// Answers what is asked at a place, in the order of 1.5.
    async fn at(&self, place: Place, call: &Call) -> Result<Answer, Refusal> {
        if call.query.last("format").is_some_and(|format| format != "json") {
            return Err(Refusal::NotFound);
        }
        if !accepts_json(call.header(&ACCEPT)) {
            return Err(Refusal::Accept);
        }
        match place {
            Place::Login | Place::Refresh => self.tokens(place, call).await,
            Place::List(ready) => self.list(ready, call, place).await,
            Place::Record(ready, id) => self.record((ready, id), call, place).await,
        }
    }

    async fn tokens(&self, place: Place, call: &Call) -> Result<Answer, Refusal> {
        match (&call.method, place) {
            (&Method::OPTIONS, _) => Ok(options::tokens(place)),
            (&Method::POST, Place::Login) => token::login(&*self.tokens, self.lives, call).await,
            (&Method::POST, _) => token::refresh(&*self.tokens, self.lives, call).await,
            _ => Err(not_allowed(call)),
        }
    }

    /// Who asks, if they may use the method there.
    async fn admit(&self, call: &Call, place: Place, act: Option<&Act>) -> Result<Cx, Refusal> {
        let cx = token::admit(&*self.tokens, call).await?;
        if act.is_some_and(|act| !create::may(&cx, act)) {
            return Err(Refusal::Forbidden);
        }
        if place.allows(&call.method) { Ok(cx) } else { Err(not_allowed(call)) }
    }

    async fn list(&self, ready: &'static Ready, call: &Call, place: Place) -> Result<Answer, Refusal> {
        let making = create::making(ready).filter(|_| call.method == Method::POST);
        let cx = self.admit(call, place, making).await?;
        match call.method {
            Method::OPTIONS => Ok(options::list(ready, &cx)),
            Method::POST => {
                let made = create::run(&*self.sessions, &cx, call, ready).await?;
                let rows = at(ready.shape.noun, "uuid", Test::In(made.rows));
                let wanted = Wanted { expr: rows, order: Vec::new(), window: Window::default(), total: false };
                let level = ready.shape.read(&cx, wanted).await?;
                let terms = self.terms(call);
                let mut out = Out::new(&terms);
                if made.is_list {
                    ready.shape.write_all(&level, &mut out);
                } else if level.rows.is_empty() {
                    return Err(Refusal::Defect);
                } else {
                    ready.shape.write(&level, 0, &mut out);
                }
                Ok(written(StatusCode::CREATED, out))
            }
            _ => self.page(ready, &cx, call).await,
        }
    }

    async fn page(&self, ready: &Ready, cx: &Cx, call: &Call) -> Result<Answer, Refusal> {
        let mut conditions = vec![ready.rows()];
        conditions.extend(filter::condition(ready.resource.filters, ready.shape.noun, &call.query)?);
        let expr = Expr::all(conditions);
        let size = page::size(&call.query);
        let number = match page::wanted(&call.query).ok_or(Refusal::Page)? {
            WantedPage::Number(number) => number,
            WantedPage::Last => Page::last(ready.shape.count(cx, expr.clone()).await?, size),
        };
        let window = Window {
            limit: usize::try_from(size).ok(),
            offset: Some((number - 1).saturating_mul(size)),
            ..Window::default()
        };
        let level = ready.shape.read(cx, Wanted { expr, order: ready.order(), window, total: true }).await?;
        let count = level.group(0).total.and_then(|total| u64::try_from(total).ok()).unwrap_or_default();
        if number > Page::last(count, size) {
            return Err(Refusal::Page);
        }
        let terms = self.terms(call);
        let mut out = Out::new(&terms);
        let address = format!("{}/{}/", call.base_url, ready.resource.segment);
        Page { number, size, count }.open(&address, &call.query, &mut out);
        ready.shape.write_all(&level, &mut out);
        out.raw("}");
        Ok(written(StatusCode::OK, out).with(LINK, &alternate(&ready.queries.list(size))))
    }

    async fn record(
        &self,
        (ready, id): (&'static Ready, Option<i64>),
        call: &Call,
        place: Place,
    ) -> Result<Answer, Refusal> {
        let removes = call.method == Method::DELETE && ready.resource.destroy.is_some();
        let cx = self.admit(call, place, create::removal().filter(|_| removes)).await?;
        if call.method == Method::OPTIONS {
            return Ok(options::record(ready));
        }
        let id = id.ok_or(Refusal::NotFound)?;
        let this = at(ready.shape.noun, "legacyId", Test::Eq(id.into()));
        let this = Expr::all([ready.rows(), this]);
        if removes {
            create::remove(&cx, ready, this).await?;
            let mut answer = Answer::new(StatusCode::NO_CONTENT, "application/json", Vec::new());
            answer.headers.remove(CONTENT_TYPE);
            return Ok(answer);
        }
        let level = ready.shape.read_one(&cx, this).await?;
        let terms = self.terms(call);
        let mut out = Out::new(&terms);
        ready.shape.write(&level, 0, &mut out);
        Ok(written(StatusCode::OK, out).with(LINK, &alternate(&ready.queries.record(id))))
    }

    fn terms(&self, call: &Call) -> Terms {
        Terms { now: call.cx.now, base_url: call.base_url.clone(), separator: self.separator.clone() }
    }
}

fn written(status: StatusCode, out: Out<'_>) -> Answer {
    Answer::new(status, "application/json", out.bytes)
}

fn not_allowed(call: &Call) -> Refusal {
    Refusal::Method(call.method.as_str().to_ascii_uppercase())
}

/// Whether a client that sends this header takes JSON.
fn accepts_json(header: Option<&str>) -> bool {
    let Some(header) = header.filter(|header| !header.trim().is_empty()) else { return true };
    header.split(',').any(|media| {
        let media = media.split(';').next().unwrap_or_default().trim();
        ["*/*", "application/*", "application/json"].iter().any(|known| media.eq_ignore_ascii_case(known))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_4_only_clients_that_take_json_are_served() {
        for header in
            [None, Some("*/*"), Some("application/json;indent=4"), Some("text/html,*/*;q=0.1"), Some("APPLICATION/*")]
        {
            assert!(accepts_json(header), "{header:?}");
        }
        for header in ["application/xml", "text/html, text/*", "application/jsonx"] {
            assert!(!accepts_json(Some(header)), "{header}");
        }
    }

    #[test]
    fn line_separators_are_escaped() {
        let body = "{\"a\":\"b\u{2028}c\u{2029}d\u{2014}\"}".as_bytes().to_vec();
        assert_eq!(without_separators(body), "{\"a\":\"b\\u2028c\\u2029d\u{2014}\"}".as_bytes());
    }
}
