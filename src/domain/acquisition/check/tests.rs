use super::*;

const PIECE: &str = r#"{"id":"51c9f7a2-2d0e-4a6b-8f3c-90b1d2e3f4a5","action":"Edit",
    "pieceId":"b7e1d2c3-f4a5-4b6c-9d7e-8f9a0b1c2d3e","userId":"0f1e2d3c-4b5a-1968-b786-95a4b3c2d1e0",
    "eventDate":"2030-01-02T03:04:05Z","actionDate":1893553445006}"#;

/// The event above with keys added, replaced (by giving them again) or, with `-key`, taken away.
fn piece(changes: &[(&str, &str)]) -> String {
    let mut members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(PIECE).unwrap();
    for (key, json) in changes {
        match key.strip_prefix('-') {
            Some(gone) => drop(members.remove(gone)),
            None => drop(members.insert((*key).to_owned(), serde_json::from_str(json).unwrap())),
        }
    }
    serde_json::to_string(&members).unwrap()
}

fn refused(changes: &[(&str, &str)]) -> (String, &'static str) {
    let refusal = read(&piece(changes), None).expect_err("an event that is refused");
    (refusal.field, refusal.message)
}

#[test]
fn a_whole_event_is_taken_as_it_came() {
    let text = piece(&[("originalPieceSnapshot", "{}")]).replace('}', "")
        + r#"}, "pieceSnapshot": {"price": 4.50, "big": 12345678901234567890.10, "a": "\u00e9"}}"#;
    let event = read(&text, None).unwrap();
    assert_eq!(event.kind, Kind::Piece);
    assert_eq!(event.action, Action::Edit);
    assert_eq!(event.id.to_string(), "51c9f7a2-2d0e-4a6b-8f3c-90b1d2e3f4a5");
    assert_eq!(event.action_date.timestamp_millis(), 1_893_553_445_006);
    assert_eq!(event.snapshot.as_deref(), Some(r#"{"price": 4.50, "big": 12345678901234567890.10, "a": "\u00e9"}"#));
    assert_eq!(event.original.as_deref(), Some("{}"));
    assert_eq!(event.extra, None);
}

#[test]
fn each_field_is_refused_by_its_key() {
    let uuid = "must be a UUID of version 1 to 5";
    for (key, json, message) in [
        ("-id", "", REQUIRED),
        ("id", "null", REQUIRED),
        ("id", "7", uuid),
        ("id", r#""51c9f7a2-2d0e-7a6b-8f3c-90b1d2e3f4a5""#, uuid),
        ("id", r#""51c9f7a2-2d0e-4a6b-cf3c-90b1d2e3f4a5""#, uuid),
        ("id", r#""51c9f7a22d0e4a6b8f3c90b1d2e3f4a5""#, uuid),
        ("id", r#""{51c9f7a2-2d0e-4a6b-8f3c-90b1d2e3f4a5}""#, uuid),
        ("-action", "", REQUIRED),
        ("action", r#""EDIT""#, "must be Create, Edit or Delete"),
        ("action", "1", "must be Create, Edit or Delete"),
        ("pieceId", r#""x""#, uuid),
        ("-userId", "", REQUIRED),
        ("-eventDate", "", REQUIRED),
        ("eventDate", r#""2030-01-02T03:04:05""#, "must be a date-time with an offset"),
        ("-actionDate", "", REQUIRED),
        ("actionDate", "1.5", "must be a date-time with an offset"),
        ("pieceSnapshot", "[]", "must be an object"),
        ("originalPieceSnapshot", r#""x""#, "must be an object"),
        ("orderId", r#""b7e1d2c3-f4a5-4b6c-9d7e-8f9a0b1c2d3e""#, "unknown key"),
        ("note", "null", "unknown key"),
    ] {
        assert_eq!(refused(&[(key, json)]), (key.trim_start_matches('-').to_owned(), message), "{key} {json}");
    }
}

#[test]
fn the_first_fault_in_the_order_of_the_rules_is_told() {
    assert_eq!(refused(&[("note", "1"), ("actionDate", "true"), ("action", "2")]).0, "action");
    assert_eq!(refused(&[("note", "1"), ("actionDate", "true")]).0, "actionDate");
    assert_eq!(refused(&[("-pieceId", ""), ("id", "3"), ("pieceSnapshot", "{}")]).0, "id");
    assert_eq!(refused(&[("-pieceId", ""), ("pieceSnapshot", "{}")]), ("pieceId".to_owned(), REQUIRED));
    assert_eq!(refused(&[("-pieceId", "")]), ("type".to_owned(), "cannot be told"));
}

#[test]
fn the_type_is_told_from_one_snapshot_else_from_the_first_identifier() {
    let id = r#""b7e1d2c3-f4a5-4b6c-9d7e-8f9a0b1c2d3e""#;
    for (keys, kind) in [
        (vec![("orderId", id), ("orderLineId", id)], Some(Kind::OrderLine)),
        (vec![("orderId", id), ("orderSnapshot", "{}"), ("orderLineId", id)], Some(Kind::Order)),
        (vec![("invoiceId", id), ("invoiceLineId", id)], Some(Kind::InvoiceLine)),
        (vec![("orderId", id), ("orderLineId", "null")], Some(Kind::Order)),
        (vec![("orderSnapshot", "{}"), ("pieceSnapshot", "{}"), ("organizationId", id)], Some(Kind::Organization)),
        (vec![("orderSnapshot", "{}"), ("pieceSnapshot", "{}")], None),
        (vec![("organizationId", id), ("orderId", id)], Some(Kind::Organization)),
    ] {
        let mut fields = Fields::default();
        keys.iter().for_each(|(key, json)| fields.put(*key, json));
        assert_eq!(told(&fields), kind, "{keys:?}");
    }
}

#[test]
fn open_types_keep_further_keys_and_drop_null_ones() {
    let changes = [
        ("-pieceId", ""),
        ("invoiceId", r#""b7e1d2c3-f4a5-4b6c-9d7e-8f9a0b1c2d3e""#),
        ("batch", "7"),
        ("gone", "null"),
        ("say \"hi\"", "[1,{}]"),
    ];
    let event = read(&piece(&changes), None).unwrap();
    assert_eq!(event.extra.as_deref(), Some(r#"{"batch":7,"say \"hi\"":[1,{}]}"#));
}

#[test]
fn a_line_needs_what_it_is_a_line_of() {
    let line = [("-pieceId", ""), ("orderLineId", r#""b7e1d2c3-f4a5-4b6c-9d7e-8f9a0b1c2d3e""#)];
    assert_eq!(refused(&line), ("orderId".to_owned(), REQUIRED));
    let with_order = [line[0], line[1], ("orderId", r#""51c9f7a2-2d0e-4a6b-8f3c-90b1d2e3f4a5""#)];
    let event = read(&piece(&with_order), None).unwrap();
    assert_eq!(event.parent_id.map(|id| id.to_string()).as_deref(), Some("51c9f7a2-2d0e-4a6b-8f3c-90b1d2e3f4a5"));
}

#[test]
fn what_is_no_event_at_all_is_refused_as_a_whole() {
    let deep = format!(r#"{{"pieceSnapshot":{}{}}}"#, "[".repeat(500), "]".repeat(500));
    for (text, message) in [
        ("", "must be valid JSON"),
        ("{", "must be valid JSON"),
        ("{} {}", "must be valid JSON"),
        ("[]", "must be a JSON object"),
        ("7", "must be a JSON object"),
        ("null", "must be a JSON object"),
        (r#"{"a":"\ud800"}"#, "must be valid JSON"),
        (r#"{"a":"\u0000"}"#, "must not contain U+0000"),
        (deep.as_str(), "must be valid JSON"),
    ] {
        let refusal = read(text, None).expect_err("refused");
        assert_eq!((refusal.field.as_str(), refusal.message), ("", message), "{text}");
    }
}

#[test]
fn a_given_type_overrules_the_keys() {
    let refusal = read(PIECE, Some(Kind::Order)).expect_err("an order has no piece");
    assert_eq!((refusal.field.as_str(), refusal.message), ("orderId", REQUIRED));
    assert_eq!(refusal.id.as_deref(), Some("51c9f7a2-2d0e-4a6b-8f3c-90b1d2e3f4a5"));
}

#[test]
fn the_mutation_fills_in_what_is_absent() {
    let mut fields = Fields::default();
    fields.put("action", r#""Create""#);
    fields.put("pieceId", r#""b7e1d2c3-f4a5-4b6c-9d7e-8f9a0b1c2d3e""#);
    fields.put("actionDate", "0");
    let fill = Fill { user_id: Uuid::from_u128(7), now: DateTime::UNIX_EPOCH };
    let event = check(None, &fields, Some(&fill)).unwrap();
    assert_eq!((event.id.get_version_num(), event.user_id, event.event_date), (4, fill.user_id, fill.now));
    fields.put("userId", r#""x""#);
    assert_eq!(check(None, &fields, Some(&fill)).expect_err("refused").field, "userId");
}
