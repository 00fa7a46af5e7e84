//! Questions: what is asked, how it becomes SQL, and the only place that runs it.

mod expr;
mod select;
mod sql;
mod statement;
mod window;

pub use self::expr::{Expr, Test};
pub use self::select::{Ask, Asking, Group, Level, Many, One, Question, Select, load};
pub use self::sql::Sql;
pub use self::window::{Cursor, OrderBy, Window, order_of};
