//! The dialect of PackageX, against its contract: a test's name begins with the number of the acceptance item it shows.

mod document;
mod filters;
pub mod native;
mod reading;
mod search;
mod site;
mod transport;
mod writes;
