//! What is asked, about whom, by whom.

use std::collections::BTreeSet;

use model::{Actor, Demographics, Section};
use uuid::Uuid;

/// The sections a GP practice can be asked for.
pub const SECTIONS: [Section; 6] = [
    Section::Problems,
    Section::Medicines,
    Section::Allergies,
    Section::Results,
    Section::Immunisations,
    Section::Consultations,
];

/// One reader's wish to see one person's GP record.
#[derive(Debug, Clone)]
pub struct GpRequest {
    /// The person as we know them: the NHS number to ask with, the practice to ask, and what the
    /// practice's answer is checked against.
    pub demographics: Demographics,
    /// The person who will read the answer; never a system user (GP Connect, JWT claims).
    pub actor: Actor,
    /// The name of the reader's organisation, the one in [`Actor::organisation`].
    pub organisation_name: String,
    /// Only what the reader may see is asked for.
    pub sections: BTreeSet<Section>,
    /// How long the reader waits.
    pub patience: Patience,
    /// The `Ssp-TraceID`, new for each request; keep it with the audit entry.
    pub trace: Uuid,
}

/// How long the reader waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patience {
    /// As long as a page should take ([`crate::Limits::shown_deadline`]).
    #[default]
    Usual,
    /// The reader asked again and waits as long as a call may live ([`crate::Limits::hard_deadline`]).
    Longer,
}
