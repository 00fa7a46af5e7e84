//! The fourteen filters, their operators, and what is wrong with parameters (contract packagex 4.1 to 4.3 and 5.3).

use audit_gateway::domain::db::Store;
use audit_gateway::rest::packagex::ident;
use serde_json::json;
use uuid::Uuid;

use super::site::{LOCATION, Site, id};
use crate::fixture::Row;
use crate::store::on_both_stores;

on_both_stores!(
    item_15_every_filter_matches_and_does_not,
    item_16_and_17_every_operator_on_every_date_in_both_spellings,
    item_18_negations_never_find_what_has_no_value,
    item_19_everything_that_is_wrong_is_told_in_order,
    item_20_an_audit_is_found_by_any_of_its_counts_once,
    item_22_what_no_row_can_have_finds_nothing,
    item_23_actors_are_keys_or_people,
);

const LIST: &str = "/v1/audits";

async fn found(site: &Site, query: &str) -> String {
    let reply = site.get(&format!("{LIST}?order_by=priority&direction=asc&limit=100&{query}")).await;
    let numbers = reply.numbers();
    assert_eq!(reply.total(), numbers.len() as i64, "{query}");
    numbers.concat()
}

/// Audits a to d beside the fixture's, which is moved away.
async fn four(kind: Store) -> Site {
    let site = Site::new(kind).await;
    site.sql("UPDATE audit SET asset_id = 1001, asset_kind = 'SITE', asset_sequence = 99 WHERE id = 1003").await;
    let other = json!({ "id": 1050, "organization_id": 1, "path": "000000001050/", "kind": "LOCATION", "name": "Yard", "slug": "yard" });
    site.insert(vec![Row::new("asset", other)]).await;
    let at = |second: &str| format!("2030-01-01T00:00:{second}Z");
    site.audits(vec![
        (1101, "a", json!({ "state": "CREATED", "priority": 1, "auditor_id": 1001, "creator_id": 1001,
            "updated_by_user_id": 1001, "complete_by": at("10.999999"), "finished_at": at("10"), "created_at": at("10.5"),
            "updated_at": at("10.000001") })),
        (1102, "b", json!({ "state": "GENERATING", "priority": 2, "asset_id": 1050, "creator_id": 1001,
            "created_by_key_id": 1011, "updated_by_user_id": 1001, "updated_by_key_id": 1011, "complete_by": at("20"),
            "finished_at": at("20.5"), "created_at": at("20.999999"), "updated_at": at("20") })),
        (1103, "c", json!({ "state": "READY_TO_CLOSE", "priority": 2, "complete_by": at("30"), "finished_at": at("30.1"),
            "created_at": at("30"), "updated_at": at("30.9") })),
        (1104, "d", json!({ "state": "CLOSED", "priority": 3, "created_at": at("40"), "updated_at": at("40"),
            "complete_by": null, "finished_at": null })),
    ])
    .await;
    let task = |id: i64, audit: i64, (item, layout): (i64, i64), reason: Option<i64>| {
        Row::new(
            "count_task",
            json!({ "id": id, "organization_id": 1, "audit_id": audit, "item_id": item,
            "layout_id": layout, "total_qty": "1", "reason_code_id": reason }),
        )
    };
    site.insert(vec![
        task(1101, 1101, (1001, 1001), Some(1001)),
        task(1102, 1101, (1002, 1002), Some(1001)),
        task(1103, 1101, (1001, 1002), None),
        task(1104, 1102, (1002, 1002), Some(1002)),
    ])
    .await;
    site
}

async fn item_15_every_filter_matches_and_does_not(kind: Store) {
    let site = four(kind).await;
    for (query, wanted) in [
        (format!("location_id={}", id(ident::LOCATION, "asset", LOCATION)), "acd"),
        (format!("location_id={}", id(ident::LOCATION, "asset", 1050)), "b"),
        (format!("item_id={}", id(ident::ITEM, "item", 1001)), "a"),
        (format!("layout_id={}", id(ident::LAYOUT, "layout", 1002)), "ab"),
        (format!("reason_code_id={}", id(ident::REASON, "reason_code", 1002)), "b"),
        (format!("assignee={}", id(ident::CONTACT, "user", 1001)), "a"),
        (format!("assignee={}", id(ident::CONTACT, "user", 1002)), ""),
        ("status=created".to_owned(), "a"),
        ("status=eq:processing".to_owned(), "b"),
        ("status=equals:in_review".to_owned(), "c"),
        ("status=!eq:created".to_owned(), "bcd"),
        ("status=not_equals:processing".to_owned(), "acd"),
        ("status=in:approved,created".to_owned(), "ad"),
        ("status=!in:approved,created".to_owned(), "bc"),
        ("status=not_in:processing,in_review,recount".to_owned(), "ad"),
        ("status=%21in%3Aapproved%2Ccreated".to_owned(), "bc"),
        ("status=canceled".to_owned(), ""),
        ("priority=low".to_owned(), "a"),
        ("priority=medium".to_owned(), "bc"),
        ("overdue=true".to_owned(), "bc"),
        ("overdue=false".to_owned(), "ad"),
        ("complete_at=2030-01-01T00:00:20Z".to_owned(), "b"),
        ("finished_at=1893456010".to_owned(), "a"),
        ("created_at=gt:1893456010".to_owned(), "bcd"),
        ("updated_at=lt:1893456011".to_owned(), "a"),
        (format!("created_by={}", id(ident::USER, "user", 1001)), "a"),
        (format!("updated_by={}", id(ident::KEY, "api_key", 1011)), "b"),
        ("priority=medium&status=in_review".to_owned(), "c"),
        ("priority=low&status=in_review".to_owned(), ""),
    ] {
        assert_eq!(found(&site, &query).await, wanted, "{query}");
    }
}

async fn item_16_and_17_every_operator_on_every_date_in_both_spellings(kind: Store) {
    let site = four(kind).await;
    let (epoch, iso) = (
        ["1893456010", "1893456020", "1893456030"],
        ["2030-01-01T00:00:10", "2030-01-01T01:00:20%2B01:00", "2030-01-01T00:00:30.9Z"],
    );
    for name in ["complete_at", "finished_at", "created_at", "updated_at"] {
        let rest = if name.starts_with('c') && name != "complete_at" || name == "updated_at" { "d" } else { "" };
        for [a, b, c] in [epoch, iso, [epoch[0], iso[1], epoch[2]]] {
            for (value, wanted) in [
                (b.to_owned(), "b".to_owned()),
                (format!("eq:{a}"), "a".to_owned()),
                (format!("equals:{c}"), "c".to_owned()),
                (format!("!eq:{b}"), format!("ac{rest}")),
                (format!("not_equals:{a}"), format!("bc{rest}")),
                (format!("gt:{a}"), format!("bc{rest}")),
                (format!("gte:{b}"), format!("bc{rest}")),
                (format!("lt:{b}"), "a".to_owned()),
                (format!("lte:{b}"), "ab".to_owned()),
                (format!("bwi:{a},{b}"), "ab".to_owned()),
                (format!("bwe:{a},{c}"), "b".to_owned()),
                (format!("bwe:{a},{b}"), String::new()),
                (format!("in:{a},{c}"), "ac".to_owned()),
                (format!("!in:{a},{c}"), format!("b{rest}")),
                (format!("not_in:{b}"), format!("ac{rest}")),
            ] {
                let mut seen: Vec<char> = found(&site, &format!("{name}={value}")).await.chars().collect();
                seen.sort_unstable();
                assert_eq!(seen.into_iter().collect::<String>(), wanted, "{name}={value}");
            }
        }
    }
    assert_eq!(found(&site, "created_at=bwi:1893456000,2030-01-31").await, "abcd");
    assert_eq!(found(&site, "created_at=lt:999999999999").await, "abcd");
    assert_eq!(found(&site, "complete_at=gt:-999999999999").await, "abc");
}

async fn item_18_negations_never_find_what_has_no_value(kind: Store) {
    let site = four(kind).await;
    for name in ["complete_at", "finished_at"] {
        for operator in ["!eq", "!in", "not_equals", "not_in"] {
            assert_eq!(found(&site, &format!("{name}={operator}:0")).await, "abc", "{name} {operator}");
        }
    }
}

async fn item_19_everything_that_is_wrong_is_told_in_order(kind: Store) {
    let site = Site::new(kind).await;
    let hundred = vec!["0"; 101].join(",");
    let long = "x".repeat(101);
    let states = "created, processing, in_review, recount, approved, canceled";
    for (query, told) in [
        ("colour=red", "colour: unknown parameter".to_owned()),
        ("Page=1", "Page: unknown parameter".to_owned()),
        ("page=1&page=2", "page: given more than once".to_owned()),
        ("status=", "status: value is required".to_owned()),
        ("page=", "page: value is required".to_owned()),
        ("page=0", "page: must be an integer of at least 1".to_owned()),
        ("limit=101", "limit: must be an integer from 1 to 100".to_owned()),
        ("status=done", format!("status: \"done\" is not one of {states}")),
        ("status=Created", format!("status: \"Created\" is not one of {states}")),
        ("status=in:created,", format!("status: \"\" is not one of {states}")),
        ("priority=urgent", "priority: \"urgent\" is not one of low, medium, high".to_owned()),
        (
            "order_by=number",
            "order_by: \"number\" is not one of created_at, updated_at, complete_at, finished_at, priority".to_owned(),
        ),
        ("direction=up", "direction: \"up\" is not one of asc, desc".to_owned()),
        ("group_by=item", "group_by: \"item\" is not one of by_item, by_layout".to_owned()),
        ("overdue=1", "overdue: must be true or false".to_owned()),
        ("location_id=item_1", "location_id: must be an id prefixed with loc_".to_owned()),
        ("item_id=x", "item_id: must be an id prefixed with item_".to_owned()),
        ("assignee=user_1", "assignee: must be an id prefixed with ctct_".to_owned()),
        ("created_by=ctct_1", "created_by: must be an id prefixed with user_ or key_".to_owned()),
        ("priority=in:low,high", "priority: does not support operators".to_owned()),
        ("overdue=eq:true", "overdue: does not support operators".to_owned()),
        ("location_id=eq:loc_1", "location_id: does not support operators".to_owned()),
        ("created_by=eq:user_1", "created_by: does not support operators".to_owned()),
        ("status=is:created", "status: unknown operator \"is\"".to_owned()),
        ("created_at=!gt:0", "created_at: unknown operator \"!gt\"".to_owned()),
        ("status=gt:created", "status: operator \"gt\" is not supported".to_owned()),
        ("status=created,recount", "status: operator \"eq\" needs exactly one value".to_owned()),
        ("created_at=not_equals:0,1", "created_at: operator \"not_equals\" needs exactly one value".to_owned()),
        ("created_at=bwi:0", "created_at: operator \"bwi\" needs exactly two values".to_owned()),
        ("created_at=bwe:0,1,2", "created_at: operator \"bwe\" needs exactly two values".to_owned()),
        (&format!("created_at=in:{hundred}"), "created_at: operator \"in\" takes at most 100 values".to_owned()),
        ("created_at=bwi:5,5", "created_at: first value must be less than second".to_owned()),
        ("created_at=2030-01-01T00:00+01:00", "created_at: \"2030-01-01T00:00 01:00\" is not a date".to_owned()),
        ("created_at=in:0,x", "created_at: \"x\" is not a date".to_owned()),
        (&format!("search={long}"), "search: at most 100 characters".to_owned()),
        ("search=aa+bb+cc+dd+ee+ff+gg+hh+ii", "search: at most 8 terms".to_owned()),
        ("search=aa+b", "search: every term needs at least 2 characters".to_owned()),
    ] {
        let message = "One or more query parameters are invalid.".to_owned();
        let reply = site.get(&format!("{LIST}?{query}")).await;
        assert_eq!(reply.refused(400), ("invalid_query".to_owned(), message, vec![told]), "{query}");
    }
    let all =
        site.get(&format!("{LIST}?limit=500&status=gt:created&colour=red&created_at=in:a,b")).await.refused(400).2;
    assert_eq!(
        all,
        [
            "limit: must be an integer from 1 to 100",
            "status: operator \"gt\" is not supported",
            "colour: unknown parameter",
            "created_at: \"a\" is not a date",
            "created_at: \"b\" is not a date",
        ]
    );
    let record = site.get(&format!("{LIST}/audit_x?page=1&group_by=x")).await.refused(400).2;
    assert_eq!(record, ["page: unknown parameter", "group_by: \"x\" is not one of by_item, by_layout"]);
}

async fn item_20_an_audit_is_found_by_any_of_its_counts_once(kind: Store) {
    let site = four(kind).await;
    let (item, layout) = (id(ident::ITEM, "item", 1001), id(ident::LAYOUT, "layout", 1001));
    let reason = id(ident::REASON, "reason_code", 1001);
    assert_eq!(found(&site, &format!("item_id={item}")).await, "a");
    assert_eq!(found(&site, &format!("reason_code_id={reason}")).await, "a");
    // Two of them are met by two different counts.
    let other = id(ident::ITEM, "item", 1002);
    assert_eq!(found(&site, &format!("item_id={other}&layout_id={layout}")).await, "a");
    let found = site.get(&format!("{LIST}?item_id={item}&search=zz")).await;
    assert_eq!(found.total(), 0);
}

async fn item_22_what_no_row_can_have_finds_nothing(kind: Store) {
    let site = four(kind).await;
    let nobody = ident::write("", Uuid::from_u128(5));
    for rest in ["zzzzzzzzzzzzzzzzzzzzzz", "", "1", nobody.as_str(), "0OIl"] {
        for (name, prefix) in [
            ("location_id", "loc_"),
            ("item_id", "item_"),
            ("layout_id", "lay_"),
            ("reason_code_id", "rsnc_"),
            ("assignee", "ctct_"),
            ("created_by", "user_"),
            ("updated_by", "key_"),
        ] {
            assert_eq!(found(&site, &format!("{name}={prefix}{rest}")).await, "", "{name} {rest}");
        }
    }
}

async fn item_23_actors_are_keys_or_people(kind: Store) {
    let site = four(kind).await;
    let (user, key) = (id(ident::USER, "user", 1001), id(ident::KEY, "api_key", 1011));
    for name in ["created_by", "updated_by"] {
        assert_eq!(found(&site, &format!("{name}={user}")).await, "a");
        assert_eq!(found(&site, &format!("{name}={key}")).await, "b");
    }
}
