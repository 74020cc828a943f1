//! Who is doing something: always with the role and organisation they act in at that moment.

use serde::{Deserialize, Serialize};

use crate::{OdsCode, UserId};

/// A signed-in user, or another system, acting in one role for one organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Who.
    pub user: UserId,
    /// Their name as staff know it, kept with every audit entry as it was then.
    pub name: String,
    /// The one role active in this session; roles are never combined.
    pub role: Role,
    /// The organisation they act for.
    pub organisation: OdsCode,
}

/// The roles of the first cut; each stands for a group of national job roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Doctors, nurses and allied professionals.
    Clinician,
    /// Council social care staff.
    SocialWorker,
    /// Ambulance crews.
    Paramedic,
    /// Decides whether two records are one person; sees identity, not clinical data.
    Steward,
    /// Asks who looked; sees the audit trail, not clinical data.
    PrivacyOfficer,
    /// Keeps feeds and users going.
    Administrator,
    /// Another organisation's system, not a person: what it may do is in its scopes.
    System,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::Clinician,
        Self::SocialWorker,
        Self::Paramedic,
        Self::Steward,
        Self::PrivacyOfficer,
        Self::Administrator,
        Self::System,
    ];

    /// The roles of people, who sign in.
    pub const STAFF: [Self; 6] = [
        Self::Clinician,
        Self::SocialWorker,
        Self::Paramedic,
        Self::Steward,
        Self::PrivacyOfficer,
        Self::Administrator,
    ];

    /// The code kept in the store and in policies.
    pub fn code(self) -> &'static str {
        match self {
            Self::Clinician => "clinician",
            Self::SocialWorker => "social_worker",
            Self::Paramedic => "paramedic",
            Self::Steward => "steward",
            Self::PrivacyOfficer => "privacy_officer",
            Self::Administrator => "administrator",
            Self::System => "system",
        }
    }

    /// The words on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Clinician => "Clinician",
            Self::SocialWorker => "Social worker",
            Self::Paramedic => "Paramedic",
            Self::Steward => "Data steward",
            Self::PrivacyOfficer => "Privacy officer",
            Self::Administrator => "Administrator",
            Self::System => "System",
        }
    }

    /// Reads [`Role::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}
