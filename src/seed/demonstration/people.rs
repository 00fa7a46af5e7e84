//! The organization, its chart, its people and their keys.

use serde_json::json;

use super::account::{ACCOUNTS, HARBOUR};
use super::world::World;
use crate::fields;
use crate::seed::draft::Deed;

/// Days since everything began.
pub const FOUNDED: i64 = -760;

struct Colleague {
    username: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    position: &'static str,
    gender: Option<&'static str>,
    role: &'static str,
    jobs: &'static [&'static str],
    unit: &'static str,
}

const fn colleague(
    username: &'static str,
    (first_name, last_name, gender): (&'static str, &'static str, Option<&'static str>),
    position: &'static str,
    (role, jobs, unit): (&'static str, &'static [&'static str], &'static str),
) -> Colleague {
    Colleague { username, first_name, last_name, position, gender, role, jobs, unit }
}

const F: Option<&str> = Some("female");
const M: Option<&str> = Some("male");

/// Those without an account are contacts: they are assigned work and never sign in.
const COLLEAGUES: &[Colleague] = &[
    colleague("olivia.owner", ("Olivia", "Brandt", F), "Managing director", ("OWNER", &["ADMIN"], "HF")),
    colleague("adam.admin", ("Adam", "Kowalski", M), "Head of systems", ("ADMIN", &["ADMIN"], "IT")),
    colleague(
        "marta.manager",
        ("Marta", "Lindqvist", F),
        "Quality manager",
        ("MEMBER", &["MANAGER", "INITIATOR", "AUDIT_MANAGER", "AUDIT_INITIATOR"], "QA"),
    ),
    colleague("alex.auditor", ("Alex", "Meyer", M), "Lead auditor", ("MEMBER", &["AUDITOR", "AUDIT_INITIATOR"], "QA")),
    colleague("mia.member", ("Mia", "Janssen", F), "Shift supervisor", ("MEMBER", &["INITIATOR"], "RTM")),
    colleague(
        "casey.consultant",
        ("Casey", "Okafor", None),
        "Accessibility consultant",
        ("MEMBER", &["AUDITOR"], "IT"),
    ),
    colleague("ines.auditor", ("Inês", "Carvalho", F), "Auditor", ("MEMBER", &["AUDITOR"], "QA")),
    colleague("tom.fraser", ("Tom", "Fraser", M), "Maintenance lead", ("MEMBER", &[], "RTM")),
    colleague("fiona.reid", ("Fiona", "Reid", F), "Smokehouse manager", ("MEMBER", &["MANAGER"], "ABZ")),
    colleague("piotr.nowak", ("Piotr", "Nowak", M), "Cannery manager", ("MEMBER", &["MANAGER"], "GDN")),
    colleague("ravi.menon", ("Ravi", "Menon", M), "Web developer", ("MEMBER", &[], "IT")),
    colleague("hanna.schulz", ("Hanna", "Schulz", F), "Warehouse manager", ("MEMBER", &[], "LOG")),
    colleague("jonas.berg", ("Jonas", "Berg", M), "Buyer", ("MEMBER", &[], "HF")),
];

struct Unit {
    abbr: &'static str,
    parent: &'static str,
    kind: &'static str,
    description: &'static str,
    limit: i64,
}

const fn unit(
    abbr: &'static str,
    parent: &'static str,
    kind: &'static str,
    description: &'static str,
    limit: i64,
) -> Unit {
    Unit { abbr, parent, kind, description, limit }
}

const UNITS: &[Unit] = &[
    unit("HF", "", "ORGANISATION", "Harbour Foods", 0),
    unit("QA", "HF", "DIVISION", "Quality assurance", 12),
    unit("IT", "HF", "DIVISION", "Systems and web shop", 10),
    unit("LOG", "HF", "DIVISION", "Logistics and warehouses", 20),
    unit("RTM", "HF", "ORGANISATION", "Rotterdam plant", 60),
    unit("ABZ", "HF", "ORGANISATION", "Aberdeen smokehouse", 25),
    unit("GDN", "HF", "ORGANISATION", "Gdynia cannery", 45),
    unit("RTM-FRY", "RTM", "DIVISION", "Frying hall", 0),
    unit("RTM-PACK", "RTM", "DIVISION", "Packing hall", 0),
];

/// Number, first name, last name, unit, account, status.
type Hand = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

const WORKERS: &[Hand] = &[
    ("1001", "Alex", "Meyer", "QA", "alex.auditor", "ACTIVE"),
    ("1002", "Mia", "Janssen", "RTM", "mia.member", "ACTIVE"),
    ("1003", "Tom", "Fraser", "RTM", "tom.fraser", "ACTIVE"),
    ("1004", "Sanne", "de Wit", "RTM-FRY", "", "ACTIVE"),
    ("1005", "Youssef", "Amrani", "RTM-FRY", "", "ACTIVE"),
    ("1006", "Kees", "Vermeulen", "RTM-PACK", "", "ACTIVE"),
    ("1007", "Agnieszka", "Wrona", "RTM-PACK", "", "INACTIVE"),
    ("2001", "Fiona", "Reid", "ABZ", "fiona.reid", "ACTIVE"),
    ("2002", "Callum", "Stewart", "ABZ", "", "ACTIVE"),
    ("2003", "Eilidh", "Munro", "ABZ", "", "ACTIVE"),
    ("3001", "Piotr", "Nowak", "GDN", "piotr.nowak", "ACTIVE"),
    ("3002", "Zofia", "Lis", "GDN", "", "ACTIVE"),
    ("3003", "Marek", "Zając", "GDN", "", "ARCHIVED"),
];

/// Makes the organization and everybody in it.
pub fn people(world: &mut World) {
    let nobody = Deed { by: None, at: world.at(FOUNDED, 480) };
    let standard = world.built_in.standard("iso-9001");
    let organization = world.add(
        "organization",
        HARBOUR,
        nobody,
        fields! {
            slug: HARBOUR, name: "Harbour Foods", time_zone: "Europe/Amsterdam", default_standard_id: standard,
            default_audit_frequency_months: 12, discrepancy_threshold: rust_decimal::Decimal::new(2, 0),
            data_api_enabled: true, demonstration: true,
        },
    );
    world.draft.enter(organization);
    for unit in UNITS {
        let parent = world.key_of("org_unit", unit.parent);
        world.add(
            "org_unit",
            unit.abbr,
            nobody,
            fields! {
                parent_id: parent, abbr: unit.abbr, cell_type: unit.kind, description: unit.description,
                users_limit: unit.limit, required_rate_justification: unit.abbr == "QA",
            },
        );
    }
    for (index, colleague) in (0..).zip(COLLEAGUES) {
        let joined = Deed { by: nobody.by, at: world.at(FOUNDED, 485 + index * 5) };
        user(world, colleague, joined);
        member(world, colleague, joined);
    }
    former(world);
    for (index, hand) in (0..).zip(WORKERS) {
        worker(world, *hand, index);
    }
    keys(world);
    sign_ins(world);
}

/// The full name of somebody of the manufacturer.
pub fn full_name(username: &str) -> String {
    let found = COLLEAGUES.iter().find(|colleague| colleague.username == username);
    found.map(|colleague| format!("{} {}", colleague.first_name, colleague.last_name)).unwrap_or_default()
}

fn user(world: &mut World, colleague: &Colleague, joined: Deed) {
    let account = ACCOUNTS.iter().find(|account| account.username == colleague.username);
    let email = match account {
        Some(account) => account.email.to_owned(),
        None => format!("{}@harbour-foods.example", colleague.username),
    };
    let hash = world.hashes.get(colleague.username).cloned();
    let mobile = format!("+31 6 5550 {:04}", world.draft.random.between(0, 9_999));
    world.add("user", colleague.username, joined, fields! {
        username: colleague.username, email: email, password_hash: hash, first_name: colleague.first_name,
        last_name: colleague.last_name, mobile: mobile, position: colleague.position, gender: colleague.gender,
        locale: "en", status: "ACTIVE", demonstration: true,
        is_representative: matches!(colleague.role, "OWNER"), is_restricted: colleague.username == "casey.consultant",
    });
}

fn member(world: &mut World, colleague: &Colleague, joined: Deed) {
    let (person, unit) = (world.person(colleague.username), world.key("org_unit", colleague.unit));
    let api_access = matches!(colleague.username, "olivia.owner" | "adam.admin" | "marta.manager" | "alex.auditor");
    world.add(
        "membership",
        colleague.username,
        joined,
        fields! {
            user_id: person, role: colleague.role, job_roles: json!(colleague.jobs), org_unit_id: unit,
            api_access: api_access,
        },
    );
}

/// Somebody who left, somebody on leave, and an account that is no person's.
fn former(world: &mut World) {
    let rows = [
        ("greta.vogel", "Greta", "Vogel", "Quality manager until last year", "ARCHIVED", "ARCHIVED"),
        ("bram.peters", "Bram", "Peters", "Shift supervisor, on leave", "ACTIVE", "INACTIVE"),
        ("scale.gateway", "Weighing", "Gateway", "Sends weights from the lines", "SYSTEM", "SYSTEM"),
    ];
    for (username, first_name, last_name, position, first, last) in rows {
        let joined = world.deed("adam.admin", FOUNDED, 600);
        let key = world.add(
            "user",
            username,
            joined,
            fields! {
                username: username, email: format!("{username}@harbour-foods.example"), first_name: first_name,
                last_name: last_name, position: position, locale: "en",
                status: if first == "SYSTEM" { "SYSTEM" } else { "ACTIVE" }, demonstration: true,
            },
        );
        world.add("membership", username, joined, fields! { user_id: key, role: "MEMBER", job_roles: json!([]) });
        if last != "SYSTEM" {
            let left = world.deed("adam.admin", -300, 615);
            world.draft.edit(key, left, fields! { status: last });
        }
    }
}

fn worker(world: &mut World, (number, first_name, last_name, unit, account, status): Hand, index: i64) {
    let hired = world.deed("adam.admin", FOUNDED + 2, 540 + index);
    let (unit, account) = (world.key("org_unit", unit), world.key_of("user", account));
    // No pin has this hash, so nobody has to wonder which one it is.
    let pincode = (index % 3 == 0).then(|| format!("demonstration:{:016x}", world.draft.random.next()));
    let key = world.add(
        "worker",
        number,
        hired,
        fields! {
            number: number, pincode_hash: pincode, status: "ACTIVE", first_name: first_name, last_name: last_name,
            org_unit_id: unit, user_id: account,
        },
    );
    if status != "ACTIVE" {
        let left = world.deed("adam.admin", -140 + index, 555);
        let remarks = if status == "ARCHIVED" { "Retired." } else { "On parental leave." };
        world.draft.edit(key, left, fields! { status: status, remarks: remarks });
    }
}

fn keys(world: &mut World) {
    let rows = [
        ("general", "adam.admin", "GENERAL", "Scripts", json!([]), None),
        ("data", "marta.manager", "DATA_API", "Reporting", json!(["action_audit:read"]), None),
        ("old", "adam.admin", "GENERAL", "Old handheld scanners", json!([]), Some(-200)),
    ];
    for (name, owner, purpose, label, scopes, revoked) in rows {
        let (deed, person) = (world.deed("adam.admin", -400, 630), world.person(owner));
        let key = world.add(
            "api_key",
            name,
            deed,
            fields! {
                user_id: person, purpose: purpose, label: label, scopes: scopes,
            },
        );
        if let Some(day) = revoked {
            let (deed, at) = (world.deed("adam.admin", day, 640), world.at(day, 640));
            world.draft.edit(key, deed, fields! { revoked_at: at });
        }
    }
}

/// Sign-ins that ended long ago; their hashes belong to no token.
fn sign_ins(world: &mut World) {
    let nobody = |world: &World, day| Deed { by: None, at: world.at(day, 500) };
    for (username, day) in [("olivia.owner", -60), ("casey.consultant", -45)] {
        let (person, organization, deed) = (world.person(username), world.draft.organization(), nobody(world, day));
        let hash = unknown_hash(world);
        world.draft.add("session", deed, fields! {
            user_id: person, token_hash: hash, expires_at: world.at(day + 7, 500), remember_me: true,
            ip_address: "192.0.2.17", user_agent: "Mozilla/5.0 (demonstration)", active_organization_id: organization,
        });
    }
    for (username, day) in [("alex.auditor", -90), ("mia.member", -70)] {
        let (person, organization, deed) = (world.person(username), world.draft.organization(), nobody(world, day));
        let (hash, family) = (unknown_hash(world), world.draft.random.uuid());
        world.draft.add(
            "refresh_token",
            deed,
            fields! {
                user_id: person, organization_id: organization, token_hash: hash, family: family, issued_at: deed.at,
                expires_at: world.at(day + 14, 500), absolute_expires_at: world.at(day + 30, 500),
                revoked_at: world.at(day + 1, 900),
            },
        );
    }
}

fn unknown_hash(world: &mut World) -> String {
    (0..4).map(|_| format!("{:016x}", world.draft.random.next())).collect()
}
