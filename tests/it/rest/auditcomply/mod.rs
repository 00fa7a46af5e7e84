//! The dialect of AuditComply, against its contract: a test's name begins with the number of the acceptance item it shows.

mod document;
mod filters;
pub mod native;
mod paging;
mod shapes;
mod sign_in;
mod site;
mod transport;
pub mod values;
mod writes;
