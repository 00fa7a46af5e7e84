//! What may be asked and done: the one model behind every surface. No HTTP, no GraphQL, no wire words of a dialect.

pub mod access;
pub mod acquisition;
pub mod ask;
pub mod bulk;
pub mod cell;
pub mod changes;
pub mod command;
pub mod cx;
pub mod db;
pub mod describe;
pub mod error;
pub mod identity;
pub mod model;
pub mod noun;
pub mod search;
pub mod session;
pub mod summary;
pub mod trail;
