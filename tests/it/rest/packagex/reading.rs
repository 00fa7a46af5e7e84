//! Lists and records (contract packagex 2.3, 3 and 4.6, 4.7).

use audit_gateway::domain::db::Store;
use audit_gateway::rest::packagex::ident;
use serde_json::{Value as Json, json};

use super::site::{AUDIT, LOCATION, Site, audit, id};
use crate::fixture::Row;
use crate::store::on_both_stores;

on_both_stores!(
    item_8_an_audit_has_all_keys_in_order_and_its_values,
    item_9_counts_are_grouped_on_both_addresses,
    item_10_an_audit_is_overdue_by_one_rule,
    item_11_and_21_every_state_has_its_word,
    item_12_pages_follow_one_another,
    item_13_pages_have_bounds,
    item_14_statements_do_not_grow_with_the_page,
    item_24_every_order_both_ways,
);

const LIST: &str = "/v1/audits";
const KEYS: [&str; 22] = [
    "object",
    "id",
    "organization_id",
    "number",
    "location",
    "status",
    "priority",
    "assignee",
    "tasks",
    "by_item",
    "by_layout",
    "feedback",
    "complete_at",
    "finished_at",
    "overdue",
    "update_inventory",
    "metadata",
    "created_at",
    "updated_at",
    "created_by",
    "updated_by",
    "_search",
];

fn keys(value: &Json) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

async fn item_8_an_audit_has_all_keys_in_order_and_its_values(kind: Store) {
    let site = Site::new(kind).await;
    site.sql(
        "UPDATE audit SET metadata = '{\"wave\":\"7\",\"a\":1.50}', feedback = 'ok', complete_by = NULL, created_by_key_id \
         = 1011, updated_by_user_id = 1003 WHERE id = 1003",
    )
    .await;
    let reply = site.get(&format!("{LIST}/{}", audit(AUDIT))).await;
    assert_eq!(reply.is(200)["message"], "Audit retrieved.");
    let found = reply.data();
    assert_eq!(keys(&found), KEYS[..21]);
    let organization = id(ident::ORGANIZATION, "organization", 1);
    let stamp = |table: &'static str| {
        let row = Row::new(table, json!({ "id": 1005 }));
        row.get("created_at").as_time().expect("an instant").timestamp()
    };
    assert_eq!(
        found["location"],
        json!({
            "object": "location", "id": id(ident::LOCATION, "asset", LOCATION), "organization_id": organization,
            "name": "Warehouse Ø", "created_at": stamp("asset"), "updated_at": found["location"]["updated_at"],
        })
    );
    assert_eq!(
        keys(&found["assignee"]),
        ["object", "id", "organization_id", "name", "email", "phone", "created_at", "updated_at"]
    );
    assert_eq!(
        (&found["assignee"]["object"], &found["assignee"]["organization_id"]),
        (&json!("contact"), &json!(organization))
    );
    assert_eq!(found["tasks"].as_array().expect("tasks").len(), 2);
    let first = &found["tasks"][0];
    assert_eq!(
        keys(first),
        [
            "object",
            "id",
            "item_id",
            "layout_id",
            "total_qty",
            "counted_qty",
            "discrepancy",
            "reason_code_id",
            "created_at",
            "updated_at"
        ]
    );
    assert_eq!(first["id"], id(ident::TASK, "count_task", 1001));
    assert_eq!(
        (&first["item_id"], &first["layout_id"], &first["reason_code_id"]),
        (
            &json!(id(ident::ITEM, "item", 1001)),
            &json!(id(ident::LAYOUT, "layout", 1001)),
            &json!(id(ident::REASON, "reason_code", 1001))
        )
    );
    assert!(reply.text.contains("\"total_qty\":120,\"counted_qty\":117.5,\"discrepancy\":2.5,"), "{}", reply.text);
    assert!(reply.text.contains("\"total_qty\":0.000001,\"counted_qty\":null,\"discrepancy\":null,"), "{}", reply.text);
    assert!(reply.text.contains("\"metadata\":{\"wave\":\"7\",\"a\":1.50},"), "{}", reply.text);
    assert_eq!(
        (&found["status"], &found["priority"], &found["overdue"]),
        (&json!("in_review"), &json!("low"), &json!(false))
    );
    assert_eq!((&found["by_item"], &found["by_layout"], &found["feedback"]), (&json!({}), &json!({}), &json!("ok")));
    assert_eq!(found["created_by"], id(ident::KEY, "api_key", 1011));
    assert_eq!(found["updated_by"], id(ident::USER, "user", 1003));
    assert_eq!(site.get(LIST).await.data(), json!([found]));
    let searched = site.get(&format!("{LIST}?search=cnt-7")).await.data();
    assert_eq!(keys(&searched[0]), KEYS);
    assert_eq!(
        searched[0]["_search"],
        json!({
            "id": audit(AUDIT), "number": "<mark>CNT-7</mark>", "relevance_score": 1,
        })
    );
    assert_eq!(site.get(&format!("{LIST}?search=")).await.data(), json!([found]));
}

async fn item_9_counts_are_grouped_on_both_addresses(kind: Store) {
    let site = Site::new(kind).await;
    let one = json!({ "id": 1003, "organization_id": 1, "audit_id": 1003, "item_id": 1001, "layout_id": 1002, "total_qty": "4" });
    site.insert(vec![Row::new("count_task", one)]).await;
    let path = format!("{LIST}/{}", audit(AUDIT));
    let flat = site.get(&path).await.data()["tasks"].clone();
    let [a, b, c] = [0, 1, 2].map(|at| flat[at].clone());
    for (word, key, other) in [("by_item", "item_id", "by_layout"), ("by_layout", "layout_id", "by_item")] {
        let found = site.get(&format!("{path}?group_by={word}")).await.data();
        assert_eq!((&found["tasks"], &found[other]), (&json!([]), &json!({})));
        let groups = if word == "by_item" { vec![vec![&a, &c], vec![&b]] } else { vec![vec![&a], vec![&b, &c]] };
        let names: Vec<&str> = groups.iter().map(|group| group[0][key].as_str().expect("an id")).collect();
        assert_eq!(keys(&found[word]), names);
        for (name, group) in names.iter().zip(&groups) {
            assert_eq!(found[word][name], json!(group));
        }
        assert_eq!(site.get(&format!("{LIST}?group_by={word}")).await.data(), json!([found]));
    }
    site.sql("DELETE FROM count_task WHERE organization_id = 1").await;
    let found = site.get(&format!("{path}?group_by=by_item")).await.data();
    assert_eq!((&found["tasks"], &found["by_item"], &found["by_layout"]), (&json!([]), &json!({}), &json!({})));
}

async fn item_10_an_audit_is_overdue_by_one_rule(kind: Store) {
    let site = Site::new(kind).await;
    let (before, now, after) = ("2026-03-02T09:30:00Z", "2026-03-02T09:30:00.123456Z", "2026-03-02T09:31:00Z");
    site.audits(vec![
        (1101, "A-1", json!({ "complete_by": after })),
        (1102, "A-2", json!({ "complete_by": before })),
        (1103, "A-3", json!({ "complete_by": now })),
        (1104, "A-4", json!({ "complete_by": before, "finished_at": now, "state": "CLOSED" })),
        (1105, "A-5", json!({ "complete_by": before, "finished_at": "2026-03-02T09:29:00Z", "state": "CLOSED" })),
        (1106, "A-6", json!({ "complete_by": before, "state": "CANCELED" })),
        (1107, "A-7", json!({})),
    ])
    .await;
    for (row, late) in
        [(1101, false), (1102, true), (1103, false), (1104, true), (1105, false), (1106, false), (1107, false)]
    {
        assert_eq!(site.get(&format!("{LIST}/{}", audit(row))).await.data()["overdue"], late, "{row}");
    }
    let mut late = site.get(&format!("{LIST}?overdue=true")).await.numbers();
    late.sort();
    assert_eq!(late, ["A-2", "A-4"]);
    assert_eq!(site.get(&format!("{LIST}?overdue=false")).await.total(), 6);
}

async fn item_11_and_21_every_state_has_its_word(kind: Store) {
    let site = Site::new(kind).await;
    for (state, word) in [
        ("CREATED", "created"),
        ("IN_PROGRESS", "processing"),
        ("GENERATING", "processing"),
        ("IN_REVIEW", "in_review"),
        ("READY_TO_CLOSE", "in_review"),
        ("RECOUNT", "recount"),
        ("CLOSED", "approved"),
        ("CANCELED", "canceled"),
    ] {
        site.sql(&format!("UPDATE audit SET state = '{state}' WHERE id = 1003")).await;
        let reply = site.get(LIST).await.data();
        assert_eq!((&reply[0]["status"], &reply[0]["id"]), (&json!(word), &json!(audit(AUDIT))), "{state}");
        assert_eq!(site.get(&format!("{LIST}?status={word}")).await.total(), 1);
    }
}

async fn many(site: &Site, count: i64) {
    let numbers: Vec<String> = (0..count).map(|number| format!("N-{number}")).collect();
    let rows = numbers.iter().zip(1101..).map(|(number, row)| {
        (row, number.as_str(), json!({ "created_at": format!("2026-02-{:02}T10:00:00Z", row % 20 + 1) }))
    });
    site.audits(rows.collect()).await;
}

async fn item_12_pages_follow_one_another(kind: Store) {
    let site = Site::new(kind).await;
    many(&site, 59).await;
    let all = site.get(&format!("{LIST}?limit=100")).await.numbers();
    assert_eq!(all.len(), 60);
    assert_eq!(site.get(&format!("{LIST}?page=2")).await.numbers(), all[25..50]);
    let mut walked = Vec::new();
    for page in 1..=6 {
        let reply = site.get(&format!("{LIST}?page={page}&limit=10")).await;
        let pagination = json!({ "limit": 10, "page": page, "has_more": page < 6, "total_count": 60 });
        assert_eq!(reply.is(200)["pagination"], pagination);
        let keys: Vec<String> = reply.json()["pagination"].as_object().expect("a page").keys().cloned().collect();
        assert_eq!(keys, ["limit", "page", "has_more", "total_count"]);
        walked.extend(reply.numbers());
    }
    assert_eq!(walked, all);
}

async fn item_13_pages_have_bounds(kind: Store) {
    let site = Site::new(kind).await;
    assert_eq!(site.get(&format!("{LIST}?limit=100")).await.numbers(), ["CNT-7"]);
    for query in
        ["limit=101", "limit=0", "page=0", "page=x", "page=-1", "page=+1", "page=2147483648", "limit=1.0", "limit=%201"]
    {
        assert_eq!(site.get(&format!("{LIST}?{query}")).await.refused(400).0, "invalid_query", "{query}");
    }
    for query in ["page=2", "page=2147483647&limit=100"] {
        let reply = site.get(&format!("{LIST}?{query}")).await;
        assert_eq!((reply.data(), reply.total()), (json!([]), 1));
        assert_eq!(reply.json()["pagination"]["has_more"], false);
    }
    assert_eq!(
        site.get(&format!("{LIST}?status=recount")).await.is(200),
        json!({
            "status": 200, "message": "Audits retrieved.", "data": [], "code": null, "errors": [],
            "pagination": { "limit": 25, "page": 1, "has_more": false, "total_count": 0 }, "endpoint": "/v1/audits",
        })
    );
}

async fn item_14_statements_do_not_grow_with_the_page(kind: Store) {
    let site = Site::new(kind).await;
    for query in ["", "&group_by=by_item", "&group_by=by_layout", "&search=CNT", "&search=CNT&order_by=priority"] {
        // Connections are set to the organization when they are first used.
        site.count(&format!("{LIST}?limit=100{query}")).await;
        let (one, few) = site.count(&format!("{LIST}?limit=100{query}")).await;
        assert_eq!(one.total(), 1);
        let mut rows = Vec::new();
        for audit in 1101..1160 {
            let number = format!("CNT-{audit}");
            let mut of = Row::new(
                "audit",
                json!({
                    "id": audit, "organization_id": 1, "number": number, "number_norm": number.to_lowercase(),
                    "number_tail": audit.to_string(), "name": number, "asset_id": 1005, "asset_kind": "LOCATION",
                }),
            );
            of.set("auditor_id", 1003_i64.into());
            rows.push(of);
            for (task, (item, layout)) in [(1001, 1001), (1002, 1001), (1001, 1002)].into_iter().enumerate() {
                rows.push(Row::new(
                    "count_task",
                    json!({
                        "id": audit * 10 + task as i64, "organization_id": 1, "audit_id": audit, "item_id": item,
                        "layout_id": layout, "total_qty": "4",
                    }),
                ));
            }
        }
        site.insert(rows).await;
        let (sixty, many) = site.count(&format!("{LIST}?limit=100{query}")).await;
        assert_eq!((sixty.total(), many), (60, few), "{query}");
        site.sql("DELETE FROM count_task WHERE id > 10000").await;
        site.sql("DELETE FROM audit WHERE id BETWEEN 1101 AND 1160").await;
    }
}

async fn item_24_every_order_both_ways(kind: Store) {
    let site = Site::new(kind).await;
    site.sql("DELETE FROM count_task WHERE audit_id = 1003").await;
    site.sql("DELETE FROM audit WHERE id = 1003").await;
    let stamp = |second: i64| format!("2026-01-01T00:00:{second:02}.5Z");
    site.audits(vec![
        (1101, "a", json!({ "created_at": stamp(3), "updated_at": stamp(9), "priority": 3, "complete_by": stamp(5) })),
        (1102, "b", json!({ "created_at": stamp(1), "updated_at": stamp(8), "priority": 1, "finished_at": stamp(5) })),
        (1103, "c", json!({ "created_at": stamp(2), "updated_at": stamp(9), "priority": 2, "complete_by": stamp(4) })),
        (1104, "d", json!({ "created_at": stamp(3), "updated_at": stamp(7), "priority": 2, "finished_at": stamp(6) })),
    ])
    .await;
    for (query, wanted) in [
        ("", "dacb"),
        ("order_by=created_at", "dacb"),
        ("direction=asc", "bcad"),
        ("order_by=updated_at&direction=desc", "cabd"),
        ("order_by=updated_at&direction=asc", "dbac"),
        ("order_by=complete_at&direction=asc", "cabd"),
        ("order_by=complete_at&direction=desc", "acdb"),
        ("order_by=finished_at&direction=asc", "bdac"),
        ("order_by=finished_at&direction=desc", "dbca"),
        ("order_by=priority&direction=asc", "bcda"),
        ("order_by=priority", "adcb"),
    ] {
        assert_eq!(site.get(&format!("{LIST}?{query}")).await.numbers().concat(), wanted, "{query}");
        for (page, letter) in (1..).zip(wanted.chars()) {
            let found = site.get(&format!("{LIST}?{query}&limit=1&page={page}").replace("?&", "?")).await.numbers();
            assert_eq!(found, [letter.to_string()], "{query} {page}");
        }
    }
}
