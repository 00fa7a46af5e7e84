//! Sign-ins: beginning, renewing and ending them. Refresh tokens are known here by their hashes only.
//!
//! Whatever changes the tokens of a user first locks the user's row, so that an ending and a renewal at the same time
//! happen one after the other and no renewed token outlives the ending.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Seat, filled, number, open_errand, role_of};
use crate::domain::cell::Kind;
use crate::domain::cx::{Caller, Cx, Proof, new_uuid};
use crate::domain::db::{Arg, Outcome, Statement, Store, Tx};
use crate::domain::error::Result;

/// The first token of a sign-in.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Who signs in, where, and the new family.
    pub caller: Caller,
    /// Hash of the refresh token.
    pub token_hash: String,
    /// From when the token is refused.
    pub expires_at: DateTime<Utc>,
    /// From when every token of the family is refused.
    pub absolute_expires_at: DateTime<Utc>,
}

/// Begins a sign-in. False where the account has changed since the password was checked.
pub async fn open_session(cx: &Cx, session: NewSession) -> Result<bool> {
    let now = cx.now;
    cx.db
        .write(&open_errand(cx), move |tx| {
            let session = session.clone();
            Box::pin(async move { open_in(tx, &session, now).await })
        })
        .await
}

async fn open_in(tx: &mut Tx, session: &NewSession, now: DateTime<Utc>) -> Result<Outcome<bool>> {
    let Proof::Token { generation, family } = session.caller.proof else { return Ok(Outcome::Unchanged(false)) };
    let user_id = session.caller.user_id;
    if !lock_unchanged(tx, user_id, generation).await? {
        return Ok(Outcome::Unchanged(false));
    }
    // Here, because here the user's tokens are at hand: nobody will ever show these again.
    let bygone = Statement::new(
        "DELETE FROM refresh_token WHERE user_id = $1 AND absolute_expires_at <= $2",
        vec![Arg::long(user_id), Arg::one(Kind::Time, now)],
        Vec::new(),
    );
    tx.fetch(&bygone).await?;
    let token = Token {
        user_id,
        organization_id: session.caller.organization_id,
        family,
        hash: session.token_hash.clone(),
        expires_at: session.expires_at,
        absolute_expires_at: session.absolute_expires_at,
    };
    token.insert(tx, now).await?;
    Ok(Outcome::Bookkeeping(true))
}

/// Locks the row of a user who is active and whose tokens were not all ended since; false for any other.
pub(super) async fn lock_unchanged(tx: &mut Tx, user_id: i64, generation: i32) -> Result<bool> {
    let lock = if tx.store() == Store::Postgres { " FOR NO KEY UPDATE" } else { "" };
    let unchanged = Statement::new(
        format!("SELECT id FROM \"user\" WHERE id = $1 AND token_generation = $2 AND status = 'ACTIVE'{lock}"),
        vec![Arg::long(user_id), Arg::one(Kind::Int, generation)],
        vec![Kind::Long],
    );
    Ok(!tx.fetch(&unchanged).await?.is_empty())
}

struct Token {
    user_id: i64,
    organization_id: i64,
    family: Uuid,
    hash: String,
    expires_at: DateTime<Utc>,
    absolute_expires_at: DateTime<Utc>,
}

impl Token {
    async fn insert(self, tx: &mut Tx, now: DateTime<Utc>) -> Result<()> {
        let statement = Statement::new(
            "INSERT INTO refresh_token (uuid, user_id, organization_id, token_hash, family, issued_at, expires_at, \
             absolute_expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            vec![
                Arg::one(Kind::Uuid, new_uuid()),
                Arg::long(self.user_id),
                Arg::long(self.organization_id),
                Arg::text(self.hash),
                Arg::one(Kind::Uuid, self.family),
                Arg::one(Kind::Time, now),
                Arg::one(Kind::Time, self.expires_at),
                Arg::one(Kind::Time, self.absolute_expires_at),
            ],
            Vec::new(),
        );
        tx.fetch(&statement).await.map(|_| ())
    }
}

/// The token that is to follow one that is exchanged.
#[derive(Clone, Debug)]
pub struct NextToken {
    /// Its hash.
    pub token_hash: String,
    /// How long it is good, if the family is.
    pub life: TimeDelta,
}

/// What became of an exchange.
#[derive(Clone, Debug)]
pub enum Renewal {
    /// The next token stands.
    Renewed {
        /// Where the user is.
        seat: Box<Seat>,
        /// From when every token of the family is refused.
        absolute_expires_at: DateTime<Utc>,
    },
    /// The token is unknown, expired or withdrawn, or its user may not be there any more.
    Refused,
    /// The token had been exchanged before. Somebody has a copy, so the family has been ended.
    Reused,
}

/// Exchanges a refresh token, given by its hash, for the next one of its family.
pub async fn renew_session(cx: &Cx, token_hash: &str, next: NextToken) -> Result<Renewal> {
    let (now, token_hash) = (cx.now, token_hash.to_owned());
    cx.db
        .write(&open_errand(cx), move |tx| {
            let (token_hash, next) = (token_hash.clone(), next.clone());
            Box::pin(async move { renew_in(tx, &token_hash, next, now).await })
        })
        .await
}

async fn renew_in(tx: &mut Tx, token_hash: &str, next: NextToken, now: DateTime<Utc>) -> Result<Outcome<Renewal>> {
    if tx.store() == Store::Postgres {
        let lock = Statement::new(
            "SELECT u.id FROM \"user\" AS u JOIN refresh_token AS r ON r.user_id = u.id WHERE r.token_hash = $1 FOR \
             NO KEY UPDATE OF u",
            vec![Arg::text(token_hash)],
            vec![Kind::Long],
        );
        tx.fetch(&lock).await?;
    }
    let rows = tx.fetch(&presented(token_hash)).await?;
    let [id, user, family, expires, absolute, used, revoked, user_uuid, generation, org, org_uuid, slug, role] =
        rows.row(0)
    else {
        return Ok(Outcome::Unchanged(Renewal::Refused));
    };
    let (user_id, family) = (filled(user.as_int())?, filled(family.as_uuid())?);
    let (expires_at, absolute_expires_at) = (filled(expires.as_time())?, filled(absolute.as_time())?);
    if !revoked.is_null() || now >= absolute_expires_at {
        return Ok(Outcome::Unchanged(Renewal::Refused));
    }
    if !used.is_null() {
        revoke(tx, user_id, family, now).await?;
        return Ok(Outcome::Bookkeeping(Renewal::Reused));
    }
    if now >= expires_at || role.is_null() {
        return Ok(Outcome::Unchanged(Renewal::Refused));
    }
    let used = Statement::new(
        "UPDATE refresh_token SET used_at = $1 WHERE id = $2",
        vec![Arg::one(Kind::Time, now), Arg::long(filled(id.as_int())?)],
        Vec::new(),
    );
    tx.fetch(&used).await?;
    let organization_id = filled(org.as_int())?;
    let token = Token {
        user_id,
        organization_id,
        family,
        hash: next.token_hash,
        expires_at: absolute_expires_at.min(now + next.life),
        absolute_expires_at,
    };
    token.insert(tx, now).await?;
    let seat = Seat {
        caller: Caller {
            user_id,
            user_uuid: filled(user_uuid.as_uuid())?,
            organization_id,
            role: role_of(role)?,
            proof: Proof::Token { generation: number(generation)?, family },
        },
        organization_uuid: filled(org_uuid.as_uuid())?,
        organization_slug: filled(slug.as_str())?.to_owned(),
    };
    Ok(Outcome::Bookkeeping(Renewal::Renewed { seat: Box::new(seat), absolute_expires_at }))
}

fn presented(token_hash: &str) -> Statement {
    Statement::new(
        "SELECT r.id, r.user_id, r.family, r.expires_at, r.absolute_expires_at, r.used_at, r.revoked_at, u.uuid, \
         u.token_generation, o.id, o.uuid, o.slug, m.role FROM refresh_token AS r LEFT JOIN \"user\" AS u ON u.id = \
         r.user_id AND u.status = 'ACTIVE' LEFT JOIN organization AS o ON o.id = r.organization_id LEFT JOIN \
         membership AS m ON m.organization_id = o.id AND m.user_id = u.id WHERE r.token_hash = $1",
        vec![Arg::text(token_hash)],
        vec![
            Kind::Long,
            Kind::Long,
            Kind::Uuid,
            Kind::Time,
            Kind::Time,
            Kind::Time,
            Kind::Time,
            Kind::Uuid,
            Kind::Int,
            Kind::Long,
            Kind::Uuid,
            Kind::Text,
            Kind::Text,
        ],
    )
}

async fn revoke(tx: &mut Tx, user_id: i64, family: Uuid, now: DateTime<Utc>) -> Result<()> {
    let statement = Statement::new(
        "UPDATE refresh_token SET revoked_at = $1 WHERE user_id = $2 AND family = $3 AND revoked_at IS NULL",
        vec![Arg::one(Kind::Time, now), Arg::long(user_id), Arg::one(Kind::Uuid, family)],
        Vec::new(),
    );
    tx.fetch(&statement).await.map(|_| ())
}

/// Ends one sign-in of a user. Ending it again changes nothing.
pub async fn end_family(cx: &Cx, user_id: i64, family: Uuid) -> Result<()> {
    let now = cx.now;
    cx.db
        .write(&open_errand(cx), move |tx| {
            Box::pin(async move {
                if tx.store() == Store::Postgres {
                    let lock = "SELECT id FROM \"user\" WHERE id = $1 FOR NO KEY UPDATE";
                    tx.fetch(&Statement::new(lock, vec![Arg::long(user_id)], vec![Kind::Long])).await?;
                }
                revoke(tx, user_id, family, now).await?;
                Ok(Outcome::Bookkeeping(()))
            })
        })
        .await
}

/// Ends all sign-ins of a user, on the next request of each. To be called by whatever changes the user's password,
/// status, or role or membership in any organization, in the same transaction.
pub async fn end_sessions(tx: &mut Tx, user_id: i64, now: DateTime<Utc>) -> Result<()> {
    let user = || vec![Arg::long(user_id)];
    let generation = "UPDATE \"user\" SET token_generation = token_generation + 1 WHERE id = $1";
    tx.fetch(&Statement::new(generation, user(), Vec::new())).await?;
    let refresh = "UPDATE refresh_token SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL";
    let args = vec![Arg::long(user_id), Arg::one(Kind::Time, now)];
    tx.fetch(&Statement::new(refresh, args, Vec::new())).await?;
    tx.fetch(&Statement::new("DELETE FROM session WHERE user_id = $1", user(), Vec::new())).await?;
    Ok(())
}
