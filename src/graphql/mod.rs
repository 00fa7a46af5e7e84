//! The GraphQL accent: turns documents into questions and rows into answers. No SQL, no HTTP.

mod service;

pub use self::service::{Answer, Request, Service, Settings};
