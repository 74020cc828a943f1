//! Users, sessions and facts, on every engine.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::allow_attributes,
    reason = "a test may fail loudly"
)]

mod world;
mod signing_in;
mod sessions;
mod users;
mod facts;
