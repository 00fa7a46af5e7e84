//! What may be asked: the model, and the answers to questions about it; and the door to the store.

mod ask;
mod db;
mod message;
mod model;
mod trail;
mod turn;
