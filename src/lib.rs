//! The audit gateway: one audit domain on two stores, spoken to in GraphQL.

pub mod auth;
pub mod cli;
pub mod config;
pub mod domain;
pub mod graphql;
pub mod http;
pub mod import;
pub mod rest;
pub mod seed;
pub mod telemetry;
