//! The GraphQL accent: turns documents into questions and rows into answers. No SQL, no HTTP.

mod federation;
pub mod guard;
mod highlight;
mod input;
mod live;
mod mutation;
mod names;
mod operation;
mod persisted;
mod plan;
mod report;
mod resolve;
mod run;
mod schema;
mod service;
mod subscription;
mod trail;
mod value;
mod values;
mod write;

pub use self::guard::Limits as DocumentLimits;
pub use self::input::{FilterLimits, PageSizes};
pub use self::live::{Live, Told};
pub use self::plan::PlanLimits;
pub use self::service::{Answer, Begun, Request, Service, Settings};
