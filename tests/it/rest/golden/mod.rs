//! Cases as data.
