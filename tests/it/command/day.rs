//! A day in the life, step by step, with each illegal step refused by its rule (issue 3, acceptance 1).

use audit_gateway::domain::command::workflow;
use audit_gateway::domain::db::Store;
use serde_json::{Value as Json, json};

use super::House;
use crate::live::served::Answer;
use crate::store::on_both_stores;

on_both_stores!(
    an_audit_is_planned_carried_out_and_closed,
    counts_are_recorded_reviewed_and_written_to_the_stock,
    a_day_over_http_is_a_day_without_a_server_error,
);

/// Global ids of people by username, and of one site.
async fn ground(house: &House) -> (Json, String) {
    let query = "{ users(first: 100) { nodes { id username } } assets(first: 1, filter: {kind: {eq: SITE}, archived: \
                 {eq: false}}) { nodes { id } } }";
    let data = house.read("adam.admin", query, json!({})).await;
    let people = data["users"]["nodes"].as_array().expect("people").iter();
    let people = people.map(|row| (row["username"].as_str().expect("a name").to_owned(), row["id"].clone()));
    (Json::Object(people.collect()), data["assets"]["nodes"][0]["id"].as_str().expect("a site").to_owned())
}

async fn an_audit_is_planned_carried_out_and_closed(kind: Store) {
    audited(&House::open(kind).await).await;
}

async fn audited(house: &House) {
    let (people, site) = ground(house).await;
    let questions = json!([{ "subject": "Guards fitted?", "mandatory": true, "weight": 2 }, { "subject": "Clean?" }]);
    let input = json!({ "kind": "AUDIT", "name": "Press", "questions": questions });
    let template = house.make("adam.admin", "createTemplate", input, "template { id }").await["template"]["id"].clone();
    let input = json!({ "name": "Year", "assetId": site, "leadAuditorId": people["marta.manager"] });
    let program = house.make("marta.manager", "createProgram", input, "program { id status }").await["program"].clone();
    assert_eq!(program["status"], "PLANNING");
    assert_eq!(
        house.mend("marta.manager", "completeProgram", json!({ "id": program["id"] })).await,
        ["TRANSITION_REFUSED"]
    );
    house.make("marta.manager", "startProgram", json!({ "id": program["id"] }), "").await;
    let input = json!({ "templateId": template, "whoId": people["alex.auditor"], "assetId": site });
    let schedule =
        house.make("marta.manager", "createSchedule", input, "schedule { id }").await["schedule"]["id"].clone();

    let input = json!({
        "title": "Autumn", "assetId": site, "templateId": template, "scheduleId": schedule,
        "programId": program["id"], "auditorId": people["alex.auditor"],
    });
    let gives = "audit { id state number assetSequence activities { nodes { id mandatory } } }";
    let audit = house.make("alex.auditor", "createAudit", input, gives).await["audit"].clone();
    let (id, activities) = (json!({ "id": audit["id"] }), audit["activities"]["nodes"].clone());
    assert_eq!(audit["state"], "CREATED");
    assert_eq!(activities[0]["mandatory"], true);
    assert_eq!(house.mend("alex.auditor", "closeAudit", id.clone()).await, ["MANDATORY_ACTIVITIES_OPEN"]);
    assert_eq!(
        house.mend("marta.manager", "completeProgram", json!({ "id": program["id"] })).await,
        ["PROGRAM_AUDITS_OPEN"]
    );

    let input = json!({ "id": activities[0]["id"], "answerValue": "No", "score": "1" });
    let gives = "activity { progress audit { state schedule { status } } }";
    let answered = house.make("alex.auditor", "answerActivity", input, gives).await["activity"].clone();
    assert_eq!(
        answered,
        json!({ "progress": 100, "audit": { "state": "IN_PROGRESS", "schedule": { "status": "INPROGRESS" } } })
    );

    resolve_an_issue(house, &people, &activities[0]["id"]).await;

    house.make("alex.auditor", "submitAudit", id.clone(), "").await;
    assert_eq!(house.mend("alex.auditor", "startAudit", id.clone()).await, ["TRANSITION_REFUSED"]);
    house.make("alex.auditor", "markReadyToClose", id.clone(), "").await;
    let gives = "audit { state scoreMain closedBy { username } schedule { status } }";
    let closed = house.make("alex.auditor", "closeAudit", id.clone(), gives).await["audit"].clone();
    let expected = json!({
        "state": "CLOSED", "scoreMain": "1", "closedBy": { "username": "alex.auditor" },
        "schedule": { "status": "COMPLETED" },
    });
    assert_eq!(closed, expected);
    let late = json!({ "id": activities[1]["id"], "answerValue": "Yes" });
    assert_eq!(house.mend("alex.auditor", "answerActivity", late).await, ["AUDIT_OVER"]);
    house.make("marta.manager", "completeProgram", json!({ "id": program["id"] }), "").await;
    let reopened = house.make("alex.auditor", "reopenAudit", id.clone(), "audit { state closedAt }").await;
    assert_eq!(reopened["audit"], json!({ "state": "IN_PROGRESS", "closedAt": null }));
    house.make("alex.auditor", "cancelAudit", id.clone(), "").await;
    assert_eq!(house.mend("alex.auditor", "reopenAudit", id.clone()).await, ["TRANSITION_REFUSED"]);
    history(house, &audit["id"]).await;
    house.assert_told().await;
}

async fn resolve_an_issue(house: &House, people: &Json, activity: &Json) {
    let input = json!({ "title": "Guard missing", "activityId": activity, "severity": "HIGH" });
    let issue = house.make("alex.auditor", "createIssue", input, "issue { id status audit { state } }").await;
    let id = json!({ "id": issue["issue"]["id"] });
    assert_eq!(issue["issue"]["status"], "OPEN");
    let input = json!({ "id": id["id"], "assigneeId": people["mia.member"] });
    house.make("marta.manager", "assignIssue", input, "").await;
    assert_eq!(house.refused("alex.auditor", "startIssue", id.clone()).await, "FORBIDDEN");
    house.make("mia.member", "startIssue", id.clone(), "").await;
    assert_eq!(house.mend("mia.member", "submitIssue", id.clone()).await, ["CORRECTIVE_ACTION_MISSING"]);
    let input = json!({ "id": id["id"], "correctiveAction": { "description": "Fit it" } });
    house.make("mia.member", "updateIssue", input, "").await;
    house.make("mia.member", "submitIssue", id.clone(), "").await;
    assert_eq!(house.mend("mia.member", "approveIssue", id.clone()).await, ["OWN_WORK"]);
    let input = json!({ "id": id["id"], "comment": "Not yet" });
    let gives = "issue { status commentGroups { kind comments { text user { username } } } }";
    let rejected = house.make("marta.manager", "rejectIssue", input, gives).await["issue"].clone();
    let said =
        json!([{ "kind": "REJECTION", "comments": [{ "text": "Not yet", "user": { "username": "marta.manager" } }] }]);
    assert_eq!(rejected, json!({ "status": "INPROGRESS", "commentGroups": said }));
    house.make("mia.member", "submitIssue", id.clone(), "").await;
    house.make("marta.manager", "approveIssue", id.clone(), "").await;
    assert_eq!(
        house.mend("mia.member", "updateIssue", json!({ "id": id["id"], "title": "x" })).await,
        ["ISSUE_CLOSED"]
    );
    let reopened = house.make("marta.manager", "reopenIssue", id, "issue { status reopenedCount closedAt }").await;
    assert_eq!(reopened["issue"], json!({ "status": "REOPENED", "reopenedCount": 1, "closedAt": null }));
}

/// Every step stands in the history, with its difference and who took it.
async fn history(house: &House, audit: &Json) {
    let query = "query($id: ID!) { history(entity: $id, first: 50) { nodes { action actor { username } changes { path \
                 before after } } } }";
    let data = house.read("mia.member", query, json!({ "id": audit })).await;
    let events = data["history"]["nodes"].as_array().expect("events").clone();
    let steps: Vec<(String, String)> = events
        .iter()
        .rev()
        .filter_map(|event| {
            let change = event["changes"].as_array()?.iter().find(|change| change["path"] == "state")?;
            Some((change["before"].as_str().unwrap_or("-").to_owned(), change["after"].as_str()?.to_owned()))
        })
        .collect();
    let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    let expected = [
        pair("-", "CREATED"),
        pair("CREATED", "IN_PROGRESS"),
        pair("IN_PROGRESS", "IN_REVIEW"),
        pair("IN_REVIEW", "READY_TO_CLOSE"),
        pair("READY_TO_CLOSE", "CLOSED"),
        pair("CLOSED", "IN_PROGRESS"),
        pair("IN_PROGRESS", "CANCELED"),
    ];
    assert_eq!(steps, expected);
    assert!(events.iter().all(|event| event["actor"]["username"] == "alex.auditor"), "{events:?}");
}

async fn counts_are_recorded_reviewed_and_written_to_the_stock(kind: Store) {
    counted(&House::open(kind).await).await;
}

async fn counted(house: &House) {
    let query = "{ stockLevels(first: 1, filter: {availableQty: {gt: \"10\"}}) { nodes { location { id } item { id } layout \
                 { id } availableQty } } }";
    let level = house.read("adam.admin", query, json!({})).await["stockLevels"]["nodes"][0].clone();
    let input = json!({
        "assetId": level["location"]["id"], "itemIds": [level["item"]["id"]], "layoutIds": [level["layout"]["id"]],
    });
    let gives = "audit { id countTasks { nodes { id totalQty } } }";
    let audit = house.make("alex.auditor", "createAudit", input, gives).await["audit"].clone();
    let (id, task) = (json!({ "id": audit["id"] }), audit["countTasks"]["nodes"][0].clone());
    assert_eq!(audit["countTasks"]["nodes"].as_array().expect("tasks").len(), 1);
    assert_eq!(task["totalQty"], level["availableQty"]);
    assert_eq!(house.mend("alex.auditor", "submitAudit", id.clone()).await, ["UNCOUNTED_TASKS"]);
    assert_eq!(house.mend("alex.auditor", "closeAudit", id.clone()).await, ["COUNTS_UNREVIEWED"]);
    let counted = json!({ "id": task["id"], "countedQty": "3" });
    house.make("alex.auditor", "recordCount", counted, "").await;
    let added = house
        .make(
            "alex.auditor",
            "recordCount",
            json!({ "id": task["id"], "add": "-1.5" }),
            "countTask { countedQty audit { state } }",
        )
        .await;
    assert_eq!(added["countTask"], json!({ "countedQty": "1.5", "audit": { "state": "IN_PROGRESS" } }));
    assert_eq!(
        house.mend("alex.auditor", "recordCount", json!({ "id": task["id"], "add": "-2" })).await,
        ["OUT_OF_RANGE"]
    );
    assert_eq!(house.mend("alex.auditor", "submitAudit", id.clone()).await, ["REASON_CODE_REQUIRED"]);
    let reason = house
        .make("adam.admin", "createReasonCode", json!({ "code": "GONE", "name": "Gone" }), "reasonCode { id }")
        .await;
    let given = json!({ "id": task["id"], "reasonCodeId": reason["reasonCode"]["id"] });
    house.make("alex.auditor", "recordCount", given, "").await;
    let review = house.make("alex.auditor", "submitAudit", id.clone(), "audit { state }").await;
    assert_eq!(review["audit"]["state"], "IN_REVIEW");
    let late = json!({ "id": task["id"], "countedQty": "2" });
    assert_eq!(house.mend("alex.auditor", "recordCount", late).await, ["AUDIT_LOCKED"]);
    house.make("alex.auditor", "closeAudit", id.clone(), "").await;
    let after = house.read("adam.admin", query, json!({})).await["stockLevels"]["nodes"][0].clone();
    assert_ne!(after["availableQty"], level["availableQty"], "the level is not above ten any more");
    let locked = json!({ "id": audit["id"], "title": "Later" });
    assert_eq!(house.mend("alex.auditor", "updateAudit", locked).await, ["AUDIT_LOCKED"]);
    house.make("alex.auditor", "updateAudit", json!({ "id": audit["id"], "feedback": "Good" }), "").await;
    house.assert_told().await;
}

/// The numbers of a metric whose labels hold all of `labels`.
fn total(metrics: &str, name: &str, labels: &[&str]) -> f64 {
    let lines = metrics.lines().filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' '])));
    let found = lines.filter(|line| labels.iter().all(|label| line.contains(label)));
    found.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).sum()
}

/// Refusals included: each illegal step is told as what it is. The counters are the process's, so this also holds for
/// what other tests have asked for meanwhile.
async fn a_day_over_http_is_a_day_without_a_server_error(kind: Store) {
    let mut house = House::open(kind).await;
    let address = house.serve(house.store.db.clone(), |_| {}).await;
    let metrics = async || Answer::of(address, "GET", "/metrics", &[], "").await.text().await;
    let requests = |metrics: &str| {
        total(metrics, "audit_gateway_requests_total", &["surface=\"graphql\"", "kind=\"mutation\"", "status=\"200\""])
    };
    let before = requests(&metrics().await);
    audited(&house).await;
    counted(&house).await;
    let after = metrics().await;
    assert!(requests(&after) - before > 40.0, "{after}");
    assert!(total(&after, "audit_gateway_errors_total", &["code=\"FORBIDDEN\""]) > 0.0, "{after}");
    assert_eq!(total(&after, "audit_gateway_requests_total", &["status=\"500\""]), 0.0, "{after}");
    assert_eq!(total(&after, "audit_gateway_errors_total", &["code=\"INTERNAL\""]), 0.0, "{after}");
    assert_eq!(total(&after, "audit_gateway_panics_total", &[]), 0.0, "{after}");
}

#[test]
fn the_page_about_the_workflow_is_the_workflow() {
    let page = include_str!("../../../docs/workflow.md");
    let ours = workflow::markdown();
    assert!(page.trim_end() == ours.trim_end(), "run `cargo run -- schema workflow > docs/workflow.md`");
}
