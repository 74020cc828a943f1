//! What was decided, by which policies, and what it says to the person who asked.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::{Actor, PersonId, Section};

use crate::Action;

/// A decision. Only [`decide`](crate::decide) makes one, and nothing outside can change what it allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub(crate) action: Action,
    pub(crate) actor: Actor,
    pub(crate) person: Option<PersonId>,
    pub(crate) decided_at: Timestamp,
    pub(crate) allowed: bool,
    pub(crate) sections: BTreeSet<Section>,
    pub(crate) not_shown: BTreeMap<Section, String>,
    pub(crate) policies: Vec<String>,
    pub(crate) basis: String,
    pub(crate) reason: String,
    pub(crate) alert: Alert,
    pub(crate) may_break_glass: bool,
    pub(crate) why: String,
    pub(crate) about: String,
}

impl Decision {
    /// What was asked for.
    pub fn action(&self) -> Action {
        self.action
    }

    /// Who asked.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// About whom, where the action is about one person.
    pub fn person(&self) -> Option<PersonId> {
        self.person
    }

    /// The moment for which it was decided.
    pub fn decided_at(&self) -> Timestamp {
        self.decided_at
    }

    /// Something is allowed: the action, or at least one section of the record.
    pub fn allowed(&self) -> bool {
        self.allowed
    }

    /// The sections that may be shown; empty for actions that show none.
    pub fn sections(&self) -> &BTreeSet<Section> {
        &self.sections
    }

    /// The sections that may not be shown, each with a sentence. They are named as not shown, never
    /// drawn as if there were nothing in them.
    pub fn not_shown(&self) -> &BTreeMap<Section, String> {
        &self.not_shown
    }

    /// The ids of the policies that made this decision, in alphabetical order.
    pub fn policies(&self) -> &[String] {
        &self.policies
    }

    /// The basis that was accepted: `relationship`, `break-glass`, `role`; empty in a refusal.
    pub fn basis(&self) -> &str {
        &self.basis
    }

    /// What stands behind the basis: the relationship's kind, or the user's own reason.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Whether and how loudly the privacy officer hears of it.
    pub fn alert(&self) -> Alert {
        self.alert
    }

    /// Refused, but a claim with a reason would open it.
    pub fn may_break_glass(&self) -> bool {
        self.may_break_glass
    }

    /// One or two sentences for the page.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// What exactly it was about, kept in the audit entry: `document 5f0c…`, `message 118`.
    pub fn about(&self) -> &str {
        &self.about
    }

    /// The same decision, saying what exactly it is about.
    #[must_use]
    pub fn with_about(self, about: impl Into<String>) -> Self {
        Self { about: about.into(), ..self }
    }
}

/// How loudly a privacy officer hears of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Alert {
    /// Not at all; it is in the trail.
    #[default]
    None,
    /// Listed for the privacy officer.
    Notification,
    /// Listed, and needs an answer.
    Alert,
}

impl Alert {
    /// The code in policies and in the audit trail; empty for none.
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Notification => "notification",
            Self::Alert => "alert",
        }
    }

    /// Reads [`Alert::code`].
    pub fn parse(code: &str) -> Option<Self> {
        [Self::None, Self::Notification, Self::Alert].into_iter().find(|alert| alert.code() == code)
    }
}
