//! How much memory an import takes (item 43).

use std::io::Write;
use std::process::{Command, Stdio};

use audit_gateway::domain::db::Store;

use super::{LIBRARY, event, id};
use crate::rest::House;
use crate::store::on_both_stores;

on_both_stores!(item_43_memory_does_not_grow_with_the_file);

/// The most memory in KiB that an import of so many events, of some 8 KiB each, takes.
fn most_memory(url: &str, events: usize) -> u64 {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    let filler = "x".repeat(8_000);
    for number in 0..events {
        let mut event = event("order", number, 1, serde_json::json!({ "orderSnapshot": { "note": filler } }));
        event["id"] = id(events * 0x10000 + number).into();
        writeln!(file, "{event}").expect("written");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_audit-gateway"));
    command.args(["import", "folio", "--organization", LIBRARY]).arg(file.path()).env("DATABASE_URL", url);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program");
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait().expect("a child").is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        most = most.max(peak.and_then(|peak| peak.trim().parse().ok()).unwrap_or(0));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let report = std::io::read_to_string(child.stdout.take().expect("a report")).expect("text");
    assert_eq!(
        report,
        format!("{{\"received\":{events},\"inserted\":{events},\"duplicates\":0,\"refused\":0,\"errors\":[]}}\n")
    );
    most
}

#[cfg(target_os = "linux")]
async fn item_43_memory_does_not_grow_with_the_file(kind: Store) {
    let house = House::demonstrated(kind).await;
    let url = house.store.url.clone();
    // Files of 48 and 96 MiB: by the first, all room has been taken that batches of 1,000 events need.
    let [short, long] = [6_000, 12_000].map(|events| most_memory(&url, events));
    assert!(short > 10_000, "{short} KiB");
    assert!(long < short + 24 * 1_024, "{short} KiB, then {long} KiB");
}

#[cfg(not(target_os = "linux"))]
async fn item_43_memory_does_not_grow_with_the_file(_: Store) {}
