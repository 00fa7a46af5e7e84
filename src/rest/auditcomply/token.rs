//! Signing in, renewing, and who asks (contract auditcomply 1.3, 5.2, 5.3).

use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use chrono::TimeDelta;
use serde_json::json;

use super::body;
use super::member::{self, Member, text};
use super::refusal::{DISABLED, NO_CREDENTIALS, Refusal, token_text};
use crate::domain::cx::Cx;
use crate::domain::identity::{self, Standing};
use crate::domain::session::{Claims, TokenFault, UserTokens};
use crate::rest::kit::{Answer, Call};

/// What the operator decides about tokens.
#[derive(Clone, Copy, Debug)]
pub struct Lives {
    /// How long a token is good for.
    pub token: TimeDelta,
    /// How long after the sign-in it can be renewed.
    pub refresh: TimeDelta,
}

/// Members of the sign-in (R1).
pub const LOGIN: &[Member] = &[text("username", "").required(), text("password", "").required().verbatim()];
/// Members of the renewal (R2).
pub const REFRESH: &[Member] = &[text("token", "").required()];

/// A token issued at `now`, the first of its line at `first`.
fn answered(
    tokens: &dyn UserTokens,
    lives: Lives,
    standing: Standing,
    (now, first): (i64, i64),
) -> Result<Answer, Refusal> {
    let claims = Claims {
        user_id: standing.user_id,
        username: standing.username,
        exp: now + lives.token.num_seconds(),
        email: standing.email,
        orig_iat: Some(first),
    };
    let body = json!({ "token": tokens.sign(&claims)? }).to_string();
    Ok(Answer::new(StatusCode::OK, "application/json", body.into_bytes()))
}

fn member<'c>(checked: &'c member::Checked, name: &str) -> &'c str {
    checked.text(name).unwrap_or_default()
}

/// Answers a sign-in.
pub async fn login(tokens: &dyn UserTokens, lives: Lives, call: &Call) -> Result<Answer, Refusal> {
    let checked = member::check(LOGIN, &body::read(call)?)?.sound()?;
    let (username, password) = (member(&checked, "username"), member(&checked, "password"));
    let Some(standing) = tokens.enter(&call.cx, username, password).await? else {
        return Err(Refusal::whole("Unable to log in with provided credentials."));
    };
    let issued = call.cx.now.timestamp();
    answered(tokens, lives, standing, (issued, issued))
}

/// Answers a renewal.
pub async fn refresh(tokens: &dyn UserTokens, lives: Lives, call: &Call) -> Result<Answer, Refusal> {
    let checked = member::check(REFRESH, &body::read(call)?)?.sound()?;
    let now = call.cx.now.timestamp();
    let claims =
        tokens.read(member(&checked, "token"), call.cx.now).map_err(|fault| Refusal::whole(token_text(fault)))?;
    let standing = identity::standing(&call.cx, &claims.username).await?;
    let standing = standing.ok_or_else(|| Refusal::whole("User doesn't exist."))?;
    if !standing.is_active {
        return Err(Refusal::whole(DISABLED));
    }
    let first = claims.orig_iat.ok_or_else(|| Refusal::whole("orig_iat field is required."))?;
    if now > first.saturating_add(lives.refresh.num_seconds()) {
        return Err(Refusal::whole("Refresh has expired."));
    }
    answered(tokens, lives, standing, (now, first))
}

/// The token in the header, if the header is of the one scheme that is taken.
fn presented(header: Option<&str>) -> Result<&str, &'static str> {
    let mut words = header.unwrap_or_default().split_ascii_whitespace();
    if !words.next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("JWT")) {
        return Err(NO_CREDENTIALS);
    }
    let token = words.next().ok_or("Invalid Authorization header. No credentials provided.")?;
    match words.next() {
        None => Ok(token),
        Some(_) => Err("Invalid Authorization header. Credentials string should not contain spaces."),
    }
}

/// Who asks: read anew with every request, in one statement.
async fn standing(tokens: &dyn UserTokens, call: &Call) -> Result<Standing, Refusal> {
    let token = presented(call.header(&AUTHORIZATION)).map_err(Refusal::Credentials)?;
    let refused = |fault: TokenFault| Refusal::Credentials(token_text(fault));
    let claims = tokens.read(token, call.cx.now).map_err(refused)?;
    let standing = identity::standing(&call.cx, &claims.username).await?;
    let standing = standing.filter(|standing| standing.user_id == claims.user_id);
    let standing = standing.ok_or(Refusal::Credentials("Invalid signature."))?;
    if standing.is_active { Ok(standing) } else { Err(Refusal::Credentials(DISABLED)) }
}

/// The context of the call for the person who asks, who must have been given access.
pub async fn admit(tokens: &dyn UserTokens, call: &Call) -> Result<Cx, Refusal> {
    let standing = standing(tokens, call).await?;
    let caller = standing.caller.filter(|_| standing.api_access).ok_or(Refusal::Forbidden)?;
    Ok(Cx { caller: Some(caller.into()), ..call.cx.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_9_and_10_only_one_scheme_is_taken() {
        assert_eq!(presented(Some("jwt abc")), Ok("abc"));
        for header in [None, Some(""), Some("Bearer abc"), Some("Basic abc"), Some("JWTabc")] {
            assert_eq!(presented(header), Err(NO_CREDENTIALS));
        }
        assert_eq!(presented(Some("JWT")), Err("Invalid Authorization header. No credentials provided."));
        let spaces = "Invalid Authorization header. Credentials string should not contain spaces.";
        assert_eq!(presented(Some("JWT a b")), Err(spaces));
    }
}
