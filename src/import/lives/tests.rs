use super::*;
use crate::import::testing::Home;

const BUSINESSES: &[u8] = b"\"business_id\",\"name\",\"address\",\"city\",\"state\",\"postal_code\",\"latitude\",\"longitude\",\"phone_number\"\r
7,\"CAF\xC9 DEL R\xCDO \",\"1 First St \",\"Springfield\",\"NT\",\"00001\",\"10.5\",\"-20.25\",\"+15550001\"\r
9,\"Second \"\"Best\"\"\",,,,,,,\"\"\r
11,Bad,,,,,91,,\r
9,Other,,,,,,,\r
9,\"Second \"\"Best\"\"\",,,,,,,\"\"\r
";

const INSPECTIONS: &str = "date,business_id,type,score
20240520,7,routine,88
20240110,7,complaint,
20240110,7,routine,70.5
20240110,7,routine,99
20240110,7,routine,99
20240301,9,Follow-up,
20240301,11,routine,50
20241301,7,routine,50
20240302,7,routine,good
";

const VIOLATIONS: &str = "business_id,date,description,code
7,20240520,Dirty floor  [ date violation corrected: 6/1/2024 ],
7,20240110,Dirty floor,
7,20240110,Dirty floor  [ date violation corrected: 1/12/2024 ],
7,20240110,Dirty floor,
7,20240111,Warm milk  [ date violation corrected: 1:11:24 AM ],
9,20240301,Warm milk,A-17
9,20240301,,B-2
12,20240301,Warm milk,
9,20240301,,
";

const LEGEND: &str = "Maximum_Score,Minimum_Score,Description\n89,71,Fair\n100,90,Good\n70,0,Poor\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("businesses.csv"), BUSINESSES).unwrap();
    std::fs::write(folder.path().join("inspections.csv"), INSPECTIONS).unwrap();
    std::fs::write(folder.path().join("violations.csv"), VIOLATIONS).unwrap();
    std::fs::write(folder.path().join("legend.csv"), LEGEND).unwrap();
    folder
}

async fn import(home: &Home, folder: &Path, mode: Mode) -> Report {
    let options = Options { folder: folder.to_owned(), organization: "here".to_owned(), mode, clock: Clock::System };
    run(&home.db, &options).await.unwrap()
}

fn counts(report: &Report) -> [[u64; 5]; 4] {
    [report.businesses, report.inspections, report.violations, report.legend]
        .map(|c| [c.received, c.created, c.unchanged, c.repeated, c.refused])
}

const FIRST: [[u64; 5]; 4] = [[5, 2, 0, 1, 2], [9, 5, 0, 1, 3], [9, 6, 0, 1, 2], [3, 0, 3, 0, 0]];
const SECOND: [[u64; 5]; 4] = [[5, 0, 2, 1, 2], [9, 0, 5, 1, 3], [9, 0, 6, 1, 2], [3, 0, 3, 0, 0]];

async fn rows(home: &Home, sql: &str, columns: usize) -> Vec<String> {
    home.ask(sql, columns).await.into_iter().map(|row| row.join(" | ")).collect()
}

#[tokio::test]
async fn the_rows_of_a_folder_become_records() {
    let folder = folder();
    for home in Home::all().await {
        let report = import(&home, folder.path(), Mode::Write).await;
        assert_eq!(counts(&report), FIRST, "{report:?}");
        let sites = "SELECT external_ref, name, slug, kind, address, phone, CAST(audit_counter AS TEXT), \
                     CAST(issue_counter AS TEXT), CAST(latitude AS TEXT) FROM asset ORDER BY external_ref";
        assert_eq!(
            rows(&home, sites, 9).await,
            [
                "7 | CAFÉ DEL RÍO | cafe-del-rio-7 | SITE | 1 First St | +15550001 | 4 | 4 | 10.5",
                "9 | Second \"Best\" | second-best-9 | SITE | null | null | 1 | 2 | null",
            ]
        );
        let audits = "SELECT external_ref, name, type, audit_type, audit_result, CAST(asset_sequence AS TEXT), state, \
                      CAST(finish_date AS TEXT) FROM audit ORDER BY external_ref";
        assert_eq!(
            rows(&home, audits, 8).await,
            [
                "7|20240110|complaint|1 | Complaint inspection 2024-01-10 | FULL | complaint |  | 1 | CLOSED | 2024-01-10",
                "7|20240110|routine|1 | Routine inspection 2024-01-10 | FULL | routine |  | 2 | CLOSED | 2024-01-10",
                "7|20240110|routine|2 | Routine inspection 2024-01-10 | FULL | routine | Good | 3 | CLOSED | 2024-01-10",
                "7|20240520|routine|1 | Routine inspection 2024-05-20 | FULL | routine | Fair | 4 | CLOSED | 2024-05-20",
                "9|20240301|Follow-up|1 | Follow-up inspection 2024-03-01 | RE_AUDIT | Follow-up |  | 1 | CLOSED | 2024-03-01",
            ]
        );
        let issues = "SELECT i.external_ref, i.title, i.status, i.description, CAST(i.number AS TEXT), \
                      a.external_ref, c.label, CAST(i.custom_fields AS TEXT) FROM issue i \
                      LEFT JOIN audit a ON a.id = i.audit_id JOIN issue_category ic ON ic.issue_id = i.id \
                      JOIN category c ON c.id = ic.category_id ORDER BY i.external_ref";
        assert_eq!(
            rows(&home, issues, 8).await,
            [
                "7|20240110|Dirty floor|1 | Dirty floor | OPEN | null | 1 | 7|20240110|routine|1 | Dirty floor | []",
                "7|20240110|Dirty floor|2 | Dirty floor | CLOSED | null | 2 | 7|20240110|routine|1 | Dirty floor | []",
                "7|20240111|Warm milk|1 | Warm milk | OPEN | [ date violation corrected: 1:11:24 AM ] | 3 | null | \
                 Warm milk | []",
                "7|20240520|Dirty floor|1 | Dirty floor | CLOSED | null | 4 | 7|20240520|routine|1 | Dirty floor | []",
                "9|20240301|B-2|1 | B-2 | OPEN | null | 2 | 9|20240301|Follow-up|1 | B-2 | \
                 [{\"label\":\"code\",\"value\":\"B-2\"}]",
                "9|20240301|Warm milk|1 | Warm milk | OPEN | null | 1 | 9|20240301|Follow-up|1 | Warm milk | \
                 [{\"label\":\"code\",\"value\":\"A-17\"}]",
            ]
        );
        let told: Vec<_> = report.refused.iter().map(|r| format!("{}:{} {}", r.file, r.line, r.reason)).collect();
        assert_eq!(
            told,
            [
                "businesses.csv:4 latitude is not a number from -90 to 90",
                "businesses.csv:5 business 9 stands in the file before, with other fields",
                "inspections.csv:8 there is no business 11 in businesses.csv",
                "inspections.csv:9 date is not a day as YYYYMMDD",
                "inspections.csv:10 score is not a number",
                "violations.csv:9 there is no business 12 in businesses.csv",
                "violations.csv:10 description is missing",
            ]
        );
        home.close().await;
    }
}

#[tokio::test]
async fn instants_scores_and_numbers_are_set() {
    let folder = folder();
    for home in Home::all().await {
        import(&home, folder.path(), Mode::Write).await;
        let noon = match home.db.store() {
            crate::domain::db::Store::Postgres => "timestamptz '2024-01-10 12:00:00+00'",
            crate::domain::db::Store::Sqlite => "'2024-01-10T12:00:00.000000+00:00'",
        };
        let at_noon = format!(
            "SELECT count(*) FROM audit WHERE started_at = {noon} AND completed_at = {noon} AND closed_at = {noon}"
        );
        assert_eq!(home.count(&at_noon).await, 3);
        let closed = noon.replace("01-10", "01-12");
        assert_eq!(home.count(&format!("SELECT count(*) FROM issue WHERE closed_at = {closed}")).await, 1);
        let last = noon.replace("01-10", "05-20");
        assert_eq!(home.count(&format!("SELECT count(*) FROM asset WHERE last_audited_at = {last}")).await, 1);
        let half = if home.db.store() == crate::domain::db::Store::Postgres { "70.5" } else { "70500000" };
        assert_eq!(home.count(&format!("SELECT count(*) FROM audit WHERE score_main = {half}")).await, 1);
        assert_eq!(home.count("SELECT count(*) FROM audit WHERE score_main IS NULL").await, 2);
        assert_eq!(home.count("SELECT audit_counter FROM organization WHERE id = 1").await, 5);
        let numbers: Vec<String> = rows(&home, "SELECT number FROM audit ORDER BY number", 1).await;
        assert_eq!(numbers, ["AUD-1", "AUD-2", "AUD-3", "AUD-4", "AUD-5"]);
        let norms = "SELECT count(*) FROM audit WHERE number_norm = lower(number) AND 'AUD-' || number_tail = number";
        assert_eq!(home.count(norms).await, 5);
        home.close().await;
    }
}

#[tokio::test]
async fn every_created_record_has_its_event() {
    let folder = folder();
    for home in Home::all().await {
        import(&home, folder.path(), Mode::Write).await;
        let events = "SELECT entity_type, CAST(count(*) AS TEXT) FROM change_event WHERE action = 'Create' AND \
                      surface = 'import' GROUP BY entity_type ORDER BY entity_type";
        assert_eq!(rows(&home, events, 2).await, ["asset | 2", "audit | 5", "category | 3", "issue | 6"]);
        assert_eq!(home.count("SELECT last_sequence FROM trail_head").await, 16);
        for table in ["asset", "audit", "category", "issue"] {
            let same = format!(
                "SELECT count(*) FROM {table} t JOIN change_event e ON e.entity_type = '{table}' AND \
                 e.entity_uuid = t.uuid AND CAST(e.snapshot_after ->> 'id' AS TEXT) = CAST(t.id AS TEXT)"
            );
            assert_eq!(home.count(&same).await, home.count(&format!("SELECT count(*) FROM {table}")).await);
        }
        let snapshot = "SELECT CAST(snapshot_after AS TEXT) FROM change_event WHERE entity_type = 'issue' \
                        ORDER BY sequence";
        let issue: serde_json::Value = serde_json::from_str(&rows(&home, snapshot, 1).await[0]).unwrap();
        assert_eq!(issue["title"], "Dirty floor");
        assert_eq!(issue["occurred_on"], "2024-01-10");
        assert_eq!(issue["custom_fields"], serde_json::json!([]));
        assert!(issue["category_ids"][0].is_i64() && issue["severity"].is_null());
        home.close().await;
    }
}

#[tokio::test]
async fn a_second_run_creates_nothing() {
    let folder = folder();
    for home in Home::all().await {
        import(&home, folder.path(), Mode::Write).await;
        let report = import(&home, folder.path(), Mode::Write).await;
        assert_eq!(counts(&report), SECOND);
        assert_eq!(home.count("SELECT last_sequence FROM trail_head").await, 16);
        home.close().await;
    }
}

#[tokio::test]
async fn a_later_export_adds_to_what_is_there() {
    let folder = folder();
    for home in Home::all().await {
        import(&home, folder.path(), Mode::Write).await;
        let later = tempfile::tempdir().unwrap();
        std::fs::write(later.path().join("businesses.csv"), "name,business_id\nRenamed,7\nThird,10\n").unwrap();
        std::fs::write(later.path().join("inspections.csv"), "business_id,date\n7,20240601\n10,20240601\n").unwrap();
        let violations = "business_id,date,description\n7,20240601,Dirty floor\n7,20240110,Dirty floor\n";
        std::fs::write(later.path().join("violations.csv"), violations).unwrap();
        let report = import(&home, later.path(), Mode::Write).await;
        assert_eq!(counts(&report), [[2, 1, 1, 0, 0], [2, 2, 0, 0, 0], [2, 1, 1, 0, 0], [0; 5]]);
        let audits =
            "SELECT name, audit_type, number, CAST(asset_sequence AS TEXT) FROM audit ORDER BY id DESC LIMIT 2";
        let found = rows(&home, audits, 4).await;
        assert!(found.contains(&"Inspection 2024-06-01 | general | AUD-6 | 5".to_owned()), "{found:?}");
        assert_eq!(home.count("SELECT CAST(max(number) AS bigint) FROM issue").await, 5);
        assert_eq!(home.count("SELECT count(*) FROM category").await, 3);
        assert_eq!(home.count("SELECT count(*) FROM asset WHERE name = 'Renamed'").await, 0);
        home.close().await;
    }
}

#[tokio::test]
async fn a_dry_run_tells_the_same_and_writes_nothing() {
    let folder = folder();
    for home in Home::all().await {
        let dry = import(&home, folder.path(), Mode::DryRun).await;
        assert_eq!(counts(&dry), FIRST);
        for table in ["asset", "audit", "issue", "category", "change_event", "trail_head"] {
            assert_eq!(home.count(&format!("SELECT count(*) FROM {table}")).await, 0);
        }
        import(&home, folder.path(), Mode::Write).await;
        assert_eq!(counts(&import(&home, folder.path(), Mode::DryRun).await), SECOND);
        home.close().await;
    }
}

#[tokio::test]
async fn a_slug_that_is_taken_is_not_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let businesses = "business_id,name\n1-9,Cafe\n9,Cafe 1\n*,+\n";
    std::fs::write(folder.path().join("businesses.csv"), businesses).unwrap();
    std::fs::write(folder.path().join("inspections.csv"), "business_id,date\n").unwrap();
    std::fs::write(folder.path().join("violations.csv"), "business_id,date\n").unwrap();
    for home in Home::all().await {
        assert_eq!(import(&home, folder.path(), Mode::Write).await.businesses.created, 3);
        let slugs = rows(&home, "SELECT slug FROM asset ORDER BY external_ref", 1).await;
        assert_eq!(slugs[0].len(), 32);
        assert_eq!(slugs[1], "cafe-1-9");
        assert!(slugs[2].starts_with("cafe-1-9-"), "{slugs:?}");
        home.close().await;
    }
}

#[tokio::test]
async fn many_rows_of_one_business_are_numbered_in_the_order_of_their_days() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("businesses.csv"), "business_id,name\n1,One\n2,Two\n").unwrap();
    let days = |business: u32| (0..1_500_u32).map(move |n| (business, 20_500 - n));
    let day = |number: u32| chrono::DateTime::UNIX_EPOCH + chrono::Duration::days(i64::from(number));
    let lines: Vec<String> = days(1).chain(days(2)).map(|(b, n)| format!("{b},{}", day(n).format("%Y%m%d"))).collect();
    std::fs::write(folder.path().join("inspections.csv"), format!("business_id,date\n{}\n", lines.join("\n"))).unwrap();
    std::fs::write(folder.path().join("violations.csv"), "business_id,date\n").unwrap();
    for home in Home::all().await {
        assert_eq!(import(&home, folder.path(), Mode::Write).await.inspections.created, 3_000);
        let out_of_order = "SELECT count(*) FROM audit a JOIN audit b ON b.asset_id = a.asset_id AND \
                            b.asset_sequence = a.asset_sequence + 1 WHERE b.started_at <= a.started_at";
        assert_eq!(home.count(out_of_order).await, 0);
        assert_eq!(home.count("SELECT count(*) FROM asset WHERE audit_counter = 1500").await, 2);
        home.close().await;
    }
}

#[tokio::test]
async fn businesses_keep_the_order_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("businesses.csv"), "business_id,name\n9,A\n10,C\n2,B\n").unwrap();
    let inspections = "business_id,date\n2,20240103\n9,20240102\n10,20240101\n9,20240101\n";
    std::fs::write(folder.path().join("inspections.csv"), inspections).unwrap();
    std::fs::write(folder.path().join("violations.csv"), "business_id,date\n").unwrap();
    for home in Home::all().await {
        import(&home, folder.path(), Mode::Write).await;
        assert_eq!(rows(&home, "SELECT external_ref FROM asset ORDER BY id", 1).await, ["9", "10", "2"]);
        assert_eq!(
            rows(&home, "SELECT number, external_ref FROM audit ORDER BY id", 2).await,
            ["AUD-1 | 9|20240101||1", "AUD-2 | 9|20240102||1", "AUD-3 | 10|20240101||1", "AUD-4 | 2|20240103||1",]
        );
        home.close().await;
    }
}

#[tokio::test]
async fn a_missing_file_or_column_is_a_failure() {
    let folder = folder();
    let options = Options {
        folder: folder.path().to_owned(),
        organization: "here".to_owned(),
        mode: Mode::Write,
        clock: Clock::System,
    };
    for home in Home::all().await {
        std::fs::write(folder.path().join("violations.csv"), "business_id\n").unwrap();
        assert!(matches!(run(&home.db, &options).await, Err(Failure::Column { column: "date", .. })));
        std::fs::remove_file(folder.path().join("violations.csv")).unwrap();
        assert!(matches!(run(&home.db, &options).await, Err(Failure::Read { .. })));
        std::fs::write(folder.path().join("violations.csv"), VIOLATIONS).unwrap();
        home.close().await;
    }
}
