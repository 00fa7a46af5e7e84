//! People, what they may do where, and whether a sign-in still holds: all that is stored about identity. How somebody
//! proves who they are is `auth`'s; here are only hashes of it.

mod account;
mod browser;
mod grant;
mod guard;
mod guest;
mod key;
mod lapsed;
mod people;
mod session;
mod standing;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use super::cell::Cell;
use super::cx::{Cx, Role};
use super::db::Errand;
use super::error::{Error, Result};

pub use self::account::{Account, Seat, find_account};
pub use self::browser::{
    Addressee, NewBrowserSession, addressee, browser_entrant, browser_session, end_browser_session,
    extend_browser_session, open_browser_session,
};
pub use self::grant::{GrantedKey, granted_key, granted_session};
pub use self::guard::{ended, guard_sql, held_sql, switch, verify};
pub use self::guest::{GuestKey, key_guest, session_guest};
pub use self::key::{ApiKey, api_key, touch_api_key};
pub use self::lapsed::lapsed;
pub use self::people::{
    NewOrganization, NewUser, Row, SLUG, add_member, add_organization, add_user, find_organization, find_user, is_slug,
    set_password, set_status,
};
pub use self::session::{NewSession, NextToken, Renewal, end_family, end_sessions, open_session, renew_session};
pub use self::standing::{Standing, standing};
pub use entity::enumeration::{ApiKeyPurpose, UserStatus};

/// A mark of the request for statements that belong to no organization: who asks is not known yet, or asks for another.
fn open_errand(cx: &Cx) -> Errand {
    cx.errand(None)
}

/// U+0000 cannot be stored, so no row has it; asking a store for it is an error in one of them.
fn storable(text: &str) -> bool {
    !text.contains('\0')
}

/// A cell that the statement cannot leave empty.
fn filled<T>(value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Error::internal("identity", &"a statement gave an empty cell"))
}

fn role_of(cell: &Cell) -> Result<Role> {
    filled(cell.as_str().and_then(Role::of))
}

fn number(cell: &Cell) -> Result<i32> {
    filled(cell.as_int().and_then(|value| i32::try_from(value).ok()))
}
