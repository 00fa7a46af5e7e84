//! What can be done: every change of the domain is one command, carried out in one transaction with its entries in the
//! trail. What a command takes is described in [`sheet`], so that every surface checks and words it alike.

mod act;
mod check;
mod desk;
mod draft;
mod entry;
mod once;
mod order;
mod record;
mod refer;
mod remove;
mod run;
mod sheet;
pub mod workflow;

pub use self::act::{Act, Gives, acts, find};
pub use self::entry::{Check, Entry, Slot};
pub use self::order::{Done, Given, Once, Order, Values};
pub use self::run::execute;
