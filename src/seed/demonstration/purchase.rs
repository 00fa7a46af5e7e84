//! The history of purchases, which live in another system and are told here: orders, lines, pieces, invoices, vendors.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::world::World;
use crate::domain::acquisition::Kind;
use crate::domain::cell::instant_text;
use crate::domain::trail::Action;
use crate::seed::draft::Deed;
use crate::seed::record::event;

/// What an organization buys, and who does it.
#[derive(Clone, Copy, Debug)]
pub struct Purchases {
    /// Who buys.
    pub buyer: &'static str,
    /// Beginning of the order numbers.
    pub prefix: &'static str,
    /// Names and codes of the vendors.
    pub vendors: &'static [(&'static str, &'static str)],
    /// Title, position of the vendor, price in cents, how many.
    pub goods: &'static [(&'static str, usize, i64, i64)],
}

/// What the manufacturer buys for its laboratory and library of methods.
pub const OF_HARBOUR: Purchases = Purchases {
    buyer: "jonas.berg",
    prefix: "HF",
    vendors: &[("ClearWater Laboratory Supplies", "CLW"), ("Oleo Verde", "OLV"), ("PackRight Cartons", "PKR")],
    goods: &[
        ("Swab kits for surfaces, 100 pieces", 0, 8_450, 20),
        ("Core temperature probe, calibrated", 0, 21_900, 4),
        ("Journal of Food Protection, yearly", 0, 54_000, 1),
        ("Rapeseed oil, 1,000 l container", 1, 118_000, 6),
        ("Sunflower oil, 1,000 l container", 1, 126_500, 2),
        ("Folding carton 450 g, printed", 2, 7, 40_000),
        ("Folding carton 750 g, printed", 2, 9, 25_000),
        ("Test pieces for metal detectors", 0, 3_300, 12),
    ],
};

/// What the library buys.
pub const OF_LIBRARY: Purchases = Purchases {
    buyer: "nora.owner",
    prefix: "NW",
    vendors: &[("Lantern Books", "LAN"), ("Northern Serials", "NSE")],
    goods: &[
        ("A History of Salt", 0, 2_450, 2),
        ("The Herring Years", 0, 1_990, 3),
        ("Lighthouse Keeping", 0, 3_200, 1),
        ("Harbour Quarterly, yearly", 1, 9_600, 1),
        ("Coastal Ecology Letters, yearly", 1, 41_000, 1),
        ("Sea Stories for Children", 0, 1_450, 6),
    ],
};

/// A deed, and the keys it sets.
type Step<'a> = (Deed, &'a [(&'a str, Json)]);

/// A record that lives elsewhere.
struct Told {
    kind: Kind,
    id: Uuid,
    parent: Option<Uuid>,
}

/// Tells them all.
pub fn purchases(world: &mut World, of: &Purchases) {
    let mut vendors = Vec::new();
    for (index, (name, code)) in (0..).zip(of.vendors) {
        vendors.push(vendor(world, of, (name, code), -745 + index * 3));
    }
    for (index, (title, vendor, price, quantity)) in (0_i64..).zip(of.goods) {
        let vendor = vendors.get(*vendor).copied().unwrap_or_default();
        order(world, of, (index, title, vendor), (*price, *quantity));
    }
}

fn tell(
    world: &mut World,
    told: &Told,
    (action, deed): (Action, Deed),
    (before, after): (Option<&Json>, Option<&Json>),
) {
    let mut entry = event(action, told.kind.entity_type(), told.id, deed.at);
    entry.uuid = world.draft.random.uuid();
    entry.user_uuid = deed.by;
    entry.parent_uuid = told.parent;
    // It was recorded a moment after it had happened, there.
    entry.event_date = deed.at + TimeDelta::milliseconds(300);
    entry.snapshot_after = after.map(Json::to_string);
    entry.snapshot_before = if told.kind.is_open() { before.map(Json::to_string) } else { None };
    world.draft.tell(entry);
}

/// Tells a record that comes into being and changes.
fn course(world: &mut World, told: &Told, first: Json, steps: Vec<Step<'_>>) {
    let mut now = first;
    let mut before: Option<Json> = None;
    for (deed, changes) in steps {
        for (key, value) in changes {
            if let Some(object) = now.as_object_mut() {
                object.insert((*key).to_owned(), value.clone());
            }
        }
        if let Some(metadata) = now.get_mut("metadata").and_then(Json::as_object_mut) {
            metadata.insert("updatedDate".to_owned(), instant_text(&deed.at).into());
        }
        let action = if before.is_none() { Action::Create } else { Action::Edit };
        tell(world, told, (action, deed), (before.as_ref(), Some(&now)));
        before = Some(now.clone());
    }
}

fn metadata(deed: &Deed) -> Json {
    json!({ "createdDate": instant_text(&deed.at), "createdByUserId": deed.by, "updatedDate": instant_text(&deed.at) })
}

fn vendor(world: &mut World, of: &Purchases, (name, code): (&str, &str), day: i64) -> Uuid {
    let id = world.draft.random.uuid();
    let made = world.deed(of.buyer, day, 600);
    let first = json!({
        "id": id, "name": name, "code": code, "status": "Pending", "isVendor": true, "language": "eng",
        "emails": [{ "value": format!("orders@{}.example", code.to_lowercase()), "isPrimary": true }],
        "metadata": metadata(&made),
    });
    let active = [("status", json!("Active"))];
    let steps: Vec<Step<'_>> = vec![(made, &[]), (world.deed(of.buyer, day + 9, 660), &active)];
    course(world, &Told { kind: Kind::Organization, id, parent: None }, first, steps);
    id
}

fn order(world: &mut World, of: &Purchases, (index, title, vendor): (i64, &str, Uuid), (price, quantity): (i64, i64)) {
    let day = -700 + index * 84;
    let number = format!("{}{}", of.prefix, 10_000 + index);
    let (order, line) = (world.draft.random.uuid(), world.draft.random.uuid());
    let made = world.deed(of.buyer, day, 610);
    let opened = world.deed(of.buyer, day + 2, 620);
    let closed = world.deed(of.buyer, day + 45, 630);
    let first = json!({
        "id": order, "poNumber": number, "vendor": vendor, "orderType": "One-Time", "workflowStatus": "Pending",
        "approved": false, "notes": [], "metadata": metadata(&made),
    });
    let open = [
        ("workflowStatus", json!("Open")),
        ("approved", json!(true)),
        ("dateOrdered", json!(instant_text(&opened.at))),
    ];
    let close = [("workflowStatus", json!("Closed")), ("closeReason", json!({ "reason": "Complete" }))];
    let mut steps: Vec<Step<'_>> = vec![(made, &[]), (opened, &open)];
    if day + 45 < 0 {
        steps.push((closed, &close));
    }
    course(world, &Told { kind: Kind::Order, id: order, parent: None }, first, steps);

    let total = format!("{}.{:02}", price * quantity / 100, price * quantity % 100);
    let first = json!({
        "id": line, "poLineNumber": format!("{number}-1"), "purchaseOrderId": order, "titleOrPackage": title,
        "orderFormat": "Physical Resource", "receiptStatus": "Pending", "paymentStatus": "Pending",
        "cost": { "currency": "EUR", "quantityPhysical": quantity, "poLineEstimatedPrice": total },
        "metadata": metadata(&made),
    });
    let awaiting = [("receiptStatus", json!("Awaiting Receipt")), ("paymentStatus", json!("Awaiting Payment"))];
    let received = [("receiptStatus", json!("Fully Received"))];
    let mut steps: Vec<Step<'_>> = vec![(made, &[]), (opened, &awaiting)];
    if day + 30 < 0 {
        steps.push((world.deed(of.buyer, day + 30, 640), &received));
    }
    course(world, &Told { kind: Kind::OrderLine, id: line, parent: Some(order) }, first, steps);
    pieces(world, of, (line, title), (day, index));
    if day + 40 < 0 {
        invoice(world, of, (vendor, line), (day + 31, &number, &total));
    }
}

fn pieces(world: &mut World, of: &Purchases, (line, title): (Uuid, &str), (day, index): (i64, i64)) {
    for copy in 1..=1 + index % 2 {
        let id = world.draft.random.uuid();
        let told = Told { kind: Kind::Piece, id, parent: None };
        let made = world.deed(of.buyer, day + 2, 622 + copy);
        let first = json!({
            "id": id, "poLineId": line, "displaySummary": format!("{title}, part {copy}"), "format": "Physical",
            "receivingStatus": "Expected", "claimingInterval": 14, "metadata": metadata(&made),
        });
        let late = [("receivingStatus", json!("Late"))];
        let claim = [("receivingStatus", json!("Claim sent")), ("claimingInterval", json!(7))];
        let note = [("comment", json!("Promised for next week."))];
        let here = [("receivingStatus", json!("Received"))];
        let mut steps: Vec<Step<'_>> = vec![(made, &[])];
        if index % 3 == 0 {
            steps.push((world.deed(of.buyer, day + 18, 700), &late));
            steps.push((world.deed(of.buyer, day + 19, 705), &claim));
            steps.push((world.deed(of.buyer, day + 22, 710), &note));
        }
        if day + 30 < 0 {
            steps.push((world.deed(of.buyer, day + 30, 639), &here));
        }
        course(world, &told, first.clone(), steps);
        if index == 5 && copy == 2 {
            let deed = world.deed(of.buyer, day + 33, 800);
            tell(world, &told, (Action::Delete, deed), (None, Some(&first)));
        }
    }
}

fn invoice(world: &mut World, of: &Purchases, (vendor, line): (Uuid, Uuid), (day, number, total): (i64, &str, &str)) {
    let (id, invoice_line) = (world.draft.random.uuid(), world.draft.random.uuid());
    let made = world.deed(of.buyer, day, 720);
    let (approved, paid) = (world.deed(of.buyer, day + 3, 730), world.deed(of.buyer, (day + 14).min(-1), 740));
    let first = json!({
        "id": id, "folioInvoiceNo": format!("I-{number}"), "vendorInvoiceNo": format!("{number}-R"), "vendorId": vendor,
        "status": "Open", "currency": "EUR", "poNumbers": [number], "lockTotal": total, "metadata": metadata(&made),
    });
    let approve = [("status", json!("Approved")), ("approvalDate", json!(instant_text(&approved.at)))];
    let pay = [("status", json!("Paid")), ("paymentDate", json!(instant_text(&paid.at)))];
    let told = Told { kind: Kind::Invoice, id, parent: None };
    course(world, &told, first, vec![(made, &[]), (approved, &approve), (paid, &pay)]);
    let first = json!({
        "id": invoice_line, "invoiceId": id, "poLineId": line, "invoiceLineNumber": "1", "invoiceLineStatus": "Open",
        "subTotal": total, "quantity": 1, "metadata": metadata(&made),
    });
    let approve = [("invoiceLineStatus", json!("Approved"))];
    let pay = [("invoiceLineStatus", json!("Paid"))];
    let told = Told { kind: Kind::InvoiceLine, id: invoice_line, parent: Some(id) };
    course(world, &told, first, vec![(made, &[]), (approved, &approve), (paid, &pay)]);
}
