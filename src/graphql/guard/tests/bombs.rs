//! Documents made to cost as much as they can. None is written out: a generator each.

use std::time::{Duration, Instant};

use super::super::{check, parse};
use super::{limits, times};
use crate::domain::error::Error;

/// The promise holds for an optimized build; without optimization the same work is an order of magnitude slower.
const BUDGET: Duration = Duration::from_millis(if cfg!(debug_assertions) { 500 } else { 50 });

/// A worker thread has 2 MiB.
const STACK: usize = if cfg!(debug_assertions) { 1 << 20 } else { 128 << 10 };

fn fill(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes / unit.len())
}

/// Reads and checks on a part of a worker thread's stack; the best of three, because the machine has other work.
fn judge(name: &str, text: String) -> Result<(), Error> {
    let (outcome, best) = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || {
            let run = || {
                let start = Instant::now();
                let outcome =
                    parse(&text, &limits()).map_err(Error::from).and_then(|document| check(&document, &limits()));
                (outcome.map(drop), start.elapsed())
            };
            let (outcome, first) = run();
            (outcome, if first < BUDGET { first } else { first.min(run().1).min(run().1) })
        })
        .unwrap()
        .join()
        .unwrap();
    if std::env::var_os("SHOW_TIMES").is_some() {
        eprintln!("{:8.2} ms  {name}: {outcome:?}", best.as_secs_f64() * 1e3);
    }
    assert!(best < BUDGET, "{name} took {best:?}");
    outcome
}

const TEXT: usize = 65_536 - 64;

#[test]
fn no_text_takes_long_or_much_stack() {
    let in_list = |values: String| format!("{{a(a:[{values}])}}");
    let in_set = |selections: String| format!("{{{selections}}}");
    let spaced = |unit: &str| {
        let units = times(unit, 4_900 / 2);
        let room = (TEXT - units.len()) / (4_900 / 2);
        times(&format!("{unit}{}", " ".repeat(room.saturating_sub(1))), 4_900 / 2)
    };
    let commented = |unit: &str, tokens: usize| {
        let room = (TEXT * tokens / 4_900).saturating_sub(unit.len() + 2);
        times(&format!("{unit}#{}\n", "-".repeat(room)), u32::try_from(4_900 / tokens).unwrap())
    };
    for (name, text) in [
        ("fields", in_set(fill("a ", 9_990))),
        ("many fields", in_set(fill("a ", TEXT))),
        ("long fields", in_set(fill("abcdefghijkl ", TEXT))),
        ("one name", in_set("x".repeat(TEXT))),
        ("one name, open", format!("{{{}", "x".repeat(TEXT))),
        ("commas", in_set(format!("a{}", ",".repeat(TEXT)))),
        ("line ends", in_set(format!("a{}", "\n".repeat(TEXT)))),
        ("byte order marks", in_set(format!("a{}", fill("\u{feff}", TEXT)))),
        ("one comment", in_set(format!("a#{}\n", "x".repeat(TEXT)))),
        ("empty comments", in_set(format!("a{}", fill("#\n", TEXT)))),
        ("spaces between", in_set(spaced("a "))),
        ("comments between fields", in_set(commented("a", 1))),
        ("comments between spreads", in_set(commented("...a", 2))),
        ("comments between directives", in_set(format!("a{}", commented("@a", 2)))),
        ("comments between values", in_list(commented("1", 1))),
        ("comments between arguments", format!("{{a({})}}", commented("a:1", 3))),
        ("comments between variables", format!("query({}){{a}}", commented("$a:A", 4))),
        ("comments between inline fragments", in_set(commented("...{a}", 4))),
        ("comments between definitions", commented("{a}", 3)),
        ("one string", in_list(format!("\"{}\"", "x".repeat(TEXT)))),
        ("one string, open", in_list(format!("\"{}", "x".repeat(TEXT)))),
        ("escapes", in_list(format!("\"{}\"", fill("\\n", TEXT)))),
        ("unicode escapes", in_list(format!("\"{}\"", fill("\\u00e9", TEXT)))),
        ("surrogate pairs", in_list(format!("\"{}\"", fill("\\uD83D\\uDE00", TEXT)))),
        ("braced escapes", in_list(format!("\"{}\"", fill("\\u{1}", TEXT)))),
        ("open braced escapes", in_list(format!("\"{}\"", fill("\\u{", TEXT)))),
        ("strings with pairs", in_list(fill("\"\\uD83D\\uDE00\" ", TEXT))),
        ("empty strings", in_list(fill("\"\"", 9_900))),
        ("quotes", in_list("\"".repeat(TEXT))),
        ("one block string", in_list(format!("\"\"\"{}\"\"\"", "x".repeat(TEXT)))),
        ("block string of lines", in_list(format!("\"\"\"{}x\"\"\"", fill("\n ", TEXT)))),
        ("block string of quotes", in_list(format!("\"\"\"{}\"\"\"", fill("\\\"\"\"", TEXT)))),
        ("block string, open", in_list(format!("\"\"\"{}", fill(" \\\"\"\"\"\"\"x", TEXT)))),
        ("digits", in_list("1".repeat(TEXT))),
        ("fraction", in_list(format!("1.{}", "1".repeat(TEXT)))),
        ("exponent", in_list(format!("1e{}", "1".repeat(TEXT)))),
        ("numbers", in_list(fill("-1.5e+10 ", TEXT * 5 / 8))),
        ("minus", in_list("-".repeat(TEXT))),
        ("names that begin with true", in_list(fill("trueish ", TEXT / 2))),
        ("lists", in_list(fill("[]", 4_980))),
        ("objects", in_list(fill("{a:1}", 4_980))),
        ("deep lists", in_list(format!("{}{}", "[".repeat(61), "]".repeat(61)))),
        ("deep objects", in_list(format!("{}1{}", "{a:".repeat(61), "}".repeat(61)))),
        ("deep lists again and again", in_list(fill(&format!("{}{}", "[".repeat(61), "]".repeat(61)), 4_900))),
        ("deep lists, open", in_list("[".repeat(61))),
        ("deeper lists", in_list("[".repeat(TEXT))),
        ("deeper objects", in_list(fill("{a:", TEXT))),
        ("deeper selections", fill("{a", TEXT)),
        ("deeper inline fragments", fill("{...", TEXT)),
        ("deeper arguments", fill("{a(a:[", TEXT)),
        ("deep selections", in_set(format!("{}a{}", "a{".repeat(63), "}".repeat(63)))),
        ("deep with values", in_set(format!("{}a{}", "...@a(a:[[[]]]){".repeat(60), "}".repeat(60)))),
        ("deep selections, open", in_set("...on A{".repeat(62))),
        ("deep types", format!("query($a:{}A{}){{a}}", "[".repeat(63), "]".repeat(63))),
        (
            "deep types again",
            format!("query({}){{a}}", fill(&format!("$a:{}A{} ", "[".repeat(63), "]".repeat(63)), 4_900)),
        ),
        ("deeper types", format!("query($a:{}", "[".repeat(TEXT))),
        ("unbalanced", format!("{}{}", "}".repeat(2_000), "{".repeat(2_000))),
        ("operations", (0..990).map(|index| format!("query q{index}{{a}}")).collect()),
        ("anonymous operations", fill("{a}", 4_900)),
        ("fragments", (0..700).map(|index| format!("fragment f{index} on A{{a}}")).collect::<String>() + "{a}"),
        ("every character", (1..20_000).filter_map(char::from_u32).collect()),
    ] {
        assert!(text.len() <= 65_536, "{name}: {}", text.len());
        let _ = judge(name, text);
    }
}

fn refused_by(limit: &str, name: &str, text: String) {
    match judge(name, text) {
        Err(Error::TooLarge(exceeded)) => assert_eq!(exceeded.limit, limit, "{name}: {exceeded:?}"),
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn fragments_that_fan_out_are_counted_not_walked() {
    // Each spreads the next as often as it can; the last holds a field.
    for (chain, fan) in [(10, 10), (30, 2), (99, 2), (99, 10), (2, 2_000)] {
        let links: String = (1..chain)
            .map(|link| format!("fragment f{link} on A{{{}}}", times(&format!("...f{} ", link + 1), fan)))
            .collect();
        let bomb = |leaf: &str| format!("{{x{{...f1}}}} {links} fragment f{chain} on A{{{leaf}}}");
        let limit = if chain > 64 { "nesting" } else { "expanded selections" };
        refused_by(limit, "fan out", bomb("a"));
        // The same where no operation uses it.
        refused_by(limit, "fan out, unused", bomb("a").replacen("{x{...f1}}", "{x}", 1));
    }
    // The counts stop at the highest number instead of wrapping round to a small one.
    let links: String =
        (1..40).map(|link| format!("fragment f{link} on A{{{}}}", times(&format!("...f{} ", link + 1), 16))).collect();
    match judge("fan out beyond the counter", format!("{{x{{...f1}}}} {links} fragment f40 on A{{b:a @a}}")) {
        Err(Error::TooLarge(exceeded)) => assert_eq!(exceeded.found, u64::from(u32::MAX)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn floods_are_refused() {
    refused_by(
        "aliases",
        "aliases",
        format!("{{x{{{}}}}}", (0..1_600).map(|index| format!("a{index}:a ")).collect::<String>()),
    );
    refused_by(
        "root fields",
        "root aliases",
        format!("{{{}}}", (0..1_600).map(|index| format!("a{index}:a ")).collect::<String>()),
    );
    refused_by("directives", "directives", format!("{{a {}}}", times("@a ", 2_400)));
    refused_by("directives", "directives with arguments", format!("{{a {}}}", times("@a(a:1) ", 700)));
    refused_by("query tokens", "directives", format!("{{a {}}}", times("@a ", 20_000)));
    refused_by("expanded selections", "fields", format!("{{x{{{}}}}}", times("a ", 4_900)));
    refused_by("nesting", "fields", times("{a", 20_000));
    refused_by("operations", "operations", (0..990).map(|index| format!("query q{index}{{a}}")).collect());
    refused_by("query text", "blanks", "{a}".to_owned() + &times(" ", 10_000_000));
}

#[test]
fn fragment_cycles_of_every_length_end() {
    for length in [1, 2, 3, 50, 100, 400] {
        let links: String = (0..length)
            .map(|link| format!("fragment f{link} on A{{...f{0} ...f{0} ...f0}}", (link + 1) % length))
            .collect();
        let error = judge("cycle", format!("{{...f0}}{links}")).unwrap_err();
        assert!(error.to_string().ends_with("is spread within itself"), "{error}");
    }
}
