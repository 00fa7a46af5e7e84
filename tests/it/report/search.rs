//! The search: what is found, in which order, with which marks, page by page.

use audit_gateway::domain::db::{Statement, Store};
use audit_gateway::domain::search::CANDIDATES;
use serde_json::{Value, json};

use super::House;
use crate::fixture::{self, FORMER_MEMBER, Org};
use crate::store::on_both_stores;

on_both_stores!(
    better_fits_come_first_then_sorts_then_the_newest,
    each_field_of_each_sort_is_searched,
    letters_of_ascii_alone_are_folded,
    signs_mean_themselves,
    pages_go_forward_over_everything_once,
    a_cursor_belongs_to_its_search,
    records_are_read_with_what_is_nested_in_them,
    only_what_the_organization_has_is_found,
    statements_do_not_depend_on_the_number_of_hits,
    what_cannot_be_searched_for_is_refused,
    the_order_is_that_of_a_search_by_hand,
    the_newest_are_looked_through_and_all_by_their_key,
);

fn asset(id: i64, name: &str) -> (&'static str, Value) {
    ("asset", json!({ "id": id, "name": name, "slug": format!("s{id}") }))
}

fn audit(id: i64, number: &str, name: &str) -> (&'static str, Value) {
    ("audit", json!({ "id": id, "number": number, "name": name }))
}

fn issue(id: i64, title: &str) -> (&'static str, Value) {
    ("issue", json!({ "id": id, "number": id, "title": title }))
}

/// The hits of a search: type, title, field, highlight and score of each.
async fn hits(house: &House, arguments: &str) -> Vec<[String; 5]> {
    let query = format!("{{ search({arguments}) {{ nodes {{ type title field highlight score }} }} }}");
    let answer = house.ask(&query).await;
    let nodes = answer["search"]["nodes"].as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    nodes.map(|hit| ["type", "title", "field", "highlight", "score"].map(|name| text(&hit[name]))).collect()
}

async fn titles(house: &House, arguments: &str) -> Vec<String> {
    hits(house, arguments).await.into_iter().map(|[_, title, ..]| title).collect()
}

async fn better_fits_come_first_then_sorts_then_the_newest(kind: Store) {
    let house = House::empty(kind).await;
    house
        .add(vec![
            asset(1, "discolour"),
            asset(2, "Too cold"),
            asset(3, "Colder"),
            asset(4, "COLD"),
            asset(5, "cold"),
            issue(1, "cold"),
            issue(2, "Cold store"),
            audit(1, "1", "cold"),
            audit(2, "2", "Room (cold)"),
            audit(3, "3", "scold"),
        ])
        .await;
    let found = hits(&house, "text: \" Cold \"").await;
    let expected = [
        ["AUDIT", "cold", "name", "<mark>cold</mark>", "1.0"],
        ["ASSET", "cold", "name", "<mark>cold</mark>", "1.0"],
        ["ASSET", "COLD", "name", "<mark>COLD</mark>", "1.0"],
        ["ISSUE", "cold", "title", "<mark>cold</mark>", "1.0"],
        ["ASSET", "Colder", "name", "<mark>Cold</mark>er", "0.75"],
        ["ISSUE", "Cold store", "title", "<mark>Cold</mark> store", "0.75"],
        ["AUDIT", "Room (cold)", "name", "Room (<mark>cold</mark>)", "0.5"],
        ["ASSET", "Too cold", "name", "Too <mark>cold</mark>", "0.5"],
        ["AUDIT", "scold", "name", "s<mark>cold</mark>", "0.25"],
    ];
    assert_eq!(found, expected.map(|hit| hit.map(str::to_owned)));
    let found = titles(&house, "text: \"cold\", types: [ISSUE, ASSET, ISSUE], first: 4").await;
    assert_eq!(found, ["cold", "COLD", "cold", "Colder"]);
    assert_eq!(titles(&house, "text: \"cold\", types: AUDIT").await, ["cold", "Room (cold)", "scold"]);
    assert!(titles(&house, "text: \"cold\", types: []").await.is_empty());
}

async fn each_field_of_each_sort_is_searched(kind: Store) {
    let house = House::empty(kind).await;
    house
        .add(vec![
            ("audit", json!({ "id": 1, "number": "QX-1", "name": "Name of audit", "title": "Title of audit" })),
            ("asset", json!({ "id": 1, "name": "Quay", "slug": "qx-2", "address": "3 Harbour St" })),
            ("issue", json!({ "id": 1, "number": 1, "title": "Leak", "description": "Water <b>below</b> it" })),
            (
                "user",
                json!({
                    "id": 9, "username": "qx3", "first_name": "Ada", "last_name": "Byron", "email": "a@b.example"
                }),
            ),
            ("membership", json!({ "id": 9, "user_id": 9 })),
        ])
        .await;
    for (text, hit) in [
        ("qx-1", ["AUDIT", "Title of audit", "number", "<mark>QX-1</mark>", "1.0"]),
        ("name of", ["AUDIT", "Title of audit", "name", "<mark>Name of</mark> audit", "0.75"]),
        ("of audit", ["AUDIT", "Title of audit", "name", "Name <mark>of audit</mark>", "0.5"]),
        ("title of audit", ["AUDIT", "Title of audit", "title", "<mark>Title of audit</mark>", "1.0"]),
        ("QX-2", ["ASSET", "Quay", "slug", "<mark>qx-2</mark>", "1.0"]),
        ("harbour s", ["ASSET", "Quay", "address", "3 <mark>Harbour S</mark>t", "0.5"]),
        ("low</B", ["ISSUE", "Leak", "description", "Water &lt;b&gt;be<mark>low&lt;/b</mark>&gt; it", "0.25"]),
        ("ada byron", ["USER", "Ada Byron", "name", "<mark>Ada Byron</mark>", "1.0"]),
        ("byron", ["USER", "Ada Byron", "name", "Ada <mark>Byron</mark>", "0.5"]),
        ("QX3", ["USER", "Ada Byron", "username", "<mark>qx3</mark>", "1.0"]),
        ("b.ex", ["USER", "Ada Byron", "email", "a@<mark>b.ex</mark>ample", "0.5"]),
    ] {
        let found = hits(&house, &format!("text: {}", json!(text))).await;
        assert_eq!(found, [hit.map(str::to_owned)], "{text}");
    }
}

async fn letters_of_ascii_alone_are_folded(kind: Store) {
    let house = House::empty(kind).await;
    house.add(vec![asset(1, "ÄRA"), asset(2, "ära"), asset(3, "İra 😀"), asset(4, "ΣΑ"), asset(5, "STOSS")]).await;
    assert_eq!(titles(&house, "text: \"Är\"").await, ["ÄRA"]);
    assert_eq!(titles(&house, "text: \"äR\"").await, ["ära"]);
    assert_eq!(titles(&house, "text: \"RA\"").await, ["İra 😀", "ära", "ÄRA"]);
    assert_eq!(titles(&house, "text: \"i\"").await, [String::new(); 0]);
    assert_eq!(titles(&house, "text: \"😀\"").await, ["İra 😀"]);
    assert_eq!(titles(&house, "text: \"σ\"").await, [String::new(); 0]);
    assert_eq!(titles(&house, "text: \"ß\"").await, [String::new(); 0]);
}

async fn signs_mean_themselves(kind: Store) {
    let house = House::empty(kind).await;
    for (id, name) in
        (1..).zip(["100%", "a_b", "a\\b", "it's", "\"x\"", "<mark>", "*", "a  b", "$1", "?1", "a\nb", "--"])
    {
        house.add(vec![asset(id, name)]).await;
        let text = json!(name).to_string();
        assert_eq!(titles(&house, &format!("text: {text}, types: ASSET")).await, [name], "{name:?}");
    }
    assert_eq!(titles(&house, "text: \"%\"").await, ["100%"]);
    assert_eq!(titles(&house, "text: \"_\"").await, ["a_b"]);
    assert_eq!(hits(&house, "text: \"mark\"").await[0][3], "&lt;<mark>mark</mark>&gt;");
    // Behind a line's end begins a word.
    let found = hits(&house, "text: \"b\", types: ASSET").await;
    assert_eq!(found.iter().map(|hit| hit[4].as_str()).collect::<Vec<_>>(), ["0.5", "0.5", "0.5", "0.25"]);
}

async fn pages_go_forward_over_everything_once(kind: Store) {
    let house = House::empty(kind).await;
    let mut rows = Vec::new();
    for id in 1..=11 {
        rows.push(asset(id, ["pump", "pump 1", "a pump", "xpump"][id as usize % 4]));
        rows.push(issue(id, ["pump", "pumps", "the pump", "xpump"][id as usize % 4]));
        let mut audit = audit(id, &format!("pump-{id}"), ["x", "pump"][id as usize % 2]);
        // Created at once, so that the id alone tells them apart.
        audit.1["created_at"] = json!("2026-01-01T00:00:00.000001Z");
        rows.push(audit);
    }
    house.add(rows).await;
    let all = house.ask("{ search(text: \"pump\", first: 200) { edges { cursor node { node { id } } } } }").await;
    let all = all["search"]["edges"].as_array().expect("a list").clone();
    assert_eq!(all.len(), 33);
    for first in [1, 2, 5, 32, 33] {
        let (mut found, mut after) = (Vec::new(), Value::Null);
        loop {
            let query = format!(
                "{{ search(text: \"PUMP\", first: {first}, after: {after}) {{
                    edges {{ cursor node {{ node {{ id }} }} }}
                    pageInfo {{ __typename hasNextPage hasPreviousPage startCursor endCursor }}
                }} }}"
            );
            let page = house.ask(&query).await["search"].clone();
            let edges = page["edges"].as_array().expect("a list");
            let info = json!({
                "__typename": "PageInfo", "hasNextPage": found.len() + edges.len() < 33,
                "hasPreviousPage": !after.is_null(),
                "startCursor": edges[0]["cursor"], "endCursor": edges[edges.len() - 1]["cursor"]
            });
            assert_eq!(page["pageInfo"], info);
            found.extend(edges.iter().cloned());
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(found, all, "{first}");
    }
}

async fn a_cursor_belongs_to_its_search(kind: Store) {
    let house = House::empty(kind).await;
    house.add(vec![asset(1, "pump"), asset(2, "pump")]).await;
    let page = house.ask("{ search(text: \"pump\", first: 1) { pageInfo { endCursor } } }").await;
    let cursor = page["search"]["pageInfo"]["endCursor"].as_str().expect("a cursor").to_owned();
    for (arguments, cursor) in [
        ("text: \"pum\"", cursor.clone()),
        ("text: \"pump\", types: ASSET", cursor.clone()),
        ("text: \"pump\"", cursor[1..].to_owned()),
        ("text: \"pump\"", format!("{cursor}AA")),
        ("text: \"pump\"", String::new()),
        ("text: \"pump\"", "!".to_owned()),
    ] {
        let query = format!("{{ search({arguments}, after: \"{cursor}\") {{ nodes {{ title }} }} }}");
        let (code, message) = house.refusal(&query).await;
        assert_eq!(
            (code.as_str(), message.as_str()),
            ("BAD_USER_INPUT", "after: is not a cursor of this search"),
            "{query}"
        );
    }
    assert_eq!(titles(&house, &format!("text: \"pump\", after: \"{cursor}\"")).await.len(), 1);
}

async fn records_are_read_with_what_is_nested_in_them(kind: Store) {
    let house = House::empty(kind).await;
    let member = Org::Harbour.row(3);
    house
        .add(vec![
            asset(1, "Press"),
            ("audit", json!({ "id": 1, "number": "press", "name": "A", "asset_id": 1, "asset_kind": "OTHER" })),
            ("issue", json!({ "id": 1, "number": 1, "title": "Press", "asset_id": 1, "assigned_to_id": member })),
            ("user", json!({ "id": 9, "username": "press" })),
            ("membership", json!({ "id": 9, "user_id": 9 })),
        ])
        .await;
    let query = "
        query { search(text: \"press\") { __typename nodes { __typename type node { ...Named ...Audited } } } }
        fragment Named on Node {
            __typename
            ... on Asset { name issues { nodes { title assignee { username } } } }
            ... on User { username }
        }
        fragment Audited on Node {
            ... on Audit { number asset { name audits { totalCount } } }
            ... on Issue { title asset { name } }
        }";
    let hit = |sort: &str, node: Value| json!({ "__typename": "SearchHit", "type": sort, "node": node });
    let issues = json!({ "nodes": [{ "title": "Press", "assignee": { "username": "user-1003" } }] });
    let audited = json!({ "name": "Press", "audits": { "totalCount": 1 } });
    let expected = json!({ "search": { "__typename": "SearchConnection", "nodes": [
        hit("AUDIT", json!({ "__typename": "Audit", "number": "press", "asset": audited })),
        hit("ASSET", json!({ "__typename": "Asset", "name": "Press", "issues": issues })),
        hit("ISSUE", json!({ "__typename": "Issue", "title": "Press", "asset": { "name": "Press" } })),
        hit("USER", json!({ "__typename": "User", "username": "press" })),
    ] } });
    assert_eq!(house.ask(query).await, expected);
}

async fn only_what_the_organization_has_is_found(kind: Store) {
    let house = House::seeded(kind).await;
    for text in ["quay", "o", "a", "e", "example.org", "A-"] {
        for (org, name) in [(Org::Harbour, "harbour-foods"), (Org::Nordic, "nordic-freight")] {
            let query = format!(
                "{{ search(text: \"{text}\", first: 100) {{ nodes {{ node {{ __typename
                    ... on Audit {{ legacyId }} ... on Asset {{ legacyId }} ... on Issue {{ legacyId }}
                    ... on User {{ legacyId memberships {{ organization {{ slug }} }} }}
                }} }} }} }}"
            );
            let answer = house.ask_as(org, &query).await;
            for hit in answer["search"]["nodes"].as_array().expect("a list") {
                let node = &hit["node"];
                let id = node["legacyId"].as_i64().expect("an id");
                assert_ne!(id, FORMER_MEMBER);
                if node["__typename"] == "User" {
                    assert_eq!(node["memberships"][0]["organization"]["slug"], name, "{text}: {node}");
                } else {
                    assert_eq!(id / 1_000, org.id(), "{text}: {node}");
                }
            }
        }
    }
}

async fn statements_do_not_depend_on_the_number_of_hits(kind: Store) {
    let house = House::empty(kind).await;
    let mut rows = Vec::new();
    for id in 1..=20 {
        rows.push(asset(id, "pump"));
        rows.push(issue(id, "pump"));
    }
    house.add(rows).await;
    for (fields, expected) in [
        ("nodes { title }", 1),
        ("pageInfo { endCursor } edges { cursor }", 1),
        ("nodes { node { ... on Asset { name parent { name } } ... on Issue { title asset { name } } } }", 3),
        ("nodes { node { ... on Asset { issues { nodes { title } } } } }", 4),
    ] {
        for first in [21, 40] {
            let query = format!("{{ search(text: \"pump\", first: {first}) {{ {fields} }} }}");
            assert_eq!(house.statements(&query).await, expected, "{query}");
        }
    }
}

async fn what_cannot_be_searched_for_is_refused(kind: Store) {
    let house = House::empty(kind).await;
    let longest = "é".repeat(200);
    house.add(vec![asset(1, &longest)]).await;
    assert_eq!(titles(&house, &format!("text: \" {longest} \"")).await, [longest.clone()]);
    let wrong = "text: must have 1 to 200 characters";
    for (text, message) in [
        (String::new(), wrong),
        (" \t\n ".to_owned(), wrong),
        (format!("{longest}é"), wrong),
        ("a\u{0}b".to_owned(), "text: must not contain U+0000"),
    ] {
        let (answer, _) = house
            .answer(Org::Harbour, "query($t: String!) { search(text: $t) { nodes { title } } }", json!({ "t": text }))
            .await;
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!(body["errors"][0]["message"], message, "{body}");
        assert_eq!(answer.error_code, Some("BAD_USER_INPUT"));
    }
    assert_eq!(house.refusal("{ search(text: \"a\", first: 201) { nodes { title } } }").await.0, "TOO_COMPLEX");
    assert_eq!(house.refusal("{ search(text: \"a\", first: -1) { nodes { title } } }").await.0, "BAD_USER_INPUT");
    assert_eq!(house.refusal("{ search(text: \"a\", types: [THING]) { nodes { title } } }").await.0, "BAD_USER_INPUT");
    assert_eq!(house.refusal("{ search { nodes { title } } }").await.0, "BAD_USER_INPUT");
    let none =
        house.ask("{ search(text: \"é\", first: 0) { nodes { title } pageInfo { hasNextPage endCursor } } }").await;
    assert_eq!(none, json!({ "search": { "nodes": [], "pageInfo": { "hasNextPage": true, "endCursor": null } } }));
}

async fn the_order_is_that_of_a_search_by_hand(kind: Store) {
    let house = House::empty(kind).await;
    let mut random = 99_u64;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let mut text = |most: u64| -> String {
        let letters = ["a", "A", "b", "B", " ", "-", "ä", ".", "%"];
        (0..=next(most)).map(|_| letters[next(9) as usize]).collect()
    };
    let mut rows = Vec::new();
    for id in 1..=60_i64 {
        rows.push((id, text(6), text(9)));
    }
    let texts: Vec<String> = (0..60).map(|_| text(3)).collect();
    let issues = rows.iter().map(|(id, title, description)| {
        ("issue", json!({ "id": id, "number": id, "title": title, "description": description }))
    });
    house.add(issues.collect()).await;
    for wanted in texts.iter().filter(|text| !text.trim().is_empty()) {
        let small = wanted.trim().to_ascii_lowercase();
        let rank = |value: &str| {
            let value = value.to_ascii_lowercase();
            let words = [" ", "-", "."].iter().any(|sign| value.contains(&format!("{sign}{small}")));
            match (value == small, value.starts_with(&small), words, value.contains(&small)) {
                (true, ..) => Some(1),
                (_, true, ..) => Some(2),
                (_, _, true, _) => Some(3),
                (.., true) => Some(4),
                _ => None,
            }
        };
        let mut expected: Vec<(i32, i64)> = rows
            .iter()
            .filter_map(|(id, title, description)| Some((rank(title).into_iter().chain(rank(description)).min()?, -id)))
            .collect();
        expected.sort_unstable();
        let query = format!(
            "{{ search(text: {}, types: ISSUE, first: 100) {{ nodes {{ node {{ ... on Issue {{ legacyId }} }} }} }} }}",
            json!(wanted)
        );
        let answer = house.ask(&query).await;
        let nodes = answer["search"]["nodes"].as_array().expect("a list").iter();
        let found: Vec<i64> = nodes.map(|hit| hit["node"]["legacyId"].as_i64().expect("an id")).collect();
        assert_eq!(found, expected.iter().map(|(_, id)| -id).collect::<Vec<_>>(), "{wanted:?}");
    }
}

async fn the_newest_are_looked_through_and_all_by_their_key(kind: Store) {
    let house = House::empty(kind).await;
    let mut old = asset(1, "Old pump");
    old.1["slug"] = json!("old-pump");
    old.1["created_at"] = json!("2020-01-01T00:00:00Z");
    house.add(vec![old]).await;
    let run =
        async |sql: String| fixture::execute(&house.store.db, vec![Statement::new(sql, Vec::new(), Vec::new())]).await;
    let (uuid, now) = match kind {
        Store::Postgres => ("gen_random_uuid()", "'2026-01-01T00:00:00Z'"),
        Store::Sqlite => ("randomblob(16)", "'2026-01-01T00:00:00.000000+00:00'"),
    };
    run(format!(
        "INSERT INTO asset (id, uuid, organization_id, path, name, slug, created_at, updated_at)
        WITH RECURSIVE n(id) AS (SELECT 2 UNION ALL SELECT id + 1 FROM n WHERE id <= {CANDIDATES})
        SELECT id, {uuid}, 1, id || '/', 'x', 'x' || id, {time}, {time} FROM n",
        time = if kind == Store::Postgres { format!("TIMESTAMPTZ {now}") } else { now.to_owned() }
    ))
    .await;
    assert_eq!(titles(&house, "text: \"pump\"").await, [String::new(); 0]);
    assert_eq!(titles(&house, "text: \"Old-Pump\"").await, ["Old pump"]);
    run("DELETE FROM asset WHERE id = 2".to_owned()).await;
    assert_eq!(titles(&house, "text: \"pump\"").await, ["Old pump"]);
}
