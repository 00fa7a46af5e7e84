use async_graphql::parser::types::Selection;
use async_graphql::{Pos, Value};

use super::super::parse;
use super::{document, limits};

/// The value of the one argument of the first root field, and where the second root field stands.
fn argument(literal: &str) -> (String, Pos) {
    let document = document(&format!("{{a(a:{literal}) b}}"));
    let (_, operation) = document.operations.iter().next().unwrap();
    let set = &operation.node.selection_set.node;
    let Selection::Field(field) = &set.items[0].node else { panic!("not a field") };
    match field.node.arguments[0].1.node.clone().into_const() {
        Some(Value::String(text)) => (text, set.items[1].pos),
        other => panic!("{literal}: {other:?}"),
    }
}

#[test]
fn every_escape_of_the_specification_is_read_and_columns_stay() {
    for (literal, text) in [
        (r#""""#, ""),
        (r#""plain""#, "plain"),
        (r#""\" \\ \/ \b \f \n \r \t""#, "\" \\ / \u{8} \u{c} \n \r \t"),
        (r#""\u00e9 \uFFFD""#, "é \u{fffd}"),
        (r#""\uD83D\uDE00""#, "😀"),
        (r#""x\ud83d\ude00y\uD83D\uDE01z""#, "x😀y😁z"),
        (r#""\u{1F600} \u{e9} \u{0001F600} \u{10FFFF}""#, "😀 é 😀 \u{10ffff}"),
        (r#""\u{22} \u{5C} \u{a} \u{D} \u{9}""#, "\" \\ \n \r \t"),
        (r#""\\u0000 \\uD800""#, "\\u0000 \\uD800"),
        (r#""😀 é א <mark>""#, "😀 é א <mark>"),
        (r#""""a "quoted" \""" b \u0000 \x""""#, "a \"quoted\" \"\"\" b \\u0000 \\x"),
    ] {
        let columns = literal.chars().count();
        assert_eq!(argument(literal), (text.to_owned(), Pos { line: 1, column: 6 + columns + 2 }), "{literal}");
    }
}

#[test]
fn nul_and_lone_surrogates_are_refused_where_they_stand() {
    let nul = "U+0000 is not allowed in a string";
    let lone = "a lone surrogate is not a character; write the pair, or the character itself";
    for (literal, message, column) in [
        (r#""ab\u0000""#, nul, 9),
        (r#""ab\u{0}""#, nul, 9),
        ("\"ab\0\"", nul, 9),
        ("\"\"\"ab\0\"\"\"", nul, 11),
        (r#""\uD800""#, lone, 7),
        (r#""\uD800x""#, lone, 7),
        (r#""\uDC00""#, lone, 7),
        (r#""\uDC00\uD800""#, lone, 7),
        (r#""\uD800\uD800""#, lone, 7),
        (r#""a\uD800\n""#, lone, 8),
        (r#""\u{D800}""#, lone, 7),
        (r#""\u{110000}""#, lone, 7),
        (r#""\u{FFFFFFFFFFFF}""#, lone, 7),
    ] {
        let refused = parse(&format!("{{a(a:{literal}) b}}"), &limits()).unwrap_err();
        assert_eq!(refused.to_string(), message, "{literal}");
        assert_eq!(refused.locations, [Pos { line: 1, column }], "{literal}");
        assert_eq!(refused.error.code(), "BAD_USER_INPUT");
    }
}

#[test]
fn broken_strings_are_refused() {
    for (literal, part) in [
        ("\"", "no end"),
        ("\"a\n\"", "no end"),
        ("\"a\r\"", "no end"),
        ("\"a\\\"", "no end"),
        ("\"\"\"a\"\"", "no end"),
        ("\"\"\"a\\\"\"\"", "no end"),
        (r#""\x""#, "one of"),
        ("\"\\", "one of"),
        (r#""\u12""#, "hexadecimal"),
        (r#""\u+123""#, "hexadecimal"),
        (r#""\u{}""#, "hexadecimal"),
        (r#""\u{12""#, "hexadecimal"),
        (r#""\u{+1}""#, "hexadecimal"),
    ] {
        let refused = parse(&format!("{{a(a:{literal}"), &limits()).unwrap_err();
        assert!(refused.to_string().contains(part), "{literal}: {refused}");
    }
}

#[test]
fn a_block_string_with_escaped_quotes_reads_as_the_specification_says() {
    for raw in [
        "\n    Hello,\n      World!\n\n    Yours,\n      \\\"\"\" GraphQL.\n  ",
        "\\\"\"\"",
        "\\\"\"\"\\\"\"\"",
        "  first \\\"\"\"\r\n\t\tsecond\r\r\tthird é\r\n   \r\n",
        "\n\n  \\\"\"\" \\ \\n \"quoted\" 😀\n",
    ] {
        let (text, next) = argument(&format!("\"\"\"{raw}\"\"\""));
        // A stand-in of the same width for the escape, which the engine's parser does not read.
        let (expected, _) = argument(&format!("\"\"\"{}\"\"\"", raw.replace("\\\"\"\"", "ÄÖÜß")));
        assert_eq!(text, expected.replace("ÄÖÜß", "\"\"\""), "{raw:?}");
        let last = raw.rsplit(['\n', '\r']).next().unwrap().chars().count() + if raw.contains('\n') { 0 } else { 8 };
        assert_eq!(next.column, last + 6, "{raw:?}");
    }
}
