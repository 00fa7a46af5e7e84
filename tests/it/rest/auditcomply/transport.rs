//! Addresses, methods, headers (items 1 to 7).

use audit_gateway::domain::cx::Role;
use audit_gateway::domain::db::Store;
use audit_gateway::rest::auditcomply::operations;
use serde_json::json;

use super::site::{Reply, Site};
use crate::fixture::{CONSULTANT, Org};
use crate::store::on_both_stores;

on_both_stores!(
    item_1_every_list_and_record_answers_with_and_without_its_slash,
    item_2_and_3_head_and_options_answer_on_every_route,
    item_2_options_tell_what_can_be_sent,
    item_4_only_json_is_given,
    item_5_a_method_is_refused_after_the_credentials,
    item_6_addresses_of_nothing_are_not_found,
    item_7_bodies_of_other_types_are_refused,
    bodies_beyond_the_limit_are_refused_in_the_dialects_words,
);

/// The lists.
pub const LISTS: [&str; 19] = [
    "asset",
    "asset_breadcrumbs",
    "asset_profiles",
    "asset_tree",
    "audits",
    "categories",
    "contacts",
    "datastores",
    "datastoresinfo",
    "executive_reports",
    "nonconformances",
    "program_templates",
    "programs",
    "schedules",
    "status_groups",
    "statuses",
    "tasks",
    "templates",
    "users",
];

/// The key of a row's id.
pub fn id_key(list: &str) -> &'static str {
    match list {
        "nonconformances" => "nonconformance_id",
        "tasks" => "task_id",
        _ => "id",
    }
}

#[test]
fn item_1_there_are_50_operations() {
    let mut ids: Vec<_> = operations().iter().map(|operation| operation.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 50);
}

async fn item_1_every_list_and_record_answers_with_and_without_its_slash(kind: Store) {
    let site = Site::new(kind).await;
    site.sql("UPDATE \"user\" SET password_hash = 'x' WHERE id = 1003").await;
    for list in LISTS {
        let slashed = site.get(&format!("/{list}/")).await;
        assert_eq!(slashed.is(200), site.get(&format!("/{list}")).await.is(200), "{list}");
        let rows = slashed.rows();
        assert!(!rows.is_empty(), "{list} has no row to look at");
        for row in rows {
            let id = &row[id_key(list)];
            let record = site.get(&format!("/{list}/{id}/")).await;
            assert_eq!(record.is(200), row, "{list} {id}");
            assert_eq!(record.text, site.get(&format!("/{list}/{id}")).await.text);
            // The consultant is a member of both.
            if *id != CONSULTANT {
                let foreign = site.get_as(Org::Nordic, Role::Member, &format!("/{list}/{id}/")).await;
                assert_eq!(foreign.is(404), json!({ "detail": "Not found." }), "{list} {id}");
            }
        }
    }
}

/// The answers' own headers.
fn own(reply: &Reply) -> Vec<(String, String)> {
    let wanted = ["allow", "vary", "content-type", "content-length"];
    let headers = wanted.iter().filter_map(|name| Some(((*name).to_owned(), reply.header(name)?.to_owned())));
    headers.collect()
}

fn allow(list: &str, is_record: bool) -> &'static str {
    const MADE: [&str; 9] =
        ["asset", "audits", "categories", "contacts", "datastoresinfo", "programs", "schedules", "statuses", "users"];
    match (list, is_record) {
        ("statuses", true) => "GET, DELETE, HEAD, OPTIONS",
        (list, false) if MADE.contains(&list) => "GET, POST, HEAD, OPTIONS",
        _ => "GET, HEAD, OPTIONS",
    }
}

async fn item_2_and_3_head_and_options_answer_on_every_route(kind: Store) {
    let site = Site::new(kind).await;
    let token = format!("JWT {}", site.token(Org::Harbour, Role::Member));
    let signed = [("authorization", token.as_str())];
    for list in LISTS {
        let id = site.get(&format!("/{list}/")).await.rows().first().map(|row| row[id_key(list)].to_string());
        let record = id.map(|id| (format!("/{list}/{id}/"), true));
        for (path, is_record) in [(format!("/{list}/"), false)].into_iter().chain(record) {
            let got = site.send("GET", &path, &signed, "").await;
            let head = site.send("HEAD", &path, &signed, "").await;
            assert_eq!((got.status, own(&got)), (head.status, own(&head)), "{path}");
            assert_eq!(head.text, "");
            assert_eq!(got.header("content-length"), Some(got.text.len().to_string().as_str()));
            let options = site.send("OPTIONS", &path, &signed, "").await;
            let told = options.is(200);
            let keys: Vec<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(&keys[..4], ["name", "description", "renders", "parses"], "{path}");
            let ending = if is_record { " Instance" } else { " List" };
            assert!(told["name"].as_str().unwrap().ends_with(ending), "{told}");
            let refused = site.send("OPTIONS", &path, &[], "").await;
            let missing = site.send("GET", &path, &[], "").await;
            let wrong = site.send("PATCH", &path, &signed, "").await;
            assert_eq!([refused.status, missing.status, wrong.status], [401, 401, 405]);
            for reply in [got, head, options, refused, missing, wrong] {
                assert_eq!(reply.header("allow"), Some(allow(list, is_record)), "{path}");
                assert_eq!(reply.header("vary"), Some("Accept"), "{path}");
            }
        }
    }
    for path in ["/api-token-auth/", "/api-token-refresh"] {
        let reply = site.send("OPTIONS", path, &[], "").await;
        assert!(reply.is(200)["name"].as_str().unwrap().ends_with(" Json Web Token"));
        assert_eq!((reply.header("allow"), reply.header("vary")), (Some("POST, OPTIONS"), Some("Accept")));
        assert_eq!(site.send("GET", path, &[], "").await.status, 405);
    }
}

async fn item_2_options_tell_what_can_be_sent(kind: Store) {
    let site = Site::new(kind).await;
    let told = site.send_as(Role::Admin, ("OPTIONS", "/audits/"), "application/json", "").await.is(200);
    assert_eq!(told["name"], "Audit List");
    assert_eq!(told["parses"], json!(["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]));
    let members = told["actions"]["POST"].as_object().unwrap();
    let keys: Vec<&str> = members.keys().map(String::as_str).collect();
    assert_eq!((keys.len(), keys[0], keys[35], keys[36]), (37, "name", "metadata", "template_id"));
    assert_eq!(
        members["name"],
        json!({ "type": "string", "required": true, "read_only": false, "label": "Name", "max_length": 255 })
    );
    assert_eq!(members["id"], json!({ "type": "integer", "required": false, "read_only": true, "label": "ID" }));
    assert_eq!(members["state"]["choices"][0], json!({ "value": "INPROGRESS", "display_name": "INPROGRESS" }));
    assert_eq!(members["auditor"]["children"]["username"]["required"], true);
    for (list, admin, member) in [("categories", true, false), ("audits", true, true), ("tasks", false, false)] {
        for (role, shown) in [(Role::Admin, admin), (Role::Member, member)] {
            let told = site.send_as(role, ("OPTIONS", &format!("/{list}/")), "application/json", "").await.is(200);
            assert_eq!(told.get("actions").is_some(), shown, "{list} {role:?}");
        }
    }
}

async fn item_4_only_json_is_given(kind: Store) {
    let site = Site::new(kind).await;
    let refused = site.send("GET", "/audits/", &[("accept", "application/xml")], "").await;
    assert_eq!(refused.is(406), json!({ "detail": "Could not satisfy the request Accept header." }));
    assert_eq!(site.send("GET", "/audits/?format=xml", &[], "").await.is(404), json!({ "detail": "Not found." }));
    let token = format!("JWT {}", site.token(Org::Harbour, Role::Member));
    let headers = [("authorization", token.as_str()), ("accept", "text/html,*/*;q=0.1")];
    let reply = site.send("GET", "/audits/?format=json", &headers, "").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/json"));
}

async fn item_5_a_method_is_refused_after_the_credentials(kind: Store) {
    let site = Site::new(kind).await;
    assert_eq!(site.send("PUT", "/audits/1001/", &[], "").await.status, 401);
    let reply = site.send_as(Role::Member, ("PUT", "/audits/1001/"), "application/json", "").await;
    assert_eq!(reply.is(405), json!({ "detail": "Method \"PUT\" not allowed." }));
    assert_eq!(reply.header("allow"), Some("GET, HEAD, OPTIONS"));
    for (method, path) in
        [("DELETE", "/audits/1001/"), ("POST", "/tasks/"), ("POST", "/audits/1001/"), ("PATCH", "/users/")]
    {
        assert_eq!(site.send_as(Role::Admin, (method, path), "text/plain", "x").await.status, 405, "{method} {path}");
    }
}

async fn item_6_addresses_of_nothing_are_not_found(kind: Store) {
    let site = Site::new(kind).await;
    for path in [
        "/audits/abc/",
        "/audits/0/",
        "/audits/99999999999999999999/",
        "/audits/2001/",
        "/audits/1001/x/",
        "/audits.json",
        "/audits/1001.json",
    ] {
        assert_eq!(site.get(path).await.status, 404, "{path}");
    }
    for path in ["/audits/abc/", "/audits/2001/", "/audits/1001/x/"] {
        assert_eq!(site.get(path).await.is(404), json!({ "detail": "Not found." }), "{path}");
    }
    assert_eq!(site.get("/audits/0001001/").await.is(200)["id"], 1_001);
}

async fn item_7_bodies_of_other_types_are_refused(kind: Store) {
    let site = Site::new(kind).await;
    let refused = site.send_as(Role::Member, ("POST", "/audits/"), "text/xml; charset=utf-8", "<a/>").await;
    let text = "Unsupported media type \"text/xml; charset=utf-8\" in request.";
    assert_eq!(refused.is(415), json!({ "detail": text }));
    let empty = site.send_as(Role::Member, ("POST", "/audits/"), "text/xml", "").await;
    assert_eq!(empty.is(400), json!({ "name": ["This field is required."], "auditor": ["This field is required."] }));
    let token = format!("JWT {}", site.token(Org::Harbour, Role::Member));
    let untyped = site.send("POST", "/audits/", &[("authorization", &token)], "{}").await;
    assert_eq!(untyped.is(415), json!({ "detail": "Unsupported media type \"\" in request." }));
}

async fn bodies_beyond_the_limit_are_refused_in_the_dialects_words(kind: Store) {
    let site = Site::new(kind).await;
    let long = " ".repeat(2_621_441);
    let refused = site.send("POST", "/audits/", &[("content-type", "application/json")], long.clone()).await;
    assert_eq!(refused.is(413), json!({ "detail": "Request body is too large." }));
    assert_eq!(refused.header("allow"), Some("GET, POST, HEAD, OPTIONS"));
    assert_eq!(site.send("POST", "/audits/1/2/3/", &[], long).await.status, 404);
}
