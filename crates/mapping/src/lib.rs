//! HL7 v2 messages, FHIR bundles and council tables to UK Core FHIR.
//!
//! In: one parsed message and what is known of its feed. Out: [`Mapped`]: who the patient is, what
//! moved, what was said. Built in the pieces of HL7's v2-to-FHIR guide: message, segment, datatype
//! and concept. Never: look-ups, storage, a clock.

mod error;
mod feed;
pub mod rule;
mod mapped;
mod message;
mod segment;
mod table;
mod datatype;
mod concept;
mod read;
mod identity;
mod visit;
mod unmapped;
pub mod spell;
mod bundle;
mod social_care;
mod index_entry;
mod demographics;
pub mod explain;

pub use bundle::bundle;
pub use demographics::demographics;
pub use error::Error;
pub use feed::{Feed, Ignored};
pub use index_entry::index_entry;
pub use mapped::{
    Birth, Link, Mapped, Merge, Move, Moving, PatientStatement, Statement, Superseded,
};
pub use message::{hl7_v2, hl7_v2_after};
pub use social_care::{required_columns, social_care};
pub use spell::{SpellEvent, SpellEventKind, SpellFields};
pub use visit::{MovedVisits, Visit};
