//! The county from outside: what it sends, and how it is played.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod county;
mod index_population;
mod life;
mod players;
mod practices;
