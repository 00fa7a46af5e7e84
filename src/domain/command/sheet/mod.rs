//! What the commands for each noun take, check and bring about.

mod access;
mod activity;
mod asset;
mod audit;
mod events;
mod inventory;
pub use self::issue::say;
mod issue;
mod numbers;
mod people;
mod plan;
mod product;
mod program;
mod record;
mod settings;
mod stock;

use super::act::{Act, Sheet};

/// The sheets of all nouns, in the order of the schema.
pub fn all() -> Vec<Sheet> {
    let mut sheets = people::sheets();
    sheets.extend(access::sheets());
    sheets.extend(settings::sheets());
    sheets.extend(asset::sheets());
    sheets.extend(stock::sheets());
    sheets.extend(program::sheets());
    sheets.extend(audit::sheets());
    sheets.extend(activity::sheets());
    sheets.extend(issue::sheets());
    sheets.extend(plan::sheets());
    sheets
}

/// Commands that are neither making, changing nor removing, nor a step of a workflow.
pub fn specials() -> Vec<Act> {
    let mut acts = people::specials();
    acts.extend(access::specials());
    acts.extend(asset::specials());
    acts.extend(program::specials());
    acts.extend(activity::specials());
    acts.extend(issue::specials());
    acts.extend(events::specials());
    acts
}

/// Commands that only the documented interfaces have: they record what was done elsewhere, or do in one what takes
/// several commands of GraphQL.
pub fn records() -> Vec<Act> {
    let mut acts = record::acts();
    acts.extend(inventory::acts());
    acts.extend(product::acts());
    acts
}
