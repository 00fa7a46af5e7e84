//! Organizations, memberships and people.

use futures_util::future::BoxFuture;

use super::super::act::{Act, Gives, Sheet, extra};
use super::super::desk::Desk;
use super::super::draft::Draft;
use super::super::entry::{Check, Entry, Slot};
use super::super::order::{Done, Order};
use super::super::record::Record;
use super::settings::level_of_standard;
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::Role;
use crate::domain::db::{Arg, Statement};
use crate::domain::error::{Error, Result};
use crate::domain::identity::{self, NewOrganization, SLUG, is_slug};
use crate::domain::model::model;
use crate::domain::trail::{self, Action};

/// Sheets of people and what they belong to.
pub fn sheets() -> Vec<Sheet> {
    vec![
        Sheet::of("Organization", Role::Admin)
            .roles(None, Some(Role::Admin), None)
            .fields(&["slug", "name", "timeZone", "defaultAuditFrequencyMonths", "discrepancyThreshold"])
            .fields(&["dataApiEnabled"])
            .refers(&["defaultStandard", "defaultConformanceLevel"])
            .required(&["slug", "name"])
            .fixed(&["slug"])
            .check(&["defaultAuditFrequencyMonths"], Check::Between(0, 1_200))
            .check(&["discrepancyThreshold"], Check::Between(0, 999_999_999_999))
            .fill(organization),
        Sheet::of("User", Role::Admin)
            .roles(Some(Role::Admin), Some(Role::Member), None)
            .fields(&["username", "email", "firstName", "lastName", "mobile", "position", "gender", "locale"])
            .fields(&["isRepresentative", "isRestricted", "avatarContentType", "avatarUrl", "status"])
            .extra(
                "password",
                Slot::Password,
                "Password to sign in with; without one nobody can sign in as the person.",
            )
            .extra("role", Slot::Word(crate::enumeration!(Role)), "Role in the organization; MEMBER without it.")
            .required(&["username"])
            .fixed(&["role"])
            .later(&["status"])
            .check(&["username"], Check::Line(150))
            .check(&["mobile"], Check::Line(50))
            .unique(&["username"], "username")
            .archived(Role::Admin, "status", Some(("ARCHIVED", "ACTIVE")))
            .fill(user)
            .after(user_done),
        Sheet::of("Membership", Role::Admin)
            .fields(&["role", "jobRoles"])
            .refers(&["orgUnit"])
            .extra("username", Slot::Extra(Kind::Text), "Username of the person.")
            .required(&["username"])
            .fixed(&["username"])
            .fill(membership)
            .after(membership_done)
            .leave(membership_ends),
    ]
}

/// Making organizations.
pub fn specials() -> Vec<Act> {
    let Some(noun) = model().noun("Organization") else { return Vec::new() };
    let mut organization = Act::special(
        "createOrganization",
        "Makes an organization; you become its owner. Ask with its slug in the header `X-Organization` to act in it.",
        Role::Member,
        (Gives::One(noun), create_organization),
    )
    .wide();
    let mut entries = vec![
        extra("slug", Kind::Text, "Short name in addresses; unique over the deployment."),
        extra("name", Kind::Text, "Name as shown."),
        extra("timeZone", Kind::Text, "IANA time zone; UTC without it."),
    ];
    for entry in entries.iter_mut().take(2) {
        entry.required = true;
    }
    organization.entries = entries;
    vec![organization]
}

fn is_zone(name: &str) -> bool {
    name.parse::<chrono_tz::Tz>().is_ok()
}

fn create_organization<'a>(desk: &'a mut Desk<'_>, _: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(async move {
        let text = |name: &str| order.text(name).unwrap_or_default().to_owned();
        let new = NewOrganization {
            slug: text("slug"),
            name: text("name"),
            time_zone: order.text("timeZone").unwrap_or("UTC").to_owned(),
            demonstration: false,
        };
        if !is_zone(&new.time_zone) {
            return Err(Error::invalid("timeZone", "is no IANA time zone"));
        }
        if identity::find_organization(desk.tx(), &new.slug).await?.is_some() {
            return Err(Error::taken("slug"));
        }
        let origin = desk.origin.clone();
        let user_id = desk.caller.user_id;
        let made = match identity::add_organization(desk.tx(), &origin, new).await? {
            crate::domain::db::Outcome::Changed(row) => row,
            _ => return Err(Error::Internal),
        };
        identity::add_member(desk.tx(), &origin, user_id, (made.id, Role::Owner)).await?;
        Ok(Done::row(made.uuid))
    })
}

fn organization<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        if draft.changes("slug") && !is_slug(draft.text("slug")) {
            draft.fault("slug", "INVALID", SLUG);
        }
        if draft.changes("time_zone") && !is_zone(draft.text("time_zone")) {
            draft.fault("timeZone", "INVALID", "is no IANA time zone");
        }
        let columns = ("default_standard_id", "default_conformance_level_id", "defaultConformanceLevelId");
        level_of_standard(desk, draft, columns).await
    })
}

/// Organizations that a person is a member of.
async fn organizations(desk: &mut Desk<'_>, user_id: i64) -> Result<Vec<i64>> {
    let sql = "SELECT organization_id FROM membership WHERE user_id = $1 ORDER BY organization_id";
    let rows = desk.fetch(&Statement::new(sql, vec![Arg::long(user_id)], vec![Kind::Long])).await?;
    Ok(rows.iter().filter_map(|row| row.first()?.as_int()).collect())
}

fn user<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let role = draft.order.text("role").map(Role::of);
        if role.flatten() > Some(desk.caller.role) {
            draft.fault("role", "FORBIDDEN", "is more than your own");
        }
        if draft.changes("email") && !draft.cell("email").is_null() && !is_mail(draft.text("email")) {
            draft.fault("email", "INVALID", "must be a mail address");
        }
        if draft.changes("username") && !is_username(draft.text("username")) {
            draft.fault("username", "INVALID", "must be letters, digits and @ . + - _");
        }
        if let Some(cell) = draft.order.cell("password") {
            draft.set("password_hash", cell.clone());
        }
        let Some(before) = draft.before.clone() else { return Ok(()) };
        let is_self = before.id == desk.caller.user_id;
        if !is_self && desk.caller.role < Role::Admin {
            return Err(Error::Forbidden("only an administrator may change another person"));
        }
        if is_self && desk.caller.role < Role::Admin && (draft.changes("status") || draft.changes("is_restricted")) {
            return Err(Error::Forbidden("only an administrator may change this"));
        }
        if is_self && draft.changes("status") {
            return Err(Error::Rule("OWN_ACCOUNT", "nobody may put their own account out of use".to_owned()));
        }
        if draft.changes("status") && draft.text("status") == "SYSTEM" {
            draft.fault("status", "INVALID", "is kept for the program itself");
        }
        if !is_self && organizations(desk, before.id).await?.len() > 1 {
            let message = "the person also belongs to other organizations; remove the membership instead";
            return Err(Error::Rule("SHARED_ACCOUNT", message.to_owned()));
        }
        if !is_self && role_of(desk, before.id).await? > Some(desk.caller.role) {
            return Err(Error::Forbidden("only an owner may change an owner"));
        }
        Ok(())
    })
}

async fn role_of(desk: &mut Desk<'_>, user_id: i64) -> Result<Option<Role>> {
    let sql = "SELECT role FROM membership WHERE organization_id = $1 AND user_id = $2";
    let args = vec![Arg::long(desk.organization_id), Arg::long(user_id)];
    let rows = desk.fetch(&Statement::new(sql, args, vec![Kind::Text])).await?;
    Ok(rows.cell(0, 0).as_str().and_then(Role::of))
}

fn user_done<'a>(desk: &'a mut Desk<'_>, draft: &'a Draft<'_>, record: &'a Record) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        if draft.is_new() {
            let role = draft.order.text("role").and_then(Role::of).unwrap_or(Role::Member);
            let noun = model().noun("Membership").ok_or(Error::Internal)?;
            let columns = vec![("user_id", Cell::from(record.id)), ("role", role.word().into())];
            desk.insert_row(noun, columns, Some(record.uuid)).await?;
            return Ok(());
        }
        if draft.changes("password_hash") || draft.changes("status") {
            let now = desk.now();
            identity::end_sessions(desk.tx(), record.id, now).await?;
        }
        // No snapshot shows a password, so the entry says that it is another.
        let extra = draft.changes("password_hash").then(|| serde_json::json!({ "changed": "password" }));
        if let Some(extra) = &extra {
            desk.remark(extra);
        }
        // The trails of the person's other organizations tell of it as well.
        let others: Vec<i64> = organizations(desk, record.id).await?;
        let own = desk.organization_id;
        let Some(before) = &draft.before else { return Ok(()) };
        if draft.changed().is_empty() {
            return Ok(());
        }
        for organization in others.into_iter().filter(|organization| *organization != own) {
            let entry = desk.origin.entry(Action::Edit, "user", record.uuid);
            let mut entry = entry.before(before.snapshot()).after(record.snapshot());
            entry.extra = extra.as_ref().map(ToString::to_string);
            trail::append(desk.tx(), organization, vec![entry]).await?;
        }
        Ok(())
    })
}

fn membership<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        if draft.is_new() {
            let username = draft.order.text("username").unwrap_or_default().to_owned();
            match identity::find_user(desk.tx(), &username).await? {
                None => draft.fault("username", "NOT_FOUND", "names nobody"),
                Some(user) => {
                    if role_of(desk, user.id).await?.is_some() {
                        draft.fault("username", "TAKEN", "is a member already");
                    }
                    draft.set("user_id", user.id);
                }
            }
        }
        let before = draft.before.as_ref().and_then(|record| Role::of(record.text("role")));
        let after = Role::of(draft.text("role")).unwrap_or(Role::Member);
        if before.max(Some(after)) > Some(desk.caller.role) {
            return Err(Error::Forbidden("only an owner may make or change an owner"));
        }
        if before == Some(Role::Owner) && after != Role::Owner {
            keep_an_owner(desk).await?;
        }
        Ok(())
    })
}

/// Refuses to leave an organization without an owner.
pub async fn keep_an_owner(desk: &mut Desk<'_>) -> Result<()> {
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM membership WHERE organization_id = $1 AND role = 'OWNER'";
    let owners = desk.number(sql, vec![Arg::long(desk.organization_id)]).await?;
    if owners > Some(1) {
        return Ok(());
    }
    Err(Error::Rule("LAST_OWNER", "an organization keeps at least one owner".to_owned()))
}

fn membership_done<'a>(desk: &'a mut Desk<'_>, draft: &'a Draft<'_>, record: &'a Record) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        if !draft.is_new() && draft.changes("role") {
            let (now, user_id) = (desk.now(), record.number("user_id").unwrap_or_default());
            identity::end_sessions(desk.tx(), user_id, now).await?;
        }
        Ok(())
    })
}

fn membership_ends<'a>(desk: &'a mut Desk<'_>, record: &'a Record) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let role = Role::of(record.text("role"));
        if role > Some(desk.caller.role) {
            return Err(Error::Forbidden("only an owner may remove an owner"));
        }
        if role == Some(Role::Owner) {
            keep_an_owner(desk).await?;
        }
        let (now, user_id) = (desk.now(), record.number("user_id").unwrap_or_default());
        identity::end_sessions(desk.tx(), user_id, now).await
    })
}

/// Letters, digits and @ . + - _ (contract auditcomply 5.4).
fn is_username(text: &str) -> bool {
    text.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '@' | '.' | '+' | '-' | '_'))
}

fn is_mail(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace) && text.len() <= 254
}

/// The one entry that names a person.
pub fn person(name: &'static str, doc: &'static str) -> Vec<Entry> {
    let Some(noun) = model().noun("User") else { return Vec::new() };
    let mut entry = Entry::extra(name, doc, Slot::Row(noun));
    entry.required = true;
    vec![entry]
}
