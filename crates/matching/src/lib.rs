//! Two sets of demographics to a weight and a decision: the same person, perhaps, or not.
//!
//! In: what two sources say about who a patient is. Out: a [`Weight`] with its parts, and an [`Outcome`].
//! Never: storage, a clock, a network; what is compared with what is the caller's affair ([`blocking`]).
//!
//! The model is Fellegi and Sunter's (A theory for record linkage, 1969): each field that both
//! sources filled adds log2(m/u), where m is how often it agrees in this way for one person and u
//! for two. Safety rules stand before the sum: a [`Veto`] is never outweighed by a score.

mod model;
mod level;
mod decide;
mod objection;
mod compare;
mod number;
mod name;
mod forename;
mod further;
mod slip;
mod spelling;
mod birth_date;
mod contact;
mod email;
mod extra;
mod veto;
mod profile;
mod placeholder;
mod phonetic;
mod nickname;
mod hash;
pub mod blocking;
mod cluster;
mod batch;
mod index;
mod train;

pub use batch::{Batch, Linked, MOST_CLAIMING, Pair, Step};
pub use birth_date::BirthDateLevel;
pub use cluster::MOST_RECORDS;
pub use compare::{Agreement, Part, Weight, agreement};
pub use decide::{Basis, Outcome, ReviewKind, Verdict};
pub use forename::ForenameLevel;
pub use index::{Added, Index};
pub use level::PLACES;
pub use model::{Model, ModelError};
pub use name::FamilyLevel;
pub use profile::Profile;
pub use train::{Moved, Trained, train};
pub use veto::{Rule, Veto};

/// Names the rules of this build.
pub const MODEL_VERSION: &str = "2026.7";
