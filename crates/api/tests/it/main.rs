//! The standards of patient identity, over real sockets, on every engine there is.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod world;
mod searching;
mod matching_people;
mod cross_referencing;
mod reading;
mod feeding;
mod notifying;
mod hearing;
mod telling_nothing;
