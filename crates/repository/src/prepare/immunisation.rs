//! Immunisations.

use fhir::Resource;
use model::Section;

use super::{Line, notes, owned};

pub(super) fn line(immunisation: &Resource) -> Line {
    let dose = immunisation
        .get("protocolApplied.doseNumberPositiveInt")
        .map(|dose| format!("dose {dose}"));
    let lot = immunisation.text("lotNumber").map(|lot| format!("batch {lot}"));
    let mut line = Line::new(Section::Immunisations, immunisation, "vaccineCode")
        .at(immunisation.text("occurrenceDateTime"))
        .status(immunisation.text("status"))
        .author(immunisation.text("performer.actor.display"))
        .detail(vec![dose, lot, notes(immunisation)]);
    line.value = owned(immunisation.text("site.text"));
    line
}
