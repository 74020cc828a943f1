//! The promises of the people index, on every engine there is.

mod world;
mod feeding;
mod merging;
mod deciding;
mod finding;
mod invariants;
