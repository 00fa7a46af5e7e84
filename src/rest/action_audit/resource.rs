//! What is exported: nine resources, a list and a record each. Paths, parameters, answers and the OpenAPI document all
//! come from this table.

use super::forms::{ACTION_PLAN, ACTIVITY, AUDIT, AUDIT_AREA, IDEA, Made, ORGCELL, TEMPLATE, USER, WORKER};
use super::records::{
    ACTION_PLAN_RECORD, ACTIVITY_RECORD, AUDIT_AREA_RECORD, AUDIT_RECORD, IDEA_RECORD, ORGCELL_RECORD, TEMPLATE_RECORD,
    USER_RECORD, WORKER_RECORD,
};
use crate::domain::ask::{Expr, Test};
use crate::domain::describe::Noun;
use crate::rest::kit::{Is, Member};

/// One resource.
pub struct Resource {
    /// Its name in paths.
    pub name: &'static str,
    /// What it is, for the reader.
    pub title: &'static str,
    /// One of it, with its article.
    pub one: &'static str,
    /// A row of its list.
    pub row: &'static Made,
    /// Its record.
    pub record: &'static Made,
    /// A field and the word it has in all rows that are exported.
    pub only: Option<(&'static str, &'static str)>,
}

/// A resource of which all rows are exported.
const fn all(
    name: &'static str,
    [title, one]: [&'static str; 2],
    (row, record): (&'static Made, &'static Made),
) -> Resource {
    Resource { name, title, one, row, record, only: None }
}

/// The resources.
pub static RESOURCES: [Resource; 9] = [
    all("users", ["people", "a person"], (&USER, &USER_RECORD)),
    all("workers", ["workers", "a worker"], (&WORKER, &WORKER_RECORD)),
    all("orgcells", ["organizational units", "an organizational unit"], (&ORGCELL, &ORGCELL_RECORD)),
    all("action_plans", ["action plans", "an action plan"], (&ACTION_PLAN, &ACTION_PLAN_RECORD)),
    all("activities", ["activities", "an activity"], (&ACTIVITY, &ACTIVITY_RECORD)),
    all("audits", ["audits", "an audit"], (&AUDIT, &AUDIT_RECORD)),
    all("audit_areas", ["audit areas", "an audit area"], (&AUDIT_AREA, &AUDIT_AREA_RECORD)),
    all("ideas", ["ideas", "an idea"], (&IDEA, &IDEA_RECORD)),
    Resource {
        only: Some(("kind", "ACTION_PLAN")),
        ..all("templates", ["templates of action plans", "a template of action plans"], (&TEMPLATE, &TEMPLATE_RECORD))
    },
];

impl Resource {
    /// The condition on what is exported.
    pub fn exported(&self, noun: &Noun) -> Expr {
        let Some((field, word)) = self.only else { return Expr::always() };
        noun.find_field(field).map_or_else(Expr::always, |(field, _)| Expr::field(field, Test::Eq(word.into())))
    }
}

/// A field in the contract's sense: a scalar key, or the roles.
pub fn is_field(member: &Member) -> bool {
    matches!(member.is, Is::Value(..)) && member.key != LINKS
}

/// The member that `columns` cannot leave out, beside the uuid and what stands inside.
pub const LINKS: &str = "links";

/// The name by which a list is ordered by a member; none where it cannot be.
pub fn order_field(member: &Member) -> Option<&'static str> {
    match &member.is {
        Is::Value([field], _) if is_field(member) && !["roles", "pincode"].contains(&member.key) => Some(field),
        _ => None,
    }
}

/// What a path below the base names.
#[derive(Clone, Copy)]
pub enum Target<'p> {
    /// A list.
    List,
    /// The record with what should be its uuid.
    Record(&'p str),
}

/// The resource of a path, and what of it is meant.
pub fn route(path: &str) -> Option<(usize, Target<'_>)> {
    let name = path.strip_prefix(super::BASE)?.strip_prefix('/')?.strip_suffix(".json")?;
    let (name, target) = match name.split_once('/') {
        None => (name, Target::List),
        Some((name, uuid)) if !uuid.is_empty() && !uuid.contains('/') => (name, Target::Record(uuid)),
        Some(_) => return None,
    };
    RESOURCES.iter().position(|resource| resource.name == name).map(|index| (index, target))
}
