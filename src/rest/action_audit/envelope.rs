//! What stands around the data (contract action_audit 2).

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::parameters::Listing;
use super::refusal::Refusal;
use crate::rest::kit::{Answer, Out, Terms};

const VERSION: &str = "1.2509";
const MEDIA_TYPE: &str = "application/json; charset=utf-8";

/// A body under way, and what every body says.
pub struct Envelope<'a> {
    /// Where the documentation is.
    pub docs: &'a str,
    /// When the request came in.
    pub now: DateTime<Utc>,
    /// The request's id.
    pub request_id: Uuid,
}

impl Envelope<'_> {
    fn open(&self, out: &mut Out<'_>) {
        out.raw(r#"{"specification":{"version":"#);
        out.text(VERSION);
        out.key("docs");
        out.text(self.docs);
        out.raw(r#"},"request":{"requested_at":"#);
        out.text(&self.now.format("%Y-%m-%dT%H:%M:%SZ").to_string());
        out.key("uuid");
        out.value(&self.request_id);
    }

    /// A list; `rows` writes the array.
    pub fn list(&self, terms: &Terms, listing: &Listing, count: usize, rows: impl FnOnce(&mut Out<'_>)) -> Answer {
        let mut out = Out::new(terms);
        self.open(&mut out);
        out.key("sort_by");
        out.value(&listing.sort_by);
        out.key("sort_dir");
        out.value(&listing.sort_dir);
        out.key("offset");
        out.value(&listing.offset);
        out.key("limit");
        out.value(&listing.limit);
        out.key("columns");
        out.value(&listing.columns);
        out.raw(r#"},"response":{"type":"list","count":"#);
        out.value(&count);
        out.raw(r#"},"data":"#);
        rows(&mut out);
        out.raw("}");
        answer(StatusCode::OK, out)
    }

    /// A record; `row` writes the object.
    pub fn record(&self, terms: &Terms, row: impl FnOnce(&mut Out<'_>)) -> Answer {
        let mut out = Out::new(terms);
        self.open(&mut out);
        out.raw(r#"},"response":{"type":"record"},"data":"#);
        row(&mut out);
        out.raw("}");
        answer(StatusCode::OK, out)
    }

    /// A refusal.
    pub fn refusal(&self, refusal: Refusal) -> Answer {
        let terms = Terms { now: self.now, base_url: String::new(), separator: String::new() };
        let mut out = Out::new(&terms);
        self.open(&mut out);
        out.raw(r#"},"response":{"type":"error","status":"#);
        out.value(&refusal.status.as_u16());
        out.key("message");
        out.text(&refusal.message);
        out.raw("}}");
        let answer = Answer { code: Some(refusal.code), ..answer(refusal.status, out) };
        match refusal.header {
            Some((name, value)) => answer.with(name, &value),
            None => answer,
        }
    }
}

fn answer(status: StatusCode, out: Out<'_>) -> Answer {
    Answer::new(status, MEDIA_TYPE, out.bytes).with(axum::http::header::CACHE_CONTROL, "no-store")
}
