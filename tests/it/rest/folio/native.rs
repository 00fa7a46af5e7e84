//! The same data in GraphQL: the queries that answers lead to give the same events, in the same order, with the same
//! values; the documentation holds them.

use audit_gateway::domain::cell::{Cell, Kind};
use audit_gateway::domain::db::Store;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value as Json, json};

use super::{KEYS, Library, collection, event, id};
use crate::rest::Seen;
use crate::store::on_both_stores;

on_both_stores!(events_are_the_same_in_graphql, the_documentation_holds_every_query);

/// The query that an answer leads to.
fn query_of(seen: &Seen) -> String {
    let link = seen.header("link").expect("a link");
    assert!(link.ends_with("; rel=\"alternate\"; type=\"text/html\"; title=\"GraphQL\""), "{link}");
    let target = link.trim_start_matches("</graphiql?").split('>').next().expect("a target");
    let (name, query) = form_urlencoded::parse(target.as_bytes()).next().expect("a query");
    assert_eq!(name, "query");
    query.into_owned()
}

/// An event of GraphQL as this interface shows it.
pub fn shown(word: &str, node: &Json) -> Json {
    let (_, entity, parent, snapshot) = KEYS.into_iter().find(|(known, ..)| *known == word).expect("a type");
    let own = node["entityType"] == "asset";
    let mut event = Map::new();
    let mut put = |key: &str, value: &Json| {
        if !value.is_null() {
            event.insert(key.to_owned(), value.clone());
        }
    };
    put("id", &node["uuid"]);
    let action = node["action"].as_str().expect("a word").to_lowercase();
    put("action", &json!(format!("{}{}", action[..1].to_uppercase(), &action[1..])));
    if let Some(parent) = parent {
        put(parent, &node["parentUuid"]);
    }
    put(entity, &node["entityUuid"]);
    put("userId", &node["userUuid"]);
    for key in ["eventDate", "actionDate"] {
        let instant: DateTime<Utc> = node[key].as_str().expect("a text").parse().expect("an instant");
        put(key, &instant.to_rfc3339_opts(SecondsFormat::Millis, false).into());
    }
    put(snapshot, if own { &node["snapshot"] } else { &node["snapshotAfter"] });
    if ["invoice", "invoice-line", "organization"].contains(&word) && !own {
        put(&format!("original{}{}", snapshot[..1].to_uppercase(), &snapshot[1..]), &node["snapshotBefore"]);
        for (key, value) in node["extra"].as_object().into_iter().flatten() {
            put(key, value);
        }
    }
    Json::Object(event)
}

async fn events_are_the_same_in_graphql(kind: Store) {
    let library = Library::open(kind).await;
    let mut records: Vec<(&str, String)> = Vec::new();
    for (word, _, _, snapshot) in KEYS {
        let events: Vec<Json> = (1..=5)
            .map(|number| event(word, number, 8, json!({ "action": "Delete", snapshot: { "n": number } })))
            .collect();
        library.take(&events).await;
        records.push((word, id(8)));
        let sql = format!(
            "SELECT entity_uuid FROM change_event WHERE entity_type = 'acq.{}' AND organization_id = (SELECT id FROM \
             organization WHERE slug = 'northwind-library') ORDER BY sequence LIMIT 1",
            word.replace('-', "_")
        );
        let told = library.house.ask(Kind::Uuid, &sql).await;
        records.push((word, told.first().and_then(Cell::as_uuid).expect("a record").to_string()));
    }
    let owner = library.house.sign_in("nora.owner").await;
    let create = "mutation { createAsset(input: {name: \"Mill\", kind: SUPPLIER}) { asset { id uuid } } }";
    let asset = library.ask(&owner, create).await["data"]["createAsset"]["asset"].clone();
    let delete = format!("mutation {{ deleteAsset(input: {{id: {}}}) {{ userErrors {{ message }} }} }}", asset["id"]);
    library.ask(&owner, &delete).await;
    records.push(("organization", asset["uuid"].as_str().expect("a uuid").to_owned()));
    for (word, record) in records {
        for query in ["", "?sortOrder=asc&limit=3", "?sortBy=eventDate"] {
            let seen = library.get(&format!("/{word}/{record}{query}")).await;
            let list = seen.json();
            let query = query_of(&seen);
            let answer = library.ask(&library.token, &query).await;
            assert_eq!(answer.get("errors"), None, "{query}\n{answer}");
            let events = &answer["data"]["changeEvents"];
            assert_eq!(events["totalCount"], list["totalItems"]);
            let nodes: Vec<Json> =
                events["nodes"].as_array().expect("nodes").iter().map(|node| shown(word, node)).collect();
            assert!(!nodes.is_empty());
            assert_eq!(list[collection(word)], Json::Array(nodes), "{word} {query}");
        }
    }
}

/// Of every operation, as the description of the interface has it.
async fn the_documentation_holds_every_query(kind: Store) {
    let library = Library::open(kind).await;
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let documented = include_str!("../../../../docs/dialects/folio.md").split("```graphql\n").skip(1);
    let documented: Vec<String> = documented.map(|rest| words(rest.split("```").next().expect("a block"))).collect();
    let document = library.house.get("/docs/folio/openapi.json", "").await.json();
    let paths = document["paths"].as_object().expect("paths");
    assert_eq!(paths.len(), 7);
    for (path, methods) in paths {
        let query = words(methods["get"]["x-graphql"].as_str().expect("a query"));
        assert!(documented.contains(&query), "{path} is not documented as\n{query}");
        let text = include_str!("../../../../docs/dialects/folio.md");
        assert!(text.contains(&format!("`{path}`")), "{path}");
    }
}
