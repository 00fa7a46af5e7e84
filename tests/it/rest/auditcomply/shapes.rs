//! What the records look like (items 28 to 36).

use audit_gateway::domain::cx::Role;
use audit_gateway::domain::db::Store;
use serde_json::{Value as Json, json};

use super::site::Site;
use super::transport::LISTS;
use crate::fixture::{Row, insert_rows};
use crate::store::on_both_stores;

on_both_stores!(
    item_28_records_have_their_keys_in_order,
    item_29_some_values_are_strings,
    item_30_instants_are_written_in_utc,
    item_31_observations_and_their_nonconformances_agree,
    item_32_the_tree_is_depth_first,
    item_33_a_breadcrumb_is_the_way_down,
    item_34_contacts_and_users_are_disjoint,
    item_36_statements_do_not_depend_on_the_page,
    nested_values_have_their_shapes,
    what_was_left_behind_is_not_shown,
);

fn keys(value: &Json) -> String {
    value.as_object().expect("an object").keys().map(String::as_str).collect::<Vec<_>>().join(" ")
}

async fn item_28_records_have_their_keys_in_order(kind: Store) {
    let site = Site::new(kind).await;
    for (path, count, wanted) in [
        (
            "/audits/1001/",
            36,
            "name id status additional_signature_print additional_signature_position signature asset_id asset_name \
             updated_at close_audit_enabled latitude signature_position report closed_at closed_notes \
             closed_by_signature status_color completed_at closed_by_id created_at state longitude signature_print \
             additional_signature compliant status_changed_on_close device published auditor_id notes observations \
             audit_result auditor nc_count template_tags metadata",
        ),
        (
            "/nonconformances/1001/",
            27,
            "nonconformance_id status overdue non_conformance corrective_action preventative_action complete_by \
             approved_date created_at assigned_to assigned_by approved_by assigned_to_user assigned_by_user \
             approved_by_user verification_comment_group rejection_comment_group asset category score_response \
             template_name reopened_count audit_id parent_observation_id audit_completed_at custom_fields updated_at",
        ),
        (
            "/tasks/1002/",
            25,
            "task_id status overdue task action complete_by approved_date created_at assigned_to assigned_by \
             approved_by assigned_to_user assigned_by_user approved_by_user verification_comment_group \
             rejection_comment_group asset category score_response template_name audit_id parent_observation_id \
             audit_completed_at custom_fields updated_at",
        ),
        (
            "/programs/1001/",
            12,
            "name id program_template_id exec_report completed_at asset lead_auditor start_date created_at started \
             status phases",
        ),
        (
            "/asset/1003/",
            10,
            "id name kind description parent_id metadata_template_id metadata last_audited_at created_at updated_at",
        ),
        ("/program_templates/1001/", 7, "name id version state is_latest_state created_at phases"),
        (
            "/contacts/1003/",
            10,
            "id username email first_name last_name mobile position is_active created_at updated_at",
        ),
        ("/schedules/1001/", 6, "id template when status who asset"),
        ("/status_groups/1001/", 5, "id name state version obs_status_group"),
        ("/statuses/1001/", 6, "id name color compliant created_at updated_at"),
        ("/datastores/1001/", 4, "name id version metadata"),
        ("/executive_reports/1001/", 4, "id name updated_at report"),
        ("/asset_tree/1001/", 4, "id name parent_id numchild"),
        ("/templates/1001/", 3, "name id version"),
    ] {
        let record = site.get(path).await.is(200);
        assert_eq!(keys(&record), wanted, "{path}");
        assert_eq!(record.as_object().unwrap().len(), count);
    }
    // A record with hardly anything has the same keys.
    assert_eq!(keys(&site.get("/audits/1004/").await.is(200)), keys(&site.get("/audits/1001/").await.is(200)));
    assert_eq!(site.get("/audits/1004/").await.is(200)["auditor"], Json::Null);
}

async fn item_29_some_values_are_strings(kind: Store) {
    let site = Site::new(kind).await;
    let audit = site.get("/audits/1001/").await.is(200);
    assert_eq!((&audit["nc_count"], &audit["metadata"]), (&json!("1"), &json!(r#"{"shift":"night"}"#)));
    assert_eq!(audit["template_tags"], "press,Ä, quoted \"tag\"");
    let bare = site.get("/audits/1004/").await.is(200);
    assert_eq!((&bare["nc_count"], &bare["metadata"], &bare["template_tags"]), (&json!("0"), &json!("{}"), &json!("")));
    let found = site.get("/nonconformances/1001/").await.is(200);
    assert_eq!((&found["reopened_count"], &found["audit_id"]), (&json!("1"), &json!("1001")));
    assert_eq!(site.get("/tasks/1002/").await.is(200)["audit_id"], Json::Null);
}

async fn item_30_instants_are_written_in_utc(kind: Store) {
    let site = Site::new(kind).await;
    let audit = site.get("/audits/1001/").await.is(200);
    assert_eq!(audit["completed_at"], "2026-02-10T12:00:00.500000Z");
    assert_eq!(audit["published"], "2026-02-11T00:00:00Z");
    let body =
        json!({ "name": "A", "auditor": { "username": "dora" }, "published": "2031-04-02 08:15:00.1234567+01:00" });
    let made = site.post("/audits/", &body).await.is(201);
    assert_eq!(made["published"], "2031-04-02T07:15:00.123456Z");
    assert_eq!(made["created_at"], "2026-03-02T09:30:00.123456Z");
}

async fn item_31_observations_and_their_nonconformances_agree(kind: Store) {
    let site = Site::new(kind).await;
    let audit = site.get("/audits/1001/").await.is(200);
    let observations = audit["observations"].as_array().unwrap();
    let texts: Vec<&str> = observations.iter().map(|one| one["question_text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["Guards fitted?", "Signs in place?"]);
    assert_eq!(
        keys(&observations[0]),
        "question_id question_text requirement_identifier nonconformances custom_responses observation recommendation \
         responses observation_start_time observation_end_time custom_dropdown"
    );
    let found = &observations[0]["nonconformances"][0];
    let record = site.get(&format!("/nonconformances/{}/", found["nonconformance_id"])).await.is(200);
    assert_eq!(record["parent_observation_id"], observations[0]["question_id"]);
    for (key, value) in found.as_object().unwrap() {
        assert_eq!(record[key], *value, "{key}");
    }
    assert_eq!(found.as_object().unwrap().len(), 10);
    assert_eq!(observations[1]["nonconformances"], json!([]));
}

async fn item_32_the_tree_is_depth_first(kind: Store) {
    let site = Site::new(kind).await;
    let rows = site.get("/asset_tree/").await.rows();
    let told: Vec<(i64, Option<i64>, i64)> = rows
        .iter()
        .map(|row| (row["id"].as_i64().unwrap(), row["parent_id"].as_i64(), row["numchild"].as_i64().unwrap()))
        .collect();
    // The archived child of the first is not counted.
    let meant =
        [(1_001, None, 1), (1_002, Some(1_001), 1), (1_003, Some(1_002), 0), (1_004, None, 0), (1_005, None, 0)];
    assert_eq!(told, meant);
    for (id, _, children) in &told {
        assert_eq!(told.iter().filter(|(_, parent, _)| *parent == Some(*id)).count(), *children as usize);
    }
    assert_eq!(site.get("/asset_tree/1006/").await.status, 404, "archived");
}

async fn item_33_a_breadcrumb_is_the_way_down(kind: Store) {
    let mut site = Site::new(kind).await;
    let breadcrumb = async |site: &Site| site.get("/asset_breadcrumbs/1003/").await.is(200);
    assert_eq!(
        breadcrumb(&site).await,
        json!({ "id": 1_003, "name": "Press 3", "breadcrumb": "Quay 3 > Cold store > Press 3" })
    );
    site.separated("/");
    assert_eq!(breadcrumb(&site).await["breadcrumb"], "Quay 3/Cold store/Press 3");
}

async fn item_34_contacts_and_users_are_disjoint(kind: Store) {
    let site = Site::new(kind).await;
    site.sql("UPDATE \"user\" SET password_hash = 'x' WHERE id IN (1003, 1004)").await;
    site.sql("UPDATE \"user\" SET status = 'ARCHIVED' WHERE id = 1002").await;
    let (contacts, users) = (site.get("/contacts/").await.ids("id"), site.get("/users/").await.ids("id"));
    assert_eq!((contacts, users), (vec![1_001, 1_005, 3_001], vec![1_003, 1_004]));
    assert_eq!(site.get("/users/1001/").await.status, 404);
    assert_eq!(site.get("/contacts/1003/").await.status, 404);
    let user = site.get("/users/1003/").await.is(200);
    assert_eq!((&user["api_access"], &user["is_active"]), (&json!(true), &json!(true)));
    let contact = site.get("/contacts/1005/").await.is(200);
    assert_eq!(
        (&contact["email"], &contact["is_active"], &contact["position"]),
        (&json!(""), &json!(false), &Json::Null)
    );
}

async fn item_36_statements_do_not_depend_on_the_page(kind: Store) {
    let site = Site::new(kind).await;
    let mut rows = Vec::new();
    for id in 5_001..5_100 {
        rows.push(Row::new(
            "audit",
            json!({ "id": id, "organization_id": 1, "number": format!("N{id}"), "number_norm": format!("n{id}"),
                "number_tail": id.to_string(), "name": "x", "template_id": 1_001 }),
        ));
        rows.push(Row::new(
            "activity",
            json!({ "id": id, "organization_id": 1, "audit_id": id, "number": "1", "ordr": 1, "subject": "x" }),
        ));
        rows.push(Row::new(
            "issue",
            json!({ "id": id, "organization_id": 1, "number": id, "title": "x", "audit_id": id, "activity_id": id,
                "kind": "NONCONFORMANCE" }),
        ));
    }
    insert_rows(&site.store.db, rows).await;
    for list in LISTS {
        let counted = async |size: u32| site.counted(&format!("/{list}/?page_size={size}")).await;
        let (one, many) = (counted(1).await, counted(100).await);
        assert_eq!(one, many, "{list}");
        if list == "audits" {
            assert!(many <= 6, "{many} statements for audits with observations and findings");
        }
    }
}

async fn nested_values_have_their_shapes(kind: Store) {
    let site = Site::new(kind).await;
    let issue = site.get("/nonconformances/1001/").await.is(200);
    let action =
        json!({ "description": "Replace", "root_cause": null, "due_date": "2026-03-01", "completed_at": null });
    assert_eq!(issue["corrective_action"], action);
    assert_eq!(issue["category"], json!([{ "id": 1_001, "label": "Safety" }, { "id": 1_002, "label": null }]));
    assert_eq!(issue["verification_comment_group"]["comments"][0]["text"], "Checked on site. 👍");
    assert_eq!(issue["verification_comment_group"]["comments"][0]["user"]["username"], "Bjarne");
    assert_eq!(issue["rejection_comment_group"]["id"], 1_002);
    assert_eq!(issue["rejection_comment_group"]["comments"][0]["user"], Json::Null);
    assert_eq!(issue["approved_by_user"]["username"], "joost", "who has left is still named");
    assert_eq!(site.get("/tasks/1002/").await.is(200)["rejection_comment_group"], Json::Null);
    let program = site.get("/programs/1001/").await.is(200);
    assert_eq!(
        program["phases"],
        json!({ "count": 1, "current": 1, "items": [{ "position": 1, "name": "Desk review", "status": "INPROGRESS",
            "start_date": "2026-01-10", "end_date": null,
            "templates": [{ "name": "Machine guarding", "id": 1_001, "version": 2 }] }] })
    );
    assert_eq!(
        site.get("/programs/1002/").await.is(200)["phases"],
        json!({ "count": 0, "current": null, "items": [] })
    );
    let pattern = site.get("/program_templates/1001/").await.is(200);
    assert_eq!(pattern["phases"]["items"][1]["templates"], json!([]));
    assert_eq!(pattern["is_latest_state"], true);
    site.sql("UPDATE status_group_status SET position = 0 WHERE observation_status_id = 1002").await;
    let group = site.get("/status_groups/1001/").await.is(200);
    let names: Vec<&str> =
        group["obs_status_group"].as_array().unwrap().iter().map(|status| status["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Deviates", "Conforms"], "by position");
    let info = site.get("/datastoresinfo/1001/").await.is(200);
    assert_eq!(info["current_datastore"], "http://gw.example/datastores/1001/");
    assert_eq!(site.get("/asset/1003/").await.is(200)["metadata"], json!([{ "field_id": 1, "value": "PX-77" }]));
    let profile = site.get("/asset_profiles/1001/").await.is(200);
    let field = json!({ "label": "Serial number", "type": "TEXT", "required": true, "choices": null, "position": 1 });
    assert_eq!(profile["profile_fields"], json!({ "1": field }));
    let schedule = site.get("/schedules/1001/").await.is(200);
    assert_eq!(schedule["template"], json!({ "name": "Machine guarding", "id": 1_001, "version": 2 }));
    assert_eq!(schedule["asset"], json!({ "id": 1_003, "name": "Press 3" }));
}

async fn what_was_left_behind_is_not_shown(kind: Store) {
    let site = Site::new(kind).await;
    site.sql("UPDATE asset_profile SET active = FALSE WHERE id = 1001").await;
    assert_eq!(site.get("/asset_profiles/1001/").await.status, 404);
    assert_eq!(site.get("/asset/1006/").await.status, 404);
    assert_eq!(site.get("/templates/1002/").await.status, 404, "a pattern of action plans");
    assert_eq!(site.get("/tasks/1001/").await.status, 404, "a nonconformance");
    assert_eq!(
        site.get_as(crate::fixture::Org::Nordic, Role::Member, "/audits/").await.ids("id"),
        [2_001, 2_002, 2_003, 2_004, 2_005]
    );
}
