//! What stands around the data: seven keys, always in the same order (contract packagex 1.4).

use axum::http::StatusCode;

use super::refusal::Refusal;
use crate::rest::kit::{Answer, Out, Terms};

const MEDIA_TYPE: &str = "application/json; charset=utf-8";

/// A page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The most rows of a page.
    pub limit: u64,
    /// Its number, from 1.
    pub page: u64,
    /// Rows of all pages.
    pub total: u64,
}

/// What a successful answer says around its data.
#[derive(Clone, Copy, Debug)]
pub struct Success {
    /// The status.
    pub status: StatusCode,
    /// What was done.
    pub message: &'static str,
    /// The page, of a list.
    pub page: Option<Page>,
    /// What happened, of a write.
    pub event: Option<&'static str>,
}

/// The path as envelopes repeat it.
pub fn endpoint(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

/// An answer with data, which `data` writes.
pub fn success(terms: &Terms, path: &str, around: Success, data: impl FnOnce(&mut Out<'_>)) -> Answer {
    let mut out = Out::new(terms);
    open(&mut out, around.status, around.message);
    data(&mut out);
    out.raw(r#","code":null,"errors":[],"pagination":"#);
    match around.page {
        None => out.null(),
        Some(Page { limit, page, total }) => {
            out.raw("{");
            out.key("limit");
            out.value(&limit);
            out.key("page");
            out.value(&page);
            out.key("has_more");
            out.value(&(page.saturating_mul(limit) < total));
            out.key("total_count");
            out.value(&total);
            out.raw("}");
        }
    }
    out.key("endpoint");
    out.text(endpoint(path));
    if let Some(event) = around.event {
        out.key("events");
        out.value(&[event]);
    }
    out.raw("}");
    Answer::new(around.status, MEDIA_TYPE, out.bytes)
}

/// An answer without data.
pub fn refusal(terms: &Terms, path: &str, refusal: &Refusal) -> Answer {
    let mut out = Out::new(terms);
    open(&mut out, refusal.status, &refusal.message);
    out.raw("{}");
    out.key("code");
    out.text(refusal.code);
    out.key("errors");
    out.value(&refusal.errors);
    out.raw(r#","pagination":null"#);
    out.key("endpoint");
    out.text(endpoint(path));
    out.raw("}");
    let answer = Answer { code: Some(refusal.code), ..Answer::new(refusal.status, MEDIA_TYPE, out.bytes) };
    match refusal.header.as_deref() {
        Some((name, value)) => answer.with(name.clone(), value),
        None => answer,
    }
}

fn open(out: &mut Out<'_>, status: StatusCode, message: &str) {
    out.raw("{");
    out.key("status");
    out.value(&status.as_u16());
    out.key("message");
    out.text(message);
    out.raw(r#","data":"#);
}
