//! One entry of the change trail: who did what to which entity, when, and what it was before and after.

use entity::change_event::{Column as C, Entity};

use crate::domain::acquisition;
use crate::domain::cell::Kind;
use crate::domain::describe::{Audience, Link, Noun, Shape};
use crate::enumeration;

/// Describes [`Entity`] as `ChangeEvent`.
pub fn describe() -> Noun {
    Noun::of::<Entity>(
        "ChangeEvent",
        "changeEvent",
        "changeEvents",
        "One entry of the change trail: who did what to which entity, when, and what it was before and after.",
    )
    .audience(Audience::AsTheRecord)
    .order(&[("sequence", true)])
    .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
    .field("uuid", C::Uuid, "Identifier, the same on every surface.")
    .field(
        "sequence",
        C::Sequence,
        "Position in the organization's trail: 1, 2, 3 and so on without gaps, in order of commit.",
    )
    .field("entityType", C::EntityType, "Type of the record, such as audit or acq.order.")
    .indexed(&acquisition::ENTITY_TYPES)
    .field("entityUuid", C::EntityUuid, "Identifier of the record.")
    .field("parentUuid", C::ParentUuid, "Identifier of the record it is a line of.")
    .words("action", C::Action, enumeration!(EventAction), "What happened.")
    .field("userUuid", C::UserUuid, "Identifier of the person who did it; need not exist any more, or here.")
    .field("eventDate", C::EventDate, "Instant it was recorded.")
    .field("actionDate", C::ActionDate, "Instant it occurred.")
    .derived(
        "snapshot",
        Kind::Json,
        super::derived::snapshot,
        "The record as the event leaves it; for a deletion, as it was last.",
    )
    .field("snapshotAfter", C::SnapshotAfter, "Record as it was afterwards.")
    .field("snapshotBefore", C::SnapshotBefore, "Record as it was before.")
    .field("extra", C::Extra, "Object of further keys that came with the event.")
    .derived(
        "vendorSnapshot",
        Kind::Json,
        super::derived::vendor_snapshot,
        "The record as the event leaves it; for a deletion that was recorded here, as it was last.",
    )
    .dialect()
    .derived(
        "vendorBefore",
        Kind::Json,
        super::derived::vendor_before,
        "The record as it was before, where the event came in from elsewhere.",
    )
    .dialect()
    .derived(
        "isOfSupplier",
        Kind::Bool,
        super::derived::is_of_supplier,
        "Whether it tells of an asset that is a supplier.",
    )
    .dialect()
    .derived(
        "changesReceipt",
        Kind::Bool,
        super::derived::changes_receipt,
        "Whether receiving status or claiming interval are others than in the record's event before.",
    )
    .dialect()
    .field("surface", C::Surface, "Surface it came in by, such as graphql or packagex.")
    .field("requestId", C::RequestId, "Identifier of the request that caused it.")
    .field("erasedAt", C::ErasedAt, "Instant its snapshots were erased; that they were there stays proven.")
    .relation(
        "actor",
        "User",
        Link::ToOneByUuid("user_uuid"),
        Shape::One,
        "Person who did it; null when unknown here or gone.",
    )
}
