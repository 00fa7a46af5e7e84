//! The search against the contract's own words (packagex 4.4 and 4.5), evaluated here without any of the program's code.

use std::collections::HashSet;

use audit_gateway::domain::ask::{Asking, Expr};
use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::cx::{Cx, Role, Surface};
use audit_gateway::domain::db::{Errand, Statement, Store};
use audit_gateway::domain::model::model;
use audit_gateway::domain::search::number::{self, Part, Sought};
use serde_json::json;

use super::site::Site;
use crate::fixture::Org;
use crate::store::on_both_stores;

on_both_stores!(
    item_25_the_table_of_the_contract_through_the_router,
    item_26_random_searches_are_as_brute_force_has_them,
    item_27_equal_relevance_goes_by_age_and_an_order_replaces_it,
    item_28_what_html_would_read_is_escaped_in_the_mark_only,
    item_30_no_search_reads_the_table_from_end_to_end,
    item_31_a_thousand_exact_matches_are_enough,
);

const LIST: &str = "/v1/audits";

/// Puts audits with these numbers into the store, their ids from 10,001 on, each older than the next.
async fn fill(site: &Site, numbers: &[String]) {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    for (at, chunk) in numbers.chunks(250).enumerate() {
        let rows: Vec<String> = chunk
            .iter()
            .zip(10_001 + at * 250..)
            .map(|(number, id)| {
                let normal = number.to_ascii_lowercase();
                let uuid = format!("{id:032x}");
                let uuid =
                    if site.store.db.store() == Store::Postgres { format!("'{uuid}'") } else { format!("X'{uuid}'") };
                let stamp = format!("2026-01-01T{:02}:{:02}:{:02}.000000Z", id / 3_600 % 24, id / 60 % 60, id % 60);
                let (normal, tail) = (quoted(&normal), quoted(&tail(&normal)));
                let number = quoted(number);
                format!(
                    "({id}, {uuid}, 1, {number}, {normal}, {tail}, {number}, 1005, 'LOCATION', '{stamp}', '{stamp}')"
                )
            })
            .collect();
        site.sql(&format!(
            "INSERT INTO audit (id, uuid, organization_id, number, number_norm, number_tail, name, asset_id, asset_kind, \
             created_at, updated_at) VALUES {}",
            rows.join(", ")
        ))
        .await;
    }
}

fn tail(text: &str) -> String {
    let end = text.rfind(|letter: char| letter.is_ascii_digit()).map_or(0, |at| at + 1);
    let start = text[..end]
        .rfind(|letter: char| !letter.is_ascii_digit())
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let run = &text[start..end];
    let cut = run.trim_start_matches('0');
    if cut.is_empty() && !run.is_empty() { "0".to_owned() } else { cut.to_owned() }
}

/// Optimal string alignment, as the textbook has it.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut d = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            d[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let changed = d[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut best = changed.min(d[i - 1][j] + 1).min(d[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(d[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    d[a.len()][b.len()]
}

fn k(length: usize) -> usize {
    match length {
        0..=3 => 0,
        4..=7 => 1,
        8..=32 => 2,
        _ => 0,
    }
}

/// A score as a fraction.
#[derive(Clone, Copy)]
struct Score(u128, u128);

impl Score {
    fn max(self, other: Self) -> Self {
        if other.0 * self.1 > self.0 * other.1 { other } else { self }
    }
}

fn strict(t: &str, n: &str) -> Score {
    let (size, length) = (n.chars().count() as u128, t.chars().count() as u128);
    let last = tail(n);
    let u = if t.chars().all(|letter| letter.is_ascii_digit()) { tail(t) } else { t.to_owned() };
    if t == n {
        return Score(1, 1);
    }
    if u == last {
        return Score(95, 100);
    }
    let mut best = Score(0, 1);
    // 0.8 + 0.1 * a / b
    let prefix = |a: u128, b: u128| Score(8 * b + a, 10 * b);
    if n.starts_with(t) {
        best = best.max(prefix(length, size));
    }
    if !last.is_empty() && last.starts_with(&u) {
        best = best.max(prefix(u.chars().count() as u128, last.len() as u128));
    }
    if best.0 == 0 && length >= 3 && n.contains(t) {
        best = Score(6 * size + length, 10 * size);
    }
    best
}

fn score(t: &str, n: &str) -> Score {
    let found = strict(t, n);
    let plain = |text: &str| text.chars().all(|letter| (' '..='~').contains(&letter));
    if found.0 > 0 || !plain(t) || !plain(n) {
        return found;
    }
    let last = tail(n);
    let u = if t.chars().all(|letter| letter.is_ascii_digit()) { tail(t) } else { t.to_owned() };
    if k(t.len()) >= 1 && distance(t, n) == 1 || k(u.len()) >= 1 && distance(&u, &last) == 1 {
        return Score(1, 2);
    }
    if k(t.len()) == 2 && distance(t, n) == 2 && distance(&tail(t), &last) <= 1 {
        return Score(3, 10);
    }
    Score(0, 1)
}

/// What a search finds: ids and ten-thousandths, in order.
fn brute(numbers: &[String], search: &str) -> Vec<(i64, u64)> {
    let mut terms: Vec<String> = Vec::new();
    for term in search.split_whitespace().map(str::to_ascii_lowercase) {
        if !terms.contains(&term) {
            terms.push(term);
        }
    }
    let normal: Vec<String> = numbers.iter().map(|number| number.to_ascii_lowercase()).collect();
    let sum = |n: &str, score: fn(&str, &str) -> Score| {
        let parts = terms.iter().map(|t| score(t, n));
        let Score(above, below) = parts.fold(Score(0, 1), |a, b| Score(a.0 * b.1 + b.0 * a.1, a.1 * b.1));
        let below = below * terms.len() as u128;
        ((above * 20_000 + below) / (2 * below)) as u64
    };
    let enough = normal.iter().filter(|n| sum(n, strict) > 0).count() >= 1_000;
    let of = if enough { strict } else { score };
    let mut found: Vec<(i64, u64)> =
        (10_001..).zip(&normal).map(|(id, n)| (id, sum(n, of))).filter(|(_, score)| *score > 0).collect();
    found.sort_by_key(|(id, score)| (std::cmp::Reverse(*score), std::cmp::Reverse(*id)));
    found
}

async fn search(site: &Site, text: &str) -> (Vec<(i64, u64)>, u64) {
    let caller = Org::Harbour.caller(Role::Member);
    let cx = Cx::new(site.store.db.clone(), Some(caller), site.now, Surface::Packagex);
    let sought = Sought::read(text).expect("terms").expect("a term");
    let part = Part { order: Vec::new(), limit: 10_000, offset: 0 };
    let found = number::find(&cx, sought, Expr::always(), part).await.expect("a search");
    (found.hits.iter().map(|hit| (hit.id, hit.relevance)).collect(), found.total)
}

async fn item_25_the_table_of_the_contract_through_the_router(kind: Store) {
    let site = Site::new(kind).await;
    for (search, number, score, marked) in [
        ("AUD-1042", "AUD-1042", "1", "<mark>AUD-1042</mark>"),
        ("1042", "AUD-1042", "0.95", "AUD-<mark>1042</mark>"),
        ("0042", "AUD-42", "0.95", "AUD-<mark>42</mark>"),
        ("AUD-10", "AUD-1042", "0.875", "<mark>AUD-10</mark>42"),
        ("12", "AUD-120", "0.8667", "AUD-<mark>12</mark>0"),
        ("D-10", "AUD-1042", "0.65", "AU<mark>D-10</mark>42"),
        ("AUD-1942", "AUD-1042", "0.5", "<mark>AUD-1042</mark>"),
        ("1O42", "AUD-1042", "0.5", "AUD-<mark>1042</mark>"),
        ("UAD-1024", "AUD-1042", "0.3", "<mark>AUD-1042</mark>"),
        ("aud%201042", "AUD-1042", "0.8938", "<mark>AUD</mark>-<mark>1042</mark>"),
    ] {
        site.audits(vec![(1101, number, json!({}))]).await;
        let reply = site.get(&format!("{LIST}?search={search}")).await;
        assert_eq!((reply.numbers(), reply.total()), (vec![number.to_owned()], 1), "{search}");
        let end = format!("\"number\":\"{marked}\",\"relevance_score\":{score}}}}}],\"code\"");
        assert!(reply.text.contains(&end), "{search}: {}", reply.text);
        site.sql("DELETE FROM audit WHERE id = 1101").await;
    }
    site.audits(vec![(1101, "AUD-1042", json!({}))]).await;
    assert_eq!(site.get(&format!("{LIST}?search=AUD-8842")).await.total(), 0);
}

/// The same numbers on every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.next(all.len())]
    }
}

fn numbers(dice: &mut Dice) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut all = Vec::new();
    while all.len() < 5_000 {
        let digits = [9, 90, 900, 9_000, 90_000, 900_000][dice.next(6)];
        let number = dice.next(digits);
        let made = match dice.next(12) {
            0..=4 => format!("AUD-{number}"),
            5 => format!("INV/2026-{number:04}"),
            6 => format!("{number:06}"),
            7 => format!("cnt_{number}%"),
            8 => format!("Ä\"{number}'é"),
            9 => format!("Dock {} {number}", dice.of(&["A", "B", "Ost"])),
            10 => format!("{}{}", dice.of(&["Dock", "Rampe", "Hof", "KÜHL"]), dice.of(&["-A", "-B", "-C", "", "-AA"])),
            _ => format!("X{}-{number}-Z", dice.of(&["1", "22", "333"])),
        };
        if seen.insert(made.clone()) {
            all.push(made);
        }
        if dice.next(200) == 0 {
            let made =
                format!("{}{}", dice.of(&["dock", "rampen", "hofgang"]), dice.of(&["tor", "nord", "süd", "west-1"]));
            if seen.insert(made.clone()) {
                all.push(made);
            }
        }
    }
    all.truncate(5_000);
    all
}

/// A term that was a number once.
fn term(dice: &mut Dice, numbers: &[String]) -> String {
    let mut letters: Vec<char> =
        numbers[dice.next(numbers.len())].split(' ').next_back().expect("a part").chars().collect();
    if dice.next(3) == 0 {
        let digits: Vec<char> = letters.iter().copied().filter(char::is_ascii_digit).collect();
        letters = if digits.len() >= 2 { digits } else { letters };
    }
    match dice.next(6) {
        0 => letters.truncate(2 + dice.next(5)),
        1 if letters.len() > 4 => drop(letters.drain(..1 + dice.next(2))),
        _ => {}
    }
    for _ in 0..dice.next(4) {
        let at = dice.next(letters.len());
        match dice.next(4) {
            0 => letters.insert(at, dice.of(&["0", "1", "x", "-", "7"]).chars().next().expect("a letter")),
            1 if letters.len() > 2 => drop(letters.remove(at)),
            2 => letters[at] = dice.of(&["0", "4", "O", "l", "9"]).chars().next().expect("a letter"),
            _ if at > 0 => letters.swap(at - 1, at),
            _ => {}
        }
    }
    while letters.len() < 2 {
        letters.push('1');
    }
    letters.into_iter().collect()
}

async fn item_26_random_searches_are_as_brute_force_has_them(kind: Store) {
    let site = Site::new(kind).await;
    site.sql("DELETE FROM count_task WHERE audit_id = 1003").await;
    site.sql("DELETE FROM audit WHERE id = 1003").await;
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let numbers = numbers(&mut dice);
    fill(&site, &numbers).await;
    let mut searches: Vec<String> = [
        "aud",
        "au",
        "aud-1",
        "00",
        "000",
        "10",
        "dock",
        "dock-a",
        "dockb",
        "rampe-aa",
        "hofgang",
        "%",
        "%%",
        "__",
        "cnt_",
        "\"1",
        "'é",
        "ä\"1",
        "inv/2026",
        "2026",
        "aud-12 12",
        "-z",
        "x22",
        "hofgangxwest-1",
    ]
    .map(str::to_owned)
    .into_iter()
    .filter(|text| text.chars().count() > 1)
    .collect();
    for _ in 0..70 {
        let terms = if dice.next(4) == 0 { 1 + dice.next(4) } else { 1 };
        searches.push((0..terms).map(|_| term(&mut dice, &numbers)).collect::<Vec<_>>().join(" "));
    }
    let (mut classes, mut suppressed) = (HashSet::new(), 0);
    for text in searches {
        let wanted = brute(&numbers, &text);
        let (found, total) = search(&site, &text).await;
        assert_eq!(total, wanted.len() as u64, "{text}");
        assert_eq!(found, wanted, "{text}");
        classes.extend(wanted.iter().map(|(_, score)| score / 500));
        suppressed += usize::from(wanted.len() >= 1_000);
    }
    // Every class was met, and the one way of ordering as well as the other.
    for class in [20, 19, 17, 16, 12, 10, 6] {
        assert!(classes.contains(&class), "{class}");
    }
    assert!(suppressed >= 2);
}

async fn item_27_equal_relevance_goes_by_age_and_an_order_replaces_it(kind: Store) {
    let site = Site::new(kind).await;
    let at = |hour: u32| json!({ "created_at": format!("2026-02-01T{hour:02}:00:00Z"), "priority": hour % 3 + 1 });
    site.audits(vec![
        (1101, "AUD-11", at(5)),
        (1102, "AUD-12", at(7)),
        (1103, "AUD-13", at(5)),
        (1104, "AUD-1", at(1)),
    ])
    .await;
    let found = site.get(&format!("{LIST}?search=aud-1")).await;
    assert_eq!(found.numbers(), ["AUD-1", "AUD-12", "AUD-13", "AUD-11"]);
    assert_eq!(site.get(&format!("{LIST}?search=aud-1&direction=asc")).await.numbers(), found.numbers());
    let ordered = site.get(&format!("{LIST}?search=aud-1&order_by=created_at&direction=asc")).await;
    assert_eq!(ordered.numbers(), ["AUD-1", "AUD-11", "AUD-13", "AUD-12"]);
    let scores: Vec<_> =
        ordered.data().as_array().expect("rows").iter().map(|row| row["_search"]["relevance_score"].clone()).collect();
    assert_eq!(scores, [json!(1), json!(0.8833), json!(0.8833), json!(0.8833)]);
    let low = site.get(&format!("{LIST}?search=aud-1&order_by=priority&direction=asc&priority=low")).await;
    assert_eq!((low.numbers(), low.total()), (Vec::<String>::new(), 0));
    let page = site.get(&format!("{LIST}?search=aud-1&limit=2&page=2")).await;
    assert_eq!((page.numbers(), page.total()), (vec!["AUD-13".to_owned(), "AUD-11".to_owned()], 4));
    assert_eq!(page.json()["pagination"]["has_more"], false);
}

async fn item_28_what_html_would_read_is_escaped_in_the_mark_only(kind: Store) {
    let site = Site::new(kind).await;
    site.audits(vec![(1101, "A<b>&\"12", json!({}))]).await;
    let found = site.get(&format!("{LIST}?search=a%3Cb")).await.data();
    assert_eq!(found[0]["number"], "A<b>&\"12");
    assert_eq!(found[0]["_search"]["number"], "<mark>A&lt;b</mark>&gt;&amp;\"12");
}

async fn item_30_no_search_reads_the_table_from_end_to_end(kind: Store) {
    let site = Site::new(kind).await;
    let numbers: Vec<String> = (1..=20_000).map(|number| format!("AUD-{number}")).collect();
    fill(&site, &numbers).await;
    if kind == Store::Postgres {
        site.sql("ANALYZE").await;
    }
    let viewer = Org::Harbour.viewer(Role::Member);
    let asking = Asking { model: model(), viewer, now: site.now, as_of: None, store: kind, zone: chrono_tz::Tz::UTC };
    let noun = model().noun("Audit").expect("audits");
    let errand = Errand { organization_id: Some(1), ..Errand::default() };
    for text in
        ["AUD-1042", "AUD-104", "D-104", "AUD-1942", "UAD-1024", "1042", "aud", "ud-", "dock-west", "aud-1 12 zz ud-17"]
    {
        let sought = Sought::read(text).expect("terms").expect("a term");
        for statement in number::statements(&asking, noun, &sought) {
            let (explain, columns, at) = match kind {
                Store::Postgres => ("EXPLAIN ", vec![Kind::Text], 0),
                Store::Sqlite => ("EXPLAIN QUERY PLAN ", vec![Kind::Long, Kind::Long, Kind::Long, Kind::Text], 3),
            };
            let explained = Statement::new(format!("{explain}{}", statement.sql), statement.args, columns);
            let rows = site.store.db.fetch(&errand, explained).await.expect("a plan");
            let plan: Vec<&str> = rows.iter().filter_map(|row| row.get(at).and_then(Cell::as_str)).collect();
            let whole = plan.iter().any(|line| match kind {
                Store::Postgres => line.contains("Seq Scan on audit "),
                Store::Sqlite => {
                    line.contains("SCAN")
                        && !line.contains("SCAN json_each")
                        && !line.contains("CONSTANT ROW")
                        && !line.contains("VIRTUAL TABLE INDEX")
                        && !line.contains("SCAN counted")
                }
            });
            assert!(!whole, "{text}: {}\n{}", plan.join("\n"), statement.sql);
            // No index is read for more than the organization's audits of the kind.
            let by_part = plan.iter().any(|line| {
                ["number_norm", "number_tail", "audit_pkey", "rowid", "INTEGER PRIMARY KEY"]
                    .iter()
                    .any(|part| line.contains(part))
            });
            assert!(by_part, "{text}: {}", plan.join("\n"));
            let looks_within = statement.sql.contains("audit_number");
            let index = if kind == Store::Postgres {
                "audit_number_trigram_ix"
            } else {
                "SCAN audit_number VIRTUAL TABLE INDEX"
            };
            let is_common = text.starts_with("aud") || text == "ud-";
            let found = plan.iter().any(|line| line.contains(index));
            assert!(found || !looks_within || is_common, "{text}: {}", plan.join("\n"));
        }
    }
}

async fn item_31_a_thousand_exact_matches_are_enough(kind: Store) {
    let site = Site::new(kind).await;
    let mut numbers: Vec<String> = (0..999).map(|number| format!("ZONE-{number:04}-S")).collect();
    numbers.extend(["ZONA-5".to_owned(), "ZONG".to_owned()]);
    fill(&site, &numbers).await;
    // `zong` is one letter away from `zone`.
    assert_eq!(search(&site, "zone").await.1, 1_000);
    fill_one(&site).await;
    assert_eq!(search(&site, "zone").await.1, 1_000);
    assert_eq!(search(&site, "zong").await.0.len(), 1);
}

async fn fill_one(site: &Site) {
    site.audits(vec![(1101, "ZONE-9999-S", json!({}))]).await;
}
