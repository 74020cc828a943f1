//! What a practice holds about one person, as plain data.

use jiff::Timestamp;
use jiff::civil::Date;
use model::{Gender, NhsNumber};

/// One person's GP record.
#[derive(Debug, Clone)]
pub struct GpRecordData {
    /// The practice's name.
    pub practice_name: String,
    /// Who the record is about, as the practice has them.
    pub patient: GpPatient,
    /// Problems, active and past.
    pub problems: Vec<Problem>,
    /// Medicines, current and past.
    pub medicines: Vec<Medicine>,
    /// Allergies, active and ended; "no known allergies" is an entry too ([`Coded::no_known_allergy`]).
    pub allergies: Vec<Allergy>,
    /// Consultations.
    pub consultations: Vec<Consultation>,
    /// Immunisations.
    pub immunisations: Vec<Immunisation>,
    /// Investigations with their results.
    pub investigations: Vec<Investigation>,
    /// Other observations: blood pressure, weight, smoking.
    pub observations: Vec<Observation>,
    /// Parts from which something is kept confidential.
    pub confidential: Vec<Part>,
    /// Parts that this practice's system cannot send.
    pub unsupported: Vec<Part>,
}

/// The registered patient.
#[derive(Debug, Clone)]
pub struct GpPatient {
    /// NHS number.
    pub nhs_number: NhsNumber,
    /// Surname.
    pub family: String,
    /// Forenames.
    pub given: Vec<String>,
    /// Title.
    pub prefix: Option<String>,
    /// Gender.
    pub gender: Gender,
    /// Date of birth.
    pub birth_date: Date,
    /// House and street, town.
    pub address: Vec<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// The usual GP: `Dr Nichole Gilbert`.
    pub usual_gp: String,
}

/// A code with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    /// `http://snomed.info/sct`, `http://read.info/readv2`, …
    pub system: String,
    /// The code.
    pub code: String,
    /// Its words.
    pub display: String,
}

impl Coded {
    /// A SNOMED CT code.
    pub fn snomed(code: &str, display: &str) -> Self {
        Self { system: "http://snomed.info/sct".into(), code: code.into(), display: display.into() }
    }

    /// A Read v2 code: some entries have nothing else.
    pub fn read_v2(code: &str, display: &str) -> Self {
        Self {
            system: "http://read.info/readv2".into(),
            code: code.into(),
            display: display.into(),
        }
    }

    /// 716186003 |No known allergy|.
    pub fn no_known_allergy() -> Self {
        Self::snomed("716186003", "No known allergy")
    }
}

/// A problem.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What.
    pub code: Coded,
    /// Since when.
    pub onset: Date,
    /// Until when; a problem with an end is inactive.
    pub ended: Option<Date>,
    /// Major or minor.
    pub major: bool,
    /// A note.
    pub note: Option<String>,
    /// Who recorded it.
    pub author: String,
}

/// A medicine with its dosage and issues.
#[derive(Debug, Clone)]
pub struct Medicine {
    /// The product (dm+d code within SNOMED CT).
    pub code: Coded,
    /// `One tablet twice a day`.
    pub dosage: String,
    /// `With food`.
    pub instructions: Option<String>,
    /// Repeat or acute.
    pub repeat: bool,
    /// Amount of an issue: `28`.
    pub quantity: String,
    /// Unit of the amount: `tablet`.
    pub unit: String,
    /// First authorised.
    pub started: Date,
    /// Stopped.
    pub ended: Option<Date>,
    /// Days on which it was issued.
    pub issues: Vec<Date>,
    /// Who prescribed it.
    pub author: String,
}

/// An allergy.
#[derive(Debug, Clone)]
pub struct Allergy {
    /// To what.
    pub code: Coded,
    /// Recorded when.
    pub recorded: Date,
    /// What happens.
    pub reaction: Option<Coded>,
    /// `mild`, `moderate` or `severe`.
    pub severity: Option<String>,
    /// When and why it was ended.
    pub ended: Option<Ended>,
    /// Who recorded it.
    pub author: String,
}

/// The end of an allergy.
#[derive(Debug, Clone)]
pub struct Ended {
    /// When.
    pub on: Date,
    /// Why.
    pub reason: String,
}

/// A consultation.
#[derive(Debug, Clone)]
pub struct Consultation {
    /// `GP Surgery`, `Telephone call to a patient`.
    pub kind: String,
    /// When it began.
    pub at: Timestamp,
    /// Who held it.
    pub author: String,
    /// What was written, in order.
    pub entries: Vec<ConsultationEntry>,
}

/// One entry of a consultation.
#[derive(Debug, Clone)]
pub struct ConsultationEntry {
    /// `History`, `Examination`, `Plan`.
    pub heading: String,
    /// A code, or `None` for a comment.
    pub code: Option<Coded>,
    /// The words.
    pub text: String,
}

/// An immunisation given.
#[derive(Debug, Clone)]
pub struct Immunisation {
    /// The procedure: `Administration of first dose of …`.
    pub code: Coded,
    /// The vaccine product.
    pub product: Option<Coded>,
    /// When.
    pub given: Date,
    /// Which dose of the course.
    pub dose: Option<u32>,
    /// Batch number.
    pub batch: Option<String>,
    /// Who gave it.
    pub author: String,
}

/// An investigation: a report with results.
#[derive(Debug, Clone)]
pub struct Investigation {
    /// `Full blood count`.
    pub code: Coded,
    /// When it was reported.
    pub issued: Timestamp,
    /// `Venous blood`.
    pub specimen: Option<String>,
    /// Results in the laboratory's order.
    pub results: Vec<TestResult>,
    /// Which laboratory.
    pub author: String,
}

/// One result.
#[derive(Debug, Clone)]
pub struct TestResult {
    /// What was measured.
    pub code: Coded,
    /// The value as written: `13.4`.
    pub value: String,
    /// `g/dL`.
    pub unit: String,
    /// Lower limit of the reference range.
    pub low: Option<String>,
    /// Upper limit of the reference range.
    pub high: Option<String>,
    /// `High` or `Low`.
    pub flag: Option<String>,
}

/// An observation that belongs to no other part.
#[derive(Debug, Clone)]
pub struct Observation {
    /// What.
    pub code: Coded,
    /// When.
    pub at: Timestamp,
    /// The finding.
    pub value: Measured,
    /// Who recorded it.
    pub author: String,
}

/// What an observation found.
#[derive(Debug, Clone)]
pub enum Measured {
    /// A value and its unit.
    Quantity {
        /// As written.
        value: String,
        /// Its unit.
        unit: String,
    },
    /// A blood pressure in mmHg.
    Pressure {
        /// Systolic.
        systolic: u32,
        /// Diastolic.
        diastolic: u32,
    },
    /// Words, or the code alone if they are empty.
    Words(String),
}

/// The parts of a record that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Allergies, with ended ones.
    Allergies,
    /// Medicines.
    Medication,
    /// Problems.
    Problems,
    /// Consultations.
    Consultations,
    /// Immunisations.
    Immunisations,
    /// Investigations.
    Investigations,
    /// Uncategorised observations.
    Uncategorised,
}

impl Part {
    pub(super) const ALL: [Self; 7] = [
        Self::Allergies,
        Self::Medication,
        Self::Problems,
        Self::Consultations,
        Self::Immunisations,
        Self::Investigations,
        Self::Uncategorised,
    ];

    /// The operation's parameter.
    pub(super) fn parameter(self) -> &'static str {
        match self {
            Self::Allergies => "includeAllergies",
            Self::Medication => "includeMedication",
            Self::Problems => "includeProblems",
            Self::Consultations => "includeConsultations",
            Self::Immunisations => "includeImmunisations",
            Self::Investigations => "includeInvestigations",
            Self::Uncategorised => "includeUncategorisedData",
        }
    }

    /// Code and title of the list that answers it (GPConnect-PrimaryListValues).
    pub(super) fn list(self) -> (&'static str, &'static str) {
        match self {
            Self::Allergies => ("886921000000105", "Allergies and adverse reactions"),
            Self::Medication => ("933361000000108", "Medications and medical devices"),
            Self::Problems => ("717711000000103", "Problems"),
            Self::Consultations => ("1149501000000101", "List of consultations"),
            Self::Immunisations => ("1102181000000102", "Immunisations"),
            Self::Investigations => ("887191000000108", "Investigations and results"),
            Self::Uncategorised => ("826501000000100", "Miscellaneous record"),
        }
    }
}
