//! Signing in and out by mail address and password, and the session that is open (contract ablebase 2).

use axum::http::StatusCode;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value as Json, json};

use super::cookie::{self, Kept};
use super::gate::Gate;
use super::refusal::{CROSS_SITE, Refusal, WRONG};
use super::{body, origin, written};
use crate::domain::session::{BrowserLogin, Person, Shown};
use crate::rest::kit::{Answer, Call};

fn instant(instant: &DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn user(person: &Person) -> Json {
    json!({
        "id": person.uuid,
        "name": person.name,
        "email": person.email,
        // Accounts are made by administrators.
        "emailVerified": true,
        "image": person.image,
        "createdAt": instant(&person.created_at),
        "updatedAt": instant(&person.updated_at),
    })
}

fn text<'o>(object: &'o Map<String, Json>, key: &str) -> Result<&'o str, Refusal> {
    object.get(key).and_then(Json::as_str).ok_or_else(|| Refusal::field(key, "must be a string"))
}

/// Opens a session.
pub async fn open(gate: &Gate, call: &Call) -> Result<Answer, Refusal> {
    if !origin::may_sign_in(&call.headers, &call.base_url, &gate.trusted_origins) {
        return Err(CROSS_SITE);
    }
    let object = body::object(call)?;
    let (email, password) = (text(&object, "email")?, text(&object, "password")?);
    let remember = match object.get("rememberMe") {
        None => true,
        Some(Json::Bool(remember)) => *remember,
        Some(_) => return Err(Refusal::field("rememberMe", "must be a boolean")),
    };
    let login = BrowserLogin { email, password, remember, user_agent: call.header(&USER_AGENT) };
    let (token, person) = gate.sessions.open(&call.cx, login).await?.ok_or(WRONG)?;
    let answer = json!({ "redirect": false, "token": token, "user": user(&person) });
    let kept = if remember { Kept::Remembered } else { Kept::Brief };
    let cookie = cookie::set(&gate.cookie_name, &token, kept, gate.is_secure(call));
    Ok(written(StatusCode::OK, answer.to_string().into_bytes()).with(SET_COOKIE, &cookie))
}

/// Shows the session that is open.
pub async fn show(gate: &Gate, call: &Call) -> Result<Answer, Refusal> {
    let null = || written(StatusCode::OK, b"null".to_vec());
    let Some(shown) = gate.shown(call) else { return Ok(null()) };
    let (Shown::Bearer(token) | Shown::Cookie(token)) = shown;
    let Some(session) = gate.sessions.session(&call.cx, token).await? else { return Ok(null()) };
    let extended = gate.extend(call, shown, session.is_due).await?;
    let session = match extended {
        Some(_) => gate.sessions.session(&call.cx, token).await?.unwrap_or(session),
        None => session,
    };
    let answer = json!({
        "session": {
            "id": session.uuid,
            "userId": session.person.uuid,
            "expiresAt": instant(&session.expires_at),
            "createdAt": instant(&session.created_at),
            "updatedAt": instant(&session.updated_at),
            "ipAddress": session.ip_address,
            "userAgent": session.user_agent,
            "activeOrganizationId": session.organization,
        },
        "user": user(&session.person),
    });
    Ok(gate.dressed(written(StatusCode::OK, answer.to_string().into_bytes()), extended))
}

/// Ends the session that is open, if one is.
pub async fn end(gate: &Gate, call: &Call) -> Result<Answer, Refusal> {
    let done = json!({ "success": true }).to_string();
    let gone = cookie::set(&gate.cookie_name, "", Kept::Gone, gate.is_secure(call));
    let answer = written(StatusCode::OK, done.into_bytes()).with(SET_COOKIE, &gone);
    let Some(shown) = gate.shown(call) else { return Ok(answer) };
    let (Shown::Bearer(token) | Shown::Cookie(token)) = shown;
    if gate.sessions.session(&call.cx, token).await?.is_none() {
        return Ok(answer);
    }
    gate.check_origin(call, shown)?;
    gate.sessions.end(&call.cx, token).await?;
    Ok(answer)
}
