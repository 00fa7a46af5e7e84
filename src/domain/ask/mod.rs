//! Questions: what is asked, how it becomes SQL, and the only place that runs it.

mod answer;
mod expr;
mod leap;
mod past;
mod referred;
mod select;
mod sql;
mod statement;
mod window;
mod zone;

pub use self::answer::{answer, answers};
pub use self::expr::{Expr, Part, Test};
pub use self::referred::referred;
pub use self::select::{Ask, Asking, Group, Level, Many, One, Question, Select, load};
pub use self::sql::Sql;
pub(in crate::domain) use self::statement::literal_limit;
pub(in crate::domain) use self::window::write_order;
pub use self::window::{Cursor, OrderBy, Window, named_order, order_of};
