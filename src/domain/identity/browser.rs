//! Sessions of browsers: beginning, extending and ending them. Their tokens are known here by their hashes only.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{filled, number, open_errand, role_of, storable};
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::{Caller, Cx, Proof, new_uuid};
use crate::domain::db::{Arg, Outcome, Statement, Tx};
use crate::domain::error::Result;
use crate::domain::session::{BROWSER_SESSION_DAYS, BrowserSession, Entrant, Person};

/// A session is extended when it is used so long after it began or was last extended.
const EXTENDED_AFTER: TimeDelta = TimeDelta::hours(24);
/// How long a session is good that is not remembered.
const BRIEF: TimeDelta = TimeDelta::hours(24);
/// Longer descriptions of clients are cut.
const USER_AGENT: usize = 500;

/// Somebody who may sign in, once the password is shown to be theirs.
#[derive(Clone)]
pub struct Addressee {
    /// Argon2id hash in PHC form.
    pub password_hash: String,
    /// Who they are.
    pub person: Person,
    user_id: i64,
    generation: i32,
    organization_id: Option<i64>,
}

const PERSON: &str = "u.uuid, u.first_name, u.last_name, u.email, u.avatar_url, u.created_at, u.updated_at";
const PERSON_KINDS: [Kind; 7] = [Kind::Uuid, Kind::Text, Kind::Text, Kind::Text, Kind::Text, Kind::Time, Kind::Time];

fn person(cells: &[Cell]) -> Result<Person> {
    let text = |at: usize| cells.get(at).and_then(Cell::as_str);
    let instant = |at: usize| filled(cells.get(at).and_then(Cell::as_time));
    let name = format!("{} {}", text(1).unwrap_or_default(), text(2).unwrap_or_default());
    Ok(Person {
        uuid: filled(cells.first().and_then(Cell::as_uuid))?,
        name: name.trim().to_owned(),
        email: text(3).unwrap_or_default().to_owned(),
        image: text(4).map(str::to_owned),
        created_at: instant(5)?,
        updated_at: instant(6)?,
    })
}

/// The active person with a password who has this mail address, whatever the case of its letters. Nobody where several
/// share it.
pub async fn addressee(cx: &Cx, email: &str) -> Result<Option<Addressee>> {
    if !storable(email) || email.is_empty() {
        return Ok(None);
    }
    let sql = format!(
        "SELECT u.password_hash, u.id, u.token_generation, (SELECT m.organization_id FROM membership AS m WHERE \
         m.user_id = u.id ORDER BY m.id LIMIT 1), {PERSON} FROM \"user\" AS u WHERE lower(u.email) = lower($1) AND \
         u.status = 'ACTIVE' AND u.password_hash IS NOT NULL ORDER BY u.id LIMIT 2"
    );
    let mut columns = vec![Kind::Text, Kind::Long, Kind::Int, Kind::Long];
    columns.extend(PERSON_KINDS);
    let rows = cx.db.fetch(&open_errand(cx), Statement::new(sql, vec![Arg::text(email)], columns)).await?;
    match rows.row(0) {
        [hash, user, generation, organization, who @ ..] if rows.len() == 1 => Ok(Some(Addressee {
            password_hash: filled(hash.as_str())?.to_owned(),
            person: person(who)?,
            user_id: filled(user.as_int())?,
            generation: number(generation)?,
            organization_id: organization.as_int(),
        })),
        _ => Ok(None),
    }
}

/// A session that begins.
#[derive(Clone)]
pub struct NewBrowserSession {
    /// Hash of its token.
    pub token_hash: String,
    /// Whether it outlives the browser and is extended by use.
    pub remember: bool,
    /// What the client is.
    pub user_agent: Option<String>,
}

/// Begins a session. False where the account has changed since the password was checked.
pub async fn open_browser_session(cx: &Cx, who: &Addressee, session: NewBrowserSession) -> Result<bool> {
    let (now, client, who) = (cx.now, cx.client.map(|client| client.to_canonical().to_string()), who.clone());
    cx.db
        .write(&open_errand(cx), move |tx| {
            let (session, client, who) = (session.clone(), client.clone(), who.clone());
            Box::pin(async move { open_in(tx, &who, session, (client, now)).await })
        })
        .await
}

async fn open_in(
    tx: &mut Tx,
    who: &Addressee,
    session: NewBrowserSession,
    (client, now): (Option<String>, DateTime<Utc>),
) -> Result<Outcome<bool>> {
    if !super::session::lock_unchanged(tx, who.user_id, who.generation).await? {
        return Ok(Outcome::Unchanged(false));
    }
    // Nobody will ever show these again.
    let bygone = Statement::new(
        "DELETE FROM session WHERE user_id = $1 AND expires_at <= $2",
        vec![Arg::long(who.user_id), Arg::one(Kind::Time, now)],
        Vec::new(),
    );
    tx.fetch(&bygone).await?;
    let life = if session.remember { TimeDelta::days(BROWSER_SESSION_DAYS) } else { BRIEF };
    let user_agent = session.user_agent.filter(|text| storable(text));
    let user_agent: Option<String> = user_agent.map(|text| text.chars().take(USER_AGENT).collect());
    let statement = Statement::new(
        "INSERT INTO session (uuid, user_id, token_hash, expires_at, remember_me, ip_address, user_agent, \
         active_organization_id, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        vec![
            Arg::one(Kind::Uuid, new_uuid()),
            Arg::long(who.user_id),
            Arg::text(session.token_hash),
            Arg::one(Kind::Time, now + life),
            Arg::one(Kind::Bool, session.remember),
            Arg::one(Kind::Text, client),
            Arg::one(Kind::Text, user_agent),
            Arg::one(Kind::Long, who.organization_id),
            Arg::one(Kind::Time, now),
        ],
        Vec::new(),
    );
    tx.fetch(&statement).await?;
    Ok(Outcome::Bookkeeping(true))
}

/// Who has the session of a token, given by its hash, at the organization with this identifier. Nobody where it does not
/// hold. One statement.
pub async fn browser_entrant(cx: &Cx, token_hash: &str, organization: Uuid) -> Result<Option<Entrant>> {
    let statement = Statement::new(
        "SELECT s.updated_at, s.remember_me, u.id, u.uuid, o.id, m.role FROM session AS s JOIN \"user\" AS u ON u.id = \
         s.user_id LEFT JOIN organization AS o ON o.uuid = $2 LEFT JOIN membership AS m ON m.organization_id = o.id AND \
         m.user_id = u.id WHERE s.token_hash = $1 AND s.expires_at > $3 AND u.status = 'ACTIVE'",
        vec![Arg::text(token_hash), Arg::one(Kind::Uuid, organization), Arg::one(Kind::Time, cx.now)],
        vec![Kind::Time, Kind::Bool, Kind::Long, Kind::Uuid, Kind::Long, Kind::Text],
    );
    let rows = cx.db.fetch(&open_errand(cx), statement).await?;
    let [updated, remember, user, user_uuid, organization, role] = rows.row(0) else { return Ok(None) };
    let caller = match (organization.as_int(), role) {
        (None, _) | (_, Cell::Null) => None,
        (Some(organization_id), role) => Some(Caller {
            user_id: filled(user.as_int())?,
            user_uuid: filled(user_uuid.as_uuid())?,
            organization_id,
            role: role_of(role)?,
            proof: Proof::Looked,
        }),
    };
    Ok(Some(Entrant { caller, is_due: is_due(cx, updated, remember) }))
}

fn is_due(cx: &Cx, updated: &Cell, remember: &Cell) -> bool {
    remember.as_bool() == Some(true) && updated.as_time().is_some_and(|updated| cx.now - updated > EXTENDED_AFTER)
}

/// The session of a token, given by its hash, if it holds.
pub async fn browser_session(cx: &Cx, token_hash: &str) -> Result<Option<BrowserSession>> {
    let sql = format!(
        "SELECT s.uuid, s.expires_at, s.created_at, s.updated_at, s.remember_me, s.ip_address, s.user_agent, o.uuid, \
         {PERSON} FROM session AS s JOIN \"user\" AS u ON u.id = s.user_id LEFT JOIN membership AS m ON m.user_id = u.id \
         AND m.organization_id = s.active_organization_id LEFT JOIN organization AS o ON o.id = m.organization_id WHERE \
         s.token_hash = $1 AND s.expires_at > $2 AND u.status = 'ACTIVE'"
    );
    let mut columns =
        vec![Kind::Uuid, Kind::Time, Kind::Time, Kind::Time, Kind::Bool, Kind::Text, Kind::Text, Kind::Uuid];
    columns.extend(PERSON_KINDS);
    let args = vec![Arg::text(token_hash), Arg::one(Kind::Time, cx.now)];
    let rows = cx.db.fetch(&open_errand(cx), Statement::new(sql, args, columns)).await?;
    let [uuid, expires, created, updated, remember, ip, agent, organization, who @ ..] = rows.row(0) else {
        return Ok(None);
    };
    Ok(Some(BrowserSession {
        uuid: filled(uuid.as_uuid())?,
        expires_at: filled(expires.as_time())?,
        created_at: filled(created.as_time())?,
        updated_at: filled(updated.as_time())?,
        ip_address: ip.as_str().map(str::to_owned),
        user_agent: agent.as_str().map(str::to_owned),
        organization: organization.as_uuid(),
        is_due: is_due(cx, updated, remember),
        person: person(who)?,
    }))
}

/// Extends the life of the session of a token, given by its hash, unless that was done within the last day.
pub async fn extend_browser_session(cx: &Cx, token_hash: &str) -> Result<()> {
    let statement = Statement::new(
        "UPDATE session SET expires_at = $1, updated_at = $2 WHERE token_hash = $3 AND remember_me AND updated_at < $4 \
         AND expires_at > $2",
        vec![
            Arg::one(Kind::Time, cx.now + TimeDelta::days(BROWSER_SESSION_DAYS)),
            Arg::one(Kind::Time, cx.now),
            Arg::text(token_hash),
            Arg::one(Kind::Time, cx.now - EXTENDED_AFTER),
        ],
        Vec::new(),
    );
    keep(cx, statement).await
}

/// Ends the session of a token, given by its hash.
pub async fn end_browser_session(cx: &Cx, token_hash: &str) -> Result<()> {
    keep(cx, Statement::new("DELETE FROM session WHERE token_hash = $1", vec![Arg::text(token_hash)], Vec::new())).await
}

async fn keep(cx: &Cx, statement: Statement) -> Result<()> {
    cx.db
        .write(&open_errand(cx), move |tx| {
            let statement = statement.clone();
            Box::pin(async move {
                tx.fetch(&statement).await?;
                Ok(Outcome::Bookkeeping(()))
            })
        })
        .await
}
