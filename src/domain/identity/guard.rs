//! Whether a session still holds, asked inside the first statement of a request or by itself.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{filled, open_errand, role_of, storable};
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::{Caller, Cx, Proof, Role};
use crate::domain::db::{Arg, Db, Errand, Statement};
use crate::domain::error::{Error, Result};

/// The refusal of a session that was ended: signed out, password or role changed, switched off.
pub fn ended() -> Error {
    Error::Unauthenticated("the session has ended; sign in again")
}

/// An SQL condition that is true exactly while the caller's session holds, and its values, whose places begin with
/// number `first`. It stands alone: it names no table but its own. None where nothing is left to be asked: a key is
/// read in the request that brings it, and the operator needs no session.
pub fn guard_sql(caller: &Caller, first: usize) -> Option<(String, Vec<Arg>)> {
    let Proof::Token { generation, family } = caller.proof else { return None };
    let places = [0, 1, 2, 3, 4].map(|offset| format!("${}", first + offset));
    let sql = token_sql(places.each_ref().map(String::as_str));
    let mut args = session_args(caller.user_id, generation, family);
    args.extend([Arg::long(caller.organization_id), Arg::text(caller.role.word())]);
    Some((sql, args))
}

/// A session in an organization, its values by their SQL: the user, the generation, the sign-in, the organization and
/// the role there.
pub(super) fn token_sql([user, generation, family, organization, role]: [&str; 5]) -> String {
    format!(
        "EXISTS (SELECT 1 FROM refresh_token AS guard_r JOIN \"user\" AS guard_u ON guard_u.id = guard_r.user_id JOIN \
         membership AS guard_m ON guard_m.user_id = guard_r.user_id WHERE guard_r.family = {family} AND \
         guard_r.user_id = {user} AND guard_r.revoked_at IS NULL AND guard_u.status = 'ACTIVE' AND \
         guard_u.token_generation = {generation} AND guard_m.organization_id = {organization} AND \
         guard_m.role = {role})"
    )
}

/// A session without regard to the organization: the user, the generation, the sign-in.
pub(super) fn session_sql([user, generation, family]: [&str; 3]) -> String {
    format!(
        "EXISTS (SELECT 1 FROM \"user\" AS guard_u WHERE guard_u.id = {user} AND guard_u.status = 'ACTIVE' AND \
         guard_u.token_generation = {generation} AND EXISTS (SELECT 1 FROM refresh_token AS guard_r WHERE \
         guard_r.family = {family} AND guard_r.user_id = guard_u.id AND guard_r.revoked_at IS NULL))"
    )
}

fn session_args(user_id: i64, generation: i32, family: Uuid) -> Vec<Arg> {
    vec![Arg::long(user_id), Arg::one(Kind::Int, generation), Arg::one(Kind::Uuid, family)]
}

/// An SQL condition that is true exactly while the caller's session or key holds, as [`guard_sql`]. None for the
/// operator.
pub fn held_sql(caller: &Caller, first: usize, now: DateTime<Utc>) -> Option<(String, Vec<Arg>)> {
    let Proof::ApiKey { key_id, .. } = caller.proof else { return guard_sql(caller, first) };
    let places = [0, 1, 2].map(|offset| format!("${}", first + offset));
    let args = vec![Arg::long(key_id), Arg::one(Kind::Time, now), Arg::text(caller.role.word())];
    Some((held_key_sql(places.each_ref().map(String::as_str)), args))
}

/// Refuses a caller whose session or key does not hold any more, by one statement of its own. For requests whose
/// first statement has no place for the guard, and for connections that stay open.
pub async fn verify(db: &Db, errand: &Errand, caller: &Caller, now: DateTime<Utc>) -> Result<()> {
    let Some((condition, args)) = held_sql(caller, 1, now) else { return Ok(()) };
    let statement = Statement::new(format!("SELECT {condition}"), args, vec![Kind::Bool]);
    match db.fetch(errand, statement).await?.cell(0, 0).as_bool() {
        Some(true) => Ok(()),
        _ => Err(ended()),
    }
}

/// The one rule of which keys hold, for statements that know the key as `k` and its user as `u`: neither withdrawn nor
/// expired at `now`, the user active.
pub(super) fn usable_key_sql(now: &str) -> String {
    format!("k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > {now}) AND u.status = 'ACTIVE'")
}

/// A key that holds, its values by their SQL: the key, the instant and the role of its user.
pub(super) fn held_key_sql([key, now, role]: [&str; 3]) -> String {
    format!(
        "EXISTS (SELECT 1 FROM api_key AS k JOIN \"user\" AS u ON u.id = k.user_id JOIN membership AS m ON \
         m.organization_id = k.organization_id AND m.user_id = k.user_id WHERE k.id = {key} AND {} AND m.role = {role})",
        usable_key_sql(now)
    )
}

/// The same session acting in another organization of its user, named by uuid or slug. One statement, which also asks
/// whether the session holds. An organization that the user is no member of does not exist for them.
pub async fn switch(cx: &Cx, caller: &Caller, organization: &str) -> Result<Caller> {
    let Proof::Token { generation, family } = caller.proof else { return Err(unknown()) };
    if !storable(organization) {
        return Err(unknown());
    }
    let (column, name) = match Uuid::try_parse(organization) {
        Ok(uuid) => ("uuid", Arg::one(Kind::Uuid, uuid)),
        Err(_) => ("slug", Arg::text(organization)),
    };
    let sql = format!(
        "SELECT {}, o.id, m.role FROM (SELECT 1 AS one) AS base LEFT JOIN organization AS o ON o.{column} = $4 LEFT \
         JOIN membership AS m ON m.organization_id = o.id AND m.user_id = $1",
        session_sql(["$1", "$2", "$3"])
    );
    let mut args = session_args(caller.user_id, generation, family);
    args.push(name);
    let statement = Statement::new(sql, args, vec![Kind::Bool, Kind::Long, Kind::Text]);
    let rows = cx.db.fetch(&open_errand(cx), statement).await?;
    if rows.cell(0, 0).as_bool() != Some(true) {
        return Err(ended());
    }
    match (rows.cell(0, 1), rows.cell(0, 2)) {
        (Cell::Null, _) | (_, Cell::Null) => Err(unknown()),
        (organization, role) => {
            let role: Role = role_of(role)?;
            Ok(Caller { organization_id: filled(organization.as_int())?, role, ..caller.clone() })
        }
    }
}

fn unknown() -> Error {
    Error::NotFound("organization")
}
