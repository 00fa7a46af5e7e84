//! The JSON forms of the records (contract auditcomply 2.4 to 2.7).

mod audit;
mod issue;
mod place;
mod plan;
mod settings;

use std::sync::LazyLock;

pub use self::audit::{AUDIT, DEVICES, STATES as AUDIT_STATES};
pub use self::issue::{NONCONFORMANCE, TASK};
pub use self::place::{ASSET, BREADCRUMB, KINDS as ASSET_KINDS, PROFILE, TREE_NODE, position};
pub use self::plan::{EXECUTIVE_REPORT, PROGRAM, PROGRAM_STATES, PROGRAM_TEMPLATE, SCHEDULE};
pub use self::settings::{CATEGORY, CONTACT, DATASTORE, DATASTORE_INFO, STATUS, STATUS_GROUP, TEMPLATE, USER};
use super::write::{EMAIL, INT, TEXT};
use crate::rest::kit::Form;

/// A person within a record.
pub static N_USER: LazyLock<Form> = LazyLock::new(|| {
    Form::of("UserReference", "User").value("username", &["username"], TEXT).value("email", &["email"], EMAIL)
});

/// An asset within a record.
pub static N_ASSET: LazyLock<Form> = LazyLock::new(|| {
    Form::of("AssetReference", "Asset").value("id", &["legacyId"], INT).value("name", &["name"], TEXT)
});
