//! Who is asking: passwords, access and refresh tokens, API keys and secrets, and from them the caller of a request.
//! Knows no transport and builds no SQL; what is stored about identity is `domain::identity`'s.

mod api_key;
mod attempts;
mod authority;
mod browser;
mod entrance;
mod password;
mod provider;
pub mod secrets;
mod sign_in;
#[cfg(test)]
mod tests;
mod token;
mod user_token;

pub use self::api_key::ApiKeys;
pub use self::attempts::FailureLimit;
pub use self::authority::{Admission, Authority, Credentials, Presented, Settings};
pub use self::password::{LONGEST as PASSWORD_LONGEST, SHORTEST as PASSWORD_SHORTEST};
pub use self::secrets::Secret;
pub use self::sign_in::{Login, SignedIn};
pub use self::token::SigningKeys;
pub use self::user_token::SignedTokens;
