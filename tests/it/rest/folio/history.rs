//! The status-change history of a piece (items 18 to 30).

use audit_gateway::domain::db::Store;
use serde_json::{Value as Json, json};

use super::{Library, event, id};
use crate::store::on_both_stores;

on_both_stores!(
    item_18_19_20_21_22_23_24_25_26_27_30_what_changes_is_kept,
    item_28_the_dates_of_the_actions_decide_whatever_the_list_is_sorted_by,
    item_29_equal_dates_are_told_apart_by_identifier,
    values_are_compared_as_texts,
);

/// A piece's snapshot: its status and its interval, where there are any.
fn piece(status: Json, interval: Json) -> Json {
    let mut snapshot = json!({ "comment": "claimingInterval" });
    if !status.is_null() {
        snapshot["receivingStatus"] = status;
    }
    if interval != "absent" {
        snapshot["claimingInterval"] = interval;
    }
    json!({ "pieceSnapshot": snapshot })
}

fn status(word: &str) -> Json {
    piece(json!(word), json!("absent"))
}

fn claim(word: &str, interval: impl Into<Json>) -> Json {
    piece(json!(word), interval.into())
}

fn nothing() -> Json {
    piece(Json::Null, json!("absent"))
}

fn no_snapshot() -> Json {
    json!({})
}

/// A course of events, and which of them, from 1, are kept.
type Course = (&'static str, Vec<Json>, &'static [usize]);

fn courses() -> Vec<Course> {
    let h2 = || vec![status("Expected"), status("Expected"), status("Expected")];
    let h3 = || vec![claim("Expected", 1), claim("Claim sent", 1), claim("Claim sent", 2)];
    let more = |mut course: Vec<Json>, rest: Vec<Json>| {
        course.extend(rest);
        course
    };
    let mut delete = status("Expected");
    delete["action"] = "Delete".into();
    vec![
        (
            "H1",
            vec![
                status("Expected"),
                claim("Claim sent", 3),
                claim("Claim sent", 44),
                claim("Claim sent", 44),
                claim("Claim sent", 16),
                claim("Received", 16),
                claim("Received", 16),
            ],
            &[1, 2, 3, 5, 6],
        ),
        ("H2", h2(), &[1]),
        ("H2 and two changes", more(h2(), vec![status("Claim delayed"), status("Claim sent")]), &[1, 4, 5]),
        ("H3", h3(), &[1, 2, 3]),
        (
            "H3 and four changes",
            more(h3(), ["Received", "Expected", "Unreceivable", "Expected"].map(|word| claim(word, 2)).to_vec()),
            &[1, 2, 3, 4, 5, 6, 7],
        ),
        ("H4", vec![nothing(), status("Expected")], &[2]),
        ("H5", vec![no_snapshot(), nothing()], &[]),
        ("H6", vec![status("Expected"), no_snapshot(), status("Expected")], &[1, 2, 3]),
        ("H7", vec![status("Expected"), claim("Expected", Json::Null)], &[1]),
        ("H8", vec![claim("Received", 16), claim("Received", "16")], &[1]),
        ("H9", vec![status("Expected"), status("Received"), status("Expected")], &[1, 2, 3]),
        ("H10", vec![status("Expected"), delete], &[1]),
        ("H13", vec![], &[]),
    ]
}

fn numbered(course: usize, number: usize) -> String {
    id(course * 0x100 + number)
}

async fn item_18_19_20_21_22_23_24_25_26_27_30_what_changes_is_kept(kind: Store) {
    let library = Library::open(kind).await;
    let courses = courses();
    // All courses at once and in turns: the events of the others stand between those of each.
    let mut events = Vec::new();
    for number in 1..=7 {
        for (course, (_, steps, _)) in courses.iter().enumerate() {
            if let Some(step) = steps.get(number - 1) {
                let mut event = event("piece", number, 0x9000 + course, step.clone());
                event["id"] = numbered(course, number).into();
                events.push(event);
            }
        }
    }
    // In whatever order they arrive.
    events.reverse();
    library.take(&events).await;
    for (course, (name, steps, kept)) in courses.iter().enumerate() {
        let path = format!("/piece/{}/status-change-history", id(0x9000 + course));
        let up: Vec<String> = kept.iter().map(|number| numbered(course, *number)).collect();
        let down: Vec<String> = up.iter().rev().cloned().collect();
        for (query, wanted) in [
            ("", down.clone()),
            ("?sortOrder=asc", up.clone()),
            ("?sortOrder=desc&limit=2&offset=1", down.iter().skip(1).take(2).cloned().collect()),
            ("?limit=0", vec![]),
            ("?offset=7", vec![]),
        ] {
            let list = library.list(&format!("{path}{query}")).await;
            assert_eq!(library.ids(&format!("{path}{query}")).await, wanted, "{name} {query}");
            assert_eq!(list["totalItems"], kept.len(), "{name} {query}");
        }
        let main = library.list(&format!("/piece/{}", id(0x9000 + course))).await;
        assert_eq!(main["totalItems"], steps.len(), "{name}");
    }
}

async fn item_28_the_dates_of_the_actions_decide_whatever_the_list_is_sorted_by(kind: Store) {
    let library = Library::open(kind).await;
    let events: Vec<Json> = [(1, "Expected"), (2, "Received"), (3, "Received")]
        .into_iter()
        .map(|(number, word)| {
            let mut event = event("piece", number, 1, status(word));
            event["eventDate"] = format!("2024-05-06T09:0{}:00Z", 9 - number).into();
            event
        })
        .collect();
    library.take(&events).await;
    let path = format!("/piece/{}/status-change-history", id(1));
    for (query, wanted) in
        [("sortBy=event_date&sortOrder=asc", [2, 1]), ("sortBy=eventDate&sortOrder=desc", [1, 2]), ("", [2, 1])]
    {
        assert_eq!(library.ids(&format!("{path}?{query}")).await, wanted.map(id), "{query}");
        assert_eq!(library.list(&format!("{path}?{query}")).await["totalItems"], 2);
    }
}

async fn item_29_equal_dates_are_told_apart_by_identifier(kind: Store) {
    let library = Library::open(kind).await;
    let events: Vec<Json> = [(3, "Received"), (1, "Expected"), (2, "Received")]
        .into_iter()
        .map(|(number, word)| {
            let mut event = event("piece", number, 1, status(word));
            event["actionDate"] = "2024-05-06T07:05:00Z".into();
            event
        })
        .collect();
    library.take(&events).await;
    let path = format!("/piece/{}/status-change-history", id(1));
    assert_eq!(library.ids(&format!("{path}?sortOrder=asc")).await, [1, 2].map(id));
    assert_eq!(library.ids(&path).await, [2, 1].map(id));
    assert_eq!(library.list(&path).await["totalItems"], 2);
}

async fn values_are_compared_as_texts(kind: Store) {
    let library = Library::open(kind).await;
    let values =
        [json!(16), json!("16"), json!("16.0"), json!(16.5), json!("16.5"), json!(true), json!("true"), json!("null")];
    let events: Vec<Json> =
        values.into_iter().zip(1..).map(|(value, number)| event("piece", number, 1, claim("Late", value))).collect();
    library.take(&events).await;
    let path = format!("/piece/{}/status-change-history?sortOrder=asc", id(1));
    assert_eq!(library.ids(&path).await, [1, 3, 4, 6, 8].map(id));
}
