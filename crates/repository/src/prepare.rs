//! From a resource to the line a page draws; pure, one function for each kind of resource.

mod condition;
mod allergy;
mod medicine;
mod result;
mod encounter;
mod appointment;
mod document;
mod care_plan;
mod immunisation;

use fhir::{Resource, When};
use jiff::Timestamp;
use model::Section;
use serde_json::Value;

/// How exact a moment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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

impl Precision {
    /// The word in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Instant => "instant",
        }
    }

    pub(crate) fn parse(code: &str) -> Self {
        match code {
            "year" => Self::Year,
            "month" => Self::Month,
            "instant" => Self::Instant,
            _ => Self::Day,
        }
    }
}

/// A line before it has a place in the store.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    pub(crate) section: Section,
    pub(crate) at: Option<Timestamp>,
    pub(crate) at_precision: Precision,
    pub(crate) until: Option<Timestamp>,
    pub(crate) code: Option<String>,
    pub(crate) code_system: Option<String>,
    pub(crate) text: String,
    pub(crate) value: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) reference_range: Option<String>,
    pub(crate) flag: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) detail: Option<String>,
    pub(crate) heading: Option<String>,
    pub(crate) position: i64,
    pub(crate) author: Option<String>,
    pub(crate) confidentiality: String,
}

/// The line for a resource; `None` for what has no line of its own (a Patient, a resource entered
/// in error).
pub fn prepare(resource: &Resource) -> Option<Line> {
    if is_withdrawn(resource) {
        return None;
    }
    let mut line = match resource.resource_type() {
        "Condition" => condition::line(resource),
        "AllergyIntolerance" => allergy::line(resource),
        "MedicationStatement" | "MedicationRequest" => medicine::line(resource),
        "Observation" => result::observation(resource)?,
        "DiagnosticReport" => result::report(resource),
        "Encounter" => encounter::line(resource),
        "Appointment" => appointment::line(resource),
        "DocumentReference" => document::line(resource),
        "CarePlan" => care_plan::line(resource),
        "Immunization" => immunisation::line(resource),
        _ => return None,
    };
    resource.text("meta.security.code").unwrap_or("N").clone_into(&mut line.confidentiality);
    Some(line)
}

fn is_withdrawn(resource: &Resource) -> bool {
    let in_error = Some("entered-in-error");
    resource.text("status") == in_error
        || resource.text("verificationStatus.coding.code") == in_error
}

impl Line {
    /// A line that says only what it is, from the CodeableConcept at `concept`.
    fn new(section: Section, resource: &Resource, concept: &str) -> Self {
        Self {
            section,
            at: None,
            at_precision: Precision::default(),
            until: None,
            code: owned(resource.text(&format!("{concept}.coding.code"))),
            code_system: owned(resource.text(&format!("{concept}.coding.system"))),
            text: concept_text(first(resource.get(concept)))
                .unwrap_or_else(|| "No description sent".to_owned()),
            value: None,
            unit: None,
            reference_range: None,
            flag: None,
            status: None,
            detail: None,
            heading: None,
            position: 0,
            author: None,
            confidentiality: String::new(),
        }
    }

    fn at(mut self, text: Option<&str>) -> Self {
        if let Some(when) = text.and_then(When::parse) {
            self.at = Some(when.timestamp());
            self.at_precision = match when {
                When::Year(_) => Precision::Year,
                When::Month(_) => Precision::Month,
                When::Day(_) => Precision::Day,
                When::Moment(_) => Precision::Instant,
            };
        }
        self
    }

    fn until(mut self, text: Option<&str>) -> Self {
        self.until = text.and_then(When::parse).map(When::timestamp);
        self
    }

    fn status(mut self, text: Option<&str>) -> Self {
        self.status = owned(text);
        self
    }

    fn author(mut self, text: Option<&str>) -> Self {
        self.author = owned(text);
        self
    }

    fn detail(mut self, parts: Vec<Option<String>>) -> Self {
        let parts: Vec<String> =
            parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        self.detail = (!parts.is_empty()).then(|| parts.join("; "));
        self
    }
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

/// The first of a list, or the thing itself.
fn first(value: Option<&Value>) -> Option<&Value> {
    value.and_then(|value| value.as_array().map_or(Some(value), |list| list.first()))
}

/// What a CodeableConcept says: its text, else a display, else a code.
fn concept_text(concept: Option<&Value>) -> Option<String> {
    let concept = concept?;
    let said = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let codings = concept.get("coding").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    said(concept.get("text"))
        .or_else(|| codings.iter().find_map(|coding| said(coding.get("display"))))
        .or_else(|| codings.iter().find_map(|coding| said(coding.get("code"))))
}

/// Every note's text, joined.
fn notes(resource: &Resource) -> Option<String> {
    let notes: Vec<&str> =
        resource.list("note").iter().filter_map(|note| note.get("text")?.as_str()).collect();
    (!notes.is_empty()).then(|| notes.join(" "))
}
