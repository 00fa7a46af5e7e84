//! Who may sign in, and where they are then.

use uuid::Uuid;

use super::{filled, number, open_errand, role_of, storable};
use crate::domain::cell::Kind;
use crate::domain::cx::{Caller, Cx, Proof, new_uuid};
use crate::domain::db::{Arg, Statement};
use crate::domain::error::Result;

/// Where a user sits: an organization they are a member of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// The user there. The proof is the sign-in.
    pub caller: Caller,
    /// `organization.uuid`.
    pub organization_uuid: Uuid,
    /// `organization.slug`.
    pub organization_slug: String,
}

/// Someone who may sign in, once the password is shown to be theirs.
#[derive(Clone, Debug)]
pub struct Account {
    /// Where they will be, with a sign-in that does not exist yet.
    pub seat: Seat,
    /// Argon2id hash in PHC form.
    pub password_hash: String,
}

/// The account with this username or mail address: of an active user with a password, who is a member of
/// `organization` (a slug) or, where none is named, of any; then the first by id. Nobody where an address is shared.
pub async fn find_account(cx: &Cx, name: &str, organization: Option<&str>) -> Result<Option<Account>> {
    if !storable(name) || organization.is_some_and(|slug| !storable(slug)) {
        return Ok(None);
    }
    let mut args = vec![Arg::text(name), Arg::text(name.to_ascii_lowercase())];
    let place = match organization {
        Some(slug) => {
            args.push(Arg::text(slug));
            "o.slug = $3"
        }
        None => "m.id = (SELECT min(f.id) FROM membership AS f WHERE f.user_id = u.id)",
    };
    let sql = format!(
        "SELECT u.id, u.uuid, u.password_hash, u.token_generation, u.username, o.id, o.uuid, o.slug, m.role FROM \
         \"user\" AS u JOIN membership AS m ON m.user_id = u.id JOIN organization AS o ON o.id = m.organization_id \
         WHERE (u.username = $1 OR lower(u.email) = $2) AND u.status = 'ACTIVE' AND u.password_hash IS NOT NULL AND \
         {place} ORDER BY CASE WHEN u.username = $1 THEN 0 ELSE 1 END, u.id LIMIT 2"
    );
    let columns =
        vec![Kind::Long, Kind::Uuid, Kind::Text, Kind::Int, Kind::Text, Kind::Long, Kind::Uuid, Kind::Text, Kind::Text];
    let rows = cx.db.fetch(&open_errand(cx), Statement::new(sql, args, columns)).await?;
    let [user, user_uuid, hash, generation, username, org, org_uuid, slug, role] = rows.row(0) else {
        return Ok(None);
    };
    if username.as_str() != Some(name) && rows.len() > 1 {
        return Ok(None);
    }
    Ok(Some(Account {
        password_hash: filled(hash.as_str())?.to_owned(),
        seat: Seat {
            caller: Caller {
                user_id: filled(user.as_int())?,
                user_uuid: filled(user_uuid.as_uuid())?,
                organization_id: filled(org.as_int())?,
                role: role_of(role)?,
                proof: Proof::Token { generation: number(generation)?, family: new_uuid() },
            },
            organization_uuid: filled(org_uuid.as_uuid())?,
            organization_slug: filled(slug.as_str())?.to_owned(),
        },
    }))
}
