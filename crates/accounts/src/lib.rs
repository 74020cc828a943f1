//! Organisations, users, roles, sessions, relationships: the facts `access` weighs.
//!
//! In: forms and feeds. Out: an actor for a session token, and [`access::Facts`] about a person.
//! Never: clinical data, deciding. Randomness and time are parameters.

mod organisation;
mod user;
mod password;
mod sign_in;
mod session;
mod relationship;
mod break_glass;
mod dissent;
mod facts;
mod error;

pub use access::{Basis, Claim, ClaimReason};
pub use break_glass::{CLAIM_HOURS, SHORTEST_REASON, break_glass};
pub use dissent::{Dissent, set_dissent};
pub use error::Error;
pub use facts::facts;
pub use organisation::{
    Organisation, OrganisationKind, organisation, organisations, put_organisation,
};
pub use password::{Cost, PasswordHash, SHORTEST_PASSWORD};
pub use relationship::{end_relationship, note_relationship};
pub use session::{Session, SessionToken, end_sessions, session, sign_out, touch};
pub use sign_in::{FAILURES_ALLOWED, LOCKED_MINUTES, REFUSAL, SignIn, sign_in};
pub use user::{NewUser, User, add_user, change_role, set_disabled, set_password, user, users};

/// The tables of this crate.
pub const MIGRATIONS: &[db::Migration] = &[db::Migration {
    name: "accounts/0001_accounts",
    sql: include_str!("../migrations/0001_accounts.sql"),
}];
