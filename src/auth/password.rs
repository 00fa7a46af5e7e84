//! Passwords: hashed with Argon2id on threads of their own, few at a time, and always hashed, whoever is asked for.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::secrets::random_bytes;
use crate::domain::error::{Error, Result};

/// Fewest characters of a new password.
pub const SHORTEST: usize = 8;
/// Most characters of a password. A longer one is wrong, whatever is stored.
pub const LONGEST: usize = 1_000;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const AT_ONCE: usize = 2;
const WAIT: Duration = Duration::from_secs(2);

/// Nobody's password. Checked where there is none to check, so that the answer takes as long.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The place where passwords are hashed.
pub(super) struct Passwords {
    turns: Arc<Semaphore>,
    wait: Duration,
    computed: Arc<AtomicU64>,
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").field("computed", &self.computed).finish_non_exhaustive()
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), wait: WAIT, computed: Arc::default() }
    }
}

/// The right to compute one hash now.
pub(super) struct Turn {
    permit: OwnedSemaphorePermit,
    computed: Arc<AtomicU64>,
}

impl Passwords {
    /// Waits until fewer than two hashes are being computed.
    pub(super) async fn turn(&self) -> Result<Turn> {
        let waited = tokio::time::timeout(self.wait, Arc::clone(&self.turns).acquire_owned()).await;
        let permit = waited.ok().and_then(Result::ok).ok_or(Error::Unavailable)?;
        Ok(Turn { permit, computed: Arc::clone(&self.computed) })
    }

    /// Hashes computed so far.
    pub(super) fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }
}

impl Turn {
    /// The hash of a new password, in PHC form.
    pub(super) async fn hash(self, password: String) -> Result<String> {
        let characters = password.chars().count();
        if !(SHORTEST..=LONGEST).contains(&characters) {
            return Err(Error::invalid("password", format!("must have {SHORTEST} to {LONGEST} characters")));
        }
        let random = random_bytes()?;
        self.blocking(move || {
            let salt = random.get(..16).unwrap_or(&random);
            let hash: PasswordHash = argon2()?
                .hash_password_with_salt(password.as_bytes(), salt)
                .map_err(|error| Error::internal("password", &error))?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether `password` is the one behind `stored`. Without a stored hash it is not, after the same work.
    pub(super) async fn matches(self, stored: Option<String>, password: String) -> Result<bool> {
        self.blocking(move || {
            let known = stored.as_deref().and_then(|hash| {
                PasswordHash::new(hash).inspect_err(|error| tracing::error!(%error, "a stored hash is malformed")).ok()
            });
            let acceptable = known.is_some() && password.chars().take(LONGEST + 1).count() <= LONGEST;
            let hash = match known {
                Some(hash) => hash,
                None => PasswordHash::new(NOBODYS).map_err(|error| Error::internal("password", &error))?,
            };
            let tried: &[u8] = if acceptable { password.as_bytes() } else { &[] };
            Ok(argon2()?.verify_password(tried, &hash).is_ok() && acceptable)
        })
        .await
    }

    async fn blocking<T: Send + 'static>(self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        // The permit goes along: a client that leaves frees its turn only when the work is done.
        let Self { permit, computed } = self;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            computed.fetch_add(1, Ordering::Relaxed);
            drop(permit);
            result
        });
        done.await.map_err(|error| Error::internal("password thread", &error))?
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| Error::internal("password", &error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn hashed(passwords: &Passwords, password: &str) -> String {
        passwords.turn().await.unwrap().hash(password.to_owned()).await.unwrap()
    }

    async fn matches(passwords: &Passwords, stored: Option<&str>, password: &str) -> bool {
        passwords.turn().await.unwrap().matches(stored.map(str::to_owned), password.to_owned()).await.unwrap()
    }

    #[tokio::test]
    async fn a_password_is_kept_as_a_salted_hash_of_the_agreed_strength() {
        let passwords = Passwords::default();
        let hash = hashed(&passwords, "correct horse").await;
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, hashed(&passwords, "correct horse").await);
        assert!(matches(&passwords, Some(&hash), "correct horse").await);
        assert!(!matches(&passwords, Some(&hash), "correct Horse").await);
        assert!(!matches(&passwords, Some(&hash), "").await);
    }

    #[tokio::test]
    async fn nobody_costs_as_much_as_somebody() {
        let passwords = Passwords::default();
        let hash = hashed(&passwords, "correct horse").await;
        let parameters = |text: &str| text.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(parameters(NOBODYS), parameters(&hash));
        assert_eq!(NOBODYS.len(), hash.len());
        for (stored, password) in
            [(None, "correct horse"), (Some("plain"), "plain"), (None, ""), (Some(&*hash), &*"x".repeat(1_001))]
        {
            let before = passwords.computed();
            assert!(!matches(&passwords, stored, password).await);
            assert_eq!(passwords.computed(), before + 1);
        }
    }

    #[tokio::test]
    async fn the_length_limits_hold() {
        let passwords = Passwords::default();
        for length in [0, SHORTEST - 1, LONGEST + 1] {
            let refused = passwords.turn().await.unwrap().hash("\u{e9}".repeat(length)).await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "{length}");
        }
        for length in [SHORTEST, LONGEST] {
            let password = "\u{e9}".repeat(length);
            let hash = hashed(&passwords, &password).await;
            assert!(matches(&passwords, Some(&hash), &password).await, "{length}");
        }
    }

    #[tokio::test]
    async fn a_third_hash_waits_for_its_turn() {
        let passwords = Passwords { wait: Duration::from_millis(20), ..Passwords::default() };
        let (first, _second) = (passwords.turn().await.unwrap(), passwords.turn().await.unwrap());
        assert!(matches!(passwords.turn().await, Err(Error::Unavailable)));
        drop(first);
        assert!(passwords.turn().await.is_ok());
    }
}
