//! DG1 to Condition (UK Core): a diagnosis of a stay.

use fhir::{Resource, When, datatype, system};
use hl7v2::Segment;
use model::LocalIdentity;

use crate::concept;
use crate::datatype::{cwe, xcn};
use crate::feed::Feed;
use crate::identity::resource_id;
use crate::read::{part, repetitions, text, when};
use crate::spell::encounter_id;

/// The condition; nothing if neither a code (DG1-3) nor words (DG1-4) are said.
pub(crate) fn condition(
    dg1: &Segment<'_>,
    subject: &LocalIdentity,
    visit: Option<&str>,
    feed: &Feed,
) -> Option<Resource> {
    let sent = repetitions(dg1, 3).into_iter().next();
    let described = text(dg1, 4);
    let (key, code) = match &sent {
        Some(sent) => {
            let code = [part(sent, 3), part(sent, 1), part(sent, 2)].join("|");
            (code, cwe::concept(sent, feed))
        }
        None if described.is_empty() => return None,
        None => (described.to_uppercase(), datatype::concept_text(&described)),
    };
    // DG1-20 names the diagnosis for good; without it, it is one of this visit by its code.
    let key = match text(dg1, 20) {
        number if number.is_empty() => format!("{}|{key}", visit.unwrap_or("")),
        number => number,
    };
    let verification = verification(dg1);
    let diagnosed = when(dg1, 5).map(When::fhir_date_time);
    let encounter = visit.map(|one| encounter_id(subject, one));
    let asserter = repetitions(dg1, 16)
        .iter()
        .find_map(|one| xcn::professional(one, feed))
        .map(|one| xcn::reference(&one));
    let clinical = (verification != "entered-in-error")
        .then(|| datatype::codeable_concept(system::CONDITION_CLINICAL, "active", "", ""));
    let category = datatype::codeable_concept(
        system::CONDITION_CATEGORY,
        "encounter-diagnosis",
        "Encounter diagnosis",
        "",
    );
    Some(
        Resource::new("Condition")
            .with_id(resource_id("Condition", subject, &key))
            .with("clinicalStatus", clinical)
            .with(
                "verificationStatus",
                datatype::codeable_concept(system::CONDITION_VERIFICATION, verification, "", ""),
            )
            .with("category", vec![category])
            .with("code", code)
            .with("subject", datatype::reference("Patient", subject.local_patient()))
            .with("encounter", encounter.map(|id| datatype::reference("Encounter", id)))
            .with("recordedDate", diagnosed)
            .with("asserter", asserter),
    )
}

/// Table 0052: working and admitting diagnoses are provisional; DG1-21 `D` takes one back.
fn verification(dg1: &Segment<'_>) -> &'static str {
    if text(dg1, 21).eq_ignore_ascii_case("D") {
        return "entered-in-error";
    }
    concept::lookup("0052", &text(dg1, 6)).map_or("confirmed", |found| found.code)
}
