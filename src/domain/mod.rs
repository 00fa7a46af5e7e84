//! What may be asked and done: the one model behind every surface. No HTTP, no GraphQL, no wire words of a dialect.

pub mod cell;
pub mod cx;
pub mod db;
pub mod error;
