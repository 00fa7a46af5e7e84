//! What the tests of made-up data ask of a store.

use super::sheet::sheets;
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::testing::Scratch;

/// All rows of all tables and of the trail.
pub async fn everything(store: &Scratch) -> Vec<Vec<Cell>> {
    let mut all = Vec::new();
    for sheet in sheets() {
        let name = |(name, kind): &(&str, Kind)| match kind {
            Kind::Json => format!("CAST(\"{name}\" AS TEXT)"),
            _ => format!("\"{name}\""),
        };
        let names: Vec<String> = sheet.columns.iter().map(name).collect();
        let order = if sheet.identified { "id" } else { "1, 2, 3" };
        let sql = format!("SELECT {} FROM \"{}\" ORDER BY {order}", names.join(", "), sheet.name);
        let rows = store.ask(&sql, sheet.columns.iter().map(|(_, kind)| *kind).collect()).await;
        all.extend(rows.iter().map(<[Cell]>::to_vec));
    }
    let events = "SELECT organization_id, sequence, uuid, entity_type, entity_uuid, CAST(snapshot_after AS TEXT), \
                  CAST(snapshot_before AS TEXT) FROM change_event ORDER BY organization_id, sequence";
    let kinds = vec![Kind::Long, Kind::Long, Kind::Uuid, Kind::Text, Kind::Uuid, Kind::Json, Kind::Json];
    all.extend(store.ask(events, kinds).await.iter().map(<[Cell]>::to_vec));
    all
}

/// Fails at the first row in which two stores differ.
pub fn assert_same(one: &[Vec<Cell>], other: &[Vec<Cell>]) {
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(other) {
        assert_eq!(one, other);
    }
}

/// Fails where an organization's trail does not count 1, 2, 3 and so on.
pub async fn expect_no_gaps(store: &Scratch) {
    let sql =
        "SELECT organization_id, count(*) - max(sequence), min(sequence) FROM change_event GROUP BY organization_id";
    let rows = store.ask(sql, vec![Kind::Long, Kind::Long, Kind::Long]).await;
    assert!(!rows.is_empty() && rows.iter().all(|row| row[1] == Cell::Int(0) && row[2] == Cell::Int(1)));
}
