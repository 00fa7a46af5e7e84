//! Where a person stands: the account, and their oldest membership with its access to the documented interfaces.

use std::fmt;

use super::{filled, open_errand, role_of, storable};
use crate::domain::cell::Kind;
use crate::domain::cx::{Caller, Cx, Proof};
use crate::domain::db::{Arg, Statement};
use crate::domain::error::Result;

/// A person as they stand now.
#[derive(Clone)]
pub struct Standing {
    /// `user.id`.
    pub user_id: i64,
    /// `user.username`.
    pub username: String,
    /// `user.email`.
    pub email: Option<String>,
    /// Whether the account is in use.
    pub is_active: bool,
    /// Argon2id hash in PHC form; none for a contact.
    pub password_hash: Option<String>,
    /// The person in the organization they have been a member of for longest; none who belongs nowhere.
    pub caller: Option<Caller>,
    /// Whether they were given access to the documented interfaces there.
    pub api_access: bool,
}

impl fmt::Debug for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Standing").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

/// The person with exactly this username, in one statement.
pub async fn standing(cx: &Cx, username: &str) -> Result<Option<Standing>> {
    if !storable(username) {
        return Ok(None);
    }
    let statement = Statement::new(
        "SELECT u.id, u.uuid, u.username, u.email, CAST(CASE WHEN u.status = 'ACTIVE' THEN 1 ELSE 0 END AS BIGINT), \
         u.password_hash, m.organization_id, m.role, m.api_access FROM \"user\" AS u LEFT JOIN membership AS m ON m.id = \
         (SELECT min(f.id) FROM membership AS f WHERE f.user_id = u.id) WHERE u.username = $1",
        vec![Arg::text(username)],
        vec![
            Kind::Long,
            Kind::Uuid,
            Kind::Text,
            Kind::Text,
            Kind::Long,
            Kind::Text,
            Kind::Long,
            Kind::Text,
            Kind::Bool,
        ],
    );
    let rows = cx.db.fetch(&open_errand(cx), statement).await?;
    let [id, uuid, username, email, active, hash, organization, role, access] = rows.row(0) else { return Ok(None) };
    let user_id = filled(id.as_int())?;
    let caller = match organization.as_int() {
        Some(organization_id) => Some(Caller {
            user_id,
            user_uuid: filled(uuid.as_uuid())?,
            organization_id,
            role: role_of(role)?,
            proof: Proof::Looked,
        }),
        None => None,
    };
    Ok(Some(Standing {
        user_id,
        username: filled(username.as_str())?.to_owned(),
        email: email.as_str().filter(|email| !email.is_empty()).map(str::to_owned),
        is_active: active.as_int() == Some(1),
        password_hash: hash.as_str().map(str::to_owned),
        caller,
        api_access: access.as_bool() == Some(true),
    }))
}
