//! What can be read: seven operations (contract folio 1.1 and 3). Paths, permissions, answers and the OpenAPI document all
//! come from this table.

use super::forms::{INVOICE, INVOICE_LINE, Made, ORDER, ORDER_LINE, ORGANIZATION, PIECE};
use crate::domain::acquisition::Kind;
use crate::rest::kit::Query;

/// One operation.
pub struct Operation {
    /// The type of the record whose events are read.
    pub kind: Kind,
    /// Whether only those that change receiving status or claiming interval are.
    pub history: bool,
    /// What the caller must be allowed to do.
    pub permission: &'static str,
    /// One event.
    pub form: &'static Made,
    /// The record with its article, for the reader.
    pub one: &'static str,
}

const fn events(kind: Kind, permission: &'static str, form: &'static Made, one: &'static str) -> Operation {
    Operation { kind, history: false, permission, form, one }
}

/// The operations.
pub static OPERATIONS: [Operation; 7] = [
    events(Kind::Order, "acquisition.order.events.get", &ORDER, "an order"),
    events(Kind::OrderLine, "acquisition.order-line.events.get", &ORDER_LINE, "an order line"),
    events(Kind::Piece, "acquisition.piece.events.get", &PIECE, "a piece"),
    Operation { history: true, ..events(Kind::Piece, "acquisition.piece.events.history.get", &PIECE, "a piece") },
    events(Kind::Invoice, "acquisition.invoice.events.get", &INVOICE, "an invoice"),
    events(Kind::InvoiceLine, "acquisition.invoice-line.events.get", &INVOICE_LINE, "an invoice line"),
    events(Kind::Organization, "acquisition.organization.events.get", &ORGANIZATION, "a vendor"),
];

/// The last segment of the path of a status-change history.
const HISTORY: &str = "status-change-history";

impl Operation {
    /// Its path below the base, with this in place of the identifier.
    pub fn path(&self, id: &str) -> String {
        let rest = if self.history { format!("/{HISTORY}") } else { String::new() };
        format!("{}/{}/{id}{rest}", super::BASE, self.kind.word())
    }
}

/// The operation at a path, and what stands there as the identifier.
pub fn route(path: &str) -> Option<(usize, String)> {
    let mut segments = path.strip_prefix(super::BASE)?.strip_prefix('/')?.split('/');
    let kind = Kind::of(segments.next()?)?;
    let id = segments.next().filter(|id| !id.is_empty())?;
    let history = match (segments.next(), segments.next()) {
        (None, _) => false,
        (Some(HISTORY), None) => true,
        _ => return None,
    };
    let index = OPERATIONS.iter().position(|operation| operation.kind == kind && operation.history == history)?;
    Some((index, decoded(id)))
}

/// A segment without its percent signs.
fn decoded(segment: &str) -> String {
    // A form's decoder, but for what only forms write otherwise.
    let pair = format!("id={}", segment.replace('+', "%2B").replace('&', "%26"));
    Query::parse(&pair).last("id").unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_seven_paths_lead_anywhere() {
        for (index, operation) in OPERATIONS.iter().enumerate() {
            assert_eq!(route(&operation.path("a%7B+%26b")), Some((index, "a{+&b".to_owned())));
        }
        for path in [
            "",
            "/",
            "/order",
            "/order/",
            "/order/a/",
            "/order/a/status-change-history",
            "/piece/a/status-change-history/",
            "/piece/a/status",
            "/title/a",
            "/Order/a",
            "x/order/a",
        ] {
            assert_eq!(route(&format!("{}{path}", super::super::BASE)), None, "{path}");
        }
    }
}
