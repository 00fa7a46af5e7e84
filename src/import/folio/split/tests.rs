use std::io::BufReader;

use super::*;

/// Read two bytes at a time, so that every boundary falls into the middle of something.
fn elements(text: &str) -> Vec<(u64, Option<Kind>, String)> {
    let mut elements = Elements::new(BufReader::with_capacity(2, text.as_bytes()));
    std::iter::from_fn(|| elements.next().unwrap())
        .map(|piece| {
            let text = piece.text.map_or_else(|| "too long".to_owned(), |text| String::from_utf8(text).unwrap());
            (piece.place, piece.kind, text)
        })
        .collect()
}

fn texts(text: &str) -> Vec<String> {
    elements(text).into_iter().map(|(_, _, text)| text).collect()
}

#[test]
fn the_elements_of_an_array_come_one_by_one() {
    assert_eq!(
        texts(r#" [ {"a":[1,{"b":"]}"}]} , 7,"x\"],", null,[ ], {} ] "#),
        [r#"{"a":[1,{"b":"]}"}]}"#, "7", r#""x\"],""#, "null", "[ ]", "{}"]
    );
    assert_eq!(texts("[]"), Vec::<String>::new());
    assert_eq!(elements("[1,2]").last().map(|(place, kind, _)| (*place, *kind)), Some((2, None)));
}

#[test]
fn a_collection_tells_the_type_of_its_events() {
    let text =
        r#"{"totalItems": 2, "x": {"pieceAuditEvents": [9]}, "pi\u0065ceAuditEvents": [ {"a":1}, {} ], "y": [3]}"#;
    assert_eq!(
        elements(text),
        [(1, Some(Kind::Piece), r#"{"a":1}"#.to_owned()), (2, Some(Kind::Piece), "{}".to_owned())]
    );
    assert_eq!(texts(r#"{"invoiceAuditEvents":[],"totalItems":0}"#), Vec::<String>::new());
}

#[test]
fn any_other_object_is_one_event() {
    let text = "{\n  \"id\": \"}\",\n  \"pieceAuditEvents\": {}\n}";
    assert_eq!(elements(&format!("\n{text}\n")), [(1, None, format!("\n{text}"))]);
    assert_eq!(texts("{}"), ["{}"]);
    assert_eq!(texts("42"), ["42"]);
    assert_eq!(texts("\"[1]\""), ["\"[1]\""]);
}

#[test]
fn an_event_over_the_limit_is_passed_over() {
    let long = "x".repeat(LONGEST - 2);
    let pieces = |text: String| {
        let mut elements = Elements::new(text.as_bytes());
        std::iter::from_fn(|| elements.next().unwrap().map(|piece| piece.text.map(|text| text.len())))
            .collect::<Vec<_>>()
    };
    assert_eq!(pieces(format!("[\"{long}\",\"{long}y\",1]")), [Some(LONGEST), None, Some(1)]);
    assert_eq!(pieces(format!("{{\"a\":\"{long}\"}}")), [None]);
    assert_eq!(pieces(format!("{{\"a\":\"{long}\",\"pieceAuditEvents\":[1]}}")), [Some(1)]);
}

#[test]
fn lines_are_counted_with_the_empty_ones() {
    let long = "x".repeat(LONGEST);
    let text = format!("\n{{}}\r\n  \t\n{long}\n{long}y\nlast");
    let mut lines = Lines::new(BufReader::with_capacity(7, text.as_bytes()));
    let found: Vec<_> = std::iter::from_fn(|| lines.next().unwrap())
        .map(|piece| (piece.place, piece.text.map(|text| text.len())))
        .collect();
    assert_eq!(found, [(2, Some(3)), (4, Some(LONGEST)), (5, None), (6, Some(4))]);
}
