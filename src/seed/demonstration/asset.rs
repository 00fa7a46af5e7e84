//! What is audited: the tree of sites, lines, machines, products, warehouses and suppliers.

use serde_json::{Value as Json, json};
use uuid::{Uuid, uuid};

use super::asset_list::{ADDRESSES, AREAS, Address, Area, PLACES, Place};
use super::people::FOUNDED;
use super::world::World;
use crate::fields;
use crate::seed::draft::{Key, Value};

/// The asset whose history the example of GraphiQL shows.
pub const WELL_KNOWN: Uuid = uuid!("6f9619ff-8b86-4d01-b42d-00cf4fc964ff");
/// Its slug.
pub const WELL_KNOWN_SLUG: &str = "fryer-line-2";

/// Makes the profiles, the tree and the audit areas.
pub fn assets(world: &mut World) {
    profiles(world);
    for (minute, place) in (540..).zip(PLACES) {
        asset(world, place, minute);
    }
    for area in AREAS {
        audit_area(world, area);
    }
}

fn field(label: &str, kind: &str, position: i64) -> Json {
    json!({ "label": label, "type": kind, "required": position == 1, "choices": null, "position": position })
}

fn choice(label: &str, kind: &str, choices: &[&str], position: i64) -> Json {
    json!({ "label": label, "type": kind, "required": false, "choices": choices, "position": position })
}

fn profiles(world: &mut World) {
    let deed = world.deed("adam.admin", FOUNDED + 1, 500);
    let machine = json!({
        "1": field("Manufacturer", "TEXT", 1), "2": field("Serial number", "TEXT", 2),
        "3": field("Commissioned", "DATE", 3), "4": field("Connected load in kW", "DECIMAL", 4),
        "5": field("Touches food", "BOOLEAN", 5),
    });
    let supplier = json!({
        "11": choice("Goods", "CHOICE", &["Fish", "Ingredients", "Packaging", "Services"], 1),
        "12": field("Certificate", "URL", 2), "13": field("Last delivery", "DATETIME", 3),
        "14": field("Complaints this year", "INTEGER", 4),
    });
    let digital = json!({
        "21": choice("Platforms", "MULTICHOICE", &["Web", "iOS", "Android"], 1), "22": field("Address", "URL", 2),
    });
    let rows = [
        ("Machine", machine, true),
        ("Supplier", supplier, true),
        ("Digital product", digital, true),
        ("Building (old form)", json!({}), false),
    ];
    for (name, profile_fields, active) in rows {
        world.add(
            "asset_profile",
            name,
            deed,
            fields! {
                name: name, profile_fields: profile_fields, active: active,
            },
        );
    }
}

fn metadata(world: &mut World, place: &Place) -> Json {
    let pair = |field: i64, value: Json| json!({ "field_id": field, "value": value });
    let serial = world.draft.random.between(10_000, 99_999);
    let age = world.draft.random.between(900, 3_600);
    let since = world.day(-age);
    let pairs = match (place.profile, place.note) {
        ("Machine", maker) => vec![
            pair(1, maker.into()),
            pair(2, format!("{}-{serial}", maker.get(..2).unwrap_or("X").to_uppercase()).into()),
            pair(3, since.to_string().into()),
            pair(5, (place.kind == "EQUIPMENT" && !place.slug.contains("truck")).into()),
        ],
        ("Supplier", goods) => vec![
            pair(11, goods.into()),
            pair(12, format!("https://certificates.example/{}.pdf", place.slug).into()),
            pair(14, world.draft.random.between(0, 6).into()),
        ],
        ("Digital product", address) => vec![pair(21, json!(["Web"])), pair(22, address.into())],
        _ => Vec::new(),
    };
    pairs.into()
}

/// The ids of the way down to an asset.
pub fn path(way: Vec<Key>) -> Value {
    Value::late(move |ids| way.iter().map(|key| format!("{:012}/", ids.of(*key))).collect::<String>().into())
}

fn way(world: &mut World, slug: &str) -> Vec<Key> {
    let mut slugs = vec![slug];
    while let Some(place) = PLACES.iter().find(|place| Some(&place.slug) == slugs.last())
        && !place.parent.is_empty()
    {
        slugs.push(place.parent);
    }
    slugs.iter().rev().map(|slug| world.key("asset", slug)).collect()
}

fn asset(world: &mut World, place: &Place, minute: i64) {
    // The minutes keep the order of the tree; the lines of a later year came with a rebuild.
    let deed = world.deed("adam.admin", if place.kind == "PRODUCT" { FOUNDED + 40 } else { FOUNDED + 2 }, minute);
    let parent = world.key_of("asset", place.parent);
    let profile = world.key_of("asset_profile", place.profile);
    let metadata = metadata(world, place);
    let built_in = |world: &World, standard: &str| world.built_in.standard(standard);
    let (standard, level) = match place.kind {
        "PRODUCT" => (built_in(world, "wcag-2-2"), world.built_in.level("wcag-2-2", "aa")),
        "SITE" => (built_in(world, "iso-9001"), None),
        _ => (None, None),
    };
    let address = ADDRESSES.iter().find(|address| address.slug == place.slug);
    let text = |pick: fn(&Address) -> &'static str| address.map(pick);
    let mut fields = fields! {
        parent_id: parent, kind: place.kind, name: place.name, slug: place.slug, description: place.description,
        profile_id: profile, metadata: metadata, standard_id: standard, conformance_level_id: level,
        audit_frequency_months: place.months, pinned: place.pinned,
        address: text(|address| address.street), city: text(|address| address.city),
        region: text(|address| address.region), postal_code: text(|address| address.postal_code),
        country: text(|address| address.country), phone: text(|address| address.phone),
        latitude: address.map(|address| address.latitude), longitude: address.map(|address| address.longitude),
    };
    if place.slug == WELL_KNOWN_SLUG {
        fields.push(("uuid", WELL_KNOWN.into()));
    }
    // The way down is known when the asset is named; what stands there until then is replaced below.
    fields.push(("path", "".into()));
    let key = world.add("asset", place.slug, deed, fields);
    let way = way(world, place.slug);
    world.draft.set(key, fields! { path: path(way) });
}

fn audit_area(world: &mut World, area: &Area) {
    let deed = world.deed("marta.manager", FOUNDED + 5, 560);
    let (asset, unit) = (world.key("asset", area.asset), world.key("org_unit", area.unit));
    let (leader, owner) = (world.person(area.leader), world.person("marta.manager"));
    let key = world.add("audit_area", area.name, deed, fields! {
        name: area.name, description: area.description, audit_type: area.audit_type, audit_threshold: area.threshold,
        notify_audit_area_leader: area.threshold >= 80, auto_corrective_action_plan: area.threshold >= 85,
        active: true, org_unit_id: unit, leader_id: leader, ap_owner_id: owner, ap_assignee_id: leader,
        asset_id: asset,
    });
    if area.audit_type == "closed" {
        let later = world.deed("marta.manager", -250, 700);
        world.draft.edit(key, later, fields! { active: false, audit_type: "general" });
    }
}
