//! What is particular to one noun or another.

use audit_gateway::domain::db::Store;
use serde_json::{Value as Json, json};

use super::House;
use crate::store::on_both_stores;

on_both_stores!(
    a_nonconformance_opens_a_corrective_action_plan_where_the_area_says_so,
    assets_move_with_what_hangs_below_them_and_go_only_when_nothing_refers_to_them,
    a_standard_that_is_removed_is_let_go_of,
    people_come_and_go_and_an_owner_stays,
    a_key_is_shown_again_until_it_is_withdrawn,
    acquisition_events_are_recorded_once,
);

async fn list(house: &House, query: &str) -> Json {
    house.read("olivia.owner", query, json!({})).await
}

async fn a_nonconformance_opens_a_corrective_action_plan_where_the_area_says_so(kind: Store) {
    let house = House::open(kind).await;
    let people = list(&house, "{ users(first: 1, filter: {username: {eq: \"mia.member\"}}) { nodes { id } } }").await;
    let mia = people["users"]["nodes"][0]["id"].clone();
    for (auto, plans) in [(true, 1), (false, 0)] {
        let input = json!({
            "name": "Line 4", "autoCorrectiveActionPlan": auto, "correctivePlanAssigneeId": mia,
        });
        let area = house.make("adam.admin", "createAuditArea", input, "auditArea { id }").await;
        let input = json!({ "areaId": area["auditArea"]["id"], "title": "Round" });
        let audit = house.make("alex.auditor", "createAudit", input, "audit { id }").await;
        let before = list(&house, "{ actionPlans { totalCount } }").await["actionPlans"]["totalCount"].as_i64();
        let input = json!({ "auditId": audit["audit"]["id"], "title": format!("Belt worn {auto}") });
        house.make("alex.auditor", "createIssue", input, "").await;
        let query = "{ actionPlans(first: 1, orderBy: [{field: LEGACY_ID, direction: DESC}]) { totalCount nodes { subject \
                     assignee { username } } } }";
        let after = list(&house, query).await["actionPlans"].clone();
        assert_eq!(after["totalCount"].as_i64(), before.map(|before| before + plans));
        if auto {
            let expected = json!({ "subject": "Belt worn true", "assignee": { "username": "mia.member" } });
            assert_eq!(after["nodes"][0], expected);
        }
    }
}

async fn assets_move_with_what_hangs_below_them_and_go_only_when_nothing_refers_to_them(kind: Store) {
    let house = House::open(kind).await;
    let asset = async |name: &str, parent: Option<&Json>| {
        let mut input = json!({ "name": name });
        if let Some(parent) = parent {
            input["parentId"] = parent.clone();
        }
        house.make("adam.admin", "createAsset", input, "asset { id slug }").await["asset"].clone()
    };
    let plant = asset("Plant", None).await;
    let hall = asset("Hall", Some(&plant["id"])).await;
    let press = asset("Press", Some(&hall["id"])).await;
    let other = asset("Plant", None).await;
    assert_ne!(plant["slug"], other["slug"], "names may repeat, slugs do not");
    let below = json!({ "id": plant["id"], "parentId": press["id"] });
    assert_eq!(house.mend("adam.admin", "moveAsset", below).await, ["CYCLE"]);
    let moved = json!({ "id": hall["id"], "parentId": other["id"] });
    house.make("adam.admin", "moveAsset", moved, "").await;
    let query = "query($id: ID!) { asset(id: $id) { breadcrumb ancestors { name } archived } }";
    let seen = house.read("mia.member", query, json!({ "id": press["id"] })).await["asset"].clone();
    let ancestors = json!([{ "name": "Plant" }, { "name": "Hall" }]);
    assert_eq!(seen, json!({ "breadcrumb": "Plant > Hall > Press", "ancestors": ancestors, "archived": false }));
    house.make("adam.admin", "archiveAsset", json!({ "id": other["id"] }), "").await;
    assert_eq!(house.read("mia.member", query, json!({ "id": press["id"] })).await["asset"]["archived"], true);
    assert_eq!(house.mend("adam.admin", "unarchiveAsset", json!({ "id": press["id"] })).await, ["PARENT_ARCHIVED"]);
    let audit = json!({ "assetId": press["id"] });
    assert_eq!(house.mend("alex.auditor", "createAudit", audit.clone()).await, ["ARCHIVED"]);
    house.make("adam.admin", "unarchiveAsset", json!({ "id": other["id"] }), "").await;
    house.make("alex.auditor", "createAudit", audit, "").await;
    let body = house.send("adam.admin", "deleteAsset", json!({ "id": press["id"] }), "").await;
    let told = &body["data"]["done"]["userErrors"][0];
    assert_eq!(told["code"], "REFERENCED");
    assert_eq!(told["message"], "is referred to by Audit");
    house.make("adam.admin", "deleteAsset", json!({ "id": plant["id"] }), "deletedId").await;
}

async fn a_standard_that_is_removed_is_let_go_of(kind: Store) {
    let house = House::open(kind).await;
    let input = json!({ "slug": "house-rules", "name": "House rules" });
    let standard = house.make("adam.admin", "createStandard", input, "standard { id }").await["standard"]["id"].clone();
    let input = json!({ "standardId": standard, "code": "A", "name": "A" });
    let level = house.make("adam.admin", "createConformanceLevel", input, "conformanceLevel { id }").await;
    let level = level["conformanceLevel"]["id"].clone();
    let input = json!({ "name": "Shop", "standardId": standard, "conformanceLevelId": level });
    let asset = house.make("adam.admin", "createAsset", input, "asset { id }").await["asset"]["id"].clone();
    let built_in = list(&house, "{ standards(first: 1, filter: {source: {eq: BUILT_IN}}) { nodes { id } } }").await;
    let built_in = built_in["standards"]["nodes"][0]["id"].clone();
    assert_eq!(house.mend("adam.admin", "deleteStandard", json!({ "id": built_in })).await, ["BUILT_IN"]);
    let other = json!({ "id": asset, "standardId": built_in });
    assert_eq!(
        house.mend("adam.admin", "updateAsset", other).await,
        ["OTHER_STANDARD"],
        "the level is of another standard"
    );
    house.make("adam.admin", "deleteStandard", json!({ "id": standard }), "deletedId").await;
    let query = "query($id: ID!) { asset(id: $id) { standard { id } conformanceLevel { id } } }";
    let seen = house.read("mia.member", query, json!({ "id": asset })).await;
    assert_eq!(seen["asset"], json!({ "standard": null, "conformanceLevel": null }));
}

async fn people_come_and_go_and_an_owner_stays(kind: Store) {
    let house = House::open(kind).await;
    let input = json!({ "username": "new.person", "email": "nobody", "password": "short", "role": "OWNER" });
    let mut wrong = house.mend("adam.admin", "createUser", input).await;
    wrong.sort();
    assert_eq!(wrong, ["FORBIDDEN", "INVALID", "INVALID"], "everything at once");
    let input = json!({ "username": "new.person", "password": "long enough", "role": "MEMBER" });
    let user = house.make("adam.admin", "createUser", input.clone(), "user { id memberships { role } }").await;
    assert_eq!(user["user"]["memberships"], json!([{ "role": "MEMBER" }]));
    assert_eq!(house.mend("adam.admin", "createUser", input).await, ["TAKEN"]);
    house.make("adam.admin", "archiveUser", json!({ "id": user["user"]["id"] }), "").await;
    let query = "{ users(first: 100) { nodes { id username memberships { id } } } }";
    let people = list(&house, query).await["users"]["nodes"].as_array().expect("people").clone();
    let person = |name: &str| people.iter().find(|row| row["username"] == name).expect("a person").clone();
    let (olivia, casey, mia) = (person("olivia.owner"), person("casey.consultant"), person("mia.member"));
    let shared = json!({ "id": casey["id"], "firstName": "K" });
    assert_eq!(house.mend("adam.admin", "updateUser", shared).await, ["SHARED_ACCOUNT"]);
    let foreign = json!({ "id": olivia["id"], "firstName": "O" });
    assert_eq!(house.refused("mia.member", "updateUser", foreign).await, "FORBIDDEN");
    house.make("mia.member", "updateUser", json!({ "id": mia["id"], "firstName": "Mia-Maria" }), "").await;
    house.make("mia.member", "updateUser", json!({ "id": mia["id"], "password": "another of some length" }), "").await;
    let told = "SELECT CAST(count(*) AS BIGINT) FROM change_event WHERE entity_type = 'user' AND \
                CAST(extra AS TEXT) = '{\"changed\":\"password\"}'";
    assert_eq!(house.number(told).await, 1, "the trail tells of a password that no snapshot shows");
    let last = json!({ "id": olivia["memberships"][0]["id"], "role": "ADMIN" });
    assert_eq!(house.mend("olivia.owner", "updateMembership", last).await, ["LAST_OWNER"]);
    let made = json!({ "slug": "third", "name": "Third", "timeZone": "Mars/Olympus" });
    assert_eq!(house.mend("mia.member", "createOrganization", made).await, ["INVALID"]);
    let made = json!({ "slug": "third", "name": "Third", "timeZone": "Europe/Lisbon" });
    let organization = house.make("mia.member", "createOrganization", made.clone(), "organization { slug }").await;
    assert_eq!(organization["organization"]["slug"], "third");
    assert_eq!(house.mend("mia.member", "createOrganization", made).await, ["TAKEN"]);
}

async fn a_key_is_shown_again_until_it_is_withdrawn(kind: Store) {
    let house = House::open(kind).await;
    let key = house.make("mia.member", "createApiKey", json!({ "label": "script" }), "token apiKey { id }").await;
    let id = json!({ "id": key["apiKey"]["id"] });
    let shown = house.make("mia.member", "showApiToken", id.clone(), "token").await;
    assert_eq!(shown["token"], key["token"]);
    assert_eq!(house.refused("alex.auditor", "showApiToken", id.clone()).await, "NOT_FOUND");
    assert_eq!(house.refused("adam.admin", "showApiToken", id.clone()).await, "FORBIDDEN");
    house.make("adam.admin", "revokeApiKey", id.clone(), "").await;
    assert_eq!(house.mend("mia.member", "showApiToken", id).await, ["REVOKED"]);
    let people = list(&house, "{ users(first: 1, filter: {username: {eq: \"mia.member\"}}) { nodes { id } } }").await;
    let mia = json!({ "userId": people["users"]["nodes"][0]["id"] });
    let keys = "SELECT CAST(count(*) AS BIGINT) FROM api_key WHERE purpose = 'DATA_API' AND revoked_at IS NULL";
    let before = house.number(keys).await;
    house.make("adam.admin", "grantApiAccess", mia.clone(), "membership { apiAccess }").await;
    house.make("adam.admin", "grantApiAccess", mia.clone(), "").await;
    assert_eq!(house.number(keys).await, before + 1);
    house.make("adam.admin", "withdrawApiAccess", mia, "").await;
    assert_eq!(house.number(keys).await, before);
}

async fn acquisition_events_are_recorded_once(kind: Store) {
    let house = House::open(kind).await;
    let order = "5b0f6a1e-93d4-4c27-8a6b-2f1e7d9c4a30";
    let event = |id: &str| {
        json!({
            "id": id, "type": "ORDER", "action": "CREATE", "entityId": order, "actionDate": "2026-01-01T00:00:00Z",
            "snapshot": { "id": order },
        })
    };
    let mut refused = event("9b0f6a1e-93d4-4c27-8a6b-2f1e7d9c4a33");
    refused["extra"] = json!({ "odd": 1 });
    let events = json!({ "events": [
        event("6b0f6a1e-93d4-4c27-8a6b-2f1e7d9c4a31"), event("7b0f6a1e-93d4-4c27-8a6b-2f1e7d9c4a32"),
        event("6b0f6a1e-93d4-4c27-8a6b-2f1e7d9c4a31"), refused,
    ] });
    let gives = "received inserted duplicates refused errors { index field message }";
    let done = house.make("adam.admin", "recordAcquisitionEvents", events.clone(), gives).await;
    assert_eq!([&done["received"], &done["inserted"], &done["duplicates"], &done["refused"]], [4, 2, 1, 1]);
    assert_eq!(done["errors"], json!([{ "index": 3, "field": "extra", "message": "unknown key" }]));
    let again = house.make("adam.admin", "recordAcquisitionEvents", events, gives).await;
    assert_eq!([&again["inserted"], &again["duplicates"]], [0, 3]);
}
