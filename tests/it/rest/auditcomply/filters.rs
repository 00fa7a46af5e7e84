//! Filters (items 20 to 27).

use audit_gateway::domain::cx::Role;
use audit_gateway::domain::db::Store;
use serde_json::json;

use super::site::Site;
use super::transport::id_key;
use crate::fixture::{Row, insert_rows};
use crate::store::on_both_stores;

on_both_stores!(
    item_20_every_filter_finds_its_row_and_leaves_the_others,
    item_21_a_state_covers_what_it_stands_for,
    item_22_late_issues_are_not_open,
    item_23_faults_are_told_together,
    item_24_texts_are_equal_as_a_whole,
    item_25_bounds_are_included,
    item_26_parts_of_instants_are_those_of_utc,
    item_27_two_matching_categories_give_one_row,
);

/// A parameter with a value that finds the row and one that does not.
type Case = (&'static str, &'static str, &'static str);

/// The parts of an instant: which day, month and year it is.
fn parts(name: &'static str, [day, month, year]: [i64; 3]) -> Vec<(String, String, String)> {
    let mut cases = Vec::new();
    for (part, value) in [("day", day), ("month", month), ("year", year)] {
        let parameter = format!("{name}__{part}");
        cases.push((parameter.clone(), value.to_string(), (value + 1).to_string()));
        cases.push((format!("{parameter}__gt"), (value - 1).to_string(), value.to_string()));
        cases.push((format!("{parameter}__lt"), (value + 1).to_string(), value.to_string()));
    }
    cases
}

fn owned(cases: &[Case]) -> Vec<(String, String, String)> {
    cases.iter().map(|(name, yes, no)| ((*name).to_owned(), (*yes).to_owned(), (*no).to_owned())).collect()
}

fn bounds(name: &str, before: &str, at: &str, after: &str) -> Vec<(String, String, String)> {
    vec![
        (format!("{name}_gte"), at.to_owned(), after.to_owned()),
        (format!("{name}_lte"), at.to_owned(), before.to_owned()),
    ]
}

/// Filters of the audit 1001.
fn audits() -> Vec<(String, String, String)> {
    let mut cases = owned(&[
        ("asset__name", "Press 3", "press 3"),
        ("auditor__email", "chen.wei@example.org", "dora@example.org"),
        ("auditor__username", "chen.wei", "Chen.Wei"),
        ("name", "Press guarding", "Press"),
        ("published", "2026-02-11T00:00:00Z", "2026-02-11T00:00:01Z"),
        ("state", "CLOSED", "INREVIEW"),
        ("state__in", "INREVIEW,CLOSED", "INREVIEW,NONE"),
        ("status", "Passed", "passed"),
        ("status__in", "Failed, Passed", "Failed,"),
        ("template__category__label", "Safety", "safety"),
        ("template__category__label__in", "None,Safety", "None"),
        ("updated_at", "2026-01-06T00:57:41.000001Z", "2026-01-06T00:57:41Z"),
    ]);
    cases.extend(bounds("completed_at", "2026-02-10T12:00:00.4Z", "2026-02-10T12:00:00.5Z", "2026-02-10T12:00:00.6Z"));
    cases.extend(bounds("published", "2026-02-10", "2026-02-11", "2026-02-12"));
    cases.extend(parts("published", [11, 2, 2026]));
    cases.extend(bounds("updated_at", "2026-01-06", "2026-01-06T00:57:41.000001Z", "2026-01-07"));
    cases.extend(parts("updated_at", [6, 1, 2026]));
    cases
}

/// Filters of the issue of a kind; the fixture's own, changed to have everything.
fn issues(title: (&'static str, &'static str), id: &'static str) -> Vec<(String, String, String)> {
    let mut cases = owned(&[
        ("approved_by__email", "joost@example.org", "x@example.org"),
        ("approved_by__username", "joost", "Joost"),
        ("asset__name", "Press 3", "Press"),
        ("assigned_by__email", "Bjarne@example.org", "x"),
        ("assigned_by__username", "Bjarne", "bjarne"),
        ("assigned_to__email", "chen.wei@example.org", "x"),
        ("assigned_to__username", "chen.wei", "x"),
        ("category__label", "Safety", "Fire"),
        ("category__label__in", "Fire,Safety", "Fire"),
        ("created_at", "2026-01-06T12:00:00Z", "2026-01-06T12:00:01Z"),
        ("id", id, "7"),
        (title.0, title.1, "Another"),
        ("status", "CLOSED", "OPEN"),
        ("status__in", "OPEN,CLOSED", "OPEN"),
        ("template__category__label", "Safety", "Fire"),
        ("template__category__label__in", "Fire,Safety", "Fire"),
        ("template__name", "Machine guarding", "Machine"),
    ]);
    cases.extend(bounds(
        "audit_completed_at",
        "2026-02-10T12:00:00Z",
        "2026-02-10T12:00:00.5Z",
        "2026-02-10T12:00:01Z",
    ));
    cases.extend(bounds("created_at", "2026-01-06", "2026-01-06T12:00:00Z", "2026-01-07"));
    cases.extend(bounds("last_updated", "2026-01-07", "2026-01-08T12:00:00Z", "2026-01-09"));
    cases.extend(parts("created_at", [6, 1, 2026]));
    cases
}

fn schedules() -> Vec<(String, String, String)> {
    let mut cases = owned(&[
        ("status", "OVERDUE", "PENDING"),
        ("status__in", "CLOSED,OVERDUE", "PENDING,CLOSED"),
        ("template__name", "Machine guarding", "x"),
        ("when", "2026-03-01T08:00:00Z", "2026-03-01"),
        ("who__email", "chen.wei@example.org", "x"),
        ("who__username", "chen.wei", "x"),
    ]);
    cases.extend(bounds("when", "2026-03-01", "2026-03-01T08:00:00Z", "2026-03-02"));
    cases.extend(parts("when", [1, 3, 2026]));
    cases
}

async fn item_20_every_filter_finds_its_row_and_leaves_the_others(kind: Store) {
    let site = Site::new(kind).await;
    let changed = "created_at = '2026-01-06T12:00:00Z', updated_at = '2026-01-08T12:00:00Z'";
    let (changed, at) = match kind {
        Store::Postgres => (changed.to_owned(), "2026-02-10T12:00:00.5Z".to_owned()),
        // As the store itself writes instants.
        Store::Sqlite => {
            (changed.replace("12:00:00Z", "12:00:00.000000+00:00"), "2026-02-10T12:00:00.500000+00:00".to_owned())
        }
    };
    site.sql(&format!("UPDATE issue SET {changed} WHERE id IN (1001, 1002)")).await;
    site.sql(&format!("UPDATE audit SET completed_at = '{at}' WHERE id = 1001")).await;
    site.sql(
        "UPDATE issue SET number = 9, status = 'CLOSED', assigned_to_id = 1003, assigned_by_id = 1002, approved_by_id = 3002, \
         audit_id = 1001, asset_id = 1003, template_id = 1001 WHERE id = 1002",
    )
    .await;
    let mut count = 0;
    for (list, id, cases) in [
        ("audits", 1_001, audits()),
        ("nonconformances", 1_001, issues(("non_conformance", "Guard missing on press 3"), "1001.9")),
        ("tasks", 1_002, issues(("task", "Label the shelves"), "1.002e3")),
        ("schedules", 1_001, schedules()),
    ] {
        for (name, yes, no) in cases {
            let ask = async |value: &str| {
                let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
                site.get(&format!("/{list}/?{name}={value}")).await.ids(id_key(list))
            };
            assert!(ask(&yes).await.contains(&id), "{list} {name}={yes}");
            assert!(!ask(&no).await.contains(&id), "{list} {name}={no}");
            count += 1;
        }
    }
    assert_eq!(count, 36 + 32 + 32 + 17);
}

async fn item_21_a_state_covers_what_it_stands_for(kind: Store) {
    let site = Site::new(kind).await;
    site.sql("UPDATE audit SET state = 'RECOUNT' WHERE id = 1003").await;
    site.sql("UPDATE audit SET state = 'CREATED' WHERE id = 1005").await;
    assert_eq!(site.get("/audits/?state=INPROGRESS").await.ids("id"), [1_002, 1_003, 1_005]);
    assert_eq!(site.get("/audits/?state=CLOSED").await.ids("id"), [1_001, 1_004]);
    for row in site.get("/audits/?state__in=INPROGRESS").await.rows() {
        assert_eq!(row["state"], "INPROGRESS");
    }
}

async fn item_22_late_issues_are_not_open(kind: Store) {
    let site = Site::new(kind).await;
    let day = |id: i64, status: &str, day: &str| {
        Row::new(
            "issue",
            json!({ "id": id, "organization_id": 1, "number": id, "title": "x", "status": status, "complete_by": day,
                "kind": "NONCONFORMANCE" }),
        )
    };
    let rows = vec![
        day(1_101, "OPEN", "2026-03-01"),
        day(1_102, "OPEN", "2026-03-02"),
        day(1_103, "REOPENED", "2026-03-01"),
        day(1_104, "INREVIEW", "2026-03-01"),
        day(1_105, "DRAFT", "2026-03-01"),
    ];
    insert_rows(&site.store.db, rows).await;
    let asked = async |query: &str| site.get(&format!("/nonconformances/?{query}")).await.ids("nonconformance_id");
    assert_eq!(asked("status=OPEN").await, [1_102]);
    assert_eq!(asked("status=OVERDUE").await, [1_101, 1_103]);
    assert_eq!(asked("status__in=OPEN,OVERDUE").await, [1_101, 1_102, 1_103]);
    let shown: Vec<(String, bool)> = site
        .get("/nonconformances/?id=1104&status__in=INREVIEW")
        .await
        .rows()
        .iter()
        .map(|row| (row["status"].as_str().unwrap().to_owned(), row["overdue"].as_bool().unwrap()))
        .collect();
    assert_eq!(shown, [("INREVIEW".to_owned(), true)], "late, but not shown as OVERDUE");
}

async fn item_23_faults_are_told_together(kind: Store) {
    let site = Site::new(kind).await;
    assert_eq!(site.get("/audits/?state__in=FOO").await.ids("id"), [] as [i64; 0]);
    assert_eq!(site.get("/audits/?state__in=FOO,INREVIEW").await.ids("id"), [1_003]);
    let both = site.get("/audits/?state=DONE&published__day=x&page=99").await.is(400);
    let told = r#"{"published__day":["Enter a number."],"state":["Select a valid choice. DONE is not one of the available choices."]}"#;
    assert_eq!(both.to_string(), told);
    assert_eq!(site.get("/schedules/?status=FOO").await.status, 400);
    let null = site.get("/audits/?name=a%00&status__in=%00").await.is(400);
    assert_eq!(
        null,
        json!({ "name": ["Null characters are not allowed."], "status__in": ["Null characters are not allowed."] })
    );
}

async fn item_24_texts_are_equal_as_a_whole(kind: Store) {
    let site = Site::new(kind).await;
    assert_eq!(site.get("/audits/?name=&state=&published=+").await.is(200)["count"], 5);
    assert_eq!(site.get("/audits/?name=none&name=Portal").await.ids("id"), [1_005]);
    assert_eq!(site.get("/audits/?name=+Portal+").await.ids("id"), [1_005]);
    assert_eq!(site.get("/audits/?name=portal").await.ids("id"), [] as [i64; 0]);
    assert_eq!(site.get("/audits/?status__in=,").await.ids("id"), [1_002, 1_003, 1_004, 1_005], "empty texts");
}

async fn item_25_bounds_are_included(kind: Store) {
    let site = Site::new(kind).await;
    for (query, found) in [
        ("published_gte=2026-02-11T00:00:00Z", true),
        ("published_lte=2026-02-11T00:00:00Z", true),
        ("published_gte=2026-02-11T00:00:00.000001Z", false),
        ("published=2026-02-11", true),
        ("published=2026-02-11T01:00:00%2B01:00", true),
        ("published=2026-2-11+0:0", true),
    ] {
        let ids = site.get(&format!("/audits/?{query}")).await.ids("id");
        assert_eq!(ids.contains(&1_001), found, "{query}");
    }
    for query in ["published=2026-02-11T01:00:00+01:00", "published=1770768000", "published_gte=yesterday"] {
        let name = query.split('=').next().unwrap();
        let refused = site.get(&format!("/audits/?{query}")).await.is(400);
        assert_eq!(refused, json!({ name: ["Enter a valid date/time."] }), "{query}");
    }
}

async fn item_26_parts_of_instants_are_those_of_utc(kind: Store) {
    let site = Site::new(kind).await;
    let ids = async |query: &str| site.get(&format!("/audits/?{query}")).await.ids("id");
    assert_eq!(ids("published__day=11.9").await, [1_001]);
    assert_eq!(ids("published__day=1.1e1").await, [1_001]);
    for query in [
        "published__month=13",
        "published__day=99",
        "published__year=99999",
        "updated_at__year=1e400",
        "updated_at__year__gt=1e400",
        "published__day__lt=-9e99",
    ] {
        assert_eq!(ids(query).await, [] as [i64; 0], "{query}");
    }
    assert_eq!(ids("published__day__lt=99").await, [1_001], "what was never published has no day");
    assert_eq!(ids("updated_at__year__lt=1e400").await.len(), 5);
    assert_eq!(site.get("/audits/?published__year=nan").await.status, 400);
}

async fn item_27_two_matching_categories_give_one_row(kind: Store) {
    let site = Site::new(kind).await;
    site.sql("UPDATE category SET label = 'Fire' WHERE id = 1002").await;
    let page = site.get("/nonconformances/?category__label__in=Safety,Fire").await;
    assert_eq!((page.ids("nonconformance_id"), page.json()["count"].clone()), (vec![1_001], json!(1)));
    assert_eq!(site.post_as(Role::Member, "/nonconformances/", &json!({})).await.status, 405);
}
