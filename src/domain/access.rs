//! The policy: who may see and do what. Every surface and every command asks here and nowhere else.

use super::cx::{Caller, Proof, Role};
use super::describe::{Audience, Noun};
use super::error::{Error, Result};
use super::model::model;

/// Through whose eyes a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// The active organization.
    pub organization_id: i64,
    /// The person; 0 for the operator.
    pub user_id: i64,
    /// The role in the organization.
    pub role: Role,
    /// What of the person is seen.
    pub sight: Sight,
}

/// How far someone sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// The active organization.
    Organization,
    /// Only what is the person's own in every organization: memberships, and the organizations they are of.
    OwnMemberships,
}

impl Viewer {
    /// The same person, seeing their own memberships everywhere.
    pub fn of_own_memberships(self) -> Self {
        Self { sight: Sight::OwnMemberships, ..self }
    }
}

impl From<&Caller> for Viewer {
    fn from(caller: &Caller) -> Self {
        Self {
            organization_id: caller.organization_id,
            user_id: caller.user_id,
            role: caller.role,
            sight: Sight::Organization,
        }
    }
}

/// Which rows of a noun, among those of the organization, someone may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visible {
    /// All of them.
    All,
    /// None.
    None,
    /// Those whose column holds the viewer's own user id.
    Own(&'static str),
    /// Those of records that the viewer may see, as [`guarded_records`] tells.
    OfVisibleRecords,
}

/// Which rows of `noun` the viewer may see.
pub fn visible(viewer: &Viewer, noun: &Noun) -> Visible {
    match noun.audience {
        Audience::Everyone => Visible::All,
        Audience::AtLeast(role) if viewer.role >= role => Visible::All,
        Audience::AtLeast(_) => Visible::None,
        Audience::OwnOrAtLeast(_, role) if viewer.role >= role => Visible::All,
        Audience::OwnOrAtLeast(column, _) => Visible::Own(column),
        Audience::AsTheRecord => Visible::OfVisibleRecords,
    }
}

/// Refuses a caller who may not carry out a command: their role is less than `role`, or they came with an API key whose
/// scopes do not hold `scope`.
pub fn may(caller: &Caller, role: Role, scope: &str) -> Result<()> {
    may_by_any(caller, role, &[scope])
}

/// The same for what several scopes stand for, any of which will do.
pub fn may_by_any(caller: &Caller, role: Role, scopes: &[&str]) -> Result<()> {
    if !has_scope(caller, scopes) {
        return Err(OTHER_SCOPES);
    }
    if caller.role >= role { Ok(()) } else { Err(Error::Forbidden("your role does not allow this")) }
}

/// Refuses a caller with an API key that is limited to other things than reading and changing whatever its user may: such a
/// key was made for one documented interface, or for one command.
pub fn may_read(caller: &Caller) -> Result<()> {
    if has_scope(caller, &READ) { Ok(()) } else { Err(OTHER_SCOPES) }
}

/// The scopes that let an API key with scopes read all that its user may.
const READ: [&str; 2] = ["graphql:read", "graphql:write"];

/// What a key is refused with whose scopes do not reach.
const OTHER_SCOPES: Error = Error::Forbidden("the API key is limited to other scopes");

/// Whether what a caller came with reaches as far as any of these scopes: a key without scopes reaches everywhere, as a
/// session does.
pub fn has_scope(caller: &Caller, scopes: &[&str]) -> bool {
    match &caller.proof {
        Proof::ApiKey { scopes: held, .. } => {
            held.is_empty() || held.iter().any(|known| scopes.contains(&known.as_str()))
        }
        _ => true,
    }
}

/// The nouns of whose records the viewer may not see all, each with what they see. Events of all other records, and of
/// records that are kept elsewhere, are open to every member.
pub fn guarded_records(viewer: Viewer) -> impl Iterator<Item = (&'static Noun, Visible)> {
    let nouns = model().nouns().iter().filter(|noun| noun.audience != Audience::AsTheRecord);
    nouns.map(move |noun| (noun, visible(&viewer, noun))).filter(|(_, visible)| *visible != Visible::All)
}

/// What a role may do, as words a client can ask for (`viewer.permissions`).
pub fn permissions(role: Role) -> Vec<&'static str> {
    let mut permissions = vec!["read", "work"];
    if role >= Role::Admin {
        permissions.extend(["administer", "manageAccess"]);
    }
    if role >= Role::Owner {
        permissions.push("own");
    }
    permissions
}
