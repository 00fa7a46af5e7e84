//! Creating, counting, reviewing (contract packagex 2.4 to 2.6).

use audit_gateway::domain::db::Store;
use audit_gateway::rest::packagex::ident;
use serde_json::{Value as Json, json};

use super::site::{AUDIT, KEY, LOCATION, READER, Reply, Site, WRITER, audit, id};
use crate::fixture::Row;
use crate::store::on_both_stores;

on_both_stores!(
    item_32_a_location_is_enough,
    item_33_items_and_layouts_narrow_what_is_counted,
    item_34_numbers_are_given_once_at_a_location,
    item_35_counts_overwrite_and_add,
    item_36_review_freezes_what_the_books_say,
    item_37_large_differences_need_a_reason,
    item_38_approval_corrects_the_stock,
    item_39_no_stock_becomes_negative,
    item_40_every_pair_of_the_transition_table,
    item_41_what_is_locked_and_what_is_not,
    item_42_metadata_is_merged,
    item_43_what_was_read_can_be_sent_back,
    item_44_every_write_is_told_once,
    bodies_are_refused_member_by_member,
    deadlines_are_whole_seconds_however_they_are_written,
    writes_need_their_scope_and_a_body_of_json,
);

const LIST: &str = "/v1/audits";

fn location() -> String {
    id(ident::LOCATION, "asset", LOCATION)
}

fn path(audit: &Json) -> String {
    format!("{LIST}/{}", audit["id"].as_str().expect("an id"))
}

async fn made(site: &Site, more: Json) -> Json {
    let mut body = json!({ "location_id": location() });
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    let reply = site.post(LIST, &body).await;
    let json = reply.is(201);
    assert_eq!((&json["message"], &json["events"]), (&json!("Audit created."), &json!(["audit.created"])));
    json["data"].clone()
}

async fn changed(site: &Site, audit: &Json, body: Json) -> Json {
    let json = site.post(&path(audit), &body).await.is(200);
    assert_eq!((&json["message"], &json["events"]), (&json!("Audit updated."), &json!(["audit.updated"])));
    json["data"].clone()
}

async fn refusal(site: &Site, audit: &Json, body: Json, status: u16) -> (String, String, Vec<String>) {
    let before = site.get(&path(audit)).await.text;
    let told = site.post(&path(audit), &body).await.refused(status);
    assert_eq!(site.get(&path(audit)).await.text, before, "{body}");
    told
}

/// The counts of an audit, all given.
fn counts(audit: &Json, counted: &[Json]) -> Json {
    let tasks = audit["tasks"].as_array().expect("tasks").iter().zip(counted);
    tasks.map(|(task, counted)| json!({ "id": task["id"], "counted_qty": counted })).collect()
}

/// Puts an audit into a state, its two counts made and equal to the books.
async fn stands(site: &Site, state: &str) -> Json {
    let audit = made(site, json!({})).await;
    let number = audit["number"].as_str().expect("a number");
    let of = format!("audit_id = (SELECT id FROM audit WHERE number = '{number}' AND asset_id = {LOCATION})");
    site.sql(&format!("UPDATE count_task SET counted_qty = total_qty + 0 WHERE {of}")).await;
    site.sql(&format!("UPDATE audit SET state = '{state}' WHERE number = '{number}' AND asset_id = {LOCATION}")).await;
    site.get(&path(&audit)).await.data()
}

async fn item_32_a_location_is_enough(kind: Store) {
    let site = Site::new(kind).await;
    let one = json!({ "id": 1003, "organization_id": 1, "asset_id": 1005, "item_id": 1001, "layout_id": 1002, "available_qty": "0" });
    site.insert(vec![Row::new("stock_level", one)]).await;
    let made = made(&site, json!({})).await;
    assert_eq!(
        (&made["number"], &made["status"], &made["priority"]),
        (&json!("AUD-8"), &json!("created"), &json!("medium"))
    );
    assert_eq!(
        (&made["update_inventory"], &made["metadata"], &made["assignee"]),
        (&json!(true), &json!({}), &Json::Null)
    );
    let tasks = made["tasks"].as_array().expect("tasks");
    assert_eq!(tasks.len(), 2);
    assert_eq!((&tasks[0]["total_qty"], &tasks[0]["counted_qty"]), (&json!(120), &Json::Null));
    assert_eq!(tasks[0]["layout_id"], id(ident::LAYOUT, "layout", 1001));
    let key = id(ident::KEY, "api_key", KEY);
    assert_eq!((&made["created_by"], &made["updated_by"]), (&json!(key), &json!(key)));
    assert_eq!((&made["created_at"], &made["complete_at"]), (&json!(site.now.timestamp()), &Json::Null));
    assert_eq!(site.get(&path(&made)).await.data(), made);
    let [sequence] = site.numbers("SELECT CAST(asset_sequence AS BIGINT) FROM audit WHERE number = 'AUD-8'").await;
    assert!(sequence > 0);
    assert_eq!(site.texts("SELECT name FROM audit WHERE number = 'AUD-8'").await, ["AUD-8"]);
}

async fn item_33_items_and_layouts_narrow_what_is_counted(kind: Store) {
    let site = Site::new(kind).await;
    let (item, layout) = (id(ident::ITEM, "item", 1002), id(ident::LAYOUT, "layout", 1001));
    let narrow = made(&site, json!({ "item_ids": [item, item] })).await;
    assert_eq!(narrow["tasks"].as_array().map(Vec::len), Some(1));
    assert_eq!(narrow["tasks"][0]["item_id"], item);
    assert_eq!(made(&site, json!({ "layout_ids": [layout] })).await["tasks"][0]["layout_id"], layout);
    let before = site.numbers::<3>(COUNTED).await;
    let body = json!({ "location_id": location(), "item_ids": [item], "layout_ids": [layout] });
    let message = "No items are eligible for counting at this location.".to_owned();
    assert_eq!(site.post(LIST, &body).await.refused(400), ("no_eligible_tasks".to_owned(), message, Vec::new()));
    let rows = (0..99).flat_map(|at: i64| {
        let item = json!({ "id": 1100 + at, "organization_id": 1, "name": format!("Item {at}") });
        let level = json!({ "id": 1100 + at, "organization_id": 1, "asset_id": 1005, "item_id": 1100 + at, "layout_id": 1001,
            "available_qty": "1" });
        [Row::new("item", item), Row::new("stock_level", level)]
    });
    site.insert(rows.collect()).await;
    let message = "More than 100 tasks would be generated; narrow the scope with item_ids or layout_ids.".to_owned();
    let all = site.post(LIST, &json!({ "location_id": location() })).await;
    assert_eq!(all.refused(400), ("too_many_tasks".to_owned(), message, Vec::new()));
    assert_eq!(site.numbers::<3>(COUNTED).await, before);
    assert_eq!(made(&site, json!({ "layout_ids": [layout] })).await["tasks"].as_array().map(Vec::len), Some(100));
}

/// Audits, counts and events.
const COUNTED: &str = "SELECT CAST((SELECT COUNT(*) FROM audit) AS BIGINT), CAST((SELECT COUNT(*) FROM count_task) AS BIGINT), \
                       CAST((SELECT COUNT(*) FROM change_event) AS BIGINT)";

async fn item_34_numbers_are_given_once_at_a_location(kind: Store) {
    let site = Site::new(kind).await;
    let reply = site.post(LIST, &json!({ "location_id": location(), "number": " CNT-7 " })).await;
    let message = "An audit with this number already exists at this location.".to_owned();
    let told = ("duplicate_number".to_owned(), message, vec!["number: already exists".to_owned()]);
    assert_eq!(reply.refused(409), told);
    site.insert(vec![
        Row::new("asset", json!({ "id": 1050, "organization_id": 1, "path": "000000001050/", "kind": "LOCATION", "name": "Yard", "slug": "yard" })),
        Row::new("layout", json!({ "id": 1050, "organization_id": 1, "asset_id": 1050, "name": "All" })),
        Row::new("stock_level", json!({ "id": 1050, "organization_id": 1, "asset_id": 1050, "item_id": 1001, "layout_id": 1050, "available_qty": "3" })),
    ])
    .await;
    let there = json!({ "location_id": id(ident::LOCATION, "asset", 1050), "number": "CNT-7" });
    assert_eq!(site.post(LIST, &there).await.is(201)["data"]["number"], "CNT-7");
    // A number that is taken at the location is skipped.
    assert_eq!(made(&site, json!({ "number": "AUD-9" })).await["number"], "AUD-9");
    let body = json!({});
    let many = futures_util::future::join_all((0..12).map(|_| made(&site, body.clone()))).await;
    let mut numbers: Vec<String> =
        many.iter().map(|audit| audit["number"].as_str().expect("text").to_owned()).collect();
    numbers.sort_by_key(|number| (number.len(), number.clone()));
    let wanted: Vec<String> = (8..=20).filter(|number| *number != 9).map(|number| format!("AUD-{number}")).collect();
    assert_eq!(numbers, wanted);
}

async fn item_35_counts_overwrite_and_add(kind: Store) {
    let site = Site::new(kind).await;
    let audit = made(&site, json!({})).await;
    let count = |counted: Json| json!({ "tasks": [{ "id": audit["tasks"][0]["id"], "counted_qty": counted }] });
    let counted = changed(&site, &audit, count(json!(10))).await;
    assert_eq!((&counted["tasks"][0]["counted_qty"], &counted["status"]), (&json!(10), &json!("processing")));
    let counted = changed(&site, &audit, count(json!([2]))).await;
    assert_eq!((&counted["tasks"][0]["counted_qty"], &counted["tasks"][0]["discrepancy"]), (&json!(12), &json!(108)));
    assert_eq!(changed(&site, &audit, count(json!([-1.5]))).await["tasks"][0]["counted_qty"], json!(10.5));
    let told = refusal(&site, &audit, count(json!([-11])), 400).await;
    assert_eq!(
        (told.0.as_str(), told.2),
        ("invalid_body", vec!["tasks[0].counted_qty: result must be at least 0".to_owned()])
    );
    assert_eq!(changed(&site, &audit, count(Json::Null)).await["tasks"][0]["counted_qty"], Json::Null);
    assert_eq!(changed(&site, &audit, count(json!([4]))).await["tasks"][0]["counted_qty"], json!(4));
    let ones = futures_util::future::join_all((0..50).map(|_| changed(&site, &audit, count(json!([1]))))).await;
    assert_eq!(ones.len(), 50);
    assert_eq!(site.get(&path(&audit)).await.data()["tasks"][0]["counted_qty"], json!(54));
    let exact = site.post(&path(&audit), &json!({})).await;
    assert_eq!(exact.is(200)["data"]["updated_at"], json!(site.now.timestamp()));
    let raw = format!("{{\"tasks\":[{{\"id\":{},\"counted_qty\":999999999999.999999}}]}}", audit["tasks"][0]["id"]);
    let token = site.token(KEY);
    let reply = site.send("POST", &path(&audit), &[("px-api-key", &token)], raw).await;
    assert!(reply.text.contains("\"counted_qty\":999999999999.999999,"), "{}", reply.text);
}

async fn item_36_review_freezes_what_the_books_say(kind: Store) {
    let site = Site::new(kind).await;
    let audit = made(&site, json!({})).await;
    let ids: Vec<&str> =
        audit["tasks"].as_array().expect("tasks").iter().map(|task| task["id"].as_str().expect("an id")).collect();
    let told = refusal(&site, &audit, json!({ "status": "in_review" }), 400).await;
    let message = "Every task must be counted before review.".to_owned();
    let errors: Vec<String> = ids.iter().map(|id| format!("tasks.{id}.counted_qty: is required")).collect();
    assert_eq!(told, ("uncounted_tasks".to_owned(), message, errors));
    site.sql("UPDATE stock_level SET available_qty = available_qty + available_qty WHERE id = 1001").await;
    let reason = id(ident::REASON, "reason_code", 1001);
    let body = json!({ "status": "in_review", "tasks": [
        { "id": ids[0], "counted_qty": 120, "reason_code_id": reason }, { "id": ids[1], "counted_qty": 0 },
    ] });
    let reviewed = changed(&site, &audit, body).await;
    assert_eq!(reviewed["status"], "in_review");
    assert_eq!((&reviewed["tasks"][0]["total_qty"], &reviewed["tasks"][0]["discrepancy"]), (&json!(240), &json!(120)));
    site.sql("UPDATE stock_level SET available_qty = 0 WHERE id = 1001").await;
    assert_eq!(site.get(&path(&audit)).await.data()["tasks"], reviewed["tasks"]);
    // A level that is gone counts as nothing.
    changed(&site, &audit, json!({ "status": "recount" })).await;
    site.sql("DELETE FROM stock_level WHERE id = 1001").await;
    let again = changed(&site, &audit, json!({ "status": "in_review" })).await;
    assert_eq!(again["tasks"][0]["total_qty"], json!(0));
}

async fn item_37_large_differences_need_a_reason(kind: Store) {
    let site = Site::new(kind).await;
    let audit = made(&site, json!({})).await;
    let tasks = counts(&audit, &[json!(117.4), json!(0)]);
    let told = refusal(&site, &audit, json!({ "tasks": tasks, "status": "in_review" }), 400).await;
    let message = "A reason code is required where the discrepancy exceeds the threshold.".to_owned();
    let first = audit["tasks"][0]["id"].as_str().expect("an id");
    let errors = vec![format!("tasks.{first}.reason_code_id: is required")];
    assert_eq!(told, ("reason_code_required".to_owned(), message, errors));
    // At the threshold is within it.
    let tasks = counts(&audit, &[json!(117.5), json!(0)]);
    let approved = changed(&site, &audit, json!({ "tasks": tasks, "status": "in_review" })).await;
    let now = json!(site.now.timestamp());
    assert_eq!((&approved["status"], &approved["finished_at"]), (&json!("approved"), &now));
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM audit WHERE number = 'AUD-8' AND closed_at = finished_at AND completed_at = \
               finished_at";
    assert_eq!(site.numbers(sql).await, [1]);
    // No threshold is one of nothing.
    site.sql("UPDATE organization SET discrepancy_threshold = NULL WHERE id = 1").await;
    let audit = made(&site, json!({})).await;
    let tasks = counts(&audit, &[json!(117), json!(0)]);
    assert_eq!(
        refusal(&site, &audit, json!({ "tasks": tasks, "status": "in_review" }), 400).await.0,
        "reason_code_required"
    );
}

/// Stock of the first level in millionths, and when item, layout and location were audited last.
async fn books(site: &Site) -> (String, Vec<String>) {
    let cast = "CAST(available_qty AS TEXT)";
    let stock = site.texts(&format!("SELECT {cast} FROM stock_level WHERE organization_id = 1 ORDER BY id")).await;
    let stamps = site
        .texts(
            "SELECT COALESCE(CAST(last_audited_at AS TEXT), '') FROM item WHERE organization_id = 1 UNION ALL SELECT \
             COALESCE(CAST(last_audited_at AS TEXT), '') FROM layout WHERE organization_id = 1 UNION ALL SELECT \
             COALESCE(CAST(last_audited_at AS TEXT), '') FROM asset WHERE id = 1005",
        )
        .await;
    (stock.join(" "), stamps)
}

async fn item_38_approval_corrects_the_stock(kind: Store) {
    let site = Site::new(kind).await;
    let before = books(&site).await;
    let kept = made(&site, json!({ "update_inventory": false })).await;
    let tasks = counts(&kept, &[json!(118), json!(1)]);
    assert_eq!(changed(&site, &kept, json!({ "tasks": tasks, "status": "in_review" })).await["status"], "approved");
    assert_eq!(books(&site).await, before);
    let audit = made(&site, json!({})).await;
    let reason = id(ident::REASON, "reason_code", 1001);
    let tasks = json!([
        { "id": audit["tasks"][0]["id"], "counted_qty": 100, "reason_code_id": reason },
        { "id": audit["tasks"][1]["id"], "counted_qty": 2 },
    ]);
    assert_eq!(changed(&site, &audit, json!({ "tasks": tasks, "status": "in_review" })).await["status"], "in_review");
    // What was booked in between stays booked; a level that is gone begins at nothing.
    site.sql("UPDATE stock_level SET available_qty = available_qty + available_qty WHERE id = 1001").await;
    site.sql("DELETE FROM stock_level WHERE id = 1002").await;
    assert_eq!(changed(&site, &audit, json!({ "status": "approved" })).await["status"], "approved");
    let after = books(&site).await;
    let wanted = if kind == Store::Postgres { "220.000000 1.999999" } else { "220000000 1999999" };
    assert_eq!(after.0, wanted);
    assert!(after.1.iter().all(|stamp| stamp.contains("2026-03-02")), "{:?}", after.1);
}

async fn item_39_no_stock_becomes_negative(kind: Store) {
    let site = Site::new(kind).await;
    let audit = made(&site, json!({})).await;
    let reason = id(ident::REASON, "reason_code", 1001);
    let first = audit["tasks"][0]["id"].as_str().expect("an id");
    let tasks = json!([{ "id": first, "counted_qty": 20, "reason_code_id": reason }, { "id": audit["tasks"][1]["id"], "counted_qty": 0 }]);
    changed(&site, &audit, json!({ "tasks": tasks, "status": "in_review" })).await;
    site.sql("UPDATE stock_level SET available_qty = 0 WHERE id = 1001").await;
    let before = (books(&site).await, site.numbers::<3>(COUNTED).await);
    let told = refusal(&site, &audit, json!({ "status": "approved" }), 409).await;
    let message = "Applying the counts would make an inventory level negative.".to_owned();
    let errors = vec![format!("tasks.{first}.counted_qty: conflicts with inventory")];
    assert_eq!(told, ("inventory_conflict".to_owned(), message, errors));
    assert_eq!((books(&site).await, site.numbers::<3>(COUNTED).await), before);
}

async fn item_40_every_pair_of_the_transition_table(kind: Store) {
    let site = Site::new(kind).await;
    let words = ["created", "processing", "in_review", "recount", "approved", "canceled"];
    let allowed = |from: &str| match from {
        "created" => vec!["processing", "in_review", "canceled"],
        "processing" => vec!["in_review", "canceled"],
        "in_review" => vec!["recount", "approved", "canceled"],
        "recount" => vec!["processing", "in_review", "canceled"],
        _ => Vec::new(),
    };
    for (state, from) in [
        ("CREATED", "created"),
        ("IN_PROGRESS", "processing"),
        ("GENERATING", "processing"),
        ("IN_REVIEW", "in_review"),
        ("READY_TO_CLOSE", "in_review"),
        ("RECOUNT", "recount"),
        ("CLOSED", "approved"),
        ("CANCELED", "canceled"),
    ] {
        for to in words {
            let audit = stands(&site, state).await;
            assert_eq!(audit["status"], from);
            if to == from {
                assert_eq!(changed(&site, &audit, json!({ "status": to })).await, audit);
            } else if allowed(from).contains(&to) {
                let now = changed(&site, &audit, json!({ "status": to })).await["status"].clone();
                // All counts are as the books say, so review is passed at once.
                assert_eq!(now, if to == "in_review" { "approved" } else { to }, "{state} {to}");
            } else {
                let message = format!("The audit cannot move from {from} to {to}.");
                let told = ("invalid_transition".to_owned(), message, vec!["status: not allowed".to_owned()]);
                assert_eq!(refusal(&site, &audit, json!({ "status": to }), 409).await, told, "{state} {to}");
            }
        }
    }
}

async fn item_41_what_is_locked_and_what_is_not(kind: Store) {
    let site = Site::new(kind).await;
    let message = "The audit can no longer be changed in this way.".to_owned();
    let reason = id(ident::REASON, "reason_code", 1001);
    let audit = stands(&site, "IN_REVIEW").await;
    let first = &audit["tasks"][0]["id"];
    let given = changed(&site, &audit, json!({ "tasks": [{ "id": first, "reason_code_id": reason }] })).await;
    assert_eq!(given["tasks"][0]["reason_code_id"], reason);
    let told =
        refusal(&site, &audit, json!({ "tasks": [{ "id": first, "counted_qty": [1] }], "status": "recount" }), 409)
            .await;
    assert_eq!(told, ("audit_locked".to_owned(), message.clone(), vec!["tasks[0].counted_qty: is locked".to_owned()]));
    for state in ["CLOSED", "CANCELED"] {
        let audit = stands(&site, state).await;
        let body = json!({
            "tasks": [{ "id": audit["tasks"][0]["id"], "counted_qty": 1, "reason_code_id": reason }], "priority": "low",
            "assignee": id(ident::CONTACT, "user", 1001), "complete_at": 5, "update_inventory": false, "feedback": "no",
        });
        let errors = [
            "tasks[0].counted_qty",
            "tasks[0].reason_code_id",
            "priority",
            "assignee",
            "complete_at",
            "update_inventory",
        ];
        let errors = errors.map(|path| format!("{path}: is locked")).to_vec();
        assert_eq!(refusal(&site, &audit, body, 409).await, ("audit_locked".to_owned(), message.clone(), errors));
        let after = changed(&site, &audit, json!({ "feedback": "late", "metadata": { "seen": true } })).await;
        assert_eq!((&after["feedback"], &after["metadata"]), (&json!("late"), &json!({ "seen": true })));
        assert_eq!(changed(&site, &audit, json!({ "feedback": null })).await["feedback"], "");
    }
}

async fn item_42_metadata_is_merged(kind: Store) {
    let site = Site::new(kind).await;
    let audit = made(&site, json!({ "metadata": { "a": 1, "b": "", "c": null, "d": "x", "e": false } })).await;
    assert_eq!(audit["metadata"], json!({ "a": 1, "d": "x", "e": false }));
    let merged = changed(&site, &audit, json!({ "metadata": { "z": "new", "a": null, "d": "" } })).await;
    assert_eq!(merged["metadata"], json!({ "e": false, "z": "new" }));
    let keys: Vec<&String> = merged["metadata"].as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["e", "z"]);
    for nothing in [Json::Null, json!("")] {
        changed(&site, &audit, json!({ "metadata": { "k": 1 } })).await;
        assert_eq!(changed(&site, &audit, json!({ "metadata": nothing })).await["metadata"], json!({}));
    }
    let many: Json = (0..25).map(|at| (format!("k{at}"), json!(at))).collect::<serde_json::Map<_, _>>().into();
    changed(&site, &audit, json!({ "metadata": many })).await;
    let told = refusal(&site, &audit, json!({ "metadata": { "k25": 1 } }), 400).await;
    assert_eq!((told.0.as_str(), told.2), ("invalid_body", vec!["metadata: at most 25 pairs".to_owned()]));
    assert_eq!(changed(&site, &audit, json!({ "metadata": { "k25": 1, "k0": null } })).await["metadata"]["k25"], 1);
    let (key, value) = ("k".repeat(101), "v".repeat(501));
    let told = refusal(&site, &audit, json!({ "metadata": { &key: 1, "long": value, "list": [] } }), 400).await;
    assert_eq!(
        told.2,
        [
            format!("metadata.{key}: key longer than 100 characters"),
            "metadata.long: value longer than 500 characters".to_owned(),
            "metadata.list: must be a string, number or boolean".to_owned(),
        ]
    );
    changed(&site, &audit, json!({ "metadata": { "k0": null, "k1": null, &key[..100]: "v".repeat(500) } })).await;
}

async fn item_43_what_was_read_can_be_sent_back(kind: Store) {
    let site = Site::new(kind).await;
    let audit = made(
        &site,
        json!({ "priority": "high", "assignee": id(ident::CONTACT, "user", 1001), "complete_at": 1_893_542_400,
        "metadata": { "n": 1.5 } }),
    )
    .await;
    changed(&site, &audit, json!({ "tasks": counts(&audit, &[json!(3), json!(0.5)]) })).await;
    // Elsewhere deadlines have fractions of a second.
    let exact = if kind == Store::Postgres { "'2030-01-02T00:00:00.75Z'" } else { "'2030-01-02T00:00:00.750000Z'" };
    site.sql(&format!("UPDATE audit SET complete_by = {exact} WHERE number = 'AUD-8'")).await;
    let before = site.numbers::<3>(COUNTED).await;
    for state in ["CREATED", "IN_PROGRESS", "IN_REVIEW", "READY_TO_CLOSE", "CLOSED", "CANCELED"] {
        site.sql(&format!("UPDATE audit SET state = '{state}' WHERE number = 'AUD-8'")).await;
        let read = site.get(&path(&audit)).await.data();
        assert_eq!(changed(&site, &audit, read.clone()).await, read, "{state}");
        let [version] = site.numbers("SELECT CAST(version AS BIGINT) FROM audit WHERE number = 'AUD-8'").await;
        assert_eq!(version, 3);
    }
    assert_eq!(site.numbers::<3>(COUNTED).await, before);
}

async fn item_44_every_write_is_told_once(kind: Store) {
    let site = Site::new(kind).await;
    let told = |since: i64| {
        format!(
            "SELECT entity_type || ' ' || action || ' ' || surface FROM change_event WHERE organization_id = 1 AND \
        id > {since} ORDER BY id"
        )
    };
    let last = "SELECT CAST(COALESCE(MAX(id), 0) AS BIGINT) FROM change_event";
    let [since] = site.numbers(last).await;
    let audit = made(&site, json!({})).await;
    let events = site.texts(&told(since)).await;
    assert_eq!(events.iter().filter(|event| *event == "audit Create packagex").count(), 1);
    assert_eq!(events.len(), 3, "{events:?}");
    let [since] = site.numbers(last).await;
    let tasks = counts(&audit, &[json!(118), json!(0.000001)]);
    changed(&site, &audit, json!({ "tasks": tasks, "status": "in_review", "priority": "low" })).await;
    let mut events = site.texts(&told(since)).await;
    events.sort();
    assert_eq!(
        events,
        ["audit Edit packagex", "count_task Edit packagex", "count_task Edit packagex", "stock_level Edit packagex"]
    );
    let [since] = site.numbers(last).await;
    changed(&site, &audit, json!({})).await;
    refusal(&site, &audit, json!({ "priority": "high" }), 409).await;
    site.post(LIST, &json!({ "location_id": location(), "number": "CNT-7" })).await.refused(409);
    assert_eq!(site.texts(&told(since)).await, [] as [String; 0]);
}

async fn bodies_are_refused_member_by_member(kind: Store) {
    let site = Site::new(kind).await;
    let other_layout = json!({ "id": 1060, "organization_id": 1, "asset_id": 1004, "name": "Elsewhere" });
    site.insert(vec![Row::new("layout", other_layout)]).await;
    let before = site.numbers::<3>(COUNTED).await;
    let place = location();
    let none = "loc_8nYuXbUPjvW5N1C7k261bM";
    let ids: Vec<String> = (0..101_u128).map(|at| ident::write(ident::ITEM, uuid::Uuid::from_u128(at + 1))).collect();
    for (body, told) in [
        (json!({}), vec!["location_id: is required"]),
        (json!({ "location_id": null }), vec!["location_id: must be a string"]),
        (
            json!({ "location_id": 5, "number": 5, "priority": 5 }),
            vec!["location_id: must be a string", "number: must be a string", "priority: must be a string"],
        ),
        (json!({ "location_id": "item_1" }), vec!["location_id: must be an id prefixed with loc_"]),
        (json!({ "location_id": none }), vec!["location_id: does not exist"]),
        (json!({ "location_id": "loc_" }), vec!["location_id: does not exist"]),
        (json!({ "location_id": id(ident::LOCATION, "asset", 1001) }), vec!["location_id: does not exist"]),
        (json!({ "location_id": id(ident::LOCATION, "asset", 2005) }), vec!["location_id: does not exist"]),
        (
            json!({ "location_id": place, "item_ids": [], "layout_ids": {} }),
            vec!["item_ids: must not be empty", "layout_ids: must be an array"],
        ),
        (
            json!({ "location_id": place, "item_ids": ["x", 5] }),
            vec!["item_ids[0]: must be an id prefixed with item_", "item_ids[1]: must be a string"],
        ),
        (json!({ "location_id": place, "item_ids": ids }), vec!["item_ids: at most 100 entries"]),
        (
            json!({ "location_id": place, "item_ids": [id(ident::ITEM, "item", 1001), ids[0]] }),
            vec!["item_ids[1]: does not exist"],
        ),
        (
            json!({ "location_id": place, "layout_ids": [id(ident::LAYOUT, "layout", 1060)] }),
            vec!["layout_ids[0]: does not exist"],
        ),
        (json!({ "location_id": place, "number": " " }), vec!["number: must not be empty"]),
        (json!({ "location_id": place, "number": "x".repeat(101) }), vec!["number: at most 100 characters"]),
        (json!({ "location_id": place, "number": "a\u{0}b" }), vec!["number: contains control characters"]),
        (
            json!({ "location_id": place, "priority": "urgent" }),
            vec!["priority: \"urgent\" is not one of low, medium, high"],
        ),
        (json!({ "location_id": place, "assignee": "user_1" }), vec!["assignee: must be an id prefixed with ctct_"]),
        (
            json!({ "location_id": place, "assignee": { "id": id(ident::CONTACT, "user", 2001) } }),
            vec!["assignee: does not exist"],
        ),
        (
            json!({ "location_id": place, "complete_at": "x", "update_inventory": 1 }),
            vec!["complete_at: must be an integer", "update_inventory: must be true or false"],
        ),
        (json!({ "location_id": place, "complete_at": 1.5 }), vec!["complete_at: must be an integer"]),
        (json!({ "location_id": place, "complete_at": -1 }), vec!["complete_at: must be at least 0"]),
        (json!({ "location_id": place, "complete_at": -1e13 }), vec!["complete_at: must be at least 0"]),
        (json!({ "location_id": place, "complete_at": 1e-7 }), vec!["complete_at: must be an integer"]),
        (json!({ "location_id": place, "complete_at": 2.6e11 }), vec!["complete_at: must be less than 253402300800"]),
        (json!({ "location_id": place, "complete_at": 1e300 }), vec!["complete_at: must be less than 253402300800"]),
        (json!({ "location_id": place, "metadata": [] }), vec!["metadata: must be an object"]),
        (json!([]), vec!["body: must be an object"]),
    ] {
        let message = "One or more properties are invalid.".to_owned();
        let told: Vec<String> = told.into_iter().map(str::to_owned).collect();
        assert_eq!(site.post(LIST, &body).await.refused(400), ("invalid_body".to_owned(), message, told), "{body}");
    }
    site.sql("UPDATE asset SET archived_at = created_at WHERE id = 1005").await;
    let reply = site.post(LIST, &json!({ "location_id": place })).await;
    assert_eq!(reply.refused(400).2, ["location_id: does not exist"]);
    site.sql("UPDATE asset SET archived_at = NULL WHERE id = 1005").await;
    let this = json!({ "id": audit(AUDIT) });
    let task = id(ident::TASK, "count_task", 1001);
    for (body, told) in [
        (json!({ "tasks": {} }), vec!["tasks: must be an array"]),
        (json!({ "tasks": [] }), vec!["tasks: must not be empty"]),
        (json!({ "tasks": vec![json!({}); 101] }), vec!["tasks: at most 100 entries"]),
        (json!({ "tasks": [5, {}] }), vec!["tasks[0]: must be an object", "tasks[1].id: is required"]),
        (json!({ "tasks": [{ "id": task }, { "id": task }] }), vec!["tasks[1].id: given more than once"]),
        (json!({ "tasks": [{ "id": id(ident::TASK, "count_task", 2001) }] }), vec!["tasks[0].id: does not exist"]),
        (
            json!({ "tasks": [{ "id": task, "counted_qty": "1" }] }),
            vec!["tasks[0].counted_qty: must be a number or an array of one number"],
        ),
        (
            json!({ "tasks": [{ "id": task, "counted_qty": [1, 2] }] }),
            vec!["tasks[0].counted_qty: must be a number or an array of one number"],
        ),
        (json!({ "tasks": [{ "id": task, "counted_qty": -1 }] }), vec!["tasks[0].counted_qty: must be at least 0"]),
        (
            json!({ "tasks": [{ "id": task, "counted_qty": 1e12 }] }),
            vec!["tasks[0].counted_qty: must be less than 1000000000000"],
        ),
        (json!({ "tasks": [{ "id": task, "counted_qty": 1e-7 }] }), vec!["tasks[0].counted_qty: at most 6 decimals"]),
        (
            json!({ "tasks": [{ "id": task, "reason_code_id": "x" }] }),
            vec!["tasks[0].reason_code_id: must be an id prefixed with rsnc_"],
        ),
        (
            json!({ "tasks": [{ "id": task, "reason_code_id": id(ident::REASON, "reason_code", 2001) }] }),
            vec!["tasks[0].reason_code_id: does not exist"],
        ),
        (
            json!({ "tasks": [{ "id": task, "item_id": id(ident::ITEM, "item", 1002), "layout_id": id(ident::LAYOUT, "layout", 1002) }] }),
            vec!["tasks[0].item_id: cannot be changed", "tasks[0].layout_id: cannot be changed"],
        ),
        (
            json!({ "status": "done" }),
            vec!["status: \"done\" is not one of created, processing, in_review, recount, approved, canceled"],
        ),
        (json!({ "status": 1, "feedback": 1 }), vec!["status: must be a string", "feedback: must be a string"]),
        (json!({ "feedback": "x".repeat(10_001) }), vec!["feedback: at most 10000 characters"]),
        (
            json!({ "number": "CNT-8", "location_id": id(ident::LOCATION, "asset", 1001) }),
            vec!["number: cannot be changed", "location_id: cannot be changed"],
        ),
    ] {
        let told: Vec<String> = told.into_iter().map(str::to_owned).collect();
        assert_eq!(refusal(&site, &this, body.clone(), 400).await.2, told, "{body}");
    }
    let elsewhere = json!({ "tasks": [{ "id": id(ident::TASK, "count_task", 2001) }] });
    for audit in [audit(2003), audit(1001), "audit_1".to_owned()] {
        for body in [&elsewhere, &json!({})] {
            let reply: Reply = site.post(&format!("{LIST}/{audit}"), body).await;
            assert_eq!(reply.refused(404).0, "audit_not_found", "{audit}");
        }
    }
    assert_eq!(site.numbers::<3>(COUNTED).await, before);
}

async fn writes_need_their_scope_and_a_body_of_json(kind: Store) {
    let site = Site::new(kind).await;
    let body = json!({ "location_id": location() });
    assert_eq!(site.post_as(READER, LIST, &body).await.refused(403).0, "insufficient_scope");
    assert_eq!(site.post_as(WRITER, LIST, &body).await.status, 201);
    let token = site.token(KEY);
    let key = ("px-api-key", token.as_str());
    for (kind, text, status, code) in [
        ("text/plain", "{}", 415, "unsupported_media_type"),
        ("application/json; charset=latin1", "{", 400, "invalid_json"),
        ("APPLICATION/JSON", "{}", 400, "invalid_body"),
    ] {
        let reply = site.send("POST", LIST, &[key, ("content-type", kind)], text).await;
        assert_eq!(reply.refused(status).0, code, "{kind}");
    }
    let (line, message) = ("body: line 2 column 1".to_owned(), "Request body is not valid JSON.".to_owned());
    assert_eq!(
        site.send("POST", LIST, &[key], "{\n]").await.refused(400),
        ("invalid_json".to_owned(), message, vec![line])
    );
    assert_eq!(site.send("POST", LIST, &[key], body.to_string()).await.status, 201);
    let reply = site.send("POST", "/v1/audits?page=1", &[key], body.to_string()).await;
    assert_eq!(reply.refused(400).2, ["page: unknown parameter"]);
    let long = "x".repeat((1 << 20) + 1);
    let message = "Request body is too large.".to_owned();
    assert_eq!(
        site.send("POST", LIST, &[key], long).await.refused(413),
        ("payload_too_large".to_owned(), message, Vec::new())
    );
    let message = "Content type must be application/json.".to_owned();
    let reply = site.send("POST", LIST, &[key, ("content-type", "text/html")], "{}").await;
    assert_eq!(reply.refused(415), ("unsupported_media_type".to_owned(), message, Vec::new()));
}

async fn deadlines_are_whole_seconds_however_they_are_written(kind: Store) {
    let site = Site::new(kind).await;
    let audit = made(&site, json!({})).await;
    let token = site.token(KEY);
    for (written, second) in [("1893542400.0", 1_893_542_400), ("1.8935424e9", 1_893_542_400), ("-0.0", 0), ("5e0", 5)]
    {
        let body = format!("{{\"complete_at\":{written}}}");
        let seen = site.send("POST", &path(&audit), &[("px-api-key", &token)], body).await;
        assert_eq!(seen.data()["complete_at"], second, "{written}");
    }
}
