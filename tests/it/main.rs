//! The tests of the whole program, in one binary, arranged like `src` (docs/testing.md).

#![recursion_limit = "512"]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::needless_pass_by_value,
    clippy::zero_repeat_side_effects,
    clippy::cloned_ref_to_slice_refs,
    clippy::large_enum_variant,
    clippy::useless_vec,
    clippy::zombie_processes,
    reason = "a test that meets what it did not expect has failed, and says so by stopping"
)]

mod architecture;
mod command;
mod domain;
mod entity;
mod execution_rules;
mod fault;
mod fixture;
pub mod graphql;
mod live;
mod migration;
mod report;
pub mod rest;
mod store;
