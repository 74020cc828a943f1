//! The portal as a browser meets it: over a socket, with a database behind it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod world;
mod session;
mod opening;
mod trail;
mod merged;
mod addresses;
mod origin;
mod headers;
mod waking;
mod stewardship;
mod asking;
mod operating;
mod destinations;
mod finding_messages;
mod operating_messages;
