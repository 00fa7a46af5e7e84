//! Audits changed and removed (items 29 to 40 and 42).

use std::sync::Arc;

use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::db::Store;
use futures_util::future::join_all;
use serde_json::{Value as Json, json};

use super::{HARBOUR, Office, error, invalid};
use crate::fixture::clock;
use crate::store::on_both_stores;

on_both_stores!(
    item_29_and_30_completion_is_dated_once,
    item_31_days_and_instants_are_read,
    item_32_and_33_work_is_taken_up_again,
    item_34_standards_have_a_name_and_an_identifier,
    item_35_a_level_is_one_of_the_standards,
    item_36_what_does_not_differ_is_not_written,
    item_37_the_product_may_be_archived,
    item_38_what_somebody_else_changed_is_not_overwritten,
    item_39_a_refused_change_changes_nothing,
    item_40_what_a_removed_audit_found_stays,
    item_42_a_removed_standard_leaves_audits,
    a_change_of_everything_is_one_event,
    the_domains_rules_refuse_what_they_refuse_elsewhere,
    wrong_members_are_told_in_the_agreed_words,
    one_of_many_who_saw_the_same_version_wins,
);

const NOW: &str = "2026-03-02T09:30:00.123Z";

/// A new audit of a product of its own; gives its address.
async fn audit(office: &Office, body: &Json) -> String {
    office.product("shop").await;
    let made = office.begin("shop", body).await;
    format!("products/shop/audits/{}", made["number"])
}

/// Runs SQL on the audit.
async fn meddle(office: &Office, set: &str) {
    let sql = format!("UPDATE audit SET {set} WHERE asset_id = (SELECT id FROM asset WHERE slug = 'shop')");
    office.house.meddle(&sql).await;
}

/// A column of the audit, as text.
async fn column(office: &Office, name: &str) -> Option<String> {
    let sql =
        format!("SELECT CAST({name} AS TEXT) FROM audit WHERE asset_id = (SELECT id FROM asset WHERE slug = 'shop')");
    let cell = office.house.ask(Kind::Text, &sql).await.remove(0);
    cell.as_str().map(str::to_owned)
}

async fn item_29_and_30_completion_is_dated_once(kind: Store) {
    let mut office = Office::open(kind).await;
    let path = audit(&office, &json!({})).await;
    let done = json!({ "status": "completed" });
    let first = office.amend(&path, &done).await;
    assert_eq!(
        (&first["status"], &first["completedAt"], &first["startedAt"]),
        (&json!("completed"), &json!(NOW), &json!(NOW))
    );
    assert_eq!(column(&office, "state").await.as_deref(), Some("CLOSED"));
    assert!(column(&office, "closed_by_id").await.is_some());
    office.house.at(clock().now() + chrono::TimeDelta::minutes(5));
    assert_eq!(office.amend(&path, &done).await, first, "it does not move");
    meddle(&office, "completed_at = NULL").await;
    assert_eq!(office.amend(&path, &done).await["completedAt"], "2026-03-02T09:35:00.123Z");
    office.house.at(clock().now() + chrono::TimeDelta::minutes(9));
    let filled = json!({ "status": "completed", "completedAt": null });
    assert_eq!(office.amend(&path, &filled).await["completedAt"], "2026-03-02T09:39:00.123Z");
    assert_eq!(office.amend(&path, &json!({ "completedAt": null })).await["completedAt"], Json::Null);
    meddle(&office, "state = 'CANCELED'").await;
    let canceled = office.amend(&path, &done).await;
    assert_eq!(
        (&canceled["status"], &canceled["completedAt"]),
        (&json!("completed"), &json!("2026-03-02T09:39:00.123Z"))
    );
    assert_eq!(column(&office, "state").await.as_deref(), Some("CANCELED"));
}

async fn item_31_days_and_instants_are_read(kind: Store) {
    let office = Office::open(kind).await;
    let path = audit(&office, &json!({})).await;
    let done = json!({ "status": "completed", "completedAt": "2025-03-04T05:06:07+02:00" });
    let shown = office.amend(&path, &done).await;
    assert_eq!((&shown["completedAt"], &shown["status"]), (&json!("2025-03-04T03:06:07.000Z"), &json!("completed")));
    for (sent, meant) in [
        ("2026-02-20", json!("2026-02-20T00:00:00.000Z")),
        ("2026-02-20T23:59:59.999999999Z", json!("2026-02-20T23:59:59.999Z")),
        ("0001-01-01", json!("0001-01-01T00:00:00.000Z")),
        ("9999-12-31T23:59:59.9Z", json!("9999-12-31T23:59:59.900Z")),
    ] {
        for key in ["startedAt", "completedAt"] {
            assert_eq!(office.amend(&path, &json!({ (key): sent })).await[key], meant);
        }
    }
    for value in [json!("today"), json!("2026-02-20T10:00:00"), json!(1_700_000_000), json!(["2026-02-20"]), json!("")]
    {
        for key in ["startedAt", "completedAt"] {
            let seen = office.ask("PATCH", &path, &json!({ (key): value }).to_string()).await;
            invalid(&seen, &format!("{key}: must be an ISO 8601 date-time or null"));
        }
    }
}

async fn item_32_and_33_work_is_taken_up_again(kind: Store) {
    let office = Office::open(kind).await;
    let path = audit(&office, &json!({ "status": "completed" })).await;
    let again = json!({ "status": "in_progress" });
    let open = office.amend(&path, &again).await;
    assert_eq!((&open["status"], &open["completedAt"]), (&json!("in_progress"), &json!(NOW)), "kept");
    assert_eq!(column(&office, "state").await.as_deref(), Some("IN_PROGRESS"));
    assert_eq!((column(&office, "closed_at").await, column(&office, "finished_at").await), (None, None));
    office.amend(&path, &json!({ "status": "completed" })).await;
    let open = office.amend(&path, &json!({ "status": "in_progress", "completedAt": null })).await;
    assert_eq!((&open["status"], &open["completedAt"]), (&json!("in_progress"), &Json::Null));
    office.amend(&path, &json!({ "startedAt": null })).await;
    assert_eq!(office.amend(&path, &again).await["startedAt"], NOW);
    let both = json!({ "status": "in_progress", "startedAt": null });
    assert_eq!(office.amend(&path, &both).await["startedAt"], NOW, "null says nothing");
    let own = json!({ "status": "in_progress", "startedAt": "2026-01-01" });
    assert_eq!(office.amend(&path, &own).await["startedAt"], "2026-01-01T00:00:00.000Z");
    for state in ["CREATED", "IN_PROGRESS", "GENERATING", "IN_REVIEW", "RECOUNT", "READY_TO_CLOSE"] {
        meddle(&office, &format!("state = '{state}', started_at = NULL")).await;
        let shown = office.amend(&path, &again).await;
        assert_eq!((&shown["status"], &shown["startedAt"]), (&json!("in_progress"), &json!(NOW)), "{state}");
        assert_eq!(column(&office, "state").await.as_deref(), Some(state), "it stays where it stands");
        assert_eq!(office.amend(&path, &json!({ "status": "completed" })).await["status"], "completed", "{state}");
    }
}

/// A standard of the organization's own with levels; gives the identifiers of the standard and the levels.
async fn own_standard(office: &Office, slug: &str, codes: &[&str]) -> (String, Vec<String>) {
    let standard = office.make("createStandard", &json!({ "slug": slug, "name": slug }), "standard { id uuid }").await;
    let mut levels = Vec::new();
    for code in codes {
        let input = json!({ "code": code, "name": code, "standardId": standard["standard"]["id"] });
        let level = office.make("createConformanceLevel", &input, "conformanceLevel { uuid }").await;
        levels.push(level["conformanceLevel"]["uuid"].as_str().expect("an identifier").to_owned());
    }
    (standard["standard"]["uuid"].as_str().expect("an identifier").to_owned(), levels)
}

async fn item_34_standards_have_a_name_and_an_identifier(kind: Store) {
    let office = Office::open(kind).await;
    let path = audit(&office, &json!({})).await;
    let (own, _) = own_standard(&office, "house-rules", &[]).await;
    let built_in = super::uuid(&office.house, "SELECT uuid FROM standard WHERE slug = 'wcag-2-1'").await;
    for (sent, meant) in [
        ("wcag-2-1", "wcag-2-1"),
        (built_in.as_str(), "wcag-2-1"),
        (&built_in.to_uppercase(), "wcag-2-1"),
        ("house-rules", "house-rules"),
        (&own, "house-rules"),
    ] {
        let shown = office.amend(&path, &json!({ "standardId": sent, "conformanceLevel": null })).await;
        assert_eq!(shown["standardId"], meant, "{sent}");
    }
    // Another organization's, and one that goes by the name of a built-in one.
    let there = "(SELECT id FROM organization WHERE slug = 'northwind-library')";
    office.house.meddle(&format!("UPDATE standard SET organization_id = {there} WHERE slug = 'house-rules'")).await;
    for unknown in ["house-rules", &own, "WCAG-2-1", "", "a\0b", "6e0f2d94-83b1-4c7a-9d5e-1a2b3c4d5e6f"] {
        let seen =
            office.ask("PATCH", &path, &json!({ "standardId": unknown, "conformanceLevel": 7 }).to_string()).await;
        invalid(&seen, "standardId: unknown standard");
    }
    let (_, levels) = own_standard(&office, "wcag-2-1", &["house"]).await;
    let shown = office.amend(&path, &json!({ "standardId": "wcag-2-1", "conformanceLevel": "house" })).await;
    assert_eq!(
        (&shown["standardId"], &shown["conformanceLevel"]),
        (&json!("wcag-2-1"), &json!("house")),
        "the own before the built-in one"
    );
    let shown = office.amend(&path, &json!({ "conformanceLevel": levels[0] })).await;
    assert_eq!(shown["conformanceLevel"], "house");
}

async fn item_35_a_level_is_one_of_the_standards(kind: Store) {
    let office = Office::open(kind).await;
    let path = audit(&office, &json!({})).await;
    let level = async |slug: &str, code: &str| {
        let sql = format!(
            "SELECT uuid FROM conformance_level WHERE code = '{code}' AND standard_id = (SELECT id FROM standard WHERE \
             slug = '{slug}')"
        );
        super::uuid(&office.house, &sql).await
    };
    let (here, there) = (level("wcag-2-2", "aaa").await, level("wcag-2-1", "aaa").await);
    let set = async |body: Json| office.amend(&path, &body).await["conformanceLevel"].clone();
    assert_eq!(set(json!({ "standardId": "wcag-2-2", "conformanceLevel": "aa" })).await, "aa");
    assert_eq!(set(json!({ "conformanceLevel": here })).await, "aaa");
    assert_eq!(set(json!({ "conformanceLevel": "a" })).await, "a");
    let other = "conformanceLevel: not valid for the given standard";
    for body in [
        json!({ "conformanceLevel": there }),
        json!({ "conformanceLevel": "AA" }),
        json!({ "conformanceLevel": "x" }),
        json!({ "conformanceLevel": "" }),
        json!({ "conformanceLevel": "a\0" }),
        json!({ "standardId": null }),
        json!({ "standardId": null, "conformanceLevel": "a" }),
        json!({ "standardId": "wcag-2-1" }),
        json!({ "standardId": "iso-9001" }),
        json!({ "standardId": "en-301-549", "conformanceLevel": "aaa" }),
        json!({ "standardId": "wcag-2-2", "conformanceLevel": there }),
    ] {
        invalid(&office.ask("PATCH", &path, &body.to_string()).await, other);
    }
    assert_eq!(set(json!({ "standardId": "wcag-2-1", "conformanceLevel": "a" })).await, "a");
    assert_eq!(set(json!({ "standardId": "wcag-2-2", "conformanceLevel": null })).await, Json::Null);
    assert_eq!(set(json!({ "standardId": null })).await, Json::Null);
    invalid(&office.ask("PATCH", &path, r#"{"conformanceLevel":"a"}"#).await, other);
    assert_eq!(set(json!({ "conformanceLevel": null })).await, Json::Null);
}

async fn item_36_what_does_not_differ_is_not_written(kind: Store) {
    let mut office = Office::open(kind).await;
    let path = audit(&office, &json!({ "title": "T", "status": "completed" })).await;
    let (before, events) = (office.ask("GET", &path, "").await, office.events().await);
    office.house.at(clock().now() + chrono::TimeDelta::minutes(10));
    let audit = before.json()["audit"].clone();
    let mut same = json!({ "colour": "blue" });
    for key in ["type", "title", "description", "status", "standardId", "conformanceLevel"] {
        same[key] = audit[key].clone();
    }
    for body in [json!({}), same, json!({ "status": "completed" }), json!({ "number": 7, "id": null })] {
        let seen = office.ask("PATCH", &path, &body.to_string()).await;
        assert_eq!(
            (seen.status, seen.json(), seen.header("etag")),
            (200, before.json(), before.header("etag")),
            "{body}"
        );
    }
    assert_eq!(office.events().await, events);
    let changed = office.ask("PATCH", &path, r#"{"title":"U"}"#).await;
    assert_eq!((changed.header("etag").as_deref(), office.events().await), (Some("\"2\""), events + 1));
    assert_eq!(changed.json()["audit"]["updatedAt"], "2026-03-02T09:40:00.123Z");
}

async fn item_37_the_product_may_be_archived(kind: Store) {
    let office = Office::open(kind).await;
    let path = audit(&office, &json!({})).await;
    office.house.meddle("UPDATE asset SET archived_at = updated_at WHERE slug = 'shop'").await;
    assert_eq!(office.amend(&path, &json!({ "title": "Still", "status": "completed" })).await["title"], "Still");
    assert_eq!(office.ask_as(&office.admin, "DELETE", &path, "").await.status, 204);
}

impl Office {
    async fn if_match(&self, method: &str, path: &str, tags: &[&str], body: &str) -> crate::rest::Seen {
        let token = format!("Bearer {}", self.admin);
        let mut headers = vec![("authorization", token.as_str()), ("content-type", "application/json")];
        headers.extend(tags.iter().map(|tag| ("if-match", *tag)));
        self.send((method, &self.at(path)), &headers, body.to_owned()).await
    }
}

async fn item_38_what_somebody_else_changed_is_not_overwritten(kind: Store) {
    let office = Office::open(kind).await;
    let path = audit(&office, &json!({})).await;
    office.amend(&path, &json!({ "title": "Theirs" })).await;
    let events = office.events().await;
    for tags in [&["\"1\""][..], &["W/\"2\""], &["2"], &["\"1\", \"3\""], &[""], &["\"1\"", "\"3\""]] {
        for method in ["PATCH", "DELETE"] {
            let seen = office.if_match(method, &path, tags, r#"{"title":"Mine"}"#).await;
            let told = (412, "PRECONDITION_FAILED".to_owned(), "Audit was changed by someone else".to_owned());
            assert_eq!(error(&seen), told, "{method} {tags:?}");
        }
    }
    assert_eq!(office.events().await, events);
    for (tags, version) in [(&["\"2\""][..], 3), (&["*"], 4), (&["\"1\", \"4\""], 5), (&["\"1\"", "\"5\""], 6)] {
        let seen = office.if_match("PATCH", &path, tags, &json!({ "title": version.to_string() }).to_string()).await;
        assert_eq!((seen.status, seen.header("etag")), (200, Some(format!("\"{version}\""))), "{tags:?}");
    }
    assert_eq!(office.if_match("DELETE", &path, &["\"6\""], "").await.status, 204);
    assert_eq!(office.if_match("DELETE", &path, &["*"], "").await.status, 404, "it is not there any more");
}

async fn item_39_a_refused_change_changes_nothing(kind: Store) {
    let office = Office::open(kind).await;
    let path = audit(&office, &json!({ "title": "Kept" })).await;
    let (before, events) = (office.read(&path).await, office.events().await);
    for last in [
        json!({ "completedAt": "x" }),
        json!({ "standardId": "x" }),
        json!({ "conformanceLevel": "x" }),
        json!({ "standardId": null, "conformanceLevel": "aa" }),
        json!({ "description": "a".repeat(2_001) }),
        json!({ "status": "x" }),
    ] {
        let mut body = json!({ "type": "re_audit", "title": "Lost", "status": "completed", "startedAt": "2020-01-01" });
        body.as_object_mut().expect("an object").extend(last.as_object().expect("an object").clone());
        assert_eq!(error(&office.ask("PATCH", &path, &body.to_string()).await).0, 400, "{body}");
        assert_eq!((office.read(&path).await, office.events().await), (before.clone(), events));
    }
}

async fn item_40_what_a_removed_audit_found_stays(kind: Store) {
    let office = Office::open(kind).await;
    let found = "SELECT COUNT(*) FROM issue WHERE audit_id = (SELECT a.id FROM audit a JOIN asset p ON p.id = a.asset_id \
                 WHERE p.slug = 'web-shop' AND a.asset_sequence = 1)";
    let one = "UPDATE issue SET audit_id = (SELECT a.id FROM audit a JOIN asset p ON p.id = a.asset_id WHERE p.slug = \
               'web-shop' AND a.asset_sequence = 1), activity_id = NULL WHERE id IN (SELECT id FROM issue WHERE \
               organization_id = (SELECT organization_id FROM asset WHERE slug = 'web-shop') ORDER BY id LIMIT 3)";
    office.house.meddle(one).await;
    let (linked, all) = (office.number(found).await, office.number("SELECT COUNT(*) FROM issue").await);
    assert!(linked >= 3);
    let path = "products/web-shop/audits/1";
    let lost = "SELECT COUNT(*) FROM issue WHERE audit_id IS NULL";
    let free = office.number(lost).await;
    let id = office.read(path).await["audit"]["id"].as_str().expect("an id").to_owned();
    let seen = office.ask_as(&office.admin, "DELETE", path, "").await;
    assert_eq!(seen.status, 204, "{}", seen.text());
    assert_eq!((office.number("SELECT COUNT(*) FROM issue").await, office.number(lost).await), (all, free + linked));
    for method in ["GET", "DELETE", "PATCH"] {
        assert_eq!(error(&office.ask_as(&office.admin, method, path, "{}").await).2, "Audit not found");
    }
    let events = "SELECT entity_uuid FROM change_event WHERE action = 'Delete' AND entity_type = 'audit' AND surface = \
                  'ablebase'";
    let events = office.house.ask(Kind::Uuid, events).await;
    assert_eq!(events.iter().filter_map(Cell::as_uuid).map(|uuid| uuid.to_string()).collect::<Vec<_>>(), [id]);
}

async fn item_42_a_removed_standard_leaves_audits(kind: Store) {
    let office = Office::open(kind).await;
    let path = audit(&office, &json!({})).await;
    own_standard(&office, "house-rules", &["gold"]).await;
    let shown = office.amend(&path, &json!({ "standardId": "house-rules", "conformanceLevel": "gold" })).await;
    assert_eq!((&shown["standardId"], &shown["conformanceLevel"]), (&json!("house-rules"), &json!("gold")));
    let token = format!("Bearer {}", office.admin);
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    let query = json!({ "query": "{ standards(filter: {slug: {eq: \"house-rules\"}}) { nodes { id } } }" });
    let answer = office.send(("POST", "/graphql"), &headers, query.to_string()).await.json();
    let id = &answer["data"]["standards"]["nodes"][0]["id"];
    office.make("deleteStandard", &json!({ "id": id }), "").await;
    let shown = office.read(&path).await["audit"].clone();
    assert_eq!((&shown["standardId"], &shown["conformanceLevel"]), (&Json::Null, &Json::Null));
}

async fn a_change_of_everything_is_one_event(kind: Store) {
    let office = Office::open(kind).await;
    let path = audit(&office, &json!({})).await;
    let events = office.events().await;
    let body = json!({
        "type": "small_scope", "title": "All", "description": "At once", "status": "completed",
        "startedAt": "2026-01-01", "completedAt": "2026-02-20", "standardId": "en-301-549", "conformanceLevel": null,
    });
    let shown = office.amend(&path, &body).await;
    for (key, value) in body.as_object().expect("an object") {
        match key.as_str() {
            "startedAt" => assert_eq!(shown[key], "2026-01-01T00:00:00.000Z"),
            "completedAt" => assert_eq!(shown[key], "2026-02-20T00:00:00.000Z"),
            _ => assert_eq!(shown[key], *value, "{key}"),
        }
    }
    assert_eq!((office.events().await, column(&office, "version").await.as_deref()), (events + 1, Some("2")));
    let by =
        format!("SELECT surface FROM change_event WHERE organization_id = {HARBOUR} ORDER BY sequence DESC LIMIT 1");
    assert_eq!(office.house.ask(Kind::Text, &by).await, [Cell::from("ablebase")]);
}

async fn the_domains_rules_refuse_what_they_refuse_elsewhere(kind: Store) {
    let office = Office::open(kind).await;
    let path = audit(&office, &json!({})).await;
    meddle(&office, "state = 'CANCELED'").await;
    let seen = office.ask("PATCH", &path, r#"{"title":"Lost","status":"in_progress"}"#).await;
    let (status, code, message) = error(&seen);
    assert_eq!((status, code.as_str()), (409, "CONFLICT"));
    assert!(message.contains("CANCELED"), "{message}");
    meddle(&office, "state = 'IN_PROGRESS'").await;
    office.house.meddle(
        "UPDATE activity SET audit_id = (SELECT a.id FROM audit a JOIN asset p ON p.id = a.asset_id WHERE p.slug = 'shop'), \
         mandatory = TRUE, answer_not_applicable = FALSE, finished_at = NULL, progress = 0 WHERE id = (SELECT min(x.id) FROM \
         activity x WHERE x.audit_id IS NOT NULL AND x.organization_id = (SELECT organization_id FROM asset WHERE slug = 'shop'))",
    )
    .await;
    let seen = office.ask("PATCH", &path, r#"{"title":"Lost","status":"completed"}"#).await;
    let told = "every mandatory activity must be answered or not applicable".to_owned();
    assert_eq!(error(&seen), (409, "CONFLICT".to_owned(), told));
    assert_eq!(office.read(&path).await["audit"]["title"], Json::Null);
}

async fn wrong_members_are_told_in_the_agreed_words(kind: Store) {
    let office = Office::open(kind).await;
    let path = audit(&office, &json!({})).await;
    for (body, message) in [
        (r#"{"title":7}"#, "title: must be a string or null"),
        (r#"{"type":null}"#, "type: must be one of full, re_audit, small_scope"),
        (r#"{"status":null}"#, "status: must be one of in_progress, completed"),
        (r#"{"standardId":7}"#, "standardId: must be a string or null"),
        (r#"{"conformanceLevel":[]}"#, "conformanceLevel: must be a string or null"),
        (r#"{"conformanceLevel":"x","completedAt":1}"#, "completedAt: must be an ISO 8601 date-time or null"),
        (r#"{"conformanceLevel":"x","title":1}"#, "title: must be a string or null"),
        ("[]", "body: must be an object"),
        ("", "body: must be valid JSON"),
    ] {
        invalid(&office.ask("PATCH", &path, body).await, message);
    }
}

async fn one_of_many_who_saw_the_same_version_wins(kind: Store) {
    let office = Arc::new(Office::open(kind).await);
    let path = audit(&office, &json!({})).await;
    let tries = (0..16).map(|number| {
        let (office, path) = (Arc::clone(&office), path.clone());
        tokio::spawn(async move {
            office
                .if_match("PATCH", &path, &["\"1\""], &json!({ "title": number.to_string() }).to_string())
                .await
                .status
        })
    });
    let statuses: Vec<u16> = join_all(tries).await.into_iter().map(|done| done.expect("an answer")).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 15, "{statuses:?}");
}
