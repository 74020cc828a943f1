//! What a message turned out to say.

use fhir::Resource;
use jiff::{SignedDuration, Timestamp};
use model::{LocalIdentity, NhsNumber};

use crate::spell::SpellEvent;
use crate::visit::Visit;

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
    /// Local numbers that turned out to be one patient (A40 and its relatives).
    pub merges: Vec<Merge>,
    /// NHS numbers that another one has replaced.
    pub superseded: Vec<Superseded>,
    /// Local numbers that are one person's, and go on as two (A24).
    pub links: Vec<Link>,
    /// Local numbers that are not one person's after all (A37).
    pub unlinks: Vec<Link>,
    /// Whose child a patient is (PID-21).
    pub births: Vec<Birth>,
    /// Visits that are another patient's, or have another number (A44, A45 and their relatives).
    pub moves: Vec<Move>,
    /// Every visit that the message speaks of, as it names them.
    pub visits: Vec<Visit>,
    /// Movements; [`crate::spell::fold`] makes the encounter of all that is known of a spell.
    pub spell_events: Vec<SpellEvent>,
    /// Everything else.
    pub resources: Vec<Statement>,
    /// Paths that carried a value and were not used: `ZU1-3`. Never values.
    pub unmapped: Vec<String>,
    /// Why a message of its kind changes nothing, where that is on purpose: the end of a sentence.
    pub out_of_scope: Option<&'static str>,
}

impl Mapped {
    /// Nothing said yet.
    pub(crate) fn new(event: impl Into<String>, occurred_at: Timestamp) -> Self {
        Self {
            event: event.into(),
            occurred_at,
            patients: Vec::new(),
            merges: Vec::new(),
            superseded: Vec::new(),
            links: Vec::new(),
            unlinks: Vec::new(),
            births: Vec::new(),
            moves: Vec::new(),
            visits: Vec::new(),
            spell_events: Vec::new(),
            resources: Vec::new(),
            unmapped: Vec::new(),
            out_of_scope: None,
        }
    }

    /// Adds what is said about a patient, once: one PID may have several MRGs.
    pub(crate) fn say(&mut self, statement: PatientStatement) {
        if !self.patients.contains(&statement) {
            self.patients.push(statement);
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
    /// The NHS number of the one that ends, where it is another than the survivor's and nothing
    /// says that it was superseded: perhaps these are two people.
    pub other_nhs_number: Option<NhsNumber>,
}

/// One person's NHS number has replaced another of theirs, and the source says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Superseded {
    /// The number that ended.
    pub old: NhsNumber,
    /// The number that goes on.
    pub new: NhsNumber,
}

/// Two local patients whom their source declares one person, or not one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The one of the first PID.
    pub a: LocalIdentity,
    /// The other. It may be another authority's: a trust links across its hospitals.
    pub b: LocalIdentity,
}

/// Whose child a patient is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Birth {
    /// The child.
    pub newborn: LocalIdentity,
    /// The mother (PID-21).
    pub mother: LocalIdentity,
    /// Which of several (PID-25), from 1.
    pub order: Option<u8>,
}

/// What was kept under one patient or number belongs under another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Whose it was (MRG-1).
    pub from: LocalIdentity,
    /// Whose it is (PID-3); may be the same.
    pub to: LocalIdentity,
    /// What moves.
    pub what: Moving,
}

/// What moves, by the number it had and the number it has now; often the same.
#[derive(Clone, PartialEq, Eq)]
pub enum Moving {
    /// One visit: MRG-5 and PV1-19.
    Visit {
        /// The number before.
        was: String,
        /// The number now.
        is: String,
    },
    /// The visits of an account: MRG-3 and PID-18.
    Account {
        /// The number before.
        was: String,
        /// The number now.
        is: String,
    },
}

impl std::fmt::Debug for Moving {
    /// A visit number leads to a patient.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Visit { .. } => "Visit(…)",
            Self::Account { .. } => "Account(…)",
        })
    }
}
