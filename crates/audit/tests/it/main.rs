//! The trail, on every engine.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::allow_attributes,
    reason = "a test may fail loudly"
)]

mod world;
mod records;
mod tampering;
mod searching;
mod alerting;
