//! What the dialects share; knows none of them by name.

mod answer;
mod condition;
mod form;
mod mask;
pub mod native;
pub mod openapi;
mod out;
mod pace;
mod query;
mod shape;
pub mod write;

pub use self::answer::{Answer, Call, Dialect, Head, Refused};
pub use self::condition::at;
pub use self::form::{Form, Is, Many, Member, Write};
pub use self::mask::{BadPointer, Mask};
pub use self::out::{Cells, Out, Terms};
pub use self::pace::Pace;
pub use self::query::Query;
pub use self::shape::{Shape, Wanted};
