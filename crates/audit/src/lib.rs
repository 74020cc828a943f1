//! The hash-chained trail: turns a decision into a [`Permit`] by writing it.
//!
//! In: a decision, or a note of something that happened. Out: a permit that carries the number of its
//! entry, or a [`Refusal`], which is written too.
//! Never: deciding. No other crate can make a permit; if the entry cannot be written there is none.
//!
//! A job of `db::Db::write` that returns `Err` is undone, its audit entry with it. So a refusal comes
//! back as a value: [`record`] answers `Ok(Outcome::Refused(…))`; return it from the job as `Ok`, and
//! turn it into an error outside with [`Outcome::permit`].

mod record;
mod permit;
mod note;
mod chain;
mod entry;
mod search;
mod alerts;
mod verify;
mod error;

pub use alerts::{AlertItem, Answer, alerts, answer};
pub use entry::{Entry, EntryOutcome};
pub use error::Error;
pub use note::{By, Event, Note, note};
pub use permit::Permit;
pub use record::{Outcome, Refusal, record};
pub use search::{Filter, Page, search, who_looked};
pub use verify::{Break, Verification, verify};

/// The tables of this crate.
pub const MIGRATIONS: &[db::Migration] = &[db::Migration {
    name: "audit/0001_audit_entry",
    sql: include_str!("../migrations/0001_audit_entry.sql"),
}];
