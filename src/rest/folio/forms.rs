//! The six forms of events (contract folio 2.2). Each list of members is the contract's table.

use std::sync::LazyLock;

use super::words::{ACTION, DATE_TIME, SNAPSHOT};
use crate::domain::acquisition::Kind;
use crate::rest::kit::Form;
use crate::rest::kit::write::UUID;

/// A form that is made when it is first used.
pub type Made = LazyLock<Form>;

/// What all events have, and what closed types have for snapshot.
fn event(name: &'static str, kind: Kind, snapshot: &'static [&'static str]) -> Form {
    let form = Form::of(name, "ChangeEvent").value("id", &["uuid"], UUID).value("action", &["action"], ACTION);
    let form = match kind.parent_key() {
        Some(key) => form.optional(key, &["parentUuid"], UUID).doc("Identifier of the record it is a line of."),
        None => form,
    };
    form.value(kind.entity_key(), &["entityUuid"], UUID)
        .doc("Identifier of the record.")
        .optional("userId", &["userUuid"], UUID)
        .doc("Identifier of the person who did it. Absent when that is not known.")
        .value("eventDate", &["eventDate"], DATE_TIME)
        .doc("When the event was triggered.")
        .value("actionDate", &["actionDate"], DATE_TIME)
        .doc("When the change occurred.")
        .optional(kind.snapshot_key(), snapshot, SNAPSHOT)
        .doc("The record as it was afterwards, as it came in.")
}

/// With what open types have beside it.
fn open(form: Form, kind: Kind, original: &'static [&'static str]) -> Form {
    form.optional(kind.original_key(), original, SNAPSHOT)
        .doc("The record as it was before, as it came in.")
        .spread("extra")
}

/// Of an order.
pub static ORDER: Made = LazyLock::new(|| event("OrderAuditEvent", Kind::Order, &["snapshotAfter"]));
/// Of an order line.
pub static ORDER_LINE: Made = LazyLock::new(|| event("OrderLineAuditEvent", Kind::OrderLine, &["snapshotAfter"]));
/// Of a piece.
pub static PIECE: Made = LazyLock::new(|| event("PieceAuditEvent", Kind::Piece, &["snapshotAfter"]));
/// Of an invoice.
pub static INVOICE: Made = LazyLock::new(|| {
    open(event("InvoiceAuditEvent", Kind::Invoice, &["snapshotAfter"]), Kind::Invoice, &["snapshotBefore"])
});
/// Of an invoice line.
pub static INVOICE_LINE: Made = LazyLock::new(|| {
    let form = event("InvoiceLineAuditEvent", Kind::InvoiceLine, &["snapshotAfter"]);
    open(form, Kind::InvoiceLine, &["snapshotBefore"])
});
/// Of a vendor, which may be a supplier of the gateway's own.
pub static ORGANIZATION: Made = LazyLock::new(|| {
    let form = event("OrganizationAuditEvent", Kind::Organization, &["vendorSnapshot"]);
    open(form, Kind::Organization, &["vendorBefore"])
});
