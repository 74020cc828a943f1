//! What the standard policies allow, and what is said about policies that are wrong.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::allow_attributes,
    reason = "a test may fail loudly"
)]

mod world;
mod matrix;
mod decisions;
mod loading;
