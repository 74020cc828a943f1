//! The trail, on every engine.

mod world;
mod records;
mod tampering;
mod searching;
mod alerting;
