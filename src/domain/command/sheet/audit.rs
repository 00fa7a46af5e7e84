//! Audits.

use futures_util::future::BoxFuture;

use super::super::act::Sheet;
use super::super::desk::Desk;
use super::super::draft::Draft;
use super::super::entry::{Check, Slot};
use super::super::order::Given;
use super::super::record::Record;
use super::super::workflow::audit as flow;
use super::activity::from_questions;
use super::numbers;
use super::plan::in_order;
use super::settings::level_of_standard;
use crate::domain::cell::{Cell, Kind};
use crate::domain::cx::Role;
use crate::domain::db::{Arg, Statement};
use crate::domain::error::{Error, Fault, Result};
use crate::domain::model::model;

/// The sheet of audits.
pub fn sheets() -> Vec<Sheet> {
    let (Some(item), Some(layout)) = (model().noun("Item"), model().noun("Layout")) else { return Vec::new() };
    vec![
        Sheet::of("Audit", Role::Member)
            .roles(Some(Role::Member), Some(Role::Member), Some(Role::Admin))
            .fields(&["number", "name", "title", "description", "type", "auditType", "layer", "startDate", "dueDate"])
            .fields(&["finishDate", "floatingDates", "correctivePlanStartDate", "correctivePlanDueDate", "publishedAt"])
            .fields(&["completeBy", "status", "statusColor", "priority", "compliant", "closeAuditEnabled"])
            .fields(&[
                "scoreAlternative",
                "auditThreshold",
                "auditResult",
                "reportUrl",
                "signatureUrl",
                "signaturePrint",
            ])
            .fields(&["signaturePosition", "additionalSignatureUrl", "additionalSignaturePrint"])
            .fields(&["additionalSignaturePosition", "closedBySignatureUrl", "closingNotes", "notes", "feedback"])
            .fields(&["device", "latitude", "longitude", "metadata", "tags", "updateInventory"])
            .extra("scoreMain", Slot::Extra(Kind::Decimal), "Score; null = the weighted mean of its activities.")
            .extra(
                "countStock",
                Slot::Extra(Kind::Bool),
                "Makes a count of every stock level of the location that is not empty (inventory audit).",
            )
            .extra("itemIds", Slot::Rows(item), "Counts these items only.")
            .extra("layoutIds", Slot::Rows(layout), "Counts at these layouts only.")
            .refers(&["asset", "area", "template", "orgUnit", "standard", "conformanceLevel", "program", "schedule"])
            .refers(&["auditor", "correctivePlanOwner", "correctivePlanAssignee", "auditedWorker"])
            .fixed(&["number", "assetId", "templateId", "countStock", "itemIds", "layoutIds"])
            .prose(&["description", "closingNotes", "notes", "feedback"])
            .check(&["number"], Check::Line(100))
            .check(&["title"], Check::Line(200))
            .check(&["latitude"], Check::Between(-90, 90))
            .check(&["longitude"], Check::Between(-180, 180))
            .check(&["metadata"], Check::Object)
            .owns("Activity", "audit_id")
            .owns("CountTask", "audit_id")
            .frees("Issue", &["audit_id", "activity_id"])
            .fill(audit)
            .after(audit_done),
    ]
}

fn audit<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        if let Some(cell) = draft.order.cell("scoreMain") {
            draft.set("score_main", cell.clone());
        }
        in_order(draft, ("start_date", "due_date"), "dueDate");
        in_order(draft, ("ap_start_date", "ap_due_date"), "correctivePlanDueDate");
        if let Some(before) = &draft.before {
            let before = before.clone();
            flow::may_edit(&before, draft)?;
            if !draft.changed().is_empty() {
                for (column, cell) in desk.actor() {
                    draft.set(column, cell);
                }
            }
        } else {
            new(desk, draft).await?;
        }
        level_of_standard(desk, draft, ("standard_id", "conformance_level_id", "conformanceLevelId")).await
    })
}

async fn new(desk: &mut Desk<'_>, draft: &mut Draft<'_>) -> Result<()> {
    draft.set("creator_id", desk.caller.user_id);
    draft.set("created_by_key_id", desk.key_id());
    for (column, cell) in desk.actor() {
        draft.set(column, cell);
    }
    let asset = desk.load_id("Asset", draft.number("asset_id")).await?;
    let organization = desk.load_id("Organization", Some(desk.organization_id)).await?.ok_or(Error::Internal)?;
    if let Some(asset) = &asset {
        if asset.has("archived_at") {
            out_of_use(draft);
            return Ok(());
        }
        draft.set("asset_kind", asset.cell("kind").clone());
    }
    standards(desk, draft, asset.as_ref(), &organization).await?;
    counts(desk, draft, asset.as_ref()).await?;
    // Numbers are taken last: a refused audit takes none, as the transaction gives them back.
    let sequence = match &asset {
        Some(asset) => numbers::of_used_asset(desk, "audit_counter", asset.id).await?,
        None => None,
    };
    if asset.is_some() && sequence.is_none() {
        out_of_use(draft);
        return Ok(());
    }
    draft.set("asset_sequence", sequence);
    number(desk, draft).await?;
    let number = draft.text("number").to_owned();
    if !draft.has("name") {
        let title = draft.text("title").to_owned();
        draft.set("name", if title.is_empty() { number.clone() } else { title });
    }
    draft.set("number_tail", numbers::tail(&number.to_ascii_lowercase()));
    draft.set("number_norm", number.to_ascii_lowercase());
    Ok(())
}

fn out_of_use(draft: &mut Draft<'_>) {
    draft.fault("assetId", "ARCHIVED", "is out of use");
}

/// The standard and level of an audit that names none: the asset's, else the organization's (contract ablebase 4.3).
async fn standards(
    desk: &mut Desk<'_>,
    draft: &mut Draft<'_>,
    asset: Option<&Record>,
    organization: &Record,
) -> Result<()> {
    if draft.has("standard_id") {
        return Ok(());
    }
    let own = asset.and_then(|asset| asset.number("standard_id"));
    let standard = own.or(organization.number("default_standard_id"));
    draft.set("standard_id", standard);
    if draft.has("conformance_level_id") {
        return Ok(());
    }
    let levels = [
        asset.and_then(|asset| asset.number("conformance_level_id")),
        organization.number("default_conformance_level_id"),
    ];
    for level in levels.into_iter().flatten() {
        let sql = "SELECT standard_id FROM conformance_level WHERE id = $1";
        if standard.is_some() && desk.number(sql, vec![Arg::long(level)]).await? == standard {
            draft.set("conformance_level_id", level);
            break;
        }
    }
    Ok(())
}

async fn number(desk: &mut Desk<'_>, draft: &mut Draft<'_>) -> Result<()> {
    let asset = draft.number("asset_id");
    let (on, args) = match asset {
        Some(asset) => ("asset_id = $3", vec![Arg::long(asset)]),
        None => ("asset_id IS NULL", Vec::new()),
    };
    let sql = format!("SELECT id FROM audit WHERE organization_id = $1 AND number = $2 AND {on}");
    let organization = desk.organization_id;
    let known = |number: &str| {
        let mut all = vec![Arg::long(organization), Arg::text(number)];
        all.extend(args.iter().cloned());
        all
    };
    if draft.has("number") {
        let number = draft.text("number").trim().to_owned();
        if desk.number(&sql, known(&number)).await?.is_some() {
            draft.fault("number", "TAKEN", "is taken by another audit of the asset");
        }
        draft.set("number", number);
        return Ok(());
    }
    loop {
        let number = format!("AUD-{}", numbers::of_organization(desk, "audit_counter").await?);
        if desk.number(&sql, known(&number)).await?.is_none() {
            draft.set("number", number);
            return Ok(());
        }
    }
}

/// Checks what is to be counted (contract packagex 2.4).
async fn counts(desk: &mut Desk<'_>, draft: &mut Draft<'_>, asset: Option<&Record>) -> Result<()> {
    if !wants_counts(draft) {
        return Ok(());
    }
    if asset.is_none_or(|asset| asset.text("kind") != "LOCATION") {
        draft.fault("assetId", "INVALID", "must be an asset of kind LOCATION, where stock is counted");
        return Ok(());
    }
    strangers(desk, draft).await?;
    let found = eligible(desk, draft).await?.len();
    match found {
        0 => draft.fault("countStock", "NO_ELIGIBLE_TASKS", "finds no stock to count"),
        101.. => draft.fault("countStock", "TOO_MANY_TASKS", format!("finds {found} counts; at most 100 are allowed")),
        _ => {}
    }
    Ok(())
}

/// Refuses layouts of other locations.
async fn strangers(desk: &mut Desk<'_>, draft: &mut Draft<'_>) -> Result<()> {
    let (Some(Given::Many(uuids)), Some(asset)) = (draft.order.values.get("layoutIds"), draft.number("asset_id"))
    else {
        return Ok(());
    };
    let here = desk.load_all("Layout", "asset_id", asset).await?;
    for (position, uuid) in uuids.iter().enumerate() {
        let is_known = model().noun("Layout").is_some_and(|noun| desk.found.id(noun, *uuid).is_some());
        if is_known && here.iter().all(|layout| layout.uuid != *uuid) {
            let path = vec!["layoutIds".to_owned(), position.to_string()];
            draft.extend([Fault { path, code: "NOT_FOUND", message: "is no layout of the location".to_owned() }]);
        }
    }
    Ok(())
}

fn wants_counts(draft: &Draft<'_>) -> bool {
    draft.order.cell("countStock").and_then(Cell::as_bool) == Some(true)
        || ["itemIds", "layoutIds"].iter().any(|name| draft.order.values.contains_key(name))
}

/// Stock to be counted: layout, item and quantity, by layout and item.
async fn eligible(desk: &mut Desk<'_>, draft: &Draft<'_>) -> Result<Vec<Vec<Cell>>> {
    let sql = "SELECT layout_id, item_id, available_qty FROM stock_level WHERE organization_id = $1 AND asset_id = $2 AND \
               available_qty <> 0 ORDER BY layout_id, item_id";
    let args = vec![Arg::long(desk.organization_id), Arg::long(draft.number("asset_id").unwrap_or_default())];
    let rows = desk.fetch(&Statement::new(sql, args, vec![Kind::Long, Kind::Long, Kind::Decimal])).await?;
    let among = |name: &str, noun: &str| -> Option<Vec<i64>> {
        let Some(Given::Many(uuids)) = draft.order.values.get(name) else { return None };
        let noun = model().noun(noun)?;
        Some(uuids.iter().filter_map(|uuid| desk.found.id(noun, *uuid)).collect())
    };
    let (layouts, items) = (among("layoutIds", "Layout"), among("itemIds", "Item"));
    let wanted = |cell: Option<&Cell>, ids: &Option<Vec<i64>>| {
        let Some(ids) = ids else { return true };
        cell.and_then(Cell::as_int).is_some_and(|id| ids.contains(&id))
    };
    Ok(rows
        .iter()
        .filter(|row| wanted(row.first(), &layouts) && wanted(row.get(1), &items))
        .map(<[Cell]>::to_vec)
        .collect())
}

fn audit_done<'a>(desk: &'a mut Desk<'_>, draft: &'a Draft<'_>, record: &'a Record) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        if !draft.is_new() {
            return Ok(());
        }
        from_questions(desk, record, "audit_id").await?;
        if wants_counts(draft) {
            let noun = model().noun("CountTask").ok_or(Error::Internal)?;
            let row = |row| std::iter::once(Cell::from(record.id)).chain(row).collect();
            let rows = eligible(desk, draft).await?.into_iter().map(row).collect();
            let names = ["audit_id", "layout_id", "item_id", "total_qty"];
            desk.insert_rows(noun, &names, rows, Some(record.uuid)).await?;
        }
        Ok(())
    })
}
