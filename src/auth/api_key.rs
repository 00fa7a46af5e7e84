//! API keys: computed from the key's uuid and a secret of the server, so that nothing secret is stored and a token can
//! be shown again (contract action-audit, 1.3).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use super::secrets::Secret;
use crate::domain::error::{Error, Result};

const PREFIX: &str = "ak_";
const UUID_BYTES: usize = 16;
const TOKEN_BYTES: usize = 48;

/// The secrets of API keys: the first makes tokens, all check them.
pub struct ApiKeys {
    first: Hmac<Sha256>,
    others: Vec<Hmac<Sha256>>,
}

impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKeys(***)")
    }
}

impl ApiKeys {
    /// Keys of these secrets; the first makes tokens.
    pub fn new(secrets: &[Secret]) -> Result<Self> {
        let mut macs = secrets
            .iter()
            .map(|secret| Hmac::new_from_slice(secret.expose()).map_err(|error| Error::internal("key", &error)))
            .collect::<Result<Vec<_>>>()?
            .into_iter();
        let first = macs.next().ok_or_else(|| Error::invalid("api-key-secrets", "at least one is needed"))?;
        Ok(Self { first, others: macs.collect() })
    }

    /// Whether `token` has the look of an API key, good or not.
    pub fn looks_like(token: &str) -> bool {
        token.starts_with(PREFIX)
    }

    /// The token of the key with this uuid: always the same.
    pub fn token(&self, uuid: Uuid) -> String {
        let code = self.first.clone().chain_update(uuid.as_bytes()).finalize().into_bytes();
        let mut bytes = Vec::with_capacity(TOKEN_BYTES);
        bytes.extend_from_slice(uuid.as_bytes());
        bytes.extend_from_slice(&code);
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The uuid in a token that this server made, or nothing. Only then is a row worth reading.
    pub fn uuid(&self, token: &str) -> Option<Uuid> {
        let text = token.strip_prefix(PREFIX).filter(|text| text.len() == TOKEN_BYTES / 3 * 4)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (uuid, code) = bytes.split_at_checked(UUID_BYTES)?;
        // The comparison takes the same time wherever the codes begin to differ.
        let made_here = |mac: &Hmac<Sha256>| mac.clone().chain_update(uuid).verify_slice(code).is_ok();
        if made_here(&self.first) || self.others.iter().any(made_here) { Uuid::from_slice(uuid).ok() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: Uuid = uuid::uuid!("5b0f6a1e-93d4-4c27-8a6b-2f1e7d9c4a30");
    const TOKEN: &str = "ak_Ww9qHpPUTCeKay8efZxKMNkDD8o9tYS2YN2TxxAaT-U7--gfP2EUs5PAtqzbKU7s";

    fn keys(first_bytes: &[u8]) -> ApiKeys {
        let secrets: Vec<_> = first_bytes
            .iter()
            .map(|first| Secret::from_bytes(&(*first..*first + 32).collect::<Vec<_>>()).unwrap())
            .collect();
        ApiKeys::new(&secrets).unwrap()
    }

    #[test]
    fn the_token_is_the_one_of_the_contract() {
        assert_eq!(keys(&[0]).token(UUID), TOKEN);
        assert_eq!(keys(&[0]).uuid(TOKEN), Some(UUID));
    }

    #[test]
    fn nothing_but_the_exact_token_is_taken() {
        let keys = keys(&[0]);
        for index in 0..TOKEN.len() {
            let mut bytes = TOKEN.to_owned().into_bytes();
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            assert_eq!(keys.uuid(&String::from_utf8(bytes).unwrap()), None, "byte {index}");
        }
        let body = &TOKEN[3..];
        for other in [
            "",
            "ak_",
            body,
            &format!("AK_{body}"),
            &format!("{TOKEN}="),
            &format!("{TOKEN}A"),
            &TOKEN[..TOKEN.len() - 1],
            &format!(" {TOKEN}"),
            &format!("{TOKEN}\n"),
            &TOKEN.replace('-', "+"),
            &format!("ak_{}", &body[..62].to_owned()),
            &format!("ak_{}==", &body[..62]),
            &format!("ak_{}\u{e9}", &body[..62]),
        ] {
            assert_eq!(keys.uuid(other), None, "{other}");
        }
    }

    #[test]
    fn secrets_rotate_and_the_first_makes_tokens() {
        let (old, both, new) = (keys(&[0]), keys(&[100, 0]), keys(&[100]));
        assert_eq!(both.uuid(TOKEN), Some(UUID));
        assert_eq!(both.token(UUID), new.token(UUID));
        assert_ne!(both.token(UUID), TOKEN);
        assert_eq!(old.uuid(&both.token(UUID)), None);
        assert_eq!(new.uuid(TOKEN), None);
        assert!(ApiKeys::new(&[]).is_err());
    }
}
