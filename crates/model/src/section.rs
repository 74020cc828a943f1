//! The sections of a record: what a page draws, what a policy decides about, what a GP is asked for.

use serde::{Deserialize, Serialize};

/// A section of a person's record (PRSB Core Information Standard headings, grouped for reading).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// Problem list and diagnoses.
    Problems,
    /// Medicines.
    Medicines,
    /// Allergies and adverse reactions.
    Allergies,
    /// Investigation results.
    Results,
    /// Admissions, emergency and other attendances.
    Encounters,
    /// Appointments, past and to come.
    Appointments,
    /// Letters and other documents.
    Documents,
    /// Social care: packages and contacts.
    SocialCare,
    /// Immunisations.
    Immunisations,
    /// GP consultations.
    Consultations,
}

impl Section {
    /// Every section in the order of the record page.
    pub const ALL: [Self; 10] = [
        Self::Problems,
        Self::Medicines,
        Self::Allergies,
        Self::Results,
        Self::Encounters,
        Self::Appointments,
        Self::Documents,
        Self::SocialCare,
        Self::Immunisations,
        Self::Consultations,
    ];

    /// The code in the store, in policies and in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Problems => "problems",
            Self::Medicines => "medicines",
            Self::Allergies => "allergies",
            Self::Results => "results",
            Self::Encounters => "encounters",
            Self::Appointments => "appointments",
            Self::Documents => "documents",
            Self::SocialCare => "social_care",
            Self::Immunisations => "immunisations",
            Self::Consultations => "consultations",
        }
    }

    /// The heading on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Problems => "Problems",
            Self::Medicines => "Medicines",
            Self::Allergies => "Allergies",
            Self::Results => "Results",
            Self::Encounters => "Hospital stays and attendances",
            Self::Appointments => "Appointments",
            Self::Documents => "Documents",
            Self::SocialCare => "Social care",
            Self::Immunisations => "Immunisations",
            Self::Consultations => "GP consultations",
        }
    }

    /// Reads [`Section::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.code() == code)
    }
}
