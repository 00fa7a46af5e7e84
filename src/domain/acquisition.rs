//! Events of acquisition records that live in other systems: their six types, what an event must be, and how it gets
//! into the trail. Files, messages and the mutation share all of it (contract folio, 4.2).

mod check;
mod date;
mod sound;

use uuid::Uuid;

pub use self::check::{Fields, Fill, check, read};
pub use self::date::instant;
pub use self::sound::{Unsound, sound};
use super::db::Tx;
use super::error::Result;
use super::trail::{self, Action, Entry, Imported, Origin};
use chrono::{DateTime, Utc};

/// The type of an acquisition record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An order.
    Order,
    /// A line of an order.
    OrderLine,
    /// A piece to be received.
    Piece,
    /// An invoice.
    Invoice,
    /// A line of an invoice.
    InvoiceLine,
    /// A vendor.
    Organization,
}

/// What the trail calls the types. Its indexes by date hold their events alone (migration m0018).
pub const ENTITY_TYPES: [&str; 6] = {
    let [order, order_line, piece, invoice, invoice_line, organization] = Kind::ALL;
    [
        order.entity_type(),
        order_line.entity_type(),
        piece.entity_type(),
        invoice.entity_type(),
        invoice_line.entity_type(),
        organization.entity_type(),
    ]
};

/// The names that belong to one type.
#[derive(Clone, Copy, Debug)]
struct Names {
    word: &'static str,
    entity_type: &'static str,
    parent: Option<&'static str>,
    entity: &'static str,
    snapshot: &'static str,
    original: &'static str,
    collection: &'static str,
}

impl Kind {
    /// All types.
    pub const ALL: [Self; 6] =
        [Self::Order, Self::OrderLine, Self::Piece, Self::Invoice, Self::InvoiceLine, Self::Organization];

    const fn names(self) -> Names {
        match self {
            Self::Order => Names {
                word: "order",
                entity_type: "acq.order",
                parent: None,
                entity: "orderId",
                snapshot: "orderSnapshot",
                original: "originalOrderSnapshot",
                collection: "orderAuditEvents",
            },
            Self::OrderLine => Names {
                word: "order-line",
                entity_type: "acq.order_line",
                parent: Some("orderId"),
                entity: "orderLineId",
                snapshot: "orderLineSnapshot",
                original: "originalOrderLineSnapshot",
                collection: "orderLineAuditEvents",
            },
            Self::Piece => Names {
                word: "piece",
                entity_type: "acq.piece",
                parent: None,
                entity: "pieceId",
                snapshot: "pieceSnapshot",
                original: "originalPieceSnapshot",
                collection: "pieceAuditEvents",
            },
            Self::Invoice => Names {
                word: "invoice",
                entity_type: "acq.invoice",
                parent: None,
                entity: "invoiceId",
                snapshot: "invoiceSnapshot",
                original: "originalInvoiceSnapshot",
                collection: "invoiceAuditEvents",
            },
            Self::InvoiceLine => Names {
                word: "invoice-line",
                entity_type: "acq.invoice_line",
                parent: Some("invoiceId"),
                entity: "invoiceLineId",
                snapshot: "invoiceLineSnapshot",
                original: "originalInvoiceLineSnapshot",
                collection: "invoiceLineAuditEvents",
            },
            Self::Organization => Names {
                word: "organization",
                entity_type: "acq.organization",
                parent: None,
                entity: "organizationId",
                snapshot: "organizationSnapshot",
                original: "originalOrganizationSnapshot",
                collection: "organizationAuditEvents",
            },
        }
    }

    /// The word for it on the command line.
    pub const fn word(self) -> &'static str {
        self.names().word
    }

    /// The type of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The type whose events a collection's key holds.
    pub fn of_collection(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.collection_key() == key)
    }

    /// The key of a collection of its events.
    pub const fn collection_key(self) -> &'static str {
        self.names().collection
    }

    /// What the trail calls it.
    pub const fn entity_type(self) -> &'static str {
        self.names().entity_type
    }

    /// Key of the record's identifier.
    pub const fn entity_key(self) -> &'static str {
        self.names().entity
    }

    /// Key of the identifier of the record it is a line of; only for lines.
    pub const fn parent_key(self) -> Option<&'static str> {
        self.names().parent
    }

    /// Key of the record as it was afterwards.
    pub const fn snapshot_key(self) -> &'static str {
        self.names().snapshot
    }

    /// Key of the record as it was before.
    pub const fn original_key(self) -> &'static str {
        self.names().original
    }

    /// Whether a rule names this key of its events.
    pub fn names_key(self, key: &str) -> bool {
        matches!(key, "id" | "action" | "userId" | "eventDate" | "actionDate")
            || [self.entity_key(), self.snapshot_key(), self.original_key()].contains(&key)
            || self.parent_key() == Some(key)
    }

    /// Whether its events may have further keys.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Invoice | Self::InvoiceLine | Self::Organization)
    }
}

/// An event that was found valid.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Type of the record.
    pub kind: Kind,
    /// Identifier of the event.
    pub id: Uuid,
    /// What happened.
    pub action: Action,
    /// Identifier of the record.
    pub entity_id: Uuid,
    /// Identifier of the record it is a line of.
    pub parent_id: Option<Uuid>,
    /// Who did it.
    pub user_id: Uuid,
    /// When the event was triggered.
    pub event_date: DateTime<Utc>,
    /// When the change occurred.
    pub action_date: DateTime<Utc>,
    /// The record afterwards, as the text that came in.
    pub snapshot: Option<String>,
    /// The record before, as the text that came in.
    pub original: Option<String>,
    /// An object of further keys.
    pub extra: Option<String>,
}

/// Why an event was refused: the first thing that was found wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The event's identifier as it came in, where it had one.
    pub id: Option<String>,
    /// The key that it is refused for; empty for the event as a whole.
    pub field: String,
    /// What is wrong with it.
    pub message: &'static str,
}

/// Appends those of the events that the organization does not have yet. Of `origin` the surface and the request count;
/// who and when the events say themselves.
pub async fn record(tx: &mut Tx, organization_id: i64, events: Vec<Event>, origin: &Origin) -> Result<Imported> {
    let entries = events.into_iter().map(|event| Entry {
        uuid: event.id,
        entity_type: event.kind.entity_type(),
        entity_uuid: event.entity_id,
        parent_uuid: event.parent_id,
        action: event.action,
        user_uuid: Some(event.user_id),
        event_date: event.event_date,
        action_date: event.action_date,
        snapshot_after: event.snapshot,
        snapshot_before: event.original,
        extra: event.extra,
        surface: origin.surface,
        request_id: origin.request_id.clone(),
    });
    trail::import(tx, organization_id, entries.collect()).await
}
