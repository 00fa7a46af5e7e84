//! Access tokens: signed statements of who is signed in where, good for minutes.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

use super::provider;
use super::secrets::Secret;
use crate::domain::cx::{Caller, Proof, Role};
use crate::domain::error::{Error, Result};

/// Clocks of instances may differ by so much.
const LEEWAY_SECONDS: i64 = 5;
/// No token of ours is longer; what is, is not decoded.
const LONGEST: usize = 4096;

/// What a token says. The names in the token are the registered ones and short private ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    iat: i64,
    exp: i64,
    uid: i64,
    oid: i64,
    org: Uuid,
    slug: String,
    role: String,
    #[serde(rename = "gen")]
    generation: i32,
    fam: Uuid,
}

/// Whom a token is for: a caller, and the names of the organization they act in.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) caller: Caller,
    pub(super) organization_uuid: Uuid,
    pub(super) organization_slug: String,
}

impl Subject {
    /// Whether `name` is the uuid or the slug of the token's organization.
    pub(super) fn is_in(&self, name: &str) -> bool {
        name == self.organization_slug || Uuid::try_parse(name).is_ok_and(|uuid| uuid == self.organization_uuid)
    }
}

struct Key {
    id: String,
    algorithm: Algorithm,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

/// The keys of access tokens: the first signs, all verify.
pub struct SigningKeys {
    first: Key,
    others: Vec<Key>,
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all().map(|key| &key.id)).finish()
    }
}

impl SigningKeys {
    /// Keys of these secrets; the first signs.
    pub fn new(secrets: &[Secret]) -> Result<Self> {
        provider::install();
        let mut keys = secrets.iter().map(Key::hs256).collect::<Result<Vec<_>>>()?.into_iter();
        let first = keys.next().ok_or_else(|| Error::invalid("signing-keys", "at least one is needed"))?;
        Ok(Self { first, others: keys.collect() })
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

impl Key {
    fn hs256(secret: &Secret) -> Result<Self> {
        // A name that follows from the secret, so that instances agree on it, and does not lead back to it.
        let mac = Hmac::<Sha256>::new_from_slice(secret.expose()).map_err(|error| Error::internal("key", &error))?;
        let digest = mac.chain_update("access token key id").finalize().into_bytes();
        Ok(Self {
            id: URL_SAFE_NO_PAD.encode(digest.get(..9).unwrap_or_default()),
            algorithm: Algorithm::HS256,
            encoding: EncodingKey::from_secret(secret.expose()),
            decoding: DecodingKey::from_secret(secret.expose()),
        })
    }
}

/// Makes and reads access tokens.
#[derive(Debug)]
pub(super) struct AccessTokens {
    pub(super) keys: SigningKeys,
    pub(super) issuer: String,
    pub(super) audience: String,
    /// What was read before, by the token: what a token says does not change, only whether it still holds.
    pub(super) known: Cache<String, Arc<Claims>>,
}

/// Tokens whose claims are kept.
pub(super) const KNOWN: u64 = 2_000;

impl AccessTokens {
    /// A token for `subject`, good until `until`.
    pub(super) fn issue(&self, subject: &Subject, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<String> {
        let Proof::Token { generation, family } = subject.caller.proof else {
            return Err(Error::internal("token", &"only a sign-in gives a token"));
        };
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: subject.caller.user_uuid,
            iat: now.timestamp(),
            exp: until.timestamp(),
            uid: subject.caller.user_id,
            oid: subject.caller.organization_id,
            org: subject.organization_uuid,
            slug: subject.organization_slug.clone(),
            role: subject.caller.role.word().to_owned(),
            generation,
            fam: family,
        };
        let key = &self.keys.first;
        let header = Header { kid: Some(key.id.clone()), ..Header::new(key.algorithm) };
        encode(&header, &claims, &key.encoding).map_err(|error| Error::internal("token", &error))
    }

    /// Whom a token is for and until when, or nothing when it is not good.
    pub(super) fn read(&self, token: &str, now: DateTime<Utc>) -> Option<(Subject, DateTime<Utc>)> {
        let claims = self.verified(token)?;
        // The library would ask the machine's clock, which is not the request's.
        if now.timestamp() >= claims.exp.checked_add(LEEWAY_SECONDS)? {
            return None;
        }
        let subject = Subject {
            caller: Caller {
                user_id: claims.uid,
                user_uuid: claims.sub,
                organization_id: claims.oid,
                role: Role::of(&claims.role)?,
                proof: Proof::Token { generation: claims.generation, family: claims.fam },
            },
            organization_uuid: claims.org,
            organization_slug: claims.slug.clone(),
        };
        Some((subject, DateTime::from_timestamp(claims.exp, 0)? + TimeDelta::seconds(LEEWAY_SECONDS)))
    }

    fn verified(&self, token: &str) -> Option<Arc<Claims>> {
        if token.len() > LONGEST {
            return None;
        }
        if let Some(known) = self.known.get(token) {
            return Some(known);
        }
        let header = decode_header(token).ok()?;
        // An extension that must be understood is not understood here (RFC 7515, 4.1.11).
        if header.crit.is_some() {
            return None;
        }
        let id = header.kid?;
        let key = self.keys.all().find(|key| key.id == id)?;
        let mut validation = Validation::new(key.algorithm);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.validate_exp = false;
        let claims = Arc::new(decode::<Claims>(token, &key.decoding, &validation).ok()?.claims);
        self.known.insert(token.to_owned(), Arc::clone(&claims));
        Some(claims)
    }
}

#[cfg(test)]
mod tests;
