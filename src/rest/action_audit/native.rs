//! The same data in GraphQL: where a client that moves finds what it reads here.

use super::parameters::Listing;
use super::resource::Resource;
use crate::domain::model::model;
pub use crate::rest::kit::native::alternate;
use crate::rest::kit::native::{Native, order_argument, tail};
use uuid::Uuid;

/// The most rows that GraphQL gives at once.
const MOST: u64 = 200;

const fn native(noun: &'static str, field: &'static str, from: &'static [&'static str]) -> Native {
    Native { noun, field, from }
}

/// What GraphQL says in place of the fields that are only for this interface.
const NATIVES: &[Native] = &[
    native("User", "mailAddress", &["email"]),
    native("User", "jobRoles", &["memberships.jobRoles"]),
    native("User", "workerUuid", &["workers.uuid"]),
    native("User", "portraitType", &["avatarContentType"]),
    native("User", "portraitUrl", &["avatarUrl"]),
    native("OrgUnit", "pictureType", &["photoContentType"]),
    native("OrgUnit", "pictureUrl", &["photoUrl"]),
    native("Worker", "remarksText", &["remarks"]),
    native("Audit", "subject", &["title", "name"]),
    native("Audit", "stage", &["state"]),
    native("Audit", "standing", &[]),
    native("Audit", "wholeScore", &["scoreMain"]),
    native("Audit", "wholeScoreAlternative", &["scoreAlternative"]),
    native("AuditArea", "descriptionText", &["description"]),
    native("Activity", "timeProgress", &["startDate", "dueDate", "finishedAt", "updatedAt"]),
    native("Activity", "wholeScore", &["score"]),
    native("Activity", "wholeWeight", &["weight"]),
];

/// The queries of a resource, but for what is asked for.
pub struct Queries {
    resource: &'static Resource,
    list: String,
    record: String,
}

impl Queries {
    /// Of a resource.
    pub fn of(resource: &'static Resource) -> Self {
        Self { resource, list: tail(resource.row, NATIVES), record: tail(resource.record, NATIVES) }
    }

    /// The query with the rows of a list from its beginning, in its order where GraphQL has it.
    pub fn list(&self, listing: &Listing) -> String {
        let Some(noun) = model().noun(self.resource.row.noun) else { return String::new() };
        let order = order_argument(noun, &[(listing.order, listing.is_descending()), ("uuid", false)]);
        let filter = match self.resource.only {
            Some((field, word)) => format!(", filter: {{{field}: {{eq: {word}}}}}"),
            None => String::new(),
        };
        let first = listing.limit.clamp(1, MOST);
        format!("{{ {}(first: {first}{order}{filter}) {{ nodes {}", noun.plural, self.list)
    }

    /// The query with a record.
    pub fn record(&self, uuid: Uuid) -> String {
        let plural = model().noun(self.resource.record.noun).map_or("", |noun| noun.plural);
        format!("{{ {plural}(first: 1, filter: {{uuid: {{eq: \"{uuid}\"}}}}) {{ nodes {}", self.record)
    }
}
