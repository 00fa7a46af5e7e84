//! Assets: a tree whose rows know their way down from the root.

use futures_util::future::BoxFuture;

use super::super::act::{Act, Gives, Sheet};
use super::super::desk::Desk;
use super::super::draft::Draft;
use super::super::entry::{Check, Entry};
use super::super::order::{Done, Given, Order};
use super::super::record::Record;
use super::super::run::target;
use super::settings::level_of_standard;
use crate::domain::bulk;
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::Role;
use crate::domain::db::{Arg, Statement};
use crate::domain::error::{Error, Result};
use crate::domain::identity::{SLUG, is_slug};
use crate::domain::model::model;

/// Deepest way from a root to an asset.
const DEEPEST: usize = 50;

/// The sheet of assets.
pub fn sheets() -> Vec<Sheet> {
    vec![
        Sheet::of("Asset", Role::Member)
            .roles(Some(Role::Admin), Some(Role::Admin), Some(Role::Admin))
            .fields(&["name", "slug", "kind", "description", "metadata", "auditFrequencyMonths", "pinned", "address"])
            .fields(&["city", "region", "postalCode", "country", "phone", "latitude", "longitude"])
            .refers(&["parent", "profile", "standard", "conformanceLevel"])
            .required(&["name"])
            .fixed(&["parentId"])
            .prose(&["description"])
            .check(&["metadata"], Check::Array)
            .check(&["auditFrequencyMonths"], Check::Between(0, 1_200))
            .check(&["latitude"], Check::Between(-90, 90))
            .check(&["longitude"], Check::Between(-180, 180))
            .unique(&["slug"], "slug")
            .archived(Role::Admin, "archived_at", None)
            .fill(asset)
            .after(asset_done),
    ]
}

/// Moving an asset.
pub fn specials() -> Vec<Act> {
    let Some(noun) = model().noun("Asset") else { return Vec::new() };
    let doc = "Hangs an asset, with everything below it, below another one, or makes it a root.";
    let mut act = Act::special("moveAsset", doc, Role::Admin, (Gives::One(noun), move_asset)).on("Asset");
    act.entries = Entry::relation(noun, "parent").into_iter().collect();
    vec![act]
}

fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars() {
        match letter.to_ascii_lowercase() {
            letter @ ('a'..='z' | '0'..='9') => slug.push(letter),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(50);
    slug.trim_end_matches('-').to_owned()
}

async fn free_slug(desk: &mut Desk<'_>, name: &str) -> Result<String> {
    let stem = Some(slug_of(name)).filter(|slug| !slug.is_empty()).unwrap_or_else(|| "asset".to_owned());
    let sql =
        "SELECT slug FROM asset WHERE organization_id = $1 AND (slug = $2 OR substr(slug, 1, length($2) + 1) = $3)";
    let args = vec![Arg::long(desk.organization_id), Arg::text(stem.as_str()), Arg::text(format!("{stem}-"))];
    let rows = desk.fetch(&Statement::new(sql, args, vec![Kind::Text])).await?;
    let known: std::collections::HashSet<&str> = rows.iter().filter_map(|row| row.first()?.as_str()).collect();
    if !known.contains(stem.as_str()) {
        return Ok(stem);
    }
    let free = (2..).map(|n| format!("{stem}-{n}")).find(|slug| !known.contains(slug.as_str()));
    free.ok_or(Error::Internal)
}

fn asset<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        level_of_standard(desk, draft, ("standard_id", "conformance_level_id", "conformanceLevelId")).await?;
        if draft.is_new() {
            let parent = desk.load_id("Asset", draft.number("parent_id")).await?;
            if parent.as_ref().is_some_and(|record| record.has("archived_at")) {
                draft.fault("parentId", "ARCHIVED", "is out of use");
            }
            let above = parent.map(|record| record.text("path").to_owned()).unwrap_or_default();
            if above.matches('/').count() >= DEEPEST {
                draft.fault("parentId", "TOO_DEEP", format!("lies {DEEPEST} assets deep"));
            }
            let ids = bulk::reserve(desk.tx(), "asset", 1).await?;
            let id = ids.first().copied().ok_or(Error::Internal)?;
            draft.set("id", id);
            draft.set("path", format!("{above}{id:012}/"));
            if !draft.has("slug") {
                let slug = free_slug(desk, draft.text("name")).await?;
                draft.set("slug", slug);
            }
        }
        if draft.changes("slug") && !is_slug(draft.text("slug")) {
            draft.fault("slug", "INVALID", SLUG);
        }
        if draft.has("archived_at") && draft.cell("archived_at").is_null() {
            let parent = desk.load_id("Asset", draft.number("parent_id")).await?;
            if parent.is_some_and(|record| record.has("archived_at")) {
                return Err(Error::Rule("PARENT_ARCHIVED", "the asset above it is out of use".to_owned()));
            }
        }
        Ok(())
    })
}

/// The assets below one, by id.
async fn below(desk: &mut Desk<'_>, record: &Record) -> Result<Vec<Record>> {
    let mut found = Vec::new();
    let mut parents = vec![record.id];
    while let Some(parent) = parents.pop() {
        for child in desk.load_all("Asset", "parent_id", parent).await? {
            parents.push(child.id);
            found.push(child);
        }
    }
    Ok(found)
}

fn asset_done<'a>(desk: &'a mut Desk<'_>, draft: &'a Draft<'_>, record: &'a Record) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let Some(before) = &draft.before else { return Ok(()) };
        if draft.changes("archived_at") {
            // Archiving covers everything below; coming back brings back what went with it.
            let (old, new) = (before.cell("archived_at").clone(), record.cell("archived_at").clone());
            for asset in below(desk, record).await? {
                if *asset.cell("archived_at") == old {
                    desk.update_row(&asset, vec![("archived_at", new.clone())], Some(record.uuid)).await?;
                }
            }
        }
        if draft.changes("kind") {
            // Audits carry their asset's kind, which their lists are indexed by.
            for audit in desk.load_all("Audit", "asset_id", record.id).await? {
                desk.update_row(&audit, vec![("asset_kind", record.cell("kind").clone())], Some(record.uuid)).await?;
            }
        }
        Ok(())
    })
}

fn move_asset<'a>(desk: &'a mut Desk<'_>, act: &'a Act, order: &'a Order) -> BoxFuture<'a, Result<Done>> {
    Box::pin(async move {
        let record = target(desk, act, order).await?;
        let Some(Given::One(uuid)) = order.values.get("parentId") else {
            return Err(Error::invalid("parentId", "is required; null makes a root"));
        };
        let parent = uuid.and_then(|uuid| desk.found.id(record.noun, uuid));
        let parent = desk.load_id("Asset", parent).await?;
        if parent.as_ref().map(|parent| parent.id) == record.number("parent_id") {
            return Ok(Done::row(record.uuid));
        }
        let own_path = record.text("path").to_owned();
        let above = parent.as_ref().map(|parent| parent.text("path").to_owned()).unwrap_or_default();
        if above.starts_with(&own_path) {
            return Err(Error::Rule("CYCLE", "an asset cannot hang below itself".to_owned()));
        }
        if parent.as_ref().is_some_and(|parent| parent.has("archived_at")) {
            return Err(Error::Rule("PARENT_ARCHIVED", "the asset above it is out of use".to_owned()));
        }
        let path = format!("{above}{:012}/", record.id);
        let all_below = below(desk, &record).await?;
        let deepest = all_below.iter().map(|asset| asset.text("path").len() - own_path.len()).max().unwrap_or(0);
        if (path.len() + deepest) / 13 > DEEPEST {
            return Err(Error::Rule("TOO_DEEP", format!("assets would lie more than {DEEPEST} deep")));
        }
        let parent_id: Cell = parent.map(|parent| parent.id).into();
        desk.update_row(&record, vec![("parent_id", parent_id), ("path", path.as_str().into())], None).await?;
        for asset in all_below {
            let moved = format!("{path}{}", &asset.text("path")[own_path.len()..]);
            desk.update_row(&asset, vec![("path", moved.into())], Some(record.uuid)).await?;
        }
        Ok(Done::row(record.uuid))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_makes_a_short_name() {
        assert_eq!(["Kiln line B", "  Café -- 2 ", "¿?"].map(super::slug_of), ["kiln-line-b", "caf-2", ""]);
    }
}
