//! The dialect of PackageX, against its contract: a test's name begins with the number of the acceptance item it shows.

mod filters;
mod reading;
mod search;
mod site;
mod transport;
