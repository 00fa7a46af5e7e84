//! Every mutation, refused: to roles below the one it needs, across organizations, and with values of no sense (issue
//! 3, acceptance 7). A refusal leaves nothing behind.

use audit_gateway::domain::cell::Kind;
use audit_gateway::domain::command::{Act, Entry, Slot, acts};
use audit_gateway::domain::cx::Role;
use audit_gateway::domain::db::Store;
use serde_json::{Map, Value as Json, json};

use super::House;
use crate::store::on_both_stores;

on_both_stores!(
    a_role_below_is_refused_every_command,
    a_record_of_another_organization_is_refused_to_every_command,
    values_of_no_sense_are_told_and_change_nothing,
);

pub const EVENTS: &str = "SELECT CAST(count(*) AS BIGINT) FROM change_event";

fn value(entry: &Entry) -> Json {
    match entry.slot {
        Slot::Field(field, _) if field.list => json!([]),
        Slot::Field(field, _) => match (field.words, field.kind) {
            (Some(words), _) => json!(words.words[0].word.to_ascii_uppercase()),
            (None, kind) => of_kind(kind, entry.name),
        },
        Slot::Extra(kind) => of_kind(kind, entry.name),
        Slot::Word(words) => json!(words.words[0].word.to_ascii_uppercase()),
        Slot::One(noun, _) | Slot::Row(noun) => nobody(noun.name),
        Slot::Many(noun, _) | Slot::Rows(noun) => json!([nobody(noun.name)]),
        Slot::Items(_, entries) => json!([object(entries)]),
        Slot::Password => json!("long enough"),
    }
}

fn of_kind(kind: Kind, name: &str) -> Json {
    match kind {
        Kind::Bool => json!(true),
        Kind::Int | Kind::Long => json!(1),
        Kind::Float => json!(1.5),
        Kind::Text if name.ends_with("Url") => json!("https://files.example.org/x"),
        Kind::Text => json!("text"),
        Kind::Uuid => json!("5b0f6a1e-93d4-4c27-8a6b-2f1e7d9c4a30"),
        Kind::Time => json!("2026-03-01T00:00:00Z"),
        Kind::Date => json!("2026-03-01"),
        Kind::Decimal => json!("1.5"),
        Kind::Json => json!({}),
    }
}

/// The id of a record that nobody has.
fn nobody(noun: &str) -> Json {
    use base64::Engine;
    let text = format!("{noun}:5b0f6a1e-93d4-4c27-8a6b-2f1e7d9c4a30");
    json!(base64::engine::general_purpose::STANDARD.encode(text))
}

fn object(entries: &[Entry]) -> Json {
    Json::Object(
        entries.iter().filter(|entry| entry.required).map(|entry| (entry.name.to_owned(), value(entry))).collect(),
    )
}

/// What a command takes, with values of the right types.
pub fn input(act: &Act) -> Map<String, Json> {
    let Json::Object(mut input) = object(&act.entries) else { unreachable!() };
    if let Some(noun) = act.target {
        input.insert("id".to_owned(), nobody(noun.name));
    }
    input
}

async fn a_role_below_is_refused_every_command(kind: Store) {
    let house = House::open(kind).await;
    let before = house.number(EVENTS).await;
    let mut tried = 0;
    for act in acts().iter().filter(|act| act.role > Role::Member) {
        let code = house.refused("mia.member", act.name, Json::Object(input(act))).await;
        assert_eq!(code, "FORBIDDEN", "{}", act.name);
        tried += 1;
    }
    assert!(tried > 30, "{tried}");
    assert_eq!(house.number(EVENTS).await, before);
}

/// The first record of a noun that somebody sees, as a global id.
async fn first(house: &House, username: &str, act: &Act) -> Option<Json> {
    let noun = act.target?;
    if noun.plural.is_empty() {
        return None;
    }
    let query = format!("{{ {list}(first: 100) {{ nodes {{ id }} }} }}", list = noun.plural);
    let theirs = house.read(username, &query, json!({})).await;
    let ours = house.read("olivia.owner", &query, json!({})).await;
    let ours = ours[noun.plural]["nodes"].as_array()?.clone();
    theirs[noun.plural]["nodes"].as_array()?.iter().find(|row| !ours.contains(row)).map(|row| row["id"].clone())
}

async fn a_record_of_another_organization_is_refused_to_every_command(kind: Store) {
    let house = House::open(kind).await;
    let before = house.number(EVENTS).await;
    let mut tried = 0;
    for act in acts().iter().filter(|act| act.target.is_some()) {
        let Some(id) = first(&house, "nora.owner", act).await else { continue };
        let mut input = input(act);
        input.insert("id".to_owned(), id);
        let body = house.send("olivia.owner", act.name, Json::Object(input), "").await;
        assert_eq!(body["errors"][0]["extensions"]["code"], "NOT_FOUND", "{} {body}", act.name);
        tried += 1;
    }
    assert!(tried > 30, "{tried}");
    // A reference to a record of another organization is as good as one to none.
    for act in acts().iter().filter(|act| act.is_new && act.target.is_none()) {
        for entry in &act.entries {
            let (Slot::One(noun, _) | Slot::Row(noun)) = entry.slot else { continue };
            let mut input = input(act);
            input.insert(entry.name.to_owned(), nobody(noun.name));
            let codes = house.mend("olivia.owner", act.name, Json::Object(input)).await;
            assert!(codes.iter().any(|code| code == "NOT_FOUND"), "{} {} {codes:?}", act.name, entry.name);
        }
    }
    assert_eq!(house.number(EVENTS).await, before);
}

async fn values_of_no_sense_are_told_and_change_nothing(kind: Store) {
    let house = House::open(kind).await;
    // In one value each: what no store keeps, what is too long, what is no number, what no type is.
    let nonsense = [json!("\u{0}\u{1b}[31m"), json!("9".repeat(70_000)), json!(-1.5e308), json!([[["x"]]])];
    let (mut refused, mut taken) = (0, 0);
    for act in acts() {
        let own = own(&house, act).await;
        for entry in &act.entries {
            for bad in &nonsense {
                let before = house.number(EVENTS).await;
                let mut input = input(act);
                input.extend(own.clone().map(|id| ("id".to_owned(), id)));
                input.insert(entry.name.to_owned(), bad.clone());
                // Fails where the answer is an internal error.
                let body = house.send("olivia.owner", act.name, Json::Object(input), "").await;
                if body["errors"] == Json::Null && body["data"]["done"]["userErrors"] == json!([]) {
                    taken += 1;
                } else {
                    refused += 1;
                    assert_eq!(house.number(EVENTS).await, before, "{} {}", act.name, entry.name);
                }
            }
        }
    }
    // A long text or an odd one is sense for some values, but for few.
    assert!(refused > 20 * taken, "{refused} refused, {taken} taken");
}

/// A record that the owner may change.
async fn own(house: &House, act: &Act) -> Option<Json> {
    let noun = act.target?;
    if noun.plural.is_empty() {
        return None;
    }
    let query = format!("{{ {}(first: 1) {{ nodes {{ id }} }} }}", noun.plural);
    let data = house.read("olivia.owner", &query, json!({})).await;
    Some(data[noun.plural]["nodes"][0]["id"].clone()).filter(|id| !id.is_null())
}
