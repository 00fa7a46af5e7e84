//! How events get in (items 38 to 43, 46, 47). What files may look like is tested with the importer.

use audit_gateway::domain::acquisition::Kind as Type;
use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::db::Store;
use audit_gateway::import::folio::{OnError, Report};
use serde_json::{Value as Json, json};

use super::{ACTOR, HARBOUR, KEYS, LIBRARY, Library, collection, event, id};
use crate::store::on_both_stores;

on_both_stores!(
    item_38_events_are_taken_or_refused_for_what_is_wrong,
    item_39_40_41_a_file_can_be_imported_again_and_twice_at_once,
    item_42_every_form_of_a_file_gives_the_same_rows,
    item_46_the_mutation_fills_in_and_refuses_like_the_importer,
    item_47_suppliers_are_served_as_organizations,
);

fn counts(report: &Report) -> [u64; 4] {
    [report.received, report.inserted, report.duplicates, report.refused]
}

/// An event of a piece, changed: a null takes a key away.
fn piece(number: usize, changes: Json) -> Json {
    let mut event = event("piece", number, 1, json!({ "pieceSnapshot": { "receivingStatus": "Expected" } }));
    let object = event.as_object_mut().expect("an object");
    for (key, value) in changes.as_object().expect("an object") {
        match value {
            Json::Null => drop(object.remove(key)),
            value => drop(object.insert(key.clone(), value.clone())),
        }
    }
    event
}

async fn item_38_events_are_taken_or_refused_for_what_is_wrong(kind: Store) {
    let library = Library::open(kind).await;
    let invoice = |number: usize| {
        let more = json!({ "pieceId": null, "pieceSnapshot": null, "invoiceId": id(1), "action": "Create" });
        let mut event = piece(number, more);
        event["invoiceSnapshot"] = json!({ "status": "Open" });
        event
    };
    let mut with_batch = invoice(9);
    with_batch["batch"] = json!(7);
    let same = |key: &str, value: &str| Some(json!({ key: value }));
    // I1 to I17: the event, the key it is refused for (or what becomes of it), the text, and what is rendered.
    let vectors: [(Json, &str, &str, Option<Json>); 17] = [
        (piece(1, json!({})), "inserted", "", same("eventDate", "2024-05-06T07:01:10.250+00:00")),
        (piece(1, json!({})), "duplicate", "", None),
        (invoice(1), "inserted", "", Some(json!({ "invoiceSnapshot": { "status": "Open" } }))),
        (
            piece(4, json!({ "eventDate": "2024-05-06T07:08:10.250+0000" })),
            "inserted",
            "",
            same("eventDate", "2024-05-06T07:08:10.250+00:00"),
        ),
        (
            piece(5, json!({ "actionDate": 1_714_979_289_125_i64 })),
            "inserted",
            "",
            same("actionDate", "2024-05-06T07:08:09.125+00:00"),
        ),
        (
            piece(6, json!({ "actionDate": "2024-05-06T09:08:09+02:00" })),
            "inserted",
            "",
            same("actionDate", "2024-05-06T07:08:09.000+00:00"),
        ),
        (
            piece(7, json!({ "actionDate": "2024-05-06T07:08:09" })),
            "actionDate",
            "must be a date-time with an offset",
            None,
        ),
        (piece(8, json!({ "remark": "x" })), "remark", "unknown key", None),
        (with_batch, "inserted", "", Some(json!({ "batch": 7 }))),
        (piece(10, json!({ "pieceSnapshot": "Test" })), "pieceSnapshot", "must be an object", None),
        (piece(11, json!({ "pieceSnapshot": null })), "inserted", "", None),
        (
            piece(12, json!({ "id": "0190d3c4-6b5a-7a49-8827-160f5e4d3c2b" })),
            "id",
            "must be a UUID of version 1 to 5",
            None,
        ),
        (piece(13, json!({ "action": "edit" })), "action", "must be Create, Edit or Delete", None),
        (piece(14, json!({ "pieceId": null })), "pieceId", "is required", None),
        (piece(15, json!({ "userId": null })), "userId", "is required", None),
        (
            piece(16, json!({ "pieceId": null, "pieceSnapshot": null, "orderLineId": id(3), "orderLineSnapshot": {} })),
            "orderId",
            "is required",
            None,
        ),
        (piece(17, json!({ "pieceId": null, "pieceSnapshot": null })), "type", "cannot be told", None),
    ];
    for (event, result, message, rendered) in vectors {
        let report = library.import(LIBRARY, &event.to_string()).await;
        let error = report.errors.first().map(|error| (error.line, error.field.as_str(), error.message));
        match result {
            "inserted" => assert_eq!((counts(&report), error), ([1, 1, 0, 0], None), "{event}"),
            "duplicate" => assert_eq!((counts(&report), error), ([1, 0, 1, 0], None), "{event}"),
            field => {
                assert_eq!((counts(&report), error), ([1, 0, 0, 1], Some((1, field, message))), "{event}");
                assert_eq!(report.errors[0].id.as_deref(), event["id"].as_str());
            }
        }
        let word = if event.get("invoiceId").is_some() { "invoice" } else { "piece" };
        let list = library.list(&format!("/{word}/{}", id(1))).await;
        let found = list[collection(word)].as_array().expect("events").iter().find(|found| found["id"] == event["id"]);
        assert_eq!(found.is_some(), ["inserted", "duplicate"].contains(&result), "{event}");
        for (key, value) in rendered.iter().flat_map(|rendered| rendered.as_object().expect("an object")) {
            assert_eq!(found.and_then(|found| found.get(key)), Some(value), "{event}");
        }
    }
    // What is no event at all, and the order in which faults are told.
    for (text, field, message) in [
        ("nonsense\n{}", "", "must be valid JSON"),
        ("7", "", "must be a JSON object"),
        ("{}", "type", "cannot be told"),
        (r#"{"pieceId":7,"action":7,"more":1}"#, "id", "is required"),
        (r#"{"id":"x","pieceId":7}"#, "id", "must be a UUID of version 1 to 5"),
    ] {
        let report = library.import(LIBRARY, text).await;
        assert_eq!((report.errors[0].field.as_str(), report.errors[0].message), (field, message), "{text}");
    }
    let told = piece(30, json!({ "pieceId": null, "pieceSnapshot": null, "orderId": id(1) })).to_string();
    let report = library.import_as(LIBRARY, &told, Some(Type::Invoice), OnError::Continue).await;
    assert_eq!(report.errors[0].field, "invoiceId", "the type given counts");
}

/// What stands in the store, but for what depends on the run.
async fn rows(library: &Library) -> Vec<Cell> {
    let sql = "SELECT entity_type || ' ' || action || ' ' || surface || ' ' || COALESCE(CAST(snapshot_after AS TEXT), '-') \
               || ' ' || COALESCE(CAST(extra AS TEXT), '-') FROM change_event WHERE surface = 'import' ORDER BY uuid, \
               entity_type";
    library.house.ask(Kind::Text, sql).await
}

async fn item_39_40_41_a_file_can_be_imported_again_and_twice_at_once(kind: Store) {
    let library = Library::open(kind).await;
    let mut text = String::new();
    for number in 1..=1_500 {
        let (word, ..) = KEYS[number % 6];
        text.push_str(&format!("{}\n", event(word, number, number % 7, json!({}))));
        if number % 500 == 0 {
            text.push_str("\n{\"id\":\n");
        }
    }
    let (one, other) = tokio::join!(library.import(LIBRARY, &text), library.import(LIBRARY, &text));
    for report in [&one, &other] {
        assert_eq!(report.received, report.inserted + report.duplicates + report.refused);
        assert_eq!((report.received, report.refused), (1_503, 3));
        let lines: Vec<u64> = report.errors.iter().map(|error| error.line).collect();
        assert_eq!(lines, [502, 1_004, 1_506]);
    }
    assert_eq!(one.inserted + other.inserted, 1_500);
    let before = rows(&library).await;
    assert_eq!(before.len(), 1_500);
    assert_eq!(counts(&library.import(LIBRARY, &text).await), [1_503, 0, 1_500, 3]);
    assert_eq!(rows(&library).await, before);
    let more = text.replace("-0a1b-", "-0a1c-");
    let stopped = library.import_as(LIBRARY, &more, None, OnError::Stop).await;
    assert_eq!(counts(&stopped), [501, 500, 0, 1]);
}

async fn item_42_every_form_of_a_file_gives_the_same_rows(kind: Store) {
    let library = Library::open(kind).await;
    let events: Vec<Json> = (1..=4).map(|number| event("invoice", number, 2, json!({ "batch": 1.5 }))).collect();
    let joined = events.iter().map(Json::to_string).collect::<Vec<_>>();
    let forms = [
        joined.join("\n"),
        format!("[{}]", joined.join(",\n")),
        format!("{{\"invoiceAuditEvents\":[{}],\"totalItems\":9}}", joined.join(",")),
    ];
    let mut found = Vec::new();
    for form in forms {
        let report = library.import(if found.is_empty() { LIBRARY } else { HARBOUR }, &form).await;
        assert_eq!(report.received, 4, "{report:?}");
        assert_eq!(report.refused, 0);
        found.push(report.inserted);
    }
    // Into one organization, then into another, where the third form adds nothing to the second.
    assert_eq!(found, [4, 4, 0]);
    for (number, event) in events.iter().enumerate() {
        let single = library.import(LIBRARY, &event.to_string()).await;
        assert_eq!(counts(&single), [1, 0, 1, 0], "{number}");
    }
    let all = rows(&library).await;
    assert_eq!(all.len(), 8);
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{all:?}");
}

async fn item_46_the_mutation_fills_in_and_refuses_like_the_importer(kind: Store) {
    let library = Library::open(kind).await;
    let (owner, member) = (library.house.sign_in("nora.owner").await, &library.token);
    let input = |more: &str| {
        format!(
            "mutation {{ recordAcquisitionEvents(input: {{events: [{{type: PIECE, action: CREATE, entityId: \"{}\", \
             actionDate: \"2026-01-02T03:04:05.678901Z\", snapshot: {{receivingStatus: \"Expected\"}}}}{more}]}}) {{ received \
             inserted duplicates refused errors {{ index id field message }} }} }}",
            id(3)
        )
    };
    let refused = library.ask(member, &input("")).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    assert_eq!(library.list(&format!("/piece/{}", id(3))).await["totalItems"], 0);

    let more = format!(
        ", {{type: ORDER, action: EDIT, entityId: \"{0}\", actionDate: \"2026-01-02T03:04:05Z\", extra: {{a: 1}}}}, {{type: \
         INVOICE_LINE, action: DELETE, entityId: \"{0}\", actionDate: \"2026-01-02T03:04:05Z\"}}, {{id: \"{1}\", type: \
         INVOICE, action: EDIT, entityId: \"{0}\", userId: \"{ACTOR}\", eventDate: \"2026-01-02T03:04:06Z\", actionDate: \
         \"2026-01-02T03:04:05Z\", originalSnapshot: {{a: 1}}, extra: {{batch: 7, none: null}}}}",
        id(3),
        id(4)
    );
    let recorded = library.ask(&owner, &input(&more)).await;
    let counts = &recorded["data"]["recordAcquisitionEvents"];
    assert_eq!(
        (&counts["received"], &counts["inserted"], &counts["refused"]),
        (&json!(4), &json!(2), &json!(2)),
        "{recorded}"
    );
    assert_eq!(
        counts["errors"],
        json!([
            { "index": 1, "id": null, "field": "extra", "message": "unknown key" },
            { "index": 2, "id": null, "field": "invoiceId", "message": "is required" },
        ])
    );
    let piece = &library.list(&format!("/piece/{}", id(3))).await["pieceAuditEvents"][0];
    let made = piece["id"].as_str().expect("an id");
    assert!(made.chars().nth(14) == Some('4') && "89ab".contains(made.chars().nth(19).expect("a variant")), "{made}");
    let sql = "SELECT uuid FROM \"user\" WHERE username = 'nora.owner'";
    let nora = library.house.ask(Kind::Uuid, sql).await.first().and_then(Cell::as_uuid).expect("nora");
    assert_eq!(piece["userId"], nora.to_string());
    let now = crate::fixture::clock().now().format("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string();
    assert_eq!((&piece["eventDate"], &piece["actionDate"]), (&json!(now), &json!("2026-01-02T03:04:05.678+00:00")));
    let invoice = &library.list(&format!("/invoice/{}", id(3))).await["invoiceAuditEvents"][0];
    assert_eq!(
        *invoice,
        json!({
            "id": id(4), "action": "Edit", "invoiceId": id(3), "userId": ACTOR,
            "eventDate": "2026-01-02T03:04:06.000+00:00", "actionDate": "2026-01-02T03:04:05.000+00:00",
            "originalInvoiceSnapshot": { "a": 1 }, "batch": 7,
        })
    );
    // Of an owner's keys only one with the scope of its own.
    for (scopes, may) in [(&["graphql:write"][..], false), (&["acquisition.events.post"], true), (&[], true)] {
        let key = library.key(&owner, scopes).await;
        let answer = library.ask(&key, &input("")).await;
        assert_eq!(answer.get("errors").is_none(), may, "{scopes:?} {answer}");
    }
}

async fn item_47_suppliers_are_served_as_organizations(kind: Store) {
    let library = Library::open(kind).await;
    let owner = library.house.sign_in("nora.owner").await;
    let sql = "SELECT uuid FROM \"user\" WHERE username = 'nora.owner'";
    let nora = library.house.ask(Kind::Uuid, sql).await.first().and_then(Cell::as_uuid).expect("nora").to_string();
    for (kind, name) in [("SUPPLIER", "Paper Mill"), ("SITE", "Reading Room")] {
        let create =
            format!("mutation {{ createAsset(input: {{name: \"{name}\", kind: {kind}}}) {{ asset {{ id uuid }} }} }}");
        let made = library.ask(&owner, &create).await;
        let asset = &made["data"]["createAsset"]["asset"];
        let (global, uuid) = (asset["id"].as_str(), asset["uuid"].as_str());
        let (Some(global), Some(uuid)) = (global, uuid) else { panic!("{made}") };
        for change in [
            format!("updateAsset(input: {{id: \"{global}\", city: \"Hull\"}}) {{ asset {{ id }} }}"),
            format!("deleteAsset(input: {{id: \"{global}\"}}) {{ userErrors {{ message }} }}"),
        ] {
            let answer = library.ask(&owner, &format!("mutation {{ {change} }}")).await;
            assert_eq!(answer.get("errors"), None, "{answer}");
        }
        let list = library.list(&format!("/organization/{uuid}")).await;
        let events = list["organizationAuditEvents"].as_array().expect("events");
        if kind != "SUPPLIER" {
            assert_eq!((events.len(), &list["totalItems"]), (0, &json!(0)));
            continue;
        }
        assert_eq!(list["totalItems"], 3);
        let mut actions: Vec<&str> = events.iter().filter_map(|event| event["action"].as_str()).collect();
        actions.sort_unstable();
        assert_eq!(actions, ["Create", "Delete", "Edit"]);
        for event in events {
            let keys: Vec<&String> = event.as_object().expect("an event").keys().collect();
            let wanted =
                ["id", "action", "organizationId", "userId", "eventDate", "actionDate", "organizationSnapshot"];
            assert_eq!(keys, wanted);
            assert_eq!((&event["organizationId"], &event["userId"]), (&json!(uuid), &json!(nora)));
            assert_eq!(event["organizationSnapshot"]["name"], name);
            let city = event["organizationSnapshot"]["city"].clone();
            assert_eq!(city.is_null(), event["action"] == "Create", "{event}");
        }
        let archive = library.list(&format!("/invoice/{uuid}")).await;
        assert_eq!(archive["totalItems"], 0);
    }
}
