//! Organizations, people and memberships made and changed, each with its entry in the trail. Hashes of passwords do not
//! go into the trail.

use sea_orm::{EntityName, EntityTrait};
use uuid::Uuid;

use super::{UserStatus, end_sessions, filled, storable};
use crate::domain::bulk::{self, Table};
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::{Role, new_uuid};
use crate::domain::db::{Arg, Outcome, Statement, Tx};
use crate::domain::error::{Error, Fault, Result};
use crate::domain::trail::{self, Action, Origin, Shape};

/// A row and its identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// `id`.
    pub id: i64,
    /// `uuid`.
    pub uuid: Uuid,
}

/// An organization to be made.
#[derive(Clone, Debug)]
pub struct NewOrganization {
    /// Short name in addresses.
    pub slug: String,
    /// Name as shown.
    pub name: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Whether it holds made-up data.
    pub demonstration: bool,
}

/// A person to be made.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// Name to sign in with.
    pub username: String,
    /// Mail address.
    pub email: Option<String>,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Argon2id hash in PHC form; none for a contact.
    pub password_hash: Option<String>,
    /// Whether it is a made-up person.
    pub demonstration: bool,
}

const ORGANIZATION: Table = Table {
    name: "organization",
    columns: &[
        ("uuid", Kind::Uuid),
        ("slug", Kind::Text),
        ("name", Kind::Text),
        ("time_zone", Kind::Text),
        ("demonstration", Kind::Bool),
        ("created_at", Kind::Time),
        ("updated_at", Kind::Time),
    ],
};

const USER: Table = Table {
    name: "user",
    columns: &[
        ("uuid", Kind::Uuid),
        ("username", Kind::Text),
        ("email", Kind::Text),
        ("password_hash", Kind::Text),
        ("first_name", Kind::Text),
        ("last_name", Kind::Text),
        ("demonstration", Kind::Bool),
        ("created_at", Kind::Time),
        ("updated_at", Kind::Time),
    ],
};

const MEMBERSHIP: Table = Table {
    name: "membership",
    columns: &[
        ("uuid", Kind::Uuid),
        ("organization_id", Kind::Long),
        ("user_id", Kind::Long),
        ("role", Kind::Text),
        ("created_at", Kind::Time),
        ("updated_at", Kind::Time),
    ],
};

/// Whether text is a short name for addresses.
pub fn is_slug(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
        && Uuid::try_parse(text).is_err()
}

/// What a refused short name is told.
pub const SLUG: &str = "must be 1 to 63 of a to z, 0 to 9, - and _, and no UUID";

/// Makes an organization. Its trail begins with it.
pub async fn add_organization(tx: &mut Tx, origin: &Origin, new: NewOrganization) -> Result<Outcome<Row>> {
    let mut faults = Vec::new();
    if !is_slug(&new.slug) {
        faults.push(Fault::field("slug", SLUG));
    }
    faults.extend(text_fault("name", &new.name));
    faults.extend(text_fault("timeZone", &new.time_zone));
    refuse(faults)?;
    let uuid = new_uuid();
    let row = vec![
        uuid.into(),
        new.slug.into(),
        new.name.into(),
        new.time_zone.into(),
        new.demonstration.into(),
        origin.at.into(),
        origin.at.into(),
    ];
    let id = insert(tx, &ORGANIZATION, row).await?;
    let after = filled(shown::<entity::organization::Entity>(tx, id, id).await?)?;
    trail::append(tx, id, vec![origin.entry(Action::Create, "organization", uuid).after(after)]).await?;
    Ok(Outcome::Changed(Row { id, uuid }))
}

/// Makes a person who is a member of an organization, whose trail tells of both.
pub async fn add_user(
    tx: &mut Tx,
    origin: &Origin,
    new: NewUser,
    (organization_id, role): (i64, Role),
) -> Result<Outcome<Row>> {
    let mut faults: Vec<Fault> = text_fault("username", &new.username).into_iter().collect();
    if let Some(email) = &new.email {
        faults.extend(text_fault("email", email));
        if !email.contains('@') {
            faults.push(Fault::field("email", "must be a mail address"));
        }
    }
    for (field, text) in [("firstName", &new.first_name), ("lastName", &new.last_name)] {
        faults.extend(if text.is_empty() { None } else { text_fault(field, text) });
    }
    refuse(faults)?;
    let uuid = new_uuid();
    let row = vec![
        uuid.into(),
        new.username.into(),
        new.email.into(),
        new.password_hash.into(),
        new.first_name.into(),
        new.last_name.into(),
        new.demonstration.into(),
        origin.at.into(),
        origin.at.into(),
    ];
    let id = insert(tx, &USER, row).await?;
    let after = filled(shown::<entity::user::Entity>(tx, organization_id, id).await?)?;
    trail::append(tx, organization_id, vec![origin.entry(Action::Create, "user", uuid).after(after)]).await?;
    add_member(tx, origin, id, (organization_id, role)).await?;
    Ok(Outcome::Changed(Row { id, uuid }))
}

/// Makes a person a member of an organization.
pub async fn add_member(
    tx: &mut Tx,
    origin: &Origin,
    user_id: i64,
    (organization_id, role): (i64, Role),
) -> Result<Outcome<Row>> {
    let uuid = new_uuid();
    let row = vec![
        uuid.into(),
        organization_id.into(),
        user_id.into(),
        role.word().into(),
        origin.at.into(),
        origin.at.into(),
    ];
    let id = insert(tx, &MEMBERSHIP, row).await?;
    let after = filled(shown::<entity::membership::Entity>(tx, organization_id, id).await?)?;
    trail::append(tx, organization_id, vec![origin.entry(Action::Create, "membership", uuid).after(after)]).await?;
    Ok(Outcome::Changed(Row { id, uuid }))
}

/// Sets or, with none, removes a password, and ends all sign-ins of its user.
pub async fn set_password(tx: &mut Tx, origin: &Origin, user_id: i64, hash: Option<String>) -> Result<Outcome<()>> {
    let hash = Arg::one(Kind::Text, hash);
    change_user(tx, origin, user_id, Change { column: "password_hash", value: hash, extra: Some("password") }).await
}

/// Sets the status of a person. Whoever is not active any more is signed out everywhere.
pub async fn set_status(tx: &mut Tx, origin: &Origin, user_id: i64, status: UserStatus) -> Result<Outcome<()>> {
    let status = Arg::text(status.word());
    change_user(tx, origin, user_id, Change { column: "status", value: status, extra: None }).await
}

struct Change {
    column: &'static str,
    value: Arg,
    /// What was changed, where the shown columns do not tell.
    extra: Option<&'static str>,
}

async fn change_user(tx: &mut Tx, origin: &Origin, user_id: i64, change: Change) -> Result<Outcome<()>> {
    let memberships = Statement::new(
        "SELECT organization_id FROM membership WHERE user_id = $1 ORDER BY organization_id",
        vec![Arg::long(user_id)],
        vec![Kind::Long],
    );
    let rows = tx.fetch(&memberships).await?;
    let organizations: Vec<i64> = rows.iter().filter_map(|row| row.first()?.as_int()).collect();
    // First, as every command does that looks before it writes: then none waits for another the other way round.
    for organization in &organizations {
        trail::lock(tx, *organization).await?;
    }
    let before = shown::<entity::user::Entity>(tx, 0, user_id).await?.ok_or(Error::NotFound("user"))?;
    let sql = format!(
        "UPDATE \"user\" SET {} = $1, updated_at = $2, version = version + 1 WHERE id = $3 RETURNING uuid",
        change.column
    );
    let args = vec![change.value, Arg::one(Kind::Time, origin.at), Arg::long(user_id)];
    let rows = tx.fetch(&Statement::new(sql, args, vec![Kind::Uuid])).await?;
    let uuid = filled(rows.cell(0, 0).as_uuid())?;
    end_sessions(tx, user_id, origin.at).await?;
    let after = filled(shown::<entity::user::Entity>(tx, 0, user_id).await?)?;
    for organization in &organizations {
        let mut entry = origin.entry(Action::Edit, "user", uuid).before(before.as_str()).after(after.as_str());
        entry.extra = change.extra.map(|what| serde_json::json!({ "changed": what }).to_string());
        trail::append(tx, *organization, vec![entry]).await?;
    }
    // Somebody who belongs nowhere has no trail to tell of them.
    Ok(if organizations.is_empty() { Outcome::Bookkeeping(()) } else { Outcome::Changed(()) })
}

/// The organization with this slug.
pub async fn find_organization(tx: &mut Tx, slug: &str) -> Result<Option<Row>> {
    find(tx, "SELECT id, uuid FROM organization WHERE slug = $1", slug).await
}

/// The person with this username.
pub async fn find_user(tx: &mut Tx, username: &str) -> Result<Option<Row>> {
    find(tx, "SELECT id, uuid FROM \"user\" WHERE username = $1", username).await
}

async fn find(tx: &mut Tx, sql: &str, name: &str) -> Result<Option<Row>> {
    if !storable(name) {
        return Ok(None);
    }
    let rows = tx.fetch(&Statement::new(sql, vec![Arg::text(name)], vec![Kind::Long, Kind::Uuid])).await?;
    match rows.row(0) {
        [id, uuid] => Ok(Some(Row { id: filled(id.as_int())?, uuid: filled(uuid.as_uuid())? })),
        _ => Ok(None),
    }
}

async fn insert(tx: &mut Tx, table: &Table, row: Vec<Cell>) -> Result<i64> {
    filled(bulk::insert(tx, table, vec![row]).await?.first().copied())
}

/// A row as the trail shows it.
async fn shown<E>(tx: &mut Tx, organization_id: i64, id: i64) -> Result<Option<String>>
where
    E: EntityTrait + EntityName + Default,
{
    Shape::of::<E>(&[]).take(tx, organization_id, &[id]).await.map(|mut taken| taken.remove(&id))
}

fn text_fault(field: &str, text: &str) -> Option<Fault> {
    let fit = (1..=255).contains(&text.chars().count()) && !text.chars().any(char::is_control) && text.trim() == text;
    (!fit).then(|| Fault::field(field, "must be 1 to 255 characters without control characters or blanks around"))
}

fn refuse(faults: Vec<Fault>) -> Result<()> {
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}
