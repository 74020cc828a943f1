//! Who wants to hear of changes of identity, and what each has been told.
//!
//! In: a system's wish (FHIR R4 `Subscription`), and how telling it went. Out: what is due.
//! Never: people, HTTP, deciding who may hear what.

mod subscription;
mod telling;
mod error;

pub use error::Error;
pub use subscription::{
    Status, Subscription, Wish, create, delete, of_client, revise, subscription,
};
pub use telling::{due, failed, passed, told};

/// The tables of this crate.
pub const MIGRATIONS: &[db::Migration] = &[db::Migration {
    name: "subscriptions/0001_subscription",
    sql: include_str!("../migrations/0001_subscription.sql"),
}];

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;
