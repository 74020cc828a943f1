//! Medicines.

use fhir::Resource;
use model::Section;

use super::{Line, notes, owned};

pub(super) fn line(medicine: &Resource) -> Line {
    let named = owned(medicine.text("medicationReference.display"));
    let began = medicine
        .text("effectivePeriod.start")
        .or_else(|| medicine.text("effectiveDateTime"))
        .or_else(|| medicine.text("authoredOn"))
        .or_else(|| medicine.text("dateAsserted"));
    let dosage = medicine.text("dosage.text").or_else(|| medicine.text("dosageInstruction.text"));
    let mut line = Line::new(Section::Medicines, medicine, "medicationCodeableConcept")
        .at(began)
        .until(medicine.text("effectivePeriod.end"))
        .status(medicine.text("status"))
        .author(
            medicine
                .text("informationSource.display")
                .or_else(|| medicine.text("requester.display")),
        )
        .detail(vec![notes(medicine)]);
    line.value = owned(dosage);
    line.text = named.unwrap_or(line.text);
    line
}
