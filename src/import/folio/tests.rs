use std::fmt::Write as _;
use std::io::Write as _;

use super::*;
use crate::import::testing::Home;

const USER: &str = "8a7b6c5d-4e3f-4a2b-9c1d-0e9f8a7b6c5d";

fn options() -> Options {
    Options {
        organization: "here".to_owned(),
        kind: None,
        on_error: OnError::Continue,
        mode: Mode::Write,
        clock: Clock::System,
    }
}

async fn import(home: &Home, text: &str, options: &Options) -> Report {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    run(&home.db, &Input::File(file.path().to_owned()), options).await.unwrap()
}

fn counts(report: &Report) -> [u64; 4] {
    [report.received, report.inserted, report.duplicates, report.refused]
}

fn id(number: u64) -> String {
    format!("{number:08x}-1a2b-4c3d-9e4f-5a6b7c8d9e0f")
}

/// A piece event without its braces.
fn piece(number: u64) -> String {
    format!(
        r#""id":"{}","action":"Edit","pieceId":"{}","userId":"{USER}","eventDate":"2030-05-06T07:08:10.25Z","actionDate":"2030-05-06T07:08:09Z""#,
        id(number),
        id(0xF00)
    )
}

fn line(number: u64) -> String {
    format!("{{{}}}\n", piece(number))
}

/// The facts of the contract's vectors I1 to I17, in other words.
fn vectors() -> Vec<(String, &'static str)> {
    let with = |number, more: &str| format!("{{{},{more}}}", piece(number));
    let invoice = |number, more: &str| {
        format!("{{{}{more}}}", piece(number).replace("pieceId", "invoiceId").replace("Edit", "Create"))
    };
    let dated = |number, date: &str| format!("{{{}}}", piece(number).replace("\"2030-05-06T07:08:09Z\"", date));
    vec![
        (with(1, r#""pieceSnapshot":{"receivingStatus":"Expected","price":4.50}"#), "inserted"),
        (with(1, r#""pieceSnapshot":{"receivingStatus":"Other"}"#), "duplicate"),
        (invoice(1, r#","invoiceSnapshot":{"status":"Open"}"#), "inserted"),
        (dated(4, r#""2030-05-06T07:08:09.125+0000""#), "inserted"),
        (dated(5, "1904282889125"), "inserted"),
        (dated(6, r#""2030-05-06T09:08:09+02:00""#), "inserted"),
        (dated(7, r#""2030-05-06T07:08:09""#), "actionDate"),
        (with(8, r#""remark":"x""#), "remark"),
        (invoice(9, r#","batch":7"#), "inserted"),
        (with(10, r#""pieceSnapshot":"Test""#), "pieceSnapshot"),
        (line(11).trim().to_owned(), "inserted"),
        (line(12).replace("-4c3d-", "-7c3d-").trim().to_owned(), "id"),
        (line(13).replace("Edit", "edit").trim().to_owned(), "action"),
        (with(14, r#""pieceSnapshot":{}"#).replace("\"pieceId\"", "\"pieceSnapshot\""), "pieceId"),
        (line(15).replace("\"userId\"", "\"eventDate\"").trim().to_owned(), "userId"),
        (line(16).replace("\"pieceId\"", "\"orderLineId\"").trim().to_owned(), "orderId"),
        (line(17).replace("\"pieceId\"", "\"action\"").replace("\"action\":\"Edit\",", "").trim().to_owned(), "type"),
    ]
}

#[tokio::test]
async fn the_contracts_cases_give_the_contracts_results() {
    for home in Home::all().await {
        for (event, expected) in vectors() {
            let report = import(&home, &event, &options()).await;
            let found = match counts(&report) {
                [1, 1, 0, 0] => "inserted".to_owned(),
                [1, 0, 1, 0] => "duplicate".to_owned(),
                _ => report.errors.first().unwrap().field.clone(),
            };
            assert_eq!(found, expected, "{event} {report:?}");
        }
        let text = |column: &str| match home.db.store() {
            crate::domain::db::Store::Postgres => format!("{column}::text"),
            crate::domain::db::Store::Sqlite => column.to_owned(),
        };
        let stored = format!(
            "SELECT {}, entity_type, action, surface, {}, {} FROM change_event ORDER BY sequence",
            text("sequence || ''"),
            text("snapshot_after"),
            text("extra")
        );
        let stored: Vec<String> = home.ask(&stored, 6).await.into_iter().map(|row| row.join(" ")).collect();
        assert_eq!(
            stored,
            [
                r#"1 acq.piece Edit import {"receivingStatus":"Expected","price":4.50} null"#,
                r#"2 acq.invoice Create import {"status":"Open"} null"#,
                "3 acq.piece Edit import null null",
                "4 acq.piece Edit import null null",
                "5 acq.piece Edit import null null",
                r#"6 acq.invoice Create import null {"batch":7}"#,
                "7 acq.piece Edit import null null",
            ]
        );
        home.close().await;
    }
}

#[tokio::test]
async fn every_form_of_the_same_events_gives_the_same_rows() {
    let lines: String = (0..7).map(line).collect();
    let joined = (0..7).map(|number| format!("{{{}}}", piece(number))).collect::<Vec<_>>().join(",\n");
    for form in [
        lines.clone(),
        format!("\u{feff}{}", lines.replace('\n', "\r\n\r\n")),
        format!("[{joined}]"),
        format!("{{\"totalItems\":7,\"pieceAuditEvents\":[{joined}]}}"),
    ] {
        for home in Home::all().await {
            let report = import(&home, &form, &options()).await;
            assert_eq!(counts(&report), [7, 7, 0, 0], "{report:?}");
            let again = import(&home, &lines, &options()).await;
            assert_eq!(counts(&again), [7, 0, 7, 0]);
            assert_eq!(home.count("SELECT max(sequence) FROM change_event").await, 7);
            home.close().await;
        }
    }
}

#[tokio::test]
async fn a_refused_line_stops_nothing_unless_told_to() {
    let text = format!("{}nonsense\n\n{}[]\n{}", line(1), line(2), line(3));
    for home in Home::all().await {
        let stopped = import(&home, &text, &Options { on_error: OnError::Stop, ..options() }).await;
        assert_eq!(counts(&stopped), [2, 1, 0, 1]);
        let report = import(&home, &text, &options()).await;
        assert_eq!(counts(&report), [5, 2, 1, 2]);
        assert_eq!(
            serde_json::to_string(&report).unwrap(),
            r#"{"received":5,"inserted":2,"duplicates":1,"refused":2,"errors":[{"line":2,"id":null,"field":"","message":"must be valid JSON"},{"line":5,"id":null,"field":"","message":"must be a JSON object"}]}"#
        );
        home.close().await;
    }
}

#[tokio::test]
async fn a_dry_run_tells_and_writes_nothing() {
    for home in Home::all().await {
        let text = format!("{}{}x", line(1), line(2));
        let dry = import(&home, &text, &Options { mode: Mode::DryRun, ..options() }).await;
        assert_eq!(counts(&dry), [3, 2, 0, 1]);
        assert_eq!(home.count("SELECT count(*) FROM change_event").await, 0);
        assert_eq!(home.count("SELECT count(*) FROM trail_head").await, 0);
        home.close().await;
    }
}

#[tokio::test]
async fn two_runs_at_once_insert_every_event_once() {
    let text: String = (0..2_500).map(line).collect();
    for home in Home::all().await {
        let options = options();
        let (one, other) = tokio::join!(import(&home, &text, &options), import(&home, &text, &options));
        assert_eq!(one.inserted + other.inserted, 2_500);
        assert_eq!(one.duplicates + other.duplicates, 2_500);
        assert_eq!(home.count("SELECT max(sequence) FROM change_event").await, 2_500);
        assert_eq!(home.count("SELECT last_sequence FROM trail_head").await, 2_500);
        home.close().await;
    }
}

#[tokio::test]
async fn only_the_first_hundred_refusals_are_told() {
    let mut text = String::new();
    for number in 0..150 {
        writeln!(text, "{{\"id\":\"{}\"}}", "y".repeat(number)).unwrap();
    }
    for home in Home::all().await {
        let report = import(&home, &text, &options()).await;
        assert_eq!((counts(&report), report.errors.len()), ([150, 0, 0, 150], 100));
        home.close().await;
    }
}

#[tokio::test]
async fn an_unknown_organization_and_a_missing_file_are_failures() {
    for home in Home::all().await {
        let nowhere = Options { organization: "nowhere".to_owned(), ..options() };
        let missing = Input::File("/nonexistent/events".into());
        assert!(matches!(run(&home.db, &missing, &nowhere).await, Err(Failure::Organization(_))));
        assert!(matches!(run(&home.db, &missing, &options()).await, Err(Failure::Read { .. })));
        home.close().await;
    }
}
