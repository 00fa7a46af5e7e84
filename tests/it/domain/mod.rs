//! What may be asked: the model, and the answers to questions about it.

mod ask;
mod model;
mod trail;
