//! One line of a GP record, in the shape of the repository's prepared rows.

use std::fmt;

use jiff::Timestamp;
use model::Section;
use serde::{Deserialize, Serialize};

/// One line of a section. Texts are the practice's own words; a field it left empty is `None`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GpItem {
    /// Where it belongs on the page.
    pub section: Section,
    /// When it happened, began or was asserted.
    pub at: Option<Timestamp>,
    /// How much of `at` the practice said: show no more than that.
    pub at_precision: Precision,
    /// When it ended.
    pub end: Option<Timestamp>,
    /// SNOMED CT code where there is one, else the practice's Read, EMIS or other code.
    pub code: Option<String>,
    /// The code's system.
    pub code_system: Option<String>,
    /// What it is, in the practice's words.
    pub text: String,
    /// Result or dosage.
    pub value: Option<String>,
    /// Unit of `value`.
    pub unit: Option<String>,
    /// Reference range as text.
    pub range: Option<String>,
    /// Interpretation of a result: `High`.
    pub flag: Option<String>,
    /// `active`, `ended`, `completed`, `final`, …; an ended allergy is always `ended`.
    pub status: Option<String>,
    /// What else must be read with it: significance, last issue, reactions, notes.
    pub detail: Option<String>,
    /// The heading it stood under: test group, consultation topic. Items of one heading stay together and in order.
    pub heading: Option<String>,
    /// Who recorded it.
    pub author: Option<String>,
    /// FHIR type of the practice's resource.
    pub resource_type: String,
    /// Its id at the practice, kept to recognise duplicates.
    pub resource_id: String,
}

/// How exact a date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// Only a year.
    Year,
    /// A year and a month.
    Month,
    /// A day.
    #[default]
    Day,
    /// A day and a time.
    Instant,
}

impl fmt::Debug for GpItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GpItem({} {}/{})", self.section.code(), self.resource_type, self.resource_id)
    }
}
