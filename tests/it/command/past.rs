//! Records as of an instant, through GraphQL as a client asks for them.

use audit_gateway::domain::db::Store;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value as Json, json};

use super::House;
use crate::fixture::clock;
use crate::store::on_both_stores;

on_both_stores!(
    an_audit_is_told_with_its_activities_and_issues_as_of_every_step,
    what_is_gone_or_not_there_yet_is_null,
    what_cannot_be_told_is_refused_by_name,
    the_past_shows_to_whom_the_present_shows,
    quantities_keep_their_digits_in_the_past,
);

/// So many minutes after the clock of the tests.
fn minute(number: i64) -> DateTime<Utc> {
    clock().now() + Duration::minutes(number)
}

/// When everything that a test does is done.
const AFTERWARDS: i64 = 1_000;

impl House {
    /// Carries out a mutation at a minute.
    async fn make_at(&self, at: i64, username: &str, name: &str, input: Json, gives: &str) -> Json {
        let body = self.send_at(minute(at), username, (name, input, gives)).await;
        assert_eq!(body["data"]["done"]["userErrors"], json!([]), "{name} {body}");
        body["data"]["done"].clone()
    }

    /// Asks, after everything, how it was at a minute. The document takes `$at`.
    async fn past(&self, at: i64, username: &str, query: &str, variables: Json) -> Json {
        let mut variables = variables;
        variables["at"] = json!(minute(at));
        let (body, _) = self.ask_at(minute(AFTERWARDS), username, query, variables).await;
        assert_eq!(body["errors"], Json::Null, "{query} {body}");
        body["data"].clone()
    }

    /// What a document is refused with, how it was at a minute being asked.
    async fn past_refused(&self, at: i64, query: &str, variables: Json) -> (String, String) {
        let mut variables = variables;
        variables["at"] = json!(minute(at));
        let (body, _) = self.ask_at(minute(AFTERWARDS), "adam.admin", query, variables).await;
        let error = &body["errors"][0];
        let text = |value: &Json| value.as_str().unwrap_or_else(|| panic!("{query} {body}")).to_owned();
        (text(&error["extensions"]["code"]), text(&error["message"]))
    }

    async fn site(&self) -> Json {
        let query = "{ assets(first: 1, filter: {kind: {eq: SITE}, archived: {eq: false}}) { nodes { id name } } }";
        self.read("adam.admin", query, json!({})).await["assets"]["nodes"][0].clone()
    }

    async fn person_id(&self, username: &str) -> Json {
        let query = "query($name: String) { user(username: $name) { id } }";
        self.read("adam.admin", query, json!({ "name": username })).await["user"]["id"].clone()
    }

    /// An audit of two questions, made at minute 10.
    async fn audit(&self) -> Json {
        let questions = json!([{ "subject": "Guards fitted?", "weight": 2 }, { "subject": "Clean?" }]);
        let input = json!({ "kind": "AUDIT", "name": "Press", "questions": questions });
        let template = self.make_at(5, "adam.admin", "createTemplate", input, "template { id }").await;
        let input = json!({
            "title": "Autumn", "assetId": self.site().await["id"], "templateId": template["template"]["id"],
            "auditorId": self.person_id("alex.auditor").await,
        });
        let gives = "audit { id uuid number activities { nodes { id } } }";
        self.make_at(10, "alex.auditor", "createAudit", input, gives).await["audit"].clone()
    }
}

const AUDIT: &str = "query($id: ID!, $at: DateTime) { node: nodeAsOf(id: $id, asOf: $at) { id ... on Audit { title state version \
                     scoreMain workProgress nonconformanceCount asset { name } auditor { username } activities(first: 5) \
                     { totalCount nodes { answerValue progress assignee { username } } } issues { totalCount nodes { \
                     title status assignee { username } commentGroups { comments { text user { username } } } } } \
                     countTasks { totalCount } history { totalCount } } } }";

async fn an_audit_is_told_with_its_activities_and_issues_as_of_every_step(kind: Store) {
    let house = House::open(kind).await;
    let mia = house.person_id("mia.member").await;
    let audit = house.audit().await;
    let id = json!({ "id": audit["id"] });
    let live = |at: i64| {
        let (house, id) = (&house, id.clone());
        async move { house.ask_at(minute(at), "marta.manager", AUDIT, id).await }
    };
    // How it is after each step, as it was read then.
    let mut steps = vec![(10, live(10).await)];
    let first = &audit["activities"]["nodes"][0]["id"];
    let input = json!({ "id": first, "answerValue": "No", "score": "1.25" });
    house.make_at(20, "alex.auditor", "answerActivity", input, "").await;
    steps.push((20, live(20).await));
    let input = json!({ "title": "Guard missing", "activityId": first, "severity": "HIGH" });
    let made = house.make_at(30, "alex.auditor", "createIssue", input, "issue { id }").await;
    let issue = &made["issue"]["id"];
    steps.push((30, live(30).await));
    house.make_at(40, "marta.manager", "assignIssue", json!({ "id": issue, "assigneeId": mia }), "").await;
    house.make_at(41, "mia.member", "startIssue", json!({ "id": issue }), "").await;
    let input = json!({ "id": issue, "correctiveAction": { "description": "Fit it" } });
    house.make_at(42, "mia.member", "updateIssue", input, "").await;
    house.make_at(43, "mia.member", "submitIssue", json!({ "id": issue }), "").await;
    house.make_at(44, "marta.manager", "rejectIssue", json!({ "id": issue, "comment": "Not yet" }), "").await;
    steps.push((44, live(44).await));
    house.make_at(50, "alex.auditor", "updateAudit", json!({ "id": audit["id"], "title": "Winter" }), "").await;
    steps.push((50, live(50).await));
    house.make_at(60, "alex.auditor", "cancelAudit", id.clone(), "").await;
    let rename = json!({ "id": house.site().await["id"], "name": "Another name" });
    house.make_at(70, "adam.admin", "updateAsset", rename, "").await;

    for (at, (then, statements)) in &steps {
        for later in [*at, at + 1] {
            let mut variables = id.clone();
            variables["at"] = json!(minute(later));
            let (told, as_of) = house.ask_at(minute(AFTERWARDS), "marta.manager", AUDIT, variables).await;
            assert_eq!(told, *then, "as of minute {later}");
            assert_eq!(as_of, *statements, "the past costs as many statements as the present");
        }
    }
    let before = house.past(19, "marta.manager", AUDIT, id.clone()).await;
    assert_eq!(before, steps[0].1.0["data"], "before the first answer it was as it was made");
    let rejected = &steps[3].1.0["data"]["node"]["issues"]["nodes"][0];
    assert_eq!(rejected["commentGroups"][0]["comments"][0]["text"], "Not yet");

    // By its other keys, and a connection's filter, order and cursors.
    let query = "query($uuid: UUID, $number: String, $asset: String, $at: DateTime) { byUuid: audit(uuid: $uuid, asOf: \
                 $at) { title } byNumber: audit(number: $number, asset: $asset, asOf: $at) { title } now: audit(uuid: \
                 $uuid) { title state } }";
    let keys = json!({ "uuid": audit["uuid"], "number": audit["number"], "asset": house.site().await["id"] });
    let told = house.past(49, "mia.member", query, keys).await;
    let expected = json!({
        "byUuid": { "title": "Autumn" }, "byNumber": { "title": "Autumn" },
        "now": { "title": "Winter", "state": "CANCELED" },
    });
    assert_eq!(told, expected);
    let query = "query($id: ID!, $at: DateTime, $after: String) { audit(id: $id, asOf: $at) { answered: activities(filter: \
                 {answerValue: {eq: \"No\"}}) { totalCount } page: activities(first: 1, after: $after, orderBy: [{field: \
                 PROGRESS, direction: DESC}]) { nodes { progress } pageInfo { hasNextPage endCursor } } } }";
    let told = house.past(20, "mia.member", query, id.clone()).await["audit"].clone();
    assert_eq!(told["answered"]["totalCount"], 1);
    assert_eq!(told["page"]["nodes"], json!([{ "progress": 100 }]));
    let mut next = id.clone();
    next["after"] = told["page"]["pageInfo"]["endCursor"].clone();
    let told = house.past(20, "mia.member", query, next).await["audit"]["page"].clone();
    assert_eq!(told["nodes"], json!([{ "progress": 0 }]));
    assert_eq!(told["pageInfo"]["hasNextPage"], false);
    let told = house.past(19, "mia.member", query, id).await["audit"]["answered"].clone();
    assert_eq!(told["totalCount"], 0);
}

async fn what_is_gone_or_not_there_yet_is_null(kind: Store) {
    let house = House::open(kind).await;
    let made = house
        .make_at(10, "adam.admin", "createReasonCode", json!({ "code": "GONE", "name": "Gone" }), "reasonCode { id }")
        .await;
    let id = json!({ "id": made["reasonCode"]["id"] });
    house.make_at(20, "adam.admin", "deleteReasonCode", id.clone(), "deletedId").await;
    let query = "query($id: ID!, $at: DateTime!) { node: nodeAsOf(id: $id, asOf: $at) { __typename } reasonCode(id: $id, asOf: $at) \
                 { code } }";
    let there = json!({ "node": { "__typename": "ReasonCode" }, "reasonCode": { "code": "GONE" } });
    let nowhere = json!({ "node": null, "reasonCode": null });
    for (at, expected) in [(9, &nowhere), (10, &there), (19, &there), (20, &nowhere), (21, &nowhere)] {
        assert_eq!(house.past(at, "mia.member", query, id.clone()).await, *expected, "minute {at}");
    }
}

async fn what_cannot_be_told_is_refused_by_name(kind: Store) {
    let house = House::open(kind).await;
    let site = json!({ "id": house.site().await["id"] });
    let asset =
        |selection: &str| format!("query($id: ID!, $at: DateTime) {{ asset(id: $id, asOf: $at) {{ {selection} }} }}");
    for (selection, name) in [
        ("name auditCount", "auditCount"),
        ("lastAuditedAt", "lastAuditedAt"),
        ("nextAuditDate", "nextAuditDate"),
        ("nextAudit { overdue }", "nextAudit"),
        ("parent { lastAuditedAt }", "lastAuditedAt"),
        ("issues { nodes { categories { label } } }", "categories"),
        ("children(filter: {issueCount: {gt: 0}}) { totalCount }", "issueCount"),
        ("issues(filter: {categories: {none: {}}}) { totalCount }", "categories"),
        ("children(orderBy: [{field: AUDIT_COUNT}]) { nodes { name } }", "auditCount"),
    ] {
        let (code, message) = house.past_refused(10, &asset(selection), site.clone()).await;
        assert_eq!(code, "BAD_USER_INPUT", "{selection}");
        assert!(message.contains(name), "{selection}: {message}");
        let mut now = site.clone();
        now["at"] = Json::Null;
        let (body, _) = house.ask_at(minute(AFTERWARDS), "adam.admin", &asset(selection), now).await;
        assert_eq!(body["errors"], Json::Null, "as of null is now: {body}");
    }
    let (code, message) = house.past_refused(AFTERWARDS + 1, &asset("name"), site.clone()).await;
    assert_eq!((code.as_str(), message.contains("asOf")), ("BAD_USER_INPUT", true), "{message}");
    let event = house.read("adam.admin", "{ changeEvents(first: 1) { nodes { id } } }", json!({})).await;
    let id = json!({ "id": event["changeEvents"]["nodes"][0]["id"] });
    let query = "query($id: ID!, $at: DateTime) { node: nodeAsOf(id: $id, asOf: $at) { id } }";
    let (code, message) = house.past_refused(10, query, id).await;
    assert_eq!((code.as_str(), message.contains("asOf")), ("BAD_USER_INPUT", true), "{message}");
}

async fn the_past_shows_to_whom_the_present_shows(kind: Store) {
    let house = House::open(kind).await;
    let key = house.make_at(10, "mia.member", "createApiKey", json!({ "label": "Tablet" }), "apiKey { id }").await;
    let key = json!({ "id": key["apiKey"]["id"] });
    let audit = json!({ "id": house.audit().await["id"] });
    let query =
        "query($id: ID!, $at: DateTime!) { node: nodeAsOf(id: $id, asOf: $at) { __typename ... on ApiKey { label } } }";
    for (username, sees_key, sees_audit) in [
        ("mia.member", true, true),
        ("adam.admin", true, true),
        ("alex.auditor", false, true),
        ("nora.owner", false, false),
    ] {
        let told = house.past(20, username, query, key.clone()).await["node"].clone();
        let expected = if sees_key { json!({ "__typename": "ApiKey", "label": "Tablet" }) } else { Json::Null };
        assert_eq!(told, expected, "{username}");
        let told = house.past(20, username, query, audit.clone()).await["node"].clone();
        assert_eq!(told.is_null(), !sees_audit, "{username}");
    }
}

async fn quantities_keep_their_digits_in_the_past(kind: Store) {
    let house = House::open(kind).await;
    let audit = house.audit().await;
    let id = json!({ "id": audit["activities"]["nodes"][0]["id"] });
    let query = "query($id: ID!, $at: DateTime) { activity(id: $id, asOf: $at) { score } }";
    let scores = ["999999999999.999999", "-0.000001", "-12.5", "0.1", "7", "-999999999999.999999", "0"];
    for (at, score) in (20..).zip(scores) {
        let input = json!({ "id": id["id"], "score": score });
        house.make_at(at, "alex.auditor", "answerActivity", input, "").await;
    }
    for (at, score) in (20..).zip(scores) {
        assert_eq!(house.past(at, "mia.member", query, id.clone()).await["activity"]["score"], *score);
    }
}
