//! The clinical areas of GP Connect: how each is asked for and by which list it is answered.

use model::Section;

/// A clinical area of Access Record Structured that we ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Area {
    Allergies,
    EndedAllergies,
    Medicines,
    Problems,
    Consultations,
    Immunisations,
    Investigations,
    Uncategorised,
}

impl Area {
    pub(crate) const ALL: [Self; 8] = [
        Self::Allergies,
        Self::EndedAllergies,
        Self::Medicines,
        Self::Problems,
        Self::Consultations,
        Self::Immunisations,
        Self::Investigations,
        Self::Uncategorised,
    ];

    /// The SNOMED CT code of the area's primary list (GPConnect-PrimaryListValues).
    pub(crate) fn list_code(self) -> &'static str {
        match self {
            Self::Allergies => "886921000000105",
            Self::EndedAllergies => "1103671000000101",
            Self::Medicines => "933361000000108",
            Self::Problems => "717711000000103",
            Self::Consultations => "1149501000000101",
            Self::Immunisations => "1102181000000102",
            Self::Investigations => "887191000000108",
            Self::Uncategorised => "826501000000100",
        }
    }

    /// The operation's parameter, also named in "not supported" warnings.
    pub(crate) fn parameter(self) -> &'static str {
        match self {
            Self::Allergies | Self::EndedAllergies => "includeAllergies",
            Self::Medicines => "includeMedication",
            Self::Problems => "includeProblems",
            Self::Consultations => "includeConsultations",
            Self::Immunisations => "includeImmunisations",
            Self::Investigations => "includeInvestigations",
            Self::Uncategorised => "includeUncategorisedData",
        }
    }

    /// Where its lines stand on our page.
    pub(crate) fn section(self) -> Section {
        match self {
            Self::Allergies | Self::EndedAllergies => Section::Allergies,
            Self::Medicines => Section::Medicines,
            Self::Problems => Section::Problems,
            Self::Consultations => Section::Consultations,
            Self::Immunisations => Section::Immunisations,
            Self::Investigations | Self::Uncategorised => Section::Results,
        }
    }

    /// Its name in a sentence.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Allergies => "Allergies",
            Self::EndedAllergies => "Ended allergies",
            Self::Medicines => "Medicines",
            Self::Problems => "Problems",
            Self::Consultations => "Consultations",
            Self::Immunisations => "Immunisations",
            Self::Investigations => "Investigations",
            Self::Uncategorised => "Other GP observations",
        }
    }
}
