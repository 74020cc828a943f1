//! What a message turned out to say.

use fhir::Resource;
use jiff::{SignedDuration, Timestamp};
use model::LocalIdentity;

use crate::spell::SpellEvent;

/// How far a sender's clock may be ahead of ours.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// Everything one message says, ready to be written in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapped {
    /// `ADT^A01`, `Bundle`, `care_packages`.
    pub event: String,
    /// When it happened: EVN-6, else EVN-2, else MSH-7, else when it was received; never later than
    /// that (no time here is).
    pub occurred_at: Timestamp,
    /// What it says about who people are. Usually one; a bundle may hold several.
    pub patients: Vec<PatientStatement>,
    /// Local numbers that turned out to be one patient (A40, A34).
    pub merges: Vec<Merge>,
    /// Movements; [`crate::spell::fold`] makes the encounter of all that is known of a spell.
    pub spell_events: Vec<SpellEvent>,
    /// Everything else.
    pub resources: Vec<Statement>,
    /// Paths that carried a value and were not used: `ZU1-3`. Never values.
    pub unmapped: Vec<String>,
}

impl Mapped {
    /// Nothing said yet.
    pub(crate) fn new(event: impl Into<String>, occurred_at: Timestamp) -> Self {
        Self {
            event: event.into(),
            occurred_at,
            patients: Vec::new(),
            merges: Vec::new(),
            spell_events: Vec::new(),
            resources: Vec::new(),
            unmapped: Vec::new(),
        }
    }

    /// Nothing was said later than it was received, give or take a wrong clock. News dated in the
    /// future would otherwise keep out all the news until then.
    pub(crate) fn received(mut self, at: Timestamp) -> Self {
        let latest = at.saturating_add(CLOCK_TOLERANCE).unwrap_or(at);
        let clamp = |time: &mut Timestamp| *time = (*time).min(latest);
        clamp(&mut self.occurred_at);
        self.patients.iter_mut().for_each(|one| clamp(&mut one.event_time));
        self.resources.iter_mut().for_each(|one| clamp(&mut one.event_time));
        for event in &mut self.spell_events {
            clamp(&mut event.at);
            clamp(&mut event.recorded_at);
            event.sent_at.iter_mut().for_each(clamp);
        }
        self
    }
}

/// What was said about who a local patient is.
#[derive(Debug, Clone, PartialEq)]
pub struct PatientStatement {
    /// Whose.
    pub identity: LocalIdentity,
    /// A Patient holding only what was said; its id is the local patient's.
    pub resource: Resource,
    /// Top-level elements deleted by `""`.
    pub cleared: Vec<String>,
    /// When it became true; older news never overwrites newer.
    pub event_time: Timestamp,
}

/// One resource about a local patient.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Whose.
    pub subject: LocalIdentity,
    /// The resource; its id is made from the source's own numbers, so a replay changes nothing.
    pub resource: Resource,
    /// When it was said; older news never overwrites newer.
    pub event_time: Timestamp,
}

/// Two numbers of one authority are one patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// The number that goes on.
    pub survivor: LocalIdentity,
    /// The number that ends (MRG-1).
    pub subsumed: LocalIdentity,
}
