//! Leave to do one thing, proved by an entry in the trail.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use access::{Action, Alert, Decision};
use jiff::Timestamp;
use model::{Actor, PersonId, Section};

/// Leave for one actor to do one action, about one person where the action is about one. Only
/// [`record`](crate::record) makes it, after writing the entry it names; it grants what the
/// decision granted and nothing else can widen it.
///
/// ```compile_fail
/// let forged = audit::Permit { entry: 1 };
/// ```
#[derive(Debug, Clone)]
pub struct Permit {
    decision: Arc<Decision>,
    entry: i64,
    at: Timestamp,
}

impl Permit {
    pub(crate) fn new(decision: Decision, entry: i64, at: Timestamp) -> Self {
        Self { decision: Arc::new(decision), entry, at }
    }

    /// The action it allows.
    pub fn action(&self) -> Action {
        self.decision.action()
    }

    /// The person it is about; `None` where the action is about no one person.
    pub fn person(&self) -> Option<PersonId> {
        self.decision.person()
    }

    /// Who holds it.
    pub fn actor(&self) -> &Actor {
        self.decision.actor()
    }

    /// When it was given.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The number of its entry in the trail.
    pub fn entry(&self) -> i64 {
        self.entry
    }

    /// The sections it opens.
    pub fn sections(&self) -> &BTreeSet<Section> {
        self.decision.sections()
    }

    /// It opens this section.
    pub fn may_see(&self, section: Section) -> bool {
        self.decision.sections().contains(&section)
    }

    /// The sections it does not open, each with the sentence to show in its place.
    pub fn not_shown(&self) -> &BTreeMap<Section, String> {
        self.decision.not_shown()
    }

    /// The basis on which it was given: `relationship`, `break-glass`, `role`.
    pub fn basis(&self) -> &str {
        self.decision.basis()
    }

    /// How loudly the privacy officer hears of it.
    pub fn alert(&self) -> Alert {
        self.decision.alert()
    }

    /// A sentence for the reader: why they may see this, and who hears of it.
    pub fn why(&self) -> &str {
        self.decision.why()
    }
}
