//! Users, sessions and facts, on every engine.

mod world;
mod signing_in;
mod sessions;
mod users;
mod facts;
