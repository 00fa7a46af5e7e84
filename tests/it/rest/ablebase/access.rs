//! Organizations, roles and what is not there (items 9 to 12), what every answer has, and what it costs.

use audit_gateway::config::Config;
use audit_gateway::domain::db::Store;
use serde_json::json;

use super::{HARBOUR, Office, error, uuid};
use crate::rest::{House, golden};
use crate::store::on_both_stores;

on_both_stores!(
    every_golden_case_is_answered_as_written,
    item_9_organizations_of_others_are_not_there,
    item_10_members_do_everything_but_remove,
    item_11_and_12_products_and_audits_of_others_are_not_there,
    item_49_another_method_is_told_what_there_is,
    item_49_a_defect_is_told_without_its_cause,
    head_is_get_without_its_body,
    reading_costs_two_statements_and_an_empty_list_three,
    checks_come_in_the_contracts_order,
    nobody_asks_more_often_than_the_operator_allows,
    a_body_that_is_too_long_and_a_request_that_takes_too_long_are_told_in_the_envelope,
);

const READS: [&str; 5] = [
    "audits",
    "future-audits",
    "products/web-shop/audits",
    "products/web-shop/audits/1",
    "products/web-shop/audits/1/issues",
];

async fn every_golden_case_is_answered_as_written(kind: Store) {
    golden::tell(kind, "ablebase").await;
}

async fn item_9_organizations_of_others_are_not_there(kind: Store) {
    let office = Office::open(kind).await;
    let other = uuid(&office.house, "SELECT uuid FROM organization WHERE slug = 'northwind-library'").await;
    let own = office.organization.clone();
    let token = format!("Bearer {}", office.member);
    let headers = [("authorization", token.as_str())];
    let braced = format!("%7B{own}%7D");
    let unknown =
        ["6e0f2d94-83b1-4c7a-9d5e-1a2b3c4d5e6f", "harbour-foods", &own[..35], &own.replace('-', ""), &other, &braced];
    for name in unknown {
        for rest in READS {
            let seen = office.send(("GET", &format!("/v1/organizations/{name}/{rest}")), &headers, "").await;
            let told = (404, "NOT_FOUND".to_owned(), "Organization not found".to_owned());
            assert_eq!(error(&seen), told, "{name} {rest}");
        }
    }
    let path = format!("/v1/organizations/{}/audits", own.to_uppercase());
    assert_eq!(office.send(("GET", &path), &headers, "").await.status, 200);
    let left = format!(
        "DELETE FROM membership WHERE organization_id = {HARBOUR} AND user_id = (SELECT id FROM \"user\" WHERE username \
         = 'casey.consultant')"
    );
    office.house.meddle(&left).await;
    let casey = office.house.sign_in("casey.consultant").await;
    assert_eq!(error(&office.ask_as(&casey, "GET", "audits", "").await).2, "Organization not found");
}

async fn item_10_members_do_everything_but_remove(kind: Store) {
    let office = Office::open(kind).await;
    let owner = office.house.sign_in("olivia.owner").await;
    for rest in READS {
        assert_eq!(office.ask("GET", rest, "").await.status, 200, "{rest}");
    }
    for token in [office.admin.clone(), owner] {
        let made = office.begin("web-shop", &json!({ "title": "A" })).await;
        let audit = format!("products/web-shop/audits/{}", made["number"]);
        office.amend(&audit, &json!({ "title": "B" })).await;
        let events = office.events().await;
        let seen = office.ask("DELETE", &audit, "").await;
        assert_eq!(error(&seen), (403, "FORBIDDEN".to_owned(), "Insufficient role".to_owned()));
        assert_eq!(office.events().await, events);
        let seen = office.ask_as(&token, "DELETE", &audit, "").await;
        assert_eq!((seen.status, seen.body.len(), seen.header("content-type")), (204, 0, None));
    }
}

async fn item_11_and_12_products_and_audits_of_others_are_not_there(kind: Store) {
    let office = Office::open(kind).await;
    for slug in ["online-catalogue", "rotterdam-plant", "waalhaven-warehouse", "nothing", "WEB-SHOP", "a%00b", "%zz"] {
        for (method, rest) in
            [("GET", ""), ("POST", ""), ("GET", "/1"), ("PATCH", "/x"), ("DELETE", "/1"), ("GET", "/0/issues")]
        {
            let path = format!("products/{slug}/audits{rest}");
            let seen = office.ask_as(&office.admin, method, &path, "{}").await;
            assert_eq!(error(&seen), (404, "NOT_FOUND".to_owned(), "Product not found".to_owned()), "{method} {path}");
        }
    }
    for number in ["0", "-1", "1.0", "01", "abc", &office.organization, "99999999999", "2147483648", "4711"] {
        for (method, rest) in [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/issues")] {
            let path = format!("products/web-shop/audits/{number}{rest}");
            let seen = office.ask_as(&office.admin, method, &path, "{}").await;
            assert_eq!(error(&seen), (404, "NOT_FOUND".to_owned(), "Audit not found".to_owned()), "{method} {path}");
        }
    }
}

async fn item_49_another_method_is_told_what_there_is(kind: Store) {
    let office = Office::open(kind).await;
    for (path, allow) in [
        (office.at("audits"), "GET, HEAD"),
        (office.at("future-audits"), "GET, HEAD"),
        (office.at("products/web-shop/audits"), "GET, HEAD, POST"),
        (office.at("products/nothing/audits/x"), "GET, HEAD, PATCH, DELETE"),
        (office.at("products/web-shop/audits/1/issues"), "GET, HEAD"),
        ("/v1/organizations/x/audits".to_owned(), "GET, HEAD"),
        ("/api/auth/sign-in/email".to_owned(), "POST"),
        ("/api/auth/get-session".to_owned(), "GET, HEAD"),
        ("/api/auth/sign-out".to_owned(), "POST"),
    ] {
        for method in ["PUT", "OPTIONS", "DELETE", "PATCH", "POST", "GET"] {
            if allow.split(", ").any(|known| known == method) {
                continue;
            }
            // Without credentials: what an address takes is told first.
            let seen = office.send((method, &path), &[], "").await;
            let told = (405, "METHOD_NOT_ALLOWED".to_owned(), "Method not allowed".to_owned());
            assert_eq!(error(&seen), told, "{method} {path}");
            assert_eq!(seen.header("allow").as_deref(), Some(allow), "{method} {path}");
        }
    }
}

async fn item_49_a_defect_is_told_without_its_cause(kind: Store) {
    let office = Office::open(kind).await;
    office.house.meddle("ALTER TABLE issue RENAME TO issue_gone").await;
    let seen = office.ask("GET", "products/web-shop/audits/1/issues", "").await;
    let meant = r#"{"error":{"code":"INTERNAL_ERROR","message":"Internal server error"}}"#;
    assert_eq!((seen.status, seen.text().as_str()), (500, meant));
}

async fn head_is_get_without_its_body(kind: Store) {
    let office = Office::open(kind).await;
    for rest in READS.into_iter().chain(["products/nothing/audits", "audits/"]) {
        for token in [&office.member, "nonsense"] {
            let (get, head) =
                (office.ask_as(token, "GET", rest, "").await, office.ask_as(token, "HEAD", rest, "").await);
            let headers = |seen: &crate::rest::Seen| {
                let mut headers = seen.headers.clone();
                headers.remove("x-request-id");
                headers
            };
            assert_eq!((get.status, headers(&get)), (head.status, headers(&head)), "{rest}");
            assert!(head.body.is_empty() && !get.body.is_empty(), "{rest}");
        }
    }
}

async fn statements(house: &House, path: &str, token: &str) -> u64 {
    let (seen, statements) = house.count(path, token).await;
    assert_eq!(seen.status, 200, "{path}: {}", seen.text());
    statements
}

async fn reading_costs_two_statements_and_an_empty_list_three(kind: Store) {
    let office = Office::open(kind).await;
    let signed_in = json!({ "email": "mia@harbour-foods.example", "password": crate::rest::PASSWORD });
    let headers = [("content-type", "application/json")];
    let opened = office.send(("POST", "/api/auth/sign-in/email"), &headers, signed_in.to_string()).await.json();
    let session = opened["token"].as_str().expect("a token").to_owned();
    office.product("empty").await;
    let counted = async |token: &str| {
        let mut counts = Vec::new();
        for rest in READS.into_iter().chain(["products/empty/audits"]) {
            counts.push(statements(&office.house, &office.at(rest), token).await);
        }
        counts
    };
    for token in [&office.member, &session] {
        let counts = counted(token).await;
        assert_eq!(counts[..4], [2, 2, 2, 2], "the credentials, and the rows");
        assert!((2..=3).contains(&counts[4]) && counts[5] == 3, "{counts:?}");
    }
    for number in 0..30 {
        office.begin("web-shop", &json!({ "title": format!("Round {number}") })).await;
    }
    assert_eq!(counted(&office.member).await[..4], [2, 2, 2, 2], "whatever the number of rows");
}

async fn checks_come_in_the_contracts_order(kind: Store) {
    let office = Office::open(kind).await;
    let token = format!("Bearer {}", office.member);
    let audit = office.at("products/web-shop/audits/1");
    let elsewhere = audit.replace(&office.organization, "nothing");
    let signed_in = json!({ "email": "mia@harbour-foods.example", "password": crate::rest::PASSWORD });
    let headers = [("content-type", "application/json")];
    let opened = office.send(("POST", "/api/auth/sign-in/email"), &headers, signed_in.to_string()).await;
    let set = opened.header("set-cookie").expect("a cookie");
    let cookie = set.split(';').next().expect("a pair");
    let bearer = [("authorization", token.as_str())];
    let by_cookie = [("cookie", cookie)];
    let nobody: [(&str, &str); 0] = [];
    for ((method, path), headers, status, message) in [
        (("PUT", format!("{audit}/")), &nobody[..], 404, "Not found"),
        (("PUT", elsewhere.clone()), &nobody, 405, "Method not allowed"),
        (("DELETE", elsewhere.clone()), &nobody, 401, "Authentication required"),
        (("DELETE", elsewhere.clone()), &by_cookie, 403, "Cross-site request refused"),
        (("DELETE", elsewhere), &bearer, 404, "Organization not found"),
        (("DELETE", office.at("products/nothing/audits/x")), &bearer, 403, "Insufficient role"),
        (("PATCH", office.at("products/nothing/audits/x")), &bearer, 404, "Product not found"),
        (("PATCH", office.at("products/web-shop/audits/x")), &bearer, 404, "Audit not found"),
        (("PATCH", audit), &bearer, 400, "body: Content-Type must be application/json"),
        (
            ("POST", office.at("products/recipe-site/audits")),
            &bearer,
            400,
            "body: Content-Type must be application/json",
        ),
    ] {
        let seen = office.send((method, &path), headers, "[").await;
        let (found, _, text) = error(&seen);
        assert_eq!((found, text.as_str()), (status, message), "{method} {path}");
    }
    // What is wrong with the body comes before what is wrong with the product.
    let seen = office.ask("POST", "products/recipe-site/audits", r#"{"title":7}"#).await;
    assert_eq!(error(&seen).2, "title: must be a string or null");
}

async fn a_body_that_is_too_long_and_a_request_that_takes_too_long_are_told_in_the_envelope(kind: Store) {
    let mut office = Office::open(kind).await;
    let seen = office.ask("POST", "products/web-shop/audits", &" ".repeat(300_000)).await;
    assert_eq!(error(&seen).1, "PAYLOAD_TOO_LARGE");
    office.house.run_as(|settings| settings.request_timeout = std::time::Duration::ZERO);
    let mut seen = office.ask("GET", "audits", "").await;
    // An answer that is there when it is first looked for is given, however short the time.
    for _ in 0..20 {
        if seen.status == 503 {
            break;
        }
        seen = office.ask("GET", "audits", "").await;
    }
    assert_eq!((error(&seen).0, seen.header("retry-after").as_deref()), (503, Some("1")));
}

async fn nobody_asks_more_often_than_the_operator_allows(kind: Store) {
    let mut office = Office::open(kind).await;
    office.house.configured(&Config { ablebase_rate_limit: Some(2), ..Config::default() });
    for _ in 0..2 {
        assert_eq!(office.ask("GET", "audits", "").await.status, 200);
    }
    let seen = office.ask("POST", "products/web-shop/audits", "{}").await;
    assert_eq!(error(&seen), (429, "RATE_LIMITED".to_owned(), "Too many requests".to_owned()));
    assert_eq!(seen.header("retry-after").as_deref(), Some("60"));
    assert_eq!(office.ask_as(&office.admin, "GET", "audits", "").await.status, 200, "others are not concerned");
}
