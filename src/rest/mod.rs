//! The documented interfaces whose clients change their base URL and nothing else. A dialect is words, grammar, shape and
//! refusal; what is asked and done is the domain's.

pub mod ablebase;
pub mod action_audit;
pub mod auditcomply;
pub mod folio;
pub mod kit;
pub mod packagex;
