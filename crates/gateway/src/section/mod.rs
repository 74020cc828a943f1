//! One file per clinical area: a resource of the practice becomes lines of a section.

mod allergies;
mod medicines;
mod problems;
mod immunisations;
mod results;
mod consultations;

pub(crate) use allergies::allergy_state;

use model::Section;
use serde_json::Value;

use crate::area::Area;
use crate::bundle::Bundle;
use crate::element::text;
use crate::moment::{self, Moment};
use crate::{GpItem, Precision};

/// The lines that one entry of an area's list stands for, in the practice's order.
pub(crate) fn lines(bundle: &Bundle, area: Area, resource: &Value) -> Vec<GpItem> {
    match area {
        Area::Allergies => vec![allergies::line(bundle, resource, false)],
        Area::EndedAllergies => vec![allergies::line(bundle, resource, true)],
        Area::Consultations => consultations::lines(bundle, resource),
        _ => by_type(bundle, area.section(), resource),
    }
}

/// The lines of a resource wherever it is met: in its own section or inside a consultation.
fn by_type(bundle: &Bundle, section: Section, resource: &Value) -> Vec<GpItem> {
    let mut lines = match text(resource, "/resourceType").unwrap_or_default() {
        "AllergyIntolerance" => vec![allergies::line(bundle, resource, false)],
        "MedicationStatement" => vec![medicines::line(bundle, resource)],
        "MedicationRequest" => vec![medicines::issue(bundle, resource)],
        "Condition" => vec![problems::line(bundle, resource)],
        "Immunization" => vec![immunisations::line(bundle, resource)],
        "DiagnosticReport" => results::report(bundle, resource),
        "Observation" => results::observation(bundle, resource),
        _ => vec![plain(bundle, resource)],
    };
    for line in &mut lines {
        line.section = section;
    }
    lines
}

/// A resource of a type without a file of its own: nothing that a practice lists is dropped.
fn plain(bundle: &Bundle, resource: &Value) -> GpItem {
    let at =
        moment::first(resource, &["/occurrenceDateTime", "/authoredOn", "/created", "/indexed"]);
    let author =
        crate::author::named(bundle, resource, &["/requester/agent", "/recorder", "/author/0"]);
    GpItem {
        author,
        ..line(Section::Consultations, resource, &["/code", "/type", "/serviceRequested/0"], at)
    }
}

/// A line with what every kind of line has: code and words, date, status, the resource's id.
fn line(section: Section, resource: &Value, codes: &[&str], at: Option<Moment>) -> GpItem {
    let concept =
        codes.iter().find_map(|code| resource.pointer(code).and_then(crate::element::concept));
    let (code, code_system, words) = concept
        .map_or((None, None, None), |concept| (concept.code, concept.system, Some(concept.text)));
    GpItem {
        section,
        at: at.map(|moment| moment.at),
        at_precision: at.map_or(Precision::Day, |moment| moment.precision),
        end: None,
        code,
        code_system,
        text: words.unwrap_or_else(|| "No description sent".to_owned()),
        value: None,
        unit: None,
        range: None,
        flag: None,
        status: text(resource, "/status").map(str::to_owned),
        detail: None,
        heading: None,
        author: None,
        resource_type: text(resource, "/resourceType").unwrap_or_default().to_owned(),
        resource_id: text(resource, "/id").unwrap_or_default().to_owned(),
    }
}

/// The detail text of a line, part after part; `None` where there is none.
fn detail(parts: impl IntoIterator<Item = String>) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.trim().is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// `major` → `Major`.
fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
