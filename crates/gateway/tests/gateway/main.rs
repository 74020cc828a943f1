//! The gateway against practices that answer, dawdle, lie, refuse and die.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should say so by failing"
)]

mod provider;
mod call;
mod section;
mod identity;
mod simulated;
