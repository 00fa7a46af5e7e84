//! Items, layouts, stock and the reasons why a count differs.

use futures_util::future::BoxFuture;

use super::super::act::Sheet;
use super::super::desk::Desk;
use super::super::draft::Draft;
use super::super::entry::Check;
use crate::domain::cx::Role;
use crate::domain::error::Result;

const MOST: i64 = 999_999_999_999;

/// Sheets of inventory.
pub fn sheets() -> Vec<Sheet> {
    vec![
        Sheet::of("Item", Role::Member)
            .fields(&["name", "sku", "description", "unit"])
            .required(&["name"])
            .prose(&["description"])
            .unique(&["sku"], "sku"),
        Sheet::of("Layout", Role::Member)
            .fields(&["name", "description"])
            .refers(&["location"])
            .required(&["name", "locationId"])
            .fixed(&["locationId"])
            .prose(&["description"])
            .fill(layout),
        Sheet::of("StockLevel", Role::Member)
            .fields(&["availableQty"])
            .refers(&["location", "item", "layout"])
            .required(&["locationId", "itemId", "layoutId"])
            .fixed(&["locationId", "itemId", "layoutId"])
            .check(&["availableQty"], Check::Between(0, MOST))
            .unique(&["asset_id", "layout_id", "item_id"], "itemId")
            .fill(stock_level),
        Sheet::of("ReasonCode", Role::Admin)
            .fields(&["code", "name", "description", "active"])
            .required(&["code", "name"])
            .prose(&["description"])
            .unique(&["code"], "code"),
    ]
}

fn layout<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        if !draft.is_new() {
            return Ok(());
        }
        let asset = desk.load_id("Asset", draft.number("asset_id")).await?;
        if asset.is_some_and(|record| record.text("kind") != "LOCATION") {
            draft.fault("locationId", "INVALID", "must be an asset of kind LOCATION");
        }
        Ok(())
    })
}

fn stock_level<'a>(desk: &'a mut Desk<'_>, draft: &'a mut Draft<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        if !draft.is_new() {
            return Ok(());
        }
        let layout = desk.load_id("Layout", draft.number("layout_id")).await?;
        if layout.is_some_and(|record| record.number("asset_id") != draft.number("asset_id")) {
            draft.fault("layoutId", "INVALID", "is no layout of the asset");
        }
        Ok(())
    })
}
