//! HL7 v2 messages, FHIR bundles and council tables to UK Core FHIR.
//!
//! In: one parsed message and what is known of its feed. Out: [`Mapped`]: who the patient is, what
//! moved, what was said. Built in the pieces of HL7's v2-to-FHIR guide: message, segment, datatype
//! and concept. Never: look-ups, storage, a clock.

mod error;
mod feed;
mod mapped;
mod concept;
mod datatype;
mod identity;
pub mod spell;
mod bundle;
mod social_care;
mod demographics;

pub use bundle::bundle;
pub use demographics::demographics;
pub use error::Error;
pub use feed::Feed;
pub use mapped::{Mapped, Merge, PatientStatement, Statement};
pub use social_care::social_care;
pub use spell::{SpellEvent, SpellEventKind, SpellFields};
