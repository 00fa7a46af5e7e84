//! The commands of the domain as root fields of `Mutation`: what each takes and gives, and how it is carried out.

mod describe;
mod input;
mod run;

pub use self::describe::{composites, enumerations, inputs};
