//! May this actor do this, and on what basis?
//!
//! In: an action, and the facts that `accounts` gathers (role, relationships, claim, dissent).
//! Out: a [`Decision`] for each section, naming the policies that made it.
//! Never: storage, HTTP, a clock. A decision alone opens nothing: `audit` turns it into a permit.
//!
//! Policies are Cedar text in `policies/`, checked against a strict schema: a misspelt role, section
//! or fact is refused when they are loaded, with file and line. There is one policy for a rule and
//! never one for an organisation, because the cost of a decision grows with their number.

mod action;
mod scope;
mod facts;
mod decision;
mod decide;
mod case;
mod policies;
mod error;

pub use action::Action;
pub use decide::decide;
pub use decision::{Alert, Decision};
pub use error::{Error, Mistake};
pub use facts::{Basis, Claim, ClaimReason, Facts, Relationship};
pub use policies::Policies;
pub use scope::Scope;
