//! The rows of the audit domain, one module a table: what is stored, and nothing about how it is asked for or
//! changed. Imports nothing else of this project.
//!
//! Two things differ between the stores and are settled here: [`quantity`] reads exact decimals on both, and
//! [`enumeration`] lists the words that text columns of a closed set may hold.

pub mod action_plan;
pub mod activity;
pub mod api_key;
pub mod asset;
pub mod asset_profile;
pub mod audit;
pub mod audit_area;
pub mod category;
pub mod change_event;
pub mod comment;
pub mod comment_group;
pub mod conformance_level;
pub mod count_task;
pub mod datastore;
pub mod datastore_info;
pub mod enumeration;
pub mod executive_report;
pub mod idea;
pub mod idempotency_key;
pub mod issue;
pub mod issue_category;
pub mod item;
pub mod layout;
pub mod membership;
pub mod observation_status;
pub mod org_unit;
pub mod organization;
pub mod program;
pub mod program_template;
pub mod quantity;
pub mod reason_code;
pub mod refresh_token;
pub mod schedule;
pub mod session;
pub mod standard;
pub mod status_group;
pub mod status_group_status;
pub mod stock_level;
pub mod template;
pub mod trail_checkpoint;
pub mod trail_head;
pub mod trail_subtree;
pub mod user;
pub mod worker;

pub use quantity::Quantity;
