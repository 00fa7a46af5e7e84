//! The same data in GraphQL: where a client that moves finds what it reads here.

use uuid::Uuid;

use super::form::{Grouping, of};
use super::listing::{LIMIT, Listing};
use crate::domain::model::model;
use crate::rest::kit::native::{Native, order_argument, tail_of};

const fn native(noun: &'static str, field: &'static str, from: &'static [&'static str]) -> Native {
    Native { noun, field, from }
}

/// What GraphQL says in place of the fields that are only for this interface.
const NATIVES: &[Native] = &[
    native("Audit", "organizationUuid", &[]),
    native("Asset", "organizationUuid", &[]),
    native("User", "organizationUuid", &[]),
    native("User", "mailAddress", &["email"]),
    native("Audit", "createdByKeyUuid", &["createdByKey.uuid"]),
    native("Audit", "updatedByKeyUuid", &["updatedByKey.uuid"]),
];

/// Most counts of each audit of a list: GraphQL counts them by multiplying, and has a limit.
const NESTED: usize = 19;
/// Most counts of one audit: no more are ever made.
const OF_ONE: usize = 100;

/// The query with the rows of a list from its beginning, in its order.
pub fn list(listing: &Listing) -> String {
    let Some(noun) = model().noun("Audit") else { return String::new() };
    let order = order_argument(noun, &[(listing.order.unwrap_or("createdAt"), listing.descending)]);
    let first = listing.limit.min(LIMIT);
    let rows = tail_of(of(Grouping::None), NATIVES, NESTED);
    format!("{{ audits(first: {first}{order}, filter: {{asset: {{kind: {{eq: LOCATION}}}}}}) {{ nodes {rows}")
}

/// The query with an audit.
pub fn record(uuid: Uuid) -> String {
    let row = tail_of(of(Grouping::None), NATIVES, OF_ONE);
    format!("{{ audits(first: 1, filter: {{uuid: {{eq: \"{uuid}\"}}}}) {{ nodes {row}")
}
