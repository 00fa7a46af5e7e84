//! Who comes in: by a bearer's token or by a session's cookie, which must come from a page that may send it (contract
//! ablebase 1.2).

use std::sync::Arc;

use axum::http::Method;
use axum::http::header::{AUTHORIZATION, SET_COOKIE};
use uuid::Uuid;

use super::cookie::{self, Kept};
use super::origin;
use super::refusal::{CROSS_SITE, NO_ORGANIZATION, NOBODY, Refusal};
use super::route::Organization;
use crate::domain::cx::Cx;
use crate::domain::session::{BrowserSessions, Shown};
use crate::rest::kit::{Answer, Call};

/// Who lets people in, and what the operator decides about cookies.
pub struct Gate {
    /// Knows sessions, tokens and keys.
    pub sessions: Arc<dyn BrowserSessions>,
    /// Name of the cookie.
    pub cookie_name: String,
    /// Origins of pages, beside our own, that may use it.
    pub trusted_origins: Vec<String>,
}

/// A request that is let in.
pub struct Admitted {
    /// Its context, with the caller.
    pub cx: Cx,
    /// The cookie to be renewed, where the session's life was extended.
    pub cookie: Option<String>,
}

impl Gate {
    /// Whether clients reach us over https.
    pub fn is_secure(&self, call: &Call) -> bool {
        call.base_url.starts_with("https://")
    }

    /// What a request shows. With a bearer's token its cookies say nothing.
    pub fn shown<'c>(&self, call: &'c Call) -> Option<Shown<'c>> {
        let header = call.headers.get(AUTHORIZATION).map(|value| value.to_str().unwrap_or_default());
        let (scheme, token) = header.map_or(("", ""), |text| text.trim().split_once(' ').unwrap_or((text, "")));
        if scheme.eq_ignore_ascii_case("Bearer") {
            return Some(Shown::Bearer(token.trim()));
        }
        cookie::token(&call.headers, &self.cookie_name, self.is_secure(call)).map(Shown::Cookie)
    }

    /// Refuses a change that a page of another site asks for with the caller's cookie.
    pub fn check_origin(&self, call: &Call, shown: Shown<'_>) -> Result<(), Refusal> {
        let is_free = matches!(shown, Shown::Bearer(_)) || [Method::GET, Method::HEAD].contains(&call.method);
        if is_free || origin::may_change(&call.headers, &call.base_url, &self.trusted_origins) {
            return Ok(());
        }
        Err(CROSS_SITE)
    }

    /// Extends a session's life where that is due; gives the cookie to be renewed.
    pub async fn extend(&self, call: &Call, shown: Shown<'_>, is_due: bool) -> Result<Option<String>, Refusal> {
        if !is_due {
            return Ok(None);
        }
        let (Shown::Bearer(token) | Shown::Cookie(token)) = shown;
        self.sessions.extend(&call.cx, token).await?;
        Ok(Some(match shown {
            Shown::Bearer(_) => String::new(),
            Shown::Cookie(token) => cookie::set(&self.cookie_name, token, Kept::Remembered, self.is_secure(call)),
        }))
    }

    /// An answer with the cookie to be renewed.
    pub fn dressed(&self, answer: Answer, cookie: Option<String>) -> Answer {
        match cookie.filter(|cookie| !cookie.is_empty()) {
            Some(cookie) => answer.with(SET_COOKIE, &cookie),
            None => answer,
        }
    }

    /// Lets a member of an organization in: first the credentials, then the origin, then the organization.
    pub async fn admit(&self, call: &Call, organization: Organization) -> Result<Admitted, Refusal> {
        let shown = self.shown(call).ok_or(NOBODY)?;
        // The credentials are looked at also where the name is none of an organization's.
        let entrant = self.sessions.enter(&call.cx, shown, organization.unwrap_or(Uuid::nil())).await?;
        self.check_origin(call, shown)?;
        let caller = entrant.caller.filter(|_| organization.is_some()).ok_or(NO_ORGANIZATION)?;
        let cookie = self.extend(call, shown, entrant.is_due).await?;
        Ok(Admitted { cx: Cx { caller: Some(Arc::new(caller)), ..call.cx.clone() }, cookie })
    }
}
