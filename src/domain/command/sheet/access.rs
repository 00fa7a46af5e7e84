//! API keys, and access to the data export (contract action_audit 1.3).

use futures_util::future::BoxFuture;

use super::super::act::{Act, Gives, Sheet};
use super::super::desk::Desk;
use super::super::draft::Draft;
use super::super::order::{Done, Given, Order};
use super::super::run::target;
use super::people::person;
use crate::domain::cell::{Cell, json};
use crate::domain::cx::Role;
use crate::domain::db::Arg;
use crate::domain::describe::Noun;
use crate::domain::error::{Error, Result};
use crate::domain::model::model;

/// The one scope of a key for the data export.
const DATA_API_SCOPE: &str = "action_audit:read";

/// The scope that lets an API key with scopes make keys and show their tokens.
const MANAGE_KEYS: &str = "api_keys:manage";

/// Sheets of keys.
pub fn sheets() -> Vec<Sheet> {
    vec![
        Sheet::of("ApiKey", Role::Member)
            .roles(None, Some(Role::Member), None)
            .fields(&["label", "expiresAt"])
            .check(&["label"], super::super::entry::Check::Line(100))
            .fill(usable),
    ]
}

fn key() -> Option<&'static Noun> {
    model().noun("ApiKey")
}

/// Commands of keys and access.
pub fn specials() -> Vec<Act> {
    let (Some(key), Some(membership)) = (key(), model().noun("Membership")) else { return Vec::new() };
    let mut create = Act::special(
        "createApiKey",
        "Makes an API key that acts as you, and shows its token.",
        Role::Member,
        (Gives::Token(key), create_key),
    );
    // A key that is limited must not get hold of one that is not.
    create.scope = MANAGE_KEYS;
    let fields =
        ["label", "scopes", "expiresAt"].iter().filter_map(|name| super::super::entry::Entry::field(key, name));
    create.entries = fields.collect();
    let mut show = Act::special(
        "showApiToken",
        "Shows the token of one of your API keys again.",
        Role::Member,
        (Gives::Token(key), show_token),
    );
    show.scope = MANAGE_KEYS;
    vec![
        create,
        Act::special(
            "revokeApiKey",
            "Withdraws an API key; it is refused from the next request on.",
            Role::Member,
            (Gives::One(key), revoke_key),
        )
        .on("ApiKey"),
        show.on("ApiKey"),
        Act::special(
            "grantApiAccess",
            "Lets a person use the data export and REST surfaces that ask for it, and makes their export key.",
            Role::Admin,
            (Gives::One(membership), grant),
        )
        .takes(person("userId", "The person."))
        .wide(),
        Act::special(
            "withdrawApiAccess",
            "Takes API access away from a person and withdraws their export key.",
            Role::Admin,
            (Gives::One(membership), withdraw),
        )
        .takes(person("userId", "The person."))
        .wide(),
    ]
}

fn usable<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        if draft.before.as_ref().is_some_and(|record| record.has("revoked_at")) {
            return Err(Error::Rule("REVOKED", "the key was withdrawn".to_owned()));
        }
        if draft.changes("expires_at") && draft.cell("expires_at").as_time().is_some_and(|end| end <= desk.now()) {
            draft.fault("expiresAt", "INVALID", "lies in the past");
        }
        Ok(())
    })
}

fn create_key<'a>(desk: &'a mut Desk<'_>, _: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(async move {
        if let Some(end) = order.cell("expiresAt").and_then(Cell::as_time)
            && end <= desk.now()
        {
            return Err(Error::invalid("expiresAt", "lies in the past"));
        }
        let mut columns: Vec<(&'static str, Cell)> =
            vec![("user_id", desk.caller.user_id.into()), ("purpose", "GENERAL".into())];
        for (entry, column) in [("label", "label"), ("scopes", "scopes"), ("expiresAt", "expires_at")] {
            columns.extend(order.cell(entry).map(|cell| (column, cell.clone())));
        }
        let record = desk.insert_row(key().ok_or(Error::Internal)?, columns, None).await?;
        Ok(Done::row(record.uuid))
    })
}

fn revoke_key<'a>(desk: &'a mut Desk<'_>, act: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(async move {
        let record = target(desk, act, order).await?;
        if !record.has("revoked_at") {
            let now = desk.now();
            desk.update_row(&record, vec![("revoked_at", now.into())], None).await?;
        }
        Ok(Done::row(record.uuid))
    })
}

fn show_token<'a>(desk: &'a mut Desk<'_>, act: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(async move {
        let record = target(desk, act, order).await?;
        if record.number("user_id") != Some(desk.caller.user_id) {
            return Err(Error::Forbidden("only the person whose key it is may see its token"));
        }
        if record.has("revoked_at") {
            return Err(Error::Rule("REVOKED", "the key was withdrawn".to_owned()));
        }
        Ok(Done::row(record.uuid))
    })
}

/// The id of the person who is named.
fn named(desk: &Desk<'_>, order: &Order) -> Result<i64> {
    let noun = model().noun("User").ok_or(Error::Internal)?;
    let uuid = match order.values.get("userId") {
        Some(Given::One(Some(uuid))) => Some(*uuid),
        _ => None,
    };
    uuid.and_then(|uuid| desk.found.id(noun, uuid)).ok_or_else(|| Error::invalid("userId", "names nobody"))
}

async fn set_access(desk: &mut Desk<'_>, user_id: i64, access: bool) -> Result<Done> {
    let membership = desk.load_all("Membership", "user_id", user_id).await?;
    let membership = membership.into_iter().next().ok_or(Error::NotFound("membership"))?;
    if membership.cell("api_access").as_bool() != Some(access) {
        desk.update_row(&membership, vec![("api_access", access.into())], None).await?;
    }
    Ok(Done::row(membership.uuid))
}

async fn export_key(desk: &mut Desk<'_>, user_id: i64) -> Result<Option<i64>> {
    let sql = "SELECT id FROM api_key WHERE organization_id = $1 AND user_id = $2 AND purpose = 'DATA_API' AND revoked_at \
               IS NULL";
    desk.number(sql, vec![Arg::long(desk.organization_id), Arg::long(user_id)]).await
}

fn grant<'a>(desk: &'a mut Desk<'_>, _: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(async move {
        let user_id = named(desk, order)?;
        let done = set_access(desk, user_id, true).await?;
        if export_key(desk, user_id).await?.is_none() {
            let scopes = json(&serde_json::json!([DATA_API_SCOPE]));
            let columns = vec![
                ("user_id", user_id.into()),
                ("purpose", "DATA_API".into()),
                ("label", "Data API".into()),
                ("scopes", scopes),
            ];
            desk.insert_row(key().ok_or(Error::Internal)?, columns, None).await?;
        }
        Ok(done)
    })
}

fn withdraw<'a>(desk: &'a mut Desk<'_>, _: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(async move {
        let user_id = named(desk, order)?;
        let done = set_access(desk, user_id, false).await?;
        let known = export_key(desk, user_id).await?;
        if let Some(record) = desk.load_id("ApiKey", known).await? {
            let now = desk.now();
            desk.update_row(&record, vec![("revoked_at", now.into())], None).await?;
        }
        Ok(done)
    })
}
