//! What stands in a collection and in an event (items 1 to 7).

use audit_gateway::domain::db::Store;
use serde_json::{Value as Json, json};

use super::{ACTOR, KEYS, Library, collection, event, id};
use crate::store::on_both_stores;

on_both_stores!(
    item_1_2_4_every_path_answers_with_its_keys_in_order,
    item_3_5_a_record_without_events_has_an_empty_list,
    item_6_dates_are_cut_to_the_millisecond_and_end_with_their_offset,
    item_7_44_45_what_came_in_comes_back,
    numbers_keep_their_digits,
    parts_of_snapshots_that_are_not_to_be_shown_are_not,
);

const UUID: &str = "e2b1a7d4-6c3f-4b90-8d15-7f0a9c8b6e52";

fn keys(object: &Json) -> Vec<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// The response schemas of the document: what must be there, what may be, and whether anything else may.
fn valid(word: &str, list: &Json, always: &[&str], closed: bool) {
    let (_, entity, parent, snapshot) = KEYS.into_iter().find(|(known, ..)| *known == word).expect("a type");
    assert_eq!(keys(list), [collection(word), "totalItems"], "{word}");
    assert!(list["totalItems"].is_u64());
    for event in list[collection(word)].as_array().expect("events") {
        for key in always {
            assert!(event.get(key).is_some(), "{word} {key}: {event}");
        }
        for (key, value) in event.as_object().expect("an event") {
            let text = value.as_str().unwrap_or_default();
            match key.as_str() {
                "action" => assert!(["Create", "Edit", "Delete"].contains(&text)),
                "eventDate" | "actionDate" => assert!(is_date_time(text), "{text}"),
                key if key == snapshot => assert!(value.is_object()),
                key if ["id", "userId", entity, parent.unwrap_or("id")].contains(&key) => {
                    assert!(is_documented_uuid(text), "{key}: {text}");
                }
                key => assert!(!closed, "{word}: {key}"),
            }
        }
    }
}

fn is_documented_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && text.chars().all(|letter| letter == '-' || letter.is_ascii_digit() || ('a'..='f').contains(&letter))
        && ('1'..='5').contains(&parts[2].chars().next().expect("a version"))
        && "89ab".contains(parts[3].chars().next().expect("a variant"))
}

fn is_date_time(text: &str) -> bool {
    let form: String = text.chars().map(|letter| if letter.is_ascii_digit() { '9' } else { letter }).collect();
    form == "9999-99-99T99:99:99.999+99:99" && text.ends_with("+00:00")
}

async fn item_1_2_4_every_path_answers_with_its_keys_in_order(kind: Store) {
    let library = Library::open(kind).await;
    for (number, (word, entity, parent, snapshot)) in KEYS.into_iter().enumerate() {
        let capital = format!("original{}{}", snapshot[..1].to_uppercase(), &snapshot[1..]);
        let is_open = number > 2;
        let mut more = json!({ "zeal": [1], "note": "n" });
        if !is_open {
            more = json!({});
        }
        let whole = more.as_object_mut().expect("an object");
        whole.insert(snapshot.to_owned(), json!({ "b": null, "a": 1 }));
        whole.insert(capital.clone(), json!({ "a": 0 }));
        library.take(&[event(word, 1, 5, more.clone()), event(word, 2, 5, json!({ snapshot: null }))]).await;
        let list = library.list(&format!("/{word}/{}?sortOrder=asc", id(5))).await;
        let mut always = vec!["id", "action"];
        always.extend(parent);
        always.extend([entity, "userId", "eventDate", "actionDate"]);
        valid(word, &list, &always, !is_open);
        assert_eq!(list["totalItems"], 2);
        let [first, second] = list[collection(word)].as_array().expect("events").as_slice() else { panic!("two") };
        assert_eq!(keys(second), always, "{word}: what is null is left out");
        always.push(snapshot);
        if is_open {
            always.extend([capital.as_str(), "zeal", "note"]);
        }
        assert_eq!(keys(first), always, "{word}");
        assert_eq!(first[snapshot], json!({ "b": null, "a": 1 }));
    }
    // Who did it may be unknown.
    library
        .house
        .meddle(
            "INSERT INTO change_event (organization_id, sequence, uuid, entity_type, entity_uuid, action, event_date, \
             action_date, surface) SELECT organization_id, sequence + 90000, entity_uuid, entity_type, entity_uuid, action, \
             event_date, action_date, surface FROM change_event WHERE entity_type = 'acq.order' AND action = 'Edit' AND \
             sequence = (SELECT max(sequence) FROM change_event WHERE entity_type = 'acq.order' AND surface = 'import')",
        )
        .await;
    let unknown = library.list(&format!("/order/{}?sortOrder=asc", id(5))).await["orderAuditEvents"][2].clone();
    assert_eq!(keys(&unknown), ["id", "action", "orderId", "eventDate", "actionDate"]);
    let history = library.list(&format!("/piece/{}/status-change-history", id(5))).await;
    assert_eq!(history, json!({ "pieceAuditEvents": [], "totalItems": 0 }));
    // What the demonstration tells of every type.
    for (word, ..) in KEYS {
        let sql = format!(
            "SELECT entity_uuid FROM change_event WHERE entity_type = 'acq.{}' AND organization_id = \
             (SELECT id FROM organization WHERE slug = 'northwind-library') ORDER BY sequence",
            word.replace('-', "_")
        );
        let known = library.house.ask(audit_gateway::domain::cell::Kind::Uuid, &sql).await;
        let record = known.first().and_then(audit_gateway::domain::cell::Cell::as_uuid).expect("a record");
        let list = library.list(&format!("/{word}/{record}")).await;
        assert!(list["totalItems"].as_u64() > Some(0));
        valid(word, &list, &["id", "action", "userId", "eventDate", "actionDate"], word.contains("order"));
    }
}

async fn item_3_5_a_record_without_events_has_an_empty_list(kind: Store) {
    let library = Library::open(kind).await;
    library
        .take(&[event("order", 1, 0xab, json!({})), event("order-line", 2, 7, json!({ "orderId": id(0xab) }))])
        .await;
    let nothing = json!({ "orderAuditEvents": [], "totalItems": 0 });
    for unknown in [UUID, "0190d3c4-6b5a-7a49-8827-160f5e4d3c2b", "00000000-0000-0000-0000-000000000000"] {
        assert_eq!(library.list(&format!("/order/{unknown}")).await, nothing, "{unknown}");
    }
    let upper = library.list(&format!("/order/{}", id(0xab).to_uppercase())).await;
    assert_eq!((&upper["totalItems"], &upper["orderAuditEvents"][0]["orderId"]), (&json!(1), &json!(id(0xab))));
    // Lines are found by their own identifier.
    let by_order = library.list(&format!("/order-line/{}", id(0xab))).await;
    assert_eq!(by_order, json!({ "orderLineAuditEvents": [], "totalItems": 0 }));
    assert_eq!(library.list(&format!("/order-line/{}", id(7))).await["totalItems"], 1);
}

async fn item_6_dates_are_cut_to_the_millisecond_and_end_with_their_offset(kind: Store) {
    let library = Library::open(kind).await;
    let dates = json!({ "actionDate": "2024-12-31T23:59:59.999999Z", "eventDate": "2025-01-01T05:29:59+05:30" });
    library.take(&[event("piece", 1, 3, dates)]).await;
    let event = &library.list(&format!("/piece/{}", id(3))).await["pieceAuditEvents"][0];
    assert_eq!(event["actionDate"], "2024-12-31T23:59:59.999+00:00");
    assert_eq!(event["eventDate"], "2024-12-31T23:59:59.000+00:00");
}

/// Seven events, all but the last two with the same id, as they come from elsewhere.
fn samples() -> Vec<(&'static str, Json)> {
    let sample = |word: &'static str, version: &str, more: Json| {
        let mut event = event(word, 0x77, 0x33, more);
        event["id"] = format!("99ab0011-cdf1-{version}1e9-a9d9-f2801f1b9aa1").into();
        event["eventDate"] = "2022-11-10T09:30:00.333+0000".into();
        event["actionDate"] = "2022-11-10T09:29:00.578+0000".into();
        (word, event)
    };
    let metadata = json!({ "createdDate": "2022-11-10T09:22:15.808Z", "updatedByUserId": ACTOR });
    vec![
        sample(
            "order",
            "1",
            json!({ "orderSnapshot": { "poNumber": "10001", "approved": true, "metadata": metadata } }),
        ),
        sample("order-line", "1", json!({ "orderLineSnapshot": { "id": UUID, "cost": { "listUnitPrice": 24.99 } } })),
        sample("piece", "1", json!({ "pieceSnapshot": { "receivingStatus": "Expected", "claimingInterval": 0 } })),
        sample(
            "piece",
            "4",
            json!({ "action": "Delete", "pieceSnapshot": { "supplement": true }, "originalPieceSnapshot": { "a": 1 } }),
        ),
        sample(
            "invoice",
            "1",
            json!({ "invoiceSnapshot": { "status": "Open" }, "originalInvoiceSnapshot": { "status": "Reviewed" } }),
        ),
        sample(
            "invoice-line",
            "1",
            json!({ "invoiceLineSnapshot": { "subTotal": 0.1, "tags": [] }, "batch": { "of": 7 } }),
        ),
        sample(
            "organization",
            "1",
            json!({ "organizationSnapshot": { "name": "Lantern", "aliases": [{ "value": "L" }] } }),
        ),
    ]
}

async fn item_7_44_45_what_came_in_comes_back(kind: Store) {
    let library = Library::open(kind).await;
    let samples = samples();
    library.take(&samples.iter().map(|(_, event)| event.clone()).collect::<Vec<_>>()).await;
    for (word, mut wanted) in samples {
        let list = library.list(&format!("/{word}/{}", id(0x33))).await;
        let events = list[collection(word)].as_array().expect("events");
        let found = events.iter().find(|event| event["id"] == wanted["id"]).expect("the event");
        wanted["eventDate"] = "2022-11-10T09:30:00.333+00:00".into();
        wanted["actionDate"] = "2022-11-10T09:29:00.578+00:00".into();
        // Kept, but not shown on a type that is closed.
        let before = wanted.as_object_mut().and_then(|object| object.remove("originalPieceSnapshot"));
        assert_eq!(*found, wanted, "{word}");
        if let Some(before) = before {
            let sql = "SELECT CAST(snapshot_before AS TEXT) FROM change_event WHERE action = 'Delete' AND entity_type = \
                 'acq.piece' AND snapshot_before IS NOT NULL";
            let kept = library.house.ask(audit_gateway::domain::cell::Kind::Text, sql).await;
            assert!(kept.iter().any(|cell| cell.as_str() == Some(before.to_string().as_str())), "{kept:?}");
        }
    }
    for (word, ..) in KEYS {
        let text = event(word, 0x99, 0x34, json!({ "remark": "x", "nothing": null })).to_string();
        let report = library.import(super::LIBRARY, &text).await;
        let list = library.list(&format!("/{word}/{}", id(0x34))).await;
        if ["order", "order-line", "piece"].contains(&word) {
            let error = report.errors.first().expect("an error");
            assert_eq!((error.field.as_str(), error.message), ("remark", "unknown key"));
            assert_eq!(list["totalItems"], 0);
        } else {
            let event = &list[collection(word)][0];
            assert_eq!((&event["remark"], event.get("nothing")), (&json!("x"), None), "{word}");
        }
    }
}

async fn numbers_keep_their_digits(kind: Store) {
    let library = Library::open(kind).await;
    let numbers = r#"{"price":4.50,"big":123456789012345678901234567890,"small":1e-400,"zero":-0.0,"exp":1E+2}"#;
    let mut text = event("invoice", 1, 2, json!({})).to_string();
    text.insert_str(text.len() - 1, &format!(",\"invoiceSnapshot\":{numbers},\"rate\":1.10"));
    assert_eq!(library.import(super::LIBRARY, &text).await.inserted, 1);
    let seen = library.get(&format!("/invoice/{}", id(2))).await.text();
    assert!(seen.contains(&format!("\"invoiceSnapshot\":{numbers},\"rate\":1.10}}")), "{seen}");
}

async fn parts_of_snapshots_that_are_not_to_be_shown_are_not(kind: Store) {
    let library = Library::open(kind).await;
    let secret = json!({ "edi": { "ediFtp": { "password": "hush", "port": 22 } }, "password": "open" });
    let more = json!({ "organizationSnapshot": secret, "originalOrganizationSnapshot": secret });
    library
        .take(&[event("organization", 1, 2, more), event("invoice", 2, 2, json!({ "invoiceSnapshot": secret }))])
        .await;
    let vendor = &library.list(&format!("/organization/{}", id(2))).await["organizationAuditEvents"][0];
    let shown = json!({ "edi": { "ediFtp": { "password": "[redacted]", "port": 22 } }, "password": "open" });
    assert_eq!((&vendor["organizationSnapshot"], &vendor["originalOrganizationSnapshot"]), (&shown, &shown));
    let invoice = &library.list(&format!("/invoice/{}", id(2))).await["invoiceAuditEvents"][0];
    assert_eq!(invoice["invoiceSnapshot"], secret);
}
