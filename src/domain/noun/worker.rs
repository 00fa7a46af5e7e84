//! A person on the shop floor, with or without an account.

use entity::worker::{Column as C, Entity};

use crate::domain::cell::Kind;
use crate::domain::describe::{Link, Noun, Shape};
use crate::enumeration;

/// Describes [`Entity`] as `Worker`.
pub fn describe() -> Noun {
    Noun::of::<Entity>("Worker", "worker", "workers", "A person on the shop floor, with or without an account.")
        .order(&[("number", false)])
        .keys(&["number"])
        .field("legacyId", C::Id, "The same row's integer id, as the AuditComply surface shows it.")
        .field("uuid", C::Uuid, "Identifier, the same on every surface.")
        .field("number", C::Number, "Personnel number.")
        .field("remarks", C::Remarks, "Internal remarks.")
        .words("status", C::Status, enumeration!(WorkerStatus), "Whether the worker is available.")
        .field("firstName", C::FirstName, "Given name.")
        .field("lastName", C::LastName, "Family name.")
        .derived(
            "pincode",
            Kind::Text,
            super::derived::masked_pincode,
            "Twelve asterisks where a PIN is set, never the PIN itself.",
        )
        .untold()
        .derived(
            "remarksText",
            Kind::Text,
            super::derived::remarks_or_empty,
            "Internal remarks, empty where there are none.",
        )
        .always()
        .dialect()
        .field("createdAt", C::CreatedAt, "Instant it was created.")
        .field("updatedAt", C::UpdatedAt, "Instant it was last changed.")
        .field(
            "version",
            C::Version,
            "Counts the changes; send it back as `expectedVersion` to change only what you saw.",
        )
        .one("orgUnit", "OrgUnit", C::OrgUnitId, "Organizational unit of the worker.")
        .one("user", "User", C::UserId, "Account of the same person.")
        .many("auditedIn", "Audit", entity::audit::Column::AuditedWorkerId, "Audits of this worker's work.")
        .relation(
            "history",
            "ChangeEvent",
            Link::History("worker"),
            Shape::Connection,
            "What happened to it, newest first.",
        )
}
