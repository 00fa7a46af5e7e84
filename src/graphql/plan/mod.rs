//! From a document to questions of the domain and the shape of the answer, before anything is read.

mod collect;
mod compile;
mod live;
mod report;
mod root;
mod shape;
mod shorthand;
mod value;

pub use self::collect::{Collector, Variables};
pub use self::compile::PlanLimits;
pub use self::live::{LivePart, LiveRoot, Payload};
pub use self::report::{Asked, Report};
pub use self::root::{Composite, NodesRoot, Part, Plan, Root, part_question, plan};
pub use self::shape::{Computed, ConnectionPart, ConnectionShape, EdgePart, ObjectShape, Out, PageInfoPart};
pub use self::value::{Reference, ValueShape, Within};
