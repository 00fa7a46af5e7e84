//! What is made and removed (items 35, 37 to 50).

use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::cx::Role;
use audit_gateway::domain::db::{Errand, Statement, Store};
use serde_json::{Value as Json, json};

use super::site::{Site, graphql};
use crate::store::on_both_stores;

on_both_stores!(
    item_35_the_surfaces_show_the_same_audits,
    item_37_an_audit_is_made_with_its_defaults,
    item_37_every_member_of_an_audit_comes_back,
    item_38_faults_of_all_members_are_told_together,
    item_39_a_nested_person_is_a_reference,
    item_40_an_audit_of_a_template_has_its_questions,
    item_41_schedules_are_made_in_every_form,
    item_41_and_42_wrong_schedules_are_told_in_their_places,
    item_43_a_program_has_the_phases_of_its_template,
    item_44_an_asset_is_made_of_query_and_body,
    item_45_a_user_is_made_without_access,
    item_46_a_contact_is_called_by_the_mail_address,
    item_47_a_status_is_removed_once,
    item_48_every_row_made_is_one_event,
    item_49_forms_are_read_like_json,
    item_50_broken_bodies_are_told_with_their_places,
    reference_data_is_made,
);

impl Site {
    /// The whole number that a statement gives.
    async fn number(&self, sql: &str) -> i64 {
        let statement = Statement::new(sql, Vec::new(), vec![Kind::Long]);
        let rows = self.store.db.fetch(&Errand::default(), statement).await.expect("a number");
        rows.cell(0, 0).as_int().expect("a number")
    }

    /// Events of the first organization: all of them, and those of this surface.
    async fn events(&self) -> (i64, i64) {
        let all = "SELECT COUNT(*) FROM change_event WHERE organization_id = 1";
        (self.number(all).await, self.number(&format!("{all} AND surface = 'auditcomply'")).await)
    }
}

fn auditor() -> Json {
    json!({ "username": "chen.wei" })
}

async fn item_35_the_surfaces_show_the_same_audits(kind: Store) {
    let site = Site::new(kind).await;
    let made = site.post("/audits/", &json!({ "name": "Seen", "auditor": auditor() })).await.is(201);
    let id = made["id"].as_i64().unwrap();
    let statement = Statement::new(
        "SELECT name, state, number FROM audit WHERE organization_id = 1 AND id = (SELECT max(id) FROM audit)",
        Vec::new(),
        vec![Kind::Text, Kind::Text, Kind::Text],
    );
    let rows = site.store.db.fetch(&Errand::default(), statement).await.expect("a row");
    assert_eq!(rows.row(0)[0..2], [Cell::from("Seen"), Cell::from("CREATED")]);
    assert!(rows.cell(0, 2).as_str().unwrap().starts_with("AUD-"));
    assert_eq!(site.get(&format!("/audits/{id}/")).await.is(200), made);
    let asked = format!("{{ audits(filter: {{ legacyId: {{ eq: {id} }} }}) {{ nodes {{ name state }} }} }}");
    let answer = graphql(&site, &asked).await;
    assert_eq!(answer["data"]["audits"]["nodes"], json!([{ "name": "Seen", "state": "CREATED" }]), "{answer}");
}

async fn item_37_an_audit_is_made_with_its_defaults(kind: Store) {
    let site = Site::new(kind).await;
    let made = site.post("/audits/", &json!({ "name": "Cold store weekly", "auditor": auditor() })).await;
    let record = made.is(201);
    let id = &record["id"];
    let meant = format!(
        r#"{{"name":"Cold store weekly","id":{id},"status":"","additional_signature_print":null,"additional_signature_position":null,"signature":null,"asset_id":null,"asset_name":null,"updated_at":"2026-03-02T09:30:00.123456Z","close_audit_enabled":false,"latitude":null,"signature_position":null,"report":null,"closed_at":null,"closed_notes":null,"closed_by_signature":null,"status_color":"","completed_at":null,"closed_by_id":null,"created_at":"2026-03-02T09:30:00.123456Z","state":"INPROGRESS","longitude":null,"signature_print":null,"additional_signature":null,"compliant":false,"status_changed_on_close":false,"device":null,"published":null,"auditor_id":1003,"notes":"","observations":[],"audit_result":"","auditor":{{"username":"chen.wei","email":"chen.wei@example.org"}},"nc_count":"0","template_tags":"","metadata":"{{}}"}}"#
    );
    assert_eq!(made.text, meant);
    assert!(made.header("location").is_none());
    assert_eq!(site.get(&format!("/audits/{id}/")).await.text, meant);
}

async fn item_37_every_member_of_an_audit_comes_back(kind: Store) {
    let site = Site::new(kind).await;
    let body = json!({
        "name": "All", "status": "Done", "additional_signature_print": "A", "additional_signature_position": "",
        "signature": "https://x.example/1", "close_audit_enabled": true, "latitude": 47.5, "signature_position": "B",
        "report": "ftp://x.example/r.pdf", "closed_at": "2026-02-01T00:00:00Z", "closed_notes": "C\nD",
        "closed_by_signature": "http://localhost/s", "status_color": "#fff", "completed_at": "2026-01-31T23:00:00.5Z",
        "created_at": "2026-01-01T00:00:00Z", "state": "CLOSED", "longitude": -0.25, "signature_print": "E",
        "additional_signature": "http://10.0.0.1/", "compliant": true, "status_changed_on_close": true, "device": "WEB",
        "published": "2026-02-02T00:00:00Z", "notes": "F", "auditor": { "username": "dora", "email": "DORA@example.org" },
    });
    let made = site.post("/audits/", &body).await.is(201);
    for (key, value) in body.as_object().unwrap() {
        let meant = match key.as_str() {
            "completed_at" => &json!("2026-01-31T23:00:00.500000Z"),
            "auditor" => &json!({ "username": "dora", "email": "dora@example.org" }),
            _ => value,
        };
        assert_eq!(made[key], *meant, "{key}");
    }
    assert_eq!(made["closed_by_id"], 1_002);
    let closed = json!({ "name": "B", "auditor": auditor(), "state": "CLOSED", "signature": "", "device": "" });
    let made = site.post("/audits/", &closed).await.is(201);
    assert_eq!(
        (&made["closed_at"], &made["signature"], &made["device"]),
        (&json!("2026-03-02T09:30:00.123456Z"), &Json::Null, &json!(""))
    );
    for (sent, shown) in [
        ("GENERATING", "GENERATING"),
        ("INREVIEW", "INREVIEW"),
        ("READYTOCLOSE", "READYTOCLOSE"),
        ("INPROGRESS", "INPROGRESS"),
    ] {
        let made = site.post("/audits/", &json!({ "name": "C", "auditor": auditor(), "state": sent })).await.is(201);
        assert_eq!((&made["state"], &made["closed_at"]), (&json!(shown), &Json::Null));
    }
}

async fn item_38_faults_of_all_members_are_told_together(kind: Store) {
    let site = Site::new(kind).await;
    let refused = site.post("/audits/", &json!({ "name": "a".repeat(256), "auditor": { "username": "ghost" } })).await;
    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.text,
        r#"{"name":["Ensure this field has no more than 255 characters."],"auditor":{"username":["Object with username=ghost does not exist."]}}"#
    );
    let many = json!({
        "name": "", "status": [], "signature": "x", "latitude": "north", "closed_at": "today", "state": "FOO",
        "compliant": null, "auditor": 5, "asset_id": 999, "template_id": "x", "device": 5, "unknown": true,
        "longitude": 200,
    });
    let told = site.post("/audits/", &many).await.is(400);
    let meant = json!({
        "name": ["This field may not be blank."],
        "status": ["Not a valid string."],
        "signature": ["Enter a valid URL."],
        "latitude": ["A valid number is required."],
        "closed_at": ["Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."],
        "state": ["\"FOO\" is not a valid choice."],
        "compliant": ["This field may not be null."],
        "device": ["\"5\" is not a valid choice."],
        "auditor": { "non_field_errors": ["Invalid data. Expected a dictionary, but got int."] },
        "asset_id": ["Invalid pk \"999\" - object does not exist."],
        "template_id": ["Incorrect type. Expected pk value, received str."],
    });
    assert_eq!(told, meant);
    let far = site.post("/audits/", &json!({ "name": "x", "auditor": auditor(), "longitude": 200 })).await.is(400);
    assert_eq!(far, json!({ "longitude": ["Ensure this value is -180 to 180."] }));
    for (body, text) in [("[]", "Invalid data. Expected a dictionary, but got list."), ("null", "No data provided")] {
        let refused = site.send_as(Role::Admin, ("POST", "/audits/"), "application/json", body).await;
        assert_eq!(refused.is(400), json!({ "non_field_errors": [text] }));
    }
    for (id, other) in [(2_001, "asset of another"), (1_006, "archived asset")] {
        let told = site.post("/audits/", &json!({ "name": "x", "auditor": auditor(), "asset_id": id })).await.is(400);
        assert_eq!(told["asset_id"][0], format!("Invalid pk \"{id}\" - object does not exist."), "{other}");
    }
}

async fn item_39_a_nested_person_is_a_reference(kind: Store) {
    let site = Site::new(kind).await;
    let people = "SELECT COUNT(*) FROM \"user\"";
    let before = site.number(people).await;
    for (auditor, fault) in [
        (
            json!({ "username": "ghost", "email": "new@x.example" }),
            json!({ "username": ["Object with username=ghost does not exist."] }),
        ),
        (
            json!({ "username": "dora", "email": "x@y.io" }),
            json!({ "email": ["Object with email=x@y.io does not exist."] }),
        ),
        (json!({ "username": "erik" }), json!({ "username": ["Object with username=erik does not exist."] })),
        (json!({}), json!({ "username": ["This field is required."] })),
        (json!({ "username": "dora", "email": "no" }), json!({ "email": ["Enter a valid email address."] })),
    ] {
        let told = site.post("/audits/", &json!({ "name": "x", "auditor": auditor })).await.is(400);
        assert_eq!(told, json!({ "auditor": fault }), "{auditor}");
    }
    let contact = json!({ "name": "x", "auditor": { "username": "contact-17", "email": "" } });
    assert_eq!(site.post("/audits/", &contact).await.is(201)["auditor_id"], 1_005);
    assert_eq!(site.number(people).await, before);
}

async fn item_40_an_audit_of_a_template_has_its_questions(kind: Store) {
    let site = Site::new(kind).await;
    let body = json!({ "name": "x", "auditor": auditor(), "asset_id": 1_001, "template_id": "1001" });
    let made = site.post("/audits/", &body).await.is(201);
    assert_eq!((&made["asset_id"], &made["asset_name"]), (&json!(1_001), &json!("Quay 3")));
    assert_eq!(made["template_tags"], "press,Ä, quoted \"tag\"");
    let observations = made["observations"].as_array().unwrap();
    assert_eq!(observations.len(), 1);
    assert_eq!(
        (&observations[0]["question_text"], &observations[0]["requirement_identifier"]),
        (&json!("Guards fitted?"), &json!("4.2"))
    );
}

async fn item_41_schedules_are_made_in_every_form(kind: Store) {
    let site = Site::new(kind).await;
    let nested = json!({
        "template": { "name": "Machine guarding" }, "who": { "username": "dora" }, "asset": { "id": "1002", "name": "?" },
        "when": "2026-06-01 07:30", "status": "COMPLETED",
    });
    let made = site.post_as(Role::Member, "/schedules/", &nested).await.is(201);
    assert_eq!(
        (&made["when"], &made["status"], &made["who"]["username"], &made["asset"]["name"]),
        (&json!("2026-06-01T07:30:00Z"), &json!("COMPLETED"), &json!("dora"), &json!("Cold store"))
    );
    let by_id = json!({ "template_id": 1_001, "who_id": 1_003, "asset_id": 1_003, "status": "OVERDUE" });
    let made = site.post("/schedules/", &by_id).await.is(201);
    assert_eq!((&made["status"], &made["when"]), (&json!("PENDING"), &json!("2026-03-02T09:30:00.123456Z")));
    let many = json!({ "schedules": [
        { "template_id": 1_001, "who_id": 1_004, "asset_id": 1_002 },
        { "template": { "name": "Machine guarding", "version": 2 }, "who": { "username": "chen.wei" }, "asset": { "name": "Order portal" } },
    ], "when": "ignored" });
    let made = site.post("/schedules/", &many).await.is(201);
    let assets: Vec<&str> = made.as_array().unwrap().iter().map(|one| one["asset"]["name"].as_str().unwrap()).collect();
    assert_eq!(assets, ["Cold store", "Order portal"]);
    let one = site.post("/schedules/", &json!({ "schedules": [by_id] })).await.is(201);
    assert_eq!(one.as_array().unwrap().len(), 1);
}

async fn item_41_and_42_wrong_schedules_are_told_in_their_places(kind: Store) {
    let site = Site::new(kind).await;
    let good = json!({ "template_id": 1_001, "who_id": 1_003, "asset_id": 1_003 });
    let with = |key: &str, value: Json| {
        let mut object = good.clone();
        object[key] = value;
        object
    };
    let before = site.get("/schedules/").await.is(200)["count"].clone();
    let bulk = json!({ "schedules": [good, with("who_id", json!(9)), 5, with("asset", json!({ "id": 1_002 }))] });
    assert_eq!(
        site.post("/schedules/", &bulk).await.is(400),
        json!({ "schedules": [
            {},
            { "who_id": ["Invalid pk \"9\" - object does not exist."] },
            { "non_field_errors": ["Invalid data. Expected a dictionary, but got int."] },
            { "non_field_errors": ["asset and asset_id name different objects."] },
        ] })
    );
    for (value, fault) in [
        (json!([]), json!({ "non_field_errors": ["This list may not be empty."] })),
        (json!({}), json!({ "non_field_errors": ["Expected a list of items but got type \"dict\"."] })),
        (
            json!(vec![good.clone(); 101]),
            json!({ "non_field_errors": ["Ensure this field has no more than 100 elements."] }),
        ),
        (Json::Null, json!(["This field may not be null."])),
    ] {
        assert_eq!(
            site.post("/schedules/", &json!({ "schedules": value })).await.is(400),
            json!({ "schedules": fault })
        );
    }
    let required = json!(["This field is required."]);
    assert_eq!(
        site.post("/schedules/", &json!({})).await.is(400),
        json!({ "template": required, "who": required, "asset": required })
    );
    for (body, fault) in [
        (
            with("asset", json!({ "id": 1_002 })),
            json!({ "non_field_errors": ["asset and asset_id name different objects."] }),
        ),
        (with("asset_id", json!(999)), json!({ "asset_id": ["Invalid pk \"999\" - object does not exist."] })),
        (
            with("when", json!("2031-01-01")),
            json!({ "when": ["Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."] }),
        ),
        (
            with("template", json!({ "name": "None" })),
            json!({ "template": { "name": ["Object with name=None does not exist."] } }),
        ),
        (
            with("who", json!({ "username": "dora" })),
            json!({ "non_field_errors": ["who and who_id name different objects."] }),
        ),
    ] {
        assert_eq!(site.post("/schedules/", &body).await.is(400), fault, "{body}");
    }
    let named = |asset: Json| json!({ "template_id": 1_001, "who_id": 1_003, "asset": asset });
    site.sql("UPDATE asset SET name = 'Twin' WHERE id IN (1004, 1005)").await;
    for (asset, fault) in [
        (json!({ "name": "Twin" }), json!({ "name": ["More than one object with name=Twin exists; send id."] })),
        (json!({ "name": "Nowhere" }), json!({ "name": ["Object with name=Nowhere does not exist."] })),
        (json!({}), json!({ "name": ["This field is required."] })),
        (json!({ "id": 999 }), json!({ "id": ["Invalid pk \"999\" - object does not exist."] })),
    ] {
        assert_eq!(site.post("/schedules/", &named(asset)).await.is(400), json!({ "asset": fault }));
    }
    assert_eq!(site.get("/schedules/").await.is(200)["count"], before, "nothing was kept");
}

async fn item_43_a_program_has_the_phases_of_its_template(kind: Store) {
    let site = Site::new(kind).await;
    let body = json!({
        "name": "Round 2027", "asset": { "name": "Quay 3" }, "lead_auditor_id": 1_002, "program_template_id": 1_001,
        "phases": "ignored", "started": true, "status": "INPROGRESS", "completed_at": null,
    });
    let made = site.post_as(Role::Member, "/programs/", &body).await.is(201);
    assert_eq!(
        (&made["started"], &made["status"], &made["start_date"]),
        (&json!(true), &json!("INPROGRESS"), &json!("2026-03-02T09:30:00.123456Z"))
    );
    let phases = &made["phases"];
    assert_eq!((&phases["count"], &phases["current"]), (&json!(2), &Json::Null));
    assert_eq!(
        phases["items"][0],
        json!({ "position": 1, "name": "Desk review", "status": "PENDING", "start_date": null, "end_date": null,
            "templates": [{ "name": "Machine guarding", "id": 1_001, "version": 2 }] })
    );
    let bare = json!({ "name": "Bare", "asset_id": 1_001, "lead_auditor": { "username": "Bjarne" } });
    let made = site.post("/programs/", &bare).await.is(201);
    assert_eq!(made["phases"], json!({ "count": 0, "current": null, "items": [] }));
    assert_eq!((&made["status"], &made["started"]), (&json!("PLANNING"), &json!(false)));
    let required = json!(["This field is required."]);
    assert_eq!(
        site.post("/programs/", &json!({})).await.is(400),
        json!({ "name": required, "asset": required, "lead_auditor": required })
    );
}

async fn item_44_an_asset_is_made_of_query_and_body(kind: Store) {
    let site = Site::new(kind).await;
    let query = "metadata_template_id=1001&metadata=%5B%7B%22field_id%22%3A1%2C%22value%22%3A%22Pump%20P-7%22%7D%5D";
    let made = site.send_as(Role::Admin, ("POST", &format!("/asset/?{query}")), "application/json", "").await.is(201);
    assert_eq!(
        (&made["name"], &made["kind"], &made["parent_id"], &made["metadata_template_id"]),
        (&json!("Pump P-7"), &json!("OTHER"), &Json::Null, &json!(1_001))
    );
    assert_eq!(made["metadata"], json!([{ "field_id": 1, "value": "Pump P-7" }]));
    let body = json!({
        "metadata_template_id": "1001", "metadata": { "metadata": [{ "field_id": "1", "value": "S" }] }, "name": "Named",
        "parent_id": 1_002, "kind": "EQUIPMENT", "description": "D",
    });
    let made = site.post(&format!("/asset/?{query}"), &body).await.is(201);
    assert_eq!(
        (&made["name"], &made["parent_id"], &made["metadata"][0]["value"]),
        (&json!("Named"), &json!(1_002), &json!("S"))
    );
    let tree = site.get("/asset_breadcrumbs/").await.rows();
    assert!(tree.iter().any(|row| row["breadcrumb"] == "Quay 3 > Cold store > Named"));
    let form = "metadata_template_id=1001&metadata=[{\"field_id\":1,\"value\":\"F\"}]";
    let made = site.send_as(Role::Admin, ("POST", "/asset/"), "application/x-www-form-urlencoded", form).await.is(201);
    assert_eq!(made["name"], "F");
    let long = format!("/asset/?metadata_template_id={}", "1".repeat(1_001));
    let told = site.post(&long, &json!({})).await.is(400);
    assert_eq!(told, json!({ "metadata_template_id": ["String value too large."] }));
    for (query, body, fault) in [
        ("", json!({}), json!({ "metadata_template_id": ["This field is required."] })),
        ("?metadata_template_id=x", json!({}), json!({ "metadata_template_id": ["A valid integer is required."] })),
        (
            "?metadata_template_id=9",
            json!({}),
            json!({ "metadata_template_id": ["Invalid pk \"9\" - object does not exist."] }),
        ),
        ("?metadata_template_id=1001&metadata=x", json!({}), json!({ "metadata": ["Value must be valid JSON."] })),
        (
            "",
            json!({ "metadata_template_id": 1_001, "metadata": "x" }),
            json!({ "metadata": ["Expected a list of items but got type \"str\"."] }),
        ),
        (
            "",
            json!({ "metadata_template_id": 1_001, "metadata": [{ "field_id": 1, "value": "x" }, { "value": 1 }] }),
            json!({ "metadata": [{}, { "field_id": ["This field is required."] }] }),
        ),
        (
            "",
            json!({ "metadata_template_id": 1_001, "name": "x", "metadata": [{ "field_id": 99, "value": 1 }] }),
            json!({ "metadata": { "1": ["This field is required."], "99": ["Invalid pk \"99\" - object does not exist."] } }),
        ),
    ] {
        let told = site.post(&format!("/asset/{query}"), &body).await.is(400);
        for (key, meant) in fault.as_object().unwrap() {
            assert_eq!(told[key], *meant, "{query} {body}");
        }
    }
}

async fn item_45_a_user_is_made_without_access(kind: Store) {
    let site = Site::new(kind).await;
    let body = json!({
        "username": "new.user", "email": "new@x.example", "password": " long enough ", "first_name": "N", "api_access": true,
    });
    let reply = site.post("/users/", &body).await;
    let made = reply.is(201);
    assert!(!reply.text.contains("long enough") && made.get("password").is_none());
    assert_eq!(
        (&made["api_access"], &made["is_active"], &made["position"]),
        (&json!(false), &json!(true), &Json::Null)
    );
    let login = json!({ "username": "new.user", "password": " long enough " }).to_string();
    let login = site.send("POST", "/api-token-auth/", &[("content-type", "application/json")], login).await;
    assert_eq!(login.status, 200);
    let token = format!("JWT {}", login.json()["token"].as_str().unwrap());
    assert_eq!(site.send("GET", "/users/", &[("authorization", &token)], "").await.status, 403);
    let taken = site.post("/users/", &json!({ "username": "erik", "email": "no", "password": "short" })).await.is(400);
    assert_eq!(
        taken,
        json!({
            "username": ["A user with that username already exists."],
            "email": ["Enter a valid email address."],
            "password": ["This password is too short. It must contain at least 8 characters."],
        }),
        "also of another organization"
    );
}

async fn item_46_a_contact_is_called_by_the_mail_address(kind: Store) {
    let site = Site::new(kind).await;
    let made = site.post_as(Role::Member, "/contacts/", &json!({ "email": "pat@x.example" })).await.is(201);
    assert_eq!((&made["username"], &made["first_name"]), (&json!("pat@x.example"), &json!("")));
    assert_eq!(site.get(&format!("/contacts/{}/", made["id"])).await.is(200), made);
    let login = json!({ "username": "pat@x.example", "password": "anything" }).to_string();
    let login = site.send("POST", "/api-token-auth/", &[("content-type", "application/json")], login).await;
    assert_eq!(login.is(400), json!({ "non_field_errors": ["Unable to log in with provided credentials."] }));
    let again = site.post_as(Role::Member, "/contacts/", &json!({ "email": "pat@x.example" })).await.is(400);
    assert_eq!(again, json!({ "username": ["A user with that username already exists."] }));
    // The mail address is checked as the name that it stands for.
    let long = format!("{}@{}.{}.example", "a".repeat(64), "b".repeat(63), "c".repeat(30));
    for (email, text) in [
        (
            "o'hara@x.example",
            "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.",
        ),
        (&long, "Ensure this field has no more than 150 characters."),
    ] {
        let refused = site.post_as(Role::Member, "/contacts/", &json!({ "email": email })).await.is(400);
        assert_eq!(refused, json!({ "username": [text] }));
        let body = json!({ "email": email, "username": format!("named{}", email.len()) });
        let made = site.post_as(Role::Member, "/contacts/", &body).await.is(201);
        assert_eq!(made["email"], email);
    }
}

async fn item_47_a_status_is_removed_once(kind: Store) {
    let site = Site::new(kind).await;
    let made = site.post("/statuses/", &json!({ "name": "Unused", "compliant": "on" })).await.is(201);
    assert_eq!((&made["compliant"], &made["color"]), (&json!(true), &json!("")));
    let path = format!("/statuses/{}/", made["id"]);
    let delete = async |role: Role, path: &str| site.send_as(role, ("DELETE", path), "application/json", "").await;
    assert_eq!(delete(Role::Member, &path).await.status, 403);
    let gone = delete(Role::Admin, &path).await;
    assert_eq!((gone.status, gone.text.as_str(), gone.header("content-type")), (204, "", None));
    assert_eq!(delete(Role::Admin, &path).await.is(404), json!({ "detail": "Not found." }));
    // One is in a group, one in a group and in an activity.
    for id in [1_001, 1_002] {
        let held = delete(Role::Owner, &format!("/statuses/{id}/")).await;
        assert_eq!(held.is(409), json!({ "detail": "This observation status is in use and cannot be deleted." }));
        assert_eq!(site.get(&format!("/statuses/{id}/")).await.status, 200);
    }
    let taken = site.post("/statuses/", &json!({ "name": "Conforms", "color": "x".repeat(26) })).await.is(400);
    assert_eq!(
        taken,
        json!({ "name": ["observation status with this name already exists."],
            "color": ["Ensure this field has no more than 25 characters."] })
    );
}

async fn item_48_every_row_made_is_one_event(kind: Store) {
    let site = Site::new(kind).await;
    let schedule = json!({ "template_id": 1_001, "who_id": 1_003, "asset_id": 1_003 });
    for (path, body, rows) in [
        ("/audits/", json!({ "name": "x", "auditor": auditor() }), 1),
        // The audit and one activity for its question.
        ("/audits/", json!({ "name": "x", "auditor": auditor(), "template_id": 1_001, "asset_id": 1_001 }), 2),
        ("/categories/", json!({ "label": "New" }), 1),
        // The person and the membership.
        ("/contacts/", json!({ "email": "q@x.example" }), 2),
        ("/users/", json!({ "email": "r@x.example", "username": "r", "password": "long enough" }), 2),
        ("/datastoresinfo/", json!({ "name": "New" }), 1),
        ("/programs/", json!({ "name": "x", "asset_id": 1_001, "lead_auditor_id": 1_003 }), 1),
        ("/schedules/", schedule.clone(), 1),
        ("/schedules/", json!({ "schedules": [schedule, schedule] }), 2),
        ("/statuses/", json!({ "name": "New" }), 1),
        ("/asset/", json!({ "metadata_template_id": 1_001, "metadata": [{ "field_id": 1, "value": "x" }] }), 1),
    ] {
        let (all, ours) = site.events().await;
        site.post(path, &body).await.is(201);
        assert_eq!(site.events().await, (all + rows, ours + rows), "{path}");
    }
    let (all, ours) = site.events().await;
    let made = site.get("/statuses/?page=last").await.ids("id");
    site.send_as(Role::Admin, ("DELETE", &format!("/statuses/{}/", made.last().unwrap())), "application/json", "")
        .await
        .is(204);
    assert_eq!(site.events().await, (all + 1, ours + 1));
    for (path, body) in [
        ("/audits/", json!({ "name": "x" })),
        ("/users/", json!({ "username": "erik", "email": "e@x.example", "password": "long enough" })),
        ("/schedules/", json!({ "schedules": [schedule, {}] })),
        ("/statuses/", json!({ "name": "Conforms" })),
    ] {
        assert_eq!(site.post(path, &body).await.status, 400);
    }
    assert_eq!(site.events().await, (all + 1, ours + 1));
}

async fn item_49_forms_are_read_like_json(kind: Store) {
    let site = Site::new(kind).await;
    const FORM: &str = "application/x-www-form-urlencoded";
    let made: Vec<(&str, &str)> = vec![
        ("/audits/", "name=Form&auditor.username=dora&closed_at=&compliant=yes&asset_id=&signature=&notes=&device="),
        ("/categories/", "label=Form"),
        ("/contacts/", "email=form%40x.example&position="),
        ("/users/", "username=form&email=f%40x.example&password=long+enough"),
        ("/datastoresinfo/", "name=Form&current_datastore=/datastores/1001/"),
        ("/programs/", "name=Form&asset.id=1001&lead_auditor.username=dora"),
        ("/schedules/", "template.name=Machine+guarding&template_id=&who_id=1003&asset.name=Quay+3"),
        ("/statuses/", "name=Form&compliant=true"),
        ("/asset/", "name=Form&metadata_template_id=1001&metadata=%5B%7B%22field_id%22:1,%22value%22:%22x%22%7D%5D"),
    ];
    for (path, form) in &made {
        let record = site.send_as(Role::Admin, ("POST", path), FORM, form).await.is(201);
        if *path == "/audits/" {
            assert_eq!(
                (&record["closed_at"], &record["compliant"], &record["device"]),
                (&Json::Null, &json!(true), &json!(""))
            );
        }
    }
    for (path, form) in &made {
        let mut body = String::new();
        for (name, value) in form_urlencoded::parse(form.as_bytes()) {
            let value =
                if ["username", "email"].contains(&name.as_ref()) { format!("m{value}") } else { value.into_owned() };
            let value = if *path == "/statuses/" && name == "name" { "Parts".to_owned() } else { value };
            body.push_str(&format!("--b0\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
        }
        body.push_str("--b0--\r\n");
        site.send_as(Role::Admin, ("POST", path), "multipart/form-data; boundary=b0", &body).await.is(201);
    }
    let unread = site.send_as(Role::Admin, ("POST", "/categories/"), "multipart/form-data", "x").await;
    assert_eq!(unread.status, 400);
}

async fn item_50_broken_bodies_are_told_with_their_places(kind: Store) {
    let site = Site::new(kind).await;
    for (body, place) in [
        ("{\"name\": }", "Expecting value: line 1 column 10 (char 9)"),
        ("{\n  \"name\": \"x\",\n}", "Expecting property name enclosed in double quotes: line 3 column 1 (char 17)"),
        ("{} {}", "Extra data: line 1 column 4 (char 3)"),
    ] {
        let refused = site.send_as(Role::Admin, ("POST", "/audits/"), "application/json", body).await;
        assert_eq!(refused.is(400), json!({ "detail": format!("JSON parse error - {place}") }));
    }
}

async fn reference_data_is_made(kind: Store) {
    let site = Site::new(kind).await;
    let made = site.post("/categories/", &json!({})).await.is(201);
    assert_eq!(made["label"], Json::Null);
    site.post("/categories/", &json!({ "label": "Safety" })).await.is(201);
    assert_eq!(
        site.post("/categories/", &json!({ "label": " " })).await.is(400)["label"][0],
        "This field may not be blank."
    );
    let link = json!({ "name": "Sites", "current_datastore": "https://elsewhere.example/datastores/1001/" });
    let made = site.post("/datastoresinfo/", &link).await.is(201);
    assert_eq!(made["current_datastore"], "http://gw.example/datastores/1001/");
    for (link, text) in [
        (json!("/datastores/999/"), "Invalid hyperlink - Object does not exist."),
        (json!("/audits/1001/"), "Invalid hyperlink - Incorrect URL match."),
        (json!("/nowhere/1/"), "Invalid hyperlink - No URL match."),
        (json!("/datastores/1001"), "Invalid hyperlink - No URL match."),
        (json!(5), "Incorrect type. Expected URL string, received int."),
    ] {
        let told = site.post("/datastoresinfo/", &json!({ "name": "x", "current_datastore": link })).await.is(400);
        assert_eq!(told, json!({ "current_datastore": [text] }));
    }
}
