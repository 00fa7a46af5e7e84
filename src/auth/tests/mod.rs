//! Identity from end to end, on every store there is.

mod admission;
mod renewal;
mod revocation;
mod signing_in;

use std::sync::Arc;

use super::{ApiKeys, Authority, Credentials, Login, Presented, Secret, Settings, SignedIn, SigningKeys};
use crate::domain::cx::{Caller, Cx};
use crate::domain::db::Errand;
use crate::domain::error::{Error, Result};
use crate::domain::identity::testing::{World, worlds};
use crate::domain::identity::{self, ApiKeyPurpose};

const PASSWORD: &str = "correct horse";
const ENDED: &str = "the session has ended; sign in again";

fn authority() -> Authority {
    authority_with(Settings::default())
}

fn authority_with(settings: Settings) -> Authority {
    let secret = |byte: u8| [Secret::from_bytes(&[byte; 32]).unwrap()];
    Authority::new(settings, SigningKeys::new(&secret(1)).unwrap(), ApiKeys::new(&secret(2)).unwrap())
}

async fn everywhere() -> (Authority, Vec<World>) {
    let authority = authority();
    let hash = authority.hash_password(PASSWORD).await.unwrap();
    (authority, worlds(&hash).await)
}

fn as_user<'a>(name: &'a str, password: &'a str) -> Login<'a> {
    Login { name, password, address: "192.0.2.1".parse().ok(), organization: None }
}

async fn signed_in(authority: &Authority, cx: &Cx, name: &str) -> SignedIn {
    authority.login(cx, as_user(name, PASSWORD)).await.unwrap()
}

async fn caller(authority: &Authority, cx: &Cx, token: &str, organization: Option<&str>) -> Result<Caller> {
    let credentials = Credentials::Bearer(token.to_owned());
    let presented = Presented { credentials: &credentials, organization, purposes: &[ApiKeyPurpose::General] };
    authority.caller(cx, presented).await.map(Option::unwrap)
}

async fn holds(cx: &Cx, caller: &Caller) -> bool {
    match identity::verify(&cx.db, &Errand::default(), caller, cx.now).await {
        Ok(()) => true,
        Err(error) => {
            assert_eq!(error.to_string(), ENDED);
            false
        }
    }
}

fn refused_as<T>(result: Result<T>, text: &str) {
    match result {
        Ok(_) => panic!("was not refused"),
        Err(error) => assert_eq!(error.to_string(), text),
    }
}

fn acting(mut cx: Cx, caller: &Caller) -> Cx {
    cx.caller = Some(Arc::new(caller.clone()));
    cx
}
