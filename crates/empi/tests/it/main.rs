//! The promises of the people index, on every engine there is.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod world;
mod feeding;
mod indexing;
mod merging;
mod sources;
mod numbers;
mod births;
mod deciding;
mod finding;
mod protecting;
mod invariants;
mod searching;
