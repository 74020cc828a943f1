//! A permit in, one person's record out: what every source said, who said it and when.
//!
//! In: a [`Permit`](audit::Permit) and the sources there are. Out: a [`Record`] to draw: stored lines at
//! once, the GP practice's lines when they have come. Unknown is never shown as none: an empty
//! section says whether everybody answered, nobody asked, or somebody could not be reached.
//! Never: HTML, deciding who may see what, keeping a GP's answer.

mod open;
mod section;
mod line;
mod source;
mod in_hospital;
mod allergies;
mod gp;
mod document;
mod focus;
mod lineage;
mod error;

pub use allergies::AllergyBanner;
pub use document::{Opened, document};
pub use error::Error;
pub use focus::focus;
pub use gp::{GpState, ask, with_gp};
pub use in_hospital::{InHospital, Inpatient};
pub use line::{Line, LineSource, Origin, Precision};
pub use lineage::{Lineage, of_line, of_message, of_resource};
pub use open::{Record, open, open_section};
pub use repository::{Page, Trace, Version};
pub use section::{Emptiness, GpPart, SectionView};
pub use source::{Source, SourceKind, SourceState};
