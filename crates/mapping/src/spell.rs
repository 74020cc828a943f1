//! A hospital spell: the movements known of one visit, folded into an Encounter.
//!
//! ADT is a state machine keyed by the visit number, not an append: messages come late, twice and
//! out of order. So every movement is kept, and the encounter is always made afresh of all of them:
//! 1. put them in order of when they happened (not of arrival);
//! 2. strike out what a cancellation undoes (A11, A12, A13, A38), and the cancellation itself;
//! 3. walk through what stands, keeping the state, the places and the last word on each field;
//! 4. write the Encounter.
//!
//! Any order of arrival gives the same Encounter. Only of what was entered and sent at one and the
//! same moment, what came first is taken to have been first.

mod fields;
mod believe;
mod order;
mod class;
mod walk;
mod encounter;

use fhir::Resource;
use jiff::Timestamp;
use model::{LocalIdentity, OdsCode};
use serde::{Deserialize, Serialize};

use crate::visit::Visit;

pub(crate) use believe::end_of;
pub use fields::{Coded, Place, Professional, Said, SpellFields};

/// One movement of one spell.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpellEvent {
    /// Whose.
    pub subject: LocalIdentity,
    /// Who says so.
    pub organisation: OdsCode,
    /// The visit number (PV1-19).
    pub visit: String,
    /// What happened.
    pub kind: SpellEventKind,
    /// When it happened (EVN-6, else EVN-2). For a cancellation HL7 asks for the time of what is
    /// cancelled (v2.5.1 §3.4.1.6); senders who put their own time there are understood as well.
    pub at: Timestamp,
    /// When it was entered (EVN-2, else MSH-7): a cancellation undoes only what was entered before.
    pub recorded_at: Timestamp,
    /// When the message left (MSH-7): tells apart what was entered in one minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// The sender's number of the message (MSH-10): the same again is the same event, but a second
    /// discharge in one minute is another.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub control_id: String,
    /// What PV1 and PV2 said.
    #[serde(default)]
    pub fields: SpellFields,
}

impl SpellEvent {
    /// The visit that moves, as the message named it.
    pub fn visit(&self) -> Visit {
        Visit::new(self.subject.clone(), self.visit.as_str())
    }
}

/// What can happen to a spell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpellEventKind {
    /// A05: expected.
    PreAdmit,
    /// A04: arrived, in an emergency department or a clinic.
    Register,
    /// A01 (A06): admitted.
    Admit,
    /// A02: moved.
    Transfer,
    /// A08: fields only.
    Update,
    /// A07: goes on as an outpatient.
    ToOutpatient,
    /// A03: gone.
    Discharge,
    /// A38: not expected after all.
    CancelPreAdmit,
    /// A11: not admitted after all.
    CancelAdmit,
    /// A12: not moved after all.
    CancelTransfer,
    /// A13: not gone after all.
    CancelDischarge,
}

impl SpellEventKind {
    /// The code kept in the store: `cancel_admit`.
    pub fn code(self) -> &'static str {
        match self {
            Self::PreAdmit => "pre_admit",
            Self::Register => "register",
            Self::Admit => "admit",
            Self::Transfer => "transfer",
            Self::Update => "update",
            Self::ToOutpatient => "to_outpatient",
            Self::Discharge => "discharge",
            Self::CancelPreAdmit => "cancel_pre_admit",
            Self::CancelAdmit => "cancel_admit",
            Self::CancelTransfer => "cancel_transfer",
            Self::CancelDischarge => "cancel_discharge",
        }
    }
}

/// The encounter that these events of one spell amount to; `None` if there are none. `events` stand
/// in the order of arrival, which matters only between events of one moment.
pub fn fold(events: &[SpellEvent]) -> Option<Resource> {
    let believed: Vec<SpellEvent> = events.iter().map(believe::believed).collect();
    let ordered = order::by_time(&believed);
    let newest = order::last_entered(&ordered)?;
    let (cancels, standing) = order::standing(&ordered);
    let stay = walk::walk(&cancels, &standing);
    Some(encounter::encounter(newest, &stay))
}

/// The id of the encounter of a patient's visit, for references to it.
pub fn encounter_id(subject: &LocalIdentity, visit: &str) -> uuid::Uuid {
    Visit::new(subject.clone(), visit).encounter()
}

impl std::fmt::Debug for SpellEvent {
    /// A visit number leads to a patient: only what happened and when.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SpellEvent({} at {}, {:?})", self.kind.code(), self.at, self.subject)
    }
}

#[cfg(test)]
mod tests;
