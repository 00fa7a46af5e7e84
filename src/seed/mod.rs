//! Made-up data: a believable organization to look at, and as many audits as somebody wants to measure with. The same
//! on every machine. Knows the store's tables, but no surface and no secret.

pub mod demonstration;
mod draft;
mod random;
mod record;
pub mod scale;
mod sheet;
#[cfg(test)]
mod testing;
