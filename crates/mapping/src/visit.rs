//! A visit by the name its hospital gives it, and the visits that a hospital has given another name.

use std::collections::BTreeMap;
use std::fmt;

use model::LocalIdentity;
use uuid::Uuid;

use crate::identity::resource_id;

/// One visit of one patient.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Visit {
    /// Whose.
    pub subject: LocalIdentity,
    /// Its number (PV1-19).
    pub number: String,
}

/// Whose visits are now, by the name that a message may still use for them.
pub type MovedVisits = BTreeMap<Visit, Visit>;

impl Visit {
    /// This visit of this patient.
    pub fn new(subject: LocalIdentity, number: impl Into<String>) -> Self {
        Self { subject, number: number.into() }
    }

    /// The id of its Encounter. The patient is part of it: a visit number used again for somebody
    /// else is another visit.
    pub fn encounter(&self) -> Uuid {
        resource_id("Encounter", &self.subject, &self.number)
    }
}

impl fmt::Debug for Visit {
    /// A visit number leads to a patient.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Visit({:?})", self.subject)
    }
}
