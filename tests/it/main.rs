//! The tests of the whole program, in one binary, arranged like `src` (docs/testing.md).

#![recursion_limit = "512"]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not expect has failed, and says so by stopping"
)]

mod architecture;
mod domain;
mod entity;
mod execution_rules;
mod fixture;
mod graphql;
mod migration;
mod report;
mod store;
