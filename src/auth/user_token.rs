//! Tokens of the AuditComply interface (contract auditcomply 1.3): signed with a secret of their own and kept nowhere.

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde_json::{Map, Value};

use super::attempts::Origin;
use super::authority::Authority;
use super::provider;
use super::secrets::Secret;
use crate::domain::cx::Cx;
use crate::domain::error::{Error, Result};
use crate::domain::identity::{self, Standing};
use crate::domain::session::{Claims, TokenFault, UserTokens};

/// Makes and reads the tokens, and checks the passwords they are given for.
pub struct SignedTokens {
    authority: Authority,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl SignedTokens {
    /// Tokens signed with this secret.
    pub fn new(authority: Authority, secret: &Secret) -> Self {
        provider::install();
        Self {
            authority,
            encoding: EncodingKey::from_secret(secret.expose()),
            decoding: DecodingKey::from_secret(secret.expose()),
        }
    }
}

impl UserTokens for SignedTokens {
    fn enter<'a>(
        &'a self,
        cx: &'a Cx,
        username: &'a str,
        password: &'a str,
    ) -> BoxFuture<'a, Result<Option<Standing>>> {
        async move {
            let origin = Origin::new(username, cx.client);
            let attempts = &self.authority.inner.attempts;
            let limit = self.authority.inner.settings.failures;
            attempts.check(origin, cx.now, limit)?;
            let standing = identity::standing(cx, username).await?.filter(|standing| standing.is_active);
            let stored = standing.as_ref().and_then(|standing| standing.password_hash.clone());
            let is_right = self.authority.tried((origin, cx.now, limit), stored, password).await?;
            if is_right {
                attempts.forgive(origin);
            }
            Ok(standing.filter(|_| is_right))
        }
        .boxed()
    }

    fn sign(&self, claims: &Claims) -> Result<String> {
        encode(&Header::new(Algorithm::HS256), claims, &self.encoding).map_err(|error| Error::internal("token", &error))
    }

    fn read(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, TokenFault> {
        // Only the signature is the library's: it would ask the machine's clock, and refuse in one way what the
        // contract refuses in four.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let payload: Map<String, Value> =
            decode(token, &self.decoding, &validation).map_err(|_| TokenFault::Signature)?.claims;
        let number = |name: &str| payload.get(name).and_then(Value::as_i64);
        let (exp, now) = (number("exp"), now.timestamp());
        if exp.is_some_and(|exp| exp < now) {
            return Err(TokenFault::Expired);
        }
        if payload.contains_key("aud") || number("nbf").is_some_and(|from| from > now) {
            return Err(TokenFault::Refused);
        }
        let username = payload.get("username").and_then(Value::as_str).ok_or(TokenFault::Payload)?;
        Ok(Claims {
            user_id: number("user_id").unwrap_or_default(),
            username: username.to_owned(),
            exp: exp.ok_or(TokenFault::Payload)?,
            email: payload.get("email").and_then(Value::as_str).map(str::to_owned),
            orig_iat: number("orig_iat"),
        })
    }
}

#[cfg(test)]
mod tests;
