//! Messages in, the record out: the journey's sentences, on every engine there is.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod county;
mod admissions;
mod moves;
mod refolding;
mod numbers;
mod people;
mod deaths;
mod other_formats;
mod index_load;
mod orders;
mod forwarding;
