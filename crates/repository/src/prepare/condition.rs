//! Problems and diagnoses.

use fhir::Resource;
use model::Section;

use super::{Line, concept_text, notes};

pub(super) fn line(condition: &Resource) -> Line {
    let began = condition.text("onsetDateTime").or_else(|| condition.text("recordedDate"));
    Line::new(Section::Problems, condition, "code")
        .at(began)
        .until(condition.text("abatementDateTime"))
        .status(condition.text("clinicalStatus.coding.code"))
        .author(condition.text("asserter.display").or_else(|| condition.text("recorder.display")))
        .detail(vec![
            concept_text(condition.get("category.0")),
            concept_text(condition.get("severity")),
            notes(condition),
        ])
}
