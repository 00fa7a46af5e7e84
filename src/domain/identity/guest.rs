//! Who holds a key or a session, in an organization that the request names by its slug: the one statement with which a
//! documented interface of that sort lets a request in.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::guard::{session_sql, usable_key_sql};
use super::key::scopes_of;
use super::{ApiKeyPurpose, ended, filled, open_errand, role_of, storable};
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::{Caller, Cx, Proof};
use crate::domain::db::{Arg, Statement};
use crate::domain::error::Result;
use crate::domain::session::Guest;

/// A key that may be used now, and its holder.
#[derive(Clone, Debug)]
pub struct GuestKey {
    /// The key's row.
    pub id: i64,
    /// The organization of the key.
    pub organization_id: i64,
    /// What it is for.
    pub purpose: ApiKeyPurpose,
    /// When it was last used, as far as that was written down.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Who holds it.
    pub guest: Guest,
}

/// The holder of the key with this uuid, if it is neither withdrawn nor expired and its user is active. One statement.
pub async fn key_guest(cx: &Cx, uuid: Uuid, slug: &str) -> Result<Option<GuestKey>> {
    let statement = Statement::new(
        format!(
            "SELECT k.id, k.purpose, CAST(k.scopes AS TEXT), k.last_used_at, u.id, u.uuid, u.username, k.organization_id, \
         o.slug, m.role FROM api_key AS k JOIN \"user\" AS u ON u.id = k.user_id JOIN organization AS o ON o.id = \
         k.organization_id LEFT JOIN membership AS m ON m.organization_id = k.organization_id AND m.user_id = k.user_id \
         WHERE k.uuid = $1 AND {}",
            usable_key_sql("$2")
        ),
        vec![Arg::one(Kind::Uuid, uuid), Arg::one(Kind::Time, cx.now)],
        vec![
            Kind::Long,
            Kind::Text,
            Kind::Json,
            Kind::Time,
            Kind::Long,
            Kind::Uuid,
            Kind::Text,
            Kind::Long,
            Kind::Text,
            Kind::Text,
        ],
    );
    let rows = cx.db.fetch(&open_errand(cx), statement).await?;
    let [id, purpose, scopes, used, user_id, user_uuid, username, organization, own_slug, role] = rows.row(0) else {
        return Ok(None);
    };
    let (id, organization_id) = (filled(id.as_int())?, filled(organization.as_int())?);
    let caller = match role {
        role if role.is_null() || own_slug.as_str() != Some(slug) => None,
        role => Some(Caller {
            user_id: filled(user_id.as_int())?,
            user_uuid: filled(user_uuid.as_uuid())?,
            organization_id,
            role: role_of(role)?,
            proof: Proof::ApiKey { key_id: id, scopes: scopes_of(scopes)? },
        }),
    };
    Ok(Some(GuestKey {
        id,
        organization_id,
        purpose: filled(purpose.as_str().and_then(|word| word.parse().ok()))?,
        last_used_at: used.as_time(),
        guest: Guest { username: filled(username.as_str())?.to_owned(), caller },
    }))
}

/// The holder of a session; the refusal of one whose session does not hold. One statement.
pub async fn session_guest(cx: &Cx, caller: &Caller, slug: &str) -> Result<Guest> {
    let Proof::Token { generation, family } = caller.proof else { return Err(ended()) };
    let sql = format!(
        "SELECT {}, u.username, o.id, m.role FROM (SELECT 1 AS one) AS base LEFT JOIN \"user\" AS u ON u.id = $1 LEFT \
         JOIN organization AS o ON o.slug = $4 LEFT JOIN membership AS m ON m.organization_id = o.id AND m.user_id = $1",
        session_sql(["$1", "$2", "$3"])
    );
    let args = vec![
        Arg::long(caller.user_id),
        Arg::one(Kind::Int, generation),
        Arg::one(Kind::Uuid, family),
        // What cannot be stored is nobody's slug, as the empty one.
        Arg::text(if storable(slug) { slug } else { "" }),
    ];
    let columns = vec![Kind::Bool, Kind::Text, Kind::Long, Kind::Text];
    let rows = cx.db.fetch(&open_errand(cx), Statement::new(sql, args, columns)).await?;
    let [holds, username, organization, role] = rows.row(0) else { return Err(ended()) };
    if holds.as_bool() != Some(true) {
        return Err(ended());
    }
    let caller = match (organization, role) {
        (Cell::Null, _) | (_, Cell::Null) => None,
        (organization, role) => {
            Some(Caller { organization_id: filled(organization.as_int())?, role: role_of(role)?, ..caller.clone() })
        }
    };
    Ok(Guest { username: filled(username.as_str())?.to_owned(), caller })
}
