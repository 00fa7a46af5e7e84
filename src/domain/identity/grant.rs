//! Who holds a key or a session, together with what was granted to them: the one statement with which a documented
//! interface lets a request in.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::guard::{session_sql, usable_key_sql};
use super::key::scopes_of;
use super::{ApiKeyPurpose, ended, filled, open_errand, role_of};
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::{Caller, Cx, Proof};
use crate::domain::db::{Arg, Statement};
use crate::domain::error::Result;
use crate::domain::session::Granted;

/// A key that may be used now, and what was granted to its user.
#[derive(Clone, Debug)]
pub struct GrantedKey {
    /// The key's row.
    pub id: i64,
    /// The organization of the key.
    pub organization_id: i64,
    /// What it is for.
    pub purpose: ApiKeyPurpose,
    /// What it is limited to; empty for everything its user may do.
    pub scopes: Vec<String>,
    /// When it was last used, as far as that was written down.
    pub last_used_at: Option<DateTime<Utc>>,
    /// What was granted.
    pub granted: Granted,
}

/// The key with this uuid, if it is neither withdrawn nor expired and its user is active. One statement.
pub async fn granted_key(cx: &Cx, uuid: Uuid) -> Result<Option<GrantedKey>> {
    let statement = Statement::new(
        format!(
            "SELECT k.id, k.purpose, CAST(k.scopes AS TEXT), k.last_used_at, u.id, u.uuid, k.organization_id, m.role, \
         m.api_access, o.data_api_enabled, o.time_zone FROM api_key AS k JOIN \"user\" AS u ON u.id = k.user_id JOIN \
         organization AS o ON o.id = k.organization_id LEFT JOIN membership AS m ON m.organization_id = \
         k.organization_id AND m.user_id = k.user_id WHERE k.uuid = $1 AND {}",
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
            Kind::Long,
            Kind::Text,
            Kind::Bool,
            Kind::Bool,
            Kind::Text,
        ],
    );
    let rows = cx.db.fetch(&open_errand(cx), statement).await?;
    let [id, purpose, scopes, used, user_id, user_uuid, organization, grant @ ..] = rows.row(0) else {
        return Ok(None);
    };
    let (id, scopes) = (filled(id.as_int())?, scopes_of(scopes)?);
    let organization_id = filled(organization.as_int())?;
    let holder = Holder {
        user_id: filled(user_id.as_int())?,
        user_uuid: filled(user_uuid.as_uuid())?,
        organization_id,
        proof: Proof::ApiKey { key_id: id, scopes: scopes.clone() },
    };
    Ok(Some(GrantedKey {
        id,
        organization_id,
        purpose: filled(purpose.as_str().and_then(|word| word.parse().ok()))?,
        scopes,
        last_used_at: used.as_time(),
        granted: granted(holder, grant)?,
    }))
}

/// What was granted to a caller whose session holds; the refusal of one whose session does not. One statement.
pub async fn granted_session(cx: &Cx, caller: &Caller) -> Result<Granted> {
    let Proof::Token { generation, family } = caller.proof else { return Err(ended()) };
    let sql = format!(
        "SELECT {}, m.role, m.api_access, o.data_api_enabled, o.time_zone FROM (SELECT 1 AS one) AS base LEFT JOIN \
         organization AS o ON o.id = $4 LEFT JOIN membership AS m ON m.organization_id = o.id AND m.user_id = $1",
        session_sql(["$1", "$2", "$3"])
    );
    let args = vec![
        Arg::long(caller.user_id),
        Arg::one(Kind::Int, generation),
        Arg::one(Kind::Uuid, family),
        Arg::long(caller.organization_id),
    ];
    let columns = vec![Kind::Bool, Kind::Text, Kind::Bool, Kind::Bool, Kind::Text];
    let rows = cx.db.fetch(&open_errand(cx), Statement::new(sql, args, columns)).await?;
    let [holds, grant @ ..] = rows.row(0) else { return Err(ended()) };
    if holds.as_bool() != Some(true) {
        return Err(ended());
    }
    let Caller { user_id, user_uuid, organization_id, ref proof, .. } = *caller;
    granted(Holder { user_id, user_uuid, organization_id, proof: proof.clone() }, grant)
}

/// A caller whose role is not known yet.
struct Holder {
    user_id: i64,
    user_uuid: Uuid,
    organization_id: i64,
    proof: Proof,
}

/// Of the role, the access, the module and the zone. An unknown zone is UTC, as for the days that statements reckon.
fn granted(holder: Holder, cells: &[Cell]) -> Result<Granted> {
    let [role, access, module, zone] = cells else { return Err(ended()) };
    let caller = match role {
        Cell::Null => None,
        role => Some(Caller {
            user_id: holder.user_id,
            user_uuid: holder.user_uuid,
            organization_id: holder.organization_id,
            role: role_of(role)?,
            proof: holder.proof,
        }),
    };
    Ok(Granted {
        caller,
        data_api: module.as_bool() == Some(true),
        api_access: access.as_bool() == Some(true),
        zone: zone.as_str().and_then(|zone| zone.parse().ok()).unwrap_or(Tz::UTC),
    })
}
