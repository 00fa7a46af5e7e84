//! The dialects over the whole building.

mod auditcomply;
