//! The warehouses: bins, articles, what lies where, and its counts.

use rust_decimal::Decimal;

use super::audit::Running;
use super::people::FOUNDED;
use super::world::World;
use crate::fields;
use crate::seed::draft::Key;

const ITEMS: &[(&str, &str, &str, &str)] = &[
    ("Cod fish fingers 450 g", "HF-10450", "Cartons of 12 packs", "carton"),
    ("Breaded plaice 2.5 kg", "HF-12500", "Catering bag", "bag"),
    ("Cod fillets 1 kg", "HF-13100", "Individually frozen", "carton"),
    ("Fish burger 100 g", "HF-14100", "Cartons of 40", "carton"),
    ("Smoked salmon 200 g", "HF-20200", "Skin pack", "carton"),
    ("Smoked mackerel 300 g", "HF-21300", "Skin pack", "carton"),
    ("Herring in tomato 170 g", "HF-30170", "Trays of 24 cans", "tray"),
    ("Sprats in oil 125 g", "HF-31125", "Trays of 24 cans", "tray"),
    ("Herring fillets in mustard 170 g", "HF-32170", "Trays of 24 cans", "tray"),
    ("Frying oil", "RM-00010", "Rapeseed, loose", "kg"),
    ("Folding carton 450 g", "PM-00450", "Flat, on pallets", "piece"),
    ("Stretch film", "PM-00900", "Rolls of 16 kg", "roll"),
];

/// Warehouse, bin, where it is, articles in it with their stock.
type Bin = (&'static str, &'static str, &'static str, &'static [(&'static str, i64)]);

const BINS: &[Bin] = &[
    ("waalhaven-warehouse", "A-01", "Aisle A, bay 1", &[("HF-10450", 412), ("HF-12500", 96)]),
    ("waalhaven-warehouse", "A-02", "Aisle A, bay 2", &[("HF-10450", 388), ("HF-13100", 140)]),
    ("waalhaven-warehouse", "A-03", "Aisle A, bay 3", &[("HF-14100", 220)]),
    ("waalhaven-warehouse", "B-01", "Aisle B, bay 1", &[("HF-20200", 75), ("HF-21300", 60)]),
    ("waalhaven-warehouse", "B-02", "Aisle B, bay 2", &[("HF-20200", 64)]),
    ("waalhaven-warehouse", "P-01", "Packaging, ground floor", &[("PM-00450", 18_500), ("PM-00900", 42)]),
    ("gdynia-store", "G-01", "Row 1", &[("HF-30170", 960), ("HF-31125", 720)]),
    ("gdynia-store", "G-02", "Row 2", &[("HF-32170", 540)]),
    ("gdynia-store", "G-03", "Row 3", &[("HF-30170", 310), ("RM-00010", 1_250)]),
];

const REASONS: &[(&str, &str, &str, bool)] = &[
    ("DAMAGED", "Damaged", "Crushed, torn or thawed.", true),
    ("MISPLACED", "Found elsewhere", "Lies in another bin.", true),
    ("UNBOOKED", "Movement not booked", "Taken or brought without a record.", true),
    ("EXPIRED", "Past its date", "Taken out because of its date.", true),
    ("SCALE", "Scale fault", "Used while the old floor scale was in use.", false),
];

/// One article in one bin.
#[derive(Clone, Copy, Debug)]
pub struct Level {
    place: &'static str,
    row: Key,
    item: Key,
    layout: Key,
    stock: i64,
    /// The count under way: its task and what was found.
    count: Option<(Key, i64)>,
}

/// Makes bins, articles, stock and reasons.
pub fn stock(world: &mut World) {
    let deed = world.deed("hanna.schulz", FOUNDED + 6, 480);
    for (name, sku, description, unit) in ITEMS {
        world.add("item", sku, deed, fields! { name: *name, sku: *sku, description: *description, unit: *unit });
    }
    for (code, name, description, active) in REASONS {
        world.add(
            "reason_code",
            code,
            deed,
            fields! {
                code: *code, name: *name, description: *description, active: *active,
            },
        );
    }
    for (place, bin, description, contents) in BINS {
        let asset = world.key("asset", place);
        let layout = world.add("layout", bin, deed, fields! { asset_id: asset, name: *bin, description: *description });
        for (sku, stock) in *contents {
            let item = world.key("item", sku);
            let row = world.draft.add(
                "stock_level",
                deed,
                fields! {
                    asset_id: asset, item_id: item, layout_id: layout, available_qty: Decimal::from(*stock),
                },
            );
            world.levels.push(Level { place, row, item, layout, stock: *stock, count: None });
        }
    }
}

/// Puts the articles of a place on the list of a count, after the movements since the last one.
pub fn listed(world: &mut World, running: &Running<'_>) {
    if running.pattern.symbol != "CNT" {
        return;
    }
    let place = running.visit.round.asset;
    let (moved, made) = (running.visit.made() - 1, running.visit.made());
    for index in 0..world.levels.len() {
        let Some(mut level) = world.levels.get(index).copied().filter(|level| level.place == place) else { continue };
        level.stock = (level.stock + world.draft.random.between(-level.stock / 6, level.stock / 5)).max(4);
        // What the gateway books at night it books under its own account.
        let deed = world.deed("scale.gateway", moved, 60);
        world.draft.edit(level.row, deed, fields! { available_qty: Decimal::from(level.stock) });
        let deed = world.deed("hanna.schulz", made, 482);
        let task = world.draft.add("count_task", deed, fields! {
            audit_id: running.key, item_id: level.item, layout_id: level.layout, total_qty: Decimal::from(level.stock),
        });
        level.count = Some((task, level.stock));
        put(world, index, level);
    }
}

fn put(world: &mut World, index: usize, level: Level) {
    if let Some(place) = world.levels.get_mut(index) {
        *place = level;
    }
}

/// Counts what is on the list.
pub fn counted(world: &mut World, running: &Running<'_>, day: i64) {
    if running.pattern.symbol != "CNT" {
        return;
    }
    let deed = world.deed("hanna.schulz", day, 835);
    for index in 0..world.levels.len() {
        let Some(mut level) = world.levels.get(index).copied() else { continue };
        let Some((task, _)) = level.count.filter(|_| level.place == running.visit.round.asset) else { continue };
        let difference = if world.draft.random.chance(65) { 0 } else { world.draft.random.between(-4, 3) };
        let found = (level.stock + difference).max(0);
        // The threshold of the organization is two.
        let reason = (difference.abs() > 2).then(|| world.draft.random.word(&["DAMAGED", "MISPLACED", "UNBOOKED"]));
        let reason = reason.map(|code| world.key("reason_code", code));
        world.draft.edit(task, deed, fields! { counted_qty: Decimal::from(found), reason_code_id: reason });
        level.count = Some((task, found));
        put(world, index, level);
    }
}

/// Takes the counts over into the stock.
pub fn approved(world: &mut World, running: &Running<'_>, day: i64) {
    if running.pattern.symbol != "CNT" {
        return;
    }
    let deed = world.deed("marta.manager", day, 960);
    let mut layouts: Vec<Key> = Vec::new();
    for index in 0..world.levels.len() {
        let Some(mut level) = world.levels.get(index).copied() else { continue };
        let Some((_, found)) = level.count.filter(|_| level.place == running.visit.round.asset) else { continue };
        if found != level.stock {
            world.draft.edit(level.row, deed, fields! { available_qty: Decimal::from(found) });
        }
        world.counted.push((level.item, deed));
        if !layouts.contains(&level.layout) {
            layouts.push(level.layout);
            world.draft.edit(level.layout, deed, fields! { last_audited_at: deed.at });
        }
        level.stock = found;
        level.count = None;
        put(world, index, level);
    }
}

/// Dates the latest count of every article, which may lie in several warehouses.
pub fn dated(world: &mut World) {
    let mut counted = std::mem::take(&mut world.counted);
    counted.sort_by_key(|(_, deed)| deed.at);
    counted.dedup_by_key(|(item, deed)| (*item, deed.at));
    for (item, deed) in counted {
        world.draft.edit(item, deed, fields! { last_audited_at: deed.at });
    }
}
