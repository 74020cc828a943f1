//! Allergies and adverse reactions.

use fhir::Resource;
use model::Section;
use serde_json::Value;

use super::{Line, concept_text, notes};

pub(super) fn line(allergy: &Resource) -> Line {
    let reactions: Vec<String> = allergy
        .list("reaction")
        .iter()
        .flat_map(|reaction| {
            reaction.get("manifestation").and_then(Value::as_array).into_iter().flatten()
        })
        .filter_map(|manifestation| concept_text(Some(manifestation)))
        .collect();
    let severity = allergy.text("reaction.severity").map(|severity| format!("severity {severity}"));
    let criticality = match allergy.text("criticality") {
        Some("high") => Some("high criticality".to_owned()),
        _ => None,
    };
    let reactions = (!reactions.is_empty()).then(|| reactions.join(", "));
    Line::new(Section::Allergies, allergy, "code")
        .at(allergy.text("onsetDateTime").or_else(|| allergy.text("recordedDate")))
        .status(status(allergy))
        .author(allergy.text("asserter.display").or_else(|| allergy.text("recorder.display")))
        .detail(vec![reactions, severity, criticality, notes(allergy)])
}

/// What was refuted is no allergy, whatever its clinical status (FHIR R4 §9.1.3: a refuted
/// statement is kept to say that it was wrong).
fn status(allergy: &Resource) -> Option<&str> {
    match allergy.text("verificationStatus.coding.code") {
        Some("refuted") => Some("refuted"),
        _ => allergy.text("clinicalStatus.coding.code"),
    }
}
