//! Limits as an operator sets them: what is at a limit is answered, what is beyond is refused and told; and what an
//! answer tells of its cost.

use audit_gateway::domain::db::Store;
use audit_gateway::graphql::{DocumentLimits, FilterLimits, PageSizes, PlanLimits, Service, Settings};
use serde_json::{Value as Json, json};

use super::{Told, ask, ask_for_cost, demonstrate, owner, service, service_with};
use crate::store::{TestStore, on_both_stores};

on_both_stores!(
    a_limit_is_what_the_operator_sets,
    an_answer_beyond_its_length_is_refused,
    the_cost_is_told_where_it_is_asked_for,
);

/// All limits smaller than shipped.
fn narrow() -> Settings {
    Settings {
        limits: DocumentLimits {
            depth: 5,
            aliases: 1,
            root_fields: 2,
            fragments: 1,
            directives: 1,
            selections: 9,
            ..DocumentLimits::default()
        },
        plan: PlanLimits {
            root: PageSizes { default: 2, most: 5 },
            nested: PageSizes { default: 1, most: 3 },
            rows: 20,
            filter: FilterLimits { conditions: 3, values: 2 },
            order_fields: 1,
        },
        ..Settings::default()
    }
}

/// The limit that refuses, its value, and what is found.
type Refused<'a> = Option<(&'a str, i64, i64)>;

/// The limit that refused, with its value and what was found.
fn refusal(told: &Told) -> Option<(String, i64, i64)> {
    let json = told.json();
    let extensions = &json["errors"][0]["extensions"];
    if extensions["code"] == Json::Null {
        return None;
    }
    assert_eq!(extensions["code"], "TOO_COMPLEX", "{json}");
    let limit = &extensions["limit"];
    let number = |name: &str| limit[name].as_i64().expect("a number");
    Some((limit["name"].as_str().expect("a name").to_owned(), number("value"), number("found")))
}

async fn a_limit_is_what_the_operator_sets(kind: Store) {
    let store = TestStore::migrated(kind).await;
    demonstrate(&store.db).await;
    let caller = owner(&store.db, "harbour-foods").await;
    let service = service_with(narrow());
    let aliases = |count: usize| {
        let fields: Vec<String> = (0..count).map(|n| format!("a{n}: number")).collect();
        format!("{{ audits {{ nodes {{ number {} }} }} }}", fields.join(" "))
    };
    let page = |name: &str, size: i64| format!("{{ audits({name}: {size}) {{ nodes {{ number }} }} }}");
    let nested =
        |size: i64| format!("{{ audits(first: 1) {{ nodes {{ issues(first: {size}) {{ nodes {{ number }} }} }} }} }}");
    let rows = |size: i64| {
        format!("{{ audits(first: 5) {{ nodes {{ issues(first: {size}) {{ totalCount nodes {{ number }} }} }} }} }}")
    };
    let list = |count: usize| {
        let numbers = vec!["\"x\""; count].join(", ");
        format!("{{ audits(filter: {{number: {{in: [{numbers}]}}}}) {{ totalCount }} }}")
    };
    let ids = |count: usize| {
        let ids = vec!["\"QXVkaXQ6MDAwMDAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAw\""; count].join(", ");
        format!("{{ audits(filter: {{id: {{in: [{ids}]}}}}) {{ totalCount }} }}")
    };
    let conditions = |count: usize| {
        let operators = ["eq: \"x\"", "notEq: \"y\"", "contains: \"z\""];
        format!("{{ audits(filter: {{number: {{{}}}}}) {{ totalCount }} }}", operators[..count].join(", "))
    };
    let order = |count: usize| {
        let steps = ["{field: NUMBER}", "{field: NAME}"];
        format!("{{ audits(orderBy: [{}]) {{ nodes {{ number }} }} }}", steps[..count].join(", "))
    };
    let cases: Vec<(String, Refused<'_>)> = vec![
        ("{ audits { nodes { asset { name } } } }".to_owned(), None),
        ("{ audits { nodes { asset { parent { name } } } } }".to_owned(), None),
        ("{ audits { nodes { asset { parent { parent { name } } } } } }".to_owned(), Some(("depth", 5, 6))),
        ("{ audits { nodes { number name state type device notes uuid } } }".to_owned(), None),
        (
            "{ audits { nodes { number name state type device notes uuid id } } }".to_owned(),
            Some(("expanded selections", 9, 10)),
        ),
        (aliases(1), None),
        (aliases(2), Some(("aliases", 1, 2))),
        (page("first", 4), None),
        (page("first", 5), None),
        (page("first", 6), Some(("page size", 5, 6))),
        (page("last", 6), Some(("page size", 5, 6))),
        (nested(2), None),
        (nested(3), None),
        (nested(4), Some(("page size", 3, 4))),
        (rows(2), None),
        (rows(3), None),
        (list(1), None),
        (list(2), None),
        (list(3), Some(("filter list values", 2, 3))),
        (ids(2), None),
        (ids(3), Some(("filter list values", 2, 3))),
        (conditions(1), None),
        (conditions(2), None),
        (conditions(3), Some(("filter conditions", 3, 4))),
        (order(1), None),
        (order(2), Some(("order fields", 1, 2))),
    ];
    for (query, refused) in cases {
        let told = ask(&service, &store.db, &caller, &query, json!({})).await;
        let refused = refused.map(|(name, value, found)| (name.to_owned(), value, found));
        assert_eq!(refusal(&told), refused, "{query}: {}", told.json());
        if refused.is_none() {
            told.data();
        }
    }
    // 5 + 15 rows are at the limit of 20; one list more is beyond.
    let query =
        "{ audits(first: 5) { nodes { issues(first: 3) { nodes { number } } } } assets(first: 1) { totalCount } }";
    ask(&service, &store.db, &caller, query, json!({})).await.data();
    let query =
        "{ audits(first: 5) { nodes { issues(first: 3) { nodes { number } } } } assets(first: 1) { nodes { name } } }";
    let told = ask(&service, &store.db, &caller, query, json!({})).await;
    assert_eq!(refusal(&told), Some(("estimated rows".to_owned(), 20, 21)));
    let found =
        ask(&service, &store.db, &caller, "{ audits { nodes { issues { nodes { number } } } } }", json!({})).await;
    let nodes = found.data()["audits"]["nodes"].as_array().expect("a list").clone();
    assert_eq!(nodes.len(), 2);
    assert!(nodes.iter().all(|audit| audit["issues"]["nodes"].as_array().expect("a list").len() <= 1));
    let sdl = service.sdl().expect("the schema");
    assert!(sdl.contains("2 without it, at most 5") && sdl.contains("1 without it, at most 3"));
}

async fn an_answer_beyond_its_length_is_refused(kind: Store) {
    let store = TestStore::migrated(kind).await;
    demonstrate(&store.db).await;
    let caller = owner(&store.db, "harbour-foods").await;
    let query = "{ assets(first: 20) { nodes { name slug breadcrumb } } }";
    let found = ask(&service(), &store.db, &caller, query, json!({})).await;
    found.data();
    let length = found.answer.body.len() as u64;
    let asked = async |response: u64| {
        let service: std::sync::Arc<Service> = service_with(Settings { response, ..Settings::default() });
        ask(&service, &store.db, &caller, query, json!({})).await
    };
    for response in [length, length + 1] {
        assert_eq!(asked(response).await.data(), found.data());
    }
    let told = asked(length - 1).await;
    assert_eq!(refusal(&told).map(|(name, ..)| name), Some("response size".to_owned()));
    assert_eq!(told.json()["data"], Json::Null);
}

async fn the_cost_is_told_where_it_is_asked_for(kind: Store) {
    let store = TestStore::migrated(kind).await;
    demonstrate(&store.db).await;
    let caller = owner(&store.db, "harbour-foods").await;
    let service = service();
    let query = "{ audits(first: 20) { nodes { number issues(first: 5) { nodes { title } } } } assets { totalCount } }";
    let silent = ask(&service, &store.db, &caller, query, json!({})).await;
    assert_eq!(silent.json()["extensions"], Json::Null);
    // The first answer is the engine's, the next the compiled writer's.
    let other =
        "{ audits(first: 20) { nodes { number issues(first: 5) { nodes { number } } } } assets { totalCount } }";
    for query in [query, other, other] {
        let told = ask_for_cost(&service, &store.db, &caller, query).await;
        told.data();
        assert_eq!(told.json()["extensions"]["cost"], json!({"used": 120, "remaining": 9_880, "limit": 10_000}));
    }
    let told = ask_for_cost(&service, &store.db, &caller, "{ viewer { permissions } }").await;
    assert_eq!(told.json()["extensions"]["cost"]["used"], 0);
}
