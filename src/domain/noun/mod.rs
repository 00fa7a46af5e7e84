//! The nouns of the domain, one a file: what each is called, which fields it shows and how it is related.

mod action_plan;
mod activity;
mod api_key;
mod asset;
mod asset_profile;
mod audit;
mod audit_area;
mod category;
mod change_event;
mod comment;
mod comment_group;
mod conformance_level;
mod count_task;
mod datastore;
mod datastore_info;
mod derived;
mod executive_report;
mod future_audit;
mod idea;
mod issue;
mod item;
mod layout;
mod membership;
mod observation_status;
mod org_unit;
mod organization;
mod program;
mod program_template;
mod reason_code;
mod schedule;
mod standard;
mod status_group;
mod stock_level;
mod template;
mod user;
mod worker;

use super::describe::Noun;

/// Every noun, in the order of the schema.
pub fn all() -> Vec<Noun> {
    vec![
        organization::describe(),
        user::describe(),
        membership::describe(),
        api_key::describe(),
        org_unit::describe(),
        worker::describe(),
        asset_profile::describe(),
        asset::describe(),
        audit_area::describe(),
        standard::describe(),
        conformance_level::describe(),
        item::describe(),
        layout::describe(),
        stock_level::describe(),
        reason_code::describe(),
        category::describe(),
        template::describe(),
        audit::describe(),
        future_audit::describe(),
        activity::describe(),
        count_task::describe(),
        issue::describe(),
        comment_group::describe(),
        comment::describe(),
        action_plan::describe(),
        idea::describe(),
        program_template::describe(),
        program::describe(),
        schedule::describe(),
        executive_report::describe(),
        datastore::describe(),
        datastore_info::describe(),
        status_group::describe(),
        observation_status::describe(),
        change_event::describe(),
    ]
}
