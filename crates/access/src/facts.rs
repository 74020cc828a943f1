//! The facts that policies weigh. `accounts` gathers them; nothing here is looked up.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use model::{Actor, OdsCode};
use serde::{Deserialize, Serialize};

use crate::Scope;

/// Everything a decision about one actor and one person rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Who asks, in which role, for which organisation.
    pub actor: Actor,
    /// Relationships of organisations with this person, live and recently ended.
    pub relationships: Vec<Relationship>,
    /// The actor's own claim to open this record, if one was made.
    pub claim: Option<Claim>,
    /// The person has said no to sharing (PDS "express dissent").
    pub dissent: bool,
    /// What a system was given leave to do; empty for people.
    pub scopes: BTreeSet<Scope>,
}

impl Facts {
    /// Facts for an action that is not about one person.
    pub fn of(actor: Actor) -> Self {
        Self {
            actor,
            relationships: Vec::new(),
            claim: None,
            dissent: false,
            scopes: BTreeSet::new(),
        }
    }
}

/// A legitimate relationship: an organisation has a reason in its work to know this person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relationship {
    /// Whose relationship.
    pub organisation: OdsCode,
    /// What made it.
    pub basis: Basis,
    /// When it ends or ended; `None` while it is open.
    pub until: Option<Timestamp>,
}

impl Relationship {
    /// Not ended at this moment.
    pub(crate) fn is_live(&self, at: Timestamp) -> bool {
        self.until.is_none_or(|until| at < until)
    }
}

/// What makes a legitimate relationship.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Registered with this GP practice.
    Registered,
    /// Admitted to hospital.
    Admitted,
    /// Attended an emergency department, a clinic, or was attended by a crew.
    Attended,
    /// Has an appointment.
    Appointment,
    /// Referred to the organisation.
    Referral,
    /// Receives a care package.
    CarePackage,
    /// On the caseload of a community, mental-health or social-care team.
    Caseload,
    /// The organisation sent something else about this person.
    Known,
}

impl Basis {
    /// Every basis.
    pub const ALL: [Self; 8] = [
        Self::Registered,
        Self::Admitted,
        Self::Attended,
        Self::Appointment,
        Self::Referral,
        Self::CarePackage,
        Self::Caseload,
        Self::Known,
    ];

    /// The code kept in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Admitted => "admitted",
            Self::Attended => "attended",
            Self::Appointment => "appointment",
            Self::Referral => "referral",
            Self::CarePackage => "care_package",
            Self::Caseload => "caseload",
            Self::Known => "known",
        }
    }

    /// The words on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Registered => "Registered patient",
            Self::Admitted => "Admitted",
            Self::Attended => "Attended",
            Self::Appointment => "Appointment",
            Self::Referral => "Referred",
            Self::CarePackage => "Care package",
            Self::Caseload => "On a caseload",
            Self::Known => "Known to the organisation",
        }
    }

    /// Reads [`Basis::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.code() == code)
    }
}

/// A user's own claim that a record must be opened without a relationship ("breaking the glass").
#[derive(Clone, PartialEq, Eq)]
pub struct Claim {
    /// The kind of reason.
    pub reason: ClaimReason,
    /// The reason in the user's words.
    pub text: String,
    /// When the claim ends.
    pub until: Timestamp,
}

impl fmt::Debug for Claim {
    /// The words may name a patient.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Claim({} until {})", self.reason.code(), self.until)
    }
}

/// Kinds of reason offered to a user who breaks the glass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimReason {
    /// Life or health at risk now.
    Emergency,
    /// In front of the user, and not yet known to the organisation.
    DirectCare,
    /// The person asked for it.
    PersonAsked,
    /// Protecting a child or an adult at risk.
    Safeguarding,
    /// Something else, said in words.
    Other,
}

impl ClaimReason {
    /// Every reason, in the order a page offers them.
    pub const ALL: [Self; 5] =
        [Self::Emergency, Self::DirectCare, Self::PersonAsked, Self::Safeguarding, Self::Other];

    /// The code in forms, policies and the audit trail.
    pub fn code(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::DirectCare => "direct_care",
            Self::PersonAsked => "person_asked",
            Self::Safeguarding => "safeguarding",
            Self::Other => "other",
        }
    }

    /// The words on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Emergency => "Emergency: life or health is at risk",
            Self::DirectCare => "I am caring for this person now",
            Self::PersonAsked => "This person asked me to",
            Self::Safeguarding => "Safeguarding",
            Self::Other => "Another reason",
        }
    }

    /// Reads [`ClaimReason::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}
