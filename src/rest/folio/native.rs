//! The same data in GraphQL: where a client that moves finds what it reads here.

use super::operation::Operation;
use super::parameters::Request;
use crate::domain::acquisition::Kind;
use crate::domain::model::model;
pub use crate::rest::kit::native::alternate;
use crate::rest::kit::native::{Native, order_argument, tail};

/// The most rows that GraphQL gives at once.
const MOST: usize = 200;

const fn native(field: &'static str, from: &'static [&'static str]) -> Native {
    Native { noun: "ChangeEvent", field, from }
}

/// What GraphQL says in place of the fields that are only for this interface.
const NATIVES: &[Native] = &[
    native("vendorSnapshot", &["entityType", "snapshot", "snapshotAfter"]),
    native("vendorBefore", &["snapshotBefore"]),
];

/// The queries of an operation, but for what is asked for.
pub struct Queries {
    entity_types: String,
    tail: String,
}

impl Queries {
    /// Of an operation.
    pub fn of(operation: &Operation) -> Self {
        let own = operation.kind.entity_type();
        let entity_types = match operation.kind {
            Kind::Organization => format!("in: [\"{own}\", \"asset\"]"),
            _ => format!("eq: \"{own}\""),
        };
        Self { entity_types, tail: tail(operation.form, NATIVES) }
    }

    /// The query with the events of a record from the beginning of the list, in its order.
    pub fn of_record(&self, request: &Request) -> String {
        let Some(noun) = model().noun("ChangeEvent") else { return String::new() };
        let order = order_argument(noun, &[(request.order, request.descending), ("uuid", request.descending)]);
        let first = request.limit.unwrap_or(MOST).clamp(1, MOST);
        let Self { entity_types, tail } = self;
        let id = request.id;
        format!(
            "{{ {}(first: {first}{order}, filter: {{entityType: {{{entity_types}}}, entityUuid: {{eq: \"{id}\"}}}}) {{ \
             totalCount nodes {tail}",
            noun.plural
        )
    }
}
