//! The GraphQL accent: turns documents into questions and rows into answers. No SQL, no HTTP.

pub mod guard;
mod highlight;
mod input;
mod mutation;
mod names;
mod persisted;
mod plan;
mod report;
mod resolve;
mod run;
mod scalar;
mod schema;
mod service;
mod value;
mod values;
mod write;

pub use self::guard::Limits as DocumentLimits;
pub use self::input::{FilterLimits, PageSizes};
pub use self::plan::PlanLimits;
pub use self::service::{Answer, Request, Service, Settings};
