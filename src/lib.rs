//! The audit gateway: one audit domain on two stores, spoken to in GraphQL.

pub mod auth;
pub mod domain;
pub mod graphql;
