//! The promises of the people index, on every engine there is.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod world;
mod feeding;
mod indexing;
mod merging;
mod sources;
mod rebuilding;
mod numbers;
mod births;
mod deaths;
mod by_way_of_others;
mod deciding;
mod stewarding;
mod undoing;
mod taking_back;
mod raising;
mod queueing;
mod sampling;
mod finding;
mod protecting;
mod doubting;
mod invariants;
mod upkeep;
mod searching;
