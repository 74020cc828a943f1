//! The engine from its sockets and folders to its destination, on every database there is.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test's helpers fail as the test does"
)]

mod support;
mod log;
mod order;
mod crash;
mod two_files;
mod operator;
mod operating;
mod mllp;
mod mllp_tls;
mod file_drop;
mod file_formats;
mod file_crash;
mod bundle;
mod by_nhs_number;
mod outbound_receiver;
mod outbound;
mod outbound_ways;
