//! Parameters and identifiers (items 8 to 17, 50).

use audit_gateway::domain::db::Store;
use serde_json::{Value as Json, json};

use super::{Library, event, id};
use crate::store::on_both_stores;

on_both_stores!(
    item_8_without_a_query_all_events_come_latest_first,
    item_9_10_orders_and_their_spellings,
    item_11_12_limit_and_offset,
    item_13_equal_dates_are_ordered_by_identifier,
    item_14_15_17_what_is_wrong_is_told_at_once,
    item_16_50_what_is_no_identifier_is_refused,
);

/// The parameters that an answer complains about.
fn complaints(answer: &Json) -> Vec<String> {
    let errors = answer["errors"].as_array().expect("errors");
    assert_eq!(answer["total_records"], errors.len());
    let members = |value: &Json| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(members(answer), ["errors", "total_records"]);
    for error in errors {
        assert_eq!(members(error), ["message", "type", "code", "parameters"]);
        assert_eq!((&error["type"], &error["code"]), (&json!("1"), &json!("validation")));
        assert_eq!(members(&error["parameters"][0]), ["key", "value"]);
        assert!(error["message"].is_string() && error["parameters"][0]["value"].is_string());
    }
    errors.iter().map(|error| error["parameters"][0]["key"].as_str().expect("a name").to_owned()).collect()
}

async fn refused(library: &Library, query: &str, names: &[&str]) {
    let seen = library.get(&format!("/order/{}?{query}", id(1))).await;
    assert_eq!((seen.status, seen.header("content-type").as_deref()), (422, Some("application/json")), "{query}");
    assert_eq!(complaints(&seen.json()), names, "{query}");
}

async fn item_8_without_a_query_all_events_come_latest_first(kind: Store) {
    let library = Library::open(kind).await;
    let events: Vec<Json> = (1..=52).map(|number| event("order", number, 1, json!({}))).collect();
    library.take(&events).await;
    let wanted: Vec<String> = (1..=52).rev().map(id).collect();
    assert_eq!(library.ids(&format!("/order/{}", id(1))).await, wanted);
}

async fn item_9_10_orders_and_their_spellings(kind: Store) {
    let library = Library::open(kind).await;
    let events: Vec<Json> = (1..=5)
        .map(|number| event("order", number, 1, json!({ "eventDate": format!("2025-01-01T00:00:0{}Z", 9 - number) })))
        .collect();
    library.take(&events).await;
    let up: Vec<String> = (1..=5).map(id).collect();
    let down: Vec<String> = (1..=5).rev().map(id).collect();
    for (query, wanted) in [
        ("sortBy=action_date", &down),
        ("sortBy=actionDate", &down),
        ("sortBy=event_date", &up),
        ("sortBy=eventDate", &up),
        ("sortBy=eventDate&sortOrder=asc", &down),
        ("sortBy=event_date&sortOrder=desc", &up),
        ("sortOrder=asc", &up),
        ("sortOrder=desc", &down),
    ] {
        assert_eq!(library.ids(&format!("/order/{}?{query}", id(1))).await, *wanted, "{query}");
    }
    for word in ["id", "user_id", "action_date%20desc", "action_date;", "", "ACTION_DATE"] {
        refused(&library, &format!("sortBy={word}"), &["sortBy"]).await;
    }
    for word in ["ASC", "Desc", "", "ascending"] {
        refused(&library, &format!("sortOrder={word}"), &["sortOrder"]).await;
    }
}

async fn item_11_12_limit_and_offset(kind: Store) {
    let library = Library::open(kind).await;
    library.take(&[1, 2, 3].map(|number| event("order", number, 1, json!({})))).await;
    for name in ["limit", "offset"] {
        for number in ["0", "2147483647", "0000000002"] {
            let list = library.list(&format!("/order/{}?{name}={number}", id(1))).await;
            assert_eq!(list["totalItems"], 3, "{name}={number}");
        }
        for number in ["-1", "%2B1", "1.5", "abc", "", "2147483648", "99999999999", "00000000001", "%201", "%D9%A1"] {
            refused(&library, &format!("{name}={number}"), &[name]).await;
        }
    }
    for (query, wanted) in [
        ("limit=0", json!([])),
        ("offset=3", json!([])),
        ("offset=2147483647&limit=2147483647", json!([])),
        ("offset=1&limit=1", json!([id(2)])),
        ("offset=2&sortOrder=asc", json!([id(3)])),
    ] {
        let path = format!("/order/{}?{query}", id(1));
        assert_eq!(json!(library.ids(&path).await), wanted, "{query}");
        assert_eq!(library.list(&path).await["totalItems"], 3, "{query}");
    }
}

async fn item_13_equal_dates_are_ordered_by_identifier(kind: Store) {
    let library = Library::open(kind).await;
    let date = json!({ "actionDate": "2024-05-06T07:08:09.000001Z", "eventDate": "2024-05-06T07:08:09Z" });
    let mut numbers = vec![7, 0xff_0000, 3, 0x8000_0000, 5];
    library.take(&numbers.iter().map(|number| event("order", *number, 1, date.clone())).collect::<Vec<_>>()).await;
    // A microsecond decides, although it is not shown.
    library.take(&[event("order", 9, 1, json!({ "actionDate": "2024-05-06T07:08:09Z" }))]).await;
    numbers.sort_unstable();
    let mut wanted = vec![id(9)];
    wanted.extend(numbers.into_iter().map(id));
    for (way, wanted) in [("asc", wanted.clone()), ("desc", wanted.into_iter().rev().collect())] {
        assert_eq!(library.ids(&format!("/order/{}?sortOrder={way}", id(1))).await, wanted);
        let mut walked = Vec::new();
        for offset in 0..6 {
            let path = format!("/order/{}?sortOrder={way}&limit=1&offset={offset}", id(1));
            walked.extend(library.ids(&path).await);
        }
        assert_eq!(walked, wanted);
    }
}

async fn item_14_15_17_what_is_wrong_is_told_at_once(kind: Store) {
    let library = Library::open(kind).await;
    let seen = library.get("/order/not-a-uuid?limit=-1&sortOrder=ASC").await;
    assert_eq!(seen.status, 422);
    assert_eq!(
        seen.text(),
        concat!(
            r#"{"errors":[{"message":"id must be a UUID","type":"1","code":"validation","parameters":[{"key":"id","#,
            r#""value":"not-a-uuid"}]},{"message":"sortOrder must be asc or desc","type":"1","code":"validation","#,
            r#""parameters":[{"key":"sortOrder","value":"ASC"}]},{"message":"limit must be an integer from 0 to "#,
            r#"2147483647","type":"1","code":"validation","parameters":[{"key":"limit","value":"-1"}]}],"#,
            r#""total_records":3}"#
        )
    );
    let all = library.get("/order/x?offset=a&limit=b&sortOrder=c&sortBy=d").await.json();
    assert_eq!(complaints(&all), ["id", "sortBy", "sortOrder", "limit", "offset"]);
    let messages: Vec<&Json> =
        all["errors"].as_array().expect("errors").iter().map(|error| &error["message"]).collect();
    assert_eq!(messages[1], "sortBy must be one of action_date, actionDate, event_date, eventDate");
    assert_eq!(messages[4], "offset must be an integer from 0 to 2147483647");
    let twice = library.get(&format!("/order/{}?limit=1&sortBy=x&limit=two", id(1))).await.json();
    assert_eq!(complaints(&twice), ["sortBy", "limit"]);
    let limit = &twice["errors"][1];
    assert_eq!(
        (&limit["message"], &limit["parameters"][0]["value"]),
        (&json!("limit must be given once"), &json!("two"))
    );
    let long = library.get(&format!("/order/{}?sortBy={}", id(1), "%C3%A4".repeat(300))).await.json();
    assert_eq!(long["errors"][0]["parameters"][0]["value"], "ä".repeat(255));
    library.list(&format!("/order/{}?unknown=1&unknown=2&query=%FF", id(1))).await;
}

async fn item_16_50_what_is_no_identifier_is_refused(kind: Store) {
    let library = Library::open(kind).await;
    let whole = id(1);
    let injection = "1'%20OR%20'1'='1".to_owned();
    for wrong in [
        "abc".to_owned(),
        whole[1..].to_owned(),
        format!("{whole}0"),
        "1-1-1-1-1".to_owned(),
        format!("%7B{whole}%7D"),
        whole.replace('-', ""),
        format!("{whole}.json"),
        injection.clone(),
        "%FF".to_owned(),
        "a%2Fb".to_owned(),
    ] {
        let seen = library.get(&format!("/order/{wrong}")).await;
        assert_eq!((seen.status, complaints(&seen.json())), (422, vec!["id".to_owned()]), "{wrong}");
    }
    let events = "SELECT CAST(count(*) AS BIGINT) FROM change_event";
    let before = library.house.ask(audit_gateway::domain::cell::Kind::Long, events).await;
    for name in ["sortBy", "sortOrder", "limit", "offset"] {
        refused(&library, &format!("{name}={injection}"), &[name]).await;
        refused(&library, &format!("{name}=1;DELETE%20FROM%20change_event"), &[name]).await;
    }
    assert_eq!(library.house.ask(audit_gateway::domain::cell::Kind::Long, events).await, before);
}
