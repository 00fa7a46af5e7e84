//! The code keeps to the map: `docs/architecture.md` says who may use what, and this reads both.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const LONGEST: usize = 500;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// One source file: its path from the root, and its code without comments, texts and tests.
struct Source {
    path: String,
    lines: usize,
    first: String,
    code: String,
}

impl Source {
    /// The room it is in.
    fn room(&self) -> &str {
        let path = self.path.strip_prefix("src/").unwrap_or(&self.path);
        path.split('/').next().unwrap_or(path).trim_end_matches(".rs")
    }

    /// Whether all of it is compiled for tests only.
    fn is_test(&self) -> bool {
        let parts = self.path.split('/').any(|part| ["tests", "tests.rs", "testing.rs", "testing"].contains(&part));
        parts || self.path.ends_with("_test.rs")
    }

    /// Every name that a path begins with: `axum` of `axum::Router`, and with it what follows `crate`.
    fn named(&self) -> Vec<(String, String)> {
        let mut names = Vec::new();
        for (at, _) in self.code.match_indices("::") {
            let before = &self.code[..at];
            let name = last_word(before);
            let lead = before[..before.len() - name.len()].trim_end();
            // `a::b::`: only `a` begins the path. `::a::` begins with `a` again.
            let inner = lead.strip_suffix("::").is_some_and(|rest| !last_word(rest).is_empty() || rest.ends_with('>'));
            if name.is_empty() || inner {
                continue;
            }
            names.push((name.to_owned(), first_words(&self.code[at + 2..])));
        }
        names
    }

    /// The crates it names.
    fn crates(&self) -> impl Iterator<Item = String> {
        self.named().into_iter().map(|(name, _)| name)
    }

    /// The rooms of this crate it names.
    fn rooms(&self) -> Vec<String> {
        let own = self.named().into_iter().filter(|(name, _)| ["crate", "audit_gateway"].contains(&name.as_str()));
        own.flat_map(|(_, rest)| rest.split(' ').map(ToOwned::to_owned).collect::<Vec<_>>()).collect()
    }
}

fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn last_word(text: &str) -> &str {
    &text[text.trim_end_matches(is_letter).len()..]
}

/// The word a text begins with, or where it begins with a brace, those that begin its members.
fn first_words(text: &str) -> String {
    let Some(inside) = text.strip_prefix('{') else {
        return text.chars().take_while(|letter| is_letter(*letter)).collect();
    };
    let (mut depth, mut words, mut fresh) = (1, Vec::new(), true);
    let mut word = String::new();
    for letter in inside.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => {
                words.push(std::mem::take(&mut word));
                fresh = true;
            }
            letter if fresh && is_letter(letter) => word.push(letter),
            letter if fresh && !letter.is_whitespace() => fresh = false,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    words.push(word);
    words.join(" ")
}

/// Code without comments, without the contents of texts, and without what stands under `#[cfg(test)]`.
fn code_of(text: &str) -> String {
    let mut code = String::new();
    let mut depth_of_test = None;
    let mut depth = 0_i32;
    for line in text.lines() {
        let line = without_texts(line);
        if depth_of_test.is_none() && line.trim_start().starts_with("#[cfg(test)]") {
            depth_of_test = Some(depth);
            continue;
        }
        let opened = line.matches('{').count() as i32 - line.matches('}').count() as i32;
        depth += opened;
        match depth_of_test {
            None => {
                code.push_str(&line);
                code.push('\n');
            }
            // The item ends where its braces do, or with its line where it has none.
            Some(start) if depth <= start && !line.trim_start().starts_with("#[") => depth_of_test = None,
            Some(_) => {}
        }
    }
    code
}

fn without_texts(line: &str) -> String {
    let mut kept = String::new();
    let mut letters = line.chars().peekable();
    let mut in_text = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if in_text => drop(letters.next()),
            '"' => in_text = !in_text,
            '/' if !in_text && letters.peek() == Some(&'/') => break,
            _ if in_text => {}
            '\'' if letters.clone().nth(1) == Some('\'') => letters.by_ref().take(2).for_each(drop),
            _ => kept.push(letter),
        }
    }
    kept
}

fn sources() -> Vec<Source> {
    let mut files = Vec::new();
    for folder in ["src", "entity/src", "migration/src"] {
        collect(&root().join(folder), &mut files);
    }
    assert!(files.len() > 50, "the sources are found");
    let read = files.into_iter().map(|file| {
        let text = std::fs::read_to_string(&file).expect("a source");
        let path = file.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned();
        let first = text.lines().next().unwrap_or_default().to_owned();
        Source { path, lines: text.lines().count(), first, code: code_of(&text) }
    });
    read.collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

/// The rows of the table under a heading of the map: the words in backticks, cell by cell.
fn table(heading: &str) -> Vec<Vec<Vec<String>>> {
    let map = std::fs::read_to_string(root().join("docs/architecture.md")).expect("the map");
    let section = map.split(&format!("\n## {heading}\n")).nth(1).unwrap_or_else(|| panic!("no section {heading}"));
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.trim_matches('|').split('|').map(ticked).collect()).collect()
}

fn ticked(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect()
}

fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{} against the map:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_room_uses_what_the_map_lets_it_use() {
    let rows = table("Who may use what");
    let rules: BTreeMap<&str, (&[String], &[String])> =
        rows.iter().map(|row| (row[0][0].as_str(), (row[1].as_slice(), row[2].as_slice()))).collect();
    let rooms: Vec<&str> = rules.keys().copied().collect();
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test() && source.path != "src/lib.rs") {
        let room = source.room();
        let Some((may, never)) = rules.get(room) else {
            faults.push(format!("{}: the room {room} is not on the map", source.path));
            continue;
        };
        let mut used = source.rooms();
        // Packages of ours are named like crates.
        used.extend(source.crates().filter(|name| ["entity", "migration"].contains(&name.as_str())));
        used.retain(|name| rooms.contains(&name.as_str()) && name != room);
        if source.path.starts_with("src/") {
            faults.extend(
                used.iter()
                    .filter(|name| !may.contains(name))
                    .map(|name| format!("{}: {room} may not use {name}", source.path)),
            );
        }
        let named = source.crates().filter(|name| never.contains(name));
        faults.extend(named.map(|name| format!("{}: {room} never names {name}", source.path)));
    }
    faults.sort();
    faults.dedup();
    none(&faults);
}

#[test]
fn a_crate_is_named_only_where_the_map_says() {
    let rows = table("Who alone names a crate");
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        for name in source.crates() {
            let Some(places) = rows.iter().find(|row| row[0][0] == name).map(|row| &row[1]) else { continue };
            let place = |place: &String| {
                let file = format!("{place}.rs");
                source.path == *place || source.path == file || source.path.starts_with(&format!("{place}/"))
            };
            if !places.iter().any(place) {
                faults.push(format!("{} names {name}", source.path));
            }
        }
    }
    faults.sort();
    faults.dedup();
    none(&faults);
}

#[test]
fn the_map_names_crates_that_there_are() {
    let manifests = ["Cargo.toml", "entity/Cargo.toml", "migration/Cargo.toml"]
        .map(|file| std::fs::read_to_string(root().join(file)).expect("a manifest").replace('-', "_"));
    let named = table("Who may use what").into_iter().flat_map(|row| row[2].clone());
    let named = named.chain(table("Who alone names a crate").into_iter().map(|row| row[0][0].clone()));
    let known = |name: &String| {
        manifests.iter().any(|manifest| manifest.lines().any(|line| line.split(['=', '.', ' ']).next() == Some(name)))
    };
    let strange: Vec<String> = named.filter(|name| !known(name)).collect();
    none(&strange);
}

#[test]
fn no_file_is_longer_than_it_may_be() {
    let long = sources().into_iter().filter(|source| source.path.starts_with("src/") && source.lines > LONGEST);
    none(&long.map(|source| format!("{}: {} lines", source.path, source.lines)).collect::<Vec<_>>());
}

#[test]
fn every_file_says_first_what_it_holds() {
    let silent = sources().into_iter().filter(|source| !source.is_test() && !source.first.starts_with("//! "));
    none(&silent.map(|source| format!("{}: {}", source.path, source.first)).collect::<Vec<_>>());
}

#[test]
fn no_file_is_named_for_nothing() {
    const NAMES: [&str; 8] = ["utils", "util", "helpers", "helper", "common", "misc", "manager", "shared"];
    let named = sources()
        .into_iter()
        .filter(|source| source.path.split('/').any(|part| NAMES.contains(&part.trim_end_matches(".rs"))));
    none(&named.map(|source| source.path).collect::<Vec<_>>());
}

#[test]
fn names_are_read_out_of_code() {
    let text = "//! axum::Router\nuse axum::Router;\nuse crate::{domain::{db, ask}, auth};\nfn f() { let _ = ::sqlx::query(\"hyper::x\"); \
                a.b::<clap::C>(); std::tokio::x() }\n#[cfg(test)]\nmod tests {\n use jsonwebtoken::x;\n}\nuse uuid::Uuid;\n";
    let source = Source { path: "src/http/mod.rs".to_owned(), lines: 0, first: String::new(), code: code_of(text) };
    let crates: Vec<String> = source.crates().collect();
    assert_eq!(crates, ["axum", "crate", "domain", "sqlx", "b", "clap", "std", "uuid"]);
    assert_eq!(source.rooms(), ["domain", "auth"]);
}
