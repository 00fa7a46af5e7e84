//! What the review of an inventory audit does with its counts (contract packagex 2.5).

use std::collections::HashMap;

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

/// The quantity by the books of an item at a layout of a location.
pub async fn stock(desk: &mut Desk<'_>, (asset, layout, item): (i64, i64, i64)) -> Result<Decimal> {
    let sql = "SELECT available_qty FROM stock_level WHERE organization_id = $1 AND asset_id = $2 AND layout_id = $3 AND \
               item_id = $4";
    let args = vec![Arg::long(desk.organization_id), Arg::long(asset), Arg::long(layout), Arg::long(item)];
    let rows = desk.fetch(&Statement::new(sql, args, vec![Kind::Decimal])).await?;
    Ok(decimal(rows.cell(0, 0)))
}

/// The stock levels of the audit's location, by layout and item.
async fn levels(desk: &mut Desk<'_>, audit: &Record) -> Result<HashMap<(i64, i64), Record>> {
    let Some(asset) = audit.number("asset_id") else { return Ok(HashMap::new()) };
    let levels = desk.load_all("StockLevel", "asset_id", asset).await?;
    Ok(levels.into_iter().map(|level| (place(&level), level)).collect())
}

fn place(record: &Record) -> (i64, i64) {
    (record.number("layout_id").unwrap_or(0), record.number("item_id").unwrap_or(0))
}

fn quantity(level: Option<&Record>) -> Decimal {
    level.map(|level| decimal(level.cell("available_qty"))).unwrap_or_default()
}

/// The rule that everything is counted before review.
pub const UNCOUNTED: &str = "UNCOUNTED_TASKS";
/// The rule that large discrepancies have a reason.
pub const REASON_REQUIRED: &str = "REASON_CODE_REQUIRED";
/// The rule that no stock becomes negative.
pub const CONFLICT: &str = "INVENTORY_CONFLICT";

/// Counts that are not made yet.
pub async fn uncounted(desk: &mut Desk<'_>, audit: &Record) -> Result<Vec<Record>> {
    let mut tasks = tasks(desk, audit).await?;
    tasks.retain(|task| !task.has("counted_qty"));
    Ok(tasks)
}

/// Counts whose discrepancy is above the threshold and has no reason.
pub async fn unexplained(desk: &mut Desk<'_>, audit: &Record) -> Result<Vec<Record>> {
    let threshold = threshold(desk).await?;
    let mut tasks = tasks(desk, audit).await?;
    tasks.retain(|task| is_unexplained(task, threshold));
    Ok(tasks)
}

fn is_unexplained(task: &Record, threshold: Decimal) -> bool {
    discrepancy(task) > threshold && !task.has("reason_code_id")
}

/// The counts that a rule refuses, which has refused a step in this transaction; none for other rules.
pub async fn about(desk: &mut Desk<'_>, audit: &Record, code: &str) -> Result<Vec<Record>> {
    match code {
        UNCOUNTED => uncounted(desk, audit).await,
        REASON_REQUIRED => unexplained(desk, audit).await,
        CONFLICT => {
            let levels = levels(desk, audit).await?;
            let mut tasks = tasks(desk, audit).await?;
            tasks.retain(|task| corrected(task, levels.get(&place(task))) < Decimal::ZERO);
            Ok(tasks)
        }
        _ => Ok(Vec::new()),
    }
}

/// What a level becomes by a count.
fn corrected(task: &Record, level: Option<&Record>) -> Decimal {
    quantity(level) + decimal(task.cell("counted_qty")) - decimal(task.cell("total_qty"))
}

/// Reads the quantities by the books again, refuses large discrepancies without a reason, and says where they lie.
pub async fn freeze(desk: &mut Desk<'_>, audit: &Record) -> Result<Inventory> {
    let threshold = threshold(desk).await?;
    let levels = levels(desk, audit).await?;
    let (mut moved, mut tasks): (Vec<_>, Vec<_>) = (Vec::new(), Vec::new());
    for task in self::tasks(desk, audit).await? {
        let total = quantity(levels.get(&place(&task)));
        if total == decimal(task.cell("total_qty")) { tasks.push(task) } else { moved.push((task, total.into())) }
    }
    tasks.extend(desk.update_each("total_qty", moved, Some(audit.uuid)).await?);
    let mut found = Inventory::None;
    for task in &tasks {
        if is_unexplained(task, threshold) {
            let rule = "every discrepancy above the organization's threshold needs a reason code";
            return Err(Error::Rule(REASON_REQUIRED, rule.to_owned()));
        }
        found = match (found, discrepancy(task) > threshold) {
            (Inventory::Above, _) | (_, true) => Inventory::Above,
            _ => Inventory::Within,
        };
    }
    Ok(found)
}

/// Writes the counts of an approved audit to the stock, and says when everything in it was audited last.
pub async fn reconcile(desk: &mut Desk<'_>, audit: &Record) -> Result<()> {
    let tasks = tasks(desk, audit).await?;
    let is_kept = audit.cell("update_inventory").as_bool() != Some(true);
    if is_kept && !tasks.is_empty() {
        return Ok(());
    }
    audited(desk, "asset", audit.number("asset_id").into_iter().collect()).await?;
    if is_kept || tasks.is_empty() {
        return Ok(());
    }
    let noun = model().noun("StockLevel").ok_or(Error::Internal)?;
    let mut levels = levels(desk, audit).await?;
    let (mut changed, mut new) = (Vec::new(), Vec::new());
    for task in &tasks {
        let change = decimal(task.cell("counted_qty")) - decimal(task.cell("total_qty"));
        if change.is_zero() {
            continue;
        }
        let known = levels.remove(&place(task));
        let after = corrected(task, known.as_ref());
        if after < Decimal::ZERO {
            let message = "the stock would become negative; count again";
            return Err(Error::Rule(CONFLICT, message.to_owned()));
        }
        match known {
            Some(level) => changed.push((level, after.into())),
            None => {
                let (layout, item) = place(task);
                new.push(vec![audit.cell("asset_id").clone(), layout.into(), item.into(), after.into()]);
            }
        }
    }
    desk.update_each("available_qty", changed, Some(audit.uuid)).await?;
    desk.insert_rows(noun, &["asset_id", "layout_id", "item_id", "available_qty"], new, Some(audit.uuid)).await?;
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
