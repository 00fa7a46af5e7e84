//! API keys as they are stored. What makes a token of one is `auth`'s.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::guard::usable_key_sql;
use super::{ApiKeyPurpose, filled, open_errand, role_of};
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::{Caller, Cx, Proof};
use crate::domain::db::{Arg, Db, Errand, Outcome, Statement};
use crate::domain::error::{Error, Result};

/// A key that may be used now.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// The key's user, in the key's organization.
    pub caller: Caller,
    /// The key's row.
    pub id: i64,
    /// From when it is refused.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, as far as that was written down.
    pub last_used_at: Option<DateTime<Utc>>,
    /// `organization.uuid`.
    pub organization_uuid: Uuid,
    /// `organization.slug`.
    pub organization_slug: String,
}

/// The key with this uuid, if it may be used: for one of `purposes`, neither withdrawn nor expired, its user active
/// and still a member. One statement.
pub async fn api_key(cx: &Cx, uuid: Uuid, purposes: &[ApiKeyPurpose]) -> Result<Option<ApiKey>> {
    let statement = Statement::new(
        format!(
            "SELECT k.id, k.purpose, CAST(k.scopes AS TEXT), k.expires_at, k.last_used_at, u.id, u.uuid, o.id, o.uuid, \
         o.slug, m.role FROM api_key AS k JOIN \"user\" AS u ON u.id = k.user_id JOIN organization AS o ON o.id = \
         k.organization_id JOIN membership AS m ON m.organization_id = k.organization_id AND m.user_id = k.user_id \
         WHERE k.uuid = $1 AND {}",
            usable_key_sql("$2")
        ),
        vec![Arg::one(Kind::Uuid, uuid), Arg::one(Kind::Time, cx.now)],
        vec![
            Kind::Long,
            Kind::Text,
            Kind::Json,
            Kind::Time,
            Kind::Time,
            Kind::Long,
            Kind::Uuid,
            Kind::Long,
            Kind::Uuid,
            Kind::Text,
            Kind::Text,
        ],
    );
    let rows = cx.db.fetch(&open_errand(cx), statement).await?;
    let [id, purpose, scopes, expires, used, user_id, user_uuid, org_id, org_uuid, slug, role] = rows.row(0) else {
        return Ok(None);
    };
    if !purposes.iter().any(|accepted| purpose.as_str() == Some(accepted.word())) {
        return Ok(None);
    }
    let id = filled(id.as_int())?;
    Ok(Some(ApiKey {
        caller: Caller {
            user_id: filled(user_id.as_int())?,
            user_uuid: filled(user_uuid.as_uuid())?,
            organization_id: filled(org_id.as_int())?,
            role: role_of(role)?,
            proof: Proof::ApiKey { key_id: id, scopes: scopes_of(scopes)? },
        },
        id,
        expires_at: expires.as_time(),
        last_used_at: used.as_time(),
        organization_uuid: filled(org_uuid.as_uuid())?,
        organization_slug: filled(slug.as_str())?.to_owned(),
    }))
}

/// Scopes that cannot be read must not turn into the empty list, which allows everything.
pub(super) fn scopes_of(cell: &Cell) -> Result<Vec<String>> {
    serde_json::from_str(cell.as_str().unwrap_or_default()).map_err(|error| Error::internal("scopes of a key", &error))
}

/// Writes down that a key was used at `now`, unless another instance did within the last minute.
pub async fn touch_api_key(db: &Db, organization_id: i64, key_id: i64, now: DateTime<Utc>) -> Result<()> {
    let errand = Errand { organization_id: Some(organization_id), ..Errand::default() };
    let statement = Statement::new(
        "UPDATE api_key SET last_used_at = $1 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at <= $3)",
        vec![Arg::one(Kind::Time, now), Arg::long(key_id), Arg::one(Kind::Time, now - TimeDelta::seconds(60))],
        Vec::new(),
    );
    db.write(&errand, move |tx| {
        let statement = statement.clone();
        Box::pin(async move {
            tx.fetch(&statement).await?;
            Ok(Outcome::Bookkeeping(()))
        })
    })
    .await
}
