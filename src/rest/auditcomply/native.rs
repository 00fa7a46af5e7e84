//! The same data in GraphQL: where a client that moves finds what it reads here.

use super::page::DEFAULT;
use super::resource::{RESOURCES, Resource};
use crate::domain::model::model;
use crate::rest::kit::native::{Native, order_argument, tail_of};

const fn native(noun: &'static str, field: &'static str, from: &'static [&'static str]) -> Native {
    Native { noun, field, from }
}

/// What GraphQL says in place of the fields that are only for this interface.
const NATIVES: &[Native] = &[
    native("Asset", "namesDown", &["breadcrumb"]),
    native("Asset", "usedChildCount", &["childCount"]),
    native("Issue", "renderedStatus", &["status", "overdue"]),
    native("Schedule", "renderedStatus", &["status", "overdue"]),
    native("Program", "phaseTemplates", &[]),
    native("ProgramTemplate", "phaseTemplates", &[]),
    native("ProgramTemplate", "isLatestEdition", &["edition"]),
    native("User", "apiAccess", &["memberships.apiAccess"]),
    native("User", "hasPassword", &[]),
];

/// The queries of a resource.
pub struct Queries {
    resource: &'static Resource,
    rows: String,
    record: String,
}

/// Most rows of each list within the rows of a list, and within a record: GraphQL counts them by multiplying, and has a
/// limit.
const NESTED: [usize; 2] = [19, 99];

impl Queries {
    /// Of a resource.
    pub fn of(resource: &'static Resource) -> Self {
        let [rows, record] = NESTED.map(|nested| tail_of(resource.form, NATIVES, nested));
        Self { resource, rows, record }
    }

    /// The query with the rows of the list from its beginning, in its order.
    pub fn list(&self, size: u64) -> String {
        let Some(noun) = model().noun(self.resource.form.noun) else { return String::new() };
        let order = if self.resource.order.is_empty() { &[("legacyId", false)] } else { self.resource.order };
        let order = order_argument(noun, order);
        let filter = self.resource.native.map(|filter| format!(", filter: {{{filter}}}")).unwrap_or_default();
        format!("{{ {}(first: {}{order}{filter}) {{ nodes {}", noun.plural, size.clamp(1, DEFAULT), self.rows)
    }

    /// The query with a record.
    pub fn record(&self, id: i64) -> String {
        let plural = model().noun(self.resource.form.noun).map_or("", |noun| noun.plural);
        format!("{{ {plural}(first: 1, filter: {{legacyId: {{eq: {id}}}}}) {{ nodes {}", self.record)
    }
}

/// The queries of every list, by its first segment: what the documentation shows.
pub fn queries() -> Vec<(&'static str, String)> {
    RESOURCES.iter().map(|resource| (resource.segment, Queries::of(resource).list(DEFAULT))).collect()
}
