//! What happened to assets beside their audits, merged with what the audits did to them in the order of time.

use serde_json::json;

use super::asset::WELL_KNOWN_SLUG;
use super::audit::Wake;
use super::issue::Finding;
use super::question::Question;
use super::world::World;
use crate::fields;
use crate::seed::draft::{Deed, Fields, Key};

/// Asset, who, day, minute, what.
type Turn = (&'static str, &'static str, i64, i64, Fields);

fn turns(world: &mut World) -> Vec<Turn> {
    let (standard, level) = (world.key("standard", "harbour-standard"), world.key("conformance_level", "excellent"));
    let metadata = json!([
        { "field_id": 1, "value": "Heat and Control" }, { "field_id": 2, "value": "HE-77120-B" },
        { "field_id": 3, "value": world.day(-480).to_string() }, { "field_id": 4, "value": "96.5" },
        { "field_id": 5, "value": true },
    ]);
    let known = WELL_KNOWN_SLUG;
    vec![
        (known, "marta.manager", -705, 545, fields! { description: "Breaded fillets, 1.8 t an hour." }),
        (known, "adam.admin", -610, 640, fields! { name: "Fryer line 2" }),
        (
            known,
            "tom.fraser",
            -480,
            930,
            fields! { metadata: metadata, description: "Breaded fillets, 2.1 t an hour since the new burner." },
        ),
        (known, "marta.manager", -366, 600, fields! { audit_frequency_months: 6 }),
        (known, "marta.manager", -250, 615, fields! { standard_id: standard, conformance_level_id: level }),
        (known, "olivia.owner", -98, 470, fields! { pinned: true }),
        ("rotterdam-plant", "adam.admin", -410, 660, fields! { phone: "+31 10 555 0199" }),
        (
            "rotterdam-plant",
            "olivia.owner",
            -150,
            480,
            fields! { description: "Frozen fish products: frying, freezing and packing, in three shifts." },
        ),
        ("kiln-2", "fiona.reid", -333, 700, fields! { description: "Hot smoke, 750 kg a batch." }),
        (
            "web-shop",
            "ravi.menon",
            -280,
            800,
            fields! { description: "shop.harbour-foods.example: smoked fish and gifts to the door." },
        ),
        ("retort-3", "piotr.nowak", -150, 505, fields! { archived_at: world.at(-150, 505) }),
        ("recipe-site", "ravi.menon", -260, 1_005, fields! { archived_at: world.at(-260, 1_005) }),
        ("compressor-7", "tom.fraser", -75, 610, fields! { audit_frequency_months: 6 }),
    ]
}

/// Applies all that happened to the assets, and sets their counters.
pub fn stories(world: &mut World, wake: &mut Wake) {
    let mut deeds: Vec<(Key, Deed, Fields)> = std::mem::take(&mut wake.on_assets);
    for (slug, by, day, minute, what) in turns(world) {
        deeds.push((world.key("asset", slug), world.deed(by, day, minute), what));
    }
    deeds.sort_by_key(|(_, deed, _)| deed.at);
    for (asset, deed, what) in deeds {
        world.draft.edit(asset, deed, what);
    }
    for (asset, count) in &wake.counters {
        world.draft.set(*asset, fields! { audit_counter: *count });
    }
}

const LOOSE: &[(&str, &str, Question)] = &[
    (
        "Environment",
        "TASK",
        Question {
            requirement: "",
            subject: "Reported by the shift.",
            weight: 1,
            finding: "Order absorbent for the spill kits",
            cause: "Two kits were used last week",
            remedy: "Order twelve sets",
        },
    ),
    (
        "Occupational safety",
        "NONCONFORMANCE",
        Question {
            requirement: "",
            subject: "Reported by a visitor.",
            weight: 2,
            finding: "Loose handrail at the stairs to the office",
            cause: "A screw is missing",
            remedy: "Fix the handrail",
        },
    ),
    (
        "Management system",
        "TASK",
        Question {
            requirement: "",
            subject: "From the management review.",
            weight: 1,
            finding: "Verify the actions of the last review",
            cause: "Six actions are due",
            remedy: "Visit the owners and look",
        },
    ),
];

/// Issues that no audit found: of the organization as a whole, and of two assets.
pub fn loose(world: &mut World, wake: &mut Wake) {
    for (index, (category, kind, question)) in (0_i64..).zip(LOOSE.iter().cycle().take(9)) {
        let day = [-3, -17, -25, -44, -60, -95, -160, -280, -400].get(usize::try_from(index).unwrap_or(0));
        let slug = if index % 3 == 1 { "head-office" } else { "" };
        wake.findings.push(Finding {
            audit: None,
            activity: None,
            asset: world.key_of("asset", slug),
            slug,
            template: "",
            kind,
            category,
            question,
            major: index == 1,
            day: *day.unwrap_or(&-10),
            minute: 700 + index,
            by: "mia.member",
        });
    }
}
