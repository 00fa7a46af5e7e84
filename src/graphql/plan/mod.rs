//! From a document to questions of the domain and the shape of the answer, before anything is read.

mod collect;
mod compile;
mod root;
mod shape;

pub use self::collect::Variables;
pub use self::compile::PlanLimits;
pub use self::root::{Composite, NodesRoot, Part, Plan, Root, part_question, plan};
pub use self::shape::{
    Computed, ConnectionPart, ConnectionShape, EdgePart, ObjectShape, Out, PageInfoPart, ValueShape,
};
