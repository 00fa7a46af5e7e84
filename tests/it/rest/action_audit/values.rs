//! What values are shown as.

use audit_gateway::domain::db::Store;
use serde_json::{Value as Json, json};

use super::{HARBOUR, House, record, rows};
use crate::store::on_both_stores;

on_both_stores!(
    item_14_instants_are_cut_to_the_millisecond,
    item_16_points_are_plain_decimals,
    item_17_pins_are_never_shown,
    item_18_what_is_not_there_is_empty,
    item_19_the_stage_follows_the_state,
    item_20_time_progress_is_reckoned_in_days_where_the_organization_is,
    item_21_the_score_is_the_mean_of_what_was_scored,
    item_22_roles_come_in_their_order,
    what_an_activity_does_not_say_its_parent_says,
    a_picture_has_both_its_type_and_its_address,
);

async fn item_14_instants_are_cut_to_the_millisecond(kind: Store) {
    let house = House::demonstrated(kind).await;
    house.meddle("UPDATE worker SET updated_at = '2026-01-31T23:59:59.999999+00:00' WHERE number = '1004'").await;
    let rows = rows(&house, "workers", "?sort_by=number&limit=4&columns=number,updated_at").await;
    assert_eq!((&rows[3]["number"], &rows[3]["updated_at"]), (&json!("1004"), &json!("2026-01-31T23:59:59.999Z")));
}

async fn item_16_points_are_plain_decimals(kind: Store) {
    let house = House::demonstrated(kind).await;
    for (millionths, plain, shown) in [
        ("0", "0", json!("0.0")),
        ("12500000", "12.5", json!("12.5")),
        ("100000000", "100", json!("100.0")),
        ("-3250000", "-3.25", json!("-3.25")),
        ("NULL", "NULL", Json::Null),
    ] {
        let stored = if kind == Store::Sqlite { millionths } else { plain };
        house.meddle(&format!("UPDATE idea SET total_points = {stored} WHERE number = 'QK-0001'")).await;
        let rows = rows(&house, "ideas", "?sort_by=number&columns=total_points&limit=1").await;
        assert_eq!(rows[0]["total_points"], shown);
    }
}

async fn item_17_pins_are_never_shown(kind: Store) {
    let house = House::demonstrated(kind).await;
    let secret = "argon2-of-1234";
    house.meddle(&format!("UPDATE worker SET pincode_hash = '{secret}' WHERE number = '1001'")).await;
    house.meddle(&format!("UPDATE worker SET pincode_hash = '{}' WHERE number = '1002'", secret.repeat(5))).await;
    house.meddle("UPDATE worker SET pincode_hash = NULL WHERE number = '1003'").await;
    let found = rows(&house, "workers", "?sort_by=number&limit=3").await;
    let pins: Vec<&Json> = found.iter().map(|row| &row["pincode"]).collect();
    assert_eq!(pins, [&json!("*".repeat(12)), &json!("*".repeat(12)), &Json::Null]);
    for row in &found {
        assert!(!format!("{row}{}", record(&house, row).await).contains("argon2"));
    }
}

async fn item_18_what_is_not_there_is_empty(kind: Store) {
    let house = House::demonstrated(kind).await;
    house.meddle("UPDATE worker SET remarks = NULL").await;
    house.meddle("UPDATE audit_area SET description = NULL").await;
    house.meddle("UPDATE \"user\" SET mobile = '', email = NULL WHERE username = 'olivia.owner'").await;
    assert_eq!(rows(&house, "workers", "?limit=1").await[0]["remarks"], "");
    assert_eq!(rows(&house, "audit_areas", "?limit=1").await[0]["description"], "");
    // What is shown as empty is ordered as empty.
    let first = rows(&house, "users", "?sort_by=email&limit=1").await.remove(0);
    assert_eq!(
        (&first["username"], &first["email"], &first["mobile"]),
        (&json!("olivia.owner"), &json!(""), &json!(""))
    );
}

async fn item_19_the_stage_follows_the_state(kind: Store) {
    let house = House::demonstrated(kind).await;
    let row = rows(&house, "audits", "?limit=1").await.remove(0);
    let number = row["number"].as_str().expect("a number");
    for (state, stage) in [
        ("CREATED", "planned"),
        ("IN_PROGRESS", "executing"),
        ("GENERATING", "executing"),
        ("IN_REVIEW", "in_review"),
        ("RECOUNT", "executing"),
        ("READY_TO_CLOSE", "in_review"),
        ("CLOSED", "executed"),
        ("CANCELED", "rejected"),
    ] {
        let sql =
            format!("UPDATE audit SET state = '{state}' WHERE number = '{number}' AND organization_id = {HARBOUR}");
        house.meddle(&sql).await;
        assert_eq!(record(&house, &row).await["stage"], stage, "{state}");
    }
}

async fn item_20_time_progress_is_reckoned_in_days_where_the_organization_is(kind: Store) {
    let house = House::demonstrated(kind).await;
    let row = rows(&house, "activities", "?limit=1").await.remove(0);
    let uuid = row["uuid"].as_str().expect("a uuid");
    let of = if kind == Store::Sqlite { format!("unhex('{}')", uuid.replace('-', "")) } else { format!("'{uuid}'") };
    for (start, due, changed, share) in [
        ("2021-08-26", "2021-09-02", "2021-08-27T08:17:04.067Z", 12),
        ("2021-09-01", "2021-09-08", "2021-09-01T10:43:13.093Z", 0),
        ("2021-09-01", "2021-09-08", "2021-09-05T05:23:24.369Z", 50),
        ("2021-09-01", "2021-09-08", "2021-09-08T05:41:46.733Z", 87),
        ("2021-09-06", "2021-09-13", "2021-12-08T11:15:08.933Z", 100),
        // In Amsterdam it is the next day, two hours before midnight in summer and one in winter.
        ("2021-08-26", "2021-09-02", "2021-08-26T21:59:59.999999Z", 0),
        ("2021-08-26", "2021-09-02", "2021-08-26T22:00:00Z", 12),
        ("2021-01-01", "2021-01-08", "2021-01-01T22:30:00Z", 0),
        ("2021-01-01", "2021-01-08", "2021-01-01T23:00:00Z", 12),
        ("2021-09-08", "2021-09-01", "2021-09-01T05:00:00Z", 100),
        ("2021-09-08", "2021-09-09", "2021-09-01T05:00:00Z", 0),
    ] {
        let changed = audit_gateway::domain::db::sqlite_instant(&changed.parse().expect("an instant"));
        let sql = format!(
            "UPDATE activity SET start_date = '{start}', due_date = '{due}', updated_at = '{changed}', finished_at = \
             '{changed}' WHERE uuid = {of}"
        );
        house.meddle(&sql).await;
        assert_eq!(record(&house, &row).await["time_progress"], share, "{changed} of {start} to {due}");
    }
    // Unfinished: today, which is 2026-03-02.
    let sql =
        "UPDATE activity SET start_date = '2026-03-01', due_date = '2026-03-04', finished_at = NULL WHERE uuid = ";
    house.meddle(&format!("{sql}{of}")).await;
    assert_eq!(record(&house, &row).await["time_progress"], 25);
}

async fn item_21_the_score_is_the_mean_of_what_was_scored(kind: Store) {
    let house = House::demonstrated(kind).await;
    let audit = "(SELECT id FROM audit WHERE number = 'AUD-1' AND asset_sequence IS NOT NULL ORDER BY id LIMIT 1)";
    house.meddle(&format!("UPDATE audit SET score_main = NULL WHERE id = {audit}")).await;
    let unit = if kind == Store::Sqlite { 1_000_000 } else { 1 };
    house.meddle(&format!("UPDATE activity SET score = NULL, weight = {unit} WHERE audit_id = {audit}")).await;
    let scored = format!("UPDATE activity SET score = 0 WHERE audit_id = {audit} AND ordr = 2");
    house.meddle(&scored).await;
    house.meddle(&format!("UPDATE activity SET score = {} WHERE audit_id = {audit} AND ordr = 3", 100 * unit)).await;
    let row = rows(&house, "audits", "?limit=1&sort_by=created_at&columns=score_main,number").await.remove(0);
    let record = record(&house, &row).await;
    assert_eq!((&row["number"], &row["score_main"], &record["score_main"]), (&json!("AUD-1"), &json!(50), &json!(50)));
    let scores: Vec<&Json> =
        record["activities"].as_array().expect("activities").iter().map(|activity| &activity["score_main"]).collect();
    assert_eq!(scores[..3], [&Json::Null, &json!(0), &json!(100)]);
}

async fn item_22_roles_come_in_their_order(kind: Store) {
    let house = House::demonstrated(kind).await;
    let roles = r#"["AUDIT_INITIATOR","AUDITOR","AUDIT_MANAGER","INITIATOR","MANAGER","ADMIN"]"#;
    let olivia = "(SELECT id FROM \"user\" WHERE username = 'olivia.owner')";
    house.meddle(&format!("UPDATE membership SET job_roles = '{roles}' WHERE user_id = {olivia}")).await;
    let rows = rows(&house, "users", "?limit=1&columns=roles,username").await;
    let ordered = json!(["admin", "manager", "initiator", "auditor", "audit_manager", "audit_initiator"]);
    assert_eq!((&rows[0]["username"], &rows[0]["roles"]), (&json!("olivia.owner"), &ordered));
}

async fn what_an_activity_does_not_say_its_parent_says(kind: Store) {
    let house = House::demonstrated(kind).await;
    for parent in ["action_plan", "audit", "idea"] {
        let own = format!("{parent}_id IS NOT NULL AND organization_id = {HARBOUR}");
        house
            .meddle(&format!(
                "UPDATE activity SET org_unit_id = NULL, creator_id = NULL, assignee_id = NULL WHERE {own}"
            ))
            .await;
    }
    house.meddle("UPDATE audit SET org_unit_id = NULL WHERE area_id IS NOT NULL").await;
    for (parent, assignee) in [("action_plans", "assignee"), ("audits", "assignee"), ("ideas", "assignee")] {
        let rows = rows(&house, parent, "?limit=30").await;
        let mut told = 0;
        for row in &rows {
            let parent = record(&house, row).await;
            let Some(activity) = parent["activities"].as_array().and_then(|all| all.first()) else { continue };
            let activity = record(&house, activity).await;
            for key in ["orgcell", "creator", assignee] {
                assert_eq!(activity[key], parent[key], "{key}");
                told += usize::from(!activity[key].is_null());
            }
            assert_eq!(activity["action_plan"]["links"], row["links"]);
            assert_eq!(activity["links"]["action_plan"], row["links"]["show"]);
        }
        assert!(told > 0, "{parent}");
    }
}

async fn a_picture_has_both_its_type_and_its_address(kind: Store) {
    let house = House::demonstrated(kind).await;
    house.meddle("UPDATE \"user\" SET avatar_content_type = 'image/png', avatar_url = NULL").await;
    house.meddle("UPDATE org_unit SET photo_content_type = NULL, photo_url = 'https://example.org/x.png'").await;
    let user = rows(&house, "users", "?limit=1").await.remove(0);
    let unit = rows(&house, "orgcells", "?limit=1").await.remove(0);
    let values =
        [&user["avatar_content_type"], &user["avatar_file_url"], &unit["photo_content_type"], &unit["photo_file_url"]];
    assert_eq!(values, [&Json::Null; 4]);
}
