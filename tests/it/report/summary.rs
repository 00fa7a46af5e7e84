//! Summaries: counts and mean scores by what rows have in common.

use std::collections::BTreeMap;

use audit_gateway::domain::db::Store;
use serde_json::{Value, json};

use super::House;
use crate::fixture::{Org, uuid};
use crate::store::on_both_stores;

on_both_stores!(
    audits_are_counted_by_state_and_in_all,
    every_dimension_of_audits_has_its_values_and_labels,
    every_dimension_of_issues_has_its_values_and_labels,
    an_issue_of_two_categories_counts_in_both_and_once_in_all,
    means_are_exact_and_rounded_half_up,
    the_worst_sites_come_with_their_open_issues,
    groups_are_ordered_as_asked_for,
    the_filter_and_the_organization_bound_what_is_counted,
    groups_are_the_same_as_counted_by_hand,
    statements_do_not_depend_on_the_number_of_groups,
    limits_are_refusals,
);

fn audit(id: i64, more: Value) -> (&'static str, Value) {
    let mut audit = json!({ "id": id, "number": format!("A-{id}"), "name": "A" });
    let (Some(own), Value::Object(more)) = (audit.as_object_mut(), more) else { panic!("objects") };
    own.extend(more);
    ("audit", audit)
}

fn issue(id: i64, more: Value) -> (&'static str, Value) {
    let mut issue = json!({ "id": id, "number": id, "title": format!("I-{id}") });
    let (Some(own), Value::Object(more)) = (issue.as_object_mut(), more) else { panic!("objects") };
    own.extend(more);
    ("issue", issue)
}

fn site(id: i64, name: &str) -> (&'static str, Value) {
    ("asset", json!({ "id": id, "kind": "SITE", "name": name, "slug": format!("s{id}") }))
}

fn global_id(noun: &str, table: &str, id: i64) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(format!("{noun}:{}", uuid(table, id)))
}

async fn audits_are_counted_by_state_and_in_all(kind: Store) {
    let house = House::empty(kind).await;
    let late = "2026-03-01T00:00:00Z";
    house
        .add(vec![
            audit(1, json!({ "state": "CLOSED", "score_main": "80" })),
            audit(2, json!({ "state": "CLOSED", "score_main": "85.5", "complete_by": late })),
            audit(3, json!({ "state": "IN_PROGRESS", "complete_by": late })),
            audit(4, json!({ "state": "CANCELED", "complete_by": late })),
        ])
        .await;
    let query = "{ auditSummary(groupBy: STATE) { __typename total overdue meanScore groups {
        __typename key label count overdue meanScore asset { name } person { name } keys { __typename by value label }
    } } }";
    let group = |value: &str, label: &str, numbers: (i64, i64), mean: Value| {
        json!({
            "__typename": "AuditSummaryGroup", "key": value, "label": label, "count": numbers.0,
            "overdue": numbers.1, "meanScore": mean, "asset": null, "person": null,
            "keys": [{ "__typename": "SummaryKey", "by": "STATE", "value": value, "label": label }]
        })
    };
    let expected = json!({ "auditSummary": {
        "__typename": "AuditSummary", "total": 4, "overdue": 2, "meanScore": "82.75",
        "groups": [
            group("CLOSED", "Closed", (2, 1), json!("82.75")),
            group("CANCELED", "Canceled", (1, 0), Value::Null),
            group("IN_PROGRESS", "In progress", (1, 1), Value::Null),
        ]
    } });
    assert_eq!(house.ask(query).await, expected);
    // Without anything to group by there are the sums alone.
    let expected = json!({ "auditSummary": { "total": 4, "overdue": 2, "meanScore": "82.75", "groups": [] } });
    assert_eq!(house.ask("{ auditSummary { total overdue meanScore groups { key } } }").await, expected);
    let nothing = house.ask_as(Org::Nordic, query).await;
    let expected = json!({ "__typename": "AuditSummary", "total": 0, "overdue": 0, "meanScore": null, "groups": [] });
    assert_eq!(nothing["auditSummary"], expected);
}

/// The keys, labels and counts of groups by one dimension, in the order of the keys.
async fn groups(house: &House, field: &str, by: &str) -> Value {
    let query = format!("{{ {field}(groupBy: {by}, orderBy: KEY) {{ groups {{ key label count }} }} }}");
    let answer = house.ask(&query).await;
    let groups = answer[field]["groups"].as_array().expect("a list");
    groups.iter().map(|group| json!([group["key"], group["label"], group["count"]])).collect()
}

async fn every_dimension_of_audits_has_its_values_and_labels(kind: Store) {
    let house = House::empty(kind).await;
    let member = Org::Harbour.row(3);
    house
        .add(vec![
            ("user", json!({ "id": 9, "username": "gone", "first_name": "Ada", "last_name": "Byron" })),
            site(1, "Quay"),
            site(2, "quay"),
            ("template", json!({ "id": 1, "kind": "AUDIT", "name": "Hygiene" })),
            audit(
                1,
                json!({
                    "state": "CLOSED", "completed_at": "2025-12-31T23:59:59.999999Z", "asset_id": 1,
                    "asset_kind": "SITE", "auditor_id": 9, "template_id": 1, "type": "RE_AUDIT", "priority": 1
                }),
            ),
            audit(
                2,
                json!({
                    "completed_at": "2026-01-01T00:00:00Z", "asset_id": 2, "asset_kind": "SITE",
                    "auditor_id": member, "complete_by": "2026-01-01T00:00:00Z", "priority": 3
                }),
            ),
            audit(3, json!({ "asset_id": 1, "asset_kind": "SITE" })),
        ])
        .await;
    let by = async |by: &str| groups(&house, "auditSummary", by).await;
    assert_eq!(by("STATE").await, json!([["CLOSED", "Closed", 1], ["CREATED", "Created", 2]]));
    let months = json!([["2025-12", "2025-12", 1], ["2026-01", "2026-01", 1], ["", "(none)", 1]]);
    assert_eq!(by("MONTH").await, months);
    let asset = |id: i64| global_id("Asset", "asset", id);
    assert_eq!(by("ASSET").await, json!([[asset(1), "Quay", 2], [asset(2), "quay", 1]]));
    // A person who has left is still the one who did it.
    let user = |id: i64| global_id("User", "user", id);
    let people = json!([[user(9), "Ada Byron", 1], [user(member), "user-1003", 1], ["", "(none)", 1]]);
    assert_eq!(by("AUDITOR").await, people);
    let template = global_id("Template", "template", 1);
    assert_eq!(by("TEMPLATE").await, json!([[template, "Hygiene", 1], ["", "(none)", 2]]));
    assert_eq!(by("TYPE").await, json!([["FULL", "Full", 2], ["RE_AUDIT", "Re audit", 1]]));
    let priorities = json!([["LOW", "Low", 1], ["MEDIUM", "Medium", 1], ["HIGH", "High", 1]]);
    assert_eq!(by("PRIORITY").await, priorities);
    assert_eq!(by("OVERDUE").await, json!([["false", "Not overdue", 2], ["true", "Overdue", 1]]));
    let both = by("[TYPE, MONTH, TYPE]").await;
    let expected = json!([
        ["FULL|2026-01", "Full / 2026-01", 1],
        ["FULL|", "Full / (none)", 1],
        ["RE_AUDIT|2025-12", "Re audit / 2025-12", 1],
    ]);
    assert_eq!(both, expected);
    let query = "{ auditSummary(groupBy: AUDITOR, orderBy: KEY) { groups { person { name } asset { name } } } }";
    let people = house.ask(query).await;
    let expected = json!([
        { "person": { "name": "Ada Byron" }, "asset": null },
        { "person": { "name": "user-1003" }, "asset": null },
        { "person": null, "asset": null },
    ]);
    assert_eq!(people["auditSummary"]["groups"], expected);
}

async fn every_dimension_of_issues_has_its_values_and_labels(kind: Store) {
    let house = House::empty(kind).await;
    let (owner, member) = (Org::Harbour.row(1), Org::Harbour.row(3));
    house
        .add(vec![
            site(1, "Quay"),
            audit(1, json!({ "auditor_id": owner })),
            issue(
                1,
                json!({
                    "kind": "TASK", "status": "INPROGRESS", "severity": "HIGH", "asset_id": 1, "audit_id": 1,
                    "assigned_to_id": member, "complete_by": "2026-03-01", "created_at": "2026-02-28T23:59:59.999999Z"
                }),
            ),
            issue(2, json!({ "status": "CLOSED", "complete_by": "2026-03-01", "created_at": "2026-03-01T00:00:00Z" })),
        ])
        .await;
    let by = async |by: &str| groups(&house, "issueSummary", by).await;
    assert_eq!(by("STATUS").await, json!([["CLOSED", "Closed", 1], ["INPROGRESS", "In progress", 1]]));
    assert_eq!(by("KIND").await, json!([["NONCONFORMANCE", "Nonconformance", 1], ["TASK", "Task", 1]]));
    assert_eq!(by("MONTH").await, json!([["2026-02", "2026-02", 1], ["2026-03", "2026-03", 1]]));
    assert_eq!(by("SEVERITY").await, json!([["HIGH", "High", 1], ["", "(none)", 1]]));
    assert_eq!(by("OVERDUE").await, json!([["false", "Not overdue", 1], ["true", "Overdue", 1]]));
    assert_eq!(by("ASSET").await, json!([[global_id("Asset", "asset", 1), "Quay", 1], ["", "(none)", 1]]));
    let user = |id: i64| global_id("User", "user", id);
    assert_eq!(by("ASSIGNEE").await, json!([[user(member), "user-1003", 1], ["", "(none)", 1]]));
    assert_eq!(by("AUDITOR").await, json!([[user(owner), "user-1001", 1], ["", "(none)", 1]]));
    let query = "{ issueSummary(groupBy: [ASSIGNEE, AUDITOR], filter: {kind: {eq: TASK}}) {
        total overdue groups { label person { name assignedIssues { nodes { title } } } }
    } }";
    let expected = json!({ "issueSummary": { "total": 1, "overdue": 1, "groups": [{
        "label": "user-1003 / user-1001",
        "person": { "name": "user-1003", "assignedIssues": { "nodes": [{ "title": "I-1" }] } }
    }] } });
    assert_eq!(house.ask(query).await, expected);
}

async fn an_issue_of_two_categories_counts_in_both_and_once_in_all(kind: Store) {
    let house = House::empty(kind).await;
    let mut rows = vec![
        ("category", json!({ "id": 1, "label": "Safety" })),
        ("category", json!({ "id": 2, "label": "Fire" })),
        ("category", json!({ "id": 3, "label": null })),
        issue(1, json!({ "complete_by": "2026-01-01" })),
        issue(2, json!({})),
        issue(3, json!({})),
        issue(4, json!({})),
    ];
    for (issue, category) in [(1, 1), (1, 2), (2, 1), (3, 3)] {
        rows.push(("issue_category", json!({ "issue_id": issue, "category_id": category })));
    }
    house.add(rows).await;
    let query = "{ issueSummary(groupBy: CATEGORY) { total overdue groups { label count overdue keys { value } } } }";
    let category = |id: i64| json!([{ "value": global_id("Category", "category", id) }]);
    let expected = json!({ "issueSummary": { "total": 4, "overdue": 1, "groups": [
        { "label": "Safety", "count": 2, "overdue": 1, "keys": category(1) },
        { "label": "Fire", "count": 1, "overdue": 1, "keys": category(2) },
        { "label": "(none)", "count": 1, "overdue": 0, "keys": category(3) },
        { "label": "(none)", "count": 1, "overdue": 0, "keys": [{ "value": null }] },
    ] } });
    assert_eq!(house.ask(query).await, expected);
}

async fn means_are_exact_and_rounded_half_up(kind: Store) {
    let cases: [(&[&str], &str); 9] = [
        (&["1", "2", "2"], "1.666667"),
        (&["1", "1", "2"], "1.333333"),
        (&["0.000001", "0.000002"], "0.000002"),
        (&["-0.000001", "-0.000002"], "-0.000001"),
        (&["-1", "-1", "-2"], "-1.333333"),
        (&["-0.000001", "0", "0"], "0"),
        (&["999999999999.999999", "999999999999.999998"], "999999999999.999999"),
        (&["999999999999.999999", "-999999999999.999999", "0.000001"], "0"),
        (&["100", "0.5", "-0.1"], "33.466667"),
    ];
    let house = House::empty(kind).await;
    let (mut rows, mut id) = (Vec::new(), 0);
    for (number, (scores, _)) in (1..).zip(cases) {
        rows.push(site(number, &format!("{number}")));
        for score in scores {
            id += 1;
            rows.push(audit(id, json!({ "asset_id": number, "asset_kind": "SITE", "score_main": score })));
        }
    }
    house.add(rows).await;
    let query = "{ auditSummary(groupBy: ASSET, orderBy: KEY) { groups { meanScore } } }";
    let expected: Vec<Value> = cases.iter().map(|(_, mean)| json!({ "meanScore": mean })).collect();
    assert_eq!(house.ask(query).await["auditSummary"]["groups"], json!(expected));
    for (number, (_, mean)) in (1..).zip(cases) {
        let query = format!("{{ auditSummary(filter: {{asset: {{name: {{eq: \"{number}\"}}}}}}) {{ meanScore }} }}");
        assert_eq!(house.ask(&query).await["auditSummary"]["meanScore"], json!(mean), "{number}");
    }
    // A score that is not set is that of the activities.
    let activity = |id: i64, score: &str| {
        ("activity", json!({ "id": id, "audit_id": 900, "number": "1", "subject": "S", "score": score }))
    };
    house.add(vec![audit(900, json!({ "type": "RE_AUDIT" })), activity(1, "50"), activity(2, "75.5")]).await;
    house.add(vec![audit(901, json!({ "type": "RE_AUDIT", "score_main": "0" }))]).await;
    let scored = house.ask("{ auditSummary(filter: {type: {eq: RE_AUDIT}}, groupBy: TYPE) { meanScore } }").await;
    assert_eq!(scored, json!({ "auditSummary": { "meanScore": "31.375" } }));
}

async fn the_worst_sites_come_with_their_open_issues(kind: Store) {
    let house = House::empty(kind).await;
    let mut rows = Vec::new();
    for (id, score) in (1..).zip(["90", "40", "65", "40"]) {
        rows.push(site(id, &format!("Site {id}")));
        rows.push(audit(id, json!({ "asset_id": id, "asset_kind": "SITE", "score_main": score })));
        rows.push(issue(id * 10, json!({ "asset_id": id, "status": "CLOSED" })));
        rows.push(issue(id * 10 + 1, json!({ "asset_id": id })));
    }
    rows.push(site(5, "Site without a score"));
    rows.push(audit(5, json!({ "asset_id": 5, "asset_kind": "SITE" })));
    house.add(rows).await;
    let query = "{ auditSummary(groupBy: ASSET, orderBy: MEAN_SCORE, first: 3) { total groups {
        meanScore
        asset { name issues(filter: {status: {notEq: CLOSED}}) { nodes { title } } }
        same: asset { slug parent { name } }
    } } }";
    let group = |id: i64, mean: &str| {
        json!({
            "meanScore": mean,
            "asset": { "name": format!("Site {id}"), "issues": { "nodes": [{ "title": format!("I-{id}1") }] } },
            "same": { "slug": format!("s{id}"), "parent": null }
        })
    };
    let expected =
        json!({ "auditSummary": { "total": 5, "groups": [group(2, "40"), group(4, "40"), group(3, "65")] } });
    assert_eq!(house.ask(query).await, expected);
}

async fn groups_are_ordered_as_asked_for(kind: Store) {
    let house = House::empty(kind).await;
    let mut rows = vec![site(1, "B"), site(2, "a"), site(3, "A"), site(4, "é")];
    let late = "2026-01-01T00:00:00Z";
    for (id, asset, score, complete_by) in [
        (1, Some(1), json!("10"), json!(late)),
        (2, Some(1), json!(null), json!(null)),
        (3, Some(2), json!("30"), json!(late)),
        (4, Some(2), json!("30"), json!(late)),
        (5, Some(3), json!("20"), json!(null)),
        (6, Some(4), json!(null), json!(late)),
        (7, None, json!("20"), json!(null)),
    ] {
        let kind = asset.map(|_| "SITE");
        let more = json!({ "asset_id": asset, "asset_kind": kind, "score_main": score, "complete_by": complete_by });
        rows.push(audit(id, more));
    }
    house.add(rows).await;
    for (order, expected) in [
        ("", ["B", "a", "A", "é", "(none)"]),
        ("orderBy: COUNT, direction: ASC", ["A", "é", "(none)", "B", "a"]),
        ("orderBy: OVERDUE", ["a", "B", "é", "A", "(none)"]),
        ("orderBy: KEY", ["A", "B", "a", "é", "(none)"]),
        ("orderBy: KEY, direction: DESC", ["é", "a", "B", "A", "(none)"]),
        ("orderBy: MEAN_SCORE", ["B", "A", "(none)", "a", "é"]),
        ("orderBy: MEAN_SCORE, direction: DESC", ["a", "A", "(none)", "B", "é"]),
    ] {
        for first in [0, 1, 2, 4, 5, 1_000] {
            let query = format!("{{ auditSummary(groupBy: ASSET, first: {first}, {order}) {{ groups {{ label }} }} }}");
            let answer = house.ask(&query).await;
            let labels: Vec<&str> = answer["auditSummary"]["groups"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|group| group["label"].as_str().expect("a label"))
                .collect();
            assert_eq!(labels, expected[..first.min(5)], "{order}, {first}");
        }
    }
}

async fn the_filter_and_the_organization_bound_what_is_counted(kind: Store) {
    let house = House::seeded(kind).await;
    for (summary, list, kinds) in [("auditSummary", "audits", "TYPE"), ("issueSummary", "issues", "KIND")] {
        for filter in
            ["{}", "{overdue: {eq: true}}", "{asset: {kind: {eq: SITE}}}", "{not: {asset: {name: {contains: \"e\"}}}}"]
        {
            for org in [Org::Harbour, Org::Nordic] {
                let query = format!(
                    "{{ {summary}(filter: {filter}, groupBy: {kinds}) {{ total overdue groups {{ count overdue }} }}
                    all: {list}(filter: {filter}) {{ totalCount }}
                    late: {list}(filter: {{and: [{filter}, {{overdue: {{eq: true}}}}]}}) {{ totalCount }} }}"
                );
                let answer = house.ask_as(org, &query).await;
                let found = &answer[summary];
                assert_eq!(found["total"], answer["all"]["totalCount"], "{query}");
                assert_eq!(found["overdue"], answer["late"]["totalCount"], "{query}");
                let groups = found["groups"].as_array().expect("a list");
                for (one, all) in [("count", "total"), ("overdue", "overdue")] {
                    let sum: i64 = groups.iter().filter_map(|group| group[one].as_i64()).sum();
                    assert_eq!(found[all], json!(sum), "{query}");
                }
            }
        }
    }
}

async fn groups_are_the_same_as_counted_by_hand(kind: Store) {
    let house = House::empty(kind).await;
    let mut rows: Vec<_> = (1..=7).map(|id| site(id, &format!("Site {id}"))).collect();
    let states = ["CREATED", "IN_PROGRESS", "IN_REVIEW", "CLOSED", "CANCELED"];
    let mut random = 12_345_u64;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    for id in 1..=300 {
        let asset = next(8);
        let score = (next(3) > 0).then(|| format!("{}.{:06}", next(100), next(1_000_000)));
        let complete_by = ["2026-01-01T00:00:00Z", "2026-12-01T00:00:00Z"][next(2) as usize];
        rows.push(audit(
            id,
            json!({
                "asset_id": (asset > 0).then_some(asset), "asset_kind": (asset > 0).then_some("SITE"),
                "state": states[next(5) as usize], "score_main": score, "complete_by": complete_by
            }),
        ));
    }
    let mut expected: BTreeMap<(String, String), (i64, i64, Vec<i128>)> = BTreeMap::new();
    for (_, row) in rows.iter().filter(|(table, _)| *table == "audit") {
        let asset = row["asset_id"].as_i64().map_or("(none)".to_owned(), |id| format!("Site {id}"));
        let state = row["state"].as_str().expect("a state").to_owned();
        let late = row["complete_by"] == "2026-01-01T00:00:00Z" && state != "CANCELED";
        let group = expected.entry((asset, state)).or_default();
        group.0 += 1;
        group.1 += i64::from(late);
        group.2.extend(row["score_main"].as_str().map(|score| score.replace('.', "").parse::<i128>().expect("digits")));
    }
    house.add(rows).await;
    let query = "{ auditSummary(groupBy: [ASSET, STATE]) { total groups {
        count overdue meanScore asset { name } keys { value label }
    } } }";
    let answer = house.ask(query).await;
    let groups = answer["auditSummary"]["groups"].as_array().expect("a list");
    assert_eq!((groups.len(), answer["auditSummary"]["total"].as_i64()), (expected.len(), Some(300)));
    for group in groups {
        let asset = group["keys"][0]["label"].as_str().unwrap_or("(none)").to_owned();
        assert_eq!(group["asset"]["name"].as_str().unwrap_or("(none)"), asset);
        let state = group["keys"][1]["value"].as_str().expect("a state").to_owned();
        let (count, late, scores) = &expected[&(asset, state)];
        assert_eq!((group["count"].as_i64(), group["overdue"].as_i64()), (Some(*count), Some(*late)));
        let (sum, number) = (scores.iter().sum::<i128>(), scores.len() as i128);
        let mean = (number > 0).then(|| (2 * sum + number).div_euclid(2 * number));
        let found = group["meanScore"].as_str().map(|mean| {
            let (whole, part) = mean.split_once('.').unwrap_or((mean, ""));
            format!("{whole}{part:0<6}").parse::<i128>().expect("digits")
        });
        assert_eq!(found, mean, "{group}");
    }
}

async fn statements_do_not_depend_on_the_number_of_groups(kind: Store) {
    let house = House::empty(kind).await;
    let mut rows = Vec::new();
    for id in 1..=30 {
        rows.push(site(id, &format!("Site {id}")));
        rows.push(issue(id, json!({ "asset_id": id, "assigned_to_id": Org::Harbour.row(3) })));
    }
    house.add(rows).await;
    for (fields, expected) in [
        ("total", 1),
        ("total overdue groups { keys { value label } count }", 1),
        ("groups { asset { name parent { name } } }", 2),
        ("groups { asset { issues(first: 1) { nodes { title } } audits { totalCount } } person { name } }", 5),
    ] {
        for first in [1, 5, 30] {
            let query = format!("{{ issueSummary(groupBy: [ASSET, ASSIGNEE], first: {first}) {{ {fields} }} }}");
            assert_eq!(house.statements(&query).await, expected, "{query}");
        }
    }
}

async fn limits_are_refusals(kind: Store) {
    let house = House::empty(kind).await;
    let mut rows = Vec::new();
    for id in 1..=1_001 {
        rows.push(site(id, &format!("{id:04}")));
        rows.push(issue(id, json!({ "asset_id": id })));
    }
    house.add(rows).await;
    let count = |answer: &Value| answer["issueSummary"]["groups"].as_array().expect("a list").len();
    let thousand =
        house.ask("{ issueSummary(groupBy: ASSET, filter: {number: {lte: 1000}}) { groups { key } } }").await;
    assert_eq!(count(&thousand), 1_000);
    let first = house.ask("{ issueSummary(groupBy: ASSET, first: 1000) { total groups { key } } }").await;
    assert_eq!((count(&first), &first["issueSummary"]["total"]), (1_000, &json!(1_001)));
    for (query, code, message) in [
        (
            "{ issueSummary(groupBy: ASSET) { groups { key } } }",
            "TOO_COMPLEX",
            "the summary groups limit of 1000 is exceeded: found 1001",
        ),
        (
            "{ issueSummary(groupBy: [KIND, STATUS, SEVERITY, OVERDUE]) { total } }",
            "TOO_COMPLEX",
            "the summary dimensions limit of 3 is exceeded: found 4",
        ),
        (
            "{ issueSummary(groupBy: KIND, first: 1001) { total } }",
            "TOO_COMPLEX",
            "the page size limit of 1000 is exceeded: found 1001",
        ),
        ("{ issueSummary(groupBy: KIND, first: -1) { total } }", "BAD_USER_INPUT", "first: must not be negative"),
        (
            "{ issueSummary(groupBy: ASSET) { groups { asset { issues(first: 100) { nodes { title } } } } } }",
            "TOO_COMPLEX",
            "the estimated rows limit of 10000 is exceeded: found 100000",
        ),
    ] {
        assert_eq!(house.refusal(query).await, (code.to_owned(), message.to_owned()), "{query}");
    }
    for query in [
        "{ issueSummary(groupBy: STATE) { total } }",
        "{ issueSummary(orderBy: MEAN_SCORE) { total } }",
        "{ issueSummary(filter: {state: {eq: CLOSED}}) { total } }",
        "{ auditSummary(groupBy: CATEGORY) { total } }",
    ] {
        assert_eq!(house.refusal(query).await.0, "BAD_USER_INPUT", "{query}");
    }
}
