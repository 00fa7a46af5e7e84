//! What the review of an inventory audit does with its counts (contract packagex 2.5).

use rust_decimal::Decimal;

use super::super::desk::Desk;
use super::super::record::Record;
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Arg, Statement};
use crate::domain::error::{Error, Result};
use crate::domain::model::model;

/// Where the discrepancies of an audit lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inventory {
    /// It has no counts.
    None,
    /// All within the organization's threshold.
    Within,
    /// Some above it.
    Above,
}

/// The counts of an audit.
pub async fn tasks(desk: &mut Desk<'_>, audit: &Record) -> Result<Vec<Record>> {
    desk.load_all("CountTask", "audit_id", audit.id).await
}

fn decimal(cell: &Cell) -> Decimal {
    if let Cell::Decimal(value) = cell { *value } else { Decimal::ZERO }
}

fn discrepancy(task: &Record) -> Decimal {
    (decimal(task.cell("counted_qty")) - decimal(task.cell("total_qty"))).abs()
}

async fn threshold(desk: &mut Desk<'_>) -> Result<Decimal> {
    let organization = desk.load_id("Organization", Some(desk.organization_id)).await?.ok_or(Error::Internal)?;
    Ok(decimal(organization.cell("discrepancy_threshold")))
}

/// The stock level at a location, layout and item, with its quantity.
pub async fn stock(desk: &mut Desk<'_>, (asset, layout, item): (i64, i64, i64)) -> Result<Option<(i64, Decimal)>> {
    let sql = "SELECT id, available_qty FROM stock_level WHERE organization_id = $1 AND asset_id = $2 AND layout_id = $3 \
               AND item_id = $4";
    let args = vec![Arg::long(desk.organization_id), Arg::long(asset), Arg::long(layout), Arg::long(item)];
    let rows = desk.fetch(&Statement::new(sql, args, vec![Kind::Long, Kind::Decimal])).await?;
    Ok(rows.cell(0, 0).as_int().map(|id| (id, decimal(rows.cell(0, 1)))))
}

fn key(audit: &Record, task: &Record) -> (i64, i64, i64) {
    let number = |column: &str| task.number(column).unwrap_or(0);
    (audit.number("asset_id").unwrap_or(0), number("layout_id"), number("item_id"))
}

/// Whether every discrepancy above the threshold has a reason.
pub async fn reasons_given(desk: &mut Desk<'_>, audit: &Record) -> Result<bool> {
    let threshold = threshold(desk).await?;
    let tasks = tasks(desk, audit).await?;
    Ok(tasks.iter().all(|task| discrepancy(task) <= threshold || task.has("reason_code_id")))
}

/// Reads the quantities by the books again, refuses large discrepancies without a reason, and says where they lie.
pub async fn freeze(desk: &mut Desk<'_>, audit: &Record) -> Result<Inventory> {
    let threshold = threshold(desk).await?;
    let mut found = Inventory::None;
    for task in tasks(desk, audit).await? {
        let total = stock(desk, key(audit, &task)).await?.map(|(_, quantity)| quantity).unwrap_or_default();
        let task = if total == decimal(task.cell("total_qty")) {
            task
        } else {
            desk.update_row(&task, vec![("total_qty", total.into())], Some(audit.uuid)).await?
        };
        let is_above = discrepancy(&task) > threshold;
        if is_above && !task.has("reason_code_id") {
            let rule = "every discrepancy above the organization's threshold needs a reason code";
            return Err(Error::Rule("REASON_CODE_REQUIRED", rule.to_owned()));
        }
        found = match (found, is_above) {
            (Inventory::Above, _) | (_, true) => Inventory::Above,
            _ => Inventory::Within,
        };
    }
    Ok(found)
}

/// Writes the counts of an approved audit to the stock, and says when everything in it was audited last.
pub async fn reconcile(desk: &mut Desk<'_>, audit: &Record) -> Result<()> {
    let tasks = tasks(desk, audit).await?;
    audited(desk, "asset", audit.number("asset_id").into_iter().collect()).await?;
    if tasks.is_empty() || audit.cell("update_inventory").as_bool() != Some(true) {
        return Ok(());
    }
    let noun = model().noun("StockLevel").ok_or(Error::Internal)?;
    for task in &tasks {
        let change = decimal(task.cell("counted_qty")) - decimal(task.cell("total_qty"));
        if change.is_zero() {
            continue;
        }
        let (asset, layout, item) = key(audit, task);
        let known = stock(desk, (asset, layout, item)).await?;
        let quantity = known.map(|(_, quantity)| quantity).unwrap_or_default() + change;
        if quantity < Decimal::ZERO {
            let message = "the stock would become negative; count again";
            return Err(Error::Rule("INVENTORY_CONFLICT", message.to_owned()));
        }
        match desk.load_id("StockLevel", known.map(|(id, _)| id)).await? {
            Some(level) => {
                desk.update_row(&level, vec![("available_qty", quantity.into())], Some(audit.uuid)).await?;
            }
            None => {
                let columns = vec![
                    ("asset_id", Cell::from(asset)),
                    ("layout_id", layout.into()),
                    ("item_id", item.into()),
                    ("available_qty", quantity.into()),
                ];
                desk.insert_row(noun, columns, Some(audit.uuid)).await?;
            }
        }
    }
    let ids = |column: &str| tasks.iter().filter_map(|task| task.number(column)).collect();
    audited(desk, "item", ids("item_id")).await?;
    audited(desk, "layout", ids("layout_id")).await
}

/// Says when rows were audited last. Not told in the trail: the audits that did it are.
async fn audited(desk: &mut Desk<'_>, table: &str, ids: Vec<i64>) -> Result<()> {
    let among = match desk.store() {
        crate::domain::db::Store::Postgres => "= ANY($3::bigint[])",
        crate::domain::db::Store::Sqlite => "IN (SELECT value FROM json_each($3))",
    };
    let sql = format!("UPDATE \"{table}\" SET last_audited_at = $1 WHERE organization_id = $2 AND id {among}");
    let args = vec![Arg::one(Kind::Time, desk.now()), Arg::long(desk.organization_id), Arg::longs(ids)];
    desk.fetch(&Statement::new(sql, args, Vec::new())).await.map(|_| ())
}
