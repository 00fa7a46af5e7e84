//! The dialect of AuditComply, against its contract: a test's name begins with the number of the acceptance item it shows.

mod document;
mod filters;
pub mod native;
mod paging;
mod shapes;
mod sign_in;
mod site;
mod transport;
pub mod values;
mod writes;

/// What shows an item may stand here or with the code.
#[test]
fn every_acceptance_item_has_a_test() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut shown = std::collections::BTreeSet::new();
    let mut folders = vec![root.join("src/rest/auditcomply"), root.join("tests/it/rest/auditcomply")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("text");
            for name in text.split("fn item_").skip(1) {
                // `1_there_are`, `2_and_3_head`
                let words: Vec<&str> = name.split(['_', '(']).collect();
                shown.extend(words.first().and_then(|word| word.parse::<u32>().ok()));
                if words.get(1) == Some(&"and") {
                    shown.extend(words.get(2).and_then(|word| word.parse::<u32>().ok()));
                }
            }
        }
    }
    let missing: Vec<u32> = (1..=50).filter(|item| !shown.contains(item)).collect();
    assert_eq!(missing, [] as [u32; 0]);
}
