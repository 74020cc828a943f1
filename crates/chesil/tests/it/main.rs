//! The program as its operator and its senders meet it: a real process, real sockets, a real disk.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod served;
mod sender;
mod probe;
mod crash;
mod replay;
mod mistakes;
mod reload;
mod link;
mod mpi;
mod forwarding;
