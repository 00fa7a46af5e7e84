//! What may be asked: the model, and the answers to questions about it; and the door to the store.

mod ask;
mod db;
mod model;
mod opening;
mod trail;
mod turn;
