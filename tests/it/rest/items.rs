//! Every acceptance item of a contract is shown: by a test, here or with the code, whose name says its number
//! (`item_9_orders`, `item_16_and_17_dates`), or by a golden case that names it (`items 3, 5: ...`).

use std::collections::BTreeSet;
use std::path::Path;

use super::golden;

/// The dialects and how many items their contracts have.
const CONTRACTS: [(&str, u32); 5] =
    [("ablebase", 49), ("action_audit", 45), ("auditcomply", 50), ("folio", 50), ("packagex", 45)];
/// Where tests stand that a dialect shares.
const SHARED: &str = "src/domain/search/number";

#[test]
fn every_acceptance_item_is_shown() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (dialect, items) in CONTRACTS {
        let mut shown = BTreeSet::new();
        for folder in [format!("src/rest/{dialect}"), format!("tests/it/rest/{dialect}")] {
            read(&root.join(folder), &mut shown);
        }
        if dialect == "packagex" {
            read(&root.join(SHARED), &mut shown);
        }
        if root.join("tests/it/rest/golden").join(dialect).is_dir() {
            for case in golden::files(dialect).into_iter().flat_map(|(_, cases)| cases.cases) {
                let named = case.case.strip_prefix("items ").or_else(|| case.case.strip_prefix("item "));
                let Some((numbers, _)) = named.and_then(|named| named.split_once(':')) else { continue };
                shown.extend(numbers.split(", ").map(|number| number.parse::<u32>().expect("a number of an item")));
            }
        }
        let missing: Vec<u32> = (1..=items).filter(|item| !shown.contains(item)).collect();
        assert!(missing.is_empty(), "{dialect}: nothing shows the items {missing:?}");
        assert!(shown.iter().all(|item| (1..=items).contains(item)), "{dialect}: {shown:?}");
    }
}

fn read(folder: &Path, shown: &mut BTreeSet<u32>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read(&path, shown);
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("text");
        for name in text.split("fn item_").skip(1) {
            let words = name.split(['_', '(']).take_while(|word| *word == "and" || word.parse::<u32>().is_ok());
            shown.extend(words.filter_map(|word| word.parse::<u32>().ok()));
        }
    }
}
