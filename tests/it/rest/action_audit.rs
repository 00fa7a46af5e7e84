//! The Action Audit dialect, beyond what golden cases say.

use audit_gateway::domain::db::Store;

use super::House;
use crate::store::on_both_stores;

on_both_stores!(a_list_and_a_record_come_by_key_and_by_access_token);

async fn a_list_and_a_record_come_by_key_and_by_access_token(kind: Store) {
    let house = House::demonstrated(kind).await;
    house.meddle("UPDATE membership SET api_access = (1 = 1)").await;
    for token in [house.key(), house.sign_in("mia.member").await] {
        let seen = house.get("/xapi/v1/users.json?limit=2", &token).await;
        assert_eq!(seen.status, 200, "{}", seen.text());
        let show = seen.json()["data"][0]["links"]["show"].as_str().expect("a link").to_owned();
        let seen = house.get(&show, &token).await;
        assert_eq!(seen.status, 200, "{}", seen.text());
    }
    house.get("/xapi/v1/users.json", &house.key()).await;
    for resource in ["workers", "orgcells", "action_plans", "activities", "audits", "audit_areas", "ideas", "templates"]
    {
        let (list, statements) = house.count(&format!("/xapi/v1/{resource}.json?limit=3"), &house.key()).await;
        assert_eq!(list.status, 200, "{}", list.text());
        let show = list.json()["data"][0]["links"]["show"].as_str().expect("a link").to_owned();
        let (record, more) = house.count(&show, &house.key()).await;
        assert_eq!(record.status, 200, "{}", record.text());
        assert_eq!(statements, 2, "{resource}");
        assert!(more <= 5, "{resource}: {more}");
    }
}
