use super::*;
use crate::domain::db::testing::Scratch;
use crate::seed::sheet::sheets;
use crate::seed::testing::{assert_same, everything, expect_no_gaps};

const NOW: &str = "2026-03-14T09:30:00Z";

struct Stage {
    store: Scratch,
    loaded: Loaded,
}

impl std::ops::Deref for Stage {
    type Target = Scratch;

    fn deref(&self) -> &Scratch {
        &self.store
    }
}

/// The demonstration of an instant on every store.
async fn stages(now: &str) -> Vec<Stage> {
    let mut stages = Vec::new();
    for store in Scratch::all().await {
        let loaded = load(&store.db, now.parse().unwrap(), hash).await.unwrap().unwrap();
        stages.push(Stage { store, loaded });
    }
    stages
}

async fn hash(password: &str) -> Result<String> {
    Ok(format!("hash of {password}"))
}

#[tokio::test]
async fn every_table_has_rows_and_every_word_occurs() {
    use entity::enumeration::{AuditState, IssueKind, IssueStatus, ProgramStatus, ScheduleStatus, Severity};
    for stage in stages(NOW).await {
        for sheet in sheets() {
            assert!(stage.count(&format!("\"{}\"", sheet.name)).await > 0, "{} is empty", sheet.name);
        }
        assert_eq!(stage.count("trail_head").await, 2);
        assert!(stage.count("audit").await > 120);
        assert!((40..=80).contains(&stage.count("asset").await));
        let sets = [
            ("audit", "state", AuditState::WORDS),
            ("issue", "kind", IssueKind::WORDS),
            ("issue", "status", IssueStatus::WORDS),
            ("issue", "severity", Severity::WORDS),
            ("program", "status", ProgramStatus::WORDS),
            ("schedule", "status", ScheduleStatus::WORDS),
        ];
        for (table, column, words) in sets {
            let found = stage.words(&format!("SELECT DISTINCT {column} FROM {table}")).await;
            for word in words {
                assert!(found.iter().any(|found| found == word.word), "no {table} is {}", word.word);
            }
        }
        let kinds = stage.words("SELECT DISTINCT entity_type FROM change_event WHERE entity_type LIKE 'acq.%'").await;
        assert_eq!(kinds.len(), 6);
        stage.store.close().await;
    }
}

#[tokio::test]
async fn something_is_always_due_and_nothing_happens_after_yesterday() {
    for stage in stages("2027-12-31T00:00:00Z").await {
        let soon = "BETWEEN '2027-12-31' AND '2028-03-30'";
        assert!(stage.count(&format!("schedule WHERE \"when\" {soon}")).await > 10);
        assert!(stage.count(&format!("audit WHERE state = 'CREATED' AND due_date {soon}")).await > 0);
        let overdue = "issue WHERE complete_by < '2027-12-31' AND status NOT IN ('DRAFT', 'CLOSED')";
        assert!(stage.count(overdue).await > 10);
        assert_eq!(stage.count("change_event WHERE event_date >= '2027-12-31'").await, 0);
        assert_eq!(stage.count("audit WHERE updated_at >= '2027-12-31'").await, 0);
        stage.store.close().await;
    }
}

/// The trail tells of every record, its last word about each is the row as it stands, and one asset has seen a lot.
#[tokio::test]
async fn the_trail_ends_where_the_tables_stand() {
    for stage in stages(NOW).await {
        for sheet in sheets().iter().filter(|sheet| sheet.shape.is_some()) {
            let owned =
                if sheet.position("organization_id").is_some() { "WHERE t.organization_id IS NOT NULL" } else { "" };
            let version = if sheet.position("version").is_some() { "t.version" } else { "1" };
            let sql = format!(
                "SELECT t.uuid, t.id, {version}, CAST((SELECT e.snapshot_after FROM change_event e WHERE \
                 e.entity_uuid = t.uuid AND e.entity_type = '{}' ORDER BY e.sequence DESC LIMIT 1) AS TEXT), (SELECT \
                 count(*) FROM change_event e WHERE e.entity_uuid = t.uuid AND e.entity_type = '{}') FROM \"{}\" t {owned}",
                sheet.name, sheet.name, sheet.name
            );
            let rows = stage.ask(&sql, vec![Kind::Uuid, Kind::Long, Kind::Int, Kind::Json, Kind::Long]).await;
            for row in rows.iter() {
                let last: serde_json::Value = serde_json::from_str(row[3].as_str().unwrap()).unwrap();
                assert_eq!(last["id"], row[1].as_int().unwrap(), "{}", sheet.name);
                assert_eq!(last["uuid"], row[0].as_uuid().unwrap().to_string());
                if sheet.position("version").is_some() {
                    assert_eq!(last["version"], row[2].as_int().unwrap());
                    assert_eq!(row[4], row[2], "as many events as versions of a {}", sheet.name);
                }
            }
        }
        expect_no_gaps(&stage).await;
        let sql = format!(
            "SELECT a.slug FROM asset a JOIN change_event e ON e.entity_uuid = a.uuid WHERE e.entity_type = 'asset' \
             AND e.action = 'Edit' AND a.slug = '{WELL_KNOWN_SLUG}'"
        );
        assert!(stage.words(&sql).await.len() >= 5);
        let paths = stage.words("SELECT path FROM asset WHERE parent_id IS NOT NULL").await;
        assert!(paths.iter().all(|path| path.len() >= 26 && path.ends_with('/')));
        stage.store.close().await;
    }
}

#[tokio::test]
async fn the_keys_and_people_are_those_that_are_told_and_come_once() {
    for stage in stages(NOW).await {
        let keys = stage.ask("SELECT uuid FROM api_key WHERE revoked_at IS NULL", vec![Kind::Uuid]).await;
        let keys: Vec<_> = keys.iter().filter_map(|row| row[0].as_uuid()).collect();
        assert!(keys.contains(&stage.loaded.api_key) && keys.contains(&stage.loaded.data_api_key));
        for account in ACCOUNTS {
            let sql = format!(
                "\"user\" u JOIN membership m ON m.user_id = u.id JOIN organization o ON o.id = m.organization_id \
                 WHERE u.username = '{}' AND u.email = '{}' AND m.role = '{}' AND o.slug = '{}' AND u.password_hash = \
                 'hash of {}' AND u.demonstration AND o.demonstration",
                account.username, account.email, account.role, account.organization, account.password
            );
            assert_eq!(stage.count(&sql).await, 1, "{}", account.username);
        }
        let before = stage.count("change_event").await;
        assert!(load(&stage.db, NOW.parse().unwrap(), hash).await.unwrap().is_none());
        assert_eq!(stage.count("change_event").await, before);
        stage.store.close().await;
    }
}

#[tokio::test]
async fn the_same_day_gives_the_same_rows_on_every_store() {
    let mut stages_of_a_day = stages("2026-03-14T00:00:00Z").await;
    stages_of_a_day.extend(stages("2026-03-14T23:59:59Z").await);
    let mut seen = None;
    for stage in stages_of_a_day {
        let all = everything(&stage).await;
        assert_same(seen.get_or_insert_with(|| all.clone()), &all);
        stage.store.close().await;
    }
}
